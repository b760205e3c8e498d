"""Which texts were hidden, and which arguments look like hidden ones."""

from __future__ import annotations

import pytest

from analyzer.program.evaluation.shapes import looks_hidden, reveals, stands
from analyzer.program.evaluation.values import Array, Value
from tests.program.evaluation.conftest import decoders_of, dex_of, linked_of


@pytest.mark.parametrize(
    ("arguments", "text", "hidden"),
    [
        (["\x01\x02\x03"], "getPrimaryClip", True),
        ([3], "android_id", True),
        (["pilCyramirPteg"], "getPrimaryClip", True),
        (["welcome"], "Welcome", False),
        (["java.lang.String"], "java/lang/String", False),
        (["a_b_c"], "abc", False),
        ([7], "07", False),
        ([Array("B", [1, 2])], "0102", False),
        ([Array("B", [1, 2])], "cafe01", False),
        ([Array("B", [1, 2])], "\x01ab", False),
        ([5], "ab", False),
        ([5], "", False),
    ],
)
def test_reveals(arguments: list[Value], text: str, *, hidden: bool) -> None:
    assert reveals(arguments, text) is hidden


@pytest.mark.parametrize(
    ("arguments", "hidden"),
    [
        (["\x01\x02\x03"], True),
        (["3a7f90bc"], True),
        (["SGVsbG8gd29ybGQ="], True),
        (["\xe3\xe8\xe1"], True),
        ([Array("B", [1, 2, 3])], True),
        ([17], True),
        ([1 << 40, 2], True),
        (["welcome"], False),
        (["getString", 3], False),
        (["ünïcode word"], False),
        (["user_name"], False),
        ([Array("B", [1])], False),
    ],
)
def test_looks_hidden(arguments: list[Value], *, hidden: bool) -> None:
    assert looks_hidden(arguments) is hidden


def test_a_text_that_stands_in_the_package_is_not_hidden() -> None:
    linked = linked_of(dex_of("plain"))
    assert stands(linked, "no network")
    assert stands(linked, "error d")
    assert not stands(linked, "getPrimaryClip")


def test_methods_that_make_texts_and_hide_none_are_no_decoders() -> None:
    assert decoders_of(dex_of("plain")).found == ()
