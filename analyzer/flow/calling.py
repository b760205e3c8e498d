"""Calls: which methods one may run, with which receivers, and what comes back."""

from __future__ import annotations

from msgspec.structs import replace

from analyzer.flow.code import Callee
from analyzer.flow.frame import Frame, Outcome
from analyzer.flow.heap import Heap
from analyzer.flow.ir import Instruction
from analyzer.flow.values import UNKNOWN, Marks, Value, constant, joined, marks_joined, stepped
from analyzer.formats.dex import opcodes as op

_MEMBER = 0xFFFFFFFF


def custom(frame: Frame, instruction: Instruction, at: int) -> bool:
    """A lambda that the runtime makes, or something unknown."""
    captured = [frame.registers[register] for register in instruction[1]]
    frame.result = frame.foreign.lambda_made(frame, at, captured)
    return True


def invoke(frame: Frame, instruction: Instruction, at: int) -> bool:
    """A call: of every method that it may run, each from the heap as it is, and what they leave behind united."""
    _, opcode, row, used = instruction
    callee = frame.code.callee(frame.dex, row, opcode)
    if callee is None:
        frame.result = UNKNOWN
        return True
    decoded = frame.machine.decoded.get((frame.node, at)) if frame.machine.decoded else None
    if decoded is not None:
        frame.result = constant(decoded)
        return True
    arguments = [frame.registers[register] for register in used]
    if callee.static and frame.code.types.is_defined(callee.type_id):
        frame.heap = frame.interpreter.initialise(callee.holder, frame.heap, frame.context)
    ends, runs_own = _ends(frame, callee, opcode, arguments, at)
    if not ends:
        return False  # it throws or never returns, whichever method it is
    frame.heap = ends[0][1].fork()
    for _, other in ends[1:]:
        frame.heap.join(other)
    frame.result = joined(value for value, _ in ends)
    if runs_own:
        frame.result = frame.foreign.hop(frame, callee, arguments, at, frame.result)
    return True


def _ends(frame: Frame, callee: Callee, opcode: int, arguments: list[Value], at: int) -> tuple[list[tuple[Value, Heap]], bool]:
    """The results of a call with the heaps that belong to them, and whether it may run a method of the package."""
    targets, out = _targets(frame, callee, opcode, arguments)
    ends: list[tuple[Value, Heap]] = []
    for node, receiver in targets.items():
        given = arguments if receiver is None else [receiver, *arguments[1:]]
        library = frame.foreign.speaks_for(node)
        if library is not None:  # one row says what thousands of instructions do
            ends.append(_out(frame, replace(callee, holder=library), given, at))
            continue
        outcome = _enter(frame, node, given, callee, at)
        if outcome is None:
            ends.append((_passed_by(frame, callee, arguments, at), frame.heap))
            continue
        if outcome.thrown is not None and outcome.thrown_heap is not None:
            frame.throw(outcome.thrown, outcome.thrown_heap)
        if outcome.heap is not None:
            ends.append((outcome.value, outcome.heap))
    if out or not targets:
        ends.append(_out(frame, callee, arguments, at))
    return ends, bool(targets)


def _out(frame: Frame, callee: Callee, arguments: list[Value], at: int) -> tuple[Value, Heap]:
    """A call that the models speak for: its result and the heap afterwards; the frame's heap stays as it is."""
    before = frame.heap
    frame.heap = before.fork()
    result = frame.foreign.call(frame, callee, arguments, at)
    after, frame.heap = frame.heap, before
    return result, after


def _enter(frame: Frame, node: int, arguments: list[Value], callee: Callee, at: int) -> Outcome | None:
    given = [
        Value(value.objects, stepped(value.marks, frame.node, at, callee.api), value.constants) if value.marks else value
        for value in arguments
    ]
    if frame.code.is_native(node):
        if any(frame.heap.is_hot(value) for value in given):
            frame.machine.into_native.setdefault((frame.node, at), callee.api)
        return None
    before, frame.interpreter.control = frame.interpreter.control, frame.control
    try:
        return frame.interpreter.call(node, given, frame.heap, frame.machine.context(frame.context, frame.node, at))
    finally:
        frame.interpreter.control = before


def _passed_by(frame: Frame, callee: Callee, arguments: list[Value], at: int) -> Value:
    """The result of a call that was not run: what went in may come out."""
    result = frame.interpreter.unknown(callee.returns, (frame.context, frame.node, at))
    if callee.returns == "V":
        return result
    marks: Marks = marks_joined(value.marks for value in arguments)
    return result.marked(stepped(marks, frame.node, at, callee.api)) if marks else result


def _targets(frame: Frame, callee: Callee, opcode: int, arguments: list[Value]) -> tuple[dict[int, Value | None], bool]:
    """The nodes that a call runs, each with its receiver (None: as given), and whether it also leaves the package."""
    member = callee.key & _MEMBER
    if opcode not in op.INVOKE_DISPATCHED:
        node = frame.code.exact(callee.type_id, member)
        return ({}, True) if node is None else ({node: None}, False)
    receiver = arguments[0] if arguments else UNKNOWN
    if not receiver.objects:
        if receiver.constants is not None and not frame.code.types.is_defined(callee.type_id):
            return {}, True
        nodes = frame.code.below(callee)
        return dict.fromkeys(nodes), not nodes
    found: dict[int, set[int]] = {}
    out = False
    for number in sorted(receiver.objects):
        known = frame.machine.objects[number]
        type_id = frame.code.types.number(known.type)
        node = frame.code.exact(type_id, member) if type_id is not None and frame.code.types.is_defined(type_id) else None
        if node is None and known.symbolic:
            for each in frame.code.below(callee):
                found.setdefault(each, set()).add(number)
            out = out or not frame.code.below(callee)
        elif node is None:
            out = True
        else:
            found.setdefault(node, set()).add(number)
    return {node: Value(frozenset(numbers), receiver.marks, frozenset()) for node, numbers in found.items()}, out
