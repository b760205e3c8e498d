"""The code of one method, for walks over its instructions: operands, branches, and where control comes from.

Made only for methods that an analysis looks into. Instructions are numbered from 0 within the method; words are kept
as a plain list, which single look-ups read several times faster than an array. Formats: Dalvik executable instruction
formats specification; try and handler layout: dex-format specification, "code_item".
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import compress
from typing import TYPE_CHECKING

from msgspec import Struct

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.leb128 import read_uleb128

if TYPE_CHECKING:
    from analyzer.formats.dex.file import DexFile

_UNKNOWN_SOURCE = (-1,)
_TURNS = bytes(opcode in op.BRANCHES or opcode in op.ENDS for opcode in range(256))
# Where each opcode keeps the register that it writes: in the second nibble, the high byte, or the next unit; 0 for none.
_NIBBLE, _HIGH_BYTE, _NEXT = 1, 2, 3
_KEEPS = {"12x": _NIBBLE, "11n": _NIBBLE, "22c": _NIBBLE, "22s": _NIBBLE, "32x": _NEXT}
_WRITES = tuple(_KEEPS.get(form, _HIGH_BYTE) if opcode in op.WRITES else 0 for opcode, form in enumerate(op.FORMATS))


class Call(Struct, frozen=True):
    """An invoke: its opcode, method row and argument registers, the receiver first unless static."""

    opcode: int
    method: int
    registers: tuple[int, ...]


class MethodCode:
    """One code item's instructions. Operands that lie beyond its end read as zero."""

    def __init__(self, dex: DexFile, item: int) -> None:
        start, end = int(dex.items.start[item]), int(dex.items.end[item])
        first, last = int(dex.instructions.first[item]), int(dex.instructions.first[item + 1])
        self._words: list[int] = dex.units[start:end].tolist()
        self._words += [0] * 5
        self._offsets: list[int] = (dex.instructions.position[first:last] - start).tolist()
        self._opcodes = dex.opcode[first:last].tobytes()
        self._handlers = _handler_offsets(dex, item)
        self._sources: dict[int, tuple[int, ...]] | None = None

    def __len__(self) -> int:
        return len(self._offsets)

    def opcode(self, at: int) -> int:
        """The opcode of instruction *at*."""
        return self._opcodes[at]

    def offset(self, at: int) -> int:
        """Its offset from the method's start, in code units."""
        return self._offsets[at]

    def destination(self, at: int) -> int:
        """The register that instruction *at* writes (the first of a pair), or -1."""
        position = self._offsets[at]
        word = self._words[position]
        kept = _WRITES[word & 0xFF]
        if kept == _HIGH_BYTE:
            return word >> 8
        if kept == _NIBBLE:
            return word >> 8 & 0xF
        return self._words[position + 1] if kept == _NEXT else -1

    def writes(self, at: int, register: int) -> bool:
        """Whether instruction *at* changes *register*, as a whole or as half of a pair."""
        destination = self.destination(at)
        return destination == register or (destination == register - 1 >= 0 and self.opcode(at) in op.WRITES_WIDE)

    def move_source(self, at: int) -> int:
        """The register that a move reads."""
        position = self._offsets[at]
        form = op.FORMATS[self._words[position] & 0xFF]
        if form == "12x":
            return self._words[position] >> 12
        return self._words[position + (2 if form == "32x" else 1)]

    def is_invoke(self, at: int) -> bool:
        """Whether instruction *at* calls a method of the method table."""
        return self.opcode(at) in op.INVOKES

    def call(self, at: int) -> Call:
        """The call that the invoke at *at* makes."""
        position = self._offsets[at]
        word, method, registers = self._words[position : position + 3]
        opcode = word & 0xFF
        if op.FORMATS[opcode] in ("3rc", "4rcc"):
            return Call(opcode, method, tuple(range(registers, registers + (word >> 8))))
        nibbles = (registers & 0xF, registers >> 4 & 0xF, registers >> 8 & 0xF, registers >> 12, word >> 8 & 0xF)
        return Call(opcode, method, nibbles[: word >> 12])

    def pool_index(self, at: int) -> int:
        """The table row that a const-string, const-class, sget or the like names."""
        position = self._offsets[at]
        low = self._words[position + 1]
        return low | self._words[position + 2] << 16 if self.opcode(at) == op.CONST_STRING_JUMBO else low

    def literal(self, at: int) -> int | None:
        """The integer that a const instruction of 32 bits or less loads, or None."""
        position = self._offsets[at]
        word, low, high = self._words[position : position + 3]
        opcode = word & 0xFF
        if opcode == op.CONST_4:
            return _signed(word >> 12, 4)
        if opcode == op.CONST_16:
            return _signed(low, 16)
        if opcode == op.CONST:
            return _signed(low | high << 16, 32)
        return _signed(low << 16, 32) if opcode == op.CONST_HIGH16 else None

    def sources(self, at: int) -> tuple[int, ...] | None:
        """The instructions from which control comes to *at*, when that is not just the one before; else None.

        An exception handler gives ``(-1,)``: control comes from anywhere in its try block.
        """
        return self.joins.get(at)

    def instruction_at(self, offset: int) -> int | None:
        """The instruction that begins at *offset*, or None."""
        at = bisect_left(self._offsets, offset)
        return at if at < len(self._offsets) and self._offsets[at] == offset else None

    @property
    def joins(self) -> dict[int, tuple[int, ...]]:
        """All instructions for which ``sources`` is not None, with that answer."""
        if self._sources is None:
            self._sources = self._find_sources()
        return self._sources

    @property
    def words(self) -> list[int]:
        """The code units, five zeros behind the last."""
        return self._words

    @property
    def offsets(self) -> list[int]:
        """The offset of each instruction, in code units."""
        return self._offsets

    def _find_sources(self) -> dict[int, tuple[int, ...]]:
        offsets, opcodes = self._offsets, self._opcodes
        found: dict[int, list[int]] = {}
        for at in compress(range(len(offsets)), opcodes.translate(_TURNS)):
            opcode = opcodes[at]
            if opcode in op.BRANCHES:
                for target in self._targets(offsets[at], opcode):
                    place = self.instruction_at(target)
                    if place is not None:
                        found.setdefault(place, []).append(at)
            if opcode in op.ENDS:
                found.setdefault(at + 1, [])
        if self._offsets:
            found.setdefault(0, []).append(-1)
        for at in found:
            if 0 < at < len(offsets) and opcodes[at - 1] not in op.ENDS:
                found[at].append(at - 1)
        result = {at: tuple(dict.fromkeys(sources)) for at, sources in found.items()}
        handlers = map(self.instruction_at, self._handlers)
        result.update({at: _UNKNOWN_SOURCE for at in handlers if at is not None})
        return result

    def branch_targets(self, at: int) -> list[tuple[int | None, int]]:
        """Where the branch at *at* may jump to, as instructions, with the value it goes by (None: no switch)."""
        offset, opcode = self._offsets[at], self.opcode(at)
        targets = self._targets(offset, opcode)
        keys: list[int | None] = [None] * len(targets)
        if opcode in (op.PACKED_SWITCH, op.SPARSE_SWITCH) and targets:
            keys = list(self._switch_keys(offset + _signed(self._words[offset + 1] | self._words[offset + 2] << 16, 32)))
        places = ((key, self.instruction_at(target)) for key, target in zip(keys, targets, strict=True))
        return [(key, place) for key, place in places if place is not None]

    def _switch_keys(self, payload: int) -> list[int]:
        """The values of a switch whose targets could be read (dex-format: packed- and sparse-switch-payload)."""
        words = self._words
        size = words[payload + 1]
        numbers = [
            _signed(words[at] | words[at + 1] << 16, 32)
            for at in range(payload + 2, payload + 2 + 2 * size, 2)
            if at + 1 < len(words)
        ]
        return [numbers[0] + index for index in range(size)] if words[payload] == 0x0100 else numbers

    def _targets(self, offset: int, opcode: int) -> list[int]:
        words = self._words
        if opcode == 0x28:
            return [offset + _signed(words[offset] >> 8, 8)]
        if opcode == 0x29 or op.FORMATS[opcode] in ("21t", "22t"):
            return [offset + _signed(words[offset + 1], 16)]
        distance = _signed(words[offset + 1] | words[offset + 2] << 16, 32)
        return [offset + distance] if opcode == 0x2A else self._switch_targets(offset, offset + distance)

    def _switch_targets(self, offset: int, payload: int) -> list[int]:
        words = self._words
        if not 0 <= payload < len(words) - 4 or words[payload] not in (0x0100, 0x0200):
            return []
        size = words[payload + 1]
        first = payload + (4 if words[payload] == 0x0100 else 2 + 2 * size)
        if first + 2 * size > len(words):
            return []
        pairs = zip(words[first : first + 2 * size : 2], words[first + 1 : first + 2 * size : 2], strict=True)
        return [offset + _signed(low | high << 16, 32) for low, high in pairs]


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value


def _handler_offsets(dex: DexFile, item: int) -> frozenset[int]:
    """Offsets, in code units, at which exception handlers of code item *item* begin; empty when they are malformed."""
    tries = int(dex.units[int(dex.items.start[item]) - 5])
    if not tries:
        return frozenset()
    end = int(dex.items.end[item])
    at = 2 * (end + (end - int(dex.items.start[item])) % 2) + 8 * tries
    found: set[int] = set()
    try:
        lists, at = read_uleb128(dex.data, at)
        for _ in range(min(lists, tries)):
            size, at = _read_sleb128(dex.data, at)
            if len(found) + abs(size) > limits.DEX_HANDLERS:
                break
            for _ in range(abs(size)):
                _, at = read_uleb128(dex.data, at)
                address, at = read_uleb128(dex.data, at)
                found.add(address)
            if size <= 0:
                address, at = read_uleb128(dex.data, at)
                found.add(address)
    except FormatError:
        return frozenset(found)
    return frozenset(found)


def _read_sleb128(data: bytes, at: int) -> tuple[int, int]:
    value, end = read_uleb128(data, at)
    bits = 7 * (end - at)
    return (_signed(value & ((1 << bits) - 1), bits) if bits <= 32 else value), end
