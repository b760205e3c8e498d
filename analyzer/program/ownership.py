"""Whose code a class is: the app's own, a named library's, or unknown.

The longest anchored prefix decides. Prefixes of libraries come from ``rules/knowledge/owners.tsv``; the app's own come
from its manifest: the package name, and the packages of the application and of the screens that the launcher shows. A component
that lies elsewhere may be anybody's: libraries bring components too. What no prefix covers is looked at by what is left
in it (``renamed``); what shows nothing is *unknown*: renamed code is not blamed on anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from analyzer.errors import RuleError
from analyzer.facts import Owner
from analyzer.kept import kept
from analyzer.platform.knowledge import read_table

APP = Owner("app")
UNKNOWN = Owner("unknown")


class Library(Struct, frozen=True):
    """One row of the owner table: an anchored package prefix (dots), the library's name, is it a pass-through."""

    prefix: str
    name: str
    wrapper: bool


class OwnerTables(Struct, frozen=True):
    """``libraries`` by prefix; ``shared_roots``: prefixes that many makers share; ``marks``: strings and whose they are."""

    libraries: tuple[Library, ...]
    shared_roots: frozenset[str] = frozenset()
    marks: tuple[tuple[str, str], ...] = ()


def load_owner_tables(knowledge: Path) -> OwnerTables:
    """Read ``owners.tsv``, ``shared_roots.tsv`` and ``class_marks.tsv``. Raises ``RuleError`` naming the row that is wrong."""
    names = ("owners.tsv", "exodus/trackers.tsv", "shared_roots.tsv", "class_marks.tsv")
    sources = ((knowledge / name).read_bytes() for name in names)
    code = ("program/ownership.py", "platform/knowledge.py")
    return kept("owners", OwnerTables, sources, code, lambda: _read(knowledge))


def _read(knowledge: Path) -> OwnerTables:
    path = knowledge / "owners.tsv"
    libraries = []
    for prefix, name, wrapper, _ in read_table(path, ("prefix", "name", "wrapper", "source")):
        if not prefix or not name or wrapper not in ("yes", "no"):
            raise RuleError(f"the row of {prefix!r} needs prefix, name and wrapper (yes or no)", where=str(path))
        libraries.append(Library(prefix, name, wrapper == "yes"))
    libraries += _trackers(knowledge, libraries)
    roots = frozenset(prefix for prefix, _ in read_table(knowledge / "shared_roots.tsv", ("prefix", "source")))
    marks = [(text, name) for text, name, _ in read_table(knowledge / "class_marks.tsv", ("text", "library", "source"))]
    known = {library.name for library in libraries}
    for text, name in marks:
        if name not in known:
            raise RuleError(
                f"the mark {text!r} names {name}, which owners.tsv does not", where=str(knowledge / "class_marks.tsv")
            )
    return OwnerTables(tuple(libraries), roots, tuple(marks))


def _trackers(knowledge: Path, own: Sequence[Library]) -> list[Library]:
    """The trackers of ``exodus/trackers.tsv`` under prefixes that the own table does not cover."""
    covered = {library.prefix for library in own}
    rows = read_table(knowledge / "exodus/trackers.tsv", ("prefix", "name", "kind", "country", "source"))
    return [Library(prefix, name, False) for prefix, name, _, _, _ in rows if covered.isdisjoint(_and_parents(prefix))]


def _and_parents(prefix: str) -> list[str]:
    segments = prefix.split(".")
    return [".".join(segments[:length]) for length in range(1, len(segments) + 1)]


class Ownership:
    """Owners of classes by their package, each package looked up once.

    ``main_classes`` are the classes of the manifest that are the app's own unless they are a library's. ``renamed``
    says of a class under no known prefix which library it is from, or None.
    """

    def __init__(
        self,
        tables: OwnerTables,
        package: str,
        main_classes: Iterable[str],
        renamed: Callable[[str, Ownership], Owner | None] | None = None,
    ) -> None:
        libraries: Sequence[Library] = tables.libraries
        self._owners: dict[str, Owner] = {library.prefix: Owner("library", library.name) for library in libraries}
        self._wrappers = frozenset(library.name for library in libraries if library.wrapper)
        self._known: dict[str, Owner] = {}
        self._renamed = renamed
        self._by_class: dict[str, Owner] = {}
        mains = [name.rpartition(".")[0] for name in main_classes]
        own = {package, *(name for name in mains if self._lookup(name) == UNKNOWN)}
        own |= {_own_prefix(name, tables.shared_roots) for name in own}
        self._owners |= {prefix: APP for prefix in own - {""} if self._owners.get(prefix) is None}
        # An app whose own package lies under a maker's two names is that maker's, or a namesake of it: no library of it is meant.
        name = ".".join(package.split(".")[:2])
        if name != package and name in self._owners:
            self._owners[name] = APP

    def owner(self, cls: str) -> Owner:
        """The owner of the class with descriptor *cls* (``Lcom/a/B;``)."""
        owner = self.by_name(cls)
        if owner != UNKNOWN or self._renamed is None:
            return owner
        known = self._by_class.get(cls)
        if known is None:
            known = self._by_class[cls] = self._renamed(cls, self) or UNKNOWN
        return known

    def by_name(self, cls: str) -> Owner:
        """The owner by the class's package alone."""
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


def _own_prefix(package: str, shared_roots: frozenset[str]) -> str:
    """The part of a package that its maker's other classes share: two segments, or more under a shared root."""
    segments = package.split(".")
    length = 2
    while ".".join(segments[:length]) in shared_roots:
        length += 1
    return ".".join(segments[:length])
