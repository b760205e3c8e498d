"""Flutter: what the compiled Dart code of an app asks plug-ins and the engine for.

A release build holds an AOT snapshot. The compiler leaves out what no code reaches, texts with it, so the name of a channel and
of a method that are both there show that code for the call was reached from ``main``; the plug-in's Java half is registered and
kept whether or not anything calls it, and shows nothing. A debug build holds everything, but also the sources: there the app's
own libraries are searched for the call itself.

The clipboard is apart: the framework's text fields bring ``Clipboard.getData`` for their paste menu. See ``_clipboard``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from analyzer.errors import FormatError
from analyzer.extractors.runtimes.bindings import Bindings
from analyzer.extractors.runtimes.uses import RuntimeFound, ScriptUse
from analyzer.facts import Gap, Owner, Payload, Place
from analyzer.formats.dart import Source, engine_version, find_string, read_kernel, read_snapshots
from analyzer.platform.knowledge import read_table
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.resources import rules_dir

_FRAMEWORK = Owner("library", "Flutter")
_TEXT_FIELD = "TextInput.setClient"
_CLIPBOARD = "Clipboard."
_PIGEON = "dev.flutter.pigeon."  # channels of generated code: one for each method, whose name is its end
_FRAMEWORK_ADDRESSES = ("dart:", "package:flutter/", "org-dartlang-")
_NO_CODE = re.compile(  # each alternative ends at the end of the text, too: what is never closed is looked at once
    rb"""//[^\n]*|/\*.*?(?:\*/|\Z)|'''.*?(?:'''|\Z)|\"\"\".*?(?:\"\"\"|\Z)"""
    rb"""|'(?:\\.|[^'\\\n])*+(?:'|(?=\n)|\\?\Z)|"(?:\\.|[^"\\\n])*+(?:"|(?=\n)|\\?\Z)""",
    re.DOTALL,
)
_MOST_SOURCES = 32 << 20
_HIDES = "What the app's Dart code does."
_LIFT = "A run of the app, or its Dart sources."


def read(graph: ProgramGraph, bindings: Bindings) -> RuntimeFound:
    """The snapshots and kernel files of the package, and the calls of ``bindings`` in them."""
    package = graph.app.package
    names = bindings.names("flutter")
    version = _version(graph)
    payloads: list[Payload] = []
    uses: list[ScriptUse] = []
    gaps: list[Gap] = []
    untold: list[Gap] = []
    for file in sorted([*package.named(("lib/",), ("/libapp.so",)), *package.named(("assets/",), ("/kernel_blob.bin",))]):
        size = package.size_of(file)
        try:
            data = package.read(file)
            if file.endswith(".so"):
                snapshot = read_snapshots(data)[-1]
                found = list(_in_snapshot(file, data, names))
                own = version or f"snapshot {snapshot.version}"
                untold.extend(_untold(file, found))
            else:
                kernel = read_kernel(data)
                sources = _Sources(file, kernel.sources, names)
                found = list(sources.uses())
                own = version or f"kernel {kernel.version}"
                gaps.extend(sources.gaps())
        except FormatError as error:
            gaps.append(_unread(file, size, error))
            payloads.append(Payload("flutter", file, version, size=size))
            continue
        payloads.append(Payload("flutter", file, own, tuple(sorted({use.name for use in found})), size))
        told = {(use.name, use.owner) for use in uses}  # by another ABI's file
        uses.extend(use for use in found if (use.name, use.owner) not in told)
    return RuntimeFound(tuple(payloads), tuple(uses), (*untold, *gaps), whole=not gaps)


def _version(graph: ProgramGraph) -> str | None:
    """The version of Flutter, from that of Dart in the engine: ``3.27, Dart 3.6.2``."""
    package = graph.app.package
    for file in sorted(package.named(("lib/",), ("/libflutter.so",))):
        try:
            dart = engine_version(package.read(file))
        except FormatError:
            continue
        if dart is not None:
            plain = dart.partition(" ")[0]
            return f"{flutter}, Dart {plain}" if (flutter := _releases().get(_minor(plain))) else f"Dart {plain}"
    return None


def _releases() -> dict[str, str]:
    rows = read_table(Path(rules_dir()) / "knowledge/flutter_releases.tsv", ("dart", "flutter", "source"))
    return {dart: flutter for dart, flutter, _ in rows}


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _in_snapshot(file: str, data: bytes, names: frozenset[str]) -> Iterator[ScriptUse]:
    """The calls whose channel (where the name has one, ``channel:method``) and method are texts of the snapshot."""
    texts: dict[str, int | None] = {}
    for name in sorted(names):
        parts = name.rsplit(":", 1)
        for part in parts:
            if part not in texts:
                texts[part] = find_string(data, part)
        at = texts[parts[-1]]
        if at is None or texts[parts[0]] is None:
            continue
        if len(parts) == 2 or name.startswith(_PIGEON):
            yield ScriptUse("flutter", name, Place(file, offset=at))
        elif name.startswith(_CLIPBOARD):
            yield _clipboard(file, name, at, text_field=find_string(data, _TEXT_FIELD) is not None)


def _clipboard(file: str, name: str, at: int, *, text_field: bool) -> ScriptUse:
    """A call of the framework's own ``Clipboard`` class.

    With text fields in the app the name is there for their paste menu, and texts cannot show whether own code calls, too: so
    it is told as the framework's, started by the menu, beside a gap. Without text fields nothing of the framework calls it.
    """
    if text_field:
        return ScriptUse("flutter", name, Place(file, offset=at), "paste-menu", _FRAMEWORK)
    return ScriptUse("flutter", name, Place(file, offset=at))


def _untold(file: str, found: list[ScriptUse]) -> Iterator[Gap]:
    """What the paste menu of text fields may hide."""
    menu = [use for use in found if use.owner == _FRAMEWORK]
    if menu:
        yield Gap(
            "payload",
            "The paste menu of text fields uses the clipboard; whether the app's own Dart code does, too, cannot be told.",
            count=len(menu),
            could_hide="Reads and writes of the clipboard by the app's own Dart code.",
            would_lift=_LIFT,
            at=menu[0].at,
        )


class _Sources:
    """The sources of a debug build: searched for calls, ``Class.method(``, outside of comments and texts."""

    def __init__(self, file: str, sources: tuple[Source, ...], names: frozenset[str]) -> None:
        self._file = file
        self._names = {name: _called(name) for name in sorted(names) if ":" not in name}
        there = [source for source in sources if source.text and not source.uri.startswith(_FRAMEWORK_ADDRESSES)]
        self._sources = list(_up_to(there, _MOST_SOURCES))
        self._left_out = len(there) - len(self._sources)
        mains = {_package(source) for source in self._sources if source.uri.endswith("/main.dart")}
        self._own = {*mains, "file:"} if mains else {_package(source) for source in self._sources}

    def uses(self) -> Iterator[ScriptUse]:
        """The calls in the package that holds ``main.dart``; where none does, in all but the framework."""
        for source in self._sources:
            if _package(source) in self._own:
                for name, at in self._calls(source):
                    yield ScriptUse("flutter", name, Place(self._file, offset=source.offset + at))

    def gaps(self) -> Iterator[Gap]:
        """The packages beside the app's own that call, too; a debug build keeps them whether or not anything reaches them."""
        if not self._sources:
            why = "The kernel file holds no sources of the app; what its code calls was not read."
            yield Gap("payload", why, could_hide=_HIDES, would_lift=_LIFT, at=Place(self._file))
        if self._left_out:
            why = f"The kernel file holds more sources than are read; {self._left_out} were left out."
            yield Gap("payload", why, count=self._left_out, could_hide=_HIDES, would_lift=_LIFT, at=Place(self._file))
        calling: dict[str, set[str]] = {}
        for source in self._sources:
            if _package(source) not in self._own:
                for name, _ in self._calls(source):
                    calling.setdefault(_package(source), set()).add(name)
        found = {package: names - self._defined(package) for package, names in calling.items()}
        callers = sorted(package.removeprefix("package:").rstrip("/") for package, names in found.items() if names)
        if callers:
            why = (
                f"A debug build keeps what nothing reaches; calls of these packages may be reached or not: {', '.join(callers)}."
            )
            names = len(set().union(*found.values()))
            yield Gap("payload", why, count=names, could_hide=_HIDES, would_lift="A release build.", at=Place(self._file))

    def _calls(self, source: Source) -> Iterator[tuple[str, int]]:
        text = _NO_CODE.sub(lambda match: b" " * len(match[0]), source.text)
        for name, pattern in self._names.items():
            for match in pattern.finditer(text):
                yield name, match.start()

    def _defined(self, package: str) -> set[str]:
        """The names whose class is the package's own: what a plug-in calls of itself is nobody's use."""
        text = b"\n".join(source.text for source in self._sources if _package(source) == package)
        return {name for name in self._names if re.search(rb"\bclass\s+" + name.partition(".")[0].encode() + rb"\b", text)}


def _up_to(sources: list[Source], size: int) -> Iterator[Source]:
    """The first of *sources* that together have no more than *size* bytes."""
    for source in sources:
        size -= len(source.text)
        if size < 0:
            return
        yield source


def _called(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w$.])" + rb"\s{0,64}\.\s{0,64}".join(map(re.escape, name.encode().split(b"."))) + rb"\s{0,64}\(")


def _package(source: Source) -> str:
    """``package:shop/`` of ``package:shop/main.dart``; ``file:`` of what lies in no package."""
    return "file:" if source.uri.startswith("file:") else source.uri.partition("/")[0] + "/"


def _unread(file: str, size: int, error: FormatError) -> Gap:
    why = f"The compiled Dart code could not be read: {error}."
    return Gap("payload", why, size, could_hide=_HIDES, would_lift=_LIFT, at=Place(file))
