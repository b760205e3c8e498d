"""The classes of all DEX files over the platform's: who inherits from whom, and what a call of a name means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Protocol

from msgspec import Struct

from analyzer.formats.dex import DexFile


class Platform(Protocol):
    """What this module asks of the platform's class hierarchy."""

    def supertypes(self, cls: str) -> tuple[str, ...]:
        """Superclass first, then interfaces; empty when the class is not known."""


class Definition(Struct, frozen=True):
    """Where a class of the package is defined: DEX file and row of its class definitions."""

    dex: DexFile
    row: int


class Hierarchy:
    """Class look-ups over all DEX files of a package, in loading order, and the platform.

    A class that is defined twice counts where it is loaded first. Cyclic inheritance, which hostile files contain,
    ends every walk instead of looping.
    """

    def __init__(self, dex_files: Sequence[DexFile], platform: Platform) -> None:
        self._dex_files = dex_files
        self._platform = platform
        self._members: dict[str, frozenset[str]] = {}
        self._ancestors: dict[str, tuple[str, ...]] = {}

    @cached_property
    def _definitions(self) -> dict[str, DexFile]:
        """The file that defines each class, in which its row is ``class_rows``."""
        found: dict[str, DexFile] = {}
        for dex in self._dex_files:
            more = dict.fromkeys(dex.class_rows, dex)
            found.update(more if found.keys().isdisjoint(more) else {cls: dex for cls in more if cls not in found})
        return found

    def __iter__(self) -> Iterator[str]:
        """The descriptors of all classes that the package defines."""
        return iter(self._definitions)

    def definition(self, cls: str) -> Definition | None:
        """Where the package defines *cls*, or None."""
        dex = self._definitions.get(cls)
        return None if dex is None else Definition(dex, dex.class_rows[cls])

    def supertypes(self, cls: str) -> tuple[str, ...]:
        """Superclass first, then interfaces, of a class of the package or the platform."""
        dex = self._definitions.get(cls)
        return self._platform.supertypes(cls) if dex is None else dex.supertypes(dex.class_rows[cls])

    def members(self, cls: str) -> frozenset[str]:
        """The methods that the package's class *cls* itself defines, as ``name(parameters)return``."""
        known = self._members.get(cls)
        if known is None:
            own = self.definition(cls)
            known = frozenset() if own is None else frozenset(_members(own))
            self._members[cls] = known
        return known

    def ancestors(self, cls: str) -> tuple[str, ...]:
        """*cls* and all its ancestors, superclasses before interfaces."""
        known = self._ancestors.get(cls)
        if known is None:
            order: list[str] = []
            seen = {cls}
            stack = [cls]
            while stack:
                current = stack.pop()
                order.append(current)
                for parent in reversed(self.supertypes(current)):
                    if parent not in seen:
                        seen.add(parent)
                        stack.append(parent)
            known = self._ancestors[cls] = tuple(order)
        return known

    def inherits(self, cls: str, roots: frozenset[str]) -> bool:
        """Whether *cls* is one of *roots* or inherits from one."""
        return cls in roots or not roots.isdisjoint(self.ancestors(cls))

    def meanings(self, cls: str, member: str) -> tuple[str, ...]:
        """The classes that a call of *member* on *cls* can mean, nearest first.

        The list ends where a class of the package defines *member* itself: then the call means that definition.
        """
        order = self.ancestors(cls)
        for index, current in enumerate(order):
            if current in self._definitions and member in self.members(current):
                return order[: index + 1]
        return order


def _members(own: Definition) -> list[str]:
    return [own.dex.pools.method_member(row) for row in own.dex.methods_of_class(own.row)]
