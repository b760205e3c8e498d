"""The platform's classes and what they inherit from (public API of API level 35)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from analyzer.platform.tables import load_table


class PlatformHierarchy:
    """Look-ups over the platform's class hierarchy; java.* included.

    Of most classes nobody asks: a row is read when it is needed.
    """

    def __init__(self, rows: Mapping[str, msgspec.Raw]) -> None:
        self._rows = rows
        self._known: dict[str, tuple[str, ...]] = {}

    def _row(self, cls: str) -> tuple[str, ...]:
        """The kind's letter, the superclass ('' for none) and the interfaces; empty when the class is not known."""
        known = self._known.get(cls)
        if known is None:
            row = self._rows.get(cls)
            known = self._known[cls] = () if row is None else msgspec.msgpack.decode(row, type=tuple[str, ...])
        return known

    def supertypes(self, cls: str) -> tuple[str, ...]:
        """Superclass first, then interfaces; empty when the class is not known."""
        above = self._row(cls)[1:]
        return above if "" not in above else tuple([name for name in above if name])

    def knows(self, cls: str) -> bool:
        """Whether *cls* is a class of the platform's public API."""
        return cls in self._rows

    def is_interface(self, cls: str) -> bool:
        """Whether *cls* is an interface of the platform."""
        return self._row(cls)[:1] == ("i",)


def load_hierarchy() -> PlatformHierarchy:
    """The committed hierarchy."""
    return PlatformHierarchy(load_table("hierarchy", dict[str, msgspec.Raw]))
