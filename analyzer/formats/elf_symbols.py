"""The names of an ELF file's dynamic symbols as columns: LIEF makes an object of each, which costs more than all else it does.

Layout of an entry: System V ABI, *Symbol Table*; what has no section (SHN_UNDEF) is looked for in other libraries.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np

_LAYOUTS = {
    64: [("name", "u4"), ("info", "u1"), ("other", "u1"), ("section", "u2"), ("value", "u8"), ("size", "u8")],
    32: [("name", "u4"), ("value", "u4"), ("size", "u4"), ("info", "u1"), ("other", "u1"), ("section", "u2")],
}
_LONGEST_CHAIN = 1 << 16
_SIZES = {64: 24, 32: 16}


class SymbolTable(NamedTuple):
    """Where the table lies: offsets of entries and names in the file, how many entries; ``bits`` and byte ``order``."""

    entries: int
    names: int
    number: int
    bits: int
    order: str


def hashed(data: bytes, start: int, order: str) -> int:
    """How many symbols the hash table at *start* (DT_HASH) counts; 0 where it does not lie in the file."""
    return int(struct.unpack_from(order + "I", data, start + 4)[0]) if start + 8 <= len(data) else 0


def hashed_gnu(data: bytes, start: int, bits: int, order: str) -> int:
    """The same of DT_GNU_HASH, which counts nothing: the chain of the last symbol ends with a word whose lowest bit is set."""
    if start + 16 > len(data):
        return 0
    buckets, first, blooms, _ = struct.unpack_from(order + "4I", data, start)
    at = start + 16 + blooms * bits // 8
    chains = at + 4 * buckets
    if not buckets or chains > len(data):
        return 0
    last = int(np.frombuffer(data, f"{order}u4", buckets, at).max())
    if last < first:
        return int(first)
    chain = np.frombuffer(data, f"{order}u4", (len(data) - chains) // 4, chains)[last - first :]
    ends = np.flatnonzero(chain[:_LONGEST_CHAIN] & 1)
    return last + int(ends[0]) + 1 if len(ends) else last


def entry_size(bits: int) -> int:
    """Bytes of one entry."""
    return _SIZES[bits]


def symbol_names(data: bytes, table: SymbolTable) -> tuple[frozenset[str], frozenset[str]] | None:
    """Names that are looked for elsewhere, and names that are defined here; None where the table does not lie in the file."""
    dtype = np.dtype(_LAYOUTS[table.bits]).newbyteorder("<" if table.order == "<" else ">")
    if table.entries + table.number * dtype.itemsize > len(data) or table.names >= len(data):
        return None
    rows = np.frombuffer(data, dtype, table.number, table.entries)
    missing = rows["section"] == 0
    return _names(data, table.names, rows["name"][missing]), _names(data, table.names, rows["name"][~missing])


def _names(data: bytes, start: int, offsets: np.ndarray) -> frozenset[str]:
    find = data.find
    ends = {start + offset: find(b"\0", start + offset) for offset in offsets.tolist()}
    return frozenset([data[at:end].decode("utf-8", "replace") for at, end in ends.items() if end > at])
