"""The string data of a DEX file taken apart at once, where they lie as compilers write them: each text right behind the last."""

from __future__ import annotations

from itertools import islice
from operator import lt
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from analyzer.formats.dex.texts import badly_written

_LONGEST_LENGTH = 3  # bytes; that of a text of two million characters
_LONGEST = 1 << 20

Ints = NDArray[np.int64]


class StringData(Struct, frozen=True):
    """Every text of a file, by its row.

    ``raw`` are its bytes, each as the character of that number, and so the text itself where that is ASCII; ``other`` are the
    rows where it is not. ``in_order`` says whether each comes behind the one before it; for ``refusals`` Android refuses them.
    """

    raw: list[str]
    other: frozenset[int]
    in_order: bool
    refusals: tuple[str, ...]


def take_apart(data: bytes, offsets: NDArray[Any]) -> StringData | None:
    """The texts at *offsets*; None where they do not follow each other without a gap, so that each has to be looked for."""
    at = offsets.astype(np.int64)
    if len(at) < 2:
        return None
    begin, end = int(at[0]), data.find(b"\0", int(at[-1]) + 1)
    size = np.diff(at, append=end + 1)  # of the length, the text and the zero behind it
    if end < 0 or not 2 <= int(size.min()) <= int(size.max()) <= _LONGEST:
        return None
    every = np.frombuffer(data, np.uint8)[begin : end + 1]
    at -= begin
    ends = at + size - 1
    length = every[at].astype(np.int64)
    empty = int(length[0] == 0)  # the empty text comes first, and its length is a zero, too
    if np.count_nonzero(every == 0) != len(at) + empty or every[ends].any() or (empty and size[0] != 2):
        return None
    is_text = np.ones(len(every), dtype=bool)
    is_text[at] = False
    found = size - 2  # characters, were all of them ASCII
    for row in np.flatnonzero(length >= 0x80).tolist():
        number = _long_length(data, begin + int(at[row]))
        if number is None or number[1] >= size[row]:
            return None
        length[row], more = number
        found[row] -= more - 1
        is_text[at[row] : at[row] + more] = False
    region = str(every[is_text].data, "latin-1")
    raw = region.split("\0")
    del raw[-1]
    other = [] if region.isascii() else np.flatnonzero(np.frombuffer(bytes(map(str.isascii, raw)), np.uint8) == 0).tolist()
    counted = _characters(raw, other) if other else []
    found[other] = counted if counted is not None else -1
    refusals = () if (found == length).all() else tuple(badly_written(data, offsets))
    return StringData(raw, frozenset(other), _is_in_order(raw, other), refusals)


def _long_length(data: bytes, at: int) -> tuple[int, int] | None:
    """The length that is written at this byte, and in how many; None when these are more than any text needs."""
    value = 0
    for index, byte in enumerate(data[at : at + _LONGEST_LENGTH]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, index + 1
    return None


def _characters(raw: list[str], rows: list[int]) -> list[int] | None:
    """How many characters of UTF-16 these texts have; None where one is no MUTF-8.

    That is UTF-8 but for a zero, written C0 80, and for characters beyond 16 bits, written as two surrogates.
    """
    whole = "\0".join([raw[row] for row in rows]).replace("\xc0\x80", "\x01").encode("latin-1")
    if int(np.frombuffer(whole, np.uint8).max()) >= 0xF0:
        return None
    try:
        return [*map(len, whole.decode("utf-8", "surrogatepass").split("\0"))]
    except UnicodeDecodeError:
        return None


def _is_in_order(raw: list[str], other: list[int]) -> bool:
    """Whether texts are in the order of UTF-16, and each is there once: the order of their bytes, but a zero comes before all."""
    zeros = [row for row in other if "\xc0" in raw[row]]
    if zeros:
        raw = raw.copy()
        for row in zeros:
            raw[row] = raw[row].replace("\xc0", "\0")
    return all(map(lt, raw, islice(raw, 1, None)))
