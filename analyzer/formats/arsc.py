"""The resource table, as far as a manifest needs it: a string, number or file for a resource id.

One look-up reads the chunk headers and the one entry that is asked for; nothing else is decoded. (androguard's full parse
of a table costs up to a sixth of a whole scan.) Layout: AOSP frameworks/base libs/androidfw ResourceTypes.h.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from analyzer.errors import FormatError

_STRING_POOL, _TABLE, _PACKAGE, _TYPE = 0x0001, 0x0002, 0x0200, 0x0201
_UTF8 = 1 << 8
_SPARSE, _OFFSET16 = 0x01, 0x02
_COMPLEX, _COMPACT = 0x0001, 0x0008
_REFERENCE, _STRING, _DECIMAL, _HEX, _BOOLEAN = 0x01, 0x03, 0x10, 0x11, 0x12
_NO_ENTRY = 0xFFFFFFFF
_MOST_REFERENCES = 20
_MOST_CHUNKS = 100_000


class _Chunk(NamedTuple):
    """One chunk: its type, where it begins, how long its header is, where it ends."""

    type: int
    start: int
    header: int
    end: int


class _Value(NamedTuple):
    """A resource value: its type and data."""

    type: int
    data: int


class Resources:
    """Resolves references such as ``@7F0B0001`` in the default configuration.

    ``problem`` says, after a look-up, why the table could not be read.
    """

    def __init__(self, data: bytes | None) -> None:
        self._data = data or b""
        self.problem: str | None = None

    def resolve(self, value: str | None) -> str | None:
        """*value* itself, or what it refers to; None when that is unknown."""
        if value is None or not value.startswith("@"):
            return value
        try:
            resource = int(value.rpartition(":")[2].lstrip("@"), 16)
        except ValueError:
            return None
        if not self._data or resource >> 24 == 0x01:  # 0x01 is the platform's own table
            return None
        try:
            return self._text(resource)
        except (FormatError, struct.error, IndexError) as error:
            self.problem = f"resource {resource:#010x}: {error}"
            return None

    def _text(self, resource: int) -> str | None:
        for _ in range(_MOST_REFERENCES):
            value = self._value(resource)
            if value is None:
                return None
            if value.type != _REFERENCE:
                return self._format(value)
            resource = value.data
        return None

    def _format(self, value: _Value) -> str | None:
        if value.type == _STRING:
            return _pool_string(self._data, self._strings, value.data)
        if value.type == _DECIMAL:
            return str(value.data - (1 << 32) if value.data >> 31 else value.data)
        if value.type == _HEX:
            return f"{value.data:#x}"
        if value.type == _BOOLEAN:
            return "true" if value.data else "false"
        return None

    def _value(self, resource: int) -> _Value | None:
        """The value in the default configuration, else in the first that has the entry."""
        first = None
        for chunk in self._types.get(resource >> 16, ()):
            value = _entry(self._data, chunk, resource & 0xFFFF)
            if value is not None:
                if _is_default(self._data, chunk):
                    return value
                first = first or value
        return first

    @cached_property
    def _strings(self) -> _Chunk:
        for chunk in self._top:
            if chunk.type == _STRING_POOL:
                return chunk
        raise FormatError("the resource table has no strings")

    @cached_property
    def _types(self) -> dict[int, list[_Chunk]]:
        """The type chunks by package and type id, as in the upper half of a resource id."""
        found: dict[int, list[_Chunk]] = {}
        for package in self._top:
            if package.type == _PACKAGE:
                number = struct.unpack_from("<I", self._data, package.start + 8)[0]
                for chunk in _chunks(self._data, package.start + package.header, package.end):
                    if chunk.type == _TYPE:
                        found.setdefault((number & 0xFF) << 8 | self._data[chunk.start + 8], []).append(chunk)
        return found

    @cached_property
    def _top(self) -> list[_Chunk]:
        kind, header, size = struct.unpack_from("<HHI", self._data)
        if kind != _TABLE:
            raise FormatError("this is no resource table")
        return list(_chunks(self._data, header, min(size, len(self._data))))


def xml_strings(data: bytes) -> Iterator[str]:
    """The string pool of a binary XML document: every name and text in it. Raises ``FormatError``."""
    try:
        for chunk in _chunks(data, 8, len(data)):
            if chunk.type == _STRING_POOL:
                (count,) = struct.unpack_from("<I", data, chunk.start + 8)
                for index in range(min(count, (chunk.end - chunk.start) // 4)):
                    yield _pool_string(data, chunk, index)
                return
    except (struct.error, IndexError) as error:
        raise FormatError(f"the string pool of a binary XML document cannot be read: {error}") from None


def _chunks(data: bytes, start: int, end: int) -> Iterator[_Chunk]:
    """The chunks one after another; ends at the first that does not fit."""
    for _ in range(_MOST_CHUNKS):
        if start + 8 > end:
            return
        kind, header, size = struct.unpack_from("<HHI", data, start)
        if header < 8 or size < header or start + size > end:
            return
        yield _Chunk(kind, start, header, start + size)
        start += size


def _is_default(data: bytes, chunk: _Chunk) -> bool:
    """Whether a type chunk is for the default configuration: all zero behind the configuration's size."""
    size = struct.unpack_from("<I", data, chunk.start + 20)[0]
    return not any(data[chunk.start + 24 : min(chunk.start + 20 + size, chunk.start + chunk.header)])


def _entry(data: bytes, chunk: _Chunk, index: int) -> _Value | None:
    """The simple value of entry *index* of a type chunk, or None."""
    flags, count, entries = data[chunk.start + 9], *struct.unpack_from("<II", data, chunk.start + 12)
    table = chunk.start + chunk.header
    if flags & _SPARSE:
        offset = _sparse_offset(data, table, count, index)
    elif index >= count:
        return None
    elif flags & _OFFSET16:
        short = struct.unpack_from("<H", data, table + 2 * index)[0]
        offset = _NO_ENTRY if short == 0xFFFF else 4 * short
    else:
        offset = struct.unpack_from("<I", data, table + 4 * index)[0]
    at = chunk.start + entries + offset
    if offset == _NO_ENTRY or at + 8 > chunk.end:
        return None
    size, entry_flags, third = struct.unpack_from("<HHI", data, at)
    if entry_flags & _COMPACT:
        return _Value(entry_flags >> 8, third)
    if entry_flags & _COMPLEX or at + size + 8 > chunk.end:
        return None
    _, _, kind, value = struct.unpack_from("<HBBI", data, at + size)
    return _Value(kind, value)


def _sparse_offset(data: bytes, table: int, count: int, index: int) -> int:
    """The offset of entry *index* in a sparse table: pairs of index and offset in words, sorted."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        found, words = struct.unpack_from("<HH", data, table + 4 * middle)
        if found == index:
            return int(4 * words)
        low, high = (middle + 1, high) if found < index else (low, middle)
    return _NO_ENTRY


def _pool_string(data: bytes, pool: _Chunk, index: int) -> str:
    """String *index* of a pool, in either of its two encodings."""
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
