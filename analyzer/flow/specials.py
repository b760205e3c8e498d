"""Calls that mean more than a flow between their arguments: named stores, reflection, lambdas, views, intents.

Which method means what is data (``rules/flow/special.tsv``); what each operation does is here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from analyzer.flow.code import Code
from analyzer.flow.heap import WRAPPED, Element, Fixed, Heap
from analyzer.flow.intents import Intents
from analyzer.flow.machine import Machine
from analyzer.flow.values import NOTHING, UNKNOWN, ClassName, Range, Value, constant, joined, of_object

if TYPE_CHECKING:
    from analyzer.flow.foreign import Foreign
    from analyzer.flow.site import Call

_CLASS, _NAME = "$class", "$name"


class Specials:
    """Does the operations."""

    def __init__(self, machine: Machine, intents: Intents, passwords: frozenset[int]) -> None:
        self._machine = machine
        self._code: Code = machine.code
        self.intents = intents
        self._passwords = passwords
        self.lambdas: dict[int, tuple[int, str, int]] = {}
        self.instances: dict[int, str] = {}
        self._named: dict[str, set[int]] = {}
        self.foreign: Foreign
        self._operations: dict[str, Callable[[Call, str], Value | None]] = {
            "incoming": self._incoming, "named": self._named_object, "wrap-named": self._wrap_named, "get-class": self._get_class,
            "find-method": self._find_member, "find-constructor": self._find_member, "find-field": self._find_member,
            "invoke": self._invoke, "make": self._make, "field-get": self._field_get, "field-set": self._field_set,
            "bind": self._bind, "set-result": self._set_result, "start": self._start, "view-text": self._view_text,
            "register": self._register,
            "sdk-level": lambda call, operand: None,
        }  # fmt: skip

    def made(self, number: int, cls: str) -> None:
        """An object of the package that the platform may call by itself once it exists."""
        self.instances.setdefault(number, cls)

    def do(self, call: Call, operation: str, operand: str) -> Value | None:
        """The result of a special call; None: as the models say."""
        return self._operations[operation](call, operand)

    # -- named stores and views

    def _wrap_named(self, call: Call, operand: str) -> Value | None:
        """A stream over a named file: what is written into it goes there, what is read comes from there."""
        named = self.named(call, operand)
        for number in sorted(call.receiver.objects):
            call.frame.heap.put(number, WRAPPED, named, strong=False)
        return None

    def _named_object(self, call: Call, operand: str) -> Value:
        return self.named(call, operand)

    def stores(self) -> list[int]:
        """The named objects, which live as long as the app does."""
        return sorted({number for numbers in self._named.values() for number in numbers})

    def named(self, call: Call, operand: str) -> Value:
        """The one object of a constant name: preferences, files, views, the application."""
        kind, _, argument = operand.partition(":")
        names: Sequence[object] = (argument.strip('"'),)
        if argument.startswith("arg"):
            value = call.value_of(int(argument[3:]))
            names = tuple(sorted(value.constants, key=str)) if value.constants else ()
            if not names and value.objects:
                names = tuple(f"object {number}" for number in sorted(value.objects))
        known = self._named.setdefault(kind, set())
        type_ = call.callee.returns
        if not names:
            number = self._machine.object(("named", kind, None), type_, symbolic=True)
            known.add(number)
            return Value(frozenset(sorted(known)[:8]))
        numbers = {self._machine.object(("named", kind, name), type_, symbolic=True) for name in names}
        known.update(numbers)
        return Value(frozenset(numbers), constants=frozenset() if kind != "view" else None)

    def _view_text(self, call: Call, operand: str) -> Value | None:
        """The text of a field for passwords is personal data; of other views, as the models say."""
        secret = {self._machine.number_of(("named", "view", constant_)) for constant_ in self._password_keys()}
        if call.receiver.objects.isdisjoint(number for number in secret if number is not None):
            return None
        result = self.foreign.library.fresh(call)
        return result.marked(self._machine.read(call.frame.node, call.at, self._code.declared(call.callee), "user-input"))

    def _password_keys(self) -> list[object]:
        return [Range(number, number) for number in sorted(self._passwords)]

    # -- reflection

    def _get_class(self, call: Call, operand: str) -> Value:
        types = {
            self._machine.objects[number].type for number in call.receiver.objects if not self._machine.objects[number].symbolic
        }
        known = call.receiver.constants
        if not types or known is None:
            return UNKNOWN
        return joined(constant(ClassName(type_)) for type_ in sorted(types))

    def _find_member(self, call: Call, operand: str) -> Value:
        number = self._machine.object(call.key, call.callee.returns)
        heap = call.frame.heap
        heap.put(number, _CLASS, call.receiver, strong=True)
        heap.put(number, _NAME, constant("<init>") if not operand else call.value_of(int(operand[3:])), strong=True)
        return of_object(number)

    def _members(self, call: Call) -> list[tuple[str, str]]:
        """Class and name of the members that a Method, Constructor or Field object stands for."""
        found = []
        for number in sorted(call.receiver.objects):
            classes, names = call.frame.heap.get(number, _CLASS), call.frame.heap.get(number, _NAME)
            for cls in sorted(classes.constants or (), key=str) if classes is not None else ():
                if isinstance(cls, ClassName) and names is not None:
                    found += [(cls.descriptor, name) for name in names.texts()]
        return found

    def _invoke(self, call: Call, operand: str) -> Value:
        heap = call.frame.heap
        target, array = call.arguments[0], call.arguments[1]
        given = [joined(heap.held(n, index) for n in sorted(array.objects)) for index in range(self._length(heap, array))]
        given = [UNKNOWN if value is NOTHING else value for value in given]
        back: list[Value] = []
        for cls, name in self._members(call):
            nodes = [node for node in self._code.method(cls, name) if len(self._code.parameters(node)) == len(given)]
            back += [self.foreign.running.call_method(call, target, node, given) for node in nodes]
            if not self._code.hierarchy.definition(cls):
                value = self.foreign.call_named(call, cls, name, target, given)
                back += [] if value is None else [value]
        if back:
            return joined(back)
        marks = heap.deep_marks(array)
        return self.foreign.library.fresh(call).marked({**target.marks, **marks})

    @staticmethod
    def _length(heap: Heap, array: Value) -> int:
        keys = [f.key for n in array.objects for f in heap.fields(n) if isinstance(f, Element) and isinstance(f.key, int)]
        return max(keys, default=-1) + 1

    def _make(self, call: Call, operand: str) -> Value:
        """A new object by reflection: of a class, or through a constructor."""
        classes = [each.descriptor for each in sorted(call.receiver.constants or (), key=str) if isinstance(each, ClassName)]
        classes += [cls for cls, _ in self._members(call)]
        given: list[Value] = []
        if call.arguments:
            array = call.arguments[0]
            given = [
                joined(call.frame.heap.held(n, i) for n in sorted(array.objects))
                for i in range(self._length(call.frame.heap, array))
            ]
        back = []
        for cls in dict.fromkeys(classes):
            number = self._machine.object((call.key, cls), cls)
            value = of_object(number)
            if self._code.hierarchy.definition(cls) is not None:
                call.frame.heap = call.frame.interpreter.initialise(cls, call.frame.heap, call.frame.context)
                self.made(number, cls)
                for node in self._code.constructors(cls, len(given)):
                    self.foreign.running.call_method(call, value, node, given)
            back.append(value)
        return joined(back) if back else self.foreign.library.fresh(call)

    def _field_get(self, call: Call, operand: str) -> Value:
        found = NOTHING
        for _, name in self._members(call):
            for number in sorted(call.arguments[0].objects):
                for field, value in call.frame.heap.fields(number).items():
                    if isinstance(field, str) and field.partition(":")[0] == name:
                        found = value if found is NOTHING else found.join(value)
        return self.foreign.library.fresh(call) if found is NOTHING else found

    def _field_set(self, call: Call, operand: str) -> Value | None:
        for cls, name in self._members(call):
            type_ = self._code.field_type(cls, name)
            for number in sorted(call.arguments[0].objects) if type_ else ():
                call.frame.heap.put(number, f"{name}:{type_}", call.arguments[1], strong=False)
        return UNKNOWN

    # -- lambdas

    def run_lambda(self, call: Call) -> Value | None:
        """A call of a functional interface's method on a lambda; None: it is none."""
        found = [number for number in sorted(call.receiver.objects) if number in self.lambdas]
        if not found:
            return None
        values = [
            self.run_lambda_of(call, number, list(call.arguments))
            for number in found
            if self.lambdas[number][1].partition("(")[0] == call.callee.name
        ]
        return joined(values) if values else None

    def run_lambda_of(self, call: Call, number: int, arguments: list[Value]) -> Value:
        """Run the body of a lambda with what it captured and these arguments."""
        body, _, captured = self.lambdas[number]
        given = self.captured(call.frame.heap, number, captured)
        if self._code.is_static(body):
            return self.foreign.running.call_method(call, UNKNOWN, body, [*given, *arguments])
        receiver, *rest = [*given, *arguments] or [UNKNOWN]
        return self.foreign.running.call_method(call, receiver, body, rest)

    @staticmethod
    def captured(heap: Heap, number: int, count: int) -> list[Value]:
        """What a lambda captured."""
        return [heap.get(number, Element(Fixed(f"captured {index}"))) or UNKNOWN for index in range(count)]

    def call_lambda_later(self, number: int) -> None:
        """The platform will run the lambda."""
        body, _, _ = self.lambdas[number]
        self._machine.call_back(of_object(number), body)

    # -- between components

    def may_receive(self, call: Call) -> bool:
        """Whether what comes in at a call may be from another app.

        The component is open and nothing was sent to it from inside.
        """
        classes = self._components_of(call.receiver)
        return any(self.intents.may_receive(cls) for cls in classes)

    def _components_of(self, value: Value) -> list[str]:
        types = [self._machine.objects[number].type for number in sorted(value.objects)]
        return [type_ for type_ in types if type_ in self.intents.components]

    def stays_inside(self, call: Call) -> bool:
        """Whether a call that could pass data to other apps is known not to."""
        values = call.arguments
        if call.callee.name.startswith("setResult"):
            classes = self._components_of(call.receiver)
            return bool(classes) and not any(self.intents.is_open(cls) for cls in classes)
        return self.intents.stays_inside(call.frame.heap, values)

    def started(self, call: Call) -> None:
        """A call that starts components."""
        sender = next(iter(self._components_of(call.receiver)), "")
        self.intents.send(call.frame.heap, (call.receiver, *call.arguments), sender)

    def _start(self, call: Call, operand: str) -> Value | None:
        self.started(call)
        return None

    def _incoming(self, call: Call, operand: str) -> Value:
        found = []
        for cls in self._components_of(call.receiver):
            known = self.intents.incoming.get(cls)
            if known is not None:
                found.append(known)
        if found:
            return joined(found)
        key = ("intent", *self._components_of(call.receiver)) if self._components_of(call.receiver) else call.key
        return Value(frozenset({self._machine.object(key, call.callee.returns, symbolic=True)}))

    def _bind(self, call: Call, operand: str) -> Value | None:
        if len(call.arguments) > 1:
            self.intents.bind(call.frame.heap, call.arguments[0], call.arguments[1])
        return None

    def _set_result(self, call: Call, operand: str) -> Value | None:
        if len(call.arguments) > 1:
            for cls in self._components_of(call.receiver):
                self.intents.set_result(cls, call.arguments[1])
        return None

    def _register(self, call: Call, operand: str) -> Value | None:
        if len(call.arguments) > 1:
            self.intents.register(call.frame.heap, call.arguments[0], call.arguments[1])
        return None
