"""What calls run: methods of the package that the platform calls back, now or later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from analyzer.flow.code import Code
from analyzer.flow.conventions import Run
from analyzer.flow.heap import ANY
from analyzer.flow.library import Library
from analyzer.flow.machine import Machine
from analyzer.flow.models import RESULT, Term
from analyzer.flow.site import Call, can_hold
from analyzer.flow.values import NOTHING, UNKNOWN, Value, joined, of_object
from analyzer.platform.callbacks import Hop

if TYPE_CHECKING:
    from analyzer.flow.specials import Specials


class Runs(Struct, frozen=True):
    """What the tables say that a call runs."""

    hops: tuple[Hop, ...]
    runs: tuple[Run, ...]


class Running:
    """Runs methods of the package from calls out of it."""

    def __init__(self, machine: Machine, library: Library, specials: Specials) -> None:
        self._machine = machine
        self._code: Code = machine.code
        self._library = library
        self._specials = specials
        self._handed: dict[tuple[str, str], tuple[int, ...]] = {}

    def run(self, call: Call, known: Runs, result: Value) -> Value | None:
        """Methods of the package that the call runs, now or later; what it gives back if that is what it returns."""
        back: Value | None = None
        ran: dict[str, Value] = {}
        for run in known.runs:
            back = self._run_one(call, run, ran, result) or back
        if not known.runs:
            for hop in known.hops:
                if hop.effect in ("run", "callback"):
                    for name in hop.runs:
                        for value in self._hop_objects(call, hop.object):
                            self._later(value, name)
                elif hop.effect == "start":
                    self._specials.started(call)
        if not known.hops and not known.runs:
            self._hand_over(call)
        return back

    @staticmethod
    def _hop_objects(call: Call, object_: str) -> Iterable[Value]:
        if object_ == "receiver":
            return (call.receiver,)
        if object_ == "arg*":
            return call.arguments
        index = int(object_[3:])
        return call.arguments[index : index + 1]

    def _later(self, value: Value, name: str) -> None:
        for number in sorted(value.objects):
            cls = self._machine.objects[number].type
            if number in self._specials.lambdas:
                self._specials.call_lambda_later(number)
            for node in self._code.method(cls, name) if self._code.hierarchy.definition(cls) else ():
                self._machine.call_back(of_object(number), node)

    def _run_one(self, call: Call, run: Run, ran: dict[str, Value], result: Value) -> Value | None:
        receivers = self._term(call, run.object, run.key, result)
        back = NOTHING
        for number in sorted(receivers.objects):
            if number in self._specials.lambdas:
                value = self._specials.run_lambda_of(call, number, [self._given(call, g, ran, result) for g in run.gives])
                back = value if back is NOTHING else back.join(value)
                continue
            cls = self._machine.objects[number].type
            for node in self._code.method(cls, run.name) if self._code.hierarchy.definition(cls) else ():
                arguments = [self._given(call, given, ran, result) for given in run.gives]
                if run.later:
                    self._machine.call_back(of_object(number), node, tuple(arguments) if run.gives else None)
                    continue
                value = self.call_method(call, of_object(number), node, arguments)
                back = value if back is NOTHING else back.join(value)
        if back is NOTHING:
            return None
        known = ran.get(run.name)
        ran[run.name] = back if known is None else known.join(back)
        if run.back == "result":
            return back
        if run.back == "result.content":
            for number in sorted(result.objects):
                self._library.add_content(call.frame.heap, number, back)
                call.frame.heap.put(number, ANY, back, strong=False)
        return None

    def _term(self, call: Call, term: Term, key: str, result: Value) -> Value:
        value = result if term.base == RESULT else call.value_of(term.base)
        if term.part != "element":
            return value
        return joined(call.frame.heap.held(number, self._library.key(call, key)) for number in sorted(value.objects))

    def _given(self, call: Call, given: str, ran: dict[str, Value], result: Value) -> Value:
        if given == "this":
            return call.receiver
        if given == "result":
            return result
        if given.startswith("arg"):
            return call.value_of(int(given[3:]))
        return ran.get(given, UNKNOWN)

    def _hand_over(self, call: Call) -> None:
        """Objects of the package that a platform's method takes under an interface may be called back."""
        for value, declared in zip(call.arguments, call.callee.parameters, strict=False):
            if declared[0] != "L" or declared == "Ljava/lang/Object;" or not value.objects:
                continue
            for number in sorted(value.objects):
                if number in self._specials.lambdas:
                    self._specials.call_lambda_later(number)
                for node in self._called_back(self._machine.objects[number].type, declared):
                    self._machine.call_back(of_object(number), node)

    def _called_back(self, cls: str, declared: str) -> tuple[int, ...]:
        key = (cls, declared)
        found = self._handed.get(key)
        if found is None:
            found = self._handed[key] = tuple(self._overridden(cls, declared))
        return found

    def _overridden(self, cls: str, declared: str) -> Iterable[int]:
        if self._code.hierarchy.definition(cls) is None or not self._code.inherits(cls, declared):
            return
        entries, linked = self._code.graph.entries, self._code.linked
        seen: set[str] = set()
        for ancestor in self._code.hierarchy.ancestors(cls):
            type_id = self._code.types.number(ancestor)
            if type_id is None or not self._code.types.is_defined(type_id):
                continue
            for node in linked.methods_of(type_id):
                member = linked.member(node)
                if member in seen or linked.nodes.direct[node] or not self._code.has_code(node):
                    continue
                seen.add(member)
                if entries.handed(node, declared) is not None:
                    yield node

    def call_method(self, call: Call, receiver: Value, node: int, arguments: list[Value]) -> Value:
        """Run a method of the package now, from this call."""
        frame = call.frame
        registers = self.registers(node, receiver, arguments)
        context = self._machine.context(frame.context, frame.node, call.at)
        outcome = frame.interpreter.call(node, registers, frame.heap, context)
        if outcome is None or outcome.heap is None:
            return UNKNOWN
        frame.heap = outcome.heap.fork()
        return outcome.value

    def registers(self, node: int, receiver: Value, arguments: Sequence[Value]) -> list[Value]:
        """Arguments by register: a long or double takes two; what is missing is unknown."""
        found = [] if self._code.is_static(node) else [receiver]
        for index, type_ in enumerate(self._code.parameters(node)):
            value = arguments[index] if index < len(arguments) else UNKNOWN
            if value is UNKNOWN:
                value = self.unknown_argument(node, index, type_)
            found.append(value)
            if type_ in ("J", "D"):
                found.append(UNKNOWN)
        return found

    def unknown_argument(self, node: int, index: int, type_: str) -> Value:
        """What the platform may give a method."""
        if not can_hold(type_):
            return UNKNOWN
        return Value(frozenset({self._machine.object(("parameter", node, index), type_, symbolic=True)}))
