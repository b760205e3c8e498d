"""Files and classes that show hidden code: marks of packers, encrypted files, components of the manifest without code."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct

from analyzer.errors import FormatError, RuleError
from analyzer.facts import Gap, Place, Trait
from analyzer.formats.entropy import entropy
from analyzer.platform.knowledge import read_table
from analyzer.program.app import App

_WHERE = ("library", "asset", "application")
_LEAST, _MOST = 4096, 64 << 20  # bytes of a file that is looked at: in less one cannot tell
_MOST_BYTES, _MOST_FILES, _MOST_TOLD = 128 << 20, 2000, 5
_WINDOW, _WINDOWS = 4096, 32
_RANDOM_BITS = 7.9  # 4096 random bytes have 7.95 bits a byte
_READ_ELSEWHERE = (".dex", ".so", ".arsc", ".xml", ".MF", ".SF", ".RSA", ".DSA", ".EC", ".br")


class PackerMark(Struct, frozen=True):
    """A mark of a packer: the name of a ``library``, an ``asset`` or the ``application`` class; ``*`` stands for anything."""

    where: str
    form: str
    packer: str


class Magic(Struct, frozen=True):
    """How a file of a known format begins."""

    offset: int
    begins: bytes


class HidingTables(Struct, frozen=True):
    """What shows a packer, and the formats that are compressed by themselves."""

    packers: tuple[PackerMark, ...]
    formats: tuple[Magic, ...]


def load_hiding_tables(knowledge: Path) -> HidingTables:
    """Read ``packers.tsv`` and ``known_formats.tsv``. Raises ``RuleError``."""
    path = knowledge / "packers.tsv"
    packers = [PackerMark(where, form, name) for where, form, name, _ in read_table(path, ("where", "form", "packer", "source"))]
    for mark in packers:
        if mark.where not in _WHERE:
            raise RuleError(f"the mark {mark.form!r} is in the unknown place {mark.where!r}", where=str(path))
    path = knowledge / "known_formats.tsv"
    try:
        rows = read_table(path, ("offset", "bytes", "format", "source"))
        formats = [Magic(int(offset), bytes.fromhex(begins)) for offset, begins, _, _ in rows]
    except ValueError as error:
        raise RuleError(f"a row has no number or no bytes: {error}", where=str(path)) from None
    return HidingTables(tuple(packers), tuple(formats))


def hidden_files(app: App, tables: HidingTables) -> Iterator[Gap | Trait]:
    """What files and classes of a package show of hidden code."""
    yield from _packers(app, tables)
    yield from _without_code(app)
    yield from _behind_hole(app)
    yield from _encrypted(app, tables)


def _packers(app: App, tables: HidingTables) -> Iterator[Gap]:
    """A gap for each packer, with all of its marks."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in app.package.names():
        inner = app.package.inner(name)
        where = "library" if inner.startswith("lib/") else "asset" if inner.startswith("assets/") else None
        text = inner.rpartition("/")[2] if where == "library" else inner
        for mark in tables.packers if where else ():
            if mark.where == where and fnmatchcase(text, mark.form):
                found.setdefault(mark.packer, []).append((text, name))
    application = app.manifest.application.name or ""
    for mark in tables.packers:
        if mark.where == "application" and fnmatchcase(application, mark.form):
            found.setdefault(mark.packer, []).append((f"the application class {application}", "AndroidManifest.xml"))
    for packer, marks in sorted(found.items()):
        words = ", ".join(list(dict.fromkeys(text for text, _ in marks))[:4])
        yield Gap(
            "packed",
            f"Marks of {packer}: {words}.",
            count=len(marks),
            could_hide="The app's own code, which such a packer encrypts and loads when the app starts.",
            would_lift="The package before it was packed, from its maker, or a dump of the running app.",
            at=Place(marks[0][1]),
        )


def _without_code(app: App) -> Iterator[Gap]:
    """Components that the manifest declares and no DEX file defines: their code comes from somewhere else."""
    if not app.dex_files:
        return
    declared = [c for c in app.manifest.components if c.kind != "activity-alias" and c.enabled]
    missing = [c.name for c in declared if _is_missing(app, c.name)]
    mains = [name for name in app.manifest.main_classes() if _is_missing(app, name)]
    if not mains and 2 * len(missing) < len(declared) + 1:
        return
    names = list(dict.fromkeys([*mains, *missing]))
    if names:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield Gap(
            "dynamic-code",
            f"The manifest declares classes that are not in the package: {names[0]}{more}.",
            count=len(names),
            could_hide="Everything that they do: their code is unpacked or loaded while the app runs, or lies in a split.",
            would_lift="All splits of the app, or the package before it was packed.",
            at=Place("AndroidManifest.xml"),
        )


def _is_missing(app: App, name: str) -> bool:
    cls = f"L{name.replace('.', '/')};"
    return app.hierarchy.definition(cls) is None and not cls.startswith("Landroid/")


def _behind_hole(app: App) -> Iterator[Trait]:
    """DEX files behind a hole in the numbering: Android loads none of them by itself, code of the app may."""
    package = app.package
    numbered = ((name, package.inner(name)) for name in package.dex_names())
    numbers = {int(inner[7:-4] or 1): name for name, inner in numbered if package.find(inner) == name}  # the base's
    for number in sorted(numbers):
        if number > 1 and not all(before in numbers for before in range(1, number)):
            yield Trait("dex-behind-hole", numbers[number], Place(numbers[number]))


def _encrypted(app: App, tables: HidingTables) -> Iterator[Gap]:
    """Files that look random and are of no known format. What deflate could shorten is not random, so it need not be read."""
    found: list[tuple[str, int]] = []
    read = 0
    for name in app.package.names()[:_MOST_FILES]:
        size = app.package.size_of(name)
        if not _LEAST <= size <= _MOST or name.endswith(_READ_ELSEWHERE) or app.package.shrinks(name):
            continue
        read += size
        if read > _MOST_BYTES:
            break
        try:
            data = app.package.read(name)
        except FormatError:
            continue
        if not any(data.startswith(magic.begins, magic.offset) for magic in tables.formats) and _is_random(data):
            found.append((name, size))
    found.sort(key=lambda item: (-item[1], item[0]))
    for name, size in found[:_MOST_TOLD]:
        yield _opaque("The file looks random and is of no format that apkvet knows.", name, size, None)
    rest = found[_MOST_TOLD:]
    if rest:
        why = f"{len(rest)} further files look random and are of no format that apkvet knows."
        yield _opaque(why, rest[0][0], sum(size for _, size in rest), len(rest))


def _opaque(why: str, name: str, size: int, count: int | None) -> Gap:
    lift = "A look at the code that reads it, or the file as it is when the app runs."
    return Gap("opaque", why, size, count, "Code or data that is decrypted while the app runs.", lift, Place(name))


def _is_random(data: bytes) -> bool:
    """Whether windows spread over *data* all have as many bits a byte as random ones."""
    step = max(_WINDOW, len(data) // _WINDOWS)
    starts = range(0, len(data) - _WINDOW + 1, step)
    return all(entropy(data[start : start + _WINDOW]) >= _RANDOM_BITS for start in starts)
