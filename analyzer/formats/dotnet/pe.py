"""The PE file around an assembly: its sections, and where the metadata streams lie (ECMA-335 II.24 and II.25)."""

from __future__ import annotations

import struct

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from analyzer.errors import FormatError

Ints = NDArray[np.int64]

_PE32, _PE32_PLUS = 0x10B, 0x20B
_CLI_DIRECTORY = 14
_MAX_SECTIONS = 96
_MAX_STREAMS = 16


class Sections(Struct, frozen=True):
    """Sections, one a row: ``address`` in memory, ``size`` in the file and ``offset`` there."""

    address: Ints
    size: Ints
    offset: Ints

    def offsets(self, addresses: Ints) -> Ints:
        """The file offsets of relative virtual *addresses*; -1 where none of the sections holds one."""
        found = np.full(len(addresses), -1, dtype=np.int64)
        for address, size, offset in zip(self.address.tolist(), self.size.tolist(), self.offset.tolist(), strict=True):
            inside = (addresses >= address) & (addresses < address + size)
            found[inside] = addresses[inside] - address + offset
        return found


class Streams(Struct, frozen=True):
    """Where the metadata streams lie: ``(offset, size)`` in the file by name (``#~``, ``#Strings``, ``#US``, ``#Blob``)."""

    sections: Sections
    by_name: dict[str, tuple[int, int]]


def read_streams(data: bytes) -> Streams:
    """The sections and metadata streams of the PE file *data*.

    Raises ``FormatError`` for anything that is no assembly, is cut short or points outside itself.
    """
    try:
        sections, cli = _sections(data)
        header = _offset(sections, cli)
        root = _offset(sections, struct.unpack_from("<I", data, header + 8)[0])
        return Streams(sections, _streams(data, root))
    except struct.error:
        raise FormatError("the .NET assembly is cut short") from None


def _sections(data: bytes) -> tuple[Sections, int]:
    """The section table, and the address of the CLI header."""
    if data[:2] != b"MZ":
        raise FormatError("not a .NET assembly: it does not start with MZ")
    at = struct.unpack_from("<I", data, 0x3C)[0]
    if data[at : at + 4] != b"PE\0\0":
        raise FormatError("not a .NET assembly: there is no PE header")
    count, optional_size = struct.unpack_from("<H12xH", data, at + 6)
    optional = at + 24
    magic = struct.unpack_from("<H", data, optional)[0]
    if magic not in (_PE32, _PE32_PLUS):
        raise FormatError("not a .NET assembly: the PE header's kind is unknown")
    directories = optional + (92 if magic == _PE32 else 108)
    if struct.unpack_from("<I", data, directories)[0] <= _CLI_DIRECTORY:
        raise FormatError("not a .NET assembly: there is no CLI header")
    cli = struct.unpack_from("<I", data, directories + 4 + 8 * _CLI_DIRECTORY)[0]
    if not cli:
        raise FormatError("not a .NET assembly: there is no CLI header")
    if count > _MAX_SECTIONS:
        raise FormatError(f"the PE file says that it has {count} sections")
    table = optional + optional_size
    rows = [struct.unpack_from("<III", data, table + 40 * i + 12) for i in range(count)]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Sections(columns[:, 0], columns[:, 1], columns[:, 2]), int(cli)


def _offset(sections: Sections, address: int) -> int:
    found = int(sections.offsets(np.array([address], dtype=np.int64))[0])
    if found < 0:
        raise FormatError("the .NET metadata lie outside the file's sections")
    return found


def _streams(data: bytes, root: int) -> dict[str, tuple[int, int]]:
    signature, length = struct.unpack_from("<4s8xI", data, root)
    if signature != b"BSJB":
        raise FormatError("the .NET metadata have no signature")
    at = root + 16 + length
    count = struct.unpack_from("<2xH", data, at)[0]
    at += 4
    found: dict[str, tuple[int, int]] = {}
    for _ in range(min(count, _MAX_STREAMS)):
        offset, size = struct.unpack_from("<II", data, at)
        end = data.find(b"\0", at + 8, at + 8 + 33)
        if end < 0:
            raise FormatError("the name of a .NET metadata stream does not end")
        if root + offset + size > len(data):
            raise FormatError("a .NET metadata stream lies outside the file")
        found.setdefault(data[at + 8 : end].decode("latin-1"), (root + offset, size))
        at = at + 8 + (end - at - 8 + 4) // 4 * 4
    return found
