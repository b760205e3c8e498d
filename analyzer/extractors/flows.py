"""Where data goes: ``Flow`` facts, by the flow engine, which starts where triggers were found for readings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from analyzer.depth import FlowMode
from analyzer.facts import Category, ClipboardAccess, Destination, Fact, Flow, Gap, Label, Place, Reach, Step
from analyzer.flow import engine
from analyzer.flow.conventions import Conventions, load_conventions
from analyzer.flow.engine import Found, Targets
from analyzer.flow.machine import Reading, Sent
from analyzer.flow.models import Models, load_models
from analyzer.flow.values import Trace
from analyzer.platform.callbacks import Callbacks
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.program.text_uses import TextUse, TextWalk, load_text_uses

# What is looked at first when the budget does not suffice for everything.
_FIRST: tuple[Category, ...] = (
    "clipboard", "messages", "contacts", "location", "phone-ids", "call-log", "advertising-id", "accounts", "notifications",
    "accessibility", "calendar", "microphone", "installed-apps",
)  # fmt: skip
_HIDES = "Data that goes further than was followed."
_MOST_METHODS = 200
_ADDRESSED = frozenset({"network", "webview"})
_HOST = re.compile(r"(?:[a-z0-9_-]+\.)+[a-z0-9-]+")


class FlowKnowledge:
    """The tables that the engine goes by."""

    def __init__(self, models: Models, conventions: Conventions, text_uses: Mapping[str, tuple[TextUse, ...]]) -> None:
        self.models = models
        self.conventions = conventions
        self.text_uses = text_uses


def load_flow_knowledge(rules: Path, callbacks: Callbacks) -> FlowKnowledge:
    """Read the tables of ``rules/flow``. Raises ``RuleError``."""
    folder = rules / "flow"
    return FlowKnowledge(load_models(folder), load_conventions(folder, callbacks.hops), load_text_uses(rules / "knowledge"))


def flow_facts(
    graph: ProgramGraph, seen: Sequence[Fact], knowledge: FlowKnowledge, mode: FlowMode, *, implicit: bool = False
) -> Iterator[Fact]:
    """The flows of the package; *seen* are the calls and triggers found before. What the budget left out is a gap."""
    budget = engine.FULL if mode == "full" else engine.FAST
    targets = _Targets(graph, knowledge.models).of(seen)
    found = engine.run(graph, knowledge.models, knowledge.conventions, budget, targets, implicit=implicit)
    writer = _Writer(graph, found, seen, TextWalk(graph, knowledge.text_uses))
    yield from writer.facts()
    if found.cut:
        why = f"Data was followed for {found.steps} instructions, then the budget was used up."
        yield Gap("budget", why, could_hide=_HIDES, would_lift="A scan with --flow full.")
    if found.left_out:
        why = f"Methods of the app that had been run hundreds of times were not run once more, {found.left_out} times."
        yield Gap("budget", why, count=found.left_out, could_hide=_HIDES)
    if found.into_native:
        places = sorted(writer.place(*place) for place in found.into_native)
        why = f"At {len(places)} places personal data is given to native code, into which it is not followed."
        yield Gap(
            "native", why, count=len(places), could_hide=_HIDES, would_lift="Analysis of the native libraries.", at=places[0]
        )
    for node, error in found.faults.items():
        yield Gap(
            "bad-code", f"Data could not be followed through a method: {error}", could_hide=_HIDES, at=writer.place(node, -1)
        )


class _Targets:
    """What the engine is to run, from the triggers of readings and the callbacks that carry data."""

    def __init__(self, graph: ProgramGraph, models: Models) -> None:
        self._graph = graph
        self._linked = graph.linked
        self._models = models

    def of(self, seen: Iterable[Fact]) -> Targets:
        ranks: dict[int, int | None] = {}
        relevant: set[int] = set()
        components: dict[str, int] = {}
        methods: dict[int, int] = {}
        for fact in seen:
            if not isinstance(fact, Reach) or fact.kind == "unreachable" or fact.at is None:
                continue
            node = self._node(fact.at.method)
            if node is None:
                continue
            if node not in ranks:
                ranks[node] = self._rank_of(node)
            rank = ranks[node]
            if rank is None:
                continue
            if fact.at.method and self._graph.app.ownership.is_wrapper(fact.at.method.partition("->")[0]):
                rank += len(_FIRST) + 1  # a toolkit's own reading, for its own purposes as a rule
            entry = self._node(fact.entry_point) if fact.entry_point else node
            relevant.update(filter(None, (node, entry, *(self._node(step.place.method) for step in fact.path))))
            if entry is not None:
                self._start(entry, rank, components, methods)
        for node, rank in self._parameter_methods():
            relevant.add(node)
            self._start(node, rank, components, methods)
        by_rank = sorted(methods, key=lambda node: (methods[node], node))
        return Targets(
            frozenset(relevant), tuple(sorted(components, key=lambda c: (components[c], c))), tuple(by_rank[:_MOST_METHODS])
        )

    def _start(self, node: int, rank: int, components: dict[str, int], methods: dict[int, int]) -> None:
        """The component that *node* belongs to, else the method by itself."""
        owners = self._graph.entries.component_of(node)
        for type_id in owners:
            cls = self._linked.types.names[type_id]
            components[cls] = min(rank, components.get(cls, rank))
        if not owners:
            methods[node] = min(rank, methods.get(node, rank))

    def _node(self, descriptor: str | None) -> int | None:
        return None if descriptor is None else self._linked.node_of(descriptor)

    def _rank_of(self, node: int) -> int | None:
        """How soon to look at a method with calls that read data; None: it has none."""
        linked = self._linked
        ranks = []
        for site in linked.calls_in(node):
            key = int(linked.sites.key[site])
            name = linked.member_name(key)
            if name not in self._models.source_names:
                continue
            dex = linked.dex_files[int(linked.sites.dex[site])]
            member = dex.pools.method_member(int(dex.units[dex.instructions.position[linked.sites.row[site]] + 1]))
            classes = self._graph.app.hierarchy.ancestors(linked.types.names[key >> 32])
            sources = self._models.sources(classes, name, member[len(name) :])
            ranks += [_rank(source.category) for source in sources if source.kind == "call"]
        return min(ranks, default=None)

    def _parameter_methods(self) -> Iterator[tuple[int, int]]:
        """Callbacks whose parameters carry data, of live classes."""
        linked, graph = self._linked, self._graph
        nodes = linked.nodes
        named = linked.members_named(self._models.parameter_names)[nodes.key & 0xFFFFFFFF]
        for node in np.flatnonzero(named & graph.live.methods & (nodes.item >= 0) & ~nodes.direct).tolist():
            name, member = linked.name(node), linked.member(node)
            classes = graph.app.hierarchy.ancestors(linked.holder(node))
            sources = [s for s in self._models.parameters(classes, name, member[len(name) :]) if s.kind == "parameter"]
            if sources:
                yield node, min(_rank(source.category) for source in sources)


def _rank(category: Category) -> int:
    return _FIRST.index(category) if category in _FIRST else len(_FIRST)


class _Writer:
    """Puts what the engine found into facts."""

    def __init__(self, graph: ProgramGraph, found: Found, seen: Iterable[Fact], walk: TextWalk) -> None:
        self._graph = graph
        self._found = found
        self._walk = walk
        self._guards = {fact.at: fact.guard for fact in seen if isinstance(fact, ClipboardAccess)}

    def facts(self) -> Iterator[Flow]:
        for sent in self._found.sent:
            yield self._fact(sent)

    def _fact(self, sent: Sent) -> Flow:
        reading = self._found.readings[sent.reading]
        owner = self._graph.app.ownership.owner
        at = self.place(reading.node, reading.at)
        holder = self._graph.linked.holder
        return Flow(
            source=reading.category,
            sink=cast(Destination, sent.into.destination),
            source_api=reading.api,
            sink_api=sent.into.api,
            host=_host(sent.into.host) if sent.into.destination in _ADDRESSED else None,
            owner=owner(holder(reading.node)),
            sink_owner=owner(holder(sent.into.node)),
            guard=self._guard(reading, at),
            label=cast(tuple[Label, ...], sent.labels),
            path=tuple(self._steps(sent.trace)),
            sink_at=self.place(sent.into.node, sent.into.at),
            at=at,
        )

    def _guard(self, reading: Reading, at: Place) -> tuple[str, ...]:
        """The texts and patterns that what was read is tested against."""
        if at not in self._guards:
            uses = self._walk.follow(reading.node, reading.at) if reading.at >= 0 else None
            self._guards[at] = tuple(sorted(uses.guards)) if uses is not None else ()
        return self._guards[at]

    def place(self, node: int, at: int) -> Place:
        """Where instruction *at* of *node* is; below zero: what a parameter holds is there from the start."""
        linked = self._graph.linked
        dex = linked.dex_files[int(linked.nodes.dex[node])]
        objects = self._graph.bodies.objects(node) if at >= 0 else None
        return Place(dex.name, linked.descriptor(node), 0 if objects is None else objects.code.offset(at))

    def _steps(self, trace: Trace) -> Iterator[Step]:
        """The calls between the two ends, in the order in which the data passes them."""
        chain: list[Trace] = []
        current: Trace | None = trace
        while current is not None:
            chain.append(current)
            current = current.before
        chain.reverse()
        before: Step | None = None
        for each in chain[1:]:
            step = Step(self.place(each.node, each.at), each.api)
            if each.api and step != before:
                before = step
                yield step


def _host(address: str | None) -> str | None:
    """The host of an address; None when it is none."""
    if not address:
        return None
    rest = address.partition("://")[2] if "://" in address else address if "/" not in address else ""
    host = rest.partition("/")[0].partition("?")[0].rpartition("@")[2].partition(":")[0].lower()
    return host if _HOST.fullmatch(host) else None
