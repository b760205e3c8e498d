"""What starts the paths that end in a method: a search up the call graph, nearest entry points first.

The search state is a node with three marks: whether something on the way runs later (a timer), whether a component was started
on the way (at most once), whether a link is assumed. Certain links are followed to their end before assumed ones, so a trigger is
*assumed* only when no certain path exists; of each kind that no certain path has, the nearest assumed one is told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from analyzer.facts import TriggerKind
from analyzer.program.graph.calls import CallGraph, Handed
from analyzer.program.graph.entrypoints import Callback, EntryPoint, EntryPoints
from analyzer.program.graph.merged import Ids
from analyzer.program.graph.starts import ComponentStarts
from analyzer.program.graph.tracking import Link

MOST_TRIGGERS = 32
_MOST_STATES = 250
_MOST_ASSUMED = 60


class State(Struct, frozen=True):
    """A node of the search: timer and component say what lies between it and the call.

    ``ids``: the numbers of the objects that run it, where the class is one that a minifier merged.
    """

    node: int
    timer: bool = False
    component: bool = False
    assumed: bool = False
    ids: Ids | None = None


class Trigger(Struct, frozen=True):
    """An entry point's node with the links from it down to the method that was asked about."""

    kind: TriggerKind
    node: int
    links: tuple[Link, ...]
    exported: bool
    permission: str | None
    assumed: bool


class Triggers(Struct, frozen=True):
    """All triggers of one method. ``cut``: there may be more than were looked for. ``tops``: nodes where every path ended."""

    found: tuple[Trigger, ...]
    cut: bool
    tops: tuple[int, ...]


class TriggerSearch:
    """Finds the triggers of methods."""

    def __init__(self, graph: CallGraph, entries: EntryPoints, starts: ComponentStarts) -> None:
        self._graph = graph
        self._entries = entries
        self._starts = starts
        self._entry_points: dict[int, tuple[EntryPoint, ...]] = {}
        self._edges: dict[tuple[int, Ids | None], tuple[tuple[Link, ...], tuple[EntryPoint, ...]]] = {}

    def of(self, node: int, ids: Ids | None = None) -> Triggers:
        """The triggers of *node*, run by objects of the numbers *ids* if its class is a merged one."""
        return _Search(self, State(node, ids=ids)).run()

    def entries_of(self, node: int) -> tuple[EntryPoint, ...]:
        """The entry points that *node* itself is and whose conditions hold."""
        known = self._entry_points.get(node)
        if known is None:
            known = tuple(entry for entry in self._entries.of(node) if self._holds(entry))
            self._entry_points[node] = known
        return known

    def ids_at(self, link: Link) -> Ids | None:
        """The numbers with which the caller of *link* runs the call, where its class is a merged one."""
        return self._graph.ids_at(link.sites[0]) if link.sites else None

    def edges_of(self, node: int, ids: Ids | None = None) -> tuple[tuple[Link, ...], tuple[EntryPoint, ...]]:
        """The links up from *node*, and the callbacks that it is."""
        known = self._edges.get((node, ids))
        if known is None:
            started = self.entries_of(node) and not self._graph.linked.nodes.direct[node]
            callers = self._graph.named_callers(node) if started else self._graph.callers(node, ids)
            links = list(callers.links)
            callbacks: list[EntryPoint] = []
            for handed in callers.handed:
                callback = Callback(handed.kind) if handed.kind else self._callback(node, handed)
                if callback is None:
                    continue
                if callback.kind == "inherit":
                    links.append(handed.link)
                else:
                    exported, permission = self._starts.exported(callback.kind, handed.link)
                    callbacks.append(EntryPoint(callback.kind, exported, permission, (handed.link.caller,)))  # type: ignore[arg-type]
            links += self._starts.of(node)
            known = self._edges[(node, ids)] = (tuple(dict.fromkeys(links)), tuple(dict.fromkeys(callbacks)))
        return known

    def _callback(self, node: int, handed: Handed) -> Callback | None:
        if handed.by is not None:
            return self._entries.lambda_handed(handed.by, handed.declared)
        return self._entries.handed(node, handed.declared)

    def is_weak(self, node: int) -> bool:
        """Whether *node* is a method of java.lang.Object, which the platform may call at any time."""
        return not self.entries_of(node) and self._graph.callers(node).weak

    def _holds(self, entry: EntryPoint) -> bool:
        return not entry.needs or any(self.alive(node) for node in entry.needs)

    def alive(self, node: int) -> bool:
        """Whether *node* may run at all."""
        return bool(self._graph.live.methods[node])


class _Search:
    """One search: breadth first over certain links, then over assumed ones."""

    def __init__(self, owner: TriggerSearch, start: State) -> None:
        self._owner = owner
        self._start = start
        self._came: dict[State, tuple[State, Link] | None] = {self._start: None}
        self._now: deque[State] = deque([self._start])
        self._later: deque[State] = deque()
        self._found: dict[tuple[TriggerKind, int], Trigger] = {}
        self._tops: list[int] = []
        self._weak: list[State] = []

    def run(self) -> Triggers:
        cut = self._exhaust(self._now, _MOST_STATES)
        for _ in range(_MOST_ASSUMED):
            if cut or not (self._now or self._later):
                break
            self._visit(self._now.popleft() if self._now else self._later.popleft())
            cut = len(self._found) >= MOST_TRIGGERS
        cut = cut or bool(self._now or self._later)
        if not self._found:
            for state in self._weak:
                self._record(replace(state, assumed=True), EntryPoint("unknown"))
        return Triggers(tuple(self._found.values()), cut, tuple(dict.fromkeys(self._tops)))

    def _exhaust(self, queue: deque[State], most: int) -> bool:
        """Visit all of *queue*; True when there was more than is told."""
        for _ in range(most):
            if not queue:
                return False
            if len(self._found) >= MOST_TRIGGERS:
                return True
            self._visit(queue.popleft())
        return bool(queue)

    def _visit(self, state: State) -> None:
        owner = self._owner
        links, callbacks = owner.edges_of(state.node, state.ids)
        entries = [*owner.entries_of(state.node), *(c for c in callbacks if any(owner.alive(n) for n in c.needs))]
        for entry in entries:
            self._record(state, entry)
        if not links and not entries:
            self._tops.append(state.node)
        if owner.is_weak(state.node):
            self._weak.append(state)
        for link in links:
            if link.component and state.component:
                continue
            onward = State(
                link.caller,
                state.timer or link.timer,
                state.component or link.component,
                state.assumed or link.assumed,
                owner.ids_at(link),
            )
            if onward not in self._came and not (onward.assumed and replace(onward, assumed=False) in self._came):
                self._came[onward] = (state, link)
                (self._later if onward.assumed else self._now).append(onward)

    def _record(self, state: State, entry: EntryPoint) -> None:
        kinds: list[TriggerKind] = [entry.kind]
        if state.timer and entry.kind != "timer":
            kinds.append("timer")
        for kind in kinds:
            if state.assumed and any(found == kind for found, _ in self._found):
                continue  # an assumption is told when it adds a kind, and then once: the rest would be guesses upon guesses
            key = (kind, state.node)
            known = self._found.get(key)
            if known is None:
                links = tuple(self._links_down(state))
                self._found[key] = Trigger(kind, state.node, links, entry.exported, entry.permission, state.assumed)
            elif entry.exported and (not known.exported or entry.permission is None):
                self._found[key] = replace(known, exported=True, permission=entry.permission)

    def _links_down(self, state: State) -> Iterator[Link]:
        while True:
            step = self._came.get(state) or self._came.get(replace(state, assumed=False))
            if step is None:
                return
            state, link = step
            yield link
