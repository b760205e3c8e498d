"""What the caller of a method gives it: the constants that reach the arguments of one call.

From the call back to where the straight piece of code that holds it begins, the instructions that make its arguments are taken
and evaluated; a register that was set before must be set by one instruction on all ways there.
"""

from __future__ import annotations

from msgspec import Struct

from analyzer import limits
from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.code import MethodCode
from analyzer.program.evaluation.instructions import Instruction
from analyzer.program.evaluation.machine import Machine
from analyzer.program.evaluation.methods import Callee
from analyzer.program.evaluation.values import FAULTS, StopError, Unknown, Value

_MOST_NESTED = 3
_MOST_LOOKS = 2_000
_NUMBERS = frozenset(range(0x12, 0x1A))
_STEPS_PER_LOOK = 8  # looking at an instruction costs less than running it
_MOVE_OBJECTS = frozenset({0x07, 0x08, 0x09})
_APUTS, _IPUTS = frozenset(range(0x4B, 0x52)), frozenset(range(0x59, 0x60))
_FILL, _FILLED, _CAST = 0x26, frozenset({0x24, 0x25}), 0x1F
_READS_B = frozenset({*op.MOVES, 0x20, 0x21, 0x23, *range(0x52, 0x59), *range(0x7B, 0x90), *range(0xD0, 0xE3)})
_READS_BC = frozenset({*range(0x2D, 0x32), *range(0x44, 0x4B), *range(0x90, 0xB0)})
_READS_AB = frozenset(range(0xB0, 0xD0))
_PLAIN = frozenset({"Ljava/lang/String;", "Ljava/lang/Integer;", "Ljava/lang/Character;", "Ljava/nio/charset/Charset;"})


class _Site(Struct, frozen=True):
    node: int
    code: MethodCode
    dex: int


class Given:
    """Reads the arguments of calls."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def arguments(self, node: int, at: int, depth: int = 0) -> list[Value]:
        """The arguments of the call at instruction *at* of *node*, the receiver first; ``Unknown`` where one is no constant.

        Raises ``StopError`` when nothing can be said.
        """
        try:
            return self._arguments(node, at, depth)
        except FAULTS:
            raise StopError("unsupported", "is called by code that no compiler makes") from None

    def _arguments(self, node: int, at: int, depth: int) -> list[Value]:
        frame = self._machine.frame(node)
        site = _Site(node, frame.code, frame.dex)
        step = self._machine.methods.instruction(node, at)
        callee = self._machine.methods.callee(site.dex, step.a, static=step.opcode in op.INVOKE_STATICS)
        wanted = {step.registers[slot] for slot in callee.slots if slot < len(step.registers)}
        piece = _Piece(self._machine, site, at)
        steps, open_ = piece.slice(wanted)
        unknown = Unknown(_no_constant())
        frame.registers[:] = [unknown] * len(frame.registers)
        for register in open_:
            frame.registers[register] = self._before(site, piece.start, register, depth)
        self._machine.lenient(node, frame, steps)
        return [frame.registers[step.registers[slot]] for slot in callee.slots if slot < len(step.registers)]

    def _before(self, site: _Site, start: int, register: int, depth: int) -> Value:
        """What *register* holds where the piece begins, when one instruction sets it on all ways."""
        at = _setter(site.code, start, register)
        if at is None:
            return Unknown(_no_constant())
        try:
            return self._value(site, at, depth)
        except StopError as error:
            return Unknown(error)

    def _value(self, site: _Site, at: int, depth: int) -> Value:
        """What instruction *at* sets, if that cannot change on the way: a constant, a static field, a text that a call gave."""
        step = self._machine.methods.instruction(site.node, at)
        if step.opcode in (op.CONST_STRING, op.CONST_STRING_JUMBO):
            return self._machine.text(site.dex, step.b)
        if step.opcode in _NUMBERS:
            return step.b
        if step.opcode in op.MOVE_RESULTS and at and depth < _MOST_NESTED:
            return self._called(site, at - 1, depth)
        if step.opcode in op.SGETS:
            return self._machine.static(self._machine.fields.named(site.dex, step.b))
        raise _no_constant()

    def _called(self, site: _Site, at: int, depth: int) -> Value:
        """The text that a call gave which lies before the piece: a text stays what it is."""
        step = self._machine.methods.instruction(site.node, at)
        if step.opcode not in op.INVOKES:
            raise _no_constant()
        callee = self._machine.methods.callee(site.dex, step.a, static=step.opcode in op.INVOKE_STATICS)
        if not callee.descriptor.endswith(")Ljava/lang/String;") or step.opcode not in op.INVOKE_STATICS or callee.node < 0:
            raise _no_constant()
        return self._machine.call(callee.node, self.arguments(site.node, at, depth + 1))


def _no_constant() -> StopError:
    """A new one each time: an exception that is kept keeps every frame that it went through, and so the whole package."""
    return StopError("argument", "is given something that is no constant")


def _setter(code: MethodCode, at: int, register: int) -> int | None:
    """The one instruction that sets *register* on all ways to *at*, through moves; None where several do or none."""
    found: int | None = None
    seen: set[tuple[int, int]] = set()
    stack = [(at, register)]
    looks = 0
    while stack:
        at, register = stack.pop()
        ways = code.joins.get(at)
        if ways is not None and (at, register) in seen:
            continue  # a loop adds nothing
        seen.add((at, register))
        for source in (at - 1,) if ways is None else ways:
            looks += 1
            if source < 0 or looks > _MOST_LOOKS:
                return None
            if not code.writes(source, register):
                stack.append((source, register))
            elif code.destination(source) != register:
                return None  # the second half of a pair
            elif code.opcode(source) in op.MOVES:
                stack.append((source, code.move_source(source)))
            elif found in (None, source):
                found = source
            else:
                return None
    return found


class _Piece:
    """The straight piece of code before a call, as far back as its arguments are made; not beyond where control joins."""

    def __init__(self, machine: Machine, site: _Site, at: int) -> None:
        self._machine = machine
        self._site = site
        self._at = at
        self._aliases: dict[int, set[int]] = {}
        self.start = at

    def slice(self, arguments: set[int]) -> tuple[list[int], set[int]]:
        """The instructions that make the registers *arguments*, in order, and the registers that were set before the piece."""
        taken, wanted, moves = self._back(set(arguments))
        if moves:  # what is done to an object by another register is seen before the move is, going back
            for a, b in moves:
                both = self._aliases.get(a, {a}) | self._aliases.get(b, {b})
                for register in both:
                    self._aliases[register] = both
            taken, wanted, _ = self._back(set(arguments))
        self._machine.steps += (self._at - self.start) // _STEPS_PER_LOOK
        return sorted(each for each in taken if each >= self.start), wanted

    def _back(self, wanted: set[int]) -> tuple[set[int], set[int], list[tuple[int, int]]]:
        """Go back until nothing is wanted any more: what was taken, what is still wanted, and the moves of objects on the way."""
        joins = self._site.code.joins
        taken: set[int] = set()
        moves: list[tuple[int, int]] = []
        at = self._at
        while wanted and at and at not in joins and self._at - at < limits.DECODER_LOOK_BACK:
            at -= 1
            step = self._machine.methods.instruction(self._site.node, at)
            if step.opcode in _MOVE_OBJECTS:
                moves.append((step.a, step.b))
            self._take(at, step, taken, wanted)
        self.start = at
        return taken, wanted, moves

    def _take(self, at: int, step: Instruction, taken: set[int], wanted: set[int]) -> None:
        """Take an instruction that makes or changes what is *wanted*; then what it reads is."""
        if step.opcode in op.INVOKES or step.opcode in _FILLED:
            needed = at in taken or any(self._touches(register, wanted) for register in self._changed(step))
        elif step.opcode in op.WRITES:
            needed = step.a in wanted
            if needed:
                wanted.discard(step.a)
                if step.opcode in op.MOVE_RESULTS:
                    taken.add(at - 1)
                    wanted.update(self._read(self._machine.methods.instruction(self._site.node, at - 1)) if at else ())
        else:
            needed = self._changes(step, wanted)
        if needed:
            taken.add(at)
            wanted |= self._read(step)

    def _touches(self, register: int, wanted: set[int]) -> bool:
        return not wanted.isdisjoint(self._aliases.get(register, {register}))

    def _changes(self, step: Instruction, wanted: set[int]) -> bool:
        """Whether an instruction that writes no register changes an object that is wanted."""
        if step.opcode in (_FILL, _CAST):
            return self._touches(step.a, wanted)
        return step.opcode in (_APUTS | _IPUTS) and self._touches(step.b, wanted)

    def _changed(self, step: Instruction) -> list[int]:
        """The arguments of a call that it may change: objects, but for those that never change."""
        if step.opcode in _FILLED:
            return []
        try:
            callee: Callee = self._machine.methods.callee(self._site.dex, step.a, static=step.opcode in op.INVOKE_STATICS)
        except StopError:
            return list(step.registers)
        pools = self._machine.linked.dex_files[self._site.dex].pools
        types = pools.parameter_types(int(pools.methods[step.a]["shape"]))
        if len(callee.slots) > len(types):
            types = [pools.method_holder(step.a), *types]
        pairs = zip(callee.slots, types, strict=True)
        return [
            step.registers[slot]
            for slot, type_ in pairs
            if slot < len(step.registers) and type_[:1] in ("L", "[") and (type_ not in _PLAIN or "<init>" in callee.descriptor)
        ]

    def _read(self, step: Instruction) -> set[int]:
        if step.registers:
            return set(step.registers)
        if step.opcode in _READS_B:
            return {step.b}
        if step.opcode in _READS_BC:
            return {step.b, step.c}
        if step.opcode in _READS_AB or step.opcode in _IPUTS:
            return {step.a, step.b}
        if step.opcode in _APUTS:
            return {step.a, step.b, step.c}
        return {step.a} if step.opcode in (_CAST, _FILL) else set()
