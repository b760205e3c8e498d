"""The header of a DEX file, checked against the bytes that are there.

A container (version 041) holds several DEX files, each with a header of its own, that share one data area; all
their offsets count from the container's start (dex-format specification, "Container DEX").
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from analyzer import limits
from analyzer.errors import FormatError

HEADER_SIZE = 0x70
CONTAINER_HEADER_SIZE = 0x78
CONTAINER_VERSION = 41
KNOWN_VERSIONS = frozenset({35, 37, 38, 39, 40, CONTAINER_VERSION})
_LITTLE_ENDIAN = 0x12345678


class Table(Struct, frozen=True):
    """Where an id table lies: number of rows and byte offset."""

    size: int
    offset: int


class Header(Struct, frozen=True):
    """One DEX header: where it lies, where its file ends and what it checks the sum of, its version and its tables.

    ``deviations`` says, a sentence each, what in it Android refuses and does not stand in the way of reading.
    """

    offset: int
    end: int
    checked_end: int
    version: int
    strings: Table
    types: Table
    protos: Table
    fields: Table
    methods: Table
    classes: Table
    map_offset: int
    checksum: int
    deviations: tuple[str, ...]


# Bytes per row of string, type, proto, field, method and class tables.
_ROW_SIZES = (4, 4, 12, 8, 8, 32)
_TABLE_NAMES = ("string", "type", "proto", "field", "method", "class")
_MOST_SECTIONS = 64


def read_headers(data: bytes) -> list[Header]:
    """The headers of all DEX files in *data*: one, or several in a container.

    Raises ``FormatError`` for anything that is no DEX file, is cut short or points outside itself.
    """
    headers = [_read_header(data, 0)]
    while headers[-1].version == CONTAINER_VERSION and headers[-1].end < _container_size(data):
        if len(headers) == limits.DEX_CONTAINED:
            raise FormatError(f"more than {limits.DEX_CONTAINED} DEX files in one container")
        try:
            headers.append(_read_header(data, headers[-1].end))
        except FormatError as error:
            lost = f"what follows it in its container cannot be read ({error.what})"
            headers[-1] = replace(headers[-1], deviations=(*headers[-1].deviations, lost))
            break
    return headers


def _container_size(data: bytes) -> int:
    return int(struct.unpack_from("<I", data, HEADER_SIZE)[0])


def _read_header(data: bytes, offset: int) -> Header:
    if len(data) - offset < HEADER_SIZE:
        raise FormatError(f"not a DEX file: {len(data) - offset} bytes are too few for a header")
    magic = bytes(data[offset : offset + 8])
    if magic[:4] != b"dex\n" or magic[7] != 0 or not magic[4:7].isdigit():
        raise FormatError("not a DEX file: it does not start with the DEX magic")
    version = int(magic[4:7])
    deviations: tuple[str, ...] = ()
    checksum = struct.unpack_from("<I", data, offset + 8)[0]
    words = struct.unpack_from("<20I", data, offset + 0x20)
    file_size, header_size = words[0], words[1]
    if version == CONTAINER_VERSION:
        end = offset + file_size
        limit, deviations = _container_limit(data, offset, end, header_size)
    else:
        limit = end = len(data)
        deviations = tuple(_deviations(version, words, len(data)))
    tables, more = _read_tables(data, words, limit)
    strings, types, protos, fields, methods, classes = tables
    checked = offset + file_size if file_size <= len(data) - offset else end
    return Header(
        offset, end, checked, version, strings, types, protos, fields, methods, classes, words[5], checksum, (*deviations, *more)
    )


def _deviations(version: int, words: Sequence[int], size: int) -> Iterator[str]:
    """What the header says that is not so; ART refuses each of it (AOSP libdexfile, DexFileVerifier::CheckHeader)."""
    file_size, header_size, byte_order = words[0], words[1], words[2]
    if version not in KNOWN_VERSIONS:
        yield f"DEX version {version:03d} is not known, and was read like those that are"
    if byte_order != _LITTLE_ENDIAN:
        yield f"its byte order mark is {byte_order:#x}"
    if header_size != HEADER_SIZE:
        yield f"its header says that it has {header_size} bytes"
    if file_size != size:
        yield f"it says that it has {file_size} bytes and has {size}"


def _container_limit(data: bytes, offset: int, end: int, header_size: int) -> tuple[int, tuple[str, ...]]:
    """Where the container ends, up to where the offsets of each of its DEX files reach; and how its header deviates."""
    if len(data) < offset + CONTAINER_HEADER_SIZE or end < offset + CONTAINER_HEADER_SIZE or end > len(data):
        raise FormatError("DEX container header is cut short")
    size, own_offset = struct.unpack_from("<II", data, offset + HEADER_SIZE)
    found = []
    if header_size != CONTAINER_HEADER_SIZE:
        found.append(f"its header says that it has {header_size} bytes")
    if own_offset != offset or size > len(data) or end > size:
        found.append("its header does not agree with the container")
    return min(size, len(data)) if end <= size else len(data), tuple(found)


def _read_tables(data: bytes, words: Sequence[int], limit: int) -> tuple[list[Table], list[str]]:
    """The tables; of one that would lie outside of the file as many rows as the map says that it has, and a deviation."""
    found: list[Table] = []
    deviations = []
    for number, (name, row) in enumerate(zip(_TABLE_NAMES, _ROW_SIZES, strict=True)):
        table = Table(words[6 + 2 * number], words[7 + 2 * number])
        if not _fits(table, row, limit):
            mapped = Table(_mapped(data, words[5], number + 1, table.offset), table.offset)
            if not mapped.size or not _fits(mapped, row, limit):
                raise FormatError(f"DEX {name} table ({table.size} rows at {table.offset:#x}) lies outside the file")
            deviations.append(f"its {name} table is said to have {table.size} rows and has room for {mapped.size}")
            table = mapped
        found.append(table)
    return found, deviations


def _fits(table: Table, row: int, limit: int) -> bool:
    return not table.size or (table.offset >= HEADER_SIZE and table.offset + table.size * row <= limit)


def _mapped(data: bytes, map_at: int, kind: int, offset: int) -> int:
    """How many items the map lists in the section of this type that begins at *offset*; 0 where it lists none."""
    if map_at + 4 > len(data):
        return 0
    count = struct.unpack_from("<I", data, map_at)[0]
    for row in range(map_at + 4, min(map_at + 4 + 12 * min(count, _MOST_SECTIONS), len(data) - 11), 12):
        own, _, size, start = struct.unpack_from("<HHII", data, row)
        if (own, start) == (kind, offset):
            return int(size)
    return 0
