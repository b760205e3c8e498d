"""Which methods can run at all, roughly: a quick over-approximation that spares the exact search everything dead.

Rapid type analysis (Bacon and Sweeney, OOPSLA 1996) over columns: a virtual method may run when some live call has its name and
prototype - or the platform may call it - and an object of its class, or of one below, is made in live code. Whole frontiers
advance at once; most of a package is library code that nothing starts.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.columns import Ints, among, distinct, ranges
from analyzer.program.graph.lambdas import Lambdas
from analyzer.program.graph.linking import Linked

_TYPE_USES = op.opcode_mask(frozenset({op.NEW_INSTANCE, op.CONST_CLASS}))
_STATIC_USES = op.opcode_mask(frozenset(range(0x60, 0x6E)))
_DISPATCHED = op.opcode_mask(op.INVOKE_DISPATCHED)
_MOST_ROUNDS = 2_000


class Liveness:
    """``methods``: for each node whether it may run; ``made``: for each type whether objects of it may exist.

    ``loaded``: types of packed code that are loaded by their names: any method of them may be run by its name, too.
    """

    def __init__(
        self,
        linked: Linked,
        lambdas: Lambdas,
        roots: Iterable[int],
        platform_names: frozenset[str],
        loaded: frozenset[int] = frozenset(),
    ) -> None:
        self._linked = linked
        self.loaded = loaded
        self._lambdas = lambdas
        nodes = linked.nodes
        self.methods: NDArray[np.bool_] = np.zeros(len(nodes.key), dtype=bool)
        self.made: NDArray[np.bool_] = np.zeros(len(linked.types.names), dtype=bool)
        self._holders: Ints = nodes.key >> 32
        self._members: Ints = nodes.key & 0xFFFFFFFF
        self._called = linked.members_named(platform_names)
        self._virtual = ~nodes.direct
        self._is_initialiser = linked.named("<clinit>")
        self._class_live = linked.types.interfaces()
        self._touched = np.zeros(len(linked.types.names), dtype=bool)
        self._run({*roots, *loaded})

    def _run(self, roots: Iterable[int]) -> None:
        linked = self._linked
        types, first_type = linked.uses_by_node(_TYPE_USES, fields=False)
        statics, first_static = linked.uses_by_node(_STATIC_USES, fields=True)
        order, first = linked.sites_by_caller
        bodies, first_body = self._lambdas.by_maker()
        keys, targets, opcodes = linked.sites.key, linked.sites.target, linked.sites.opcode
        self._make(np.array(sorted(set(roots)), dtype=np.int64))
        frontier = self._constructors_of_roots()
        if self.loaded:
            by_name = among(self._holders, self.loaded) & (linked.nodes.item >= 0)
            frontier = np.concatenate([frontier, np.flatnonzero(by_name)])
        for _ in range(_MOST_ROUNDS):
            frontier = distinct(np.concatenate([frontier, self._newly_dispatched()]))
            frontier = frontier[~self.methods[frontier]]
            if not len(frontier):
                return
            self.methods[frontier] = True
            sites = order[ranges(first, frontier)]
            virtual = _DISPATCHED[opcodes[sites]]
            self._called[keys[sites[virtual]] & 0xFFFFFFFF] = True
            direct = targets[sites[~virtual]]
            made = types[ranges(first_type, frontier)]
            self._make(made)
            self._touched[statics[ranges(first_static, frontier)]] = True
            self._touched[self._holders[frontier]] = True
            self._touched[made] = True
            initialisers = np.flatnonzero(self._is_initialiser & self._touched[self._holders] & ~self.methods)
            frontier = np.concatenate([direct[direct >= 0], initialisers, bodies[ranges(first_body, frontier)]])

    def _constructors_of_roots(self) -> Ints:
        """The platform makes the roots itself: their constructors run."""
        return np.flatnonzero(self._linked.nodes.direct & self.made[self._holders] & self._linked.named("<init>"))

    def _make(self, types: Ints) -> None:
        """Objects of *types* exist: they and the classes above them are live."""
        new = distinct(types[~self.made[types]])
        self.made[new] = True
        while len(new):
            self._class_live[new] = True
            parents = self._linked.types.superclass[new]
            parents = parents[parents >= 0]
            new = distinct(parents[~self._class_live[parents]])

    def _newly_dispatched(self) -> Ints:
        return np.flatnonzero(self._virtual & ~self.methods & self._class_live[self._holders] & self._called[self._members])
