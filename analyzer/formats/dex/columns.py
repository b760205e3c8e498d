"""Questions about integer columns that numpy has no short word for.

``numpy.unique`` and ``numpy.isin`` answer some of them too, at the price of importing ``numpy.ma`` in every run.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The values, each once, in order."""
    ordered = np.sort(values)
    return ordered[_starts(ordered)]


def distinct_rows(values: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    """The values, each once, in order; and the first row of each."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = _starts(ordered)
    return ordered[starts], order[starts]


def numbered(values: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    """The values, each once, in order; and for each row the number of its value among them."""
    if values.dtype.kind == "u" and len(values) and (most := int(values.max())) < 8 * len(values):
        there = np.zeros(most + 1, dtype=bool)  # rows of a table: marking them is several times faster than sorting
        there[values] = True
        return np.flatnonzero(there).astype(values.dtype), (np.cumsum(there) - 1)[values]
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = _starts(ordered)
    number = np.empty(len(values), dtype=np.int64)
    number[order] = np.cumsum(starts) - 1
    return ordered[starts], number


def among(values: NDArray[Any], wanted: Iterable[int]) -> NDArray[np.bool_]:
    """Which of *values* are one of *wanted*, by looking each up in those put in order."""
    ordered = np.array(sorted(wanted), dtype=np.int64)
    if not len(ordered):
        return np.zeros(len(values), dtype=bool)
    at = np.searchsorted(ordered, values)
    found: NDArray[np.bool_] = ordered[np.minimum(at, len(ordered) - 1)] == values
    return found


def begins(rows: Ints, count: int) -> Ints:
    """Where the entries of each of *count* rows begin in entries that are in order of *rows*, with one more at the end."""
    first = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=count), out=first[1:])
    return first


def ranges(first: Ints, rows: Ints) -> Ints:
    """The indices of all entries that belong to *rows*, where those of row r are first[r] .. first[r + 1]."""
    low, length = first[rows], first[rows + 1] - first[rows]
    ends = np.cumsum(length)
    if not len(ends):
        return np.zeros(0, dtype=np.int64)
    found: Ints = np.arange(ends[-1]) - np.repeat(ends - length, length) + np.repeat(low, length)
    return found


def stretched(counts: Ints) -> tuple[Ints, Ints]:
    """For ``counts[r]`` entries of each row r: the row of each entry, and its index within the row from 0."""
    row = np.repeat(np.arange(len(counts)), counts)
    index: Ints = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    return row, index


def grouped(keys: Ints, values: Ints) -> dict[int, tuple[int, ...]]:
    """The values of each key; *keys* are in order."""
    starts = np.flatnonzero(_starts(keys))
    bounds, flat = [*starts.tolist(), len(keys)], values.tolist()
    return {key: tuple(flat[low:high]) for key, (low, high) in zip(keys[starts].tolist(), pairwise(bounds), strict=True)}


def _starts(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a new value begins."""
    starts = np.ones(len(ordered), dtype=bool)
    starts[1:] = ordered[1:] != ordered[:-1]
    return starts
