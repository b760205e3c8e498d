"""The lambdas of a package that the runtime makes at ``invoke-custom`` call sites, under the package's numbering."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from msgspec import Struct

from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.callsites import lambdas
from analyzer.formats.dex.columns import Ints
from analyzer.program.graph.linking import Linked


class MadeLambda(Struct, frozen=True):
    """Node and instruction that make it, the node that holds its body, and the interface's method that runs it."""

    maker: int
    at: int
    body: int
    interface: str
    member: str


class Lambdas:
    """All lambdas made at call sites."""

    def __init__(self, linked: Linked) -> None:
        self._linked = linked

    @cached_property
    def _all(self) -> list[MadeLambda]:
        return list(self._find())

    @cached_property
    def by_body(self) -> dict[int, list[MadeLambda]]:
        """The lambdas by the node of their body."""
        found: dict[int, list[MadeLambda]] = {}
        for each in self._all:
            found.setdefault(each.body, []).append(each)
        return found

    def by_maker(self) -> tuple[Ints, Ints]:
        """The bodies in order of the node that makes them, and where those of each node begin."""
        pairs = np.array(sorted((each.maker, each.body) for each in self._all), dtype=np.int64).reshape(-1, 2)
        return pairs[:, 1], np.searchsorted(pairs[:, 0], np.arange(len(self._linked.nodes.key) + 1))

    def _find(self) -> Iterator[MadeLambda]:
        linked = self._linked
        for number, dex in enumerate(linked.dex_files):
            rows = np.flatnonzero((dex.opcode == op.INVOKE_CUSTOM) | (dex.opcode == op.INVOKE_CUSTOM_RANGE))
            made = lambdas(dex) if len(rows) else {}
            for row in rows.tolist():
                lambda_ = made.get(int(dex.units[dex.instructions.position[row] + 1]))
                if lambda_ is None or lambda_.body >= len(linked.ref_keys[number]):
                    continue
                body = int(linked.resolve(linked.ref_keys[number][lambda_.body : lambda_.body + 1])[0])
                for maker in linked.nodes_at(number, row) if body >= 0 else ():
                    at = row - int(dex.instructions.first[linked.nodes.item[maker]])
                    yield MadeLambda(maker, at, body, lambda_.interface, lambda_.member)
