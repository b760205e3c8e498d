"""Dalvik opcodes as tables: format, length, and which register each writes.

Source: Dalvik bytecode and Dalvik executable instruction formats specifications
(https://source.android.com/docs/core/runtime/dalvik-bytecode, .../instruction-formats).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

# (first opcode, last opcode, format), in order; what is not named here is unused and one unit long.
_FORMATS: Final = (
    (0x00, 0x00, "10x"), (0x01, 0x01, "12x"), (0x02, 0x02, "22x"), (0x03, 0x03, "32x"), (0x04, 0x04, "12x"),
    (0x05, 0x05, "22x"), (0x06, 0x06, "32x"), (0x07, 0x07, "12x"), (0x08, 0x08, "22x"), (0x09, 0x09, "32x"),
    (0x0A, 0x0D, "11x"), (0x0E, 0x0E, "10x"), (0x0F, 0x11, "11x"), (0x12, 0x12, "11n"), (0x13, 0x13, "21s"),
    (0x14, 0x14, "31i"), (0x15, 0x15, "21h"), (0x16, 0x16, "21s"), (0x17, 0x17, "31i"), (0x18, 0x18, "51l"),
    (0x19, 0x19, "21h"), (0x1A, 0x1A, "21c"), (0x1B, 0x1B, "31c"), (0x1C, 0x1C, "21c"), (0x1D, 0x1E, "11x"),
    (0x1F, 0x1F, "21c"), (0x20, 0x20, "22c"), (0x21, 0x21, "12x"), (0x22, 0x22, "21c"), (0x23, 0x23, "22c"),
    (0x24, 0x24, "35c"), (0x25, 0x25, "3rc"), (0x26, 0x26, "31t"), (0x27, 0x27, "11x"), (0x28, 0x28, "10t"),
    (0x29, 0x29, "20t"), (0x2A, 0x2A, "30t"), (0x2B, 0x2C, "31t"), (0x2D, 0x31, "23x"), (0x32, 0x37, "22t"),
    (0x38, 0x3D, "21t"), (0x44, 0x51, "23x"), (0x52, 0x5F, "22c"), (0x60, 0x6D, "21c"), (0x6E, 0x72, "35c"),
    (0x74, 0x78, "3rc"), (0x7B, 0x8F, "12x"), (0x90, 0xAF, "23x"), (0xB0, 0xCF, "12x"), (0xD0, 0xD7, "22s"),
    (0xD8, 0xE2, "22b"), (0xFA, 0xFA, "45cc"), (0xFB, 0xFB, "4rcc"), (0xFC, 0xFC, "35c"), (0xFD, 0xFD, "3rc"),
    (0xFE, 0xFF, "21c"),
)  # fmt: skip

MOVES: Final = frozenset({*range(0x01, 0x0A)})
MOVE_RESULTS: Final = frozenset({0x0A, 0x0B, 0x0C})
CONST_4: Final = 0x12
CONST_16: Final = 0x13
CONST: Final = 0x14
CONST_HIGH16: Final = 0x15
CONST_STRING: Final = 0x1A
CONST_STRING_JUMBO: Final = 0x1B
CONST_CLASS: Final = 0x1C
GOTOS: Final = frozenset({0x28, 0x29, 0x2A})
PACKED_SWITCH: Final = 0x2B
SPARSE_SWITCH: Final = 0x2C
IFS: Final = frozenset(range(0x32, 0x3E))
BRANCHES: Final = GOTOS | IFS | {PACKED_SWITCH, SPARSE_SWITCH}
POOL_CONSTANTS: Final = frozenset({CONST_STRING, CONST_STRING_JUMBO, CONST_CLASS})
ENDS: Final = frozenset({*range(0x0E, 0x12), 0x27, 0x28, 0x29, 0x2A})  # returns, throw, gotos: no fall-through
SGETS: Final = frozenset(range(0x60, 0x67))
INVOKE_STATICS: Final = frozenset({0x71, 0x77})
INVOKES: Final = frozenset({*range(0x6E, 0x73), *range(0x74, 0x79)})
INVOKE_DISPATCHED: Final = frozenset({0x6E, 0x72, 0x74, 0x78})  # virtual and interface: the object decides
OBJECT_LOADS: Final = frozenset({0x54, 0x62})  # iget-object, sget-object
INVOKE_CUSTOM: Final = 0xFC
INVOKE_CUSTOM_RANGE: Final = 0xFD
NEW_INSTANCE: Final = 0x22
IPUT_OBJECT: Final = 0x5B
INVOKE_POLYMORPHICS: Final = frozenset({0xFA, 0xFB})
UNUSED: Final = frozenset({*range(0x3E, 0x44), 0x73, 0x79, 0x7A, *range(0xE3, 0xFA)})


def _format_table() -> tuple[str, ...]:
    table = ["10x"] * 256
    for first, last, name in _FORMATS:
        table[first : last + 1] = [name] * (last + 1 - first)
    return tuple(table)


FORMATS: Final[tuple[str, ...]] = _format_table()
LENGTHS: Final[tuple[int, ...]] = tuple(int(name[0]) for name in FORMATS)
"""Length of each opcode in 16-bit code units: a format's name starts with it."""

# Opcodes that write vA (4 bits) or vAA (8 bits); a move/16 writes vAAAA.
_WRITES = (
    *range(0x01, 0x0E), *range(0x12, 0x1D), *range(0x20, 0x24), *range(0x2D, 0x32), *range(0x44, 0x4B),
    *range(0x52, 0x59), *range(0x60, 0x67), *range(0x7B, 0xE3), 0xFE, 0xFF,
)  # fmt: skip
# Of these, the ones that write a register pair (long or double).
_WIDE = (
    *range(0x04, 0x07), 0x0B, *range(0x16, 0x1A), 0x45, 0x53, 0x61, 0x7D, 0x7E, 0x80, 0x81, 0x83, 0x86, 0x88, 0x89,
    0x8B, *range(0x9B, 0xA6), *range(0xAB, 0xB0), *range(0xBB, 0xC6), *range(0xCB, 0xD0),
)  # fmt: skip
WRITES: Final = frozenset(_WRITES)
WRITES_WIDE: Final = frozenset(_WIDE)


def opcode_mask(opcodes: frozenset[int]) -> NDArray[np.bool_]:
    """A table of 256 booleans: is this opcode one of *opcodes*?"""
    mask = np.zeros(256, dtype=bool)
    mask[sorted(opcodes)] = True
    return mask
