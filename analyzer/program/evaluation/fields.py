"""Fields by class, name and type: what static ones begin as, and which methods write them."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from analyzer.errors import FormatError
from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.columns import Ints
from analyzer.formats.dex.values import initial_values
from analyzer.program.evaluation.values import StopError, Unknown, Value, units_of
from analyzer.program.graph.linking import Linked

_PUTS = op.opcode_mask(frozenset({*range(0x59, 0x60), *range(0x67, 0x6E)}))
_MOST_SUPERCLASSES = 64


class Field(Struct, frozen=True):
    """A field as code names it: the class it is looked for in (-1: none of the package), name and type."""

    type_id: int
    holder: str
    name: str
    type: str

    @property
    def spelt(self) -> str:
        """As ``Lcom/a/B;->name``."""
        return f"{self.holder}->{self.name}"


class Fields:
    """The fields of a package's classes."""

    def __init__(self, linked: Linked) -> None:
        self._linked = linked
        self._known: dict[tuple[int, int], Field] = {}
        self._begin: dict[int, dict[tuple[str, str], Value]] = {}
        self._writers: dict[Field, frozenset[int]] = {}
        self._puts: list[tuple[Ints, Ints] | None] = [None] * len(linked.dex_files)

    def named(self, number: int, row: int) -> Field:
        """Field *row* of DEX file *number*; a static one is that of the class above which declares it."""
        field = self._known.get((number, row))
        if field is None:
            field = self._known[number, row] = self._resolved(number, row)
        return field

    def _resolved(self, number: int, row: int) -> Field:
        pools = self._linked.dex_files[number].pools
        if row >= len(pools.fields):
            raise StopError("unsupported", "names a field that is not there")
        holder, shape, name = pools.fields[row].tolist()
        text, type_, cls = pools.string(name), pools.type(shape), pools.type(holder)
        types = self._linked.types
        type_id = types.number(cls)
        current = -1 if type_id is None else type_id
        for _ in range(_MOST_SUPERCLASSES):
            if current < 0 or not types.is_defined(current):
                break
            if (text, type_) in self.begin(current):
                return Field(current, types.names[current], text, type_)
            current = int(types.superclass[current])
        return Field(type_id if type_id is not None and types.is_defined(type_id) else -1, cls, text, type_)

    def begin(self, type_id: int) -> dict[tuple[str, str], Value]:
        """The static fields of a class of the package, by name and type, with what they begin as."""
        known = self._begin.get(type_id)
        if known is None:
            known = self._begin[type_id] = self._read(type_id)
        return known

    def _read(self, type_id: int) -> dict[tuple[str, str], Value]:
        types = self._linked.types
        dex = self._linked.dex_files[int(types.defined[type_id])]
        pools, found = dex.pools, dict[tuple[str, str], Value]()
        try:
            values = initial_values(dex, int(types.class_row[type_id]))
        except (FormatError, IndexError, ValueError):
            return {}
        for row, value in values.items():
            if row >= len(pools.fields):
                continue
            _, shape, name = pools.fields[row].tolist()
            begins: Value = Unknown(StopError("unsupported", "reads a field that begins as something else than a text or number"))
            if value is not None:
                kind, content = value
                begins = content
                if kind == "string":
                    begins = units_of(pools.raw_string(content)) if content < len(pools.string_offsets) else begins
            found[pools.string(name), pools.type(shape)] = begins
        return found

    def writers(self, field: Field) -> frozenset[int]:
        """The methods that write *field*, by any instruction."""
        known = self._writers.get(field)
        if known is None:
            known = self._writers[field] = frozenset(self._writing(field))
        return known

    def _writing(self, field: Field) -> set[int]:
        found: set[int] = set()
        for number, dex in enumerate(self._linked.dex_files):
            holder = dex.pools.type_row(field.holder)
            if holder is None:
                continue
            rows, targets = self._columns(number)
            low, high = np.searchsorted(dex.pools.fields["holder"], [holder, holder + 1]).tolist()
            for row in range(low, high):
                _, shape, name = dex.pools.fields[row].tolist()
                if dex.pools.string(name) == field.name and dex.pools.type(shape) == field.type:
                    first, last = np.searchsorted(targets, [row, row + 1]).tolist()
                    for at in rows[first:last].tolist():
                        found.update(self._linked.nodes_at(number, at))
        return found

    def _columns(self, number: int) -> tuple[Ints, Ints]:
        """The stores of a file, instruction rows and field rows, in the order of the latter."""
        known = self._puts[number]
        if known is None:
            dex = self._linked.dex_files[number]
            rows = dex.rows_with(_PUTS)
            targets = dex.units[np.minimum(dex.instructions.position[rows] + 1, len(dex.units) - 1)].astype(np.int64)
            order = np.argsort(targets, kind="stable")
            known = self._puts[number] = rows[order], targets[order]
        return known
