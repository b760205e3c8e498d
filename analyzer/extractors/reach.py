"""What starts each watched call: ``Reach`` facts, one for each trigger of each method that holds a watched call.

The calls of one method share its triggers, so the facts name the method. A method that nothing starts is ``unreachable``,
unless something in the package could name its class at run time; then the trigger is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import msgspec
from msgspec import Struct

from analyzer.errors import PackageError
from analyzer.facts import ApiCall, ClipboardAccess, Fact, Flow, Gap, Owner, Place, Reach, Step
from analyzer.platform.knowledge import read_table
from analyzer.program.app import App
from analyzer.program.graph.linking import Linked
from analyzer.program.graph.merged import Ids
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.program.graph.triggers import MOST_TRIGGERS, Trigger, Triggers

_MOST_NATIVE_BYTES = 8 << 20
_MOST_NATIVE_METHODS = 40
_HIDES = "Further triggers of calls in these methods."


class _Frame(Struct, frozen=True):
    """A method on a path and its class."""

    node: int
    cls: str


def load_traced(knowledge: Path) -> frozenset[str]:
    """The categories of calls whose triggers are looked for. Raises ``RuleError``."""
    rows = read_table(knowledge / "traced_categories.tsv", ("category", "why", "source"))
    return frozenset(category for category, _, _ in rows)


def reach_facts(graph: ProgramGraph, facts: Sequence[Fact], traced: frozenset[str]) -> Iterator[Fact]:
    """The ``Reach`` facts of the watched calls of *traced* categories among *facts*, and gaps for what was cut short."""
    wanted = _methods_with_calls(facts, traced)
    if not wanted:
        return
    yield from graph.layouts.gaps
    yield from _traced(graph, facts, wanted)


def reach_of_flows(graph: ProgramGraph, facts: Sequence[Fact]) -> Iterator[Fact]:
    """The triggers of readings of flows among *facts* that are no watched calls: callbacks, getters, fields, passwords."""
    known = {(fact.at.file, fact.at.method) for fact in facts if isinstance(fact, Reach) and fact.at is not None}
    wanted: dict[Place, tuple[set[int], frozenset[str]]] = {}
    for fact in facts:
        if isinstance(fact, Flow) and fact.at is not None and (fact.at.file, fact.at.method) not in known:
            offsets, _ = wanted.setdefault(Place(fact.at.file, fact.at.method), (set(), frozenset()))
            offsets.add(fact.at.offset or 0)
    if wanted:
        yield from _traced(graph, facts, wanted)


def reach_into_native(
    graph: ProgramGraph,
    accesses: Sequence[ApiCall | ClipboardAccess],
    implements: Mapping[str, Sequence[int]],
    traced: frozenset[str],
) -> Iterator[Reach]:
    """What starts the *accesses* of native libraries: what starts the Java methods that the library *implements* (nodes by file).

    Which of these methods makes the call, if any does, is not known: every trigger is assumed.
    """
    wanted = {a.at.file for a in accesses if a.at is not None and (isinstance(a, ClipboardAccess) or a.category in traced)}
    writer = _Writer(graph.app, graph.linked, _Nameable(graph.app, (), frozenset()))
    for file in sorted(wanted):
        found: dict[tuple[str, str | None], Reach] = {}
        for node in implements.get(file, ())[:_MOST_NATIVE_METHODS]:
            triggers = graph.triggers.of(node).found if graph.live.methods[node] else ()
            for reach in (writer.fact(node, Place(file), trigger, frozenset()) for trigger in triggers):
                found.setdefault((reach.kind, reach.entry_point), msgspec.structs.replace(reach, assumed=True))
        yield from list(found.values())[:MOST_TRIGGERS] or [Reach("unknown", assumed=True, at=Place(file))]


def _traced(graph: ProgramGraph, facts: Sequence[Fact], wanted: dict[Place, tuple[set[int], frozenset[str]]]) -> Iterator[Fact]:
    """The triggers of the methods *wanted*, and a gap for what was cut short."""
    writer = _Writer(graph.app, graph.linked, _Nameable(graph.app, facts, graph.layouts.classes))
    nodes = _nodes_by_place(graph.linked, wanted)
    cut: list[Place] = []
    for method, (offsets, handed_back) in wanted.items():
        node = nodes.get((method.file, method.method or ""))
        for place, ids in _runs(graph, node, method, offsets):
            triggers = graph.triggers.of(node, ids) if node is not None and graph.live.methods[node] else Triggers((), False, ())
            if triggers.cut:
                cut.append(method)
            yield from writer.facts(node, place, triggers, handed_back)
    if cut:
        why = f"{len(cut)} methods have more than the {MOST_TRIGGERS} nearest triggers, or too many callers to see all."
        yield Gap("budget", why, count=len(cut), could_hide=_HIDES, would_lift="A larger budget.", at=min(cut))


def _runs(graph: ProgramGraph, node: int | None, method: Place, offsets: Iterable[int]) -> list[tuple[Place, Ids | None]]:
    """The places that triggers are told for: the method, or each call of it where a minifier merged several methods into one."""
    if node is None or not graph.live.methods[node] or not graph.merged.splits(node):
        return [(method, None)]
    objects = graph.bodies.objects(node)
    if objects is None:
        return [(method, None)]
    found = []
    for offset in sorted(offsets):
        at = objects.code.instruction_at(offset)
        found.append((Place(method.file, method.method, offset), None if at is None else graph.merged.ids_at(node, at)))
    return [(method, None)] if all(ids is None for _, ids in found) else found


def _methods_with_calls(facts: Iterable[Fact], traced: frozenset[str]) -> dict[Place, tuple[set[int], frozenset[str]]]:
    """The methods that hold watched calls: the calls' offsets, and the classes in which what is read is handed to a caller."""
    found: dict[Place, tuple[set[int], frozenset[str]]] = {}
    for fact in facts:
        if not isinstance(fact, (ApiCall, ClipboardAccess)) or fact.at is None or fact.at.method is None:
            continue
        if isinstance(fact, ClipboardAccess) or fact.category in traced:
            place = Place(fact.at.file, fact.at.method)
            back = fact.handed_back_at if isinstance(fact, ClipboardAccess) else ()
            offsets, classes = found.get(place, (set(), frozenset()))
            if fact.at.offset is not None:
                offsets.add(fact.at.offset)
            found[place] = offsets, classes | {_outermost(at.method or "") for at in back}
    return found


def _outermost(method: str) -> str:
    return method.partition(";")[0].partition("$")[0]


def _nodes_by_place(linked: Linked, wanted: Iterable[Place]) -> dict[tuple[str, str], int]:
    """The node of each wanted method."""
    found = {}
    numbers = {dex.name: number for number, dex in enumerate(linked.dex_files)}
    for place in wanted:
        node = linked.node_of(place.method or "")
        if node is not None and int(linked.nodes.dex[node]) == numbers.get(place.file):
            found[(place.file, place.method or "")] = node
    return found


class _Writer:
    """Puts triggers into facts: paths with places, on whose behalf, who else can start it."""

    def __init__(self, app: App, linked: Linked, nameable: _Nameable) -> None:
        self._ownership = app.ownership
        self._linked = linked
        self._nameable = nameable
        self._steps: dict[int, Step] = {}

    def facts(self, node: int | None, at: Place, triggers: Triggers, handed_back: frozenset[str]) -> Iterator[Reach]:
        """The facts of one method. A method of a class that is never loaded has no node: nothing reaches it."""
        if triggers.found:
            yield from (self.fact(node, at, trigger, handed_back) for trigger in triggers.found if node is not None)
            return
        owner = self._on_behalf_of((self._cls(node),)) if node is not None else None
        tops = triggers.tops or (() if node is None else (node,))
        if triggers.cut or any(self._nameable.could_name(self._linked.holder(top)) for top in tops):
            yield Reach("unknown", on_behalf_of=owner, assumed=True, at=at)
        else:
            yield Reach("unreachable", on_behalf_of=owner, at=at)

    def fact(self, node: int | None, at: Place, trigger: Trigger, handed_back: frozenset[str]) -> Reach:
        """The fact of one trigger."""
        linked = self._linked
        sites = [site for link in trigger.links for site in link.sites]
        path = tuple(self._step(site) for site in sites)
        frames = [linked.holder(trigger.node), *(self._cls(int(linked.sites.caller[site])) for site in sites)]
        if node is not None:
            frames.append(self._cls(node))
        kind = trigger.kind
        if kind == "paste-menu" and not all(self._ownership.is_wrapper(cls) for cls in frames):
            kind = "user-action"
        classes = {_outermost(cls) for cls in frames}
        return Reach(
            kind,
            linked.descriptor(trigger.node),
            path,
            self._on_behalf_of(tuple(reversed(frames))),
            trigger.exported,
            trigger.permission,
            bool(classes & handed_back),
            trigger.assumed,
            at,
        )

    def _cls(self, node: int) -> str:
        return self._linked.holder(node)

    def _on_behalf_of(self, frames: tuple[str, ...]) -> Owner | None:
        """The owner of the first frame, from the call upwards, that is no pass-through."""
        cls = next((cls for cls in frames if not self._ownership.is_wrapper(cls)), None)
        return None if cls is None else self._ownership.owner(cls)

    def _step(self, site: int) -> Step:
        known = self._steps.get(site)
        if known is None:
            linked = self._linked
            sites = linked.sites
            dex = linked.dex_files[int(sites.dex[site])]
            row = int(sites.row[site])
            target = int(dex.units[dex.instructions.position[row] + 1])
            place = Place(dex.name, linked.descriptor(int(sites.caller[site])), dex.offset_of(row))
            known = self._steps[site] = Step(place, dex.pools.method(target))
        return known


class _Nameable:
    """Whether something in the package could name a class while the app runs: then *nothing calls it* cannot be said."""

    def __init__(self, app: App, facts: Sequence[Fact], in_resources: frozenset[str]) -> None:
        self._app = app
        self._in_resources = in_resources
        calls = [fact for fact in facts if isinstance(fact, ApiCall)]
        self._computed = any(map(self._is_open, calls))
        self._loads = any(call.category == "dynamic-code" for call in calls)
        self._known: dict[str, bool] = {}

    def _is_open(self, call: ApiCall) -> bool:
        """Code that is loaded, or a class that is looked up by a computed name, outside of the toolkits."""
        if call.at is None or self._app.ownership.is_wrapper((call.at.method or "").partition("->")[0]):
            return False
        if call.category == "dynamic-code":
            return True
        looks_up = call.api.startswith(("Ljava/lang/Class;->forName", "Ljava/lang/ClassLoader;->loadClass"))
        return looks_up and not call.arg

    def could_name(self, cls: str) -> bool:
        """Whether the class's name stands somewhere as a string, or names are computed."""
        known = self._known.get(cls)
        if known is None:
            known = self._computed or cls in self._in_resources or self._may_be_loaded(cls) or self._named(cls)
            self._known[cls] = known
        return known

    def _may_be_loaded(self, cls: str) -> bool:
        """Whether the class lies in packed code, and anything in the package loads code: a toolkit, or native code."""
        packed = self._app.packed_code
        if not packed or not (self._loads or self._app.package.named(("lib/",), (".so",))):
            return False
        definition = self._app.hierarchy.definition(cls)
        return definition is not None and definition.dex.name in packed

    def _named(self, cls: str) -> bool:
        dotted, slashed = cls[1:-1].replace("/", ".").encode("utf-8", "replace"), cls[1:-1].encode("utf-8", "replace")
        pools = [dex.pools for dex in self._app.dex_files]
        if any(p.find_string(dotted) is not None or p.find_string(slashed) is not None for p in pools):
            return True
        return self._native is None or any(slashed in library for library in self._native)

    @cached_property
    def _native(self) -> list[bytes] | None:
        """The native libraries, which find classes by name (JNI FindClass); None: too many bytes to look through."""
        package = self._app.package
        names = package.named(("lib/",), (".so",))
        first = {name.rpartition("/")[2]: name for name in reversed(names)}  # one ABI of each library
        if sum(package.size_of(name) for name in first.values()) > _MOST_NATIVE_BYTES:
            return None
        try:
            return [package.read(name) for name in first.values()]
        except PackageError:
            return None
