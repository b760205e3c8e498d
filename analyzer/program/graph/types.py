"""One numbering of the types of all DEX files, and which inherits from which, as arrays.

A class that is defined twice counts where it is loaded first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property
from itertools import count
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from analyzer.formats.dex import DexFile
from analyzer.formats.dex.columns import Ints, distinct_rows, grouped, ranges
from analyzer.formats.dex.pools import NO_INDEX
from analyzer.program.hierarchy import Hierarchy

Key = TypeVar("Key", bound=Hashable)

_NONE = np.zeros(0, dtype=np.int64)
_INTERFACE = 0x200


class Types:
    """``names`` are descriptors by number. By number of a type: ``superclass``, ``defined`` the DEX file, ``class_row`` the row
    of its class definitions; -1 where there is none.
    """

    def __init__(self, dex_files: Sequence[DexFile], hierarchy: Hierarchy) -> None:
        self._dex_files = dex_files
        self._hierarchy = hierarchy
        self._above: dict[int, tuple[int, ...]] = {}
        self._above_sets: dict[int, frozenset[int]] = {}
        self._foreign: dict[int, tuple[int, ...]] = {}
        numbers = numbering()
        self._of_dex = [interned(numbers, dex.pools.type_names) for dex in dex_files]
        self._numbers: dict[str, int] = dict(numbers)
        self.names = list(self._numbers)
        self._link_classes()

    def _link_classes(self) -> None:
        count = len(self.names)
        self.superclass: Ints = np.full(count, -1, dtype=np.int64)
        self.defined: Ints = np.full(count, -1, dtype=np.int64)
        self.class_row: Ints = np.full(count, -1, dtype=np.int64)
        for number, (dex, types) in enumerate(zip(self._dex_files, self._of_dex, strict=True)):
            classes = dex.pools.classes
            own, rows = distinct_rows(types[classes["type"]] if len(types) else _NONE)
            new = self.defined[own] < 0
            own, rows = own[new], rows[new]
            self.defined[own], self.class_row[own] = number, rows
            parents = classes["superclass"][rows].astype(np.int64)
            has = parents != NO_INDEX
            self.superclass[own[has]] = types[parents[has]]

    def above(self, type_id: int) -> tuple[int, ...]:
        """All types above a class, the platform's included, that some DEX file names."""
        known = self._above.get(type_id)
        if known is None:
            found: dict[int, None] = {}
            stack = [type_id]
            while stack:
                for parent in self._supertypes(stack.pop()):
                    if parent not in found:
                        found[parent] = None
                        stack.append(parent)
            found.pop(type_id, None)  # only a hostile file's class is above itself
            known = self._above[type_id] = tuple(found)
        return known

    def _supertypes(self, type_id: int) -> tuple[int, ...]:
        """The direct supertypes of a class of the package; of one of the platform all those above it that have a number."""
        own = self.parents(type_id)
        if own or self.defined[type_id] >= 0:
            return own
        known = self._foreign.get(type_id)
        if known is None:
            names = self._hierarchy.ancestors(self.names[type_id])[1:]
            known = self._foreign[type_id] = tuple(self._numbers[name] for name in names if name in self._numbers)
        return known

    def above_set(self, type_id: int) -> frozenset[int]:
        """``above`` as a set."""
        known = self._above_sets.get(type_id)
        if known is None:
            known = self._above_sets[type_id] = frozenset(self.above(type_id))
        return known

    def is_interface(self, type_id: int) -> bool:
        """Whether the package defines the type as an interface."""
        number = int(self.defined[type_id])
        if number < 0:
            return False
        return bool(int(self._dex_files[number].pools.classes["flags"][self.class_row[type_id]]) & _INTERFACE)

    def interfaces(self) -> NDArray[np.bool_]:
        """For each type whether the package defines it as an interface."""
        found = np.zeros(len(self.names), dtype=bool)
        for number, dex in enumerate(self._dex_files):
            own = np.flatnonzero(self.defined == number)
            found[own] = dex.pools.classes["flags"][self.class_row[own]] & _INTERFACE != 0
        return found

    def number(self, descriptor: str) -> int | None:
        """The number of the type *descriptor*, or None when no DEX file names it."""
        return self._numbers.get(descriptor)

    def rows(self, dex: int) -> Ints:
        """The type numbers of the type rows of DEX file *dex*."""
        return self._of_dex[dex]

    def dex_of(self, type_id: int) -> str:
        """The name of the DEX file that defines the class."""
        return self._dex_files[int(self.defined[type_id])].name

    def is_defined(self, type_id: int) -> bool:
        """Whether the package defines the class."""
        return bool(self.defined[type_id] >= 0)

    @cached_property
    def _inheritance(self) -> tuple[Ints, Ints]:
        """Every class of the package with each of its direct supertypes, the superclass first, in order of the class."""
        child = [np.flatnonzero(self.superclass >= 0)]
        parent = [self.superclass[child[0]]]
        for number, (dex, types) in enumerate(zip(self._dex_files, self._of_dex, strict=True)):
            own = np.flatnonzero(self.defined == number)
            interfaces, first = dex.pools.interfaces
            rows = self.class_row[own]
            child.append(np.repeat(own, first[rows + 1] - first[rows]))
            parent.append(types[interfaces[ranges(first, rows)]] if len(types) else _NONE)
        children, parents = np.concatenate(child), np.concatenate(parent)
        order = np.argsort(children, kind="stable")
        return children[order], parents[order]

    @cached_property
    def _parents(self) -> dict[int, tuple[int, ...]]:
        return grouped(*self._inheritance)

    @cached_property
    def _subtypes(self) -> dict[int, tuple[int, ...]]:
        """Direct subclasses and implementors, by type number."""
        children, parents = self._inheritance
        order = np.argsort(parents, kind="stable")
        return grouped(parents[order], children[order])

    def children(self, type_id: int) -> tuple[int, ...]:
        """The direct subclasses and implementors of a type."""
        return self._subtypes.get(type_id, ())

    def parents(self, type_id: int) -> tuple[int, ...]:
        """Superclass and interfaces of a class that the package defines; empty for others."""
        return self._parents.get(type_id, ())

    def inheriting(self, roots: frozenset[str]) -> NDArray[np.bool_]:
        """For each type whether it is one of the classes *roots* or inherits from one."""
        found = np.zeros(len(self.names), dtype=bool)
        below, stack = set(roots), [*roots]
        while stack:
            more = [name for name in self._below.get(stack.pop(), ()) if name not in below]
            below.update(more)
            stack += more
        found[[self._numbers[name] for name in below if name in self._numbers]] = True
        found &= self.defined < 0
        found[[self._numbers[name] for name in roots if name in self._numbers]] = True
        children, parents = self._inheritance
        while True:
            new = children[found[parents]]
            new = new[~found[new]]
            if not len(new):
                return found
            found[new] = True

    @cached_property
    def _below(self) -> dict[str, list[str]]:
        """By name of a class the classes right below it, of the types that no DEX file defines and of all above these."""
        found: dict[str, list[str]] = {}
        stack = [self.names[type_id] for type_id in np.flatnonzero(self.defined < 0).tolist()]
        seen = set(stack)
        while stack:
            name = stack.pop()
            for parent in self._hierarchy.supertypes(name):
                found.setdefault(parent, []).append(name)
                if parent not in seen:
                    seen.add(parent)
                    stack.append(parent)
        return found

    def subtypes(self, type_id: int) -> list[int]:
        """All classes of the package below *type_id*, not itself."""
        found: dict[int, None] = {}
        stack = [type_id]
        while stack:
            for child in self.children(stack.pop()):
                if child not in found:
                    found[child] = None
                    stack.append(child)
        return list(found)


def numbering() -> defaultdict[Any, int]:
    """A table that gives each new key the next number, from 0."""
    return defaultdict(count().__next__)


def interned(table: defaultdict[Key, int], keys: Iterable[Key]) -> Ints:
    """The number of each key in *table*, a ``numbering``, into which new ones are put."""
    return np.fromiter(map(table.__getitem__, keys), dtype=np.int64)
