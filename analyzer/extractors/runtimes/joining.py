"""Calls of scripts, joined to the platform's APIs that carry them out (DESIGN section 6, *scripts and their carriers*).

A runtime's module, plug-in or channel handler is a pass-through: that it is in the package says nothing, that a script calls it
does. So a call of a script becomes an access of its own, ``via`` script, at its place in the payload, when the carrier is there
and calls that API; and the carrier's own access is told to be asked for by a script, or, where everything was read and nothing
asks, by nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from analyzer.extractors.runtimes.bindings import Binding, Bindings
from analyzer.extractors.runtimes.uses import RuntimeFound, ScriptUse
from analyzer.facts import (
    ApiCall,
    Argument,
    ClipboardAccess,
    ClipboardOperation,
    Gap,
    Gate,
    PayloadKind,
    Place,
    Reach,
    Step,
)
from analyzer.platform.watch import Watch
from analyzer.program.hierarchy import Hierarchy

Call = ApiCall | ClipboardAccess
_MOST_STEPS = 8
_HIDES = "What these calls reach on the device."
_ASKS = "What the scripts ask for: everything that this code can do."


class Context(Struct, frozen=True):
    """What joining looks at beside the uses: tables, the class hierarchy, what Android does about a clipboard operation."""

    bindings: Bindings
    watch: Watch
    hierarchy: Hierarchy
    gates: Callable[[str], tuple[Gate, ...]]


class Joined(Struct, frozen=True):
    """``calls`` of scripts, ``reached``: all triggers, those of carriers and scripts too; ``gaps``: what found no carrier.

    ``bridged`` are the calls of the app's own methods that lead to a watched call.
    """

    calls: tuple[Call, ...]
    reached: tuple[Reach, ...]
    gaps: tuple[Gap, ...]
    bridged: tuple[ScriptUse, ...] = ()


def join(
    context: Context, found: Sequence[RuntimeFound], calls: Sequence[Call], reached: Sequence[Reach], *, traced: bool = True
) -> Joined:
    """Join what the readers found to *calls*, the watched calls of the DEX files, whose triggers are *reached*.

    With *traced* off (the call graph was left out) scripts' calls have no triggers either.
    """
    carried = _Carried(context, calls, reached) if any(runtime.uses for runtime in found) else _Carried(context, (), ())
    made: dict[tuple[str, Place], Call] = {}
    asked: dict[tuple[str, str | None], list[ScriptUse]] = {}
    lost: list[ScriptUse] = []
    bridged: dict[str, list[ScriptUse]] = {}
    for use in (use for runtime in found for use in runtime.uses):
        for method in use.calls:
            bridged.setdefault(method, []).append(use)
        known = bool(use.calls)
        for row in context.bindings.of(use.kind, use.name):
            if not row.carrier:
                made.setdefault((row.api.partition("(")[0], use.at), _by_engine(context, use, row.api))
                known = True
            for call in carried.of(use.kind, row):
                made.setdefault((call.api.partition("(")[0], use.at), _by_carrier(context, use, call))
                if call.at is not None:
                    asked.setdefault((call.at.file, call.at.method), []).append(use)
                known = True
        if not known:
            lost.append(use)
    carriers = _Asked(context.bindings, asked, found)
    kept = tuple(_by_bridge(carriers.of(reached), bridged))
    own = tuple(_starts(made, {use.at: use for runtime in found for use in runtime.uses})) if traced else ()
    starts = {reach.entry_point for reach in reached}
    leading = tuple(use for method, uses in bridged.items() if method in starts for use in uses)
    return Joined(tuple(made.values()), (*kept, *own), (*_lost(lost), *carriers.gaps()), leading)


class _Carried:
    """The watched calls of carriers: by the classes that tables name, else by classes below the runtime's bases."""

    def __init__(self, context: Context, calls: Sequence[Call], reached: Sequence[Reach]) -> None:
        self._context = context
        self._by_api: dict[str, list[Call]] = {}
        self._entries: dict[tuple[str, str | None], set[str]] = {}
        for call in calls:
            if call.at is not None and call.at.method is not None:
                self._by_api.setdefault(call.api.partition("(")[0], []).append(call)
        for reach in reached:
            if reach.at is not None and reach.entry_point is not None:
                self._entries.setdefault((reach.at.file, reach.at.method), set()).add(reach.entry_point)

    def of(self, kind: PayloadKind, row: Binding) -> list[Call]:
        """The calls of the row's API that its carrier makes."""
        key, _, shape = row.api.partition("(")
        calls = [call for call in self._by_api.get(key, ()) if not shape or call.api == row.api] if row.carrier else []
        own = [call for call in calls if any(cls.startswith(row.carrier) for cls in self.classes(call))]
        return own or [call for call in calls if self.is_renamed_carrier(kind, call)]

    def classes(self, call: Call) -> Iterator[str]:
        """The classes that hold the call or start it."""
        if call.at is not None and call.at.method is not None:
            yield call.at.method.partition("->")[0]
            yield from (entry.partition("->")[0] for entry in self._entries.get((call.at.file, call.at.method), ()))

    def is_renamed_carrier(self, kind: PayloadKind, call: Call) -> bool:
        """Whether a class that is below one of the runtime's bases and under no carrier's name makes the call."""
        bases = self._context.bindings.bases.get(kind, ())
        known = self._context.bindings.carriers(kind)
        return any(
            not cls.startswith(known) and not set(self._context.hierarchy.ancestors(cls)[1:]).isdisjoint(bases)
            for cls in self.classes(call)
        )


def _by_carrier(context: Context, use: ScriptUse, call: Call) -> Call:
    if isinstance(call, ApiCall):
        return ApiCall(call.api, call.category, use.owner, "script", arg=call.arg, at=use.at)
    return ClipboardAccess(call.operation, call.api, use.owner, "script", gate=context.gates(call.operation), at=use.at)


def _by_engine(context: Context, use: ScriptUse, api: str) -> Call:
    group = context.watch.field(api) if "(" not in api else None
    if group is not None:
        return ApiCall(api, group.category, use.owner, "script", at=use.at)
    watched = context.watch.methods.get(api) or context.watch.methods[api.partition("(")[0]]
    operation = watched.operation
    if operation is None or operation == "watch-removal":
        given = use.name.rpartition("(")[2].removesuffix(")") if watched.only_with_argument else ""
        rule = next((rule for rule in watched.rules if given and rule.matches({rule.index: given})), None)
        category = watched.category if rule is None or rule.category is None else rule.category
        arguments = () if rule is None else (Argument(rule.index, given),)
        return ApiCall(api, category, use.owner, "script", arg=arguments, at=use.at)
    known: ClipboardOperation = operation
    return ClipboardAccess(known, api, use.owner, "script", gate=context.gates(known), at=use.at)


class _Asked:
    """Rewrites the triggers of carriers: a script asks, nobody asks, or it could not be told.

    Nobody stands behind a carrier but the script, whose own access says so: ``on_behalf_of`` is None.
    """

    def __init__(
        self, bindings: Bindings, asked: dict[tuple[str, str | None], list[ScriptUse]], found: Sequence[RuntimeFound]
    ) -> None:
        self._asked = asked
        self._there = {payload.kind for runtime in found for payload in runtime.payloads}
        unread = [runtime for runtime in found if not runtime.whole and any(gap.kind == "payload" for gap in runtime.gaps)]
        self._read = self._there - {payload.kind for runtime in unread for payload in runtime.payloads}
        self._carriers: dict[str, set[PayloadKind]] = {}
        for kind in bindings.rows:
            for carrier in bindings.carriers(kind):
                self._carriers.setdefault(carrier, set()).add(kind)
        self._prefixes = tuple(self._carriers)
        self._without: list[Place] = []

    def of(self, reached: Sequence[Reach]) -> Iterator[Reach]:
        """The triggers as they are to be told."""
        told: set[Place] = set()
        for reach in reached:
            kinds = self._kinds(reach)
            if not kinds or reach.at is None:
                yield reach
                continue
            uses = self._asked.get((reach.at.file, reach.at.method), ())
            if not uses and not kinds & self._read:
                if not kinds & self._there:
                    self._without.append(reach.at)
                yield msgspec.structs.replace(reach, kind="web-bridge", on_behalf_of=None)
            elif reach.at not in told:
                told.add(reach.at)
                yield from _by_script(reach, uses) if uses else (Reach("unreachable", at=reach.at),)

    def gaps(self) -> Iterator[Gap]:
        """That code for scripts is there, and no script; known once all triggers were told."""
        if self._without:
            why = "Code that carries out what scripts ask for is in the package, but no script of its runtime."
            lift = "The scripts: they may be in another package, or be loaded while the app runs."
            count = len(set(self._without))
            yield Gap("payload", why, count=count, could_hide=_ASKS, would_lift=lift, at=min(self._without))

    def _kinds(self, reach: Reach) -> set[PayloadKind]:
        """The runtimes whose carrier the trigger is of; none where something else than a script starts it."""
        if reach.kind not in ("unknown", "web-bridge", "unreachable") or reach.at is None:
            return set()
        found = {use.kind for use in self._asked.get((reach.at.file, reach.at.method), ())}
        for method in (reach.at.method, reach.entry_point):
            cls = (method or "").partition("->")[0]
            if cls.startswith(self._prefixes):
                found.update(*(kinds for carrier, kinds in self._carriers.items() if cls.startswith(carrier)))
        return found


def _by_script(reach: Reach, uses: Sequence[ScriptUse]) -> Iterator[Reach]:
    entry = reach.entry_point or (reach.at.method if reach.at else None) or ""
    for place in sorted({use.at for use in uses})[:_MOST_STEPS]:
        yield Reach("web-bridge", reach.entry_point, (Step(place, entry), *reach.path), assumed=reach.assumed, at=reach.at)


def _by_bridge(reached: Iterable[Reach], bridged: Mapping[str, Sequence[ScriptUse]]) -> Iterator[Reach]:
    """The triggers, those that begin at a method of the app's own bridge with the script's call before them."""
    for reach in reached:
        uses = bridged.get(reach.entry_point or "", ())
        if not uses or reach.entry_point is None:
            yield reach
        for place in sorted({use.at for use in uses})[:_MOST_STEPS]:
            if reach.entry_point is not None:
                yield msgspec.structs.replace(reach, path=(Step(place, reach.entry_point), *reach.path))


def _starts(made: dict[tuple[str, Place], Call], uses: dict[Place, ScriptUse]) -> Iterator[Reach]:
    """What starts the scripts' calls: what the payload shows, else nothing that could be told."""
    for place in dict.fromkeys(place for _, place in made):
        use = uses[place]
        yield Reach(use.trigger, on_behalf_of=use.owner, at=place)


def _lost(uses: Sequence[ScriptUse]) -> Iterator[Gap]:
    """One gap for all calls of scripts that nothing in the package was found to carry out."""
    if uses:
        names = sorted(Counter(use.name for use in uses))
        why = f"{len(uses)} calls of scripts were not joined to an API of Android: {', '.join(names[:6])}."
        lift = "Nothing in the package was found to carry them out; a run of the app would show it."
        yield Gap("payload", why, count=len(uses), could_hide=_HIDES, would_lift=lift, at=min(use.at for use in uses))
