"""String data taken apart at once says the same as each text looked at by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.formats.dex.mutf8 import decode_mutf8
from analyzer.formats.dex.stringdata import take_apart
from analyzer.formats.dex.texts import badly_written, strictly_sorted
from tests.formats.dex.test_texts import mutf8, written

TEXTS = st.lists(
    st.text(st.sampled_from("\0aL/\x7f\x80é\uffff\U0001f4a9") | st.characters(), max_size=200), min_size=2, max_size=12
)


@given(TEXTS, st.booleans())
def test_texts_that_follow_each_other(texts: list[str], ordered: bool) -> None:
    keys = {text.encode("utf-16-be", "surrogatepass"): text for text in texts}
    if ordered:
        texts = [keys[key] for key in sorted(keys)]
    elif "" in texts[1:]:
        texts = [text or "a" for text in texts]
    data, offsets = written(texts)
    found = take_apart(data, offsets)
    if len(texts) < 2:
        assert found is None
        return
    assert found is not None
    assert [raw.encode("latin-1") for raw in found.raw] == [mutf8(text) for text in texts]
    assert [decode_mutf8(mutf8(texts[row])) for row in range(len(texts)) if row not in found.other] == [
        raw for row, raw in enumerate(found.raw) if row not in found.other
    ]
    assert found.in_order == strictly_sorted(data, offsets)
    assert found.refusals == ()


@given(TEXTS, st.data())
def test_of_damaged_texts_nothing_else_is_said(texts: list[str], draw: st.DataObject) -> None:
    """Whatever byte is another, either all is said as by looking at each text, or that each has to be."""
    data, offsets = written(sorted(set(texts)) or ["a"])
    at = draw.draw(st.integers(6, len(data) - 1))
    damaged = data[:at] + bytes([draw.draw(st.integers(0, 255))]) + data[at + 1 :]
    found = take_apart(damaged, offsets)
    if found is not None:
        assert found.refusals == tuple(badly_written(damaged, offsets))
        assert found.refusals or found.in_order == strictly_sorted(damaged, offsets)


@pytest.mark.parametrize(
    "data",
    [
        b"\x01a\0\x01b",  # the last has no end
        b"\x01a\0\0\x01b\0",  # a gap
        b"\x01a\0\x00b\0",  # a length of zero that is not the first text's
        b"\0\0\0\x01b\0",
        b"\x81\x80\x80\x00a\0\x01b\0",  # a length in four bytes
        bytes(100),
    ],
)
def test_what_does_not_follow_each_other_is_not_taken_apart(data: bytes) -> None:
    offsets = np.array([0, data.rindex(b"b") - 1 if b"b" in data else 2], dtype=np.uint32)
    assert take_apart(data, offsets) is None


def test_the_empty_text_comes_first() -> None:
    data, offsets = written(["", "a", "b" * 200])
    found = take_apart(data, offsets)
    assert found is not None
    assert found.raw == ["", "a", "b" * 200]
    assert found.in_order
    assert found.refusals == ()
