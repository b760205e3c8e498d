"""The resource table, as far as a manifest needs it: a string, number or file for a resource id.

One look-up reads the chunk headers and the one entry that is asked for; nothing else is decoded. (androguard's full parse
of a table costs up to a sixth of a whole scan.) Layout: AOSP frameworks/base libs/androidfw ResourceTypes.h.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import islice

from msgspec import Struct

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.formats.arsc_refusals import table_refusals
from analyzer.formats.reschunk import STRING_POOL, Chunk, chunks, pool_string, pool_strings

_TABLE, _PACKAGE, _TYPE = 0x0002, 0x0200, 0x0201
_SPARSE, _OFFSET16 = 0x01, 0x02
_COMPLEX, _COMPACT = 0x0001, 0x0008
_REFERENCE, _STRING, _DECIMAL, _HEX, _BOOLEAN = 0x01, 0x03, 0x10, 0x11, 0x12
_NO_ENTRY = 0xFFFFFFFF
_TYPE_HEADER = 24
_MOST_ENTRIES = 1 << 16
_MOST_REFUSALS = 20


class _Value(Struct, frozen=True):
    """A resource value: its type and data."""

    type: int
    data: int


class Resources:
    """Resolves references such as ``@7F0B0001`` in the default configuration.

    ``problem`` says, after a look-up, why the table could not be read.
    """

    def __init__(self, data: bytes | None) -> None:
        self._data = data or b""
        self._answers: dict[int, str | None] = {}
        self._looks = 0
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
        if resource not in self._answers:
            self._answers[resource] = None
            try:
                self._answers[resource] = self._text(resource)
            except (FormatError, struct.error, IndexError) as error:
                self.problem = f"resource {resource:#010x}: {error}"
        return self._answers[resource]

    def texts(self) -> bytes:
        """Bytes in which all texts stand, each apart from what is beside it: for a search."""
        data = self._data
        return data + b" " + data.replace(b"\0", b"") if b":\0/\0/\0" in data else data  # a pool of two bytes a character

    def named(self, names: Iterable[str]) -> dict[str, str]:
        """The texts of the string resources with these names, as far as they are there, in the default configuration."""
        wanted = {name for name in names if self._holds(name)}
        return self._texts_of(wanted.__contains__) if wanted else {}

    def named_like(self, begins: str, form: re.Pattern[str]) -> dict[str, str]:
        """The texts of the string resources whose names match *form*, all of which begin with *begins*."""
        return self._texts_of(lambda name: form.fullmatch(name) is not None) if self._holds(begins) else {}

    def _holds(self, text: str) -> bool:
        return text.encode() in self._data or text.encode("utf-16-le") in self._data

    def _texts_of(self, wanted: Callable[[str], bool]) -> dict[str, str]:
        try:
            return dict(self._named(wanted))
        except (FormatError, struct.error, IndexError) as error:
            self.problem = f"names of resources: {error}"
            return {}

    def _named(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        data = self._data
        for package in self._top:
            if package.type != _PACKAGE:
                continue
            number, types_at, keys_at = (struct.unpack_from("<I", data, package.start + at)[0] for at in (8, 268, 276))
            types, keys = _pool_at(data, package, types_at), _pool_at(data, package, keys_at)
            known = {at for at, text in pool_strings(data, keys) if wanted(text)}
            kinds = [at + 1 for at, text in pool_strings(data, types) if text == "string" and at < 255] if known else []
            for kind in kinds:
                top = (number & 0xFF) << 24 | kind << 16
                for chunk in self._types.get(top >> 16, ()):
                    if not _is_default(data, chunk):
                        continue
                    for index in range(_entry_count(data, chunk)):
                        key = _key(data, chunk, index)
                        text = self._text(top | index) if key in known else None
                        if key is not None and text:
                            yield pool_string(data, keys, key), text

    def _text(self, resource: int) -> str | None:
        for _ in range(limits.RESOURCE_REFERENCES):
            value = self._value(resource)
            if value is None:
                return None
            if value.type != _REFERENCE:
                return self._format(value)
            resource = value.data
        return None

    def _format(self, value: _Value) -> str | None:
        if value.type == _STRING:
            return pool_string(self._data, self._strings, value.data)
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
            self._looks += 1
            if self._looks > limits.RESOURCE_LOOKS:
                raise FormatError("looking up resources costs more than the limit")
            value = _entry(self._data, chunk, resource & 0xFFFF)
            if value is not None:
                if _is_default(self._data, chunk):
                    return value
                first = first or value
        return first

    @cached_property
    def _strings(self) -> Chunk:
        for chunk in self._top:
            if chunk.type == STRING_POOL:
                return chunk
        raise FormatError("the resource table has no strings")

    @cached_property
    def _types(self) -> dict[int, list[Chunk]]:
        """The type chunks by package and type id, as in the upper half of a resource id."""
        found: dict[int, list[Chunk]] = {}
        count = 0
        for package in self._top:
            if package.type == _PACKAGE:
                number = struct.unpack_from("<I", self._data, package.start + 8)[0]
                for chunk in chunks(self._data, package.start + package.header, package.end):
                    if chunk.type == _TYPE and chunk.header >= _TYPE_HEADER:
                        count += 1
                        if count > limits.RESOURCE_TYPES:
                            raise FormatError(f"the resource table has more than {limits.RESOURCE_TYPES} types")
                        found.setdefault((number & 0xFF) << 8 | self._data[chunk.start + 8], []).append(chunk)
        return found

    @cached_property
    def _top(self) -> list[Chunk]:
        """The chunks of the first table: the platform passes over what stands before it (AOSP LoadedArsc, Load)."""
        table = next((chunk for chunk in chunks(self._data, 0, len(self._data)) if chunk.type == _TABLE), None)
        if table is None:  # the platform refuses a table that says it is longer than the file
            kind, header, _ = struct.unpack_from("<HHI", self._data)
            if kind != _TABLE:
                raise FormatError("this is no resource table")
            self.problem = "Android refuses the resource table: it says that it is longer than the file"
            return list(chunks(self._data, header, len(self._data)))
        found = list(chunks(self._data, table.start + table.header, table.end))
        wrong = list(dict.fromkeys(islice(table_refusals(self._data, table), _MOST_REFUSALS)))
        packages = sum(chunk.type == _PACKAGE for chunk in found)
        count = struct.unpack_from("<I", self._data, table.start + 8)[0] if table.header >= 12 else 0
        if packages > count:
            wrong.append(f"it counts {count} packages and has {packages}")
        if wrong:
            self.problem = f"Android refuses the resource table: {'; '.join(wrong)}"
        return found


def _is_default(data: bytes, chunk: Chunk) -> bool:
    """Whether a type chunk is for the default configuration: all zero behind the configuration's size."""
    size = struct.unpack_from("<I", data, chunk.start + 20)[0]
    return not any(data[chunk.start + 24 : min(chunk.start + 20 + size, chunk.start + chunk.header)])


def _pool_at(data: bytes, package: Chunk, offset: int) -> Chunk:
    """The string pool at *offset* of a package chunk. Raises ``FormatError``."""
    for chunk in chunks(data, package.start + offset, package.end):
        if chunk.type == STRING_POOL:
            return chunk
        break
    raise FormatError("the package of a resource table has no names")


def _entry_count(data: bytes, chunk: Chunk) -> int:
    """How many entries a type chunk has, at most as many as there is room for."""
    width = 2 if data[chunk.start + 9] & _OFFSET16 else 4
    count = int(struct.unpack_from("<I", data, chunk.start + 12)[0])
    return min(count, _MOST_ENTRIES, max(0, chunk.end - chunk.start - chunk.header) // width)


def _key(data: bytes, chunk: Chunk, index: int) -> int | None:
    """Which name entry *index* of a type chunk has; None when there is none, or the table is sparse."""
    flags, entries = data[chunk.start + 9], struct.unpack_from("<I", data, chunk.start + 16)[0]
    table = chunk.start + chunk.header
    if flags & _SPARSE:
        return None
    if flags & _OFFSET16:
        short = struct.unpack_from("<H", data, table + 2 * index)[0]
        offset = _NO_ENTRY if short == 0xFFFF else 4 * short
    else:
        offset = struct.unpack_from("<I", data, table + 4 * index)[0]
    at = chunk.start + entries + offset
    if offset == _NO_ENTRY or at + 8 > chunk.end:
        return None
    size, entry_flags, key = struct.unpack_from("<HHI", data, at)
    return int(size if entry_flags & _COMPACT else key)


def _entry(data: bytes, chunk: Chunk, index: int) -> _Value | None:
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
