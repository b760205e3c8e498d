"""Whose code a class is: the app's own, a named library's, or unknown.

The longest anchored prefix decides. Prefixes of libraries come from ``rules/knowledge/owners.tsv``; the app's own come
from its manifest: the package name, and the packages of components that no library claims. What neither covers is
*unknown*: renamed code is not blamed on anybody.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from analyzer.errors import RuleError
from analyzer.facts import Owner

APP = Owner("app")
UNKNOWN = Owner("unknown")

# Roots that many makers share: below them one more segment is needed to tell whose code it is.
_SHARED_ROOTS = frozenset(
    {"com.google", "com.google.android", "com.android", "com.github", "io.github", "org.apache", "com.example", "com.gitlab"}
)


class Library(NamedTuple):
    """One row of the owner table: an anchored package prefix (dots), the library's name, is it a pass-through."""

    prefix: str
    name: str
    wrapper: bool


def load_owner_table(path: Path) -> tuple[Library, ...]:
    """The rows of the owner table. Raises ``RuleError`` naming the line that is wrong."""
    rows = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t"), start=2):
            if not row.get("prefix") or not row.get("name") or row.get("wrapper") not in ("yes", "no") or not row.get("source"):
                raise RuleError("a row needs prefix, name, wrapper (yes or no) and source", where=f"{path}:{number}")
            rows.append(Library(row["prefix"], row["name"], row["wrapper"] == "yes"))
    return tuple(rows)


class Ownership:
    """Owners of classes by their package, each package looked up once."""

    def __init__(self, libraries: Sequence[Library], package: str, component_classes: Iterable[str]) -> None:
        self._owners: dict[str, Owner] = {library.prefix: Owner("library", library.name) for library in libraries}
        self._wrappers = frozenset(library.name for library in libraries if library.wrapper)
        self._known: dict[str, Owner] = {}
        own = {_own_prefix(package), package} - {""}
        own |= {name.rpartition(".")[0] for name in component_classes if self._lookup(name.rpartition(".")[0]) == UNKNOWN} - {""}
        self._owners |= {prefix: APP for prefix in own if self._owners.get(prefix) is None}
        self._known.clear()

    def owner(self, cls: str) -> Owner:
        """The owner of the class with descriptor *cls* (``Lcom/a/B;``)."""
        package = cls.lstrip("[")[1:].rpartition("/")[0].replace("/", ".")
        known = self._known.get(package)
        if known is None:
            known = self._known[package] = self._lookup(package)
        return known

    def is_wrapper(self, cls: str) -> bool:
        """Whether the class belongs to a pass-through library: what it does, it does for whoever calls it."""
        owner = self.owner(cls)
        return owner.kind == "library" and owner.name in self._wrappers

    def _lookup(self, package: str) -> Owner:
        while package:
            owner = self._owners.get(package)
            if owner is not None:
                return owner
            package = package.rpartition(".")[0]
        return UNKNOWN


def _own_prefix(package: str) -> str:
    """The part of the application id that its maker's other classes share: two segments, or more under a shared root."""
    segments = package.split(".")
    length = 2
    while ".".join(segments[:length]) in _SHARED_ROOTS:
        length += 1
    return ".".join(segments[:length])
