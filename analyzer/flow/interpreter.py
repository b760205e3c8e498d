"""Runs method bodies with abstract values: branches that cannot be taken are not, loops until nothing changes.

A call into the package is run with the heap as it is at that point, so that a summary is never more general than what is really
passed. Whether a call is worth running is asked of ``worth``: always when marked data gets into it or when it is on a known way to a reading,
else within a smaller budget.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

from analyzer.flow.code import PRIMITIVES, Callee
from analyzer.flow.control import regions
from analyzer.flow.evaluate import arithmetic, branches, switch
from analyzer.flow.heap import ANY, STATICS, Element, Field, Fixed, Heap
from analyzer.flow.ir import THROWING, Body, Handler, Instruction, Op
from analyzer.flow.machine import Machine
from analyzer.flow.values import (
    NOTHING,
    NULL_VALUE,
    UNKNOWN,
    Marks,
    Value,
    integer,
    joined,
    marks_joined,
    of_object,
    stepped,
)

if TYPE_CHECKING:
    from analyzer.flow.foreign import Foreign

_MOST_VISITS = 6
_OFTEN, _TOO_OFTEN = 24, 240  # runs of one method for one component: of a library, of the app itself
_SMALL = 60  # code units: getters and factories of libraries
_WIDEN_AFTER = 3
_MEMBER = 0xFFFFFFFF
_THROWABLE = "Ljava/lang/Throwable;"
_UNCHECKED = "Ljava/lang/RuntimeException;"
_WRITING = frozenset({
    Op.SET, Op.MOVE, Op.RESULT, Op.GET, Op.NEW, Op.GET_STATIC, Op.ARRAY_GET, Op.BINARY, Op.LITERAL, Op.UNARY, Op.LENGTH, Op.TEST_TYPE,
})  # fmt: skip
_VIRTUALS = frozenset({0x6E, 0x72, 0x74, 0x78})


class Outcome(NamedTuple):
    """What running a method gives: its value and the heap afterwards (None: it never returns), and what it throws with which heap."""

    value: Value
    heap: Heap | None
    thrown: Value | None = None
    thrown_heap: Heap | None = None


class _State:
    """Registers and heap at the beginning of a block; ``caught`` is what its move-exception gets."""

    __slots__ = ("caught", "heap", "registers")

    def __init__(self, registers: list[Value], heap: Heap, caught: Value = UNKNOWN) -> None:
        self.registers = registers
        self.heap = heap
        self.caught = caught

    def join(self, registers: list[Value], heap: Heap, caught: Value, *, widen: bool) -> bool:
        """Take in another way to the block; whether anything is new."""
        changed = self.heap.join(heap)
        mine = self.registers
        for index, value in enumerate(registers):
            known = mine[index]
            if known is value:
                continue
            new = value if known is NOTHING else known.join(value)
            if new.same(known):
                continue
            if widen and new.constants != known.constants:
                new = Value(new.objects, new.marks, None)
                if new.same(known):
                    continue
            mine[index] = new
            changed = True
        if not caught.same(self.caught):
            caught = self.caught.join(caught)
            if not caught.same(self.caught):
                self.caught = caught
                changed = True
        return changed


class Interpreter:
    """Runs methods of one package. ``foreign`` does what calls out of the package do."""

    def __init__(self, machine: Machine, foreign: Foreign) -> None:
        self.machine = machine
        self.code = machine.code
        self.foreign = foreign
        self._running: list[int] = []
        self._pure: dict[object, Value] = {}
        self.control: Marks = {}
        self._libraries: dict[int, bool] = {}

    def run(self, node: int, arguments: list[Value], heap: Heap, context: int, *, plain: bool = False) -> Outcome | None:
        """Run *node* with *arguments* by register. The heap is not changed. None when it has no body or runs already too often."""
        body = self.code.body(node)
        if body is None or self._running.count(node) > 1 or len(self._running) >= self.machine.budget.depth:
            return None
        self._running.append(node)
        self.machine.runs[node] = self.machine.runs.get(node, 0) + 1
        try:
            return Frame(self, node, body, arguments, heap.fork(), context, plain=plain).run()
        finally:
            self._running.pop()

    def worth(self, node: int, arguments: list[Value], heap: Heap) -> bool | None:
        """Whether to run a call: True because data is involved, False as a plain one, None not at all."""
        machine = self.machine
        runs = machine.runs.get(node, 0)
        if runs >= _OFTEN and (runs >= _TOO_OFTEN or self._is_library(node)):
            machine.left_out += 1
            return None
        if node in machine.relevant:
            return True
        if machine.hot and any(heap.is_hot(value) for value in arguments):
            return True
        budget = machine.budget
        if len(self._running) >= budget.plain_depth or machine.plain >= machine.plain_until or self.code.size(node) > budget.plain_size:
            return None
        if not self._is_library(node):
            return False
        return False if self.code.size(node) <= _SMALL and not (self._running and self._is_library(self._running[-1])) else None

    def _is_library(self, node: int) -> bool:
        known = self._libraries.get(node)
        if known is None:
            owner = self.code.graph.app.ownership.owner(self.code.linked.holder(node))
            known = self._libraries[node] = owner.kind == "library"
        return known

    def call(self, node: int, arguments: list[Value], heap: Heap, context: int) -> Outcome | None:
        """Run *node* if it is worth it; None: not run."""
        worth = self.worth(node, arguments, heap)
        if worth is None:
            return None
        if worth:
            return self.run(node, arguments, heap, context)
        key = (node, tuple((v.objects, v.constants) for v in arguments))
        known = self._pure.get(key)
        if known is not None and not self.control:
            return Outcome(known, heap)
        touched = self.machine.touched
        outcome = self.run(node, arguments, heap, context, plain=True)
        if outcome is not None and outcome.heap is not None and outcome.thrown is None and touched == self.machine.touched:
            self._pure[key] = outcome.value
        return outcome

    def initialise(self, cls: str, heap: Heap, context: int) -> Heap:
        """Run the static initialiser of a class of the package once; the heap afterwards."""
        machine = self.machine
        if cls in machine.initialised:
            return heap
        machine.initialised.add(cls)
        node = self.code.named_static(cls, "<clinit>")
        if node is None:
            return heap
        machine.touched += 1
        outcome = self.call(node, [], heap, machine.context(context, node, -1))
        return heap if outcome is None or outcome.heap is None else outcome.heap

    def unknown(self, type_: str, key: object) -> Value:
        """Some value of a declared type that nothing is known of: an object of its own where it can hold something."""
        if type_ in ("V", "") or type_[0] in PRIMITIVES or type_ in ("Ljava/lang/String;", "Ljava/lang/CharSequence;"):
            return UNKNOWN
        return Value(frozenset({self.machine.object(key, type_, symbolic=True)}))


class Frame:
    """One run of one method."""

    def __init__(
        self, interpreter: Interpreter, node: int, body: Body, arguments: list[Value], heap: Heap, context: int, *, plain: bool
    ) -> None:
        self._interpreter = interpreter
        self.machine = interpreter.machine
        self._code = interpreter.code
        self.node = node
        self._dex = interpreter.code.dex_of(node)
        self._body = body
        self.context = context
        self._plain = plain
        registers = [NOTHING] * body.registers
        first = body.registers - body.arguments
        for index, value in enumerate(arguments[: body.arguments]):
            registers[first + index] = value
        self._entries: dict[int, _State] = {0: _State(registers, heap)}
        self._visits: dict[int, int] = {}
        self._todo = [(body.rank[0], 0)]
        self._queued = {0}
        self._value = NOTHING
        self._out: Heap | None = None
        self._thrown: Value | None = None
        self._thrown_heap: Heap | None = None
        self._last = heap
        self.heap = heap
        self._registers = registers
        self._result = UNKNOWN
        self._handlers: tuple[Handler, ...] = ()
        self._made: set[int] = set()
        self._inherited = interpreter.control
        self._depends: dict[int, Marks] = {}
        self._regions: dict[int, frozenset[int]] | None = None
        self.control = self._inherited

    def run(self) -> Outcome:
        while self._todo:
            _, number = heapq.heappop(self._todo)
            self._queued.discard(number)
            self._block(number)
        if self._out is None and self._thrown is None:
            return Outcome(UNKNOWN, self._last)  # it never returns: what it did by then still counts
        return Outcome(self._value, self._out, self._thrown, self._thrown_heap)

    def _block(self, number: int) -> None:
        body = self._body
        block = body.blocks[number]
        state = self._entries[number]
        self._visits[number] = self._visits.get(number, 0) + 1
        self.machine.spend(block.last - block.first, plain=self._plain)
        self._registers = list(state.registers)
        self.heap = state.heap.fork()
        self._handlers = block.handlers
        self._caught = state.caught
        self._number = number
        if self.machine.implicit:
            self.control = marks_joined((self._inherited, self._depends.get(number, {})))
        code, places = body.code, body.at
        for index in range(block.first, block.last):
            instruction = code[index]
            if block.handlers and instruction[0] in THROWING and instruction[0] is not Op.THROW:
                self._may_throw(instruction)
            if not self._step(instruction, places[index]):
                break
            if self.control and instruction[0] in _WRITING:
                written = instruction[2] if instruction[0] is Op.BINARY or instruction[0] is Op.LITERAL else instruction[1]
                self._registers[written] = self._registers[written].marked(self.control)
        self._last = self.heap

    def _go(self, block: int, caught: Value = UNKNOWN, registers: list[Value] | None = None, heap: Heap | None = None) -> None:
        """Control may come to *block* from here."""
        if block < 0:
            return
        registers = self._registers if registers is None else registers
        heap = self.heap if heap is None else heap
        known = self._entries.get(block)
        if known is None:
            self._entries[block] = _State(list(registers), heap.fork(), caught)
        else:
            visits = self._visits.get(block, 0)
            if not known.join(registers, heap, caught, widen=visits >= _WIDEN_AFTER) or visits >= _MOST_VISITS:
                return
        if block not in self._queued:
            self._queued.add(block)
            heapq.heappush(self._todo, (self._body.rank[block], block))

    def _decides(self, left: Value, right: Value | None) -> None:
        """A branch depends on these values: so does everything that runs only because of it."""
        marks = marks_joined((left.marks, right.marks if right is not None else {}))
        if not marks:
            return
        if self._regions is None:
            self._regions = regions(self._body)
        for block in self._regions.get(self._number, ()):
            known = self._depends.get(block, {})
            if not marks.keys() <= known.keys():
                self._depends[block] = marks_joined((known, marks))
                if self._visits.get(block, 0) and block not in self._queued and self._visits[block] < _MOST_VISITS:
                    self._queued.add(block)
                    heapq.heappush(self._todo, (self._body.rank[block], block))

    # -- exceptions

    def _may_throw(self, instruction: Instruction) -> None:
        """An instruction that may throw something of its own accord: an index, a null, whatever a call declares."""
        anything = instruction[0] in (Op.INVOKE, Op.CUSTOM)
        if not anything and self._cannot_throw(instruction):
            return
        for handler in self._handlers:
            if anything or handler.type is None or self._unchecked(handler.type):
                type_ = "" if handler.type is None else self._code.type_name(self._dex, handler.type)
                thrown = self._interpreter.unknown(type_ or _THROWABLE, (self.context, self.node, "thrown", handler.block))
                self._go(handler.block, thrown)

    def _cannot_throw(self, instruction: Instruction) -> bool:
        """Whether what is known of the operands rules every exception out."""
        kind, registers = instruction[0], self._registers
        if kind is Op.NEW:
            return True
        if kind is Op.ARRAY:
            return (registers[instruction[2]].number() or 0) > 0
        if kind is Op.BINARY:
            return instruction[1] not in ("div", "rem") or (registers[instruction[4]].number() or 0) != 0
        holder = registers[instruction[1] if kind is Op.CAST else instruction[2]]
        if not holder.objects or holder.constants is None or holder.constants:
            return False
        if kind is Op.CAST:
            cls = self._code.type_name(self._dex, instruction[2])
            return all(self._code.inherits(self.machine.objects[number].type, cls) for number in holder.objects)
        if kind not in (Op.ARRAY_GET, Op.ARRAY_PUT):
            return True
        index = registers[instruction[3]].number()
        sizes = [self.heap.get(number, "$size") for number in holder.objects]
        known = [None if size is None else size.number() for size in sizes]
        return index is not None and all(size is not None and 0 <= index < size for size in known)

    def _unchecked(self, row: int) -> bool:
        cls = self._code.type_name(self._dex, row)
        return self._code.inherits(cls, _UNCHECKED) or self._code.inherits(_UNCHECKED, cls)

    def _throw(self, value: Value, heap: Heap) -> None:
        """*value* is thrown here: to the handlers that may take it, else out of the method."""
        types = [self.machine.objects[number].type for number in sorted(value.objects)]
        for handler in self._handlers:
            caught = "" if handler.type is None else self._code.type_name(self._dex, handler.type)
            certain = not caught or (bool(types) and all(self._code.inherits(type_, caught) for type_ in types))
            if certain or not types or any(self._code.inherits(caught, type_) or self._code.inherits(type_, caught) for type_ in types):
                self._go(handler.block, value, heap=heap)
            if certain:
                return
        self._thrown = value if self._thrown is None else self._thrown.join(value)
        if self._thrown_heap is None:
            self._thrown_heap = heap.fork()
        else:
            self._thrown_heap.join(heap)

    # -- instructions

    def _step(self, instruction: Instruction, at: int) -> bool:
        """One instruction; False when control does not go on to the next."""
        kind = instruction[0]
        registers = self._registers
        if kind is Op.INVOKE:
            return self._invoke(instruction, at)
        if kind is Op.MOVE:
            registers[instruction[1]] = registers[instruction[2]]
        elif kind is Op.RESULT:
            registers[instruction[1]] = self._result
        elif kind is Op.SET:
            registers[instruction[1]] = instruction[2]
        elif kind is Op.GET:
            registers[instruction[1]] = self._get(registers[instruction[2]], instruction[3])
        elif kind is Op.PUT:
            self._put(registers[instruction[2]], instruction[3], registers[instruction[1]])
        elif kind is Op.IF:
            right = None if instruction[3] < 0 else registers[instruction[3]]
            if self.machine.implicit:
                self._decides(registers[instruction[2]], right)
            jump, stay = branches(instruction[1], registers[instruction[2]], right)
            if jump:
                self._go(instruction[4])
            if stay:
                self._go(instruction[5])
            return False
        elif kind is Op.GOTO or kind is Op.NEXT:
            self._go(instruction[1])
            return False
        elif kind is Op.RETURN:
            self._return(NULL_VALUE if instruction[1] < 0 else registers[instruction[1]])
            return False
        elif kind is Op.NEW:
            registers[instruction[1]] = self._new(instruction[2], at)
        else:
            return self._rarer(kind, instruction, at)
        return True

    def _rarer(self, kind: Op, instruction: Instruction, at: int) -> bool:
        registers = self._registers
        if kind is Op.GET_STATIC:
            registers[instruction[1]] = self._get_static(instruction[2], at)
        elif kind is Op.PUT_STATIC:
            self._put_static(instruction[2], registers[instruction[1]])
        elif kind is Op.ARRAY_GET:
            registers[instruction[1]] = self._array_get(instruction, at)
        elif kind is Op.ARRAY_PUT:
            self._array_put(registers[instruction[2]], registers[instruction[3]], registers[instruction[1]])
        elif kind is Op.ARRAY or kind is Op.FILLED:
            self._array(instruction, at)
        elif kind is Op.CAST:
            registers[instruction[1]] = self._cast(registers[instruction[1]], instruction[2])
        elif kind is Op.BINARY:
            left, right = registers[instruction[3]], registers[instruction[4]]
            registers[instruction[2]] = Value(
                marks=marks_joined((left.marks, right.marks)), constants=arithmetic(instruction[1], left, right)
            )
        elif kind is Op.LITERAL:
            left = registers[instruction[3]]
            registers[instruction[2]] = Value(
                marks=left.marks, constants=arithmetic(instruction[1], left, integer(instruction[4]))
            )
        elif kind is Op.UNARY:
            registers[instruction[1]] = Value(marks=registers[instruction[2]].marks)
        elif kind is Op.LENGTH:
            registers[instruction[1]] = joined(
                self.heap.get(number, "$size") or UNKNOWN for number in sorted(registers[instruction[2]].objects)
            ) if registers[instruction[2]].objects else UNKNOWN
        elif kind is Op.TEST_TYPE:
            registers[instruction[1]] = self._test_type(registers[instruction[2]], instruction[3])
        elif kind is Op.CAUGHT:
            registers[instruction[1]] = self._caught
        elif kind is Op.CUSTOM:
            self._custom(instruction, at)
        elif kind is Op.THROW:
            self._throw(registers[instruction[1]], self.heap)
            return False
        elif kind is Op.SWITCH:
            if self.machine.implicit:
                self._decides(registers[instruction[1]], None)
            taken, other = switch([key for key, _ in instruction[2]], registers[instruction[1]])
            for (_, block), may in zip(instruction[2], taken, strict=True):
                if may:
                    self._go(block)
            if other:
                self._go(instruction[3])
            return False
        return True

    def _return(self, value: Value) -> None:
        value = value.marked(self.control)
        self._value = value if self._value is NOTHING else self._value.join(value)
        if self._out is None:
            self._out = self.heap.fork()
        else:
            self._out.join(self.heap)

    def _new(self, row: int, at: int) -> Value:
        cls = self._code.type_name(self._dex, row)
        self.heap = self._interpreter.initialise(cls, self.heap, self.context)
        number = self.machine.object((self.context, self.node, at), cls)
        self._once_more(number)
        self.foreign.made(self, number, cls)
        return of_object(number)

    @property
    def foreign(self) -> Foreign:
        """What calls out of the package do."""
        return self._interpreter.foreign

    @property
    def interpreter(self) -> Interpreter:
        """Who runs this."""
        return self._interpreter

    def _once_more(self, number: int) -> None:
        """An object made again at the same place and in the same context stands for several."""
        if number in self._made or self.heap.fields(number):
            self.machine.many.add(number)
        self._made.add(number)

    def _array(self, instruction: Instruction, at: int) -> None:
        kind = instruction[0]
        number = self.machine.object((self.context, self.node, at), self._code.type_name(self._dex, instruction[-1]))
        self._once_more(number)
        if kind is Op.ARRAY:
            self.heap.put(number, "$size", self._registers[instruction[2]], strong=self.machine.is_one(number))
            self._registers[instruction[1]] = of_object(number)
            return
        for index, register in enumerate(instruction[1]):
            self.heap.put(number, Element(index), self._registers[register], strong=self.machine.is_one(number))
        self.heap.put(number, "$size", integer(len(instruction[1])), strong=True)
        self._result = of_object(number)

    def _cast(self, value: Value, row: int) -> Value:
        """Objects that cannot be of the type do not get past a cast."""
        if len(value.objects) < 2:
            return value
        cls = self._code.type_name(self._dex, row)
        kept = frozenset(n for n in value.objects if self._may_be(n, cls))
        return value if kept == value.objects or not kept else Value(kept, value.marks, value.constants)

    def _may_be(self, number: int, cls: str) -> bool:
        known = self.machine.objects[number]
        return self._code.inherits(known.type, cls) or (known.symbolic and self._code.inherits(cls, known.type)) or known.type[:1] == "["

    def _test_type(self, value: Value, row: int) -> Value:
        cls = self._code.type_name(self._dex, row)
        if not value.objects or value.constants is None:
            return UNKNOWN
        answers: set[int] = set()
        for number in value.objects:
            known = self.machine.objects[number]
            if self._code.inherits(known.type, cls):
                answers.add(1)
            elif known.symbolic:
                return UNKNOWN
            else:
                answers.add(0)
        answers |= {0} if value.constants else set()
        return joined(integer(answer) for answer in sorted(answers))

    # -- fields and arrays

    def _get(self, holder: Value, row: int) -> Value:
        field = self._code.field(self._dex, row, static=False)
        if field is None:
            return UNKNOWN
        self.machine.touched += 1
        name: Field = field.field if field.own else Element(Fixed(field.field.partition(":")[0]))
        found = NOTHING
        for number in sorted(holder.objects):
            value = self.heap.get(number, name)
            if value is None:
                value = self._child(number, field.field, field.type)
            found = value if found is NOTHING else found.join(value)
        if found is NOTHING:
            found = self._interpreter.unknown(field.type, (self.context, self.node, "field", field.field))
        if not field.own:
            for number in holder.objects:
                content = self.heap.get(number, "$content")
                found = found if content is None else found.marked(content.marks)
        return found.marked(holder.marks)

    def _child(self, number: int, field: str, type_: str) -> Value:
        """What a field holds into which nothing was seen to be put."""
        depth = self.machine.objects[number]
        if depth.symbolic and type_[0] not in PRIMITIVES:
            value = self._interpreter.unknown(type_, (number, field))
            self.heap.put(number, field, value, strong=True)
            return value
        return UNKNOWN

    def _put(self, holder: Value, row: int, value: Value) -> None:
        field = self._code.field(self._dex, row, static=False)
        if field is None:
            return
        self.machine.touched += 1
        name: Field = field.field if field.own else Element(Fixed(field.field.partition(":")[0]))
        strong = len(holder.objects) == 1
        value = value.marked(self.control)
        for number in holder.objects:
            self.heap.put(number, name, value, strong=strong and self.machine.is_one(number))

    def _get_static(self, row: int, at: int) -> Value:
        field = self._code.field(self._dex, row, static=True)
        if field is None:
            return UNKNOWN
        self.machine.touched += 1
        if field.own:
            self.heap = self._interpreter.initialise(field.holder, self.heap, self.context)
        value = self.heap.get(STATICS, field.field)
        if value is None:
            value = self._interpreter.unknown(field.type, ("static", field.field))
        if not field.own:
            for source in self.machine.models.field(field.api):
                value = value.marked(self.machine.read(self.node, at, field.api, source.category))
        return value

    def _put_static(self, row: int, value: Value) -> None:
        field = self._code.field(self._dex, row, static=True)
        if field is None:
            return
        self.machine.touched += 1
        if field.own:
            self.heap = self._interpreter.initialise(field.holder, self.heap, self.context)
        self.heap.put(STATICS, field.field, value.marked(self.control), strong=True)

    def _array_get(self, instruction: Instruction, at: int) -> Value:
        array, index = self._registers[instruction[2]], self._registers[instruction[3]]
        self.machine.touched += 1
        key = index.number()
        found = NOTHING
        for number in sorted(array.objects):
            value = self.heap.held(number, key)
            if value is not NOTHING:
                found = value if found is NOTHING else found.join(value)
            content = self.heap.get(number, "$content")
            if content is not None:
                found = (UNKNOWN if found is NOTHING else found).marked(content.marks)
        if found is NOTHING and instruction[4] and len(array.objects) == 1:
            (number,) = array.objects
            if self.machine.objects[number].type[1:2] not in PRIMITIVES:
                found = self._interpreter.unknown("Ljava/lang/Object;", (number, "element", key))
                self.heap.put(number, ANY if key is None else Element(key), found, strong=False)
        return (UNKNOWN if found is NOTHING else found).marked(array.marks).marked(index.marks)

    def _array_put(self, array: Value, index: Value, value: Value) -> None:
        self.machine.touched += 1
        key = index.number()
        name = ANY if key is None else Element(key)
        value = value.marked(self.control)
        strong = len(array.objects) == 1 and key is not None
        for number in array.objects:
            self.heap.put(number, name, value, strong=strong and self.machine.is_one(number))

    # -- calls

    def _custom(self, instruction: Instruction, at: int) -> None:
        """A lambda that the runtime makes, or something unknown."""
        captured = [self._registers[register] for register in instruction[1]]
        self._result = self.foreign.lambda_made(self, at, captured)

    def _invoke(self, instruction: Instruction, at: int) -> bool:
        _, opcode, row, used = instruction
        callee = self._code.callee(self._dex, row, opcode)
        if callee is None:
            self._result = UNKNOWN
            return True
        arguments = [self._registers[register] for register in used]
        if callee.static and self._code.types.is_defined(callee.type_id):
            self.heap = self._interpreter.initialise(callee.holder, self.heap, self.context)
        targets, out = self._targets(callee, opcode, arguments)
        values: list[Value] = []
        heaps: list[Heap] = []
        for node, receiver in targets.items():
            given = arguments if receiver is None else [receiver, *arguments[1:]]
            outcome = self._enter(node, given, callee, at)
            if outcome is None:
                values.append(self._passed_by(callee, arguments, at))
                heaps.append(self.heap)
                continue
            if outcome.thrown is not None and outcome.thrown_heap is not None:
                self._throw(outcome.thrown, outcome.thrown_heap)
            if outcome.heap is not None:
                values.append(outcome.value.marked(stepped(outcome.value.marks, self.node, at, "")) if outcome.value.marks else outcome.value)
                heaps.append(outcome.heap)
        if out or not targets:
            before = self.heap
            self.heap = self.heap.fork()
            values.append(self.foreign.call(self, callee, arguments, at))
            heaps.append(self.heap)
            self.heap = before
        if not heaps:
            return False
        merged = heaps[0]
        if len(heaps) > 1:
            merged = merged.fork()
            for other in heaps[1:]:
                merged.join(other)
        self.heap = merged.fork()
        self._result = joined(values)
        return True

    def _enter(self, node: int, arguments: list[Value], callee: Callee, at: int) -> Outcome | None:
        given = [
            Value(value.objects, stepped(value.marks, self.node, at, callee.api), value.constants) if value.marks else value
            for value in arguments
        ]
        if self._code.is_native(node):
            return None
        before, self._interpreter.control = self._interpreter.control, self.control
        try:
            return self._interpreter.call(node, given, self.heap, self.machine.context(self.context, self.node, at))
        finally:
            self._interpreter.control = before

    def _passed_by(self, callee: Callee, arguments: list[Value], at: int) -> Value:
        """The result of a call that was not run: what went in may come out."""
        result = self._interpreter.unknown(callee.returns, (self.context, self.node, at))
        if callee.returns == "V":
            return result
        marks: Marks = marks_joined(value.marks for value in arguments)
        return result.marked(stepped(marks, self.node, at, callee.api)) if marks else result

    def _targets(self, callee: Callee, opcode: int, arguments: list[Value]) -> tuple[dict[int, Value | None], bool]:
        """The nodes that a call runs, each with its receiver (None: as given), and whether it also leaves the package."""
        member = callee.key & _MEMBER
        if opcode not in _VIRTUALS:
            node = self._code.exact(callee.type_id, member)
            return ({}, True) if node is None else ({node: None}, False)
        receiver = arguments[0] if arguments else UNKNOWN
        if not receiver.objects:
            if receiver.constants is not None and not self._code.types.is_defined(callee.type_id):
                return {}, True
            nodes = self._code.below(callee)
            return dict.fromkeys(nodes), not nodes
        found: dict[int, set[int]] = {}
        out = False
        for number in sorted(receiver.objects):
            known = self.machine.objects[number]
            type_id = self._code.types.number(known.type)
            node = self._code.exact(type_id, member) if type_id is not None and self._code.types.is_defined(type_id) else None
            if node is None and known.symbolic:
                for each in self._code.below(callee):
                    found.setdefault(each, set()).add(number)
                out = out or not self._code.below(callee)
            elif node is None:
                out = True
            else:
                found.setdefault(node, set()).add(number)
        return {node: Value(frozenset(numbers), receiver.marks, frozenset()) for node, numbers in found.items()}, out

