"""Which third-party libraries a package contains, each with everything that shows it.

A library is there when the package *defines* classes of it, holds a native library or a version file of it, or classes that lost
their names but hold a text that only its classes hold. A reference alone shows nothing: other libraries mention classes that are
not there. Classes whose methods do nothing are a stand-in, as test builds and "no-op" artifacts bring them, and not the library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analyzer.errors import PackageError
from analyzer.facts import Library, Owner, Place
from analyzer.platform.knowledge import read_table
from analyzer.program.app import App
from analyzer.program.graph.linking import Linked

_STAND_IN = 3  # instructions a method at most, on the average: a constructor and an empty method have two and one
_VERSION_FILE = re.compile(r"META-INF/([A-Za-z][A-Za-z0-9.-]*)_([A-Za-z0-9.-]+)\.version")
_PROPERTIES = re.compile(r"([a-z][a-z0-9-]+)\.properties")
_VERSION_LINE = re.compile(r"^version=([0-9][!-~]{0,40})\s*$", re.MULTILINE)
_MOST_BYTES = 4096


class LibraryTables(NamedTuple):
    """``native``: native library file to the library's name; ``artifacts``: beginnings of artifact names, longest first."""

    native: Mapping[str, str]
    artifacts: tuple[tuple[str, str], ...]


def load_library_tables(knowledge: Path) -> LibraryTables:
    """Read ``native_libraries.tsv`` and ``artifacts.tsv``. Raises ``RuleError``."""
    native = {
        file: library
        for file, library, _, _ in read_table(knowledge / "native_libraries.tsv", ("file", "library", "maker", "source"))
    }
    artifacts = [(start, name) for start, name, _ in read_table(knowledge / "artifacts.tsv", ("artifact", "library", "source"))]
    return LibraryTables(native, tuple(sorted(artifacts, key=lambda row: (-len(row[0]), row))))


def library_facts(app: App, linked: Linked, tables: LibraryTables) -> Iterator[Library]:
    """A fact for each thing that shows a library, in the order of names."""
    found = [*_defined(app, linked), *_renamed(app), *_native(app, tables), *_versions(app, tables)]
    there = {library.name for library in found}
    found += (library for library in _components(app) if library.name in there)
    yield from sorted(found, key=lambda library: (library.name, library.renamed, library.evidence))


def _defined(app: App, linked: Linked) -> Iterator[Library]:
    """Libraries by the packages of the classes that the DEX files define."""
    classes: dict[str, list[int]] = {}
    for type_id, cls in enumerate(linked.types.names):
        if linked.types.is_defined(type_id):
            owner = app.ownership.by_name(cls)
            if owner.kind == "library" and owner.name:
                classes.setdefault(owner.name, []).append(type_id)
    nodes = linked.nodes
    lengths = np.zeros(len(nodes.key), dtype=np.int64)
    for number, dex in enumerate(app.dex_files):
        own = np.flatnonzero((nodes.dex == number) & (nodes.item >= 0))
        lengths[own] = np.diff(dex.instructions.first)[nodes.item[own]]
    holders = nodes.key >> 32
    instructions = np.bincount(holders, weights=lengths, minlength=len(linked.types.names))
    methods = np.bincount(holders[nodes.item >= 0], minlength=len(linked.types.names))
    for name, types in classes.items():
        if instructions[types].sum() > _STAND_IN * methods[types].sum():
            first = linked.types.names[types[0]][1:-1].replace("/", ".")
            many = f"{len(types)} classes, such as" if len(types) > 1 else "the class"
            yield Library(name, evidence=f"{many} {first}", at=Place(linked.types.dex_of(types[0])))


def _renamed(app: App) -> Iterator[Library]:
    """Libraries by texts that only their classes hold, in classes under no known name."""
    seen: set[str] = set()
    for cls, libraries in sorted(app.renamed.marked.items()):
        if len(libraries) == 1 and app.ownership.by_name(cls) in (Owner("unknown"), Owner("app")):
            (name,) = libraries
            if name not in seen:
                seen.add(name)
                definition = app.hierarchy.definition(cls)
                place = Place(definition.dex.name if definition else "")
                shown = f"a text that only its classes hold, in {cls[1:-1].replace('/', '.')}"
                yield Library(name, renamed=True, evidence=shown, at=place)


def _native(app: App, tables: LibraryTables) -> Iterator[Library]:
    seen: set[str] = set()
    for path in app.package.names():
        file = path.rpartition("/")[2]
        name = tables.native.get(file) if path.startswith("lib/") else None
        if name is not None and file not in seen:
            seen.add(file)
            yield Library(name, evidence=f"native library {file}", at=Place(path))


def _versions(app: App, tables: LibraryTables) -> Iterator[Library]:
    """Version files that build tools leave: ``META-INF/GROUP_ARTIFACT.version`` and ``ARTIFACT.properties``."""
    for path in app.package.names():
        version_file, properties = _VERSION_FILE.fullmatch(path), _PROPERTIES.fullmatch(path)
        if version_file is not None:
            owner = app.ownership.by_name(f"L{version_file[1].replace('.', '/')}/X;")
            version = _text(app, path).strip()
            artifact = f"{version_file[1]}:{version_file[2]}"
            name = owner.name if owner.kind == "library" else None
            good = re.fullmatch(r"[0-9][\w.+-]{0,40}", version)
        elif properties is not None:
            good = _VERSION_LINE.search(_text(app, path))
            version, artifact = (good[1] if good else ""), properties[1]
            name = next((name for start, name in tables.artifacts if artifact.startswith(start)), None)
        else:
            continue
        if name and good:
            yield Library(name, version, evidence=f"version file of {artifact}", at=Place(path))


def _text(app: App, path: str) -> str:
    try:
        return app.package.read(path).decode("latin-1") if app.package.size_of(path) <= _MOST_BYTES else ""
    except PackageError:
        return ""


def _components(app: App) -> Iterator[Library]:
    for component in app.manifest.components:
        owner = app.ownership.by_name(f"L{component.name.replace('.', '/')};")
        if owner.kind == "library" and owner.name:
            yield Library(owner.name, evidence=f"{component.kind} {component.name}", at=Place("AndroidManifest.xml"))
