"""Where a DEX file calls methods that a table names, by the class that the code names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

import numpy as np

from analyzer.program.graph.program_graph import ProgramGraph

T = TypeVar("T")
_MOST_SITES = 4000


def named_calls(graph: ProgramGraph, number: int, wanted: Mapping[str, Mapping[str, T]]) -> Iterator[tuple[int, int, T]]:
    """Node, instruction and what *wanted* says of each call in DEX file *number*.

    *wanted* maps classes to their methods: a name for every overload, or name and prototype for one.
    """
    dex = graph.linked.dex_files[number]
    rows: dict[int, T] = {}
    for holder, members in wanted.items():
        type_row = dex.pools.type_row(holder)
        for row in [] if type_row is None else np.flatnonzero(dex.pools.methods["holder"] == type_row).tolist():
            member = dex.pools.method_member(row)
            found = members.get(member) or members.get(member.partition("(")[0])
            if found is not None:
                rows[row] = found
    if not rows:
        return
    mask = np.zeros(len(dex.pools.methods) + 1, dtype=bool)
    mask[list(rows)] = True
    for hit in np.flatnonzero(mask[dex.invokes.target])[:_MOST_SITES].tolist():
        row = int(dex.invokes.row[hit])
        at = row - int(dex.instructions.first[dex.instructions.item[row]])
        for node in graph.linked.nodes_at(number, row):
            yield node, at, rows[int(dex.invokes.target[hit])]
