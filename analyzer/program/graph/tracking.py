"""Where the objects of one class go: which code calls them, and to whom they are handed to be called later.

An interface call such as ``runnable.run()`` may mean every class that implements it. To say which, the objects
of *one* class are followed forward from where they are made: through registers, fields, parameters, returns and the
methods that ``rules/knowledge/hops.tsv`` describes. What comes out are *links*: the methods in which an object of the class
is called, started, or handed over. A parameter keeps the caller it came from, so that two objects which pass through one
helper method are not mixed up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.pools import Pools
from analyzer.platform.callbacks import Callbacks, Hop
from analyzer.program.graph.effects import Effects
from analyzer.program.graph.fields import FieldLoads
from analyzer.program.graph.linking import Linked
from analyzer.program.graph.liveness import Liveness
from analyzer.program.graph.members import Members
from analyzer.program.graph.objects import MethodObjects, Origin, Use
from analyzer.program.hierarchy import Hierarchy

_MAX_DEPTH = 6
_MAX_STEPS = 200
_MAX_CALLERS = 60
_MAX_TARGETS = 4
_NO_POSITION = -2
RECEIVER = -1


class Link(Struct, frozen=True):
    """One way to a method: ``caller`` node and the call sites that lead from it there, the outermost first.

    ``timer``: it runs later or again and again. ``component``: a component is started on the way. ``assumed``: that it
    is this object is an assumption. ``handed_to``: the declared type under which the object was handed to the platform, None for
    a call. ``site`` of the hand-over is the last of ``sites``.
    """

    caller: int
    sites: tuple[int, ...]
    timer: bool = False
    component: bool = False
    assumed: bool = False
    handed_to: str | None = None


class Links(Struct, frozen=True):
    """Everything found about the objects of one class.

    ``called`` by member number, ``run`` by method name (hops), ``started`` by kind of component, ``handed`` over under a
    declared type, ``called_back`` by method name with the kind of trigger (hops); ``lost``: some object could not be
    followed to its end.
    """

    called: dict[int, list[Link]]
    run: dict[str, list[Link]]
    started: list[tuple[str, Link]]
    handed: list[Link]
    called_back: dict[str, list[tuple[str, Link]]]
    made_in: tuple[int, ...]
    lost: bool


class Reference(Struct, frozen=True):
    """What a method reference means: hops that apply, nodes it may call, declared parameter types by register position."""

    hops: tuple[Hop, ...]
    targets: tuple[int, ...]
    exact: bool
    positions: tuple[tuple[int, str], ...]
    instance: bool


class _Point(Struct, frozen=True):
    """An object at one place of the walk: node, origin there, the outermost caller and the sites down from it."""

    node: int
    origin: Origin
    root: int
    sites: tuple[int, ...]
    carried: bool
    assumed: bool


Seed = tuple[int, Origin]
Accepts = Callable[[str], bool]
"""Whether a variable of a declared type is worth following: what is asked for can be called through it."""


class References:
    """Looks up method references; answers are kept."""

    def __init__(self, linked: Linked, live: Liveness, hierarchy: Hierarchy, members: Members, callbacks: Callbacks) -> None:
        self._linked = linked
        self._members = members
        self._live = live.methods
        self._hierarchy = hierarchy
        self._hops = callbacks.hops
        self._known: dict[tuple[int, bool], Reference] = {}
        self._carriers: dict[str, bool] = {}
        self._hop_types = frozenset(key.partition("->")[0] for key in callbacks.hops) - {"Ljava/lang/Object;"}
        self._names = frozenset(key.partition("->")[2].partition("(")[0] for key in callbacks.hops)
        self.callback_names = callbacks.names

    def of(self, site: int) -> Reference:
        """The reference of one call site."""
        sites = self._linked.sites
        opcode = int(sites.opcode[site])
        key, static = int(sites.key[site]), opcode in op.INVOKE_STATICS
        virtual = opcode in op.INVOKE_DISPATCHED
        known = self._known.get((key, virtual))
        if known is None:
            known = self._known[(key, virtual)] = self._look_up(site, static, virtual)
        return known

    def overrides_platform(self, node: int) -> bool:
        """Whether a class of the platform above the node's class declares its member."""
        return self._members.in_platform_above(self._linked.holder(node), self._linked.member(node))

    def carries(self, declared: str) -> bool:
        """Whether objects of the type can carry others, by the table of hops: threads, messages, intents, arrays."""
        known = self._carriers.get(declared)
        if known is None:
            known = declared.startswith("[") or not self._hop_types.isdisjoint(self._hierarchy.ancestors(declared))
            self._carriers[declared] = known
        return known

    def _look_up(self, site: int, static: bool, virtual: bool) -> Reference:
        linked = self._linked
        sites = linked.sites
        dex = linked.dex_files[int(sites.dex[site])]
        row = int(dex.units[dex.instructions.position[sites.row[site]] + 1])
        key, target = int(sites.key[site]), int(sites.target[site])
        targets = [target] if target >= 0 and linked.nodes.item[target] >= 0 else []
        if virtual:
            targets += [node for node in linked.overriders(key, self._live) if node not in targets]
        targets = [node for node in targets if self._live[node]]
        return Reference(
            self._hops_of(dex.pools, row), tuple(targets), len(targets) == 1, _positions(dex.pools, row, static), not static
        )

    def _hops_of(self, pools: Pools, row: int) -> tuple[Hop, ...]:
        name = pools.string(int(pools.methods[row]["name"]))
        if name not in self._names:
            return ()
        member = pools.method_member(row)
        for cls in self._hierarchy.meanings(pools.method_holder(row), member):
            found = self._hops.get(f"{cls}->{member}") or self._hops.get(f"{cls}->{name}")
            if found:
                return found
        return ()


def _positions(pools: Pools, row: int, static: bool) -> tuple[tuple[int, str], ...]:
    """For each register position the index of the declared parameter (-1: receiver) and its type."""
    places = [] if static else [(RECEIVER, pools.method_holder(row))]
    for index, parameter in enumerate(pools.parameter_types(int(pools.methods[row]["shape"]))):
        places.append((index, parameter))
        if parameter in ("J", "D"):
            places.append((_NO_POSITION, ""))
    return tuple(places)


class Bodies:
    """The objects of single methods, each looked at once, with their call sites by instruction."""

    def __init__(self, linked: Linked) -> None:
        self._linked = linked
        self._objects: dict[int, MethodObjects | None] = {}
        self._effects = Effects()
        self._sites: dict[int, dict[int, int]] = {}

    def objects(self, node: int) -> MethodObjects | None:
        """What *node* does with objects; None when it has no code."""
        if node not in self._objects:
            nodes = self._linked.nodes
            item = int(nodes.item[node])
            dex = self._linked.dex_files[int(nodes.dex[node])]
            self._objects[node] = MethodObjects(dex, item, self._effects) if item >= 0 else None
        return self._objects[node]

    def site(self, node: int, at: int) -> int | None:
        """The call site at instruction *at* of *node*."""
        known = self._sites.get(node)
        if known is None:
            linked = self._linked
            dex = linked.dex_files[int(linked.nodes.dex[node])]
            first = int(dex.instructions.first[linked.nodes.item[node]])
            own = linked.calls_in(node)
            rows = linked.sites.row[own].tolist() if own else []
            known = self._sites[node] = {row - first: site for row, site in zip(rows, own, strict=True)}
        return known.get(at)

    def instruction(self, site: int) -> int:
        """The number of a call site's instruction within its method."""
        sites, nodes = self._linked.sites, self._linked.nodes
        caller = int(sites.caller[site])
        dex = self._linked.dex_files[int(sites.dex[site])]
        return int(sites.row[site]) - int(dex.instructions.first[nodes.item[caller]])


class Tracker:
    """Follows the objects of one class, or a class constant, from their seeds."""

    def __init__(self, linked: Linked, live: Liveness, references: References, bodies: Bodies, loads: FieldLoads) -> None:
        self._linked = linked
        self.live = live
        self.references = references
        self.bodies = bodies
        self._loads = loads

    def follow(self, seeds: Iterable[Seed], accepts: Accepts, *, receivers: Iterable[Seed] = ()) -> Links:
        """Where the objects that *seeds* (node and origin) make go; *receivers* are methods whose ``this`` is one."""
        seeds = list(seeds)
        walk = _Walk(self._linked, self.live.methods, self.references, self.bodies, self._loads, accepts)
        for node, origin in (*seeds, *receivers):
            walk.push(_Point(node, origin, node, (), False, False))
        walk.run()
        made_in = tuple(dict.fromkeys(node for node, _ in seeds))
        return Links(walk.called, walk.ran, walk.started, walk.handed, walk.called_back, made_in, walk.lost)


class _Walk:
    """One walk of a tracker."""

    def __init__(
        self,
        linked: Linked,
        live: NDArray[np.bool_],
        references: References,
        bodies: Bodies,
        loads: FieldLoads,
        accepts: Accepts,
    ) -> None:
        self._linked = linked
        self._live = live
        self._references = references
        self._bodies = bodies
        self._loads = loads
        self._accepts = accepts
        self._todo: deque[_Point] = deque()
        self._seen: set[tuple[int, Origin, int, bool]] = set()
        self.called: dict[int, list[Link]] = {}
        self.ran: dict[str, list[Link]] = {}
        self.started: list[tuple[str, Link]] = []
        self.handed: list[Link] = []
        self.called_back: dict[str, list[tuple[str, Link]]] = {}
        self.lost = False

    def push(self, point: _Point) -> None:
        key = (point.node, point.origin, point.root, point.carried)
        if key not in self._seen:
            self._seen.add(key)
            self._todo.append(point)

    def run(self) -> None:
        for _ in range(_MAX_STEPS):
            if not self._todo:
                return
            point = self._todo.popleft()
            objects = self._bodies.objects(point.node)
            for use in objects.uses(point.origin) if objects else ():
                self._use(point, use)
        self.lost = True

    def _use(self, point: _Point, use: Use) -> None:
        if use.kind == "arg":
            site = self._bodies.site(point.node, use.at)
            if site is not None:
                self._argument(point, use, site)
        elif use.kind == "put":
            self._put(point, use)
        elif use.kind == "cast":
            dex = self._linked.dex_files[int(self._linked.nodes.dex[point.node])]
            declared = dex.pools.type(use.value) if use.value < len(dex.pools.types) else ""
            if self._follows(point, declared):
                self.push(replace(point, origin=Origin("cast", use.at)))
            elif point.carried and self._accepts(declared):  # the object itself, taken out of what carried it
                self.push(replace(point, origin=Origin("cast", use.at), carried=False))
        elif use.kind == "into":
            for holder in use.holders:
                self.push(replace(point, origin=holder, carried=True))
        else:
            self._returned(point)

    def _follows(self, point: _Point, declared: str) -> bool:
        """Whether the object can be followed in a variable of the type *declared*."""
        return self._references.carries(declared) if point.carried else self._accepts(declared)

    def _put(self, point: _Point, use: Use) -> None:
        number = int(self._linked.nodes.dex[point.node])
        pools = self._linked.dex_files[number].pools
        if use.value >= len(pools.fields):
            return
        if not self._follows(point, pools.type(int(pools.fields[use.value]["shape"]))):
            self.lost = True
            return
        for node, origin in self._loads.of(number, use.value):
            self.push(_Point(node, origin, node, (), point.carried, point.assumed))

    def _returned(self, point: _Point) -> None:
        """A value that came down as a parameter goes back to where it came from, another to every caller."""
        if point.sites:
            site = point.sites[-1]
            self._result(replace(point, node=int(self._linked.sites.caller[site]), sites=point.sites[:-1]), site)
            return
        declared = self._linked.return_type(point.node)
        if not point.carried and self._overrides_platform(point.node):  # whatever it says there, the platform knows better
            self.handed.append(Link(point.root, (), assumed=point.assumed, handed_to=declared))
        if not self._follows(point, declared):
            self.lost = True
            return
        sites = self._linked.calls_to(point.node) + self._linked.calls_above(point.node)
        if len(sites) > _MAX_CALLERS:
            self.lost = True
            return
        for site in sites:
            caller = int(self._linked.sites.caller[site])
            if not self._live[caller]:
                continue
            self._result(_Point(caller, point.origin, caller, (), point.carried, point.assumed), site)

    def _overrides_platform(self, node: int) -> bool:
        """Whether the platform calls *node*, so that what it returns goes to the platform."""
        return not self._linked.nodes.direct[node] and self._references.overrides_platform(node)

    def _result(self, point: _Point, site: int) -> None:
        """The object is the result of the call at *site* in the point's node."""
        self.push(replace(point, origin=Origin("call", self._bodies.instruction(site))))

    def _argument(self, point: _Point, use: Use, site: int) -> None:
        reference = self._references.of(site)
        if use.value >= len(reference.positions):
            return
        index, declared = reference.positions[use.value]
        if index == _NO_POSITION:
            return
        hops = [hop for hop in reference.hops if _concerns(hop, index)]
        if hops:
            for hop in hops:
                self._hop(point, use, site, hop)
        elif index == RECEIVER:
            self._received(point, site)
        else:
            self._passed(point, use, site, reference, declared)

    def _received(self, point: _Point, site: int) -> None:
        """A method of the object itself is called."""
        if not point.carried:
            member = int(self._linked.sites.key[site]) & 0xFFFFFFFF
            self.called.setdefault(member, []).append(self._link(point, site))

    def _passed(self, point: _Point, use: Use, site: int, reference: Reference, declared: str) -> None:
        if not self._follows(point, declared):
            self.lost = self.lost or declared == "Ljava/lang/Object;"
            return
        if not reference.targets:
            if not point.carried:
                self.handed.append(replace(self._link(point, site), handed_to=declared))
            return
        if len(point.sites) >= _MAX_DEPTH or len(reference.targets) > _MAX_TARGETS:
            self.lost = True
            return
        for target in reference.targets:
            self.push(
                _Point(
                    target,
                    Origin("param", use.value),
                    point.root,
                    (*point.sites, site),
                    point.carried,
                    point.assumed,
                )
            )

    def _link(self, point: _Point, site: int) -> Link:
        return Link(point.root, (*point.sites, site), assumed=point.assumed)

    def _hop(self, point: _Point, use: Use, site: int, hop: Hop) -> None:
        if hop.effect == "ignore":
            return
        link = replace(self._link(point, site), timer=hop.adds_timer, assumed=point.assumed or hop.assumed)
        if hop.effect == "run":
            for name in hop.runs:
                self.ran.setdefault(name, []).append(link)
        elif hop.effect == "start":
            for kind in hop.runs:
                self.started.append((kind, replace(link, component=True)))
        elif hop.effect == "callback":
            for name in hop.runs:
                self.called_back.setdefault(name, []).append((hop.kind, link))
        elif hop.effect == "register":
            for name in hop.runs or ("*",):
                self.handed.append(replace(link, handed_to=name))
        else:
            self._carried(point, use, site, hop)

    def _carried(self, point: _Point, use: Use, site: int, hop: Hop) -> None:
        """Another object carries it on: the receiver or the result of the call."""
        onward = replace(point, carried=True, assumed=point.assumed or hop.assumed)
        for where in hop.runs:
            if where == "result":
                self._result(onward, site)
                continue
            objects = self._bodies.objects(point.node)
            for origin in objects.at(use.at, 0) if objects else ():
                self.push(replace(onward, origin=origin))
                if origin.kind == "field":  # whoever loads the same field has the same carrier
                    self._loaded(onward, origin.value)
                elif origin.kind in ("param", "call"):
                    self.lost = True

    def _loaded(self, point: _Point, field: int) -> None:
        for node, origin in self._loads.of(int(self._linked.nodes.dex[point.node]), field):
            self.push(_Point(node, origin, node, (), point.carried, point.assumed))


def _concerns(hop: Hop, index: int) -> bool:
    if hop.object == "receiver":
        return index == RECEIVER
    return index >= 0 and hop.object in ("arg*", f"arg{index}")


def seeds_of_instances(linked: Linked, live: Liveness, type_id: int) -> Iterator[Seed]:
    """Where live code makes objects of exactly this class."""
    for node, at in linked.made(type_id):
        if live.methods[node]:
            yield node, Origin("new", at)
