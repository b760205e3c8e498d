"""DEX files into which bytes are put, with every offset moved along, so that only what a trick is about is wrong.

Layout: dex-format specification. Files with call sites are not moved.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator

HEADER, LONG_HEADER = 0x70, 0x78
_CLASS_DATA, _TYPE_LIST = 0x2000, 0x1001


def word(data: bytes | bytearray, at: int) -> int:
    """The four bytes at *at* as a number."""
    return int(struct.unpack_from("<I", data, at)[0])


def sealed(data: bytes | bytearray, size: int | None = None) -> bytes:
    """The file with size, signature and checksum in agreement."""
    out = bytearray(data)
    struct.pack_into("<I", out, 0x20, len(out) if size is None else size)
    out[12:32] = hashlib.sha1(out[32:], usedforsecurity=False).digest()
    struct.pack_into("<I", out, 8, zlib.adler32(bytes(out[12:])))
    return bytes(out)


def uleb(value: int) -> bytes:
    """*value* as ULEB128."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def read_uleb(data: bytes | bytearray, at: int) -> tuple[int, int]:
    """The ULEB128 at *at*, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def sections(data: bytes) -> dict[int, tuple[int, int]]:
    """The map: for each type how many items there are, and from where on."""
    at = word(data, 0x34)
    rows = (struct.unpack_from("<HHII", data, at + 4 + 12 * row) for row in range(word(data, at)))
    return {kind: (size, start) for kind, _, size, start in rows}


def methods(data: bytes, at: int) -> tuple[list[int], list[tuple[int, int, int, int]]]:
    """The counts of the class data at *at*, and its methods: where each begins, its difference, flags and code."""
    counts = []
    for _ in range(4):
        value, at = read_uleb(data, at)
        counts.append(value)
    for _ in range(2 * (counts[0] + counts[1])):
        _, at = read_uleb(data, at)
    found = []
    for _ in range(counts[2] + counts[3]):
        start = at
        step, at = read_uleb(data, at)
        flags, at = read_uleb(data, at)
        code, at = read_uleb(data, at)
        found.append((start, step, flags, code))
    return counts, found


def _offsets(data: bytes) -> Iterator[int]:
    """Where in the file an offset stands, but for those in class data."""
    yield from (0x30, 0x34, *range(0x3C, 0x6C, 8), 0x6C)
    map_at = word(data, 0x34)
    yield from (map_at + 4 + 12 * row + 8 for row in range(word(data, map_at)))
    strings, protos, classes = ((word(data, at), word(data, at + 4)) for at in (0x38, 0x48, 0x60))
    yield from (strings[1] + 4 * row for row in range(strings[0]))
    yield from (protos[1] + 12 * row + 8 for row in range(protos[0]))
    for row in range(classes[0]):
        at = classes[1] + 32 * row
        yield from (at + 12, at + 20, at + 24, at + 28)
    code = {
        each[3] for row in range(classes[0]) if (at := word(data, classes[1] + 32 * row + 24)) for each in methods(data, at)[1]
    }
    yield from (at + 8 for at in sorted(code - {0}))
    yield from _annotations(data, {word(data, classes[1] + 32 * row + 20) for row in range(classes[0])} - {0})


def _annotations(data: bytes, directories: set[int]) -> Iterator[int]:
    sets: set[int] = set()
    lists: set[int] = set()
    for at in directories:
        own, fields, members, parameters = struct.unpack_from("<4I", data, at)
        sets |= {own} - {0}
        yield at
        for row in range(fields + members + parameters):
            place = at + 16 + 8 * row + 4
            (sets if row < fields + members else lists).add(word(data, place))
            yield place
    for at in lists:
        places = [at + 4 + 4 * row for row in range(word(data, at))]
        sets |= {word(data, place) for place in places} - {0}
        yield from places
    for at in sets:
        yield from (at + 4 + 4 * row for row in range(word(data, at)))


def inserted(data: bytes, at: int, extra: bytes, base: int = 0) -> bytes:
    """The file with *extra* at *at*; what stood there and behind moves, and *base* is added to every offset.

    A table or section that begins at *at* begins behind *extra*.
    """
    out = bytearray(data)
    move = lambda old: old and old + base + (len(extra) if old >= at else 0)  # noqa: E731
    for place in set(_offsets(data)):
        struct.pack_into("<I", out, place, move(word(data, place)))
    count, classes = word(data, 0x60), word(data, 0x64)
    for row in range(count):
        where = word(data, classes + 32 * row + 24)
        for start, step, flags, code in methods(data, where)[1] if where else ():
            place = start + len(uleb(step) + uleb(flags))
            if len(uleb(move(code))) != len(uleb(code)):
                raise SystemExit(f"the code offset {code:#x} cannot be moved in place")
            out[place : place + len(uleb(code))] = uleb(move(code))
    out[at:at] = extra
    if at > word(data, 0x6C):
        struct.pack_into("<I", out, 0x68, word(data, 0x68) + len(extra))
    return sealed(out)


def contained(*files: bytes, size: int | None = None) -> bytes:
    """A container of version 041 with these files, each with a data area of its own; *size* is what it says that it has."""
    parts: list[bytearray] = []
    for data in files:
        base = sum(map(len, parts))
        part = bytearray(inserted(data, HEADER, bytes(LONG_HEADER - HEADER), base))
        part[4:7] = b"041"
        struct.pack_into("<I", part, 0x24, LONG_HEADER)
        struct.pack_into("<II", part, 0x68, 0, 0)
        # The header's own place in the map counts from the container, too; 0 was not moved.
        struct.pack_into("<I", part, word(data, 0x34) + LONG_HEADER - HEADER + 12, base)
        parts.append(part + bytes(-len(part) % 4))
    out = bytearray()
    for part in parts:
        struct.pack_into("<II", part, HEADER, sum(map(len, parts)) if size is None else size, len(out))
        out += sealed(part)
    return bytes(out)
