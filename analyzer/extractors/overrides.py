"""Methods of the package that replace ones which Android or Java's libraries call, and whether they do anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from analyzer.facts import Override, Place
from analyzer.formats.dex import DexFile
from analyzer.formats.dex.code import MethodCode
from analyzer.formats.dex.names import NameFilter
from analyzer.platform.knowledge import read_table
from analyzer.program.app import App
from analyzer.program.graph.linking import Linked

_NOP, _RETURN_VOID, _RETURN, _RETURN_OBJECT, _CONST_4, _CONST_CLASS = 0x00, 0x0E, 0x0F, 0x11, 0x12, 0x1C
_IDLE = frozenset({_NOP, _RETURN_VOID, *range(_RETURN, _RETURN_OBJECT + 1), *range(_CONST_4, _CONST_CLASS)})
_LONGEST_IDLE = 4


def load_overrides(rules: Path) -> frozenset[str]:
    """The methods that are looked for, as ``Lx;->name``. Raises ``RuleError``."""
    return frozenset(api for api, _ in read_table(rules / "watch/overrides.tsv", ("api", "source")))


def overrides(app: App, linked: Linked, wanted: Iterable[str]) -> Iterator[Override]:
    """A fact for each method of the package with the name of a wanted one, in a class below the one that declares it."""
    holders: dict[str, set[str]] = {}
    for api in wanted:
        holder, _, name = api.partition("->")
        holders.setdefault(name, set()).add(holder)
    names = NameFilter(holders)
    below = linked.types.inheriting(frozenset().union(*holders.values()))
    for number, dex in enumerate(app.dex_files):
        rows = dex.methods.method
        maybe = np.flatnonzero(below[linked.types.rows(number)[dex.pools.methods["holder"][rows]]])
        for index in maybe[names.select(dex, dex.pools.methods["name"][rows[maybe]])].tolist():
            row = int(rows[index])
            holder, member = dex.pools.method_holder(row), dex.pools.method_member(row)
            above = holders[member.partition("(")[0]]
            for ancestor in app.hierarchy.ancestors(holder)[1:]:
                if ancestor in above:
                    empty, returns = _idle(dex, int(dex.methods.code[index]))
                    at = Place(dex.name, f"{holder}->{member}")
                    yield Override(f"{ancestor}->{member}", app.ownership.owner(holder), empty, returns, at)
                    break


def _idle(dex: DexFile, code: int) -> tuple[bool, int | None]:
    """Whether the code at this offset does nothing but return, and the whole number that it returns, if any."""
    items: list[int] = np.flatnonzero(dex.items.offset == code).tolist() if code else []
    if not items:
        return False, None
    method = MethodCode(dex, items[0])
    if len(method) > _LONGEST_IDLE or any(method.opcode(at) not in _IDLE for at in range(len(method))):
        return False, None
    returned = [at for at in range(len(method)) if method.opcode(at) == _RETURN]
    numbers = [value for at in range(len(method)) if (value := method.literal(at)) is not None]
    return True, numbers[0] if returned and len(numbers) == 1 else None
