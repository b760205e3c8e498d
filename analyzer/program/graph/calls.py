"""The call graph, backwards and on demand: who calls a method, directly, through an interface, or by way of the platform.

Only what lies behind a method that somebody asks about is ever worked out. A direct reference is a link as it stands. Where a
method overrides another, the objects of its class are followed (``tracking``), and a call through the base counts when
one of them is its receiver. Where the objects are lost, the calls through the base count as *assumed*.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from analyzer.program.graph.constants_sites import ConstantSites
from analyzer.program.graph.lambdas import Lambdas, MadeLambda
from analyzer.program.graph.linking import Linked
from analyzer.program.graph.members import Members
from analyzer.program.graph.merged import Ids, MergedClasses
from analyzer.program.graph.objects import Origin
from analyzer.program.graph.tracking import Link, Links, Tracker, seeds_of_instances

_MOST_ASSUMED = 40
_MOST_MAKERS = 60
_LOAD = ("loadClass", "forName")


class Handed(Struct, frozen=True):
    """An object was handed to the platform under ``declared``; the platform may call the asked method of it.

    ``kind``: what that is, when the API that took it says so. ``by``: the lambda, when it is one.
    """

    link: Link
    declared: str
    kind: str | None = None
    by: MadeLambda | None = None


class Callers(Struct, frozen=True):
    """Who runs a method: ``links`` from callers, ``handed`` to the platform, ``made_in`` nodes that make objects of its class.

    ``lost``: objects of the class could not all be followed. ``weak``: a method of java.lang.Object, which anything may call:
    only calls that name the class itself are links.
    """

    links: tuple[Link, ...]
    handed: tuple[Handed, ...] = ()
    made_in: tuple[int, ...] = ()
    lost: bool = False
    weak: bool = False


class CallGraph:
    """Callers of the package's methods. Answers are kept."""

    def __init__(self, linked: Linked, members: Members, lambdas: Lambdas, tracker: Tracker, merged: MergedClasses) -> None:
        self.linked = linked
        self.live = tracker.live
        self.bodies = tracker.bodies
        self._lambdas = lambdas
        self._merged = merged
        self._constants = ConstantSites(linked, tracker.live)
        self._callback_names = tracker.references.callback_names
        self._tracker = tracker
        self._objects: dict[tuple[int, frozenset[str], Ids | None], Links] = {}
        self._members = members
        self._named: dict[int, Links] = {}
        self._callers: dict[tuple[int, Ids | None], Callers] = {}

    def named_callers(self, node: int) -> Callers:
        """Who names *node* in a call; whose objects may run it by way of a base is left open: for what the platform starts."""
        return Callers(tuple(Link(caller, (site,)) for site, caller in self._live(self.linked.calls_to(node))))

    def callers(self, node: int, ids: Ids | None = None) -> Callers:
        """Who runs *node*; of a class that a minifier merged, by objects of the numbers *ids* only (``merged``)."""
        key = (node, ids)
        known = self._callers.get(key)
        if known is None:
            known = self._find(node, ids)
            for made in self._lambdas.by_body.get(node, ()):
                known = self._with_lambda(known, made)
            if int(self.linked.nodes.key[node]) >> 32 in self.live.loaded:
                known = replace(known, links=(*known.links, *self._loaders(node)))
            self._callers[key] = known
        return known

    def ids_at(self, site: int) -> Ids | None:
        """The numbers of the objects of a merged class whose code makes this call; None: it is not one, or all."""
        return self._merged.ids_at(int(self.linked.sites.caller[site]), self.bodies.instruction(site))

    def _loaders(self, node: int) -> Iterator[Link]:
        """Code that loads the class of *node* by its name, and may then run any of its methods."""
        name = self.linked.holder(node)[1:-1].replace("/", ".")
        for caller, _ in self._constants.of_strings((name,)):
            sites = [s for s in self.linked.calls_in(caller) if self.linked.member_name(int(self.linked.sites.key[s])) in _LOAD]
            yield Link(caller, tuple(sites[:1]), assumed=True)

    def _with_lambda(self, known: Callers, made: MadeLambda) -> Callers:
        """*known* and those who run the lambda *made*, whose body this is."""
        if not self.live.methods[made.maker]:
            return known
        roots = self._members.declaring(made.interface, made.member)
        seeds = [(made.maker, Origin("call", made.at))]
        objects = self._tracker.follow(seeds, lambda cls: self._members.below(cls, roots))
        name = made.member.partition("(")[0]
        links = [*known.links, *objects.run.get(name, ())]
        for member, called in objects.called.items():
            if self.linked.member_name(member) == name:
                links += called
        handed = [Handed(link, link.handed_to, None, made) for link in objects.handed if link.handed_to is not None]
        handed += (Handed(link, "", kind) for kind, link in objects.called_back.get(name, ()))
        return Callers(
            tuple(dict.fromkeys(links)), (*known.handed, *handed), (*known.made_in, made.maker), known.lost or objects.lost
        )

    def objects_of(self, type_id: int, member: str, ids: Ids | None = None) -> Links:
        """Where the objects of exactly this class go, as far as *member* can be called on them there."""
        roots = self._members.declaring(self.linked.types.names[type_id], member)
        known = self._objects.get((type_id, roots, ids))
        if known is None:
            seeds = [*seeds_of_instances(self.linked, self.live, type_id)][:_MOST_MAKERS]
            if ids is not None:
                seeds = [seed for seed in seeds if self._merged.id_of(type_id, seed[0], seed[1].value) in ids]
            known = self._tracker.follow(
                seeds, lambda cls: self._members.below(cls, roots), receivers=self._own_receivers(type_id)
            )
            self._objects[(type_id, roots, ids)] = known
        return known

    def uses_of_class(self, type_id: int, also: tuple[str, ...] = ()) -> Links:
        """Where a class constant, the class's name or one of the strings *also* goes: intents, workers, reflection."""
        known = self._named.get(type_id)
        if known is None:
            name = self.linked.types.names[type_id]
            seeds = [*self._constants.of_class(name), *self._constants.of_strings((name[1:-1].replace("/", "."), *also))]
            known = self._named[type_id] = self._tracker.follow(seeds[:_MOST_MAKERS], lambda cls: cls == "Ljava/lang/Class;")
        return known

    def _own_receivers(self, type_id: int) -> list[tuple[int, Origin]]:
        """``this`` of every method, own or inherited within the package, that hands it on."""
        linked = self.linked
        found = []
        current = type_id
        for _ in range(64):
            for node in linked.methods_of(current):
                static = int(linked.nodes.flags[node]) & 0x8
                if self.live.methods[node] and not static and linked.hands_on_this(node):
                    found.append((node, Origin("param", 0)))
            current = int(linked.types.superclass[current])
            if current < 0 or not linked.types.is_defined(current):
                break
        return found

    def _find(self, node: int, ids: Ids | None) -> Callers:
        linked = self.linked
        links = [Link(caller, (site,)) for site, caller in self._live(linked.calls_to(node))]
        if ids is not None:
            links = [link for link in links if self._may_be(node, link, ids)]
        if linked.name(node) == "<clinit>":
            return Callers(tuple(self._initialisers(node)))
        if linked.nodes.direct[node]:
            return Callers(tuple(links))
        links += self._inherited_default(node)
        return self._dispatched(node, links, ids)

    def _may_be(self, node: int, link: Link, ids: Ids) -> bool:
        """Whether a direct call of *node* of a merged class can be on an object with one of the numbers *ids*."""
        site = link.sites[-1]
        objects = self.bodies.objects(link.caller)
        receivers = objects.at(self.bodies.instruction(site), 0) if objects else frozenset()
        if len(receivers) != 1:
            return True
        receiver = next(iter(receivers))
        type_id = int(self.linked.nodes.key[node]) >> 32
        if receiver.kind == "new":
            number = self._merged.id_of(type_id, link.caller, receiver.value)
            return number is None or number in ids
        if receiver == Origin("param", 0) and int(self.linked.nodes.key[link.caller]) >> 32 == type_id:
            own = self.ids_at(site)
            return own is None or not own.isdisjoint(ids)
        return True

    def _inherited_default(self, node: int) -> Iterator[Link]:
        """Calls of an interface's default method through a class that inherits it."""
        linked = self.linked
        key = int(linked.nodes.key[node])
        if not linked.types.is_interface(key >> 32):
            return
        below = np.array([child << 32 | key & 0xFFFFFFFF for child in linked.types.subtypes(key >> 32)], dtype=np.int64)
        inherit = below[linked.find(below) < 0].tolist()
        for site, caller in self._live(linked.calls_of(inherit)):
            yield Link(caller, (site,))

    def _live(self, sites: list[int]) -> Iterator[tuple[int, int]]:
        """The sites in live code, with their callers."""
        callers = self.linked.sites.caller[sites] if sites else np.zeros(0, dtype=np.int64)
        for site, caller, live in zip(sites, callers.tolist(), self.live.methods[callers].tolist(), strict=True):
            if live:
                yield site, caller

    def _dispatched(self, node: int, links: list[Link], ids: Ids | None) -> Callers:
        """Callers through classes and interfaces above, and the platform."""
        linked = self.linked
        key = int(linked.nodes.key[node])
        if not linked.overrides(key):
            return Callers(tuple(links))
        above = [*self._live(linked.calls_above(node))]
        member = linked.member(node)
        if self._members.of_object(member):
            return Callers(tuple(links), weak=True)
        if self._is_sole_target(node) and not self._may_be_called_back(node, member):
            links += (Link(caller, (site,)) for site, caller in above)
            return Callers(tuple(links))
        handed: list[Handed] = []
        made: list[int] = []
        lost = False
        for type_id in linked.inheritors(node):
            if not self.live.made[type_id]:
                continue
            objects = self.objects_of(type_id, member, ids)
            links += objects.called.get(key & 0xFFFFFFFF, ())
            links += objects.run.get(linked.name(node), ())
            links += self._self_calls(type_id, above)
            handed += (Handed(link, link.handed_to) for link in objects.handed if link.handed_to is not None)
            handed += (Handed(link, "", kind) for kind, link in objects.called_back.get(linked.name(node), ()))
            made += objects.made_in
            lost = lost or objects.lost
        links = list(dict.fromkeys(links))
        if lost and len(above) <= _MOST_ASSUMED and not (links or handed):
            links += (Link(caller, (site,), assumed=True) for site, caller in above)
        return Callers(tuple(links), tuple(handed), tuple(dict.fromkeys(made)), lost)

    def _may_be_called_back(self, node: int, member: str) -> bool:
        """Whether code that is not in the package may call *node*: the platform, or a library by way of a hop."""
        linked = self.linked
        return linked.name(node) in self._callback_names or self._members.in_platform_above(linked.holder(node), member)

    def _is_sole_target(self, node: int) -> bool:
        """Whether calls through classes above can only mean this one method."""
        return next(self.linked.rivals(node, self.live.methods), None) is None

    def _self_calls(self, type_id: int, above: list[tuple[int, int]]) -> Iterator[Link]:
        """Calls through classes above that a method of the class, own or inherited, makes on ``this``."""
        linked = self.linked
        family = linked.types.above_set(type_id) | {type_id}
        for site, caller in above:
            if int(linked.nodes.key[caller]) >> 32 not in family or int(linked.nodes.flags[caller]) & 0x8:
                continue
            objects = self.bodies.objects(caller)
            if objects is None or Origin("param", 0) in objects.at(self.bodies.instruction(site), 0):
                yield Link(caller, (site,))

    def _initialisers(self, node: int) -> Iterator[Link]:
        """Where a class is first used: made, called statically, a static field touched (JVMS 5.5)."""
        linked = self.linked
        type_id = int(linked.nodes.key[node]) >> 32
        seen = {node}
        for maker, at in (place for each in (type_id, *linked.types.subtypes(type_id)) for place in linked.made(each)):
            site = self._site_of_constructor(maker, at) if self.live.methods[maker] else None
            if site is not None and maker not in seen:
                seen.add(maker)
                yield Link(maker, (site,))
        yield from self._static_uses(type_id, seen)

    def _static_uses(self, type_id: int, seen: set[int]) -> Iterator[Link]:
        """Static calls and static fields of a class, once for each node that is not in *seen*."""
        linked = self.linked
        for method in linked.methods_of(type_id):
            if linked.nodes.direct[method] and int(linked.nodes.flags[method]) & 0x8:
                for site, caller in self._live(linked.calls_to(method)):
                    if caller not in seen:
                        seen.add(caller)
                        yield Link(caller, (site,))
        for reader in self._constants.static_users(linked.types.names[type_id]):
            if reader not in seen:
                seen.add(reader)
                yield Link(reader, ())

    def _site_of_constructor(self, maker: int, at: int) -> int | None:
        """The constructor call that follows a new-instance, for the path."""
        objects = self.bodies.objects(maker)
        for use in objects.uses(Origin("new", at)) if objects else ():
            if use.kind == "arg" and use.value == 0:
                return self.bodies.site(maker, use.at)
        return None
