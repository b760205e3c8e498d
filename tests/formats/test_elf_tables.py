"""The tables of an ELF file are read as Android's linker goes by them, and as LIEF reads them, which shares no code."""

from __future__ import annotations

import importlib
import struct
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.formats import elf_tables as tag
from analyzer.formats.elf import open_elf
from analyzer.formats.elf_relocations import pointers
from analyzer.formats.elf_symbols import symbol_names
from analyzer.formats.elf_tables import Image, Segment, texts_at
from tests.formats.elf_made import BASE, header, made, segment, symbol, word

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = sorted((ROOT / "samples").rglob("*.so"))


@pytest.fixture(scope="module")
def bench() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "bench")
        return importlib.import_module("elf_vs_lief")


def test_all_libraries_of_the_samples_are_read_as_lief_reads_them(bench: Any) -> None:
    count = 0
    for path in LIBRARIES:
        try:
            found = bench.differences(path.read_bytes())
        except FormatError:
            continue
        count += 1
        assert found == {}, path
    assert (count, len(LIBRARIES)) == (23, 33)  # the others are texts, or payloads of runtimes without program headers


@pytest.mark.parametrize("bits", [64, 32])
def test_a_made_library_is_read_as_lief_reads_it(bits: int, bench: Any) -> None:
    data = made(bits, {(tag.REL, tag.RELSZ): word(bits, BASE + 0x100, {64: 1027, 32: 23}[bits])}, [0x123])
    assert bench.differences(data) == {}
    image = Image(data, "x.so")
    assert (image.needed, symbol_names(image)) == (("libneeded.so",), (frozenset({"missing"}), frozenset({"defined"})))
    assert image.segments[0] == Segment("LOAD", "rw", 0, BASE, len(data))
    assert pointers(image) == {BASE + 0x100: 0x123}


def test_lief_is_imported_only_where_no_table_tells_the_symbols() -> None:
    whole = made(64)
    entry = whole.index(word(64, tag.HASH, Image(whole, "").dynamic[tag.HASH]))
    none = whole[:entry] + word(64, 0x70000000) + whole[entry + 8 :]
    code = (
        "import sys; from analyzer.formats.elf import open_elf; data = sys.stdin.buffer.read(); half = len(data) // 2\n"
        "for one in data[:half], data[half:]: print(sorted(open_elf(one, 'x.so').imports), 'lief' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], input=whole + none, capture_output=True, check=True).stdout.decode()
    assert said == "['missing'] False\n[] True\n"


def test_the_sizes_of_entries_are_those_of_the_specification() -> None:
    data = bytearray(made(64))
    data[54:56] = data[58:60] = b"\xff\xff"
    assert Image(bytes(data), "x.so").needed == ("libneeded.so",)


def test_dynamic_entries_are_those_at_the_address() -> None:
    data = bytearray(made(64))
    data[64 + 56 + 8 : 64 + 56 + 16] = word(64, 64)  # the offset of PT_DYNAMIC, which the linker does not look at
    assert Image(bytes(data), "x.so").needed == ("libneeded.so",)


def test_of_segments_that_overlap_the_last_is_mapped() -> None:
    segments = [
        segment(64, 1, 0, 0x1000, 0x100, 5),
        segment(64, 1, 0x80, 0x1080, 0x10),
        segment(64, 1, 0, (1 << 64) - 8, 0x100, 5),
    ]
    image = Image((header(64, 183, 3) + b"".join(segments)).ljust(0x200, b"\0"), "x.so")
    assert [image.offset(at) for at in (0, 0xFFF, 0x1000, 0x107F, 0x1080, 0x1090, 0x10FF, 0x1100)] == [
        None,
        None,
        0,
        0x7F,
        0x80,
        0x90,
        0xFF,
        None,
    ]
    held = [image.segment_of(at) for at in (0x1000, 0x1080, 0x1090)]
    assert [one.allows for one in held if one is not None] == ["rx", "rw", "rx"]
    columns = image.offsets(np.array([0, 0x1080, 0x1090, (1 << 64) - 8], np.uint64))
    assert columns.tolist() == [-1, 0x80, 0x90, 0]


def test_sections_are_those_that_lie_in_the_file() -> None:
    names = b"\0.text\0.none\0.out\0.debug\0"
    rows = [(0, 0, 0, 0, 0, 0), (1, 1, 6, BASE, 4, 8), (7, 8, 2, BASE, 4, 8), (13, 1, 2, BASE, 1 << 40, 8), (18, 2, 0, 0, 4, 8)]
    head = (header(64, 183, 1) + segment(64, 1, 0, BASE, 64)).ljust(0x100, b"\0")
    sections = b"".join(struct.pack("<II4QIIQQ", *row, 0, 0, 1, 0) for row in [*rows, (0, 3, 0, 0, 0x100, len(names))])
    data = bytearray(head + names.ljust(32, b"\0") + sections)
    data[40:48], data[60:64] = word(64, 0x120), struct.pack("<HH", 6, 5)
    image = Image(bytes(data), "x.so")
    assert [(one.name, one.is_code, one.is_data) for one in image.sections] == [
        (".text", True, False),
        (".debug", False, False),
        ("", False, False),
    ]
    assert not image.is_stripped
    assert [one.name for one in Image(bytes(data[:62] + b"\xff\xff" + data[64:]), "x.so").sections] == ["", "", ""]


def test_as_many_program_headers_as_the_linker_reads() -> None:
    row = segment(64, 6, 0, 0, 0)
    assert len(Image(header(64, 183, 1170) + row * 1170, "x.so").segments) == 1170
    for count, held in ((1171, 1171), (1170, 1169)):
        with pytest.raises(FormatError, match="no program headers within the file"):
            Image(header(64, 183, count) + row * held, "x.so")


def test_texts_may_share_their_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"..one\0two\0\xff\0three"
    assert texts_at(data, 2, [0, 1, 3, 4, 8, 10, 12, 1 << 63]) == {0: "one", 1: "ne", 3: "", 4: "two", 8: "\ufffd"}
    monkeypatch.setattr(limits, "ELF_NAMES", 4)
    assert texts_at(data, 2, [0, 1, 2, 4]) == {0: "one", 2: "e"}


def test_a_count_that_cannot_be_is_none() -> None:
    data = made(64)
    at = Image(data, "").offset(Image(data, "").dynamic[tag.HASH])
    assert at is not None
    for count in (0, 1, 1 << 31):
        assert symbol_names(Image(data[: at + 4] + struct.pack("<I", count) + data[at + 8 :], "x.so")) is None


def test_only_so_many_symbols_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ELF_SYMBOLS", 2)
    assert symbol_names(Image(made(64), "x.so")) == (frozenset(), frozenset({"defined"}))
    assert len(symbol(64, 1, 2, 3)) == 24


@given(st.sampled_from([64, 32]), st.data())
def test_damaged_tables_are_refused_or_read(bits: int, data: st.DataObject) -> None:
    table = word(bits, BASE + 0x100, {64: 1027, 32: 23}[bits]) + word(bits, BASE + 0x108, 1 << (32 if bits == 64 else 8) | 257)
    raw = bytearray(
        made(bits, {(tag.REL, tag.RELSZ): table, (tag.RELR, tag.RELRSZ): word(bits, BASE + 0x100, 7)}, [0x50, 0x60, 0x70, 0x80])
    )
    for _ in range(data.draw(st.integers(1, 6))):
        size = data.draw(st.sampled_from([1, 2, 4, 8]))
        at = data.draw(st.integers(4, len(raw) - size))
        value = data.draw(
            st.sampled_from([0, 1, 0xFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 63, (1 << 64) - 8, BASE, BASE + 0x100])
            | st.integers(0, 255)
        )
        raw[at : at + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    cut = data.draw(st.sampled_from([len(raw)] * 4 + [len(raw) - 7, len(raw) // 2]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            elf = open_elf(bytes(raw[:cut]), "x.so")
            found = pointers(Image(bytes(raw[:cut]), "x.so"))
        except FormatError:
            return
    assert all(s.size == 0 or s.offset + s.size <= cut for s in elf.segments)
    assert all(0 < value < 1 << 63 for value in found.values())
    assert elf.native_methods == ()
