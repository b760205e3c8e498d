"""The platform's classes and what they inherit from (public API of API level 35)."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.platform.tables import load_table


class PlatformHierarchy:
    """Look-ups over the platform's class hierarchy; java.* included."""

    def __init__(self, rows: Mapping[str, list[str]]) -> None:
        self._rows = rows

    def supertypes(self, cls: str) -> tuple[str, ...]:
        """Superclass first, then interfaces; empty when the class is not known."""
        row = self._rows.get(cls)
        return () if row is None else tuple(name for name in row[1:] if name)

    def knows(self, cls: str) -> bool:
        """Whether *cls* is a class of the platform's public API."""
        return cls in self._rows

    def is_interface(self, cls: str) -> bool:
        """Whether *cls* is an interface of the platform."""
        return self._rows.get(cls, ["c"])[0] == "i"


def load_hierarchy() -> PlatformHierarchy:
    """The committed hierarchy."""
    return PlatformHierarchy(load_table("hierarchy", dict[str, list[str]]))
