"""ULEB128 numbers, one at a time and all at once (dex-format specification, "LEB128")."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from analyzer.errors import FormatError

MAX_LENGTH = 5


class Uleb(Struct, frozen=True):
    """All numbers of a region: where each starts (relative to the region) and its value as uint64."""

    starts: NDArray[np.int64]
    values: NDArray[np.uint64]


def read_uleb128(data: bytes, offset: int) -> tuple[int, int]:
    """The number at *offset* and the offset behind it. Raises ``FormatError`` when it does not end in time."""
    value = 0
    for index, byte in enumerate(data[offset : offset + MAX_LENGTH]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value & 0xFFFFFFFF, offset + index + 1
    raise FormatError(f"number at {offset:#x} is cut short or too long")


def read_uleb128_run(region: NDArray[np.uint8]) -> Uleb:
    """Decode *region* as one run of numbers; a last one without an end is left out.

    At most five passes over the numbers, whatever their count. Numbers longer than five bytes keep their low 32
    bits; the caller sees them only where hostile data puts them.
    """
    ends = np.flatnonzero(region < 0x80)
    starts = np.empty_like(ends)
    if len(ends):
        starts[0] = 0
        starts[1:] = ends[:-1] + 1
    values = (region[starts] & 0x7F).astype(np.uint64)
    more = np.flatnonzero(ends > starts)
    for shift in range(1, MAX_LENGTH):
        if not len(more):
            break
        values[more] |= (region[starts[more] + shift] & 0x7F).astype(np.uint64) << np.uint64(7 * shift)
        more = more[ends[more] > starts[more] + shift]
    return Uleb(starts, values & np.uint64(0xFFFFFFFF))
