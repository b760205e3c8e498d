"""Which methods hand ``this`` on - as an argument, into a field, as their result - found for all methods of a file at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyzer.formats.dex import DexFile
from analyzer.formats.dex import opcodes as op

Ints = NDArray[np.int64]

_LISTED = op.opcode_mask(frozenset({*range(0x6E, 0x73), 0x24}))
_RANGED = op.opcode_mask(frozenset({*range(0x74, 0x79), 0x25}))
_STATIC = op.opcode_mask(op.INVOKE_STATICS | {0x24, 0x25})
# Where each of these keeps the register that it reads: in the high nibble, the second nibble, the high byte, or the next units.
_MOVES = {0x07: "B", 0x08: "next", 0x09: "second", 0x5B: "A", 0x69: "AA", 0x11: "AA", 0x4D: "AA"}
_MOVED = op.opcode_mask(frozenset(_MOVES))


def hands_on_this(dex: DexFile) -> NDArray[np.bool_]:
    """For each code item whether register p0 is read by a move, store, return, or as an argument that is no receiver."""
    items, instructions = dex.items, dex.instructions
    this = dex.units[items.start - 8].astype(np.int64) - dex.units[items.start - 7]
    found = np.zeros(len(items.start), dtype=bool)
    opcode = dex.opcode
    moves = dex.rows_with(_MOVED)
    kinds = opcode[moves]
    for code, where in _MOVES.items():
        rows = moves[kinds == code]
        item = instructions.item[rows]
        found[item[_register(dex, instructions.position[rows], where) == this[item]]] = True
    _mark_listed(dex, dex.rows_with(_LISTED), this, found)
    rows = dex.rows_with(_RANGED)
    item, at = instructions.item[rows], instructions.position[rows]
    first = _unit(dex, at + 2) + ~_STATIC[opcode[rows]]
    last = _unit(dex, at + 2) + (_unit(dex, at) >> 8)
    found[item[(this[item] >= first) & (this[item] < last)]] = True
    return found


def _mark_listed(dex: DexFile, rows: Ints, this: Ints, found: NDArray[np.bool_]) -> None:
    """Calls that list up to five registers (format 35c)."""
    item, at = dex.instructions.item[rows], dex.instructions.position[rows]
    word, registers = _unit(dex, at), _unit(dex, at + 2)
    count, skip = word >> 12, ~_STATIC[dex.opcode[rows]]
    for position in range(5):
        register = registers >> 4 * position & 0xF if position < 4 else word >> 8 & 0xF
        counts = (position < count) & ((position > 0) | ~skip)
        found[item[counts & (register == this[item])]] = True


def _register(dex: DexFile, at: Ints, where: str) -> Ints:
    word = _unit(dex, at)
    if where == "B":
        return word >> 12
    if where == "A":
        return word >> 8 & 0xF
    return word >> 8 if where == "AA" else _unit(dex, at + (1 if where == "next" else 2))


def _unit(dex: DexFile, at: Ints) -> Ints:
    return dex.units[np.minimum(at, len(dex.units) - 1)].astype(np.int64)
