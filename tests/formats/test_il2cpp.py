"""Unity's metadata in every layout that is known, and damaged."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import FormatError
from analyzer.formats.il2cpp import Literal, open_metadata
from samples.runtimes.binaries import IL2CPP_LAYOUTS, il2cpp_metadata

TYPES = {"UnityEngine.GUIUtility": ("get_systemCopyBuffer", "ExitGUI"), "GUIUtility": ("other",), "Empty": ()}
LITERALS = ("getPrimaryClip", "getPrimaryClipX", "", "ü")


@pytest.mark.parametrize("layout", IL2CPP_LAYOUTS)
def test_names_and_literals(layout: str) -> None:
    data = il2cpp_metadata(LITERALS, TYPES, layout)
    metadata = open_metadata(data)
    assert metadata.version == IL2CPP_LAYOUTS[layout][0]
    assert metadata.methods("UnityEngine.GUIUtility") == {"get_systemCopyBuffer", "ExitGUI"}
    assert metadata.methods("GUIUtility") == {"other"}
    assert metadata.methods("Empty") == metadata.methods("Elsewhere") == frozenset()
    at = data.index(b"getPrimaryClip")
    assert list(metadata.literals(frozenset({"getPrimaryClip", "ü"}))) == [
        Literal("getPrimaryClip", at),
        Literal("ü", at + len("getPrimaryClipgetPrimaryClipX")),
    ]


def test_a_table_whose_layout_is_not_known_is_told() -> None:
    data = bytearray(il2cpp_metadata((), TYPES, "29"))
    offset, size = struct.unpack_from("<II", data, 8 + 8 * 5)
    data[offset : offset + size] = b"\x7f" * size
    with pytest.raises(FormatError, match="layout that is not known"):
        open_metadata(bytes(data)).methods("UnityEngine.GUIUtility")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "cut short"),
        (bytes(400), "not IL2CPP metadata, or encrypted"),
        (struct.pack("<Ii", 0xFAB11BAF, 39) + bytes(400), "version 39"),
        (il2cpp_metadata((), {})[:100], "cut short"),
        (il2cpp_metadata(("abc",), TYPES)[:-80], "lies outside"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        open_metadata(data)


@given(st.lists(st.text(max_size=20), max_size=6), st.sampled_from(sorted(IL2CPP_LAYOUTS)))
def test_every_literal_is_found(texts: list[str], layout: str) -> None:
    metadata = open_metadata(il2cpp_metadata(texts, TYPES, layout))
    assert [literal.text for literal in metadata.literals(frozenset(texts))] == texts


@given(st.data())
def test_damage_is_told_or_harmless(data: st.DataObject) -> None:
    whole = il2cpp_metadata(LITERALS, TYPES, data.draw(st.sampled_from(sorted(IL2CPP_LAYOUTS))))
    damaged = bytearray(whole)
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=8)):
        damaged[at] = data.draw(st.integers(0, 255))
    try:
        metadata = open_metadata(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
        assert {literal.text for literal in metadata.literals(frozenset(LITERALS))} <= set(LITERALS)
        metadata.methods("UnityEngine.GUIUtility")
    except FormatError as error:
        assert str(error)
