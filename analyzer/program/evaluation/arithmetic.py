"""Java's arithmetic on whole numbers of 32 and 64 bits (JLS 15.17 to 15.22, 5.1.3), as the instructions of DEX name it."""

from __future__ import annotations

from collections.abc import Callable

Binary = Callable[[int, int], int]
Unary = Callable[[int], int]


def signed(value: int, bits: int) -> int:
    """The lower *bits* of *value* as a number in two's complement."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def int32(value: int) -> int:
    """*value* as an ``int``."""
    value &= 0xFFFFFFFF
    return value - 0x100000000 if value & 0x80000000 else value


def int64(value: int) -> int:
    """*value* as a ``long``."""
    value &= 0xFFFFFFFFFFFFFFFF
    return value - 0x10000000000000000 if value & 0x8000000000000000 else value


def divide(a: int, b: int) -> int:
    """The quotient, rounded towards zero (JLS 15.17.2). Raises ``ZeroDivisionError``."""
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def remainder(a: int, b: int) -> int:
    """What is left of *a*, with its sign (JLS 15.17.3). Raises ``ZeroDivisionError``."""
    return a - b * divide(a, b)


def compare(a: int, b: int) -> int:
    """-1, 0 or 1, as ``cmp-long``."""
    return (a > b) - (a < b)


def _of_width(bits: int) -> tuple[Binary, ...]:
    """The binary operations in the order of their opcodes: add, sub, mul, div, rem, and, or, xor, shl, shr, ushr."""
    wrap = int32 if bits == 32 else int64
    mask, distance = (1 << bits) - 1, bits - 1
    return (
        lambda a, b: wrap(a + b),
        lambda a, b: wrap(a - b),
        lambda a, b: wrap(a * b),
        lambda a, b: wrap(divide(a, b)),
        lambda a, b: wrap(remainder(a, b)),
        lambda a, b: wrap(a & b),
        lambda a, b: wrap(a | b),
        lambda a, b: wrap(a ^ b),
        lambda a, b: wrap(a << (b & distance)),
        lambda a, b: wrap(a) >> (b & distance),
        lambda a, b: wrap((a & mask) >> (b & distance)),
    )


_INT, _LONG = _of_width(32), _of_width(64)
_REVERSED: Binary = lambda a, b: int32(b - a)  # noqa: E731

BINARY: dict[int, Binary] = {
    **{0x90 + index: operation for index, operation in enumerate(_INT)},
    **{0x9B + index: operation for index, operation in enumerate(_LONG)},
}
"""``add-int`` to ``ushr-long``, the forms with three registers."""
BINARY_2ADDR: dict[int, Binary] = {opcode + 0x20: operation for opcode, operation in BINARY.items()}
"""The same with two registers."""
BINARY_LITERAL: dict[int, Binary] = {
    **{0xD0 + index: operation for index, operation in enumerate((_INT[0], _REVERSED, *_INT[2:8]))},
    **{0xD8 + index: operation for index, operation in enumerate((_INT[0], _REVERSED, *_INT[2:]))},
}
"""With a literal of 16 bits (0xd0 to 0xd7) or of 8 (0xd8 to 0xe2)."""
UNARY: dict[int, Unary] = {
    0x7B: lambda a: int32(-a),
    0x7C: lambda a: int32(~a),
    0x7D: lambda a: int64(-a),
    0x7E: lambda a: int64(~a),
    0x81: int64,
    0x84: int32,
    0x8D: lambda a: signed(a, 8),
    0x8E: lambda a: a & 0xFFFF,
    0x8F: lambda a: signed(a, 16),
}
"""``neg-int`` to ``int-to-short``; those of floating-point numbers are left out."""
LONGS: frozenset[int] = frozenset({*range(0x9B, 0xA6), *range(0xBB, 0xC6), 0x7D, 0x7E, 0x81})
"""The opcodes whose result is a ``long``."""
