"""Modified UTF-8 decodes as the DEX specification says, and never fails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.formats.dex.mutf8 import decode_mutf8


def encode(text: str) -> bytes:
    units = text.encode("utf-16-be", "surrogatepass")
    chars = (chr(units[i] << 8 | units[i + 1]) for i in range(0, len(units), 2))
    return b"".join(b"\xc0\x80" if c == "\0" else c.encode("utf-8", "surrogatepass") for c in chars)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"abc", "abc"),
        (b"a\xc0\x80b", "a\0b"),
        (b"\xed\xa0\xbd\xed\xb8\x80", "\U0001f600"),
        (b"\xed\xa0\xbd", "\\ud83d"),
        (b"\xff", "\ufffd"),
    ],
)
def test_examples(raw: bytes, text: str) -> None:
    assert decode_mutf8(raw) == text


@given(st.text(st.characters(exclude_categories=[])))
def test_what_was_encoded_comes_back(text: str) -> None:
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    assert decode_mutf8(encode(text)) == joined.encode("utf-8", "backslashreplace").decode("utf-8")


@given(st.binary())
def test_any_bytes_give_text(raw: bytes) -> None:
    decode_mutf8(raw).encode("utf-8")
