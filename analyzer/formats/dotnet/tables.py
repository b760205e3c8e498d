"""The metadata tables as numpy columns (ECMA-335 II.22 and II.24.2.6)."""

from __future__ import annotations

import struct

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from analyzer.errors import FormatError

Ints = NDArray[np.int64]

# Columns of each table: 2 and 4 are numbers of that many bytes, S G B indices into the heaps of strings, GUIDs and blobs; a
# number in hexadecimal with @ is an index into that table, a lower-case letter a coded index of ``_CODED``.
_COLUMNS = {
    0x00: "2 S G G G",
    0x01: "r S S",
    0x02: "4 S S t @04 @06",
    0x03: "@04",
    0x04: "2 S B",
    0x05: "@06",
    0x06: "4 2 2 S B @08",
    0x07: "@08",
    0x08: "2 2 S",
    0x09: "@02 t",
    0x0A: "p S B",
    0x0B: "2 c B",
    0x0C: "a k B",
    0x0D: "m B",
    0x0E: "2 d B",
    0x0F: "2 4 @02",
    0x10: "4 @04",
    0x11: "B",
    0x12: "@02 @14",
    0x13: "@14",
    0x14: "2 S t",
    0x15: "@02 @17",
    0x16: "@17",
    0x17: "2 S B",
    0x18: "2 @06 s",
    0x19: "@02 o o",
    0x1A: "S",
    0x1B: "B",
    0x1C: "2 f S @1A",
    0x1D: "4 @04",
    0x1E: "4 4",
    0x1F: "4",
    0x20: "4 2 2 2 2 4 B S S",
    0x21: "4",
    0x22: "4 4 4",
    0x23: "2 2 2 2 4 B S S B",
    0x24: "4 @23",
    0x25: "4 4 4 @23",
    0x26: "4 S B",
    0x27: "4 4 S S i",
    0x28: "4 4 S i",
    0x29: "@02 @02",
    0x2A: "2 2 g S",
    0x2B: "o B",
    0x2C: "@2A t",
}
# Coded indices: bits of the tag, and the tables that it chooses from (II.24.2.6).
_CODED = {
    "t": (2, (0x02, 0x01, 0x1B)),
    "c": (2, (0x04, 0x08, 0x17)),
    "a": (
        5,
        (6, 4, 1, 2, 8, 9, 0x0A, 0, 0x0E, 0x17, 0x14, 0x11, 0x1A, 0x1B, 0x20, 0x23, 0x26, 0x27, 0x28, 0x2A, 0x2C, 0x2B),
    ),
    "m": (1, (0x04, 0x08)),
    "d": (2, (0x02, 0x06, 0x20)),
    "p": (3, (0x02, 0x01, 0x1A, 0x06, 0x1B)),
    "s": (1, (0x14, 0x17)),
    "o": (1, (0x06, 0x0A)),
    "f": (1, (0x04, 0x06)),
    "i": (2, (0x26, 0x23, 0x27)),
    "k": (3, (0x06, 0x0A)),
    "r": (2, (0x00, 0x1A, 0x23, 0x01)),
    "g": (1, (0x02, 0x06)),
}
_HEAP_BITS = {"S": 1, "G": 2, "B": 4}
_EXTRA_WORD = 0x40
_MAX_TYPES = 1 << 17


class Table(Struct, frozen=True):
    """One table: its rows as a structured array with fields ``c0``, ``c1`` ..., in the order of the standard."""

    rows: NDArray[np.void]

    def column(self, number: int) -> Ints:
        """The column *number*, from 0, as numbers."""
        found: Ints = self.rows[f"c{number}"].astype(np.int64)
        return found

    def __len__(self) -> int:
        return len(self.rows)


def read_tables(data: bytes, stream: tuple[int, int]) -> dict[int, Table]:
    """All tables of the stream ``#~`` by number.

    Raises ``FormatError`` when the stream is cut short or has a table that the standard does not know.
    """
    offset, size = stream
    end = offset + size
    try:
        heaps, valid = struct.unpack_from("<6xBxQ8x", data, offset)
        numbers = [number for number in range(64) if valid >> number & 1]
        counts = struct.unpack_from(f"<{len(numbers)}I", data, offset + 24)
    except struct.error:
        raise FormatError("the .NET metadata tables are cut short") from None
    rows = dict(zip(numbers, counts, strict=True))
    at = offset + 24 + 4 * len(numbers) + (4 if heaps & _EXTRA_WORD else 0)
    tables: dict[int, Table] = {}
    for number, count in rows.items():
        if number not in _COLUMNS:
            raise FormatError(f"the .NET metadata have an unknown table {number:#x}")
        if count > _MAX_TYPES and number in (0x01, 0x02):
            raise FormatError(f"the .NET metadata name {count} types")
        kinds = [_width(column, heaps, rows) for column in _COLUMNS[number].split()]
        shape = np.dtype([(f"c{i}", f"<u{width}") for i, width in enumerate(kinds)])
        if at + count * shape.itemsize > end:
            raise FormatError(f"the .NET metadata table {number:#x} lies outside its stream")
        tables[number] = Table(np.frombuffer(data, shape, count, at))
        at += count * shape.itemsize
    return tables


def _width(column: str, heaps: int, rows: dict[int, int]) -> int:
    """Bytes of a column."""
    if column in "24":
        return int(column)
    if column in _HEAP_BITS:
        return 4 if heaps & _HEAP_BITS[column] else 2
    if column[0] == "@":
        return 4 if rows.get(int(column[1:], 16), 0) >= 1 << 16 else 2
    bits, tables = _CODED[column]
    return 4 if max(rows.get(table, 0) for table in tables) >= 1 << (16 - bits) else 2
