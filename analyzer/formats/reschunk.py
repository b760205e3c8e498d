"""Chunks and string pools, of which binary XML and resource tables are made (AOSP libs/androidfw ResourceTypes.h)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from analyzer.errors import FormatError

STRING_POOL: int = 0x0001
_UTF8 = 1 << 8
_MOST_CHUNKS = 100_000


class Chunk(NamedTuple):
    """One chunk: its type, where it begins, how long its header is, where it ends."""

    type: int
    start: int
    header: int
    end: int


def chunks(data: bytes, start: int, end: int) -> Iterator[Chunk]:
    """The chunks one after another; ends at the first that does not fit."""
    for _ in range(_MOST_CHUNKS):
        if start + 8 > end:
            return
        kind, header, size = struct.unpack_from("<HHI", data, start)
        if header < 8 or size < header or start + size > end:
            return
        yield Chunk(kind, start, header, start + size)
        start += size


def pool_size(data: bytes, pool: Chunk) -> int:
    """How many strings a pool can hold at most."""
    return min(int(struct.unpack_from("<I", data, pool.start + 8)[0]), (pool.end - pool.start) // 4)


def pool_string(data: bytes, pool: Chunk, index: int) -> str:
    """String *index* of a pool, in either of its two encodings. Raises ``FormatError``."""
    count, _, flags, strings = struct.unpack_from("<IIII", data, pool.start + 8)
    if index >= count:
        raise FormatError(f"there is no string {index}")
    at = pool.start + strings + struct.unpack_from("<I", data, pool.start + pool.header + 4 * index)[0]
    if flags & _UTF8:
        at += 2 if data[at] & 0x80 else 1  # the length in characters
        length, at = (((data[at] & 0x7F) << 8 | data[at + 1]), at + 2) if data[at] & 0x80 else (data[at], at + 1)
        return data[at : min(at + length, pool.end)].decode("utf-8", "replace")
    length, at = struct.unpack_from("<H", data, at)[0], at + 2
    if length & 0x8000:
        length, at = (length & 0x7FFF) << 16 | struct.unpack_from("<H", data, at)[0], at + 2
    return data[at : min(at + 2 * length, pool.end)].decode("utf-16-le", "replace")
