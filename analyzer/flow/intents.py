"""Data between the components of one package: intents and their targets, results, bound services, broadcasts.

An explicit intent to an own component is a hop. Which component an implicit one starts is worked out from the manifest's
filters; when none of the package's
matches, the intent goes to other apps.
"""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.flow.code import Code
from analyzer.flow.heap import Fixed, Heap
from analyzer.flow.machine import Machine
from analyzer.flow.values import NOTHING, ClassName, Value, joined, of_object
from analyzer.program.graph.entrypoints import platform_made
from analyzer.program.manifest import Manifest, ManifestComponent

_INTENT = "Landroid/content/Intent;"
_MAIN, _ANY = "android.intent.action.MAIN", "*"
_PENDING = "Landroid/app/PendingIntent;"
COMPONENT, CLASS, ACTION, INNER = Fixed("component"), Fixed("class"), Fixed("action"), Fixed("intent")


class Intents:
    """What was sent to which component so far."""

    def __init__(self, machine: Machine, manifest: Manifest) -> None:
        self._machine = machine
        self._code: Code = machine.code
        self._manifest = manifest
        self.components: dict[str, list[ManifestComponent]] = {}
        for component in platform_made(manifest):
            self.components.setdefault(_descriptor(component.target or component.name), []).append(component)
        self.incoming: dict[str, Value] = {}
        self.binders: dict[str, Value] = {}
        self.connections: dict[str, list[int]] = {}
        self.results: dict[str, Value] = {}
        self._starters: dict[str, set[str]] = {}
        self._given_back: dict[str, Value] = {}
        self._dynamic: dict[str, set[int]] = {}

    # -- where an intent goes

    def intents_in(self, heap: Heap, value: Value) -> list[int]:
        """The intent objects of a value, those inside pending intents included."""
        found: list[int] = []
        for number in sorted(value.objects):
            type_ = self._machine.objects[number].type
            if self._code.inherits(type_, _INTENT):
                found.append(number)
            elif type_ == _PENDING:
                found += sorted(heap.held(number, INNER).objects)
        return found

    def targets(self, heap: Heap, intent: int) -> tuple[str, ...]:
        """The own components that an intent starts."""
        found = dict.fromkeys(cls for cls in self._classes(heap, intent) if cls in self.components)
        if not found and heap.held(intent, COMPONENT) is NOTHING:
            for action in heap.held(intent, ACTION).texts():
                found.update(dict.fromkeys(self._with_action(action)))
        return tuple(found)

    def _class_named(self, name: str) -> str:
        return _descriptor(f"{self._manifest.package}{name}" if name.startswith(".") else name)

    def _with_action(self, action: str) -> Iterable[str]:
        for cls, components in self.components.items():
            if any(action in each.actions for component in components for each in component.filters):
                yield cls

    def stays_inside(self, heap: Heap, values: Iterable[Value]) -> bool:
        """Whether every intent among *values* is known to go to components of the package only."""
        intents = [number for value in values for number in self.intents_in(heap, value)]
        return bool(intents) and all(self.targets(heap, number) or self._names_own(heap, number) for number in intents)

    def _names_own(self, heap: Heap, intent: int) -> bool:
        """Whether the intent names a class of the package, which is no component then: it starts nothing."""
        classes = self._classes(heap, intent)
        own = f"L{self._manifest.package.replace('.', '/')}/"
        return bool(classes) and all(cls.startswith(own) or self._code.hierarchy.definition(cls) is not None for cls in classes)

    def _classes(self, heap: Heap, intent: int) -> list[str]:
        """The classes that an intent names as its component."""
        named = heap.held(intent, COMPONENT)
        for component in sorted(named.objects):
            inner = heap.held(component, CLASS)
            named = named if inner is NOTHING else Value(named.objects, constants=inner.constants)
        found = []
        for each in sorted(named.constants or (), key=str):
            if isinstance(each, ClassName):
                found.append(each.descriptor)
            elif isinstance(each, str):
                found.append(self._class_named(each))
        return found

    def is_open(self, cls: str) -> bool:
        """Whether another app can start the component."""
        return any(component.exported for component in self.components.get(cls, ()))

    def may_receive(self, cls: str) -> bool:
        """Whether the component is meant for data from other apps: exported, for an action that is not the app's own, or for any.

        An action in the app's own namespace names a conversation among its own components, the launcher's action carries no data.
        """
        own = f"{self._manifest.package}."
        for component in self.components.get(cls, ()):
            actions = [action for each in component.filters for action in each.actions]
            if component.exported and any(action != _MAIN and not action.startswith(own) for action in actions or (_ANY,)):
                return cls not in self.incoming
        return False

    # -- what is sent

    def send(self, heap: Heap, values: Iterable[Value], sender: str) -> None:
        """A start or broadcast with these values among its arguments."""
        for value in values:
            for number in self.intents_in(heap, value):
                intent = of_object(number)
                for cls in self.targets(heap, number):
                    self.incoming[cls] = _more(self.incoming.get(cls), intent)
                    if sender:
                        self._starters.setdefault(cls, set()).add(sender)
                for action in heap.held(number, ACTION).texts():
                    for receiver in sorted(self._dynamic.get(action, ())):
                        self._broadcast(receiver, intent)

    def _broadcast(self, receiver: int, intent: Value) -> None:
        for node in self._code.method(self._machine.objects[receiver].type, "onReceive"):
            self._machine.call_back(of_object(receiver), node, (Value(), intent))

    def register(self, heap: Heap, receiver: Value, filters: Value) -> None:
        """A receiver is registered by code for the actions of a filter."""
        for number in sorted(filters.objects):
            for action in heap.held(number, ACTION).texts():
                self._dynamic.setdefault(action, set()).update(receiver.objects)

    def bind(self, heap: Heap, intents: Value, connection: Value) -> None:
        """A service is bound: its binder is given to the connection, now or when it is known."""
        for number in self.intents_in(heap, intents):
            for cls in self.targets(heap, number):
                self.incoming[cls] = _more(self.incoming.get(cls), of_object(number))
                known = self.connections.setdefault(cls, [])
                known += [each for each in sorted(connection.objects) if each not in known]
        self.connect()

    def bound(self, cls: str, binder: Value) -> None:
        """The service's ``onBind`` returned this."""
        self.binders[cls] = _more(self.binders.get(cls), binder)
        self.connect()

    def connect(self) -> None:
        """Tell every connection of the binders that are known."""
        for cls, connections in self.connections.items():
            binder = self.binders.get(cls)
            for number in connections if binder is not None else ():
                for node in self._code.method(self._machine.objects[number].type, "onServiceConnected"):
                    self._machine.call_back(of_object(number), node, (Value(), binder or Value()))

    def set_result(self, sender: str, value: Value) -> None:
        """A component gives a result back to whoever started it."""
        self.results[sender] = _more(self.results.get(sender), value)

    def result_for(self, cls: str) -> Value | None:
        """The result intents that the component may get from those it started."""
        found = [
            self.results[other] for other, starters in sorted(self._starters.items()) if cls in starters and other in self.results
        ]
        return joined(found) if found else None

    def state(self) -> object:
        """Changes whenever something new was sent."""
        tables = (self.incoming, self.binders, self.results)
        return tuple(tuple((cls, len(value.objects)) for cls, value in sorted(table.items())) for table in tables)


def _more(known: Value | None, new: Value) -> Value:
    return new if known is None else known.join(new)


def _descriptor(class_name: str) -> str:
    return f"L{class_name.replace('.', '/')};"
