"""React Native: bundles of JavaScript as text or as Hermes bytecode, and what their modules call of the native side."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.extractors.runtimes.bindings import Bindings
from analyzer.extractors.runtimes.bridges import Bridge
from analyzer.extractors.runtimes.modules import NativeNames, load_native_names, uses_of
from analyzer.extractors.runtimes.script_values import ScriptModule
from analyzer.extractors.runtimes.uses import RuntimeFound, ScriptUse
from analyzer.facts import Gap, Payload, PayloadKind, Place
from analyzer.formats.hermes import HermesFile, is_hermes
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.resources import rules_dir

_BUNDLES = (("assets/",), (".bundle", ".jsbundle", ".hbc"))
_MOST_BYTES = 128 << 20
_TAIL = re.compile(rb",(\d+),\[([\d,\s]*)\](?:,\"[^\"]*\")?\);?\s*\Z")
_VERSION = re.compile(rb"major:(\d+),minor:(\d+),patch:(\d+)")
_HIDES = "What this script asks Android for."


class _Tables(Struct, frozen=True):
    """What is looked for: names of bindings, native modules behind them, methods of the app's own modules."""

    bindings: Bindings
    natives: NativeNames
    bridge: Bridge

    def words(self, kind: PayloadKind) -> frozenset[str]:
        """What a module of interest names."""
        functions = {name.rpartition(".")[2] for name in self.bindings.names(kind)}
        return frozenset(functions | {*self.natives.objects} | self.bridge.names)


class _Read(Struct, frozen=True):
    payload: Payload
    uses: tuple[ScriptUse, ...] = ()
    gaps: tuple[Gap, ...] = ()


def read(graph: ProgramGraph, bindings: Bindings) -> RuntimeFound:
    """The bundles of the package. Raises ``RuleError`` for a bad table."""
    tables = _Tables(bindings, load_native_names(rules_dir() / "knowledge", "react"), Bridge(graph))
    found = [_bundle(graph, path, tables) for path in graph.app.package.named(*_BUNDLES)]
    there = [each for each in found if each is not None]
    return RuntimeFound(
        tuple(each.payload for each in there),
        tuple(use for each in there for use in each.uses),
        tuple(gap for each in there for gap in each.gaps),
    )


def _bundle(graph: ProgramGraph, path: str, tables: _Tables) -> _Read | None:
    """What one bundle is and uses; None for a file that is no script."""
    size = graph.app.package.size_of(path)
    place = Place(path)
    try:
        if size > _MOST_BYTES:
            raise FormatError(f"the bundle is larger than {_MOST_BYTES >> 20} MB")
        data = graph.app.package.read(path)
        if is_hermes(data):
            return _hermes(data, path, tables)
    except FormatError as error:
        kind: PayloadKind = "hermes" if path.endswith(".hbc") or size > _MOST_BYTES or "Hermes" in str(error) else "react-native"
        return _Read(Payload(kind, path, size=size), gaps=(_gap(str(error), place, size),))
    if b"\0" in data[:4096]:
        why = "A bundle is in a form that is not known: neither a script nor Hermes bytecode."
        return _Read(Payload("react-native", path, size=size), gaps=(_gap(why, place, size),))
    return _plain(data, path, tables)


def _gap(why: str, at: Place, size: int) -> Gap:
    return Gap("payload", why, size=size, could_hide=_HIDES, would_lift="A newer apkvet, or a run of the app.", at=at)


def _hermes(data: bytes, path: str, tables: _Tables) -> _Read:
    from analyzer.extractors.runtimes.hermes_modules import hermes_modules

    kind: PayloadKind = "hermes"
    version = int.from_bytes(data[8:12], "little")
    try:
        file = HermesFile(data)
    except FormatError as error:
        return _Read(Payload(kind, path, f"bytecode {version}", size=len(data)), gaps=(_gap(str(error), Place(path), len(data)),))
    uses = tuple(_used(kind, path, hermes_modules(file, tables.words(kind)), tables))
    gaps: tuple[Gap, ...] = ()
    if file.bad or file.cut:
        why = f"{file.bad} functions of the Hermes bytecode lie outside of the file, or functions overlap."
        gaps = (_gap(why, Place(path), len(data)),)
    payload = Payload(kind, path, f"bytecode {version}", _names_of(uses), len(data))
    return _Read(payload, uses, gaps)


def _plain(data: bytes, path: str, tables: _Tables) -> _Read:
    kind: PayloadKind = "react-native"
    modules, left, broken = _modules(data, tables.words(kind))
    uses = tuple(_used(kind, path, modules, tables))
    gaps = []
    if left:
        why = f"{left} bytes of a bundle were not read: it is too large."
        gaps.append(_gap(why, Place(path), left))
    if broken:
        gaps.append(
            _gap(f"{broken} modules of a bundle have parts that are no JavaScript that is known.", Place(path), len(data))
        )
    version = _VERSION.search(data) if b"ReactNativeVersion" in data or b"__d(" in data else None
    number = ".".join(part.decode() for part in version.groups()) if version else None
    payload = Payload(kind, path, f"React Native {number}" if number else None, _names_of(uses), len(data))
    return _Read(payload, uses, tuple(gaps))


def _modules(data: bytes, words: Collection[str]) -> tuple[list[ScriptModule], int, int]:
    """The modules of a bundle, those that name one of *words* read; bytes that were left out; modules that are broken."""
    from analyzer.extractors.runtimes.javascript import read_script

    wanted = re.compile(rb"(?<![\w$])(?:" + b"|".join(re.escape(word.encode()) for word in sorted(words)) + rb")(?![\w$])")
    modules: list[ScriptModule] = []
    left, budget, broken = 0, limits.SCRIPT_BYTES, 0
    for at, text in _pieces(data):
        tail = _TAIL.search(text[-20_000:]) if text.startswith(b"__d(") else None
        number = int(tail[1]) if tail else -1 - len(modules)
        requires = tuple(map(int, filter(None, tail[2].replace(b" ", b"").split(b",")))) if tail else ()
        if not wanted.search(text):
            modules.append(ScriptModule(number, requires, frozenset(), frozenset(), ()))
        elif len(text) > budget:
            left += len(text)
        else:
            budget -= len(text)
            parsed = read_script(text, at, wanted, metro=True)
            broken += parsed.broken
            modules.append(ScriptModule(number, requires, parsed.natives, parsed.defines, parsed.calls))
    return modules, left, broken


def _pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The modules as Metro writes them, each on lines of its own; what stands before the first is one, too."""
    begin = 0
    for match in re.finditer(rb"^__d\(", data, re.MULTILINE):
        if match.start() > begin:
            yield begin, data[begin : match.start()]
        begin = match.start()
    yield from _last(begin, data)


def _last(begin: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    """The last module, and apart from it the calls that start the app (``__r(0);``)."""
    run = re.search(rb"^__r\(", data[begin:], re.MULTILINE)
    end = begin + run.start() if run and data.startswith(b"__d(", begin) else len(data)
    if end > begin:
        yield begin, data[begin:end]
    if end < len(data):
        yield end, data[end:]


def _used(kind: PayloadKind, path: str, modules: list[ScriptModule], tables: _Tables) -> Iterator[ScriptUse]:
    """The uses by names of the table, and the calls of the app's own modules, in the order of the file."""
    seen: dict[ScriptUse, None] = {}
    for name, call in uses_of(modules, tables.bindings.names(kind), tables.natives):
        seen[ScriptUse(kind, name, Place(path, None, call.at), call.trigger)] = None
    for call in (call for module in modules for call in module.calls if call.callee.base == "native"):
        own = tables.bridge.name_of(call) if call.callee.key not in tables.natives.objects else None
        if own is not None:
            seen[ScriptUse(kind, own, Place(path, None, call.at), call.trigger, calls=tables.bridge.methods_of(call))] = None
    yield from sorted(seen, key=lambda use: (use.at.offset or 0, use.name))


def _names_of(uses: Iterable[ScriptUse]) -> tuple[str, ...]:
    return tuple(sorted({use.name for use in uses if not use.calls}))
