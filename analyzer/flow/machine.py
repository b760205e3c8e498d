"""What all parts of one run of the flow engine share: objects, readings, what was sent, callbacks to come, and the budget."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from analyzer.errors import ApkvetError
from analyzer.facts import Category
from analyzer.flow.code import Code
from analyzer.flow.models import Models
from analyzer.flow.values import Marks, Trace, Value


class OutOfBudget(ApkvetError):
    """The budget of one run is used up; what was found until then stands."""


class Object(Struct, frozen=True):
    """An abstract object: its class, and whether it only stands for one that the run did not see being made."""

    type: str
    symbolic: bool


class Reading(Struct, frozen=True):
    """A call that reads personal data, or by which something comes in from another app."""

    node: int
    at: int
    api: str
    category: Category
    received: bool


class Passing(Struct, frozen=True):
    """A call that passes data on, and where it takes it."""

    node: int
    at: int
    api: str
    destination: str
    host: str | None


class Sent(Struct, frozen=True):
    """A reading that gets into a call which passes it on."""

    reading: int
    labels: tuple[str, ...]
    into: Passing
    trace: Trace


class Callback(Struct, frozen=True):
    """A method that the platform calls later on an object; ``arguments`` None: with what the platform gives it."""

    receiver: Value
    node: int
    arguments: tuple[Value, ...] | None = None


class Budget(Struct, frozen=True):
    """How far a run may go: ``steps`` are instructions interpreted, ``plain`` those of them in calls that no data was seen to
    enter.

    ``plain_each``: those of one component in one round.
    """

    steps: int
    plain: int
    plain_each: int = 10_000
    depth: int = 40
    plain_depth: int = 12
    plain_size: int = 600
    objects: int = 50_000


class Machine:
    """The shared state. Nothing here depends on the order of hashes: objects and readings are numbered as they are met."""

    def __init__(self, code: Code, models: Models, budget: Budget, *, implicit: bool = False) -> None:
        self.code = code
        self.models = models
        self.budget = budget
        self.implicit = implicit
        self.objects: list[Object] = [Object("", True)]  # number 0 holds the static fields
        self.many: set[int] = set()
        self.readings: dict[int, Reading] = {}
        self.hot = False
        self.sent: dict[tuple[int, int, int, str], Sent] = {}
        self.callbacks: dict[object, Callback] = {}
        self.initialised: set[str] = set()
        self.relevant: frozenset[int] = frozenset()
        self.decoded: Mapping[tuple[int, int], str] = {}  # what calls of decoders give, by node and instruction
        self.steps = 0
        self.plain = 0
        self.plain_until = budget.plain_each
        self.touched = 0
        self.left_out = 0
        self.faults: dict[int, str] = {}
        self.into_native: dict[tuple[int, int], str] = {}
        self.runs: dict[int, int] = {}
        self._object_numbers: dict[Hashable, int] = {}
        self._reading_numbers: dict[tuple[int, int, str], int] = {}
        self._contexts: dict[tuple[int, int, int], int] = {}

    def context(self, caller: int, node: int, at: int) -> int:
        """The number of the calling context *caller* followed by the call at *at* of *node*."""
        return self._contexts.setdefault((caller, node, at), len(self._contexts) + 1)

    def object(self, key: Hashable, type_: str, *, symbolic: bool = False) -> int:
        """The object that *key* (where and in which context it is made) stands for."""
        number = self._object_numbers.get(key)
        if number is None:
            if len(self.objects) >= self.budget.objects:
                raise OutOfBudget("more objects than the budget allows")
            number = self._object_numbers[key] = len(self.objects)
            self.objects.append(Object(type_, symbolic))
        return number

    def number_of(self, key: Hashable) -> int | None:
        """The object that was made for *key*, or None."""
        return self._object_numbers.get(key)

    def is_one(self, number: int) -> bool:
        """Whether an abstract object stands for one object, so that a store replaces what was there."""
        return number not in self.many

    def begin(self) -> None:
        """Another component: it gets its own share of plain steps."""
        self.runs.clear()
        self.plain_until = min(self.budget.plain, self.plain + self.budget.plain_each)

    def spend(self, steps: int, *, plain: bool) -> None:
        """Count instructions. Raises ``OutOfBudget``."""
        self.steps += steps
        if plain:
            self.plain += steps
        if self.steps > self.budget.steps:
            raise OutOfBudget("more steps than the budget allows")

    def read(self, node: int, at: int, api: str, category: Category, *, received: bool = False) -> Marks:
        """The mark of the reading at this place.

        What is received from other apps has numbers below zero: it is not followed as far.
        """
        key = (node, at, category)
        number = self._reading_numbers.get(key)
        if number is None:
            number = -1 - len(self.readings) if received else len(self.readings)
            self._reading_numbers[key] = number
            self.readings[number] = Reading(node, at, api, category, received)
            self.hot = self.hot or not received
        return {(number, ()): Trace(node, at, api, None)}

    def send(self, marks: Marks, into: Passing) -> None:
        """Note that *marks* get into a call."""
        for (reading, labels), trace in marks.items():
            key = (reading, into.node, into.at, into.destination)
            known = self.sent.get(key)
            if known is None or (len(labels), labels) < (len(known.labels), known.labels):
                host = into.host or (known.into.host if known else None)
                self.sent[key] = Sent(reading, labels, replace(into, host=host), trace)

    def call_back(self, receiver: Value, node: int, arguments: tuple[Value, ...] | None = None) -> None:
        """The platform will call *node* on *receiver*: once for each message or other object that it is given."""
        given = None if arguments is None else tuple(argument.objects for argument in arguments)
        self.callbacks[(receiver.objects, node, given)] = Callback(receiver, node, arguments)
