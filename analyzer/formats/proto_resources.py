"""The resource table of an app bundle's module (``resources.pb``), for the same questions as that of an APK.

Messages: aapt2's Resources.proto (ResourceTable, Package, Type, Entry, ConfigValue, Value). The table is gone through once,
down to its entries; the value of an entry is read when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from msgspec import Struct

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.formats.arsc import Resources
from analyzer.formats.proto_xml import item_text
from analyzer.formats.wire import fields, message_at, messages, number_at, text_at

_TABLE_PACKAGE = 2
_PACKAGE_ID, _PACKAGE_TYPE = 1, 3
_TYPE_ID, _TYPE_NAME, _TYPE_ENTRY = 1, 2, 3
_ENTRY_ID, _ENTRY_NAME, _ENTRY_CONFIG = 1, 2, 6
_CONFIG, _VALUE, _ITEM = 1, 2, 4
_COMPOUND = 5
_PRIMITIVE = 7
_DECIMAL, _HEXADECIMAL, _BOOLEAN = 6, 7, 8
# CompoundValue: style, array and plural, each with the field of its parts and that of a part's Item.
_ITEMS_OF_COMPOUND = {2: (3, 4), 4: (1, 3), 5: (1, 4)}
_TEXT_ITEMS = (2, 3, 4, 5)  # Item: string, raw string, styled string, file
_MOST_ENTRIES = 1 << 20


class _Entry(Struct, frozen=True):
    """One resource: type, name, message."""

    kind: str
    name: str
    message: memoryview


class ProtoResources(Resources):
    """Resolves references as ``Resources`` does, out of a module's table."""

    def texts(self) -> bytes:
        """All texts of all configurations, with a NUL between them: in the table they touch numbers that look like letters."""
        found: dict[bytes, None] = {}
        try:
            for entry in self._entries.values():
                for config in messages(entry.message, _ENTRY_CONFIG):
                    found.update((bytes(text), None) for text in _texts(message_at(config, _VALUE)))
        except FormatError as error:
            self.problem = f"texts of resources: {error}"
        return b"\0".join(found)

    @cached_property
    def _entries(self) -> dict[int, _Entry]:
        found: dict[int, _Entry] = {}
        for package in messages(memoryview(self._data), _TABLE_PACKAGE):
            top = _id(package, _PACKAGE_ID)
            for kind in messages(package, _PACKAGE_TYPE):
                name, number = text_at(kind, _TYPE_NAME), _id(kind, _TYPE_ID)
                for entry in messages(kind, _TYPE_ENTRY):
                    key = top << 24 | (number & 0xFF) << 16 | _id(entry, _ENTRY_ID) & 0xFFFF
                    if len(found) < _MOST_ENTRIES:
                        found[key] = _Entry(name, text_at(entry, _ENTRY_NAME), entry)
        return found

    def _named(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        for entry in self._entries.values():
            if entry.kind == "string" and wanted(entry.name):
                value = self._resolved(_default(entry.message))
                if value:
                    yield entry.name, value

    def _text(self, resource: int) -> str | None:
        entry = self._entries.get(resource)
        return None if entry is None else self._resolved(_default(entry.message))

    def _resolved(self, value: str | None) -> str | None:
        for _ in range(limits.RESOURCE_REFERENCES):
            if value is None or not value.startswith("@"):
                return value
            entry = self._entries.get(int(value[1:], 16)) if len(value) == 9 else None
            value = None if entry is None else _default(entry.message)
        return None


def _id(message: memoryview, number: int) -> int:
    """The number in a message of its own, as ids of packages, types and entries are."""
    inner = message_at(message, number)
    return 0 if inner is None else number_at(inner, 1) or 0


def _texts(value: memoryview | None) -> Iterator[memoryview]:
    """The texts in a value, also in those of arrays, plurals and styles."""
    if value is None:
        return
    items = [*messages(value, _ITEM)]
    for compound in messages(value, _COMPOUND):
        for kind, (part, inner) in _ITEMS_OF_COMPOUND.items():
            parts = (one for of_kind in messages(compound, kind) for one in messages(of_kind, part))
            items += [found for one in parts for found in messages(one, inner)]
    for item in items:
        for number in _TEXT_ITEMS:
            for text in messages(item, number):
                yield from messages(text, 1)


def _simple(item: memoryview) -> str | None:
    """A value as ``Resources`` gives it: texts, numbers and references, no colours and sizes."""
    primitive = message_at(item, _PRIMITIVE)
    if primitive is None:
        return item_text(item)
    for number, value in fields(primitive):
        if number == _HEXADECIMAL and isinstance(value, int):
            return f"{value & 0xFFFFFFFF:#x}"
        if number in (_DECIMAL, _BOOLEAN):
            return item_text(item)
    return None


def _default(entry: memoryview) -> str | None:
    """The value in the default configuration, which is an empty message, else in the first that has a simple one."""
    first = None
    for config in messages(entry, _ENTRY_CONFIG):
        item = message_at(config, _VALUE, _ITEM)
        value = None if item is None else _simple(item)
        if value is not None:
            if not message_at(config, _CONFIG):
                return value
            first = value if first is None else first
    return first
