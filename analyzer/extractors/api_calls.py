"""Every call of a watched API and every read of a watched static field, with owner, place and constant arguments.

The class that the DEX names is resolved through the app's and the platform's hierarchy, so a call on
``this``, on a subclass or on an interface finds the API it means. The work is ordered so that nearly all method rows
drop out in one vectorised look at their names; only the rest is ever turned into text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from analyzer.facts import ApiCall, Argument, ClipboardAccess, Place, Via
from analyzer.formats.dex import DexFile
from analyzer.formats.dex.columns import distinct
from analyzer.formats.dex.names import NameFilter
from analyzer.platform.watch import Watch, WatchedApi, matching_rule
from analyzer.program.app import App
from analyzer.program.constants import ArgumentResolver
from analyzer.program.evaluation.decoders import Decoders
from analyzer.program.graph.linking import Linked


class Watched(Struct, frozen=True):
    """What a row of the method or field table means: the watched API, its descriptor, the class named when another."""

    api: WatchedApi
    descriptor: str
    receiver: str | None


def api_calls(
    app: App, linked: Linked, watch: Watch, hand_through: Mapping[str, int], decoders: Decoders | None = None
) -> Iterator[ApiCall | ClipboardAccess]:
    """The ``ApiCall`` and ``ClipboardAccess`` facts of all DEX files; listener removals are attached to the watches.

    What *decoders* give counts as constant.
    """
    finder = _Finder(app, linked, watch)
    watches: list[ClipboardAccess] = []
    removals: list[Place] = []
    for number, dex in enumerate(app.dex_files):
        resolver = ArgumentResolver(dex, hand_through, partial(decoders.text_at_row, number) if decoders else lambda row: None)
        for fact in _calls_in(app, number, finder, resolver):
            if isinstance(fact, Place):
                removals.append(fact)
            elif isinstance(fact, ClipboardAccess) and fact.operation == "watch":
                watches.append(fact)
            else:
                yield fact
    for fact in watches:
        yield msgspec.structs.replace(fact, removed_at=_removals_beside(fact, removals))


def _removals_beside(watch: ClipboardAccess, removals: list[Place]) -> tuple[Place, ...]:
    """Where the listener is removed in the same outermost class: evidence on the watch, not an access of its own."""
    return tuple(sorted(place for place in removals if watch.at and _outermost(place) == _outermost(watch.at)))


def _outermost(place: Place) -> str:
    return (place.method or "").partition(";")[0].partition("$")[0]


def _calls_in(app: App, number: int, finder: _Finder, resolver: ArgumentResolver) -> Iterator[ApiCall | ClipboardAccess | Place]:
    """The facts of one file; a bare place is the removal of a clipboard listener."""
    dex = app.dex_files[number]
    invoked = np.bincount(dex.invokes.target, minlength=len(dex.pools.methods))
    watched = finder.methods(number, np.flatnonzero(invoked))
    is_watched = np.zeros(len(invoked), dtype=bool)
    is_watched[list(watched)] = True
    hits = np.flatnonzero(is_watched[dex.invokes.target])
    places = _Places(app, dex)
    for row, target in zip(dex.invokes.row[hits].tolist(), dex.invokes.target[hits].tolist(), strict=True):
        meaning = watched[target]
        arguments = resolver.arguments(row, meaning.api.arguments) if meaning.api.arguments else {}
        yield from places.facts(row, meaning, arguments)
    read = np.bincount(dex.static_reads.target, minlength=len(dex.pools.fields))
    fields = finder.fields(dex, np.flatnonzero(read))
    is_field = np.zeros(len(read), dtype=bool)
    is_field[list(fields)] = True
    hits = np.flatnonzero(is_field[dex.static_reads.target])
    for row, target in zip(dex.static_reads.row[hits].tolist(), dex.static_reads.target[hits].tolist(), strict=True):
        yield from places.facts(row, fields[target], {})


class _Finder:
    """Resolves method and field rows to watched APIs; answers are kept across DEX files."""

    def __init__(self, app: App, linked: Linked, watch: Watch) -> None:
        self._hierarchy = app.hierarchy
        self._linked = linked
        self._watch = watch
        self._names: dict[str, set[str]] = {}
        for key in watch.methods:
            holder, _, member = key.partition("->")
            self._names.setdefault(member.partition("(")[0], set()).add(holder)
        self._prefixes = tuple(group.prefix for group in watch.fields)
        self._filter = NameFilter(self._names)
        self._watched = linked.types.inheriting(frozenset().union(*self._names.values()))
        self._answers: dict[tuple[str, str], Watched | None] = {}

    def methods(self, number: int, rows: NDArray[np.int64]) -> dict[int, Watched]:
        """The watched APIs among the method *rows* of DEX file *number*.

        Cheapest first: whether any ancestor of the class is watched, the name, an ancestor for that name, then all the rest.
        """
        dex = self._linked.dex_files[number]
        pools = dex.pools
        types = self._linked.types.rows(number)
        rows = rows[self._watched[types[pools.methods["holder"][rows]]]] if len(types) else rows
        names = pools.methods["name"][rows]
        found = {}
        for index in self._filter.select(dex, names).tolist():
            row, name = int(rows[index]), pools.string(int(names[index]))
            holder = pools.method_holder(row)
            watched = self._names[name]
            # A constructor is not inherited: only the class itself can be meant.
            if holder in watched or (name != "<init>" and not watched.isdisjoint(self._hierarchy.ancestors(holder))):
                answer = self._resolve(holder, pools.method_member(row))
                if answer is not None:
                    found[row] = answer
        return found

    def fields(self, dex: DexFile, rows: NDArray[np.int64]) -> dict[int, Watched]:
        """The watched static fields among the field *rows* of *dex*."""
        holders = dex.pools.fields["holder"][rows]
        types = distinct(holders)
        wanted = np.zeros(len(dex.pools.types) + 1, dtype=bool)
        wanted[types] = [text.startswith(self._prefixes) for text in map(dex.pools.type_names.__getitem__, types.tolist())]
        found = {}
        for row in rows[wanted[holders]].tolist():
            descriptor = dex.pools.field(row)
            match = self._watch.field(descriptor)
            if match is not None:
                found[row] = Watched(WatchedApi(descriptor, match.category), descriptor, None)
        return found

    def _resolve(self, cls: str, member: str) -> Watched | None:
        key = (cls, member)
        if key not in self._answers:
            name = member.partition("(")[0]
            apis = self._watch.methods
            self._answers[key] = None
            for ancestor in self._hierarchy.meanings(cls, member):
                api = apis.get(f"{ancestor}->{name}") or apis.get(f"{ancestor}->{member}")
                if api is not None:
                    self._answers[key] = Watched(api, f"{ancestor}->{member}", None if ancestor == cls else cls)
                    break
        return self._answers[key]


class _Places:
    """Turns instruction rows of one DEX file into facts: place, owner, and one fact for each method that shares code."""

    def __init__(self, app: App, dex: DexFile) -> None:
        self._ownership = app.ownership
        self._dex = dex
        self._callers: dict[int, tuple[tuple[str, str], ...]] = {}

    def facts(self, row: int, meaning: Watched, arguments: dict[int, str]) -> Iterator[ApiCall | ClipboardAccess | Place]:
        api = meaning.api
        rule = matching_rule(api, arguments)
        if api.only_with_argument and rule is None:
            return
        via: Via = "direct" if meaning.receiver is None else "inherited"
        shown = tuple(Argument(index, value) for index, value in sorted(arguments.items()))
        offset = self._dex.offset_of(row)
        for holder, caller in self._callers_of(int(self._dex.instructions.item[row])):
            owner, at = self._ownership.owner(holder), Place(self._dex.name, caller, offset)
            if api.operation == "watch-removal":
                yield at
            elif api.operation is not None:
                yield ClipboardAccess(api.operation, meaning.descriptor, owner, via, meaning.receiver, at=at)
            else:
                category = api.category if rule is None or rule.category is None else rule.category
                yield ApiCall(meaning.descriptor, category, owner, via, meaning.receiver, shown, at)

    def _callers_of(self, item: int) -> tuple[tuple[str, str], ...]:
        callers = self._callers.get(item)
        if callers is None:
            methods, pools = self._dex.methods, self._dex.pools
            rows = [int(methods.method[row]) for row in self._dex.methods_of_item(item)]
            callers = tuple((pools.method_holder(row), pools.method(row)) for row in rows)
            self._callers[item] = callers
        return callers
