"""One run of one method: blocks in turn, what comes together at each, and where exceptions go."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from msgspec import Struct

from analyzer.flow.control import regions
from analyzer.flow.heap import Heap
from analyzer.flow.ir import THROWING, Body, Handler, Instruction, Op
from analyzer.flow.values import NOTHING, UNKNOWN, Marks, Value, marks_joined

if TYPE_CHECKING:
    from analyzer.flow.foreign import Foreign
    from analyzer.flow.interpreter import Interpreter

_MOST_VISITS = 6
_WIDEN_AFTER = 3
_THROWABLE = "Ljava/lang/Throwable;"
_UNCHECKED = "Ljava/lang/RuntimeException;"
_WRITING = frozenset(
    {
        Op.SET,
        Op.MOVE,
        Op.RESULT,
        Op.GET,
        Op.NEW,
        Op.GET_STATIC,
        Op.ARRAY_GET,
        Op.BINARY,
        Op.LITERAL,
        Op.UNARY,
        Op.LENGTH,
        Op.TEST_TYPE,
    }
)


class Outcome(Struct, frozen=True):
    """What running a method gives.

    Its value and the heap afterwards (None: it never returns), and what it throws with which heap.
    """

    value: Value
    heap: Heap | None
    thrown: Value | None = None
    thrown_heap: Heap | None = None


class Start(Struct, frozen=True):
    """What a run of a method begins with: the method, its arguments by register, the heap, the calling context.

    ``plain``: no data is known to be involved.
    """

    node: int
    body: Body
    arguments: list[Value]
    heap: Heap
    context: int
    plain: bool


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


class Frame:
    """One run of one method."""

    def __init__(self, interpreter: Interpreter, start: Start) -> None:
        node, body, heap = start.node, start.body, start.heap
        self.interpreter = interpreter
        self.machine = interpreter.machine
        self.code = interpreter.code
        self.node = node
        self.dex = interpreter.code.dex_of(node)
        self._body = body
        self.context = start.context
        self._plain = start.plain
        registers = [NOTHING] * body.registers
        first = body.registers - body.arguments
        for index, value in enumerate(start.arguments[: body.arguments]):
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
        self.registers = registers
        self.result = UNKNOWN
        self.caught = UNKNOWN
        self._number = 0
        self._handlers: tuple[Handler, ...] = ()
        self._made: set[int] = set()
        self._inherited = interpreter.control
        self._depends: dict[int, Marks] = {}
        self._regions: dict[int, frozenset[int]] | None = None
        self.control = self._inherited

    def run(self) -> Outcome:
        """Go through the blocks until nothing changes any more."""
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
        self.registers = list(state.registers)
        self.heap = state.heap.fork()
        self._handlers = block.handlers
        self.caught = state.caught
        self._number = number
        if self.machine.implicit:
            self.control = marks_joined((self._inherited, self._depends.get(number, {})))
        code, places, steps = body.code, body.at, self.interpreter.steps
        for index in range(block.first, block.last):
            instruction = code[index]
            if block.handlers and instruction[0] in THROWING and instruction[0] is not Op.THROW:
                self._may_throw(instruction)
            if not steps[instruction[0]](self, instruction, places[index]):
                break
            if self.control and instruction[0] in _WRITING:
                written = instruction[2] if instruction[0] is Op.BINARY or instruction[0] is Op.LITERAL else instruction[1]
                self.registers[written] = self.registers[written].marked(self.control)
        self._last = self.heap

    def go(self, block: int, caught: Value = UNKNOWN, registers: list[Value] | None = None, heap: Heap | None = None) -> None:
        """Control may come to *block* from here."""
        if block < 0:
            return
        registers = self.registers if registers is None else registers
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

    def decides(self, left: Value, right: Value | None) -> None:
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

    def _may_throw(self, instruction: Instruction) -> None:
        """An instruction that may throw something of its own accord: an index, a null, whatever a call declares."""
        anything = instruction[0] in (Op.INVOKE, Op.CUSTOM)
        if not anything and self._cannot_throw(instruction):
            return
        for handler in self._handlers:
            if anything or handler.type is None or self._unchecked(handler.type):
                type_ = "" if handler.type is None else self.code.type_name(self.dex, handler.type)
                thrown = self.interpreter.unknown(type_ or _THROWABLE, (self.context, self.node, "thrown", handler.block))
                self.go(handler.block, thrown)

    def _cannot_throw(self, instruction: Instruction) -> bool:
        """Whether what is known of the operands rules every exception out."""
        kind, registers = instruction[0], self.registers
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
            cls = self.code.type_name(self.dex, instruction[2])
            return all(self.code.inherits(self.machine.objects[number].type, cls) for number in holder.objects)
        if kind not in (Op.ARRAY_GET, Op.ARRAY_PUT):
            return True
        index = registers[instruction[3]].number()
        sizes = [self.heap.get(number, "$size") for number in holder.objects]
        known = [None if size is None else size.number() for size in sizes]
        return index is not None and all(size is not None and 0 <= index < size for size in known)

    def _unchecked(self, row: int) -> bool:
        cls = self.code.type_name(self.dex, row)
        return self.code.inherits(cls, _UNCHECKED) or self.code.inherits(_UNCHECKED, cls)

    def throw(self, value: Value, heap: Heap) -> None:
        """*value* is thrown here: to the handlers that may take it, else out of the method."""
        types = [self.machine.objects[number].type for number in sorted(value.objects)]
        for handler in self._handlers:
            caught = "" if handler.type is None else self.code.type_name(self.dex, handler.type)
            certain = not caught or (bool(types) and all(self.code.inherits(type_, caught) for type_ in types))
            if (
                certain
                or not types
                or any(self.code.inherits(caught, type_) or self.code.inherits(type_, caught) for type_ in types)
            ):
                self.go(handler.block, value, heap=heap)
            if certain:
                return
        self._thrown = value if self._thrown is None else self._thrown.join(value)
        if self._thrown_heap is None:
            self._thrown_heap = heap.fork()
        else:
            self._thrown_heap.join(heap)

    def leave(self, value: Value) -> None:
        """The method returns *value* here."""
        value = value.marked(self.control)
        self._value = value if self._value is NOTHING else self._value.join(value)
        if self._out is None:
            self._out = self.heap.fork()
        else:
            self._out.join(self.heap)

    def once_more(self, number: int) -> None:
        """An object made again at the same place and in the same context stands for several."""
        if number in self._made or self.heap.fields(number):
            self.machine.many.add(number)
        self._made.add(number)

    @property
    def foreign(self) -> Foreign:
        """What calls out of the package do."""
        return self.interpreter.foreign
