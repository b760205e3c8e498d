"""The facts of one app as rules look at them: by pattern, with the triggers of calls, and parted by scope."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from analyzer.engine.plans import Leaf, Plan
from analyzer.engine.schema import Scope
from analyzer.facts import (
    ApiCall,
    ClipboardAccess,
    Component,
    Constant,
    Endpoint,
    Fact,
    Flow,
    Override,
    Owner,
    Permission,
    Place,
    Reach,
    Stage,
    Trait,
)

Owned = ApiCall | ClipboardAccess | Override | Constant | Flow | Endpoint
"""Facts of code: they have an owner and lie in a method."""


def owner_of(fact: Fact) -> Owner | None:
    """Whose code a fact is of; None for facts of the package as a whole."""
    return fact.owner if isinstance(fact, (Owned, Trait)) else None


_STARTED = (ApiCall, ClipboardAccess, Flow)
"""Facts that something starts: their triggers are the ``Reach`` facts of the method where they read."""

Found = dict[int, Fact]
"""Facts by identity: within one index there is one object for each."""

See = Callable[[Leaf], Sequence[Fact]]


class FactsIndex:
    """Facts in canonical order by kind, the answers of patterns that were asked before, and what was not looked for.

    ``stages`` are those that ran; ``unwatched`` are APIs that were not looked for.
    """

    def __init__(self, facts: Sequence[Fact], stages: Iterable[Stage], unwatched: Collection[str] = ()) -> None:
        self._looked = frozenset((None, *stages))  # what needs no stage was looked for
        self._unwatched = unwatched
        self._by_kind: dict[type[Fact], list[Fact]] = {}
        self._calls: dict[str | None, dict[str, list[Fact]]] | None = None
        self._named: dict[type[Fact], dict[str, list[Fact]]] = {}
        self._triggers: dict[tuple[str, str | None] | None, list[Reach]] | None = None
        self._order = {id(fact): position for position, fact in enumerate(facts)}
        for fact in facts:
            kind = type(fact)
            if kind in self._by_kind:
                self._by_kind[kind].append(fact)
            else:
                self._by_kind[kind] = [fact]
        named = (*self._by_kind.get(ApiCall, ()), *self._by_kind.get(ClipboardAccess, ()))
        self._only_named = {id(fact) for fact in named if isinstance(fact, (ApiCall, ClipboardAccess)) and fact.via == "native"}
        self._base: dict[int, Sequence[Fact]] = {}  # by the leaf's number, like those that were seen
        self._seen: dict[int, Sequence[Fact]] = {}

    def see(self, leaf: Leaf) -> Sequence[Fact]:
        """The facts that the pattern matches."""
        known = self._seen.get(leaf.number)
        if known is None:
            known = self._base_of(leaf)
            if known and (leaf.asks_triggers or leaf.traced is not None):
                known = [fact for fact in known if self._triggers_fit(leaf, fact)]
            self._seen[leaf.number] = known
        return known

    def answer(self, leaf: Leaf) -> bool | None:
        """Whether the pattern matches anything; None when all that it may match was not looked for."""
        if self.see(leaf):
            return True
        return None if self.unknown(leaf) else False

    def unknown(self, leaf: Leaf) -> bool:
        """Whether the pattern may match something that was not looked for."""
        if leaf.stage not in self._looked:
            return True
        if self._unwatched and not leaf.names.isdisjoint(self._unwatched):
            return True
        return "reach" not in self._looked and leaf.asks_triggers and bool(self._base_of(leaf))

    def missing(self, leaf: Leaf) -> tuple[set[Stage], set[str]]:
        """The stages and the APIs for want of which the pattern cannot be told."""
        stages: set[Stage] = set()
        if leaf.stage is not None and leaf.stage not in self._looked:
            stages.add(leaf.stage)
        elif "reach" not in self._looked and leaf.asks_triggers:
            stages.add("reach")
        return stages, {name for name in leaf.names if name in self._unwatched}

    def triggers(self, fact: Fact) -> Sequence[Reach]:
        """The triggers of a call: the ``Reach`` facts of the method that holds it, or of just this call."""
        if self._triggers is None:
            self._triggers = {}
            for reach in self._by_kind.get(Reach, ()):
                if isinstance(reach, Reach):
                    at = reach.at
                    self._triggers.setdefault((at.file, at.method) if at else None, []).append(reach)
        place = getattr(fact, "at", None)
        found = self._triggers.get((place.file, place.method) if place else None, ())
        return [reach for reach in found if reach.at is None or reach.at.offset in (None, place.offset if place else None)]

    def triggers_of(self, plan: Plan, facts: Iterable[Fact]) -> tuple[Reach, ...]:
        """The triggers of the calls among *facts* that the rule's patterns ask for."""
        asked = [(leaf, {id(fact) for fact in self.see(leaf)}) for leaf in plan.leaves if leaf.kind in _STARTED]
        found: dict[int, Reach] = {}
        for fact in facts:
            if isinstance(fact, Reach):
                found[id(fact)] = fact
            if not isinstance(fact, _STARTED):
                continue
            tests = [leaf.trigger for leaf, seen in asked if id(fact) in seen]
            for reach in self.triggers(fact):
                if any(test is None or test(reach) for test in tests):
                    found[id(reach)] = reach
        return tuple(found.values())

    def in_order(self, facts: Iterable[Fact]) -> list[Fact]:
        """*facts* in canonical order."""
        return sorted(facts, key=lambda fact: self._order[id(fact)])

    def parts(self, plan: Plan) -> dict[str, See]:
        """What the rule sees in each part of its scope: only parts that hold a fact of one of its patterns."""
        scope = plan.rule.scope
        if scope == "app":
            return {"": self.see}
        keys: dict[str, dict[int, list[Fact]]] = {}
        everywhere: dict[int, list[Fact]] = {}
        for leaf in plan.leaves:
            for fact in self.see(leaf):
                own = self._keys(fact, scope)
                for key in own:
                    keys.setdefault(key, {}).setdefault(id(leaf), []).append(fact)
                if not own:
                    everywhere.setdefault(id(leaf), []).append(fact)

        def part(own: dict[int, list[Fact]]) -> See:
            return lambda leaf: [*own.get(id(leaf), ()), *everywhere.get(id(leaf), ())]

        return {key: part(keys[key]) for key in sorted(keys)}

    def _keys(self, fact: Fact, scope: Scope) -> set[str]:
        """The parts that *fact* lies in; none for a fact of the package as a whole."""
        if scope == "component" and isinstance(fact, Component):
            return {f"L{fact.name.replace('.', '/')}"}
        place = getattr(fact, "at", None)
        if place is None or (owner_of(fact) is None and not isinstance(fact, Reach)):
            return set()
        if place.method is None:
            return {_in_script(place, scope)} if _is_of_script(fact) else set()
        if scope == "method":
            return {place.method}
        if scope == "class":
            return {outermost_class(place.method)}
        triggers = [fact] if isinstance(fact, Reach) else self.triggers(fact)
        entries = {outermost_class(reach.entry_point) for reach in triggers if reach.entry_point}
        return entries | {outermost_class(place.method)}

    def _base_of(self, leaf: Leaf) -> Sequence[Fact]:
        """The facts that match, their triggers left aside. What native code can reach is seen where ``via`` is asked for."""
        known = self._base.get(leaf.number)
        if known is None:
            candidates = self._candidates(leaf)
            if self._only_named and leaf.kind in (ApiCall, ClipboardAccess) and getattr(leaf.pattern, "via", None) is None:
                candidates = [fact for fact in candidates if id(fact) not in self._only_named]
            known = [*filter(leaf.test, candidates)] if candidates and leaf.test else candidates
            self._base[leaf.number] = known
        return known

    def _candidates(self, leaf: Leaf) -> Sequence[Fact]:
        """The facts that a pattern can match: calls, of which there are many, by category and API, what has a name by that."""
        if leaf.among is not None:
            return self._among(leaf.kind, leaf.among)
        if leaf.categories is None and leaf.api is None:
            return self._by_kind.get(leaf.kind, ())
        if self._calls is None:
            self._calls = {}
            for fact in self._by_kind.get(ApiCall, ()):
                if isinstance(fact, ApiCall):
                    self._calls.setdefault(fact.category, {}).setdefault(fact.api, []).append(fact)
        asked = [*(self._calls.values() if leaf.categories is None else filter(None, map(self._calls.get, leaf.categories)))]
        fits = leaf.api if asked else None
        return [fact for apis in asked for api, facts in apis.items() if fits is None or fits(api) for fact in facts]

    def _among(self, kind: type[Fact], names: frozenset[str]) -> Sequence[Fact]:
        """The facts of *kind*, permissions or traits, that have one of *names*."""
        known = self._named.get(kind)
        if known is None:
            known = self._named[kind] = {}
            for fact in self._by_kind.get(kind, ()):
                if isinstance(fact, (Permission, Trait)):
                    known.setdefault(fact.name, []).append(fact)
        if len(names) == 1:
            return known.get(next(iter(names)), [])
        return [fact for name, facts in known.items() if name in names for fact in facts]

    def _triggers_fit(self, leaf: Leaf, fact: Fact) -> bool:
        triggers = self.triggers(fact)
        if leaf.traced is not None and bool(triggers) != leaf.traced:
            return False
        if leaf.reached is not None and any(reach.kind != "unreachable" for reach in triggers) != leaf.reached:
            return False
        return leaf.trigger is None or any(map(leaf.trigger, triggers))


def _is_of_script(fact: Fact) -> bool:
    """Whether *fact* is of a script or of native code, or what starts one: it lies in no method, but at a place of its own."""
    return isinstance(fact, Reach) or (isinstance(fact, (ApiCall, ClipboardAccess)) and fact.via in ("script", "native"))


def _in_script(place: Place, scope: Scope) -> str:
    """What stands for a method or a class of a script or library: the place of the call, and the file."""
    return f"{place.file}+{place.offset}" if scope == "method" else place.file


def outermost_class(method: str) -> str:
    """``Lcom/a/B`` for every method of ``com.a.B`` and its inner classes."""
    return method.partition(";")[0].partition("$")[0]
