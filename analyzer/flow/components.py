"""Runs an app's components as the platform does: made, then through the states of their lifecycle, with callbacks in between.

Which method may be called in which state is data (``rules/flow/lifecycle.tsv``). States are repeated until the heap at each
of them no longer changes, so
that every order that the lifecycle allows is covered, and no other.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from analyzer.flow.code import Code
from analyzer.flow.conventions import Conventions, Turn
from analyzer.flow.foreign import Foreign
from analyzer.flow.heap import STATICS, Heap
from analyzer.flow.intents import Intents
from analyzer.flow.interpreter import Interpreter
from analyzer.flow.lifecycle import Life, Lifecycle
from analyzer.flow.machine import Callback, Machine
from analyzer.flow.specials import Specials
from analyzer.flow.values import UNKNOWN, MarkKey, Value, of_object

_MOST_ROUNDS = 3
_MOST_CALLBACKS = 200
_INTENT = "Landroid/content/Intent;"
_BUNDLE = "Landroid/os/Bundle;"
_FIRST = ("Landroid/app/Application;", "Landroid/content/ContentProvider;")


class Parts(Struct, frozen=True):
    """What belongs together in one run of the engine."""

    machine: Machine
    conventions: Conventions
    intents: Intents
    specials: Specials
    foreign: Foreign
    interpreter: Interpreter


class Components:
    """All components of a package, one after another, until nothing new is sent between them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._machine = parts.machine
        self.code: Code = parts.machine.code
        self._intents = parts.intents
        self.world = Heap()
        self._calls = 0
        self._began: dict[str, object] = {}

    def run(self, wanted: Iterable[str], others: Iterable[str], methods: Iterable[int]) -> None:
        """Run the components *wanted* and *methods*, then *others* as long as plain steps are left, until nothing new is sent.

        A component to which another sends something becomes one of the wanted. Raises ``OutOfBudget``.
        """
        first = list(dict.fromkeys(sorted(dict.fromkeys(wanted), key=self._order)))
        rest = list(dict.fromkeys(sorted(dict.fromkeys(others), key=self._order)))
        for turn in range(_MOST_ROUNDS):
            ran = [self._begin(cls, turn) for cls in first]
            for node in methods if turn == 0 or any(ran) else ():
                self._machine.begin()
                self._method(node)
            ran += [self._begin(cls, turn) for cls in rest if cls not in first and self._has_plain_steps()]
            first += [cls for cls in sorted(self._intents.incoming) if cls not in first]
            if not any(ran):
                return

    def _has_plain_steps(self) -> bool:
        return self._machine.plain < self._machine.budget.plain

    def _begin(self, cls: str, turn: int) -> bool:
        """Run a component, unless it would find the world as it was when it ran last."""
        found = self._shared()
        if self._began.get(cls) == found:
            return False
        self._began[cls] = found
        self._machine.begin()
        self._component(cls, turn)
        return True

    def _shared(self) -> object:
        """What components find of each other: what was sent, and the personal data that static fields and named stores hold."""
        if not self._machine.hot:
            return self._intents.state()
        heap = self.world
        found: list[tuple[str, tuple[MarkKey, ...]]] = []
        hot = [(field, value) for field, value in heap.fields(STATICS).items() if heap.is_hot(value)]
        found += [(str(field), tuple(sorted(heap.deep_marks(value, fields=True)))) for field, value in hot]
        for number in self._parts.specials.stores():
            marks = heap.deep_marks(of_object(number))
            if marks:
                found.append((str(number), tuple(sorted(marks))))
        return self._intents.state(), tuple(found)

    def _order(self, cls: str) -> int:
        """The application is made before all others, then its providers; else the order is the caller's."""
        bases = self.code.hierarchy.ancestors(cls)
        return next((index for index, base in enumerate(_FIRST) if base in bases), len(_FIRST))

    def _method(self, node: int) -> None:
        """A method whose object was not seen being made: nothing is known of its fields."""
        cls = self.code.linked.holder(node)
        receiver = Value(frozenset({self._machine.object(("receiver", cls), cls, symbolic=True)}), constants=frozenset())
        heap = self._parts.interpreter.initialise(cls, self.world.fork(), 0)
        self.join(self.call(Callback(receiver, node), cls, heap, 0)[0])

    def _component(self, cls: str, turn: int) -> None:
        type_id = self.code.types.number(cls)
        if type_id is None or not self.code.types.is_defined(type_id):
            return
        self._machine.callbacks.clear()  # what others asked to be called belongs to their own lives
        self._parts.specials.instances.clear()
        self._intents.connect()
        number = self._machine.object(("component", cls, turn), cls)
        context = self._machine.context(-1, type_id, turn)
        heap = self._parts.interpreter.initialise(cls, self.world.fork(), context)
        for node in self.code.constructors(cls, 0) or self.code.constructors(cls, 2)[:1]:
            heap = self.call(Callback(of_object(number), node), cls, heap, context)[0]
        turns = self._parts.conventions.lifecycle(self.code.hierarchy.ancestors(cls))
        Lifecycle(self, Life(number, cls, context, turns)).run(heap)

    def join(self, heap: Heap) -> None:
        """What a component leaves behind is there for the others."""
        self.world.join(heap)

    def call(self, callback: Callback, cls: str, heap: Heap, context: int) -> tuple[Heap, Value]:
        """The platform calls a method on an object of *cls*: the heap afterwards and what it returns."""
        node = callback.node
        registers = self._parts.foreign.running.registers(node, callback.receiver, self.arguments(node, cls, callback.arguments))
        self._calls += 1  # every call by the platform is a context of its own
        outcome = self._parts.interpreter.call(node, registers, heap, self._machine.context(context, node, -1 - self._calls))
        if outcome is None or outcome.heap is None:
            return heap, UNKNOWN
        return outcome.heap, outcome.value

    def arguments(self, node: int, cls: str, given: tuple[Value, ...] | None) -> list[Value]:
        """What the platform gives a method: what is known of it, and the data that such a parameter carries."""
        found: list[Value] = []
        name = self.code.linked.name(node)
        for index, type_ in enumerate(self.code.parameters(node)):
            value = given[index] if given is not None and index < len(given) else UNKNOWN
            if value is UNKNOWN:
                value = self._argument(node, cls, index, type_, name)
            found.append(value)
        member = self.code.linked.member(node)
        prototype = member[len(name) :]
        classes = self.code.hierarchy.ancestors(self.code.linked.holder(node))
        for source in self._machine.models.parameters(classes, name, prototype):
            if source.value >= len(found):
                continue
            if source.kind == "received" and (given is not None or not self._may_receive(cls)):
                continue
            api = f"{self.code.linked.holder(node)}->{member}"
            marks = self._machine.read(node, -1 - source.value, api, source.category, received=source.kind == "received")
            found[source.value] = found[source.value].marked(marks)
        return found

    def _may_receive(self, cls: str) -> bool:
        if cls not in self._intents.components:
            return True
        return self._intents.may_receive(cls)

    def _argument(self, node: int, cls: str, index: int, type_: str, name: str) -> Value:
        if type_ == _INTENT and cls in self._intents.components:
            if name == "onActivityResult":
                result = self._intents.result_for(cls)
                if result is not None:
                    return result
            incoming = self._intents.incoming.get(cls)
            if incoming is not None:
                return incoming
            return Value(frozenset({self._machine.object(("intent", cls), type_, symbolic=True)}))
        if type_ == _BUNDLE and cls in self._intents.components:
            return Value(frozenset({self._machine.object(("saved", cls), type_, symbolic=True)}))
        return self._parts.foreign.running.unknown_argument(node, index, type_)

    # -- callbacks

    def callbacks(self, heap: Heap, context: int, done: dict[Callback, int], instances: dict[int, int]) -> bool:
        """Run what the platform was asked to call, once; whether the heap changed. *heap* takes in what they do."""
        changed = False
        for number, cls in list(self._parts.specials.instances.items()):
            if instances.get(number, 0) < 1:
                instances[number] = 1
                turns = self._parts.conventions.lifecycle(self.code.hierarchy.ancestors(cls))
                if turns and cls not in self._intents.components:
                    inner = heap.fork()
                    Lifecycle(self, Life(number, cls, context, turns, nested=True)).run(inner)
                    changed = heap.join(self.world) or changed
        for callback in list(self._machine.callbacks.values())[:_MOST_CALLBACKS]:
            if done.get(callback, 0) >= 2:
                continue
            done[callback] = done.get(callback, 0) + 1
            after = self._called_back(callback, heap, context)
            changed = heap.join(after) or changed
        return changed

    def _called_back(self, callback: Callback, heap: Heap, context: int) -> Heap:
        number = next(iter(callback.receiver.objects), -1)
        made = self._parts.specials.lambdas.get(number)
        cls = self._machine.objects[number].type if number >= 0 else ""
        if made is None:
            return self.call(callback, cls, heap, context)[0]
        body, _, count = made
        captured = self._parts.specials.captured(heap, number, count)
        if self.code.is_static(body):
            return self.call(Callback(UNKNOWN, body, tuple(captured)), cls, heap, context)[0]
        receiver, *rest = captured or [UNKNOWN]
        return self.call(Callback(receiver, body, tuple(rest)), cls, heap, context)[0]

    def user_methods(self, cls: str, turns: tuple[Turn, ...]) -> list[int]:
        """Methods that the platform calls in no state of its own: input, menus, clicks that layouts name."""
        named = {turn.method for turn in turns}
        linked, entries = self.code.linked, self.code.graph.entries
        found: list[int] = []
        seen: set[str] = set()
        for ancestor in self.code.hierarchy.ancestors(cls):
            type_id = self.code.types.number(ancestor)
            if type_id is None or not self.code.types.is_defined(type_id):
                continue
            for node in linked.methods_of(type_id):
                member = linked.member(node)
                name = member.partition("(")[0]
                if member in seen or name in named or name.startswith("<") or not self.code.has_code(node):
                    continue
                seen.add(member)
                if any(True for _ in entries.of(node)):
                    found.append(node)
        return found

    def finished(self, cls: str, name: str, value: Value) -> None:
        """A method of a component's lifecycle returned *value*."""
        if name == "onBind":
            self._intents.bound(cls, value)
