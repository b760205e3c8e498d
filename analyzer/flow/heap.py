"""The heap at one point of a program: for each abstract object what its fields hold. Copied when written, so that forks cost nothing.

A field is named by its name and type (``im:Ljava/lang/String;``). What a platform object holds is in pseudo-fields: ``CONTENT``, and
``Element`` for what has a key of its own: map entries, extras, items, array elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from analyzer.flow.values import NOTHING, UNKNOWN, Marks, Value, marks_joined

CONTENT = "$content"
STATICS = 0
"""The object whose fields are all static fields."""
_DEEPEST = 4


class Fixed(NamedTuple):
    """The key of a part that no program names: the data of an intent, a field of a platform class."""

    name: str


class Element(NamedTuple):
    """A part of a container by its constant key; key None: any part that is not fixed."""

    key: object


ANY = Element(None)
WRAPPED = Element(Fixed("$wrapped"))
"""What a stream writes into and reads from."""
Field = str | Element
Fields = Mapping[Field, Value]
_NO_FIELDS: Fields = {}


class Heap:
    """A heap. ``fork`` gives a copy; both go their own ways from then on."""

    __slots__ = ("_objects", "_shared")

    def __init__(self, objects: dict[int, Fields] | None = None) -> None:
        self._objects: dict[int, Fields] = {} if objects is None else objects
        self._shared = False

    def fork(self) -> Heap:
        """An independent copy."""
        self._shared = True
        copy = Heap(self._objects)
        copy._shared = True
        return copy

    def _own(self) -> dict[int, Fields]:
        if self._shared:
            self._objects = dict(self._objects)
            self._shared = False
        return self._objects

    def get(self, number: int, field: Field) -> Value | None:
        """What the field holds, None if nothing was ever put there."""
        return self._objects.get(number, _NO_FIELDS).get(field)

    def fields(self, number: int) -> Fields:
        """All that is known of an object."""
        return self._objects.get(number, _NO_FIELDS)

    def put(self, number: int, field: Field, value: Value, *, strong: bool) -> None:
        """Store: *strong* replaces, else what was there may stay."""
        known = self._objects.get(number, _NO_FIELDS)
        before = known.get(field)
        if before is not None:
            if not strong:
                value = before.join(value)
            if value is before or value.same(before):
                return
        self._own()[number] = {**known, field: value}

    def clear(self, number: int) -> None:
        """Forget what the pseudo-fields of an object hold."""
        known = self._objects.get(number)
        if known:
            kept = {field: value for field, value in known.items() if field != CONTENT and not isinstance(field, Element)}
            self._own()[number] = kept

    def remove(self, number: int, key: object) -> None:
        """The part with this key is gone; with an unknown key (None) nothing is known to be gone."""
        known = self._objects.get(number)
        if known and key is not None and Element(key) in known:
            self._own()[number] = {field: value for field, value in known.items() if field != Element(key)}

    def mix(self, number: int) -> None:
        """Which part is where is not known any more."""
        known = self._objects.get(number)
        whole = self.held(number, None)
        if known and whole is not NOTHING:
            kept = {f: v for f, v in known.items() if not isinstance(f, Element) or isinstance(f.key, Fixed)}
            self._own()[number] = {**kept, ANY: whole}

    def copy_parts(self, source: int, target: int) -> None:
        """Every part of *source* that is not fixed is in *target* under its own name."""
        for field, value in self.fields(source).items():
            if isinstance(field, Element) and not isinstance(field.key, Fixed):
                self.put(target, field, value, strong=False)

    def held(self, number: int, key: object) -> Value:
        """What a container may hold under *key* (None: any), NOTHING if nothing."""
        known = self.fields(number)
        if key is None:
            found = NOTHING
            for field, value in known.items():
                if isinstance(field, Element) and not isinstance(field.key, Fixed):
                    found = value if found is NOTHING else found.join(value)
            return found
        exact, other = known.get(Element(key)), None if isinstance(key, Fixed) else known.get(ANY)
        if exact is None:
            return NOTHING if other is None else other
        return exact if other is None else exact.join(other)

    def deep_marks(self, value: Value, *, fields: bool = False) -> Marks:
        """The marks of a value and of all that it contains; with *fields* also of the objects' own fields."""
        if not value.objects:
            return value.marks
        found = [value.marks]
        seen: set[int] = set()
        level = value.objects
        for _ in range(_DEEPEST):
            following: set[int] = set()
            for number in sorted(level):
                if number in seen:
                    continue
                seen.add(number)
                for field, inner in self.fields(number).items():
                    part = isinstance(field, Element)
                    if part or fields or field == CONTENT:
                        found.append(inner.marks)
                        following |= inner.objects
            if not following:
                break
            level = frozenset(following)
            fields = True  # what a container holds is handed over whole
        return found[0] if len(found) == 1 else marks_joined(found)

    def join(self, other: Heap) -> bool:
        """Take in what *other* may hold; whether anything changed."""
        if self._objects is other._objects:
            return False
        changed: dict[int, Fields] = {}
        mine = self._objects
        for number, theirs in other._objects.items():
            own = mine.get(number)
            if own is theirs:
                continue
            merged = theirs if own is None else _merged(number, own, theirs)
            if merged is not own:
                changed[number] = merged
        if not changed:
            return False
        self._own().update(changed)
        return True

    def __len__(self) -> int:
        return len(self._objects)


def _merged(number: int, own: Fields, theirs: Fields) -> Fields:
    """Both; a field that only one of them has may be anything, a part of a container just be missing."""
    result: dict[Field, Value] | None = None
    for field, value in theirs.items():
        known = own.get(field)
        if known is value:
            continue
        if known is None:
            new = value if not isinstance(field, str) or number == STATICS else value.join(UNKNOWN)
        else:
            new = known.join(value)
            if new is known or new.same(known):
                continue
        if result is None:
            result = dict(own)
        result[field] = new
    for field, value in own.items():
        if isinstance(field, str) and field not in theirs and value.constants is not None and number != STATICS:
            if result is None:
                result = dict(own)
            result[field] = value.join(UNKNOWN)
    return own if result is None else result
