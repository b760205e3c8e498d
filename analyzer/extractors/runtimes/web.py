"""Pages and scripts among the assets: Cordova, Capacitor, and what an app's WebView shows from them.

What comes with the runtime (``cordova.js``, the scripts of plug-ins) defines what can be asked for; only what the app's own pages
and scripts call is use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser

from msgspec import Struct

from analyzer import limits
from analyzer.container import Package
from analyzer.errors import FormatError
from analyzer.extractors.runtimes.bindings import Bindings
from analyzer.extractors.runtimes.bridges import Bridge
from analyzer.extractors.runtimes.javascript import read_script
from analyzer.extractors.runtimes.modules import NativeNames, load_native_names, name_of
from analyzer.extractors.runtimes.script_values import ScriptCall, ScriptModule, objects_and_methods
from analyzer.extractors.runtimes.uses import RuntimeFound, ScriptUse
from analyzer.facts import Gap, Payload, PayloadKind, Place, TriggerKind
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.resources import rules_dir

_PAGES, _SCRIPTS = (".html", ".htm"), (".js", ".mjs")
_OF_RUNTIMES = re.compile(
    r"(?:^|/)(?:cordova|phonegap|cordova-[\d.]+|cordova_plugins|capacitor|native-bridge)\.js$|/cordova-js-src/|/plugins/[^/]+/"
)
_SHOWN_FROM_ASSETS = (b"file:///android_asset", b"appassets.androidplatform.net")
_CORDOVA_VERSION = re.compile(rb"(?:PLATFORM_VERSION_BUILD_LABEL|CORDOVA_JS_BUILD_LABEL)\s*=\s*['\"]([\w.\-]{1,20})['\"]")
_RUNS = re.compile(rb"\s*([\w$]+)\(")
_MOST_BYTES = 16 << 20
_NEAR = 2048
_HIDES = "What these scripts ask Android for."


class _Piece(Struct, frozen=True):
    """A piece of script: of which file, from which byte on, started by what."""

    path: str
    at: int
    text: bytes
    trigger: TriggerKind = "unknown"


class _App(Struct, frozen=True):
    """One web app: of which kind, in which folder, in which version."""

    kind: PayloadKind
    folder: str
    version: str | None


def read(graph: ProgramGraph, bindings: Bindings) -> RuntimeFound:
    """The web app of the package, if its pages are shown. Raises ``RuleError`` for a bad table."""
    found = _web_app(graph)
    if found is None:
        return RuntimeFound()
    package = graph.app.package
    reader = _Reader(graph, found.kind, bindings)
    paths = [path for path in package.named((found.folder,), (*_PAGES, *_SCRIPTS)) if not _OF_RUNTIMES.search(path)]
    for path in paths:
        reader.open(path)
    reader.read()
    start = next((path for path in paths if path.endswith("index.html")), paths[0] if paths else found.folder)
    size = sum(package.size_of(path) for path in paths)
    names = tuple(sorted({use.name for use in reader.uses if not use.calls}))
    payload = Payload(found.kind, start, found.version, names, size)
    return RuntimeFound((payload,), tuple(dict.fromkeys(reader.uses)), tuple(reader.gaps()))


def _web_app(graph: ProgramGraph) -> _App | None:
    """Which web app the assets hold: Cordova's or Capacitor's by their files, else pages that code names the assets for."""
    package = graph.app.package
    cordova = sorted(package.named(("assets/",), ("/cordova.js", "/phonegap.js")), key=len)
    if cordova:
        path = cordova[0]
        folder = package.inner(path).rpartition("/")[0] + "/"  # as in an APK, also where it lies in a split
        return _App("cordova", folder, _version(package, path))
    if package.named(("assets/capacitor.config.json", "assets/capacitor.plugins.json")):
        return _App("capacitor", "assets/public/", None)
    if package.named(("assets/",), _PAGES) and any(
        mark in dex.data for dex in graph.app.dex_files for mark in _SHOWN_FROM_ASSETS
    ):
        return _App("web", "assets/", None)
    return None


def _version(package: Package, path: str) -> str | None:
    try:
        match = _CORDOVA_VERSION.search(package.read(path)[:200_000])
    except FormatError:
        return None
    return f"Cordova {match[1].decode()}" if match else None


class _Reader:
    """Reads the files of one web app."""

    def __init__(self, graph: ProgramGraph, kind: PayloadKind, bindings: Bindings) -> None:
        self._package = graph.app.package
        self._kind = kind
        self._bridge = Bridge(graph)
        self._objects = objects_and_methods(bindings.names(kind))
        self._natives: NativeNames = load_native_names(rules_dir() / "knowledge", kind)
        self._names: dict[str, list[list[str]]] = {}
        for name in sorted(bindings.names(kind)):
            words = name.partition("(")[0].split(".")
            for word in words:
                self._names.setdefault(word, []).append(words)
        self._wanted = _any_of({word.partition("(")[0] for own in self._objects.values() for word in own} | self._bridge.names)
        self._words = _any_of({*self._names} | self._bridge.names)
        self._left = limits.SCRIPT_BYTES
        self._unread: list[tuple[str, int]] = []
        self._broken: list[str] = []
        self._pieces: list[_Piece] = []
        self._run_by: dict[str, TriggerKind] = {}
        self.uses: list[ScriptUse] = []

    def open(self, path: str) -> None:
        """Take the scripts of one file, and what its elements run when they are touched."""
        size = self._package.size_of(path)
        try:
            if size > _MOST_BYTES:
                raise FormatError("too large")
            data = self._package.read(path)
        except FormatError:
            self._unread.append((path, size))
            return
        for piece in _in_page(path, data) if path.endswith(_PAGES) else [_Piece(path, 0, data)]:
            runs = _RUNS.match(piece.text) if piece.trigger != "unknown" else None
            if runs is not None:
                self._run_by[runs[1].decode()] = piece.trigger
            if not self._may_use(piece.text):
                continue
            if len(piece.text) > self._left:
                self._unread.append((path, len(piece.text)))
            else:
                self._left -= len(piece.text)
                self._pieces.append(piece)

    def read(self) -> None:
        """Read what was taken."""
        for piece in self._pieces:
            self._read(piece)

    def _may_use(self, text: bytes) -> bool:
        """Whether all words of a binding stand near each other in the text, or a method of the app's own bridge does."""
        last: dict[str, int] = {}
        for match in self._words.finditer(text):
            word = match[0].decode("utf-8", "replace")
            last[word] = match.start()
            if word in self._bridge.names:
                return True
            if any(all(match.start() - last.get(other, -_NEAR) < _NEAR for other in name) for name in self._names.get(word, ())):
                return True
        return False

    def _read(self, piece: _Piece) -> None:
        parsed = read_script(piece.text, piece.at, self._wanted)
        if parsed.broken:
            self._broken.append(piece.path)
        module = ScriptModule(0, (), parsed.natives, parsed.defines, parsed.calls)
        for call in parsed.calls:
            place = Place(piece.path, None, call.at)
            trigger = call.trigger
            if trigger == "unknown":
                trigger = self._run_by.get(call.inside, piece.trigger)
            name = name_of(call, module, self._objects, {}, self._natives)
            if name is not None:
                self.uses.append(ScriptUse(self._kind, name, place, trigger))
            else:
                self._over_bridge(call, place, trigger)

    def _over_bridge(self, call: ScriptCall, place: Place, trigger: TriggerKind) -> None:
        name = self._bridge.name_of(call)
        if name is not None:
            self.uses.append(ScriptUse(self._kind, name, place, trigger, calls=self._bridge.methods_of(call)))

    def gaps(self) -> Iterator[Gap]:
        """What of the files was not read."""
        if self._unread:
            size = sum(size for _, size in self._unread)
            why = f"{len(self._unread)} scripts were not read: they are too large or damaged."
            at = Place(min(self._unread)[0])
            lift = "A run of the app."
            yield Gap("payload", why, size=size, count=len(self._unread), could_hide=_HIDES, would_lift=lift, at=at)
        if self._broken:
            why = f"{len(self._broken)} scripts could not be read to the end."
            yield Gap(
                "payload",
                why,
                count=len(self._broken),
                could_hide=_HIDES,
                would_lift="A run of the app.",
                at=Place(min(self._broken)),
            )


def _any_of(words: Iterable[str]) -> re.Pattern[bytes]:
    """Finds each of *words* where it stands as a whole word."""
    return re.compile(
        rb"(?<![\w$])(?:" + b"|".join(re.escape(word.encode("utf-8", "replace")) for word in sorted(words)) + rb")(?![\w$])"
    )


class _Page(HTMLParser):
    """Finds the scripts of a page, by line and column, and what its elements do when they are touched."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[tuple[int, int], str, TriggerKind]] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A script begins, or an element has handlers."""
        values = dict(attrs)
        self._in_script = (
            tag == "script" and not values.get("src") and (values.get("type") or "module").endswith(("module", "javascript"))
        )
        for name, value in attrs:
            if name.startswith("on") and value:
                touched = name in ("onclick", "ontouchstart", "ontouchend", "onsubmit")
                self.found.append(
                    (self.getpos(), value, "user-action" if touched else "lifecycle" if name == "onload" else "unknown")
                )

    def handle_endtag(self, tag: str) -> None:
        """A script ends."""
        self._in_script = False

    def handle_data(self, data: str) -> None:
        """The text of a script."""
        if self._in_script and data.strip():
            self.found.append((self.getpos(), data, "unknown"))


def _in_page(path: str, data: bytes) -> Sequence[_Piece]:
    """The scripts of a page; a place is that of the script's text, of a handler that of its element."""
    page = _Page()
    page.feed(data.decode("latin-1"))
    page.close()
    lines = [0, *(match.end() for match in re.finditer(rb"\n", data))]
    return [
        _Piece(path, lines[line - 1] + column, text.encode("latin-1"), trigger) for (line, column), text, trigger in page.found
    ]
