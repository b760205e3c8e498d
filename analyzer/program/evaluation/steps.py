"""What single instructions do while a method is evaluated (Dalvik bytecode, "Summary of bytecode set").

A handler gives the number of the next instruction: None for the one behind, -1 when the method returned.
"""

from __future__ import annotations

from collections.abc import Callable

from analyzer import limits
from analyzer.formats.dex import opcodes as op
from analyzer.program.evaluation.arithmetic import (
    BINARY,
    BINARY_2ADDR,
    BINARY_LITERAL,
    LONGS,
    UNARY,
    Binary,
    Unary,
    compare,
    signed,
)
from analyzer.program.evaluation.instructions import Instruction, array_data
from analyzer.program.evaluation.machine import Frame, Machine
from analyzer.program.evaluation.values import Array, StopError, Unknown, Value

Handler = Callable[[Machine, Frame, Instruction, int], int | None]
_KINDS = {"Z": "Z", "B": "B", "S": "S", "C": "C", "I": "I", "J": "J"}
_BITS = {"B": 8, "S": 16, "I": 32, "J": 64}
# aget and aput with -, -wide, -object, -boolean, -byte, -char, -short: which arrays each is for.
_ELEMENTS = ("I", "J", "L", "Z", "B", "C", "S")
_UPPER: Value = Unknown(StopError("unsupported", "reads half of a long"))


def _number(value: Value) -> int:
    if isinstance(value, int):
        return value
    raise (
        value.why.again()
        if isinstance(value, Unknown)
        else StopError("unsupported", "counts with something that is no whole number")
    )


def _known(value: Value) -> Value:
    if isinstance(value, Unknown):
        raise value.why.again()
    return value


def _put(frame: Frame, register: int, value: Value, *, wide: bool = False) -> None:
    frame.registers[register] = value
    if wide:
        frame.registers[register + 1] = _UPPER


def _nothing(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    return None


def _move(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    _put(frame, step.a, frame.registers[step.b], wide=0x04 <= step.opcode <= 0x06)
    return None


def _move_result(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    _put(frame, step.a, frame.result, wide=step.opcode == 0x0B)
    return None


def _return(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    frame.value = 0 if step.opcode == 0x0E else _known(frame.registers[step.a])
    return -1


def _constant(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    _put(frame, step.a, step.b, wide=0x16 <= step.opcode <= 0x19)
    return None


def _text(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    frame.registers[step.a] = machine.text(frame.dex, step.b)
    return None


def _cast(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    _known(frame.registers[step.a])
    return None


def _length(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    frame.registers[step.a] = len(_array(frame.registers[step.b]).items)
    return None


def _new(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    frame.registers[step.a] = machine.made(frame.dex, step.b)
    return None


def _kind(machine: Machine, frame: Frame, row: int) -> str:
    """The kind of the elements of array type *row*."""
    type_ = machine.linked.dex_files[frame.dex].pools.type(row)
    return _KINDS.get(type_[1:], "L" if type_[1:2] in ("L", "[") else "")


def _new_array(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    length, kind = _number(frame.registers[step.b]), _kind(machine, frame, step.c)
    if not kind:
        raise StopError("unsupported", "makes an array of floating-point numbers")
    if length < 0:
        raise StopError("throws", "throws NegativeArraySizeException")
    if length > limits.DECODED_ELEMENTS:
        raise StopError("budget", f"makes an array of more than {limits.DECODED_ELEMENTS:,} elements")
    machine.charge(length)
    frame.registers[step.a] = Array(kind, [0] * length, shared=machine.initialising)
    return None


def _filled_array(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    items = [_known(frame.registers[register]) for register in step.registers]
    frame.result = Array(_kind(machine, frame, step.a) or "L", items, shared=machine.initialising)
    return None


def _fill(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    into = _array(frame.registers[step.a])
    width, items = array_data(frame.code, step.b)
    if len(items) > len(into.items):
        raise StopError("throws", "throws ArrayIndexOutOfBoundsException")
    machine.charge(len(items))
    if into.kind == "C":
        items = [item & 0xFFFF for item in items]
    if into.kind not in {1: "ZB", 2: "SC", 4: "I", 8: "J"}[width]:
        raise StopError("unsupported", "fills an array with elements of another size")
    for index, item in enumerate(items):
        _set(machine, into, index, item)
    return None


def _array(value: Value) -> Array:
    if isinstance(value, Array):
        if value.spoiled:
            raise value.spoiled.again()
        return value
    if value == 0:
        raise StopError("throws", "throws NullPointerException")
    raise value.why.again() if isinstance(value, Unknown) else StopError("unsupported", "takes something else for an array")


def _set(machine: Machine, into: Array, index: int, value: Value) -> None:
    if into.shared:
        machine.write(into.items, index, value)
    else:
        into.items[index] = value


def _element(frame: Frame, step: Instruction, first: int) -> tuple[Array, int]:
    """The array and index of an aget or aput."""
    array, index = _array(frame.registers[step.b]), _number(frame.registers[step.c])
    if not 0 <= index < len(array.items):
        raise StopError("throws", "throws ArrayIndexOutOfBoundsException")
    if array.kind != _ELEMENTS[step.opcode - first] and not (array.kind in "ZB" and _ELEMENTS[step.opcode - first] in "ZB"):
        raise StopError("unsupported", "takes an array for one of another kind")
    return array, index


def _get_element(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    array, index = _element(frame, step, 0x44)
    _put(frame, step.a, _known(array.items[index]), wide=step.opcode == 0x45)
    return None


def _put_element(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    array, index = _element(frame, step, 0x4B)
    value = _known(frame.registers[step.a])
    if array.kind != "L":
        value = _number(value) & 0xFFFF if array.kind == "C" else signed(_number(value), _BITS.get(array.kind, 8))
    _set(machine, array, index, value)
    return None


def _get_field(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    value = machine.read_instance(_known(frame.registers[step.b]), machine.fields.named(frame.dex, step.c))
    _put(frame, step.a, value, wide=step.opcode == 0x53)
    return None


def _put_field(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    field, value = machine.fields.named(frame.dex, step.c), frame.registers[step.a]
    machine.write_instance(_known(frame.registers[step.b]), field, value if machine.initialising else _known(value))
    return None


def _get_static(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    _put(frame, step.a, machine.read_static(machine.fields.named(frame.dex, step.b)), wide=step.opcode == 0x61)
    return None


def _put_static(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    value = frame.registers[step.a]
    machine.write_static(machine.fields.named(frame.dex, step.b), value if machine.initialising else _known(value))
    return None


def _goto(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    return _jump(step.c)


def _jump(target: int) -> int:
    if target < 0:
        raise StopError("unsupported", "jumps into the middle of an instruction")
    return target


def _switch(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    value = _number(frame.registers[step.a])
    targets = frame.code.branch_targets(at)
    machine.charge(len(targets) // 8)
    return next((target for key, target in targets if key == value), None)


def _if(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    """Of two references only whether they are the same one can be asked, and of a text not even that."""
    with_zero = step.opcode >= 0x38
    left = _known(frame.registers[step.a])
    right: Value = 0 if with_zero else _known(frame.registers[step.b])
    which = (step.opcode - 0x38) if with_zero else (step.opcode - 0x32)
    if which < 2:
        if isinstance(left, str) and isinstance(right, str):
            raise StopError("unsupported", "asks whether two texts are one object")
        same = left == right if isinstance(left, int) and isinstance(right, int) else left is right
        return _jump(step.c) if same == (which == 0) else None
    a, b = _number(left), _number(right)
    return _jump(step.c) if (a < b, a >= b, a > b, a <= b)[which - 2] else None


def _compare_long(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    frame.registers[step.a] = compare(_number(frame.registers[step.b]), _number(frame.registers[step.c]))
    return None


def _invoke(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    frame.result = machine.invoke(frame, step)
    return None


def _binary(compute: Binary, *, wide: bool) -> Handler:
    def handler(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
        a, b = frame.registers[step.b], frame.registers[step.c]
        if type(a) is not int or type(b) is not int:
            a, b = _number(a), _number(b)
        _put(frame, step.a, compute(a, b), wide=wide)
        return None

    return handler


def _in_place(compute: Binary, *, wide: bool) -> Handler:
    def handler(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
        a, b = frame.registers[step.a], frame.registers[step.b]
        if type(a) is not int or type(b) is not int:
            a, b = _number(a), _number(b)
        _put(frame, step.a, compute(a, b), wide=wide)
        return None

    return handler


def _literal(compute: Binary) -> Handler:
    def handler(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
        a = frame.registers[step.b]
        frame.registers[step.a] = compute(a if type(a) is int else _number(a), step.c)
        return None

    return handler


def _unary(compute: Unary, *, wide: bool) -> Handler:
    def handler(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
        _put(frame, step.a, compute(_number(frame.registers[step.b])), wide=wide)
        return None

    return handler


def _monitor(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    _known(frame.registers[step.a])
    return None


def _throw(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    raise StopError("throws", "throws an exception")


def _unsupported(machine: Machine, frame: Frame, step: Instruction, at: int) -> int | None:
    what = "counts with floating-point numbers" if step.opcode in _FLOATS else "holds an instruction that is not evaluated"
    raise StopError("unsupported", what)


_FLOATS = frozenset({*range(0x2D, 0x31), 0x7F, 0x80, 0x82, 0x83, *range(0x85, 0x8D), *range(0xA6, 0xB0), *range(0xC6, 0xD0)})


def _handlers() -> tuple[Handler, ...]:
    table: list[Handler] = [_unsupported] * 256
    listed: tuple[tuple[Handler, frozenset[int]], ...] = (
        (_nothing, frozenset({0x00})),
        (_move, op.MOVES),
        (_move_result, op.MOVE_RESULTS),
        (_return, frozenset(range(0x0E, 0x12))),
        (_constant, frozenset(range(0x12, 0x1A))),
        (_text, frozenset({op.CONST_STRING, op.CONST_STRING_JUMBO})),
        (_monitor, frozenset({0x1D, 0x1E})),
        (_cast, frozenset({0x1F})),
        (_length, frozenset({0x21})),
        (_new, frozenset({op.NEW_INSTANCE})),
        (_new_array, frozenset({0x23})),
        (_filled_array, frozenset({0x24, 0x25})),
        (_fill, frozenset({0x26})),
        (_throw, frozenset({0x27})),
        (_goto, op.GOTOS),
        (_switch, frozenset({op.PACKED_SWITCH, op.SPARSE_SWITCH})),
        (_compare_long, frozenset({0x31})),
        (_if, op.IFS),
        (_get_element, frozenset(range(0x44, 0x4B))),
        (_put_element, frozenset(range(0x4B, 0x52))),
        (_get_field, frozenset(range(0x52, 0x59))),
        (_put_field, frozenset(range(0x59, 0x60))),
        (_get_static, op.SGETS),
        (_put_static, frozenset(range(0x67, 0x6E))),
        (_invoke, frozenset(op.INVOKES - {0x6F, 0x75})),
    )
    for handler, opcodes in listed:
        for opcode in opcodes:
            table[opcode] = handler
    for opcode, binary in BINARY.items():
        table[opcode] = _binary(binary, wide=opcode in LONGS)
    for opcode, binary in BINARY_2ADDR.items():
        table[opcode] = _in_place(binary, wide=opcode in LONGS)
    for opcode, binary in BINARY_LITERAL.items():
        table[opcode] = _literal(binary)
    for opcode, unary in UNARY.items():
        table[opcode] = _unary(unary, wide=opcode in LONGS)
    return tuple(table)


HANDLERS: tuple[Handler, ...] = _handlers()
"""The meaning of each opcode."""
