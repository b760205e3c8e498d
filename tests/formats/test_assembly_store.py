"""Stores of assemblies in every format, compressed assemblies, and the section of a shared library that holds them."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import FormatError
from analyzer.formats.assembly_store import payload_of, read_store, unpacked
from samples.runtimes.binaries import assembly_store_1, assembly_store_2, compressed, library

LIMIT = 1 << 20
FORMATS = {0x80010002: 2, 0x00020002: 2, 0x80010003: 3}


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_the_first_format_has_no_names(assemblies: list[bytes]) -> None:
    store = read_store(memoryview(assembly_store_1(assemblies)))
    assert store.version == 1
    assert [(each.name, bytes(each.data)) for each in store.assemblies] == [(None, data) for data in assemblies]


@pytest.mark.parametrize("version", FORMATS)
@given(assemblies=st.dictionaries(st.text("abc.", min_size=1), st.binary(max_size=60), max_size=5))
def test_later_formats_have_names(version: int, assemblies: dict[str, bytes]) -> None:
    store = read_store(memoryview(assembly_store_2(assemblies, version)))
    assert store.version == FORMATS[version]
    assert {each.name: bytes(each.data) for each in store.assemblies} == assemblies


@given(st.binary(max_size=300))
def test_what_was_compressed_comes_back(data: bytes) -> None:
    assert unpacked(memoryview(compressed(data)), LIMIT) == data


@pytest.mark.parametrize("wide", [True, False])
@given(data=st.binary(max_size=100))
def test_the_section_is_found(wide: bool, data: bytes) -> None:
    assert bytes(payload_of(library(data, wide=wide))) == data


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"XABA", "cut short"),
        (b"XABB" + bytes(40), "does not start with XABA"),
        (b"XABA" + struct.pack("<IIII", 9, 1, 0, 0), "format 9"),
        (b"XABA" + struct.pack("<IIII", 1, 1 << 20, 0, 0), "1048576 assemblies"),
        (assembly_store_1([b"abc"])[:30], "cut short"),
    ],
)
def test_what_is_no_store_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        read_store(memoryview(data))


def test_an_assembly_outside_of_the_store_is_left_out() -> None:
    store = read_store(memoryview(assembly_store_1([b"abc", b"defg"])[:-1]))
    assert [bytes(each.data) for each in store.assemblies] == [b"abc"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"XALZ", "cut short"),
        (compressed(bytes(LIMIT + 1)), "inflates to 1048577 bytes"),
        (b"XALZ" + struct.pack("<II", 0, 4000) + b"abc", "inflates to 4000 bytes"),
        (b"XALZ" + struct.pack("<II", 0, 10) + b"\xff\xff\xff", "cannot be inflated"),
        (bytes(LIMIT + 1), "larger than the limit"),
    ],
)
def test_bombs_and_damage_are_refused(data: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        unpacked(memoryview(data), LIMIT)


FAR = library(b"abc")[:0x28] + b"\xff" * 8 + library(b"abc")[0x30:]


@pytest.mark.parametrize("data", [b"", b"\x7fELF", library(b"abc")[:200], library(b"abc", ".text"), FAR])
def test_a_library_without_the_section_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError, match="ELF file"):
        payload_of(data)


@given(st.data())
def test_damage_is_told_or_harmless(data: st.DataObject) -> None:
    store = data.draw(st.sampled_from([assembly_store_1([b"abc"] * 3), assembly_store_2({"a": b"bcd", "e": b"f"})]))
    damaged = bytearray(library(store))
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=8)):
        damaged[at] = data.draw(st.integers(0, 255))
    try:
        for each in read_store(payload_of(bytes(damaged))).assemblies:
            unpacked(each.data, LIMIT)
    except FormatError as error:
        assert str(error)
