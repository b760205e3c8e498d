"""Where an object field is read: by its name and its class or a relative of that class."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analyzer.formats.dex import opcodes
from analyzer.program.graph.linking import Linked
from analyzer.program.graph.liveness import Liveness
from analyzer.program.graph.objects import Origin

_LOADS = opcodes.opcode_mask(opcodes.OBJECT_LOADS)
_MAX_LOADS = 400


class FieldLoads:
    """The reads of object fields of all DEX files, found by name.

    Code may name a field through a subclass of the class that declares it, so a read counts when the two classes that are named
    are the same or one inherits from the other.
    """

    def __init__(self, linked: Linked, live: Liveness) -> None:
        self._linked = linked
        self._live = live.methods
        self._known: dict[tuple[int, str, int], list[tuple[int, Origin]]] = {}
        self._families: dict[int, frozenset[int]] = {}

    @cached_property
    def _by_name(self) -> dict[tuple[str, int], list[tuple[int, int, int]]]:
        """Field rows that are read somewhere, as (DEX file, field row, number of the class it names), by name and type."""
        found: dict[tuple[str, int], list[tuple[int, int, int]]] = {}
        for number, dex in enumerate(self._linked.dex_files):
            rows = np.flatnonzero(np.bincount(self._reads(number)[1]))
            names = dex.pools.texts(dex.pools.fields["name"][rows])
            types = self._linked.types.rows(number)
            holders = types[dex.pools.fields["holder"][rows]] if len(rows) else rows
            shapes = types[dex.pools.fields["shape"][rows]] if len(rows) else rows
            for row, name, holder, shape in zip(rows.tolist(), names, holders.tolist(), shapes.tolist(), strict=True):
                found.setdefault((name, shape), []).append((number, row, holder))
        return found

    def _reads(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Instruction rows and field rows of all object reads of one file, sorted by field row."""
        if number not in self._sorted:
            dex = self._linked.dex_files[number]
            rows = dex.rows_with(_LOADS)
            at = np.minimum(dex.instructions.position[rows] + 1, len(dex.units) - 1)
            target = dex.units[at].astype(np.int64)
            good = target < len(dex.pools.fields)
            order = np.argsort(target[good].astype(np.uint16), kind="stable")
            self._sorted[number] = rows[good][order], target[good][order]
        return self._sorted[number]

    @cached_property
    def _sorted(self) -> dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]:
        return {}

    def of(self, number: int, row: int) -> list[tuple[int, Origin]]:
        """The nodes that read field *row* of DEX file *number*, each with the origin that stands for it there."""
        pools = self._linked.dex_files[number].pools
        if row >= len(pools.fields):
            return []
        field, types = pools.fields[row], self._linked.types.rows(number)
        key = (int(types[field["holder"]]), pools.string(int(field["name"])), int(types[field["shape"]]))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._find(*key)
        return known

    def _family(self, holder: int) -> frozenset[int]:
        """The class, those above and those below it."""
        known = self._families.get(holder)
        if known is None:
            known = self._linked.types.above_set(holder) | frozenset(self._linked.types.subtypes(holder)) | {holder}
            self._families[holder] = known
        return known

    def _find(self, holder: int, name: str, shape: int) -> list[tuple[int, Origin]]:
        found: dict[tuple[int, Origin], None] = {}
        family = self._family(holder)
        for number, row, other in self._by_name.get((name, shape), ()):
            if other not in family:
                continue
            rows, targets = self._reads(number)
            low, high = np.searchsorted(targets, [row, row + 1])
            for instruction in rows[low:high].tolist():
                for node in self._linked.nodes_at(number, instruction):
                    if self._live[node]:
                        found[(node, Origin("field", row))] = None
        return list(found)[:_MAX_LOADS]
