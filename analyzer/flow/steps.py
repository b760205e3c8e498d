"""The instructions, each a function over a frame: what it does to registers and heap.

False when control does not go on to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from analyzer.flow.calling import custom, invoke
from analyzer.flow.code import PRIMITIVES
from analyzer.flow.evaluate import arithmetic, branches, switch
from analyzer.flow.frame import Frame
from analyzer.flow.heap import ANY, CONTENT, STATICS, Element, Field, Fixed
from analyzer.flow.ir import Instruction, Op
from analyzer.flow.values import NOTHING, NULL_VALUE, UNKNOWN, Value, integer, joined, marks_joined, of_object

Step = Callable[[Frame, Instruction, int], bool]
SIZE = "$size"


def _move(frame: Frame, instruction: Instruction, at: int) -> bool:
    frame.registers[instruction[1]] = frame.registers[instruction[2]]
    return True


def _take_result(frame: Frame, instruction: Instruction, at: int) -> bool:
    frame.registers[instruction[1]] = frame.result
    return True


def _set(frame: Frame, instruction: Instruction, at: int) -> bool:
    frame.registers[instruction[1]] = instruction[2]
    return True


def _take_caught(frame: Frame, instruction: Instruction, at: int) -> bool:
    frame.registers[instruction[1]] = frame.caught
    return True


def _jump(frame: Frame, instruction: Instruction, at: int) -> bool:
    frame.go(instruction[1])
    return False


def _branch(frame: Frame, instruction: Instruction, at: int) -> bool:
    left = frame.registers[instruction[2]]
    right = None if instruction[3] < 0 else frame.registers[instruction[3]]
    if frame.machine.implicit:
        frame.decides(left, right)
    jump, stay = branches(instruction[1], left, right)
    if jump:
        frame.go(instruction[4])
    if stay:
        frame.go(instruction[5])
    return False


def _switch(frame: Frame, instruction: Instruction, at: int) -> bool:
    value = frame.registers[instruction[1]]
    if frame.machine.implicit:
        frame.decides(value, None)
    taken, other = switch([key for key, _ in instruction[2]], value)
    for (_, block), may in zip(instruction[2], taken, strict=True):
        if may:
            frame.go(block)
    if other:
        frame.go(instruction[3])
    return False


def _return(frame: Frame, instruction: Instruction, at: int) -> bool:
    frame.leave(NULL_VALUE if instruction[1] < 0 else frame.registers[instruction[1]])
    return False


def _throw(frame: Frame, instruction: Instruction, at: int) -> bool:
    frame.throw(frame.registers[instruction[1]], frame.heap)
    return False


def _binary(frame: Frame, instruction: Instruction, at: int) -> bool:
    left, right = frame.registers[instruction[3]], frame.registers[instruction[4]]
    marks = marks_joined((left.marks, right.marks)) if left.marks or right.marks else left.marks
    frame.registers[instruction[2]] = Value(marks=marks, constants=arithmetic(instruction[1], left, right))
    return True


def _literal(frame: Frame, instruction: Instruction, at: int) -> bool:
    left = frame.registers[instruction[3]]
    frame.registers[instruction[2]] = Value(marks=left.marks, constants=arithmetic(instruction[1], left, integer(instruction[4])))
    return True


def _unary(frame: Frame, instruction: Instruction, at: int) -> bool:
    """A conversion or negation: of the number itself nothing more is known."""
    frame.registers[instruction[1]] = Value(marks=frame.registers[instruction[2]].marks)
    return True


def _length(frame: Frame, instruction: Instruction, at: int) -> bool:
    objects = frame.registers[instruction[2]].objects
    sizes = [frame.heap.get(number, SIZE) or UNKNOWN for number in sorted(objects)]
    frame.registers[instruction[1]] = joined(sizes) if sizes else UNKNOWN
    return True


def _new(frame: Frame, instruction: Instruction, at: int) -> bool:
    cls = frame.code.type_name(frame.dex, instruction[2])
    frame.heap = frame.interpreter.initialise(cls, frame.heap, frame.context)
    number = frame.machine.object((frame.context, frame.node, at), cls)
    frame.once_more(number)
    frame.foreign.made(number, cls)
    frame.registers[instruction[1]] = of_object(number)
    return True


def _array(frame: Frame, instruction: Instruction, at: int) -> bool:
    kind = instruction[0]
    number = frame.machine.object((frame.context, frame.node, at), frame.code.type_name(frame.dex, instruction[-1]))
    frame.once_more(number)
    if kind is Op.ARRAY:
        frame.heap.put(number, SIZE, frame.registers[instruction[2]], strong=frame.machine.is_one(number))
        frame.registers[instruction[1]] = of_object(number)
        return True
    for index, register in enumerate(instruction[1]):
        frame.heap.put(number, Element(index), frame.registers[register], strong=frame.machine.is_one(number))
    frame.heap.put(number, SIZE, integer(len(instruction[1])), strong=True)
    frame.result = of_object(number)
    return True


def _cast(frame: Frame, instruction: Instruction, at: int) -> bool:
    """Objects that cannot be of the type do not get past a cast."""
    value = frame.registers[instruction[1]]
    if len(value.objects) > 1:
        cls = frame.code.type_name(frame.dex, instruction[2])
        kept = frozenset(n for n in value.objects if _may_be(frame, n, cls))
        if kept and kept != value.objects:
            frame.registers[instruction[1]] = Value(kept, value.marks, value.constants)
    return True


def _may_be(frame: Frame, number: int, cls: str) -> bool:
    known = frame.machine.objects[number]
    return (
        frame.code.inherits(known.type, cls) or (known.symbolic and frame.code.inherits(cls, known.type)) or known.type[:1] == "["
    )


def _test_type(frame: Frame, instruction: Instruction, at: int) -> bool:
    frame.registers[instruction[1]] = _is_a(frame, frame.registers[instruction[2]], instruction[3])
    return True


def _is_a(frame: Frame, value: Value, row: int) -> Value:
    cls = frame.code.type_name(frame.dex, row)
    if not value.objects or value.constants is None:
        return UNKNOWN
    answers: set[int] = set()
    for number in value.objects:
        known = frame.machine.objects[number]
        if frame.code.inherits(known.type, cls):
            answers.add(1)
        elif known.symbolic:
            return UNKNOWN
        else:
            answers.add(0)
    answers |= {0} if value.constants else set()
    return joined(integer(answer) for answer in sorted(answers))


def _get(frame: Frame, instruction: Instruction, at: int) -> bool:
    frame.registers[instruction[1]] = _field(frame, frame.registers[instruction[2]], instruction[3])
    return True


def _field(frame: Frame, holder: Value, row: int) -> Value:
    field = frame.code.field(frame.dex, row, static=False)
    if field is None:
        return UNKNOWN
    frame.machine.touched += 1
    name: Field = field.field if field.own else Element(Fixed(field.field.partition(":")[0]))
    found = NOTHING
    for number in sorted(holder.objects):
        value = frame.heap.get(number, name)
        if value is None:
            value = _child(frame, number, field.field, field.type)
        found = value if found is NOTHING else found.join(value)
    if found is NOTHING:
        found = frame.interpreter.unknown(field.type, (frame.context, frame.node, "field", field.field))
    if not field.own:
        for number in holder.objects:
            content = frame.heap.get(number, CONTENT)
            found = found if content is None else found.marked(content.marks)
    return found.marked(holder.marks)


def _child(frame: Frame, number: int, field: str, type_: str) -> Value:
    """What a field holds into which nothing was seen to be put: perhaps the constructor was not run. The same each time."""
    value = frame.interpreter.unknown(type_, (number, field))
    if value.objects:
        frame.heap.put(number, field, value, strong=True)
    return value


def _put(frame: Frame, instruction: Instruction, at: int) -> bool:
    holder, value = frame.registers[instruction[2]], frame.registers[instruction[1]]
    field = frame.code.field(frame.dex, instruction[3], static=False)
    if field is None:
        return True
    frame.machine.touched += 1
    name: Field = field.field if field.own else Element(Fixed(field.field.partition(":")[0]))
    strong = len(holder.objects) == 1
    value = value.marked(frame.control)
    for number in holder.objects:
        frame.heap.put(number, name, value, strong=strong and frame.machine.is_one(number))
    return True


def _get_static(frame: Frame, instruction: Instruction, at: int) -> bool:
    frame.registers[instruction[1]] = _static(frame, instruction[2], at)
    return True


def _static(frame: Frame, row: int, at: int) -> Value:
    field = frame.code.field(frame.dex, row, static=True)
    if field is None:
        return UNKNOWN
    frame.machine.touched += 1
    if field.own:
        frame.heap = frame.interpreter.initialise(field.holder, frame.heap, frame.context)
    value = frame.heap.get(STATICS, field.field)
    if value is None:
        value = frame.interpreter.unknown(field.type, ("static", field.field))
    return value if field.own else frame.foreign.platform_field(frame, field, value, at)


def _put_static(frame: Frame, instruction: Instruction, at: int) -> bool:
    value = frame.registers[instruction[1]]
    field = frame.code.field(frame.dex, instruction[2], static=True)
    if field is None:
        return True
    frame.machine.touched += 1
    if field.own:
        frame.heap = frame.interpreter.initialise(field.holder, frame.heap, frame.context)
    frame.heap.put(STATICS, field.field, value.marked(frame.control), strong=True)
    return True


def _array_get(frame: Frame, instruction: Instruction, at: int) -> bool:
    array, index = frame.registers[instruction[2]], frame.registers[instruction[3]]
    frame.machine.touched += 1
    key = index.number()
    found = NOTHING
    for number in sorted(array.objects):
        value = frame.heap.held(number, key)
        if value is not NOTHING:
            found = value if found is NOTHING else found.join(value)
        content = frame.heap.get(number, CONTENT)
        if content is not None:
            found = (UNKNOWN if found is NOTHING else found).marked(content.marks)
    if found is NOTHING and instruction[4] and len(array.objects) == 1:
        (number,) = array.objects
        if frame.machine.objects[number].type[1:2] not in PRIMITIVES:
            found = frame.interpreter.unknown("Ljava/lang/Object;", (number, "element", key))
            frame.heap.put(number, ANY if key is None else Element(key), found, strong=False)
    found = (UNKNOWN if found is NOTHING else found).marked(array.marks).marked(index.marks)
    frame.registers[instruction[1]] = found
    return True


def _array_put(frame: Frame, instruction: Instruction, at: int) -> bool:
    value, array, index = (frame.registers[register] for register in instruction[1:4])
    frame.machine.touched += 1
    key = index.number()
    name = ANY if key is None else Element(key)
    value = value.marked(frame.control)
    strong = len(array.objects) == 1 and key is not None
    for number in array.objects:
        frame.heap.put(number, name, value, strong=strong and frame.machine.is_one(number))
    return True


STEPS: Mapping[Op, Step] = {
    Op.SET: _set,
    Op.MOVE: _move,
    Op.RESULT: _take_result,
    Op.CAUGHT: _take_caught,
    Op.RETURN: _return,
    Op.THROW: _throw,
    Op.GOTO: _jump,
    Op.NEXT: _jump,
    Op.IF: _branch,
    Op.SWITCH: _switch,
    Op.CAST: _cast,
    Op.TEST_TYPE: _test_type,
    Op.LENGTH: _length,
    Op.NEW: _new,
    Op.ARRAY: _array,
    Op.FILLED: _array,
    Op.ARRAY_GET: _array_get,
    Op.ARRAY_PUT: _array_put,
    Op.GET: _get,
    Op.PUT: _put,
    Op.GET_STATIC: _get_static,
    Op.PUT_STATIC: _put_static,
    Op.INVOKE: invoke,
    Op.CUSTOM: custom,
    Op.UNARY: _unary,
    Op.BINARY: _binary,
    Op.LITERAL: _literal,
}
