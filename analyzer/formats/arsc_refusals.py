"""For what Android refuses a resource table that can be read all the same.

Source: AOSP frameworks/base libs/androidfw LoadedArsc.cpp (LoadTable, LoadedPackage::Load, VerifyResTableType) and
ChunkIterator.cpp, as of Android 15. Single entries are looked at there when they are asked for, and here not at all.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from analyzer.formats.reschunk import STRING_POOL, Chunk, chunks, pool_problems

_PACKAGE, _TYPE, _SPECIFICATION = 0x0200, 0x0201, 0x0202
_SPARSE, _OFFSET16 = 0x01, 0x02
_PACKAGE_HEADER, _TYPE_HEADER, _SPECIFICATION_HEADER, _POOL_HEADER = 284, 24, 16, 28
_MOST_ENTRIES = 0xFFFF


def table_refusals(data: bytes, table: Chunk) -> Iterator[str]:
    """What is wrong with the chunk *table* and what is in it, a clause each. Raises ``struct.error`` where it is cut short."""
    yield from _sizes(data, 0, len(data))
    yield from _sizes(data, table.start + table.header, table.end)
    pools = 0
    for chunk in chunks(data, table.start + table.header, table.end):
        if chunk.type == STRING_POOL:
            pools += 1
            if pools == 1:
                yield from _pool(data, chunk)
        elif chunk.type == _PACKAGE:
            yield from _package(data, chunk)


def _sizes(data: bytes, at: int, end: int) -> Iterator[str]:
    """Whether the chunks have sizes that can be; bytes behind the last that are no chunk are passed over."""
    for chunk in chunks(data, at, end):
        at = chunk.end
        if (chunk.start | chunk.header | chunk.end) % 4:
            yield "a chunk is not in line with four bytes"
            return
    if at + 8 <= end:
        _, header, size = struct.unpack_from("<HHI", data, at)
        if size <= end - at and not 8 <= header <= size:
            yield "a chunk has an impossible size"


def _pool(data: bytes, chunk: Chunk) -> Iterator[str]:
    if chunk.header < _POOL_HEADER:
        yield "a pool of strings has too short a header"
        return
    yield from (f"of a pool of strings: {problem}" for problem in pool_problems(data, chunk))


def _package(data: bytes, package: Chunk) -> Iterator[str]:
    if package.header < _PACKAGE_HEADER:
        yield "a package has too short a header"
        return
    yield from _sizes(data, package.start + package.header, package.end)
    named = [package.start + struct.unpack_from("<I", data, package.start + at)[0] for at in (268, 276)]
    specified = set()
    for chunk in chunks(data, package.start + package.header, package.end):
        if chunk.type == STRING_POOL and chunk.start in named:
            yield from _pool(data, chunk)
        elif chunk.type == _SPECIFICATION:
            specified.add(data[chunk.start + 8])
            if chunk.header < _SPECIFICATION_HEADER or not data[chunk.start + 8]:
                yield "a specification is of no type"
        elif chunk.type == _TYPE:
            yield from _type(data, chunk, specified)


def _type(data: bytes, chunk: Chunk, specified: set[int]) -> Iterator[str]:
    if chunk.header < _TYPE_HEADER:
        yield "a type has too short a header"
        return
    number, flags, count, start = struct.unpack_from("<BB2xII", data, chunk.start + 8)
    width = 2 if flags & _OFFSET16 and not flags & _SPARSE else 4
    if not number or number not in specified:
        yield f"nothing specifies type {number}"
    if count > _MOST_ENTRIES:
        yield f"a type has {count} entries"
    elif start < chunk.header + width * count or start > chunk.end - chunk.start or start % 4:
        yield "the entries of a type do not lie behind their table"
