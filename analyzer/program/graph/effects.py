"""What single instructions do with the objects in registers: which they read, which they write, and how.

Registers are bits of a number, so that a walk asks of most instructions only whether they touch what it follows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.code import MethodCode

EffectKind = Literal[
    "move", "result", "new", "string", "class", "int", "field", "put", "element", "into", "filled", "return", "invoke",
    "cast", "clear",
]  # fmt: skip


class Effect(Struct, frozen=True):
    """One instruction: ``reads`` and ``writes`` as bits, ``source`` the register whose object is moved, stored or returned.

    ``registers``: the arguments of a call or of an array; of ``into`` the array alone.
    """

    kind: EffectKind
    reads: int
    writes: int
    source: int = -1
    registers: tuple[int, ...] = ()


def effect_of(code: MethodCode, at: int) -> Effect | None:
    """What instruction *at* does with objects; None: nothing."""
    kind = _KINDS[code.opcode(at)]
    return None if kind is None else _EFFECTS[kind](code, at, kind)


class Effects:
    """The effects of whole methods. Instructions of the same words have the same effect, and most words come again."""

    def __init__(self) -> None:
        self._known: dict[int, Effect] = {}

    def of(self, code: MethodCode) -> list[tuple[int, Effect]]:
        """The instructions that do something with objects, in their order, each with what it does."""
        words, known, found = code.words, self._known, []
        for at, offset in enumerate(code.offsets):
            word = words[offset]
            second = _SECOND[word & 0xFF]
            if second < 0:
                continue
            key = word | words[offset + second] << 16 if second else word
            effect = known.get(key)
            if effect is None:
                effect = effect_of(code, at)
                assert effect is not None
                if second != _THREE:
                    known[key] = effect
            found.append((at, effect))
        return found


def _listed(code: MethodCode, at: int, kind: EffectKind) -> Effect:
    registers = code.call(at).registers
    reads = 0
    for register in registers:
        reads |= 1 << register
    return Effect(kind, reads, 0, -1, registers)


def _move(code: MethodCode, at: int, kind: EffectKind) -> Effect:
    source = code.move_source(at)
    return Effect(kind, 1 << source, 1 << code.destination(at), source)


def _made(code: MethodCode, at: int, kind: EffectKind) -> Effect:
    return Effect(kind, 0, 1 << code.destination(at))


def _cast(code: MethodCode, at: int, kind: EffectKind) -> Effect:
    register = code.words[code.offsets[at]] >> 8
    return Effect(kind, 1 << register, 1 << register, register)


def _given(code: MethodCode, at: int, kind: EffectKind) -> Effect:
    """A return or a store into a field; an instance field's store has the object's register in four bits."""
    word = code.words[code.offsets[at]]
    source = word >> 8 & 0xF if word & 0xFF == op.IPUT_OBJECT else word >> 8
    return Effect(kind, 1 << source, 0, source)


def _element(code: MethodCode, at: int, kind: EffectKind) -> Effect:
    value, array = code.words[code.offsets[at]] >> 8, code.words[code.offsets[at] + 1] & 0xFF
    if kind == "element":
        return Effect(kind, 1 << array, 1 << value, array)
    return Effect(kind, 1 << value, 0, value, (array,))


def _cleared(code: MethodCode, at: int, kind: EffectKind) -> Effect:
    return Effect(kind, 0, (3 if code.opcode(at) in op.WRITES_WIDE else 1) << code.destination(at))


def _kinds() -> tuple[EffectKind | None, ...]:
    """The kind of each opcode. What writes a register and is not listed leaves no object there."""
    table: list[EffectKind | None] = ["clear" if opcode in op.WRITES else None for opcode in range(256)]
    listed: tuple[tuple[EffectKind, tuple[int, ...]], ...] = (
        ("move", (0x01, 0x02, 0x03, 0x07, 0x08, 0x09)),
        ("result", (0x0C,)),
        ("return", (0x11,)),
        ("int", (0x12, 0x13, 0x14, 0x15)),
        ("string", (op.CONST_STRING, op.CONST_STRING_JUMBO)),
        ("class", (op.CONST_CLASS,)),
        ("cast", (0x1F,)),
        ("new", (op.NEW_INSTANCE, 0x23)),
        ("filled", (0x24, 0x25)),
        ("element", (0x46,)),
        ("into", (0x4D,)),
        ("field", tuple(op.OBJECT_LOADS)),
        ("put", (op.IPUT_OBJECT, 0x69)),
        ("invoke", tuple(op.INVOKES)),
    )
    for kind, opcodes in listed:
        for opcode in opcodes:
            table[opcode] = kind
    return tuple(table)


_THREE = 1 << 2
_SECONDS = {"22x": 1, "23x": 1, "35c": 2, "3rc": 2, "45cc": 2, "4rcc": 2, "32x": _THREE}


def _second_words() -> tuple[int, ...]:
    """For each opcode which word beside the first says what it does (0: none, 4: both others); -1: it does nothing."""
    found = []
    for opcode, kind in enumerate(_KINDS):
        second = _SECONDS.get(op.FORMATS[opcode], 0)
        if kind == "clear" and second != _THREE:
            second = 0  # what is written there is no object, wherever it is from
        found.append(-1 if kind is None else second)
    return tuple(found)


_KINDS = _kinds()
_SECOND = _second_words()
_EFFECTS: dict[EffectKind, Callable[[MethodCode, int, EffectKind], Effect]] = {
    "invoke": _listed, "filled": _listed, "move": _move, "new": _made, "field": _made, "int": _made, "result": _made,
    "string": _made, "class": _made, "cast": _cast, "return": _given, "put": _given, "element": _element, "into": _element,
    "clear": _cleared,
}  # fmt: skip
