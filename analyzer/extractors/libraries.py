"""Which third-party libraries a package contains, each with everything that shows it.

A library is there when the package *defines* classes of it, holds a native library or an asset of it, or classes that lost their
names but hold a text that only its classes hold; in minified code also when it holds a version file of it (in other code that is
left over from another build). A reference alone shows nothing: other libraries mention classes that are not there. Classes whose
methods do nothing are a stand-in, as test builds and "no-op" artifacts bring them, and not the library. What the manifest says of
a library - components, settings - adds to what shows it and shows nothing by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from analyzer.errors import FormatError, RuleError
from analyzer.extractors.library_marks import Mark
from analyzer.extractors.library_versions import library_versions
from analyzer.facts import Library, Owner, Place
from analyzer.kept import kept
from analyzer.platform.knowledge import read_table
from analyzer.program.app import App
from analyzer.program.graph.linking import Linked

_STAND_IN = 3  # instructions a method at most, on the average: a constructor and an empty method have two and one
_VERSION_FILE = re.compile(r"META-INF/([A-Za-z][A-Za-z0-9.-]*)_([A-Za-z0-9.-]+)\.version")
_PROPERTIES = re.compile(r"([a-z][a-z0-9-]+)\.properties")
_VERSION_LINE = re.compile(r"^version=([0-9][!-~]{0,40})\s*$", re.MULTILINE)
_MODULE = re.compile(r"META-INF/([A-Za-z0-9._-]+?)(?:_(?:release|debug))?\.kotlin_module")
_MOST_BYTES = 4096
_SHORT = 3  # a name of two letters with the semicolon behind it
_TABLES = ("native_libraries", "artifacts", "library_marks", "guest_classes")
_PLACES = ("file", "module", "metadata", "version-text", "version-field")


class LibraryTables(Struct, frozen=True):
    """What shows a library, beside its classes.

    ``native``: native library file to the library's name; ``artifacts``: beginnings of artifact names, longest first; ``marks``:
    where, form and name of what other parts of the package show (``library_marks.tsv``); ``guests``: beginnings of
    descriptors of classes that carry one library's name and are brought by another, and that library.
    """

    native: Mapping[str, str]
    artifacts: tuple[tuple[str, str], ...]
    marks: tuple[Mark, ...] = ()
    guests: tuple[tuple[str, str], ...] = ()

    def at(self, where: str) -> list[Mark]:
        """The marks of one place."""
        return [mark for mark in self.marks if mark.where == where]


def load_library_tables(knowledge: Path) -> LibraryTables:
    """Read ``native_libraries.tsv``, ``artifacts.tsv``, ``library_marks.tsv`` and ``guest_classes.tsv``. Raises ``RuleError``."""
    sources = ((knowledge / f"{name}.tsv").read_bytes() for name in _TABLES)
    code = ("extractors/libraries.py", "extractors/library_marks.py", "platform/knowledge.py")
    return kept("libraries", LibraryTables, sources, code, lambda: _read(knowledge))


def _read(knowledge: Path) -> LibraryTables:
    native = {
        file: library
        for file, library, _, _ in read_table(knowledge / "native_libraries.tsv", ("file", "library", "maker", "source"))
    }
    artifacts = [(start, name) for start, name, _ in read_table(knowledge / "artifacts.tsv", ("artifact", "library", "source"))]
    path = knowledge / "library_marks.tsv"
    marks = [Mark(where, form, name) for where, form, name, _ in read_table(path, ("where", "form", "library", "source"))]
    for mark in marks:
        if mark.where not in _PLACES:
            raise RuleError(f"the row of {mark.form!r} is of the unknown place {mark.where!r}", where=str(path))
    rows = read_table(knowledge / "guest_classes.tsv", ("class", "brought_by", "source"))
    guests = tuple((f"L{cls.replace('.', '/')};".removesuffix("*;"), name) for cls, name, _ in rows)
    return LibraryTables(native, tuple(sorted(artifacts, key=lambda row: (-len(row[0]), row))), tuple(marks), guests)


def library_facts(app: App, linked: Linked, tables: LibraryTables) -> Iterator[Library]:
    """A fact for each thing that shows a library, in the order of names."""
    found = [*_defined(app, linked, tables.guests), *_renamed(app), *_native(app, tables), *_files(app, tables)]
    versions = [*_versions(app, tables)]
    if not {shown.name for shown in versions} <= {shown.name for shown in found} and _is_minified(linked):
        found += versions
    named = {library.name: False for library in found} | {library.name: True for library in found if not library.renamed}
    more = (*versions, *_components(app), *_settings(app, tables), *library_versions(app, tables.marks))
    found += (msgspec.structs.replace(shown, renamed=not named[shown.name]) for shown in more if shown.name in named)
    found = list(dict.fromkeys(found))
    yield from sorted(found, key=lambda library: (library.name, library.renamed, library.evidence))


def _is_minified(linked: Linked) -> bool:
    """Whether so many classes have names of one or two letters that a library's may be among them."""
    own = np.flatnonzero(linked.types.defined >= 0).tolist()
    short = sum(len(linked.types.names[t].rpartition("/")[2]) <= _SHORT for t in own)
    return 5 * short > len(own)


def _defined(app: App, linked: Linked, guests: Sequence[tuple[str, str]]) -> Iterator[Library]:
    """Libraries by the packages of the classes that the DEX files define; what another library brings does not count."""
    classes: dict[str, list[int]] = {}
    packages: dict[str, list[int] | None] = {}  # a package's classes are one owner's: it is asked for once
    for type_id in np.flatnonzero(linked.types.defined >= 0).tolist():
        cls = linked.types.names[type_id]
        package = cls.rpartition("/")[0]
        if package not in packages:
            owner = app.ownership.by_name(cls)
            packages[package] = classes.setdefault(owner.name, []) if owner.kind == "library" and owner.name else None
        known = packages[package]
        if known is not None:
            known.append(type_id)
    nodes = linked.nodes
    lengths = np.zeros(len(nodes.key), dtype=np.int64)
    for number, dex in enumerate(app.dex_files):
        own = np.flatnonzero((nodes.dex == number) & (nodes.item >= 0))
        lengths[own] = np.diff(dex.instructions.first)[nodes.item[own]]
    holders = nodes.key >> 32
    instructions = np.bincount(holders, weights=lengths, minlength=len(linked.types.names))
    methods = np.bincount(holders[nodes.item >= 0], minlength=len(linked.types.names))
    for name, all_types in classes.items():
        forms = tuple(form for form, host in guests if host in classes and host != name)
        types = [t for t in all_types if not linked.types.names[t].startswith(forms)] if forms else all_types
        if types and instructions[types].sum() > _STAND_IN * methods[types].sum():
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
    for path in app.package.named(("lib/",)):
        file = path.rpartition("/")[2]
        name = tables.native.get(file)
        if name is not None and file not in seen:
            seen.add(file)
            yield Library(name, evidence=f"native library {file}", at=Place(path))


def _versions(app: App, tables: LibraryTables) -> Iterator[Library]:
    """Version files that build tools leave: ``META-INF/GROUP_ARTIFACT.version`` and ``ARTIFACT.properties``."""
    for path in app.package.names():
        inner = app.package.inner(path)
        version_file, properties = _VERSION_FILE.fullmatch(inner), _PROPERTIES.fullmatch(inner)
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


def _files(app: App, tables: LibraryTables) -> Iterator[Library]:
    """Libraries by files of theirs, and by the modules that Kotlin's compiler names."""
    modules = {mark.form: mark.library for mark in tables.at("module")}
    exact = {mark.form: mark.library for mark in tables.at("file") if "*" not in mark.form}
    globs = [(mark.form.partition("*")[0], mark) for mark in tables.at("file") if "*" in mark.form]
    seen: set[str] = set()
    for path in app.package.names():
        inner = app.package.inner(path)
        name = exact.get(inner)
        module = _MODULE.fullmatch(inner) if inner.startswith("META-INF/") else None
        if module is not None:
            name = modules.get(module[1])
        elif name is None:
            matching = (m.library for begins, m in globs if inner.startswith(begins) and fnmatchcase(inner, m.form))
            name = next(matching, None)
        if name is not None and name not in seen:
            seen.add(name)
            yield Library(name, evidence=f"file {inner}", at=Place(path))


def _settings(app: App, tables: LibraryTables) -> Iterator[Library]:
    for mark in tables.at("metadata"):
        name = next((name for name in app.manifest.metadata if name.startswith(mark.form)), None)
        if name is not None:
            yield Library(mark.library, evidence=f"setting {name}", at=Place("AndroidManifest.xml"))


def _text(app: App, path: str) -> str:
    try:
        return app.package.read(path).decode("latin-1") if app.package.size_of(path) <= _MOST_BYTES else ""
    except FormatError:
        return ""


def _components(app: App) -> Iterator[Library]:
    for component in app.manifest.components:
        owner = app.ownership.by_name(f"L{component.name.replace('.', '/')};")
        if owner.kind == "library" and owner.name:
            yield Library(owner.name, evidence=f"{component.kind} {component.name}", at=Place("AndroidManifest.xml"))
