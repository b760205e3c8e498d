"""What the flow engine knows of code that is not in the package: models of methods, sources, sinks and channels.

All of it is data in ``rules/flow``; this module only reads it into look-ups. A call is asked for by its class and what is
above it, nearest first: the nearest class that has rows for the member decides, there an exact prototype before the bare name.

An object of the platform holds two things: its *content*, marks without a place of their own, and *elements*, its parts.
A part is named by a constant (a key, an index), or it is *fixed* (in quotes in the table: ``"data"`` of an Intent; a field
``x`` of a platform class is the fixed part ``"x"``), or its name is not known: then it may be any that is not fixed.
Reading a part also gives what marks the content. Of one call everything is read before anything is written; then ``clear``
comes first, ``mix`` next, ``copy`` and ``taint`` last.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from analyzer.flow.model_tables import read_channels, read_models, read_sinks, read_sources
from analyzer.flow.vocabulary import EVERY, RESULT, THIS, Channel, Effect, Kind, Sink, Source, Term

__all__ = ["EVERY", "RESULT", "THIS", "Channel", "Effect", "Kind", "Models", "Sink", "Source", "Term", "load_models"]

_Row = TypeVar("_Row")
_Table = Mapping[str, Mapping[str, Sequence[_Row]]]


class _Tables(Struct, frozen=True):
    """Rows by class and member."""

    effects: _Table[Effect]
    calls: _Table[Source]
    getters: _Table[Source]
    parameters: _Table[Source]
    fields: _Table[Source]
    sinks: _Table[Sink]
    channels: _Table[Channel]
    field_channels: _Table[Channel]


class Models:
    """The tables of ``rules/flow``; ``digest`` tells them apart.

    ``names``, ``source_names`` and ``parameter_names`` are simple names; rows for all methods of a class (``*``) apart.
    """

    def __init__(self, tables: _Tables, digest: str) -> None:
        self._tables = tables
        self.digest = digest

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """All methods with a row."""
        known = self._tables
        return _names(known.effects, known.calls, known.getters, known.parameters, known.sinks, known.channels)

    @functools.cached_property
    def source_names(self) -> frozenset[str]:
        """Methods that give data when they are called."""
        return _names(self._tables.calls, self._tables.getters)

    @functools.cached_property
    def parameter_names(self) -> frozenset[str]:
        """Methods to which the platform hands data."""
        return _names(self._tables.parameters)

    def effects(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Effect, ...] | None:
        """What a call of *name* does to values; None where no model knows it. *prototype* is ``(..)R``."""
        found = _nearest(self._tables.effects, classes, name, prototype)
        return _nearest(self._tables.effects, classes, "*", "") if found is None else found

    def sources(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Source, ...]:
        """The data that a call gives, of kind call or received."""
        return _nearest(self._tables.calls, classes, name, prototype) or ()

    def getters(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Source, ...]:
        """The data that a call gives if its receiver came in unseen: not made in the package, without a mark of the category."""
        return _nearest(self._tables.getters, classes, name, prototype) or ()

    def parameters(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Source, ...]:
        """The data that the platform hands to a method that it calls, of kind parameter or received."""
        return _nearest(self._tables.parameters, classes, name, prototype) or ()

    def field(self, field: str) -> tuple[Source, ...]:
        """The data that the field ``Lx;->NAME`` holds."""
        return _of_field(self._tables.fields, field)

    def sinks(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Sink, ...]:
        """Where a call lets data leave."""
        return _nearest(self._tables.sinks, classes, name, prototype) or ()

    def channels(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Channel, ...]:
        """What a call opens: what goes into the opened value later leaves for the destination."""
        return _nearest(self._tables.channels, classes, name, prototype) or ()

    def field_channels(self, field: str) -> tuple[Channel, ...]:
        """Where what is written into the value of the field ``Lx;->NAME`` goes, as with ``System.out``."""
        return _of_field(self._tables.field_channels, field)


def load_models(folder: Path) -> Models:
    """Read the tables of *folder* (``rules/flow``). Raises ``RuleError`` with file, line and the mend."""
    sources = list(read_sources(folder / "sources.tsv"))
    channels = list(read_channels(folder / "channels.tsv"))
    handed = ("parameter", "received")  # an intent that is received comes either way
    tables = _Tables(
        _by_class(read_models(folder / "models.tsv")),
        _by_class((api, row) for api, row in sources if row.kind == "call" or (row.kind, row.value) == ("received", RESULT)),
        _by_class((api, row) for api, row in sources if row.kind == "getter"),
        _by_class((api, row) for api, row in sources if row.kind in handed and row.value != RESULT),
        _by_class((api, row) for api, row in sources if row.kind == "field"),
        _by_class(read_sinks(folder / "sinks.tsv")),
        _by_class((api, row) for api, is_field, row in channels if not is_field),
        _by_class((api, row) for api, is_field, row in channels if is_field),
    )
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.tsv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return Models(tables, digest.hexdigest())


def _nearest(table: _Table[_Row], classes: Sequence[str], name: str, prototype: str) -> tuple[_Row, ...] | None:
    for cls in classes:
        members = table.get(cls)
        if members is not None:
            rows = members.get(name + prototype) or members.get(name)
            if rows is not None:
                return tuple(rows)
    return None


def _names(*tables: _Table[Any]) -> frozenset[str]:
    return frozenset(member.partition("(")[0] for table in tables for members in table.values() for member in members)


def _of_field(table: _Table[_Row], field: str) -> tuple[_Row, ...]:
    cls, _, name = field.partition("->")
    return tuple(table.get(cls, {}).get(name, ()))


def _by_class(rows: Iterable[tuple[str, _Row]]) -> _Table[_Row]:
    """The rows by class and member; those of one member mostly follow each other."""
    table: dict[str, dict[str, list[_Row]]] = {}
    previous, found = "", list[_Row]()
    for api, row in rows:
        if api != previous:
            cls, _, member = api.partition("->")
            found = table.setdefault(cls, {}).setdefault(member, [])
            previous = api
        found.append(row)
    return table
