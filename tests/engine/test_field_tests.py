"""Texts with ``*`` against what the standard library makes of them."""

from __future__ import annotations

from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from analyzer.engine.field_tests import text_test

TEXTS = st.text("ab.\n", max_size=6)
GLOBS = st.text("ab.\n*", min_size=1, max_size=5)


@given(st.lists(GLOBS, min_size=1, max_size=3), TEXTS)
def test_a_star_stands_for_anything(globs: list[str], text: str) -> None:
    assert text_test(globs)(text) == any(fnmatchcase(text, glob) for glob in globs)


def test_of_an_endless_text_only_the_beginning_is_looked_at() -> None:
    assert not text_test("*b")("a" * 5000 + "b")
    assert text_test("a*")("a" * 5000 + "b")
