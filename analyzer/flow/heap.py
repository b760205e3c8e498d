"""The heap at one point of a program: for each abstract object what its fields hold. Copied when written, so that forks cost
nothing.

A field is named by its name and type (``im:Ljava/lang/String;``). What a platform object holds is in pseudo-fields:
``CONTENT``, and
``Element`` for what has a key of its own: map entries, extras, items, array elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from analyzer.flow.values import NOTHING, UNKNOWN, Marks, Value, is_hot, marks_joined

CONTENT = "$content"
STATICS = 0
"""The object whose fields are all static fields."""
_DEEPEST = 4
_NEAR = 2


class Fixed(Struct, frozen=True):
    """The key of a part that no program names: the data of an intent, a field of a platform class."""

    name: str


class Element(Struct, frozen=True):
    """A part of a container by its constant key; key None: any part that is not fixed."""

    key: object


ANY = Element(None)
WRAPPED = Element(Fixed("$wrapped"))
"""What a stream writes into and reads from."""
Field = str | Element
Fields = Mapping[Field, Value]
_NO_FIELDS: Fields = {}
_MOST_DIRTY = 48
_PAGE = 4  # 16 objects, which are made about the same time, lie on one page: forks and joins look at pages first


class _Record:
    """The fields of one object at one time; ``reach`` tells whether any holds personal data, and what objects they hold."""

    __slots__ = ("_reach", "fields")

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self._reach: tuple[bool, frozenset[int]] | None = None

    def reach(self) -> tuple[bool, frozenset[int]]:
        known = self._reach
        if known is None:
            marked = False
            objects: set[int] = set()
            for value in self.fields.values():
                marked = marked or is_hot(value.marks)
                if value.objects:
                    objects |= value.objects
            known = self._reach = (marked, frozenset(objects))
        return known


_Page = dict[int, _Record]


class Heap:
    """A heap. ``fork`` gives a copy; both go their own ways from then on."""

    __slots__ = ("_dirty", "_origin", "_pages", "_shared")

    def __init__(self) -> None:
        self._pages: dict[int, _Page] = {}
        self._shared = False
        self._origin = self._pages
        self._dirty: set[int] = set()  # the pages that differ from those of the origin

    def fork(self) -> Heap:
        """An independent copy."""
        self._shared = True
        copy = Heap()
        copy._pages, copy._shared = self._pages, True
        if len(self._dirty) > _MOST_DIRTY:
            self._origin, self._dirty = self._pages, set()
        copy._origin, copy._dirty = self._origin, set(self._dirty)
        return copy

    def _write(self, number: int, fields: Fields) -> None:
        if self._shared:
            self._pages = dict(self._pages)
            self._shared = False
        page = number >> _PAGE
        self._dirty.add(page)
        self._pages[page] = {**self._pages.get(page, {}), number: _Record(fields)}

    def fields(self, number: int) -> Fields:
        """All that is known of an object."""
        page = self._pages.get(number >> _PAGE)
        record = None if page is None else page.get(number)
        return _NO_FIELDS if record is None else record.fields

    def get(self, number: int, field: Field) -> Value | None:
        """What the field holds, None if nothing was ever put there."""
        return self.fields(number).get(field)

    def put(self, number: int, field: Field, value: Value, *, strong: bool) -> None:
        """Store: *strong* replaces, else what was there may stay."""
        known = self.fields(number)
        before = known.get(field)
        if before is not None:
            if not strong:
                value = before.join(value)
            if value is before or value.same(before):
                return
        self._write(number, {**known, field: value})

    def clear(self, number: int) -> None:
        """Forget what the pseudo-fields of an object hold."""
        known = self.fields(number)
        if known:
            kept: Fields = {f: value for f, value in known.items() if f != CONTENT and not isinstance(f, Element)}
            self._write(number, kept)

    def remove(self, number: int, key: object) -> None:
        """The part with this key is gone; with an unknown key (None) nothing is known to be gone."""
        known = self.fields(number)
        if key is not None and Element(key) in known:
            self._write(number, {field: value for field, value in known.items() if field != Element(key)})

    def mix(self, number: int) -> None:
        """Which part is where is not known any more."""
        known = self.fields(number)
        whole = self.held(number, None)
        if whole is not NOTHING:
            kept = {f: v for f, v in known.items() if not isinstance(f, Element) or isinstance(f.key, Fixed)}
            self._write(number, {**kept, ANY: whole})

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

    def is_hot(self, value: Value) -> bool:
        """Whether the value, or an object within two steps of it, holds personal data."""
        if is_hot(value.marks):
            return True
        seen: set[int] = set()
        level = value.objects
        for _ in range(_NEAR):
            following: set[int] = set()
            for number in level:
                page = self._pages.get(number >> _PAGE)
                record = None if page is None else page.get(number)
                if record is None:
                    continue
                marked, objects = record.reach()
                if marked:
                    return True
                following |= objects
            seen |= level
            following -= seen
            if not following:
                return False
            level = frozenset(following)
        return False

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
                    if fields or field == CONTENT or isinstance(field, Element):
                        found.append(inner.marks)
                        following |= inner.objects
            if not following:
                break
            level = frozenset(following)
            fields = True  # what a container holds is handed over whole
        return found[0] if len(found) == 1 else marks_joined(found)

    def join(self, other: Heap) -> bool:
        """Take in what *other* may hold; whether anything changed."""
        mine = self._pages
        if mine is other._pages:
            return False
        changed: dict[int, _Page] = {}
        numbers: Iterable[int] = other._pages
        if self._origin is other._origin:  # what neither has written is the same
            numbers = sorted(self._dirty | other._dirty)
        for number in numbers:
            theirs, own = other._pages.get(number), mine.get(number)
            if theirs is None or own is theirs:
                continue
            page = theirs if own is None else _merged_page(own, theirs)
            if page is not own:
                changed[number] = page
        if not changed:
            return False
        if self._shared:
            self._pages = dict(mine)
            self._shared = False
        self._pages.update(changed)
        self._dirty.update(changed)
        return True


def _merged_page(own: _Page, theirs: _Page) -> _Page:
    result: _Page | None = None
    for number, record in theirs.items():
        known = own.get(number)
        if known is record:
            continue
        new = record if known is None else None
        if known is not None:
            fields = _merged(number, known.fields, record.fields)
            if fields is known.fields:
                continue
            new = _Record(fields)
        if new is not None:
            result = dict(own) if result is None else result
            result[number] = new
    return own if result is None else result


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
