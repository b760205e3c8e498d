"""Hermes bytecode files, as React Native ships them: header, strings, functions, instructions.

Layout by Hermes's public sources (``include/hermes/BCGen/HBC/BytecodeFileFormat.h`` of each version). Nothing is decoded before
it is asked for: a bundle has a hundred thousand functions, of which a handful matter. Counts, offsets and sizes are hostile; each
view is checked against the file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.formats.dex.columns import distinct
from analyzer.formats.hermes.opcodes import Opcodes, opcodes_of

MAGIC = bytes.fromhex("c61fbc03c103191f")
_HEADER = 128
_VERSION_AT = 8
_COUNTS_AT = 32  # behind magic, version and the digest of the source
_BIG_INTS_FROM = 87
_REGISTERS_FROM = 97  # headers of functions of twelve bytes
_OVERFLOWED = 0xFF
_LARGE_FLAG = 1 << 5
_MOST_LITERALS = 1 << 16

Ints = NDArray[np.int64]


class Instruction(NamedTuple):
    """One instruction: its offset in the file, its name, its operands as numbers."""

    at: int
    name: str
    args: tuple[int, ...]


class Function(NamedTuple):
    """One function: where its instructions lie in the file, in bytes, and the number of its name."""

    offset: int
    size: int
    name: int


class _Counts(Struct, frozen=True):
    """The numbers of a header that say where the parts lie."""

    first: int
    functions: int
    string_kinds: int
    identifiers: int
    strings: int
    overflow_strings: int
    string_bytes: int
    literal_bytes: int


def is_hermes(data: bytes) -> bool:
    """Whether *data* begin as a Hermes bytecode file does."""
    return data[:8] == MAGIC


class HermesFile:
    """A bytecode file. Raises ``FormatError`` when it is none, is damaged, or of an unknown version."""

    def __init__(self, data: bytes) -> None:
        if not is_hermes(data) or len(data) < _HEADER:
            raise FormatError("no Hermes bytecode")
        self.data = data
        self.version = int.from_bytes(data[_VERSION_AT : _VERSION_AT + 4], "little")
        self.opcodes: Opcodes = opcodes_of(self.version)
        self._small = 12 if self.version >= _REGISTERS_FROM else 16
        counts = self._counts()
        at = _HEADER
        headers, at = self._part(at, counts.functions, self._small)
        _, at = self._part(at, counts.string_kinds, 4)
        _, at = self._part(at, counts.identifiers, 4)
        strings, at = self._part(at, counts.strings, 4)
        overflow, at = self._part(at, counts.overflow_strings, 8)
        self._storage_at, at = self._part(at, counts.string_bytes, 1)
        self._storage_end = self._storage_at + counts.string_bytes
        self._literals_at, at = self._part(at, counts.literal_bytes, 1)
        self._literals_end = self._literals_at + counts.literal_bytes
        self._strings = np.frombuffer(data, "<u4", counts.strings, strings)
        self._overflow = np.frombuffer(data, "<u4", 2 * counts.overflow_strings, overflow).reshape(-1, 2)
        self._read_functions(headers, counts.functions)
        self.cut = False  # functions that overlap, made to be read for ever
        self._left = limits.HERMES_READINGS * len(data)
        self.first = counts.first if counts.first < counts.functions else 0

    def _counts(self) -> _Counts:
        words = np.frombuffer(self.data, "<u4", (_HEADER - _COUNTS_AT) // 4, _COUNTS_AT).tolist()
        literals = 12 if self.version >= _BIG_INTS_FROM else 10
        return _Counts(words[1], words[2], words[3], words[4], words[5], words[6], words[7], words[literals])

    def _part(self, at: int, count: int, size: int) -> tuple[int, int]:
        """Where a part of *count* items of *size* bytes begins, and where the next may begin."""
        end = at + count * size
        if end > len(self.data):
            raise FormatError("the Hermes bytecode is cut short: a table goes beyond the end of the file")
        return at, (end + 3) & ~3

    def _read_functions(self, at: int, count: int) -> None:
        """Offsets, sizes and names of all functions; what did not fit the small header lies elsewhere."""
        words = np.frombuffer(self.data, "<u4", count * self._small // 4, at).reshape(count, self._small // 4).astype(np.int64)
        flags = words[:, -1] >> 24
        self.offsets: Ints = words[:, 0] & 0x1FFFFFF
        wide = self._small == 16
        self.sizes: Ints = words[:, 1] & (0x7FFF if wide else 0x3FFF)
        self.names: Ints = words[:, 1] >> 15 if wide else (words[:, 1] >> 14) & 0xFF
        large = np.flatnonzero(flags & _LARGE_FLAG)
        if wide:
            where = (words[large, 0] & 0xFFFF) | ((words[large, 2] & 0x1FFFFFF) << 16)
        else:
            where = (words[large, 0] & 0xFFFFFF) | (self.names[large] << 24)
        size_at, name_at = (8, 12) if wide else (12, 16)
        good = where + name_at + 4 <= len(self.data)
        for row, place in zip(large[good].tolist(), where[good].tolist(), strict=True):
            self.offsets[row] = int.from_bytes(self.data[place : place + 4], "little")
            self.sizes[row] = int.from_bytes(self.data[place + size_at : place + size_at + 4], "little")
            self.names[row] = int.from_bytes(self.data[place + name_at : place + name_at + 4], "little")
        self.sizes[large[~good]] = 0
        bad = self.offsets + self.sizes > len(self.data)
        self.sizes[bad] = 0
        self.bad = int(bad.sum() + (~good).sum())
        self._by_offset = np.argsort(self.offsets, kind="stable")

    def __len__(self) -> int:
        return len(self.offsets)

    def string_count(self) -> int:
        """How many strings there are."""
        return len(self._strings)

    def string(self, number: int) -> str:
        """The text of a string, '' for a number that none has."""
        if not 0 <= number < len(self._strings):
            return ""
        entry = int(self._strings[number])
        wide, at, length = entry & 1, (entry >> 1) & 0x7FFFFF, entry >> 24
        if length == _OVERFLOWED:
            if at >= len(self._overflow):
                return ""
            at, length = (int(value) for value in self._overflow[at])
        begin = self._storage_at + at
        end = min(begin + length * (2 if wide else 1), self._storage_end)
        return self.data[begin:end].decode("utf-16-le" if wide else "latin-1", "replace")

    def find(self, wanted: Collection[str]) -> dict[int, str]:
        """The numbers of those strings that are one of *wanted* (short ones of ASCII)."""
        lengths = np.zeros(256, dtype=bool)
        lengths[[len(text) for text in wanted if len(text) < _OVERFLOWED]] = True
        table = self._strings
        narrow = np.flatnonzero(lengths[table >> 24] & ((table & 1) == 0))
        offsets, sizes = ((table[narrow] >> 1) & 0x7FFFFF).tolist(), (table[narrow] >> 24).tolist()
        texts = {text.encode("latin-1", "replace"): text for text in wanted}
        storage = self.data[self._storage_at : self._storage_end]
        found = {}
        for number, at, size in zip(narrow.tolist(), offsets, sizes, strict=True):
            text = texts.get(storage[at : at + size])
            if text is not None:
                found[number] = text
        return found

    def function(self, number: int) -> Function:
        """One function by its number."""
        return Function(int(self.offsets[number]), int(self.sizes[number]), int(self.names[number]))

    def name(self, number: int) -> str:
        """A function's name."""
        return self.string(int(self.names[number]))

    def instructions(self, number: int) -> Iterator[Instruction]:
        """The instructions of a function, up to its end or the first byte that is none."""
        at, size, _ = self.function(number)
        end = at + size
        names, operands, lengths = self.opcodes
        self._left -= size
        self.cut = self.cut or self._left < 0
        while at < end and self._left >= 0:
            opcode = self.data[at]
            if opcode >= len(names) or at + lengths[opcode] > end:
                return
            yield Instruction(at, names[opcode], operands[opcode].unpack_from(self.data, at + 1))
            at += lengths[opcode]

    def holders(self, shapes: Sequence[tuple[str, int]], values: Collection[int]) -> dict[int, None]:
        """The functions that may hold an instruction of a name and operand position of *shapes* whose operand is one of *values*.

        A quick look at all bytes: what is found by chance between two instructions is found as well.
        """
        if not values or not len(self):
            return {}
        raw = np.frombuffer(self.data, np.uint8)
        hits = [self._hits(raw, name, position, values) for name, position in shapes if name in self.opcodes.names]
        if not hits:
            return {}
        at = distinct(np.concatenate(hits))
        rank = np.searchsorted(self.offsets[self._by_offset], at, side="right") - 1
        inside = rank >= 0
        rows = self._by_offset[rank[inside]]
        rows = rows[at[inside] < self.offsets[rows] + self.sizes[rows]]
        return dict.fromkeys(distinct(rows).tolist())

    def _hits(self, raw: NDArray[np.uint8], name: str, position: int, values: Collection[int]) -> Ints:
        opcode = self.opcodes.names.index(name)
        formats = self.opcodes.operands[opcode].format.lstrip("<")
        begin = 1 + sum({"B": 1, "b": 1, "H": 2, "I": 4, "i": 4, "d": 8}[letter] for letter in formats[:position])
        width = {"B": 1, "H": 2, "I": 4}[formats[position]]
        wanted = np.zeros(1 << 16, dtype=bool)
        wanted[[value & 0xFFFF for value in values if value < 1 << (8 * width)]] = True
        last = len(raw) - begin - width
        at = np.flatnonzero(raw[: max(0, last)] == opcode)
        low = raw[at + begin].astype(np.int64)
        if width > 1:
            low |= raw[at + begin + 1].astype(np.int64) << 8
        return at[wanted[low]].astype(np.int64)

    def numbers_at(self, at: int, count: int) -> list[int] | None:
        """*count* whole numbers of a literal array that begins at *at* in the buffer of literals; None when it holds others."""
        found: list[int] = []
        position = self._literals_at + at
        while len(found) < count <= _MOST_LITERALS:
            if position + 2 > self._literals_end:
                return None
            tag = self.data[position]
            size, position = tag & 0x0F, position + 1
            if tag & 0x80:
                size, position = (size << 8) | self.data[position], position + 1
            if (tag >> 4) & 7 != 7 or not size or position + 4 * size > self._literals_end:
                return None
            found += np.frombuffer(self.data, "<i4", size, position).tolist()
            position += 4 * size
        return found[:count]
