"""Native libraries are read as they were built; damaged ones are refused or read, and nothing else happens."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import lief
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import FormatError
from analyzer.formats.elf import ElfFile, is_signature, open_elf
from analyzer.formats.elf_symbols import hashed, hashed_gnu

SAMPLES = Path(__file__).resolve().parents[2] / "samples/native/src"
ABIS = ("arm64-v8a", "armeabi-v7a", "x86_64", "x86")


def library(sample: str, name: str, abi: str = "arm64-v8a") -> ElfFile:
    path = SAMPLES / sample / "extra/lib" / abi / name
    return open_elf(path.read_bytes(), path.name)


@pytest.mark.parametrize("abi", ABIS)
def test_exports_and_texts_on_each_processor(abi: str) -> None:
    elf = library("jni-clipboard", "libclip.so", abi)
    assert list(elf.exports) == ["Java_org_apkvet_samples_jniclip_Native_read_1text"]
    assert elf.imports >= {"__stack_chk_fail"}
    assert elf.texts >= {b"getPrimaryClip", b"()Landroid/content/ClipData;", b"android/content/ClipboardManager"}
    assert elf.bits == (64 if "64" in abi else 32)


@pytest.mark.parametrize("abi", ABIS)
def test_tables_of_native_methods_on_each_processor(abi: str) -> None:
    elf = library("jni-table", "libtable.so", abi)
    assert [(row.name, row.signature) for row in elf.native_methods] == [
        ("read", "(Ljava/lang/Object;)Ljava/lang/Object;"),
        ("add", "(II)I"),
    ]
    first, second = elf.native_methods
    assert second.offset - first.offset == 3 * elf.bits // 8
    assert ("ptrace" in elf.imports) == (abi == "x86")


def test_how_a_library_was_built() -> None:
    hard, weak, packed = (library("native-built", f"lib{name}.so") for name in ("watched", "weak", "packed"))
    assert (hard.hardening, weak.hardening, packed.hardening) == (("canary", "nx", "pic", "relro-full"), ("pic",), ("pic",))
    assert [elf.is_stripped for elf in (hard, weak, packed)] == [True, False, True]
    loads = [[s.allows for s in elf.segments if s.kind == "LOAD"] for elf in (hard, weak, packed)]
    assert ["rwx" in allowed for allowed in loads] == [False, False, True]
    assert packed.code_entropy() > 7.9
    assert ".upx" in {section.name for section in packed.sections}


def test_a_text_is_found_where_it_stands() -> None:
    elf = library("native-built", "libwatched.so")
    offset = elf.offset_of_text(b"ro.serialno")
    assert offset is not None
    assert elf.data[offset : offset + 12] == b"ro.serialno\0"
    assert elf.offset_of_text(b"ro.serial") is None


@pytest.mark.parametrize("abi", ["arm64-v8a", "x86_64"])
def test_the_end_of_a_text_is_one_where_code_refers_to_it(abi: str) -> None:
    reads, whole = (library("jni-tail", name, abi) for name in ("libtail.so", "libwhole.so"))
    assert (set(reads.tails), set(whole.tails)) == ({b"getPrimaryClip"}, set())
    assert b"no_getPrimaryClip" in reads.texts & whole.texts
    at = reads.offset_of_text(b"getPrimaryClip")
    assert at is not None
    assert reads.data[at - 3 : at + 15] == b"no_getPrimaryClip\0"


def test_names_of_symbols_are_those_that_lief_finds() -> None:
    for path in sorted(SAMPLES.rglob("*.so")):
        elf, binary = open_elf(path.read_bytes(), path.name), lief.ELF.parse(str(path))
        assert isinstance(binary, lief.ELF.Binary)
        named = [symbol for symbol in binary.dynamic_symbols if symbol.name]
        assert elf.imports == {symbol.name for symbol in named if symbol.shndx == 0}
        assert elf.exports == {symbol.name for symbol in named if symbol.shndx != 0}


def test_the_tables_that_count_symbols() -> None:
    gnu = struct.pack("<4I", 2, 3, 1, 6) + bytes(8) + struct.pack("<2I", 3, 5) + struct.pack("<4I", 2, 3, 8, 9)
    assert hashed_gnu(gnu, 0, 64, "<") == 7  # the bucket's last chain begins at 5 and ends with the odd word of 6
    assert hashed_gnu(gnu[:-4], 0, 64, "<") == 5  # no end: the chain does not count
    assert hashed_gnu(gnu[:20], 0, 64, "<") == 0
    assert (hashed(struct.pack(">2I", 1, 9), 0, ">"), hashed(b"", 0, "<")) == (9, 0)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is no ELF file"),
        (b"Hello", "is no ELF file"),
        (b"\x7fELF" + bytes(100), "is no ELF file"),
        (b"\x7fELF\x02\x01\x01" + bytes(50), "ends within its header"),
        (b"\x7fELF\x02\x01\x01" + bytes(100), "has no program headers"),
    ],
)
def test_what_is_no_library_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        open_elf(data, "x.so")


@given(st.sampled_from(ABIS), st.data())
def test_damaged_libraries_are_refused_or_read(abi: str, data: st.DataObject) -> None:
    raw = bytearray((SAMPLES / "jni-table/extra/lib" / abi / "libtable.so").read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, 400) | st.integers(len(raw) - 900, len(raw) - 8) | st.integers(0, len(raw) - 8))
        value = data.draw(st.sampled_from([0, 0xFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 63]) | st.integers(0, 255))
        size = data.draw(st.sampled_from([1, 2, 4, 8]))
        raw[at : at + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    cut = data.draw(st.sampled_from([len(raw)] * 4 + [len(raw) // 2, 80]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            elf = open_elf(bytes(raw[:cut]), "x.so")
        except FormatError:
            return
    assert all(s.offset >= 0 and s.offset + s.size <= cut for s in elf.sections)
    assert 0 <= elf.code_entropy() <= 8
    assert all(elf.offset_of_text(text) is not None for text in sorted(elf.texts)[:5])
    assert elf.hardening == tuple(sorted(elf.hardening))
    assert all(elf.data[at - 1 : at + len(text)] != text for text, at in elf.tails.items())


@pytest.mark.parametrize("data", [b"\0one\0two\0", b"one\0two", b"one", b"\0", b"\0\0two"])
def test_each_text_is_found_also_where_nothing_ends_it(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    path = SAMPLES / "jni-table/extra/lib/x86/libtable.so"
    elf = open_elf(path.read_bytes(), "x.so")
    monkeypatch.setattr(elf, "data", b"before" + data + b"behind")
    monkeypatch.setattr(ElfFile, "_data_ranges", lambda _: iter([(6, 6 + len(data))]))
    found = {text: elf.offset_of_text(text) for text in data.split(b"\0")}
    assert {text: elf.data[at : at + len(text)] for text, at in found.items() if at is not None} == {text: text for text in found}


@pytest.mark.parametrize(
    ("text", "is_one"),
    [(b"()V", True), (b"([[ILjava/lang/String;)J", True), (b"(V)V", False), (b"()", False), (b"()Ljava/lang/String", False)],
)
def test_signatures(text: bytes, is_one: bool) -> None:
    assert is_signature(text) == is_one
