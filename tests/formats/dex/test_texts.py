"""Texts as a whole: in order, and written as Android wants them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.formats.dex.texts import badly_written, strictly_sorted

TEXTS = st.lists(st.text(st.sampled_from("\0aL/\x7f\x80é\uffff\U0001f4a9") | st.characters(), max_size=12), max_size=12)


def mutf8(text: str) -> bytes:
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2").tolist()
    return b"".join(chr(unit).encode("utf-8", "surrogatepass") if unit else b"\xc0\x80" for unit in units)


def length(text: str) -> bytes:
    value, out = len(text.encode("utf-16-le", "surrogatepass")) // 2, bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def written(texts: list[str]) -> tuple[bytes, np.ndarray]:
    data, offsets = bytearray(b"before"), []
    for text in texts:
        offsets.append(len(data))
        data += length(text) + mutf8(text) + b"\0"
    return bytes(data), np.array(offsets, dtype=np.uint32)


@given(TEXTS, st.booleans())
def test_texts_are_in_order_as_utf_16_is(texts: list[str], ordered: bool) -> None:
    keys = [text.encode("utf-16-be", "surrogatepass") for text in texts]
    if ordered:
        texts = [key.decode("utf-16-be", "surrogatepass") for key in sorted(set(keys))]
        keys = sorted(set(keys))
    data, offsets = written(texts)
    assert strictly_sorted(data, offsets) == all(before < behind for before, behind in pairwise(keys))
    assert strictly_sorted(data + b"behind", offsets) == strictly_sorted(data, offsets)


def test_a_zero_where_a_text_ends() -> None:
    """Eight bytes are compared at once, and of C0 80 only the first may be among them."""
    data, offsets = written(["a" * 7, "a" * 7 + "\0", "a" * 7 + "b"])
    assert strictly_sorted(data, offsets)
    assert not strictly_sorted(data, offsets[[1, 0, 2]])
    assert not strictly_sorted(data, offsets[[1, 1]])


@given(TEXTS)
def test_well_written_texts_are_not_blamed(texts: list[str]) -> None:
    data, offsets = written(texts)
    assert list(badly_written(data, offsets)) == []


def test_long_texts() -> None:
    data, offsets = written(["a" * 20_000, "a" * 20_000 + "b", "b" * 300])
    assert strictly_sorted(data, offsets)
    assert list(badly_written(data, offsets)) == []
    assert not strictly_sorted(data, offsets[[0, 0]])
    assert not strictly_sorted(data, offsets[[1, 0]])


@pytest.mark.parametrize(
    ("raw", "problems"),
    [
        (b"\x02ab\0", []),
        (b"\x03ab\0", ["texts have another length than they say"]),
        (b"\x01ab\0", ["texts have another length than they say"]),
        (b"\x01a", ["a text has no end"]),
        (b"\x01\xff\0", ["texts are no MUTF-8"]),
        (b"\x01\xc1\xbf\0", ["texts are no MUTF-8"]),
        (b"\x01\xe0\x80\x80\0", ["texts are no MUTF-8"]),
        (b"\x02\xc3a\0", ["texts are no MUTF-8"]),
        (b"\x01a\x80\0", ["texts are no MUTF-8"]),
        (b"\x01\xc0\x80\0", []),
        (b"\x02\xed\xa0\xbd\xed\xb2\xa9\0", []),
        (b"\x81\x80\x80\x80\x00a\0", []),
    ],
)
def test_texts_as_android_wants_them(raw: bytes, problems: list[str]) -> None:
    assert list(badly_written(raw, np.array([0], dtype=np.uint32))) == problems


@given(st.binary(min_size=1, max_size=60), st.lists(st.integers(0, 59), max_size=8))
def test_any_bytes_end_in_an_answer(data: bytes, offsets: list[int]) -> None:
    where = np.array([offset for offset in offsets if offset < len(data)], dtype=np.uint32)
    assert strictly_sorted(data, where) in (True, False)
    assert set(badly_written(data, where)) <= {
        "a text has no end",
        "texts have another length than they say",
        "texts are no MUTF-8",
    }
