"""Chunks and string pools, of which binary XML and resource tables are made (AOSP libs/androidfw ResourceTypes.h)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

from analyzer import limits
from analyzer.errors import FormatError

STRING_POOL: int = 0x0001
_UTF8 = 1 << 8


class Chunk(Struct, frozen=True):
    """One chunk: its type, where it begins, how long its header is, where it ends."""

    type: int
    start: int
    header: int
    end: int


def chunk_at(data: bytes, start: int, end: int) -> Chunk | None:
    """The chunk that begins at *start* and lies before *end*; None when none does."""
    if start + 8 > end:
        return None
    kind, header, size = struct.unpack_from("<HHI", data, start)
    fits = 8 <= header <= size and start + size <= end
    return Chunk(kind, start, header, start + size) if fits else None


def chunks(data: bytes, start: int, end: int) -> Iterator[Chunk]:
    """The chunks one after another; ends at the first that does not fit."""
    for _ in range(limits.CHUNKS):
        chunk = chunk_at(data, start, end)
        if chunk is None:
            return
        yield chunk
        start = chunk.end


def pool_problems(data: bytes, pool: Chunk) -> Iterator[str]:
    """For what the platform refuses a pool (AOSP ResourceTypes.cpp, ResStringPool::setTo); its texts may be readable still."""
    count, styles, flags, strings, styles_start = struct.unpack_from("<5I", data, pool.start + 8)
    size = pool.end - pool.start
    if pool.header + 4 * count > size:
        yield f"it counts {count} strings in {size} bytes"
    if count and strings >= size - 2:
        yield "its strings lie behind its end"
    if styles and not strings < styles_start < size - 2:
        yield "its styles lie outside of it"
    end = pool.start + styles_start if styles and styles_start < size else pool.end
    if count and data[end - (1 if flags & _UTF8 else 2) : end].strip(b"\0"):
        yield "its last string has no end"


def pool_size(data: bytes, pool: Chunk) -> int:
    """How many strings a pool can hold at most."""
    return min(int(struct.unpack_from("<I", data, pool.start + 8)[0]), (pool.end - pool.start) // 4)


def pool_string(data: bytes, pool: Chunk, index: int) -> str:
    """String *index* of a pool, in either of its two encodings. Raises ``FormatError``."""
    try:
        count, _, flags, strings = struct.unpack_from("<IIII", data, pool.start + 8)
        if index >= count:
            raise FormatError(f"there is no string {index}")
        offset = struct.unpack_from("<I", data, pool.start + pool.header + 4 * index)[0]
        at = pool.start + strings + offset
        if at >= pool.end:
            raise FormatError(f"string {index} lies outside of its pool")
        if flags & _UTF8:
            at += 2 if data[at] & 0x80 else 1  # the length in characters
            length, at = (((data[at] & 0x7F) << 8 | data[at + 1]), at + 2) if data[at] & 0x80 else (data[at], at + 1)
            return data[at : min(at + length, pool.end)].decode("utf-8", "replace")
        at -= offset & 1  # the platform counts characters of two bytes
        length, at = struct.unpack_from("<H", data, at)[0], at + 2
        if length & 0x8000:
            length, at = (length & 0x7FFF) << 16 | struct.unpack_from("<H", data, at)[0], at + 2
        return data[at : min(at + 2 * length, pool.end)].decode("utf-16-le", "replace")
    except (struct.error, IndexError):
        raise FormatError(f"string {index} lies outside of its pool") from None


def pool_strings(data: bytes, pool: Chunk) -> Iterator[tuple[int, str]]:
    """All strings of a pool that can be read, with their numbers.

    Raises ``FormatError`` when they come to far more than the pool's bytes: strings that overlap, made to fill the memory.
    """
    left = limits.POOL_TEXT * (pool.end - pool.start)
    for index in range(pool_size(data, pool)):
        try:
            text = pool_string(data, pool, index)
        except FormatError:
            continue
        left -= len(text)
        if left < 0:
            raise FormatError(f"the strings of a pool overlap and come to over {limits.POOL_TEXT} times its bytes")
        yield index, text
