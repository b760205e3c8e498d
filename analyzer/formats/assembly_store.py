"""How .NET for Android packs assemblies: stores (``XABA``), compressed assemblies (``XALZ``), and both inside of ELF files.

Layouts: dotnet/android, Documentation/project-docs/AssemblyStores.md (store format 1) and the store's native structs (formats 2
and 3). A store of format 1 does not hold the names of its assemblies; each assembly says its own. In a shared library the data
lie in a section named ``payload``; it is looked up here, since LIEF would copy many megabytes to say where one section is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

from analyzer.errors import FormatError

STORE, COMPRESSED, ELF, PE = b"XABA", b"XALZ", b"\x7fELF", b"MZ"
_MAX_ASSEMBLIES = 1 << 16
_MAX_NAME = 512
_MAX_SECTIONS = 1 << 12
_DESCRIPTOR_1, _DESCRIPTOR_2 = struct.Struct("<6I"), struct.Struct("<7I")
_VERSION_MASK = 0x0FFF


class Packed(Struct, frozen=True):
    """One assembly as it lies in a store: its name (None where the store does not hold it), and its bytes, maybe compressed."""

    name: str | None
    data: memoryview


class Store(Struct, frozen=True):
    """A store: the version of its format, and its assemblies."""

    version: int
    assemblies: tuple[Packed, ...]


def read_store(data: memoryview) -> Store:
    """The assemblies of the store *data*. Raises ``FormatError``; an assembly that lies outside of the store is left out."""
    try:
        magic, version, count = struct.unpack_from("<4sII", data)
        if magic != STORE:
            raise FormatError("not an assembly store: it does not start with XABA")
        if count > _MAX_ASSEMBLIES:
            raise FormatError(f"the assembly store says that it holds {count} assemblies")
        kind = version & _VERSION_MASK
        if kind == 1:
            return Store(1, tuple(_first_format(data, count)))
        if kind in (2, 3):
            return Store(kind, tuple(_second_format(data, count)))
    except struct.error:
        raise FormatError("the assembly store is cut short") from None
    raise FormatError(f"format {kind} of assembly stores is not known")


def _first_format(data: memoryview, count: int) -> Iterator[Packed]:
    for row in range(count):
        offset, size, *_ = _DESCRIPTOR_1.unpack_from(data, 20 + _DESCRIPTOR_1.size * row)
        if offset + size <= len(data):
            yield Packed(None, data[offset : offset + size])


def _second_format(data: memoryview, count: int) -> Iterator[Packed]:
    (index_size,) = struct.unpack_from("<I", data, 16)
    at = 20 + index_size
    names = at + _DESCRIPTOR_2.size * count
    for row in range(count):
        _, offset, size, *_ = _DESCRIPTOR_2.unpack_from(data, at + _DESCRIPTOR_2.size * row)
        (length,) = struct.unpack_from("<I", data, names)
        name = bytes(data[names + 4 : names + 4 + min(length, _MAX_NAME)]).decode("utf-8", "replace")
        names += 4 + length
        if offset + size <= len(data):
            yield Packed(name, data[offset : offset + size])


def unpacked(data: memoryview, limit: int) -> bytes:
    """*data*, inflated where it is a compressed assembly. Raises ``FormatError``, also for more than *limit* bytes."""
    if data[:4] != COMPRESSED:
        if len(data) > limit:
            raise FormatError(f"an assembly is larger than the limit ({len(data)} bytes)")
        return bytes(data)
    import lz4.block  # only apps with .NET assemblies need it

    if len(data) < 12:
        raise FormatError("a compressed assembly is cut short")
    (size,) = struct.unpack_from("<I", data, 8)
    if size > limit or size > 255 * len(data):  # a byte of LZ4 stands for 255 at most
        raise FormatError(f"a compressed assembly says that it inflates to {size} bytes")
    try:
        inflated = lz4.block.decompress(data[12:], uncompressed_size=size)
    except (lz4.block.LZ4BlockError, MemoryError) as error:
        raise FormatError(f"a compressed assembly cannot be inflated: {error}") from None
    return bytes(inflated)


def payload_of(data: bytes) -> memoryview:
    """The section ``payload`` of the ELF file *data*. Raises ``FormatError`` when there is none."""
    try:
        wide = data[4] == 2
        table, (size, count, names) = (
            (struct.unpack_from("<Q", data, 0x28)[0], struct.unpack_from("<HHH", data, 0x3A))
            if wide
            else (struct.unpack_from("<I", data, 0x20)[0], struct.unpack_from("<HHH", data, 0x2E))
        )
        if table > len(data):
            raise FormatError("the ELF file is cut short")
        shape = struct.Struct("<I4x8x8xQQ" if wide else "<I4x4x4xII")
        rows = [shape.unpack_from(data, table + size * row) for row in range(min(count, _MAX_SECTIONS))]
        _, strings, length = rows[names]
        for name, offset, extent in rows:
            if name < length and data[strings + name : strings + name + 8] == b"payload\0" and offset + extent <= len(data):
                return memoryview(data)[offset : offset + extent]
    except (struct.error, IndexError):
        raise FormatError("the ELF file is cut short") from None
    raise FormatError("the ELF file has no payload section")
