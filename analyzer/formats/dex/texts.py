"""The texts of a DEX file all at once: whether they are in order, and whether they are written as Android wants them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer import limits
from analyzer.formats.dex.columns import distinct
from analyzer.formats.dex.leb128 import MAX_LENGTH

_PIECE, _LONGEST = 1 << 20, 4 << 20  # bytes of texts that are looked at together; more than any text has
_LOW = np.uint64(0x7F7F7F7F7F7F7F7F)
_ZERO_HEAD = np.uint64(0xC0C0C0C0C0C0C0C0)

Words = NDArray[np.uint64]


def starts_of(data: bytes, offsets: NDArray[Any]) -> NDArray[np.int64]:
    """Where the bytes of each text begin, behind its length."""
    raw, at = np.frombuffer(data, np.uint8), offsets.astype(np.int64)
    last = len(raw) - 1
    for _ in range(MAX_LENGTH - 1):
        more = raw[np.minimum(at, last)] >= 0x80
        if not more.any():
            break
        at = at + more
    return at + 1


def strictly_sorted(data: bytes, offsets: NDArray[Any]) -> bool:
    """Whether each text comes behind the one before it in the order of UTF-16; far too much to compare is taken as in order.

    Look-ups by name rest on that. MUTF-8 sorts like UTF-16 byte by byte, but for a zero, written C0 80, which comes before all.
    """
    if len(offsets) < 2:
        return True
    low, start = int(offsets.min()), starts_of(data, offsets)
    stop = data.find(b"\0", int(start.max()))
    region = data[low : stop if stop >= 0 else len(data)] + bytes(8)
    words = np.ndarray((len(region) - 7,), dtype=">u8", buffer=region, strides=(1,))  # the eight bytes from each byte on
    zeros = b"\xc0\x80" in region
    at = np.minimum(start - low, len(words) - 1)
    heads = words[at].astype(np.uint64)
    first, second, before, behind = heads[:-1], heads[1:], at[:-1], at[1:]
    left = 4 * len(at) + limits.DEX_TEXT_PAIRS
    while len(first) and left > 0:
        left -= len(first)
        ended = _zero_bytes(first | second)  # where both texts end; one that ends earlier is the smaller anyway
        if zeros:
            one_ended, other_ended = _zero_bytes(first) != 0, _zero_bytes(second) != 0
            first, second = _zeros_first(_cut(first)), _zeros_first(_cut(second))
        difference = first ^ second
        if ((second < first) | (ended > difference)).any():
            return False
        alike = difference == 0
        if zeros:  # a zero as the last of these bytes looks like the end of a text, which comes before it
            if (alike & other_ended & ~one_ended).any():
                return False
            alike &= ~one_ended
        before, behind = before[alike] + 8, behind[alike] + 8
        first, second = words[before].astype(np.uint64), words[behind].astype(np.uint64)
    return True


def _zero_bytes(word: Words) -> Words:
    """0x80 at each byte of *word* that is zero."""
    found: Words = ~(((word & _LOW) + _LOW) | word | _LOW)
    return found


def _cut(word: Words) -> Words:
    """Eight bytes of each text, zeros behind its end."""
    behind = _zero_bytes(word)
    for shift in (8, 16, 32):
        behind |= behind >> np.uint64(shift)
    return word & ~((behind >> np.uint64(7)) * np.uint64(0xFF))


def _zeros_first(word: Words) -> Words:
    """Eight bytes in which C0 80, a zero in a text, comes before all."""
    return word & ~((_zero_bytes(word ^ _ZERO_HEAD) >> np.uint64(7)) * np.uint64(0xFF))


def badly_written(data: bytes, offsets: NDArray[Any]) -> Iterator[str]:
    """For what Android refuses the texts: other lengths than they say, bytes that are no MUTF-8 (CheckIntraStringDataItem).

    They are looked at a piece of the file at a time, so that a large one does not cost many times its size.
    """
    found: dict[str, None] = {}
    at = distinct(offsets).astype(np.int64)
    pieces = np.searchsorted(at, np.arange(at[0], at[-1] + 1, _PIECE)) if len(at) else at
    for low, high in pairwise([*pieces.tolist(), len(at)]):
        if low < high:
            found.update(dict.fromkeys(_badly_written(data, at[low:high])))
    yield from found


def _badly_written(data: bytes, at: NDArray[np.int64]) -> Iterator[str]:
    """The same of texts that begin near each other. Of one that is longer than any is nothing said."""
    low, start = int(at[0]), starts_of(data, at)
    stop = data.find(b"\0", int(start[-1]), int(start[-1]) + _LONGEST)
    if stop < 0:
        if int(start[-1]) + _LONGEST >= len(data):
            yield "a text has no end"
        return
    raw = np.frombuffer(data, np.uint8)
    region = raw[low : stop + 1]
    length = _lengths(raw, at, start)
    last = start - low + length
    beyond_ascii = np.count_nonzero(region >= 0x80) != int((start - at).sum()) - len(at)  # not only bytes of long lengths
    zeros = data.count(b"\0", low, stop + 1)
    fits = zeros == len(at) + np.count_nonzero(length == 0) and int(last.max()) < len(region)
    if not beyond_ascii and fits and not region[last].any():
        return
    zero = np.flatnonzero(region == 0) + low
    end = zero[np.searchsorted(zero, start)]
    high = np.flatnonzero(region >= 0x80) + low
    following = high[(raw[high] & 0xC0) == 0x80]
    units = end - start - (np.searchsorted(following, end) - np.searchsorted(following, start))
    if (units != length).any():
        yield "texts have another length than they say"
    if len(high) and _is_no_mutf8(raw, high, np.sort(start), np.sort(end)):
        yield "texts are no MUTF-8"


def _lengths(raw: NDArray[np.uint8], at: NDArray[np.int64], start: NDArray[np.int64]) -> NDArray[np.int64]:
    """The lengths that the texts say they have, in characters of UTF-16."""
    length = (raw[at] & 0x7F).astype(np.int64)
    more = np.flatnonzero(start - at > 1)
    for index in range(1, MAX_LENGTH):
        more = more[start[more] - at[more] > index]
        if not len(more):
            break
        length[more] |= (raw[at[more] + index] & 0x7F).astype(np.int64) << 7 * index
    return length & 0xFFFFFFFF


def _is_no_mutf8(raw: NDArray[np.uint8], high: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]) -> bool:
    """Whether a byte of 0x80 and more in a text is out of place; *start* and *end* are in order."""
    text = np.searchsorted(start, high, side="right") - 1
    at = high[(text >= 0) & (high < end[np.maximum(text, 0)])]
    byte, last = raw[at], len(raw) - 1
    second, third = raw[np.minimum(at + 1, last)], raw[np.minimum(at + 2, last)]
    two, three = byte >> 5 == 0b110, byte >> 4 == 0b1110
    follows = (second & 0xC0 == 0x80) & (~three | (third & 0xC0 == 0x80))
    too_long = (byte == 0xC1) | ((byte == 0xC0) & (second != 0x80)) | (three & (byte == 0xE0) & (second < 0xA0))
    leads = two | three
    bad = (byte >= 0xF0) | (leads & (~follows | too_long))
    stray = int((~leads & (byte < 0xC0)).sum()) != int(two.sum() + 2 * three.sum())
    return bool(bad.any()) or stray
