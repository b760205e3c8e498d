"""Evaluates single methods: a plain interpreter over their instructions, within a budget and without effects.

What lies outside of it ends the evaluation with the reason (``StopError``): calls that are no pure methods, native code, fields
that other code sets, floating-point numbers, exceptions. A class's initialiser is run leniently, for what it does for one field
need not be pure for all others: what cannot be evaluated there is an unknown value, and only a method that needs it ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzer import limits
from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.code import MethodCode
from analyzer.program.evaluation.fields import Field, Fields
from analyzer.program.evaluation.instructions import Instruction, instruction
from analyzer.program.evaluation.methods import Methods, named
from analyzer.program.evaluation.pure_methods import Operation
from analyzer.program.evaluation.values import (
    FAULTS,
    Array,
    Builder,
    Instance,
    Mutable,
    StopError,
    Unknown,
    Unmade,
    Value,
    units_of,
)
from analyzer.program.graph.linking import Linked

_BUILDERS = frozenset({"Ljava/lang/StringBuilder;", "Ljava/lang/StringBuffer;"})
_NOT_SET: Value = Unknown(StopError("unsupported", "reads a register before it is set"))


class Frame:
    """One run of a method. ``result`` is what the last call gave, ``value`` what this one returns."""

    __slots__ = ("code", "dex", "registers", "result", "value")

    def __init__(self, code: MethodCode, dex: int, registers: list[Value]) -> None:
        self.code = code
        self.dex = dex
        self.registers = registers
        self.result: Value = _NOT_SET
        self.value: Value = 0


class Machine:
    """Evaluates methods of one package. ``steps`` are what all evaluations took together.

    *handlers* are the meanings of opcodes (``analyzer.program.evaluation.steps``).
    """

    def __init__(self, linked: Linked, pure: Mapping[str, Operation]) -> None:
        from analyzer.program.evaluation.steps import HANDLERS  # the two know each other

        self.linked = linked
        self.fields = Fields(linked)
        self.methods = Methods(linked, pure)
        self.steps = 0
        self._left = self._budget = 0
        self._pure = pure
        self._handlers = HANDLERS
        self._depth = 0
        self._initialised: dict[int, set[int]] = {}
        self._initialising = 0
        self._journal: list[tuple[list[Value] | dict[Field, Value] | dict[str, Value], int | Field | str, Value]] = []
        self.statics: dict[Field, Value] = {}
        self._read: set[Field] = set()
        self._entered: set[int] = set()

    # What callers ask for

    def call(self, node: int, arguments: Sequence[Value]) -> Value:
        """What method *node* returns for *arguments*; what it changes is changed back. Raises ``StopError``."""
        self._begin()
        try:
            result = self._enter(node, arguments)
            changed = bool(self._journal)
            if changed and self._enter(node, arguments) != result:
                raise StopError("state", "gives another text each time")
            self._check_writers()
        except StopError as error:
            if error.kind in ("throws", "unsupported"):
                self._check_writers()  # that may be why
            raise
        finally:
            self._undo()
        return result

    def static(self, field: Field) -> Value:
        """What a static field holds. Raises ``StopError``."""
        self._begin()
        try:
            value = self.read_static(field)
            self._check_writers()
        finally:
            self._undo()
        return value

    def lenient(self, node: int, frame: Frame, steps: Sequence[int]) -> None:
        """Run these instructions of *node* in their order, a piece of straight code; what cannot be evaluated is unknown."""
        self._begin()
        try:
            for at in steps:
                self._lenient_step(frame, at, self.methods.instruction(node, at))
            self._check_writers()
        finally:
            self._undo()

    def frame(self, node: int) -> Frame:
        """A frame for *node*, its registers not set. Raises ``StopError``."""
        code, dex, size, _, _ = self.methods.body(node)
        return Frame(code, dex, [_NOT_SET] * size)

    # What instructions ask for

    def charge(self, steps: int) -> None:
        """Count work that one instruction does. Raises ``StopError`` when the budget is used up."""
        self._left -= steps
        if self._left < 0:
            in_all = self.steps + limits.DECODER_STEPS >= limits.DECODER_STEPS_IN_ALL
            what = f"{limits.DECODER_STEPS_IN_ALL:,} steps for the package" if in_all else f"{limits.DECODER_STEPS:,} steps"
            raise StopError("budget", f"takes more than {what}")

    @property
    def initialising(self) -> bool:
        """Whether a class's initialiser is running: what it makes may be held by static fields."""
        return self._initialising > 0

    def text(self, dex: int, row: int) -> str:
        """The text *row* of a DEX file."""
        pools = self.linked.dex_files[dex].pools
        if row >= len(pools.string_offsets):
            raise StopError("unsupported", "names a text that is not there")
        return units_of(pools.raw_string(row))

    def made(self, dex: int, row: int) -> Value:
        """A new object of type *row*."""
        descriptor = self.linked.dex_files[dex].pools.type(row)
        if descriptor in _BUILDERS:
            return Builder(shared=self.initialising)
        types = self.linked.types
        type_id = types.number(descriptor)
        if type_id is not None and types.is_defined(type_id):
            return Instance(type_id, shared=self.initialising)
        return Unmade(descriptor)

    def write(self, holder: list[Value] | dict[Field, Value] | dict[str, Value], key: int | Field | str, value: Value) -> None:
        """Change what outlives the evaluation: it is changed back at its end."""
        old = holder[key] if isinstance(holder, list) else holder.get(key, 0)  # type: ignore[index,arg-type]
        self._journal.append((holder, key, old))
        holder[key] = value  # type: ignore[index]

    def read_static(self, field: Field) -> Value:
        """What a static field holds. Raises ``StopError`` for one that is not known."""
        operation = self._pure.get(field.spelt) if field.type_id < 0 else None
        if operation is not None:
            return operation()
        if field.type_id < 0:
            raise StopError("impure", f"reads {named(field.spelt)}")
        self._initialise(field.type_id)
        self._read.add(field)
        value = self.statics.get(field)
        if value is None:
            value = self.fields.begin(field.type_id).get((field.name, field.type))
            if value is None:
                raise StopError("unsupported", f"reads {named(field.spelt)}, which is not there")
        if isinstance(value, Unknown):
            raise value.why.again()
        return value

    def write_static(self, field: Field, value: Value) -> None:
        """Set a static field of the package."""
        if field.type_id < 0:
            raise StopError("impure", f"sets {named(field.spelt)}")
        self._initialise(field.type_id)
        if field not in self.statics:
            self.statics[field] = self.fields.begin(field.type_id).get((field.name, field.type), 0)
        self.write(self.statics, field, value)

    def read_instance(self, value: Value, field: Field) -> Value:
        """What a field of an object holds."""
        if not isinstance(value, Instance):
            raise (
                StopError("throws", "throws NullPointerException")
                if value == 0
                else StopError("unsupported", f"reads {named(field.spelt)}")
            )
        if value.spoiled:
            raise value.spoiled.again()
        if value.shared:
            self._read.add(field)
        found = value.fields.get(f"{field.name}:{field.type}", 0)
        if isinstance(found, Unknown):
            raise found.why.again()
        return found

    def write_instance(self, value: Value, field: Field, given: Value) -> None:
        """Set a field of an object."""
        if not isinstance(value, Instance):
            raise StopError("unsupported", f"sets {named(field.spelt)}")
        if value.shared:
            self.write(value.fields, f"{field.name}:{field.type}", given)
        else:
            value.fields[f"{field.name}:{field.type}"] = given

    def invoke(self, frame: Frame, step: Instruction) -> Value:
        """The result of a call."""
        callee = self.methods.callee(frame.dex, step.a, static=step.opcode in op.INVOKE_STATICS)
        registers = frame.registers
        arguments = [registers[step.registers[slot]] for slot in callee.slots if slot < len(step.registers)]
        for argument in arguments:
            if isinstance(argument, Unknown):
                raise argument.why.again()
        if callee.operation is not None:
            self.charge(8 + sum(_size(argument) for argument in arguments) // 4)
            result = callee.operation(*arguments)
            if self.initialising and isinstance(result, Array):
                result.shared = True
            if callee.descriptor.endswith(")V") and arguments and isinstance(arguments[0], Unmade):
                _replace(registers, arguments[0], result)
            return result
        return self._enter(self.methods.target(callee, step.opcode, arguments), arguments)

    # How it is done

    def _enter(self, node: int, arguments: Sequence[Value]) -> Value:
        """Run a method of the package from its first instruction."""
        code, dex, size, places, known = self.methods.body(node)
        self.charge(1 + size)
        if self._depth >= limits.DECODER_DEPTH:
            raise StopError("budget", f"calls more than {limits.DECODER_DEPTH} methods within each other")
        frame = Frame(code, dex, [_NOT_SET] * size)
        for place, argument in zip(places, arguments, strict=False):
            if not 0 <= place < size:
                raise StopError("unsupported", "holds code that no compiler makes")
            frame.registers[place] = argument
        self._entered.add(node)
        self._depth += 1
        try:
            self._run(frame, known)
        except ZeroDivisionError:
            raise StopError("throws", "throws ArithmeticException") from None
        except FAULTS:
            raise StopError("unsupported", "holds code that no compiler makes") from None
        finally:
            self._depth -= 1
        return frame.value

    def _run(self, frame: Frame, known: list[Instruction | None]) -> None:
        handlers, at = self._handlers, 0
        while at >= 0:
            self._left -= 1
            if self._left < 0:
                self.charge(0)
            if at >= len(known):
                raise StopError("unsupported", "runs over its end")
            step = known[at]
            if step is None:
                step = known[at] = instruction(frame.code, at)
            handler = handlers[step.opcode]
            following = handler(self, frame, step, at)
            at = at + 1 if following is None else following

    def _lenient_step(self, frame: Frame, at: int, step: Instruction) -> int | None:
        """One instruction; what cannot be evaluated makes its result unknown and spoils the objects it was given."""
        try:
            return self._handlers[step.opcode](self, frame, step, at)
        except StopError as error:
            if error.kind == "budget":
                raise
            self._spoil(frame, step, error)
        except ZeroDivisionError:
            self._spoil(frame, step, StopError("throws", "throws ArithmeticException"))
        except FAULTS:
            self._spoil(frame, step, StopError("unsupported", "holds code that no compiler makes"))
        if step.opcode in op.BRANCHES or step.opcode in op.ENDS:
            raise StopError("unsupported", "depends on what is not known")
        return None

    def _spoil(self, frame: Frame, step: Instruction, why: StopError) -> None:
        unknown = Unknown(why)
        if step.registers or step.opcode in op.INVOKES:
            frame.result = unknown
            for register in step.registers:
                value = frame.registers[register] if register < len(frame.registers) else 0
                if isinstance(value, Mutable):
                    value.spoiled = why
                elif isinstance(value, Unmade):
                    _replace(frame.registers, value, unknown)
        elif step.opcode in op.WRITES and step.a < len(frame.registers):
            frame.registers[step.a] = unknown
        elif 0x4B <= step.opcode <= 0x51 and step.b < len(frame.registers):
            value = frame.registers[step.b]
            if isinstance(value, Array):
                value.spoiled = why

    def _initialise(self, type_id: int) -> None:
        """Run a class's initialiser, leniently, the first time that it is asked for."""
        if type_id in self._initialised:
            return
        if self._initialising >= limits.DECODER_DEPTH:
            raise StopError("budget", f"needs more than {limits.DECODER_DEPTH} classes within each other")
        outer = self._journal, self._read, self._entered, self._left
        entered = self._initialised[type_id] = set()
        node = next((node for node in self.linked.methods_of(type_id) if self.linked.name(node) == "<clinit>"), None)
        if node is None:
            return
        entered.add(node)
        self._journal, self._read, self._entered = [], set(), entered
        self._left = budget = max(0, min(limits.DECODER_STEPS, limits.DECODER_STEPS_IN_ALL - self.steps))
        self._initialising += 1
        why: StopError | None = None
        try:
            why = self._run_leniently(node)
        finally:
            self._initialising -= 1
            self.steps += budget - max(self._left, 0)
            self._journal, self._read, self._entered, self._left = outer
        if why is not None:  # what it had still to set is not known
            for name, type_ in self.fields.begin(type_id):
                field = Field(type_id, self.linked.types.names[type_id], name, type_)
                if field not in self.statics and node in self.fields.writers(field):
                    self.statics[field] = Unknown(why)

    def _run_leniently(self, node: int) -> StopError | None:
        """Run an initialiser to its end; why it ended before."""
        try:
            code, dex, size, _, known = self.methods.body(node)
            frame, at = Frame(code, dex, [_NOT_SET] * size), 0
            while at >= 0:
                self.charge(1)
                if at >= len(known):
                    return StopError("unsupported", "runs over its end")
                before = len(self._journal)
                step = self.methods.instruction(node, at)
                failed = frame.result
                following = self._lenient_step(frame, at, step)
                if step.opcode in op.INVOKES and isinstance(frame.result, Unknown) and frame.result is not failed:
                    self._forget(before, frame.result)
                at = at + 1 if following is None else following
        except StopError as error:
            return error
        return None

    def _forget(self, before: int, unknown: Unknown) -> None:
        """What a call changed that then failed is not known."""
        for holder, key, _ in self._journal[before:]:
            holder[key] = unknown  # type: ignore[index]

    def _begin(self) -> None:
        self._journal, self._read, self._entered = [], set(), set()
        self._left = self._budget = max(0, min(limits.DECODER_STEPS, limits.DECODER_STEPS_IN_ALL - self.steps))

    def _undo(self) -> None:
        self.steps += self._budget - max(self._left, 0)
        for holder, key, old in reversed(self._journal):
            holder[key] = old  # type: ignore[index]
        self._journal = []

    def _check_writers(self) -> None:
        """Raise ``StopError`` when a field that was read may have been set by code that did not run."""
        for field in self._read:
            ran = self._entered.union(*self._initialised.values())
            if not self.fields.writers(field) <= ran:
                raise StopError("state", f"reads {named(field.spelt)}, which other code sets")


def _size(value: Value) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Array):
        return len(value.items)
    return len(value.units) if isinstance(value, Builder) else 0


def _replace(registers: list[Value], old: Value, new: Value) -> None:
    """Put what a constructor made into all registers that hold the object it was called on."""
    for index, value in enumerate(registers):
        if value is old:
            registers[index] = new
