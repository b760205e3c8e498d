"""Lambdas that the runtime makes: ``invoke-custom`` call sites of ``LambdaMetafactory`` (dex-format: call_site_item).

With lambdas compiled to call sites there is no class that implements the interface: the call site names the interface's method
and the method that holds the lambda's body.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

from analyzer.errors import FormatError
from analyzer.formats.dex.file import DexFile
from analyzer.formats.dex.leb128 import read_uleb128

_CALL_SITES, _METHOD_HANDLES = 0x0007, 0x0008
_METHOD_TYPE, _METHOD_HANDLE, _STRING = 0x15, 0x16, 0x17
_FIELD_HANDLES = 4  # handle types below are of fields (dex-format, Method Handle Type Codes)
_FACTORY = "Ljava/lang/invoke/LambdaMetafactory;->"
_WANTED = (_METHOD_HANDLE, _STRING, _METHOD_TYPE, _METHOD_TYPE, _METHOD_HANDLE)


class Lambda(Struct, frozen=True):
    """A call site that makes a lambda: the ``interface``, its ``member`` (name and prototype) and the ``body``'s method row."""

    interface: str
    member: str
    body: int


def lambdas(dex: DexFile) -> dict[int, Lambda]:
    """The lambdas of *dex* by row of its call-site table. Call sites of another make are left out."""
    tables = dict(_tables(dex))
    found: dict[int, Lambda] = {}
    if not {_CALL_SITES, _METHOD_HANDLES} <= tables.keys():
        return found
    handles = _handles(dex.data, *tables[_METHOD_HANDLES])
    size, start = tables[_CALL_SITES]
    for row in range(min(size, (len(dex.data) - min(start, len(dex.data))) // 4)):  # no more rows than bytes for them
        try:
            (offset,) = struct.unpack_from("<I", dex.data, start + 4 * row)
            made = _lambda(dex, handles, offset)
        except (FormatError, struct.error, IndexError, ValueError):
            continue  # a damaged call site makes nothing that could be named
        if made is not None:
            found[row] = made
    return found


def _tables(dex: DexFile) -> Iterator[tuple[int, tuple[int, int]]]:
    """Size and offset of the sections that the map list names, by type."""
    data, at = dex.data, dex.header.map_offset
    if at + 4 > len(data) or not at:
        return
    (count,) = struct.unpack_from("<I", data, at)
    for index in range(min(count, 64)):
        if at + 16 + 12 * index > len(data):
            return
        kind, _, size, offset = struct.unpack_from("<HHII", data, at + 4 + 12 * index)
        yield kind, (size, offset)


def _handles(data: bytes, size: int, offset: int) -> list[int]:
    """For each method handle the row of its method, -1 for a field's."""
    rows = []
    for index in range(min(size, (len(data) - min(offset, len(data))) // 8)):
        kind, _, row, _ = struct.unpack_from("<HHHH", data, offset + 8 * index)
        rows.append(row if kind >= _FIELD_HANDLES else -1)
    return rows


def _lambda(dex: DexFile, handles: list[int], offset: int) -> Lambda | None:
    values = _values(dex.data, offset, len(_WANTED))
    if tuple(kind for kind, _ in values) != _WANTED:
        return None
    factory, name, made, member, body = (value for _, value in values)
    pools = dex.pools
    if handles[factory] < 0 or not pools.method(handles[factory]).startswith(_FACTORY) or handles[body] < 0:
        return None
    interface = pools.proto(made).rpartition(")")[2]
    return Lambda(interface, pools.string(name) + pools.proto(member), handles[body])


def _values(data: bytes, at: int, most: int) -> list[tuple[int, int]]:
    """The first *most* values of an encoded array as type and unsigned number (dex-format: encoded_value)."""
    size, at = read_uleb128(data, at)
    found = []
    for _ in range(min(size, most)):
        head = data[at]
        length = (head >> 5) + 1
        found.append((head & 0x1F, int.from_bytes(data[at + 1 : at + 1 + length], "little")))
        at += 1 + length
    return found
