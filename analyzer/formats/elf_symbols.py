"""The dynamic symbols of an ELF file as columns, and how many there are.

Layout of an entry: System V ABI, *Symbol Table*; what has no section (SHN_UNDEF) is looked for in other libraries. No entry tells
the number: Android's linker finds symbols by their hashes and needs none. It is the most of what section and hash tables count.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from analyzer import limits
from analyzer.formats.elf_tables import GNU_HASH, HASH, STRTAB, SYMTAB, Image, Rows, texts_at

_LAYOUTS = {
    64: [("name", "u4"), ("info", "u1"), ("other", "u1"), ("section", "u2"), ("value", "u8"), ("size", "u8")],
    32: [("name", "u4"), ("value", "u4"), ("size", "u4"), ("info", "u1"), ("other", "u1"), ("section", "u2")],
}
_LONGEST_CHAIN = 1 << 16


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


def symbol_rows(image: Image) -> Rows:
    """The entries from DT_SYMTAB to the end of the file; how many of them are symbols is another question."""
    return image.rows(_LAYOUTS[image.bits], image.place(SYMTAB) or len(image.data))


def symbol_names(image: Image) -> tuple[frozenset[str], frozenset[str]] | None:
    """Names that are looked for elsewhere, and names that are defined here; None where no table tells how many there are."""
    rows, strings = symbol_rows(image), image.place(STRTAB)
    counts = [count for count in _counts(image, rows.itemsize) if 1 < count <= len(rows)] if len(rows) else []
    if strings is None or not counts:
        return None
    rows = rows[: min(max(counts), limits.ELF_SYMBOLS)]
    texts = texts_at(image.data, strings, rows["name"].tolist())
    missing = rows["section"] == 0
    return _named(texts, rows["name"][missing].tolist()), _named(texts, rows["name"][~missing].tolist())


def _named(texts: Mapping[int, str], names: Iterable[int]) -> frozenset[str]:
    return frozenset(filter(None, map(texts.get, names)))


def _counts(image: Image, size: int) -> Iterator[int]:
    """What each table counts. An entry is of no use alone: the first stands for no symbol."""
    rows = image.section_rows
    yield from (rows["size"][rows["address"] == image.dynamic[SYMTAB]] // size).tolist()
    if (table := image.place(HASH)) is not None:
        yield hashed(image.data, table, image.order)
    if (table := image.place(GNU_HASH)) is not None:
        yield hashed_gnu(image.data, table, image.bits, image.order)
