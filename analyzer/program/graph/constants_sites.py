"""Where class constants, strings and static fields of the package's own classes are used in code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from analyzer.formats.dex import opcodes as op
from analyzer.program.graph.linking import Linked
from analyzer.program.graph.liveness import Liveness
from analyzer.program.graph.objects import Origin

_CLASSES = op.opcode_mask(frozenset({op.CONST_CLASS}))
_STATICS = op.opcode_mask(frozenset(range(0x60, 0x6E)))
_MOST = 200


class ConstantSites:
    """Finds the nodes that load a constant; the columns of a file are built when they are first asked for."""

    def __init__(self, linked: Linked, live: Liveness) -> None:
        self._linked = linked
        self._live = live.methods
        self._class_rows: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        self._static_rows: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        self._string_rows: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}

    def of_class(self, descriptor: str) -> Iterator[tuple[int, Origin]]:
        """The nodes that load the class constant *descriptor*, each with its origin there."""
        for number, dex in enumerate(self._linked.dex_files):
            row = dex.pools.type_row(descriptor)
            if row is not None:
                rows, targets = self._column(self._class_rows, number, _CLASSES)
                yield from self._nodes(number, rows, targets, row, Origin("class", row))

    def of_strings(self, texts: Iterable[str]) -> Iterator[tuple[int, Origin]]:
        """The nodes that load one of the strings *texts*, each with its origin there."""
        for text in texts:
            raw = text.encode("utf-8", "replace")
            for number, dex in enumerate(self._linked.dex_files):
                row = dex.pools.find_string(raw)
                if row is not None:
                    if number not in self._string_rows:
                        loaded = dex.strings_loaded
                        order = np.argsort(loaded.target, kind="stable")
                        self._string_rows[number] = loaded.row[order], loaded.target[order]
                    rows, targets = self._string_rows[number]
                    yield from self._nodes(number, rows, targets, row, Origin("string", row))

    def static_users(self, descriptor: str) -> Iterator[int]:
        """The nodes that read or write a static field of the class *descriptor*."""
        for number, dex in enumerate(self._linked.dex_files):
            row = dex.pools.type_row(descriptor)
            if row is None:
                continue
            rows, targets = self._column(self._static_rows, number, _STATICS)
            low, high = np.searchsorted(dex.pools.fields["holder"], [row, row + 1])
            for field in range(int(low), int(high)):
                for node, _ in self._nodes(number, rows, targets, field, Origin("field", field)):
                    yield node

    def _column(
        self, known: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]], number: int, mask: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Instruction rows and the pool rows they name, sorted by the latter."""
        if number not in known:
            dex = self._linked.dex_files[number]
            rows = dex.rows_with(mask)
            targets = dex.units[np.minimum(dex.instructions.position[rows] + 1, len(dex.units) - 1)]
            order = np.argsort(targets, kind="stable")
            known[number] = rows[order], targets[order].astype(np.int64)
        return known[number]

    def _nodes(
        self, number: int, rows: NDArray[np.int64], targets: NDArray[np.int64], wanted: int, origin: Origin
    ) -> Iterator[tuple[int, Origin]]:
        low, high = np.searchsorted(targets, [wanted, wanted + 1])
        for instruction in rows[low : min(high, low + _MOST)].tolist():
            for node in self._linked.nodes_at(number, instruction):
                if self._live[node]:
                    yield node, origin
