"""Calls out of the package: everything that the tables of ``rules/flow`` say of one, put together.

A call is looked up once: its models, sources, sinks, hops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from analyzer.flow.code import PRIMITIVES, Callee, Code, FieldName
from analyzer.flow.conventions import Conventions
from analyzer.flow.heap import Element, Fixed
from analyzer.flow.library import Library
from analyzer.flow.machine import Machine
from analyzer.flow.models import RESULT, Channel, Effect, Sink, Source
from analyzer.flow.running import Running, Runs
from analyzer.flow.sending import Sending
from analyzer.flow.site import TEXT, Call
from analyzer.flow.values import UNKNOWN, Range, Value, constant, joined, marks_joined, of_object

if TYPE_CHECKING:
    from analyzer.flow.frame import Frame
    from analyzer.flow.specials import Specials


_NEWEST = 10_000  # higher than any API level; what is not released counts as this


class _Known(Struct, frozen=True):
    """Everything the tables say of one method."""

    effects: tuple[Effect, ...] | None
    sources: tuple[Source, ...]
    getters: tuple[Source, ...]
    sinks: tuple[Sink, ...]
    channels: tuple[Channel, ...]
    runs: Runs
    special: tuple[str, str] | None


class Foreign:
    """Does calls out of the package."""

    def __init__(self, machine: Machine, conventions: Conventions, specials: Specials) -> None:
        self._machine = machine
        self._code: Code = machine.code
        self._models = machine.models
        self._conventions = conventions
        self._specials = specials
        self.library = Library(machine, specials.named, self._spelled)
        self.running = Running(machine, self.library, specials)
        self._sending = Sending(machine, specials)
        manifest = machine.code.graph.app.manifest
        levels = Range(manifest.min_sdk or 1, manifest.max_sdk or _NEWEST)
        self._levels = Value(constants=frozenset({levels}))
        self._known: dict[tuple[str, str, str], _Known] = {}
        self._spoken: dict[int, str | None] = {}

    def made(self, number: int, cls: str) -> None:
        """An object of a class of the package was made: the platform may call it by itself."""
        self._specials.made(number, cls)

    def lambda_made(self, frame: Frame, at: int, captured: list[Value]) -> Value:
        """The object of an invoke-custom: a lambda if there is a body for it."""
        for body, lambdas in self._code.graph.lambdas.by_body.items():
            for made in lambdas:
                if made.maker == frame.node and made.at == at:
                    number = self._machine.object((frame.context, frame.node, at), made.interface)
                    for index, value in enumerate(captured):
                        frame.heap.put(number, Element(Fixed(f"captured {index}")), value, strong=False)
                    self._specials.lambdas[number] = (body, made.member, len(captured))
                    return of_object(number)
        return UNKNOWN

    def platform_field(self, frame: Frame, field: FieldName, value: Value, at: int) -> Value:
        """What a static field of the platform holds: data, a way out, the address of a store of data, or the API level."""
        if self._conventions.special_rows.get(field.api, ("", ""))[0] == "sdk-level":
            return self._levels
        for source in self._models.field(field.api):
            value = value.marked(self._machine.read(frame.node, at, field.api, source.category))
        for channel in self._models.field_channels(field.api):
            self._sending.opened(frame.heap, value, channel.destination, None)
        address = self._conventions.address(field.api) if value.objects else None
        for number in sorted(value.objects) if address else ():
            frame.heap.put(number, TEXT, constant(address or ""), strong=True)
        return value

    def call(self, frame: Frame, callee: Callee, registers: list[Value], at: int) -> Value:
        """The result of the call; what it changes is in the frame's heap."""
        self._machine.touched += 1
        call = self._call(frame, callee, registers, at)
        ran = self._specials.run_lambda(call)
        if ran is not None:
            return ran
        known = self._look_up(callee)
        if known.sinks:
            self._sending.sinks(call, known.sinks)
        result = self._result(call, known)
        if self._machine.implicit and callee.returns[0] in PRIMITIVES and callee.returns != "V":
            # what a test says of its operands
            held = marks_joined(frame.heap.deep_marks(value) for value in (call.receiver, *call.arguments))
            result = result.marked(marks_joined((held, frame.control)))
        back = self.running.run(call, known.runs, result)
        return result if back is None else back

    def _spelled(self, call: Call, number: int) -> Value:
        """What ``toString`` of an object of the package gives; without one of its own nothing of what it holds."""
        nodes = [n for n in self._code.method(self._machine.objects[number].type, "toString") if not self._code.parameters(n)]
        return joined([UNKNOWN, *(self.running.call_method(call, of_object(number), node, []) for node in nodes)])

    def speaks_for(self, node: int) -> str | None:
        """The class of a library's method that is in the package and that rows of its own describe; None: its body does."""
        if node not in self._spoken:
            holder, name = self._code.linked.holder(node), self._code.linked.name(node)
            found = None
            if name in self._models.names and self._code.graph.app.ownership.owner(holder).kind == "library":
                prototype = self._code.linked.member(node)[len(name) :]
                known = self._models.effects([holder], name, prototype), self._models.sinks([holder], name, prototype)
                found = holder if known[0] is not None or known[1] else None
            self._spoken[node] = found
        return self._spoken[node]

    def hop(self, frame: Frame, callee: Callee, registers: list[Value], at: int, result: Value) -> Value:
        """What a library's method that is in the package runs besides, by the tables: a coroutine, a worker, an observer."""
        runs = self._look_up(callee).runs
        if not runs.hops and not runs.runs:
            return result
        back = self.running.run(self._call(frame, callee, registers, at), runs, result)
        return result if back is None else back

    @staticmethod
    def _call(frame: Frame, callee: Callee, registers: list[Value], at: int) -> Call:
        receiver = UNKNOWN if callee.static or not registers else registers[0]
        arguments = tuple(registers[place] if place < len(registers) else UNKNOWN for place in callee.registers)
        return Call(frame, callee, receiver, arguments, at)

    def _result(self, call: Call, known: _Known) -> Value:
        """What a call returns that runs nothing of the package."""
        special = self._specials.do(call, *known.special) if known.special is not None else None
        if special is not None:
            result = special
        elif known.effects is not None:
            result = self.library.effects(call, known.effects)
        else:
            result = self.library.without_model(call)
        for channel in known.channels:
            self._sending.open(call, channel, result)
        for source in known.sources:
            result = self._read(call, source, result)
        for source in known.getters:
            if self._came_in_unseen(call, source):
                result = self._read(call, source, result)
        return result

    def _look_up(self, callee: Callee) -> _Known:
        key = (callee.holder, callee.name, callee.prototype)
        found = self._known.get(key)
        if found is None:
            classes = self._code.hierarchy.ancestors(callee.holder)
            name, prototype = callee.name, callee.prototype
            models = self._models
            effects = models.effects(classes, name, prototype)
            found = self._known[key] = _Known(
                effects,
                models.sources(classes, name, prototype),
                models.getters(classes, name, prototype),
                models.sinks(classes, name, prototype),
                models.channels(classes, name, prototype),
                Runs(self._conventions.hops(classes, name, prototype), self._conventions.runs(classes, name, prototype)),
                self._conventions.special(classes, name, prototype),
            )
        return found

    def call_named(self, call: Call, cls: str, name: str, target: Value, given: list[Value]) -> Value | None:
        """A method of the platform that is called by name.

        As if it were called directly, when it is known under the name alone.
        """
        for prototype in self._code.platform_prototypes(cls, name, len(given)):
            parameters, returns = self._code.split(prototype)
            places = tuple(range(1, 1 + len(given)))
            callee = Callee(-1, -1, cls, name, prototype, parameters, places, returns, static=False)
            return self.call(call.frame, callee, [target, *given], call.at)
        return None

    def _read(self, call: Call, source: Source, result: Value) -> Value:
        if source.when is not None and not self._holds_when(call, source.when):
            return result
        if source.kind == "received" and not self._specials.may_receive(call):
            return result
        marks = self._machine.read(
            call.frame.node, call.at, self._code.declared(call.callee), source.category, received=source.kind == "received"
        )
        if source.value == RESULT:
            return result.marked(marks)
        for number in sorted(call.value_of(source.value).objects):
            self.library.add_content(call.frame.heap, number, Value(marks=marks))
        return result

    def _came_in_unseen(self, call: Call, getter: Source) -> bool:
        """Whether the receiver came in unseen: it was not made in the package, and no call was seen that read its data."""
        made = [number for number in call.receiver.objects if not self._machine.objects[number].symbolic]
        marks = call.frame.heap.deep_marks(call.receiver)
        return not made and all(self._machine.readings[number].category != getter.category for number, _ in marks)

    def _holds_when(self, call: Call, when: tuple[int, str, str]) -> bool:
        index, how, wanted = when
        value = call.arguments[index] if index < len(call.arguments) else UNKNOWN
        texts = value.texts() or tuple(
            text for n in sorted(value.objects) if (known := call.frame.heap.get(n, TEXT)) is not None for text in known.texts()
        )
        return any(text == wanted if how == "=" else text.startswith(wanted) for text in texts)
