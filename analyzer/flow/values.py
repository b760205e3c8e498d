"""What a register or field may hold: objects, constants, and marks that say from which reading the data came.

All values are immutable and shared. Two values are the same when they hold the same objects, constants and marks; the *trace*
of a mark,
the way it took so far, is evidence only and never decides anything, so that the first way found is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

_MOST_CONSTANTS = 4
_MOST_OBJECTS = 12
_LONGEST_TRACE = 40


class Range(Struct, frozen=True):
    """An integer between two bounds, both included; a known one has equal bounds."""

    low: int
    high: int


class ClassName(Struct, frozen=True):
    """A class object, by the descriptor of the class."""

    descriptor: str


class Beginning(Struct, frozen=True):
    """How a text begins of which the rest is not known: enough to tell the host of an address."""

    text: str


class _Null(Struct, frozen=True):
    name: str = "null"


NULL = _Null()
Constant = str | Range | ClassName | Beginning | _Null


class Trace(Struct, frozen=True):
    """One step of the way that data took: node and instruction, the API or ``""``, and the step before."""

    node: int
    at: int
    api: str
    before: Trace | None
    length: int = 1


MarkKey = tuple[int, tuple[str, ...]]
"""The number of a reading, and the labels (hashed, encrypted, encoded, stored) of what was done to the data."""
Marks = Mapping[MarkKey, Trace]
_NO_MARKS: Marks = {}
_NO_OBJECTS: frozenset[int] = frozenset()
_NO_CONSTANTS: frozenset[Constant] = frozenset()


class Value:
    """``objects`` and ``constants`` it may be; constants None: or anything else. ``marks``: the readings it comes from."""

    __slots__ = ("constants", "marks", "objects")

    def __init__(
        self,
        objects: frozenset[int] = _NO_OBJECTS,
        marks: Marks = _NO_MARKS,
        constants: frozenset[Constant] | None = None,
    ) -> None:
        self.objects = objects
        self.marks = marks
        self.constants = constants

    def same(self, other: Value) -> bool:
        """Whether both hold the same."""
        return self is other or (
            self.objects == other.objects and self.constants == other.constants and self.marks.keys() == other.marks.keys()
        )

    def join(self, other: Value) -> Value:
        """What may be either."""
        if self is other:
            return self
        objects = self.objects if other.objects <= self.objects else self.objects | other.objects
        marks = self.marks if other.marks.keys() <= self.marks.keys() else {**other.marks, **self.marks}
        constants: frozenset[Constant] | None = None
        if self.constants is not None and other.constants is not None:
            constants = self.constants | other.constants
            if len(constants) > _MOST_CONSTANTS:
                constants = None
        if len(objects) > _MOST_OBJECTS:
            objects = frozenset(sorted(objects)[:_MOST_OBJECTS])
        if objects is self.objects and marks is self.marks and constants == self.constants:
            return self
        return Value(objects, marks, constants)

    def marked(self, marks: Marks) -> Value:
        """The same with *marks* added."""
        if not marks or marks.keys() <= self.marks.keys():
            return self
        return Value(self.objects, {**marks, **self.marks}, self.constants)

    def only(self) -> Constant | None:
        """The one constant that it must be, or None."""
        if self.objects or self.constants is None or len(self.constants) != 1:
            return None
        return next(iter(self.constants))

    def number(self) -> int | None:
        """The one integer that it must be, or None."""
        found = self.only()
        return found.low if isinstance(found, Range) and found.low == found.high else None

    def texts(self) -> tuple[str, ...]:
        """The texts that it may be, in order; empty when it may be anything."""
        return tuple(sorted(each for each in self.constants or () if isinstance(each, str)))

    def beginnings(self) -> tuple[str, ...]:
        """How the texts that it may be begin, in order."""
        found = (each.text if isinstance(each, Beginning) else each for each in self.constants or ())
        return tuple(sorted(each for each in found if isinstance(each, str)))


UNKNOWN = Value()
NOTHING = Value(constants=_NO_CONSTANTS)
"""No value at all: what a join starts from."""
NULL_VALUE = Value(constants=frozenset({NULL}))


def constant(value: Constant) -> Value:
    """The value that is exactly this constant."""
    return Value(constants=frozenset({value}))


def integer(number: int) -> Value:
    """A known integer."""
    return Value(constants=frozenset({Range(number, number)}))


def of_object(number: int) -> Value:
    """A reference to one object."""
    return Value(frozenset({number}), _NO_MARKS, _NO_CONSTANTS)


def joined(values: Iterable[Value]) -> Value:
    """What may be any of *values*; NOTHING for none."""
    found = NOTHING
    for value in values:
        found = value if found is NOTHING else found.join(value)
    return found


def marks_joined(all_marks: Iterable[Marks]) -> Marks:
    """The union, of each mark the first trace."""
    found: dict[MarkKey, Trace] = {}
    for marks in all_marks:
        for key, trace in marks.items():
            found.setdefault(key, trace)
    return found


def is_hot(marks: Marks) -> bool:
    """Whether the marks are of a reading of personal data: what other apps sent has numbers below zero."""
    if not marks:
        return False
    return any(key[0] >= 0 for key in marks)


def stepped(marks: Marks, node: int, at: int, api: str) -> Marks:
    """The marks with one more step of their way."""
    if not marks:
        return marks
    return {
        key: trace if trace.length >= _LONGEST_TRACE else Trace(node, at, api, trace, trace.length + 1)
        for key, trace in marks.items()
    }


def labelled(marks: Marks, labels: tuple[str, ...]) -> Marks:
    """The marks with *labels* added to what was done to the data."""
    if not labels or not marks:
        return marks
    return {(source, tuple(sorted({*known, *labels}))): trace for (source, known), trace in marks.items()}
