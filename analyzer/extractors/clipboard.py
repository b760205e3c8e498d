"""What surrounds each clipboard access: tests of the text, where it goes on the device, secrets, reflection, Android's part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import cast

import msgspec

from analyzer.facts import ApiCall, Argument, ClipboardAccess, ClipboardOperation, Gate, Place
from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.code import MethodCode
from analyzer.platform.callbacks import GateRow, load_gates
from analyzer.platform.knowledge import read_table
from analyzer.platform.watch import Watch
from analyzer.program.folding import Folder
from analyzer.program.graph.objects import Origin
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.program.manifest import Manifest
from analyzer.program.text_uses import TextWalk, Uses, load_text_uses

_MANAGERS = ("android.content.ClipboardManager", "android.text.ClipboardManager", "android.content.IClipboard")
_SENSITIVE = "android.content.extra.IS_SENSITIVE"
_AMBIGUOUS = frozenset({"getText", "setText", "hasText"})
# What a method's name alone can mean; others, such as the mark for sensitive content, are put into any bundle.
_BY_NAME = frozenset({"read", "peek", "watch", "write", "clear"})
_MAX_BACK = 6
_TEXTS = frozenset({"Ljava/lang/String;", "Ljava/lang/StringBuilder;", "Ljava/lang/StringBuffer;", "Ljava/lang/Object;"})

Call = ApiCall | ClipboardAccess


def clipboard_facts(graph: ProgramGraph, calls: Sequence[Call], watch: Watch, knowledge: Path) -> list[Call]:
    """*calls* with everything filled in that is known about the clipboard accesses, and the accesses by reflection added.

    Reflective look-ups get the names that a method puts together from constants as arguments.
    """
    reflective = [call for call in calls if isinstance(call, ApiCall) and _looks_up_method(call)]
    accesses = [call for call in calls if isinstance(call, ClipboardAccess)]
    if not reflective and not accesses:
        return list(calls)
    named = _Reflection(graph, watch)
    result: list[Call] = []
    for call in calls:
        if isinstance(call, ApiCall) and _looks_up_method(call):
            call = named.with_name(call)
            result += named.accesses(call)
        elif isinstance(call, ApiCall) and _looks_up_class(call):
            call = named.with_name(call)
        if not isinstance(call, ClipboardAccess):
            result.append(call)
    surroundings = _Surroundings(graph, accesses, knowledge)
    result += (surroundings.of(access) for access in accesses)
    gates = Gates(graph.app.manifest, load_gates(knowledge.parent))
    return [
        msgspec.structs.replace(call, gate=gates.of(call.operation)) if isinstance(call, ClipboardAccess) else call
        for call in result
    ]


def _looks_up_method(call: ApiCall) -> bool:
    return call.api.startswith(("Ljava/lang/Class;->getMethod(", "Ljava/lang/Class;->getDeclaredMethod("))


def _looks_up_class(call: ApiCall) -> bool:
    return call.api.startswith(("Ljava/lang/Class;->forName(", "Ljava/lang/ClassLoader;->loadClass(")) and not call.arg


class Gates:
    """What Android does about an operation on the devices that the app installs on."""

    def __init__(self, manifest: Manifest, rows: tuple[GateRow, ...]) -> None:
        self._low, self._high = manifest.min_sdk, manifest.max_sdk
        self._rows = rows

    def of(self, operation: str) -> tuple[Gate, ...]:
        """The gates before *operation*, by API level."""
        return tuple(self._gates(operation))

    def _gates(self, operation: str) -> Iterator[Gate]:
        for row in self._rows:
            if row.operation != operation:
                continue
            low = max(self._low, row.api_from or 1)
            highs = [high for high in (self._high, row.api_to) if high is not None]
            high = min(highs) if highs else None
            if high is None or low <= high:
                yield Gate(low, high, row.effect, row.source)


class _Sites:
    """Call sites by place."""

    def __init__(self, graph: ProgramGraph) -> None:
        self.graph = graph

    def find(self, place: Place | None) -> tuple[int, int] | None:
        """Node and instruction of a place, or None for code that is never loaded."""
        if place is None or place.method is None or place.offset is None:
            return None
        linked = self.graph.linked
        node = linked.node_of(place.method)
        objects = self.graph.bodies.objects(node) if node is not None else None
        if node is None or objects is None or linked.dex_files[int(linked.nodes.dex[node])].name != place.file:
            return None
        at = objects.code.instruction_at(place.offset)
        return None if at is None else (node, at)

    def is_made_in_place(self, place: Place | None, position: int) -> bool:
        """Whether, going straight back, an argument of a call is the result of a method of a string or builder, of a decoder, or
        a static field.

        A quick look, so that not every method with a look-up by a computed name has to be taken apart.
        """
        node = self.graph.linked.node_of(place.method) if place and place.method else None
        if node is None or place is None or place.offset is None or int(self.graph.linked.nodes.item[node]) < 0:
            return False
        dex = self.graph.linked.dex_files[int(self.graph.linked.nodes.dex[node])]
        code = MethodCode(dex, int(self.graph.linked.nodes.item[node]))
        at = code.instruction_at(place.offset) if dex.name == place.file else None
        if at is None or not code.is_invoke(at) or position >= len(code.call(at).registers):
            return False
        register = code.call(at).registers[position]
        for before in range(at - 1, -1, -1):
            if code.writes(before, register):
                opcode = code.opcode(before)
                if opcode in op.MOVES:
                    register = code.move_source(before)
                    continue
                makes = opcode in op.MOVE_RESULTS and before > 0 and code.is_invoke(before - 1)
                if opcode in op.SGETS or not makes:
                    return opcode in op.SGETS
                holder = dex.pools.method_holder(code.call(before - 1).method)
                return holder in _TEXTS or self.graph.decoders.text_at(node, before - 1) is not None
        return False

    def place(self, site: int) -> Place:
        """The place of a call site."""
        linked = self.graph.linked
        dex = linked.dex_files[int(linked.sites.dex[site])]
        return Place(dex.name, linked.descriptor(int(linked.sites.caller[site])), dex.offset_of(int(linked.sites.row[site])))

    def place_in(self, where: tuple[int, int]) -> Place:
        """The place of an instruction of a node."""
        linked, (node, at) = self.graph.linked, where
        dex = linked.dex_files[int(linked.nodes.dex[node])]
        row = int(dex.instructions.first[linked.nodes.item[node]]) + at
        return Place(dex.name, linked.descriptor(node), dex.offset_of(row))


class _Surroundings:
    """Tests, stores, hand-backs and write-backs of reads; secrets and marks of writes."""

    def __init__(self, graph: ProgramGraph, accesses: Sequence[ClipboardAccess], knowledge: Path) -> None:
        self._graph = graph
        self._sites = _Sites(graph)
        self._table = load_text_uses(knowledge)
        self._writes = [access.at for access in accesses if access.operation == "write" and access.at]
        self._words = [word for word, _ in read_table(knowledge / "secret_marks.tsv", ("word", "source"))]
        self._folder = Folder(graph)

    def of(self, access: ClipboardAccess) -> ClipboardAccess:
        where = self._sites.find(access.at)
        if where is None:
            return access
        if access.operation == "read":
            return self._read(access, TextWalk(self._graph, self._table).follow(*where))
        return self._write(access, *where) if access.operation == "write" else access

    def _read(self, access: ClipboardAccess, uses: Uses) -> ClipboardAccess:
        return msgspec.structs.replace(
            access,
            guard=tuple(sorted(uses.guards)),
            stored_at=self._places(uses.stored),
            handed_back_at=tuple(sorted({*self._places(uses.handed_back), *map(self._sites.place_in, uses.returned)})),
            replaced_at=tuple(sorted(self._replaced(uses))),
        )

    def _places(self, sites: Iterable[int]) -> tuple[Place, ...]:
        return tuple(sorted(self._sites.place(site) for site in sites))

    def _replaced(self, uses: Uses) -> Iterator[Place]:
        """Writes that follow a test of the text: in the testing method behind it, or in a method that is called behind it."""
        linked = self._graph.linked
        tested = {int(linked.sites.caller[site]): int(linked.sites.row[site]) for site in sorted(uses.tested_at, reverse=True)}
        for node, row in tested.items():
            behind = [site for site in linked.calls_in(node) if int(linked.sites.row[site]) > row]
            places = {self._sites.place(site) for site in behind}
            called = {linked.descriptor(int(t)) for t in (linked.sites.target[site] for site in behind) if t >= 0}
            yield from (at for at in self._writes if at in places or at.method in called)

    def _write(self, access: ClipboardAccess, node: int, at: int) -> ClipboardAccess:
        objects = self._graph.bodies.objects(node)
        clips = objects.at(at, 1) if objects else frozenset()
        operation: ClipboardOperation = access.operation
        text = self._written_text(node, at)
        if text == "":
            operation = "clear"
        names = {name for origin in clips for name in self._names(node, origin, 0)}
        found = sorted({f"named {name}" for name in names for word in self._words if word in name.lower()})
        made_here = any(origin.kind in ("call", "new") for origin in clips)
        sensitive = self._is_marked(node) if made_here else None
        secret = tuple(found) if operation == "write" else ()
        return msgspec.structs.replace(access, operation=operation, secret=secret, sensitive=sensitive)

    def _written_text(self, node: int, at: int) -> str | None:
        """The constant text that is written, or None."""
        objects = self._graph.bodies.objects(node)
        for origin in objects.at(at, 1) if objects else ():
            if origin.kind == "string":
                return self._folder.text(node, origin)
            if origin.kind == "call" and self._name(node, origin.value) == "newPlainText":
                return self._folder.argument(node, origin.value, 1)
        return None

    def _name(self, node: int, at: int) -> str:
        site = self._graph.bodies.site(node, at)
        return "" if site is None else self._graph.linked.member_name(int(self._graph.linked.sites.key[site]))

    def _names(self, node: int, origin: Origin, depth: int) -> Iterator[str]:
        """The names on the way that a text came: fields, methods, keys and labels."""
        linked = self._graph.linked
        pools = linked.dex_files[int(linked.nodes.dex[node])].pools
        objects = self._graph.bodies.objects(node)
        if objects is None or depth > _MAX_BACK:
            return
        if origin.kind == "string":
            text = pools.string(origin.value)
            if len(text) <= 64:
                yield text
        elif origin.kind == "field":
            yield pools.string(int(pools.fields[origin.value]["name"]))
        elif origin.kind == "call":
            yield self._name(node, origin.value)
            for position in range(3):
                for other in objects.at(origin.value, position):
                    yield from self._names(node, other, depth + 1)

    def _is_marked(self, node: int) -> bool:
        """Whether the writing method names the mark for sensitive content, by its text or its constant."""
        linked = self._graph.linked
        objects = self._graph.bodies.objects(node)
        pools = linked.dex_files[int(linked.nodes.dex[node])].pools
        origins = objects.origins() if objects else ()
        return any(
            (origin.kind == "string" and pools.string(origin.value) == _SENSITIVE)
            or (origin.kind == "field" and pools.field(origin.value).endswith("->EXTRA_IS_SENSITIVE"))
            for origin in origins
        )


def methods_by_name(watch: Watch) -> dict[str, tuple[str, ClipboardOperation]]:
    """The watched clipboard methods that a look-up by name alone can mean, by that name."""
    found: dict[str, tuple[str, ClipboardOperation]] = {}
    for key, api in sorted(watch.methods.items(), reverse=True):
        if api.operation is not None and api.operation in _BY_NAME:
            found[key.partition("->")[2].partition("(")[0]] = (key, cast(ClipboardOperation, api.operation))
    return found


class _Reflection:
    """Names of reflective look-ups, folded where the method puts them together, and the clipboard methods among them."""

    def __init__(self, graph: ProgramGraph, watch: Watch) -> None:
        self._graph = graph
        self._sites = _Sites(graph)
        self._folder = Folder(graph)
        self._methods = methods_by_name(watch)

    def with_name(self, call: ApiCall) -> ApiCall:
        """*call* with the looked-up name as its first argument, if the method makes it from constants."""
        if call.arg:
            return call
        position = 0 if call.api.startswith("Ljava/lang/Class;->forName(") else 1
        where = self._sites.find(call.at) if self._sites.is_made_in_place(call.at, position) else None
        text = None if where is None else self._folder.argument(*where, position)
        return call if text is None else msgspec.structs.replace(call, arg=(Argument(0, text),))

    def accesses(self, call: ApiCall) -> Iterator[ClipboardAccess]:
        """The clipboard access that a look-up of a method means."""
        name = next((argument.value for argument in call.arg if argument.index == 0), None)
        if name is None or name not in self._methods:
            return
        where = self._sites.find(call.at)
        if name in _AMBIGUOUS and (where is None or self._folder.argument(*where, 0) not in _MANAGERS):
            text = None if where is None else self._class_name(*where)
            if text not in _MANAGERS:
                return
        api, operation = self._methods[name]
        at = call.at if where is None else self._invoked(*where) or call.at
        yield ClipboardAccess(operation, api, call.owner, "reflection", at=at)

    def _class_name(self, node: int, at: int) -> str | None:
        """The class that a method is looked up on, when it comes from ``Class.forName`` with a constant."""
        objects = self._graph.bodies.objects(node)
        for origin in objects.at(at, 0) if objects else ():
            if origin.kind == "call":
                return self._folder.argument(node, origin.value, 0)
        return None

    def _invoked(self, node: int, at: int) -> Place | None:
        """Where the method object is invoked, if that is in the same method."""
        objects = self._graph.bodies.objects(node)
        for use in objects.uses(Origin("call", at)) if objects else ():
            site = self._graph.bodies.site(node, use.at) if use.kind == "arg" and use.value == 0 else None
            if site is not None and self._graph.linked.member_name(int(self._graph.linked.sites.key[site])) == "invoke":
                return self._sites.place(site)
        return None
