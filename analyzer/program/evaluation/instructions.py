"""The instructions of a method with their operands taken apart, by format (Dalvik executable instruction formats)."""

from __future__ import annotations

from msgspec import Struct

from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.code import MethodCode
from analyzer.program.evaluation.arithmetic import signed
from analyzer.program.evaluation.values import StopError

_WIDTHS = {1: 8, 2: 16, 4: 32, 8: 64}


class Instruction(Struct, frozen=True):
    """``a``, ``b``, ``c``: registers, literal, table row or target, as its format has them; ``registers`` of a call."""

    opcode: int
    a: int = 0
    b: int = 0
    c: int = 0
    registers: tuple[int, ...] = ()


def instruction(code: MethodCode, at: int) -> Instruction:
    """Instruction *at*, its branch targets as numbers of instructions (-1: not the start of one)."""
    words, offset = code.words, code.offsets[at]
    word = words[offset]
    opcode = word & 0xFF
    form = op.FORMATS[opcode]
    if form in ("35c", "3rc"):
        call = code.call(at)
        return Instruction(opcode, call.method, registers=call.registers)
    low, high, four = word >> 8, words[offset + 1], word >> 8 & 0xF
    if form in ("12x", "11n"):
        return Instruction(opcode, four, signed(word >> 12, 4) if form == "11n" else word >> 12)
    if form == "22x":
        return Instruction(opcode, low, high)
    if form == "32x":
        return Instruction(opcode, high, words[offset + 2])
    if form == "23x":
        return Instruction(opcode, low, high & 0xFF, high >> 8)
    if form == "22b":
        return Instruction(opcode, low, high & 0xFF, signed(high >> 8, 8))
    if form in ("22s", "22c"):
        return Instruction(opcode, four, word >> 12, signed(high, 16) if form == "22s" else high)
    if form in ("10t", "20t", "30t", "21t", "22t"):
        return _branch(code, at, opcode, form, word)
    return _wide(code, offset, opcode, form, low)


def _branch(code: MethodCode, at: int, opcode: int, form: str, word: int) -> Instruction:
    targets = code.branch_targets(at)
    target = targets[0][1] if targets else -1
    if form == "22t":
        return Instruction(opcode, word >> 8 & 0xF, word >> 12, target)
    return Instruction(opcode, word >> 8, target, target)


def _wide(code: MethodCode, offset: int, opcode: int, form: str, low: int) -> Instruction:
    words = code.words
    half = words[offset + 1]
    both = half | words[offset + 2] << 16
    if form == "21s":
        return Instruction(opcode, low, signed(half, 16))
    if form == "21h":
        return Instruction(opcode, low, signed(half << (48 if opcode == 0x19 else 16), 64 if opcode == 0x19 else 32))
    if form == "31i":
        return Instruction(opcode, low, signed(both, 32))
    if form == "51l":
        return Instruction(opcode, low, signed(both | words[offset + 3] << 32 | words[offset + 4] << 48, 64))
    if form == "31c":
        return Instruction(opcode, low, both)
    if form == "31t":
        return Instruction(opcode, low, offset + signed(both, 32))
    return Instruction(opcode, low, half)  # 10x, 11x, 21c


def array_data(code: MethodCode, payload: int) -> tuple[int, list[int]]:
    """The width in bytes and the elements, signed, of the ``fill-array-data`` payload at *payload*. Raises ``StopError``."""
    words = code.words
    if not 0 <= payload < len(words) - 4 or words[payload] != 0x0300:
        raise StopError("unsupported", "fills an array with nothing")
    width, size = words[payload + 1], words[payload + 2] | words[payload + 3] << 16
    units = words[payload + 4 : payload + 4 + (size * width + 1) // 2]
    bits = _WIDTHS.get(width)
    if bits is None or len(units) < (size * width + 1) // 2:
        raise StopError("unsupported", "fills an array with nothing")
    raw = b"".join(unit.to_bytes(2, "little") for unit in units)
    return width, [int.from_bytes(raw[at : at + width], "little", signed=True) for at in range(0, size * width, width)]
