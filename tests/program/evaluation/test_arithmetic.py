"""The evaluator's arithmetic against an independent model: C's integers of fixed width, and exact fractions for division."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.program.evaluation.arithmetic import BINARY, BINARY_2ADDR, BINARY_LITERAL, LONGS, UNARY, compare
from analyzer.program.evaluation.instructions import Instruction
from analyzer.program.evaluation.machine import Frame
from analyzer.program.evaluation.steps import HANDLERS
from analyzer.program.evaluation.values import Unknown

INT, LONG = st.integers(-(1 << 31), (1 << 31) - 1), st.integers(-(1 << 63), (1 << 63) - 1)
NAMES = ("add", "sub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr", "ushr")
LITERALS = {**dict(enumerate(("add", "rsub", "mul", "div", "rem", "and", "or", "xor"), 0xD0)),
            **dict(enumerate(("add", "rsub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr", "ushr"), 0xD8))}  # fmt: skip


def model(name: str, a: int, b: int, bits: int) -> int:
    """What C's integers of this width and exact fractions say."""
    signed, unsigned = (ctypes.c_int32, ctypes.c_uint32) if bits == 32 else (ctypes.c_int64, ctypes.c_uint64)
    distance = b % bits
    models: dict[str, Callable[[], int]] = {
        "add": lambda: a + b,
        "sub": lambda: a - b,
        "rsub": lambda: b - a,
        "mul": lambda: a * b,
        "div": lambda: math.trunc(Fraction(a, b)),
        "rem": lambda: a - b * math.trunc(Fraction(a, b)),
        "and": lambda: unsigned(a).value & unsigned(b).value,
        "or": lambda: unsigned(a).value | unsigned(b).value,
        "xor": lambda: unsigned(a).value ^ unsigned(b).value,
        "shl": lambda: a * 2**distance,
        "shr": lambda: math.floor(Fraction(a, 2**distance)),
        "ushr": lambda: unsigned(a).value // 2**distance,
    }
    return signed(models[name]()).value


def run(opcode: int, *registers: int) -> int:
    """Run one instruction ``op v3, v0, v1`` (or its other forms) and read its result."""
    frame = Frame(None, 0, [*registers, 0, 0, 0])  # type: ignore[arg-type]
    HANDLERS[opcode](None, frame, Instruction(opcode, 3, 0, 1), 0)  # type: ignore[arg-type]
    result = frame.registers[3]
    assert isinstance(result, int)
    assert isinstance(frame.registers[4], Unknown) == (opcode in LONGS)
    return result


@pytest.mark.parametrize("index", range(11), ids=NAMES)
@given(a=INT, b=INT)
@example(a=-(1 << 31), b=-1)
@example(a=-(1 << 31), b=31)
@example(a=-7, b=2)
@example(a=7, b=-2)
@example(a=-1, b=33)
def test_int(index: int, a: int, b: int) -> None:
    if index in (3, 4) and b == 0:
        with pytest.raises(ZeroDivisionError):
            run(0x90 + index, a, b, 0)
        return
    assert (
        run(0x90 + index, a, b, 0)
        == model(NAMES[index], a, b, 32)
        == BINARY[0x90 + index](a, b)
        == BINARY_2ADDR[0xB0 + index](a, b)
    )


@pytest.mark.parametrize("index", range(11), ids=NAMES)
@given(a=LONG, b=LONG)
@example(a=-(1 << 63), b=-1)
@example(a=-1, b=65)
@example(a=-7, b=2)
def test_long(index: int, a: int, b: int) -> None:
    if index in (3, 4) and b == 0:
        with pytest.raises(ZeroDivisionError):
            run(0x9B + index, a, b, 0)
        return
    assert run(0x9B + index, a, b, 0) == model(NAMES[index], a, b, 64) == BINARY_2ADDR[0xBB + index](a, b)


@pytest.mark.parametrize("opcode", LITERALS)
@given(a=INT, b=st.integers(-(1 << 15), (1 << 15) - 1))
def test_literal(opcode: int, a: int, b: int) -> None:
    name = LITERALS[opcode]
    if name in ("div", "rem") and b == 0:
        return
    assert BINARY_LITERAL[opcode](a, b) == model(name, a, b, 32)


@given(a=INT)
@example(a=-(1 << 31))
@example(a=0x8000)
@example(a=0xFFFF)
def test_unary_and_narrowing(a: int) -> None:
    assert run(0x7B, a, 0, 0) == ctypes.c_int32(-a).value
    assert run(0x7C, a, 0, 0) == ctypes.c_int32(~a).value
    assert run(0x81, a, 0, 0) == a
    assert run(0x8D, a, 0, 0) == ctypes.c_int8(a).value
    assert run(0x8E, a, 0, 0) == ctypes.c_uint16(a).value
    assert run(0x8F, a, 0, 0) == ctypes.c_int16(a).value


@given(a=LONG, b=LONG)
@example(a=-(1 << 63), b=0)
def test_long_unary(a: int, b: int) -> None:
    assert run(0x7D, a, 0, 0) == ctypes.c_int64(-a).value
    assert run(0x7E, a, 0, 0) == ctypes.c_int64(~a).value
    assert run(0x84, a, 0, 0) == ctypes.c_int32(a).value
    assert compare(a, b) == run(0x31, a, b, 0) == (0 if a == b else math.copysign(1, a - b))


def test_every_opcode_of_whole_numbers_has_a_meaning() -> None:
    assert set(BINARY) == {*range(0x90, 0xA6)}
    assert set(BINARY_2ADDR) == {*range(0xB0, 0xC6)}
    assert set(BINARY_LITERAL) == {*range(0xD0, 0xD8), *range(0xD8, 0xE3)}
    assert set(UNARY) == {0x7B, 0x7C, 0x7D, 0x7E, 0x81, 0x84, 0x8D, 0x8E, 0x8F}
