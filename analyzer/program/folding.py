"""Strings that a method puts together from constants: concatenation with builders, pure methods of String, and decoders.

Straight-line reading: appends count in the order of the code. One piece that is not constant makes the whole unknown.
"""

from __future__ import annotations

from analyzer.program.graph.objects import MethodObjects, Origin
from analyzer.program.graph.program_graph import ProgramGraph

_MAX_DEPTH = 12
_LONGEST = 4096
UNKNOWN_PIECE = "%s"
_BUILDERS = ("Ljava/lang/StringBuilder;", "Ljava/lang/StringBuffer;")
_RECEIVERS = frozenset({*_BUILDERS, "Ljava/lang/CharSequence;", "Ljava/lang/Appendable;", "Ljava/lang/Object;"})


class Folder:
    """Evaluates string objects of methods."""

    def __init__(self, graph: ProgramGraph) -> None:
        self._graph = graph
        self._known: dict[tuple[int, Origin], str | None] = {}
        self._appended: dict[int, dict[Origin, list[int]]] = {}

    def text(self, node: int, origin: Origin, depth: int = 0) -> str | None:
        """The text of the object that *origin* stands for in *node*, or None. Each is worked out once, so loops end."""
        key = (node, origin)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._text(node, origin, depth)
        return self._known[key]

    def _text(self, node: int, origin: Origin, depth: int) -> str | None:
        objects = self._graph.bodies.objects(node)
        if objects is None or depth > _MAX_DEPTH:
            return None
        dex = self._graph.linked.dex_files[int(self._graph.linked.nodes.dex[node])]
        if origin.kind == "string":
            return dex.pools.string(origin.value) if origin.value < len(dex.pools.string_offsets) else None
        if origin.kind == "class":
            return dex.pools.type(origin.value)[1:-1].replace("/", ".")
        if origin.kind == "field":
            return self._field(dex.pools.field(origin.value), depth)
        return self._call(node, objects, origin, depth) if origin.kind == "call" else None

    def hands_out_text(self, node: int, at: int) -> bool:
        """Whether the call at instruction *at* gives a text that was put together: of a builder, or by ``concat``."""
        holder, name = self._called(node, at)
        return (name == "toString" and holder in _BUILDERS) or (name == "concat" and holder == "Ljava/lang/String;")

    def template(self, node: int, at: int) -> str:
        """The text that such a call gives, with ``%s`` for each piece that is not known; '' when nothing of it is."""
        objects = self._graph.bodies.objects(node)
        if objects is None:
            return ""
        if self._called(node, at)[1] == "concat":
            pieces = [self.argument(node, at, position) for position in (0, 1)]
        else:
            builder = self._builder(node, objects, objects.at(at, 0))
            calls = self._calls_on_builders(node, objects).get(builder, ()) if builder else ()
            pieces = [self._piece(node, objects, where, 0) for where in calls if where < at]
        return "".join(UNKNOWN_PIECE if piece is None else piece for piece in pieces)[:_LONGEST]

    def argument(self, node: int, at: int, position: int, depth: int = 0) -> str | None:
        """The text at an argument position of the call at instruction *at*: known when all its origins agree."""
        objects = self._graph.bodies.objects(node)
        origins = objects.at(at, position) if objects else ()
        texts = {self.text(node, origin, depth) for origin in origins}
        return texts.pop() if len(texts) == 1 else None

    def _call(self, node: int, objects: MethodObjects, origin: Origin, depth: int) -> str | None:
        decoded = self._graph.decoders.text_at(node, origin.value)
        if decoded is not None:
            return decoded
        holder, name = self._called(node, origin.value)
        if name == "toString" and holder in _BUILDERS:
            return self._built(node, objects, origin.value, depth)
        if holder not in ("Ljava/lang/String;", "Ljava/lang/Object;", "Ljava/lang/CharSequence;"):
            return None
        parts = [self.argument(node, origin.value, position, depth + 1) for position in range(3)]
        return _pure(name, parts)

    def _called(self, node: int, at: int) -> tuple[str, str]:
        site = self._graph.bodies.site(node, at)
        if site is None:
            return "", ""
        key = int(self._graph.linked.sites.key[site])
        return self._graph.linked.types.names[key >> 32], self._graph.linked.member_name(key)

    def _built(self, node: int, objects: MethodObjects, at: int, depth: int) -> str | None:
        """What a builder holds at *at*: its first text and everything appended before."""
        builder = self._builder(node, objects, objects.at(at, 0))
        if builder is None:
            return None
        ordered = [where for where in self._calls_on_builders(node, objects).get(builder, ()) if where < at]
        whole = ""
        for where in ordered:
            piece = self._piece(node, objects, where, depth)
            if piece is None:
                return None
            whole += piece
        if any(self._called(node, where)[1] == "reverse" for where in ordered):
            whole = whole[::-1]
        return whole[:_LONGEST]

    def _calls_on_builders(self, node: int, objects: MethodObjects) -> dict[Origin, list[int]]:
        """The calls on each builder of a method, in order."""
        known = self._appended.get(node)
        if known is None:
            found: dict[Origin, set[int]] = {}
            for at in objects.invokes():
                if self._called(node, at)[0] not in _RECEIVERS:
                    continue
                for origin in objects.at(at, 0):
                    builder = self._builder(node, objects, frozenset({origin}))
                    if builder is not None:
                        found.setdefault(builder, set()).add(at)
            known = self._appended[node] = {builder: sorted(calls) for builder, calls in found.items()}
        return known

    def _builder(self, node: int, objects: MethodObjects, origins: frozenset[Origin]) -> Origin | None:
        """The new-instance that a builder comes from, through ``append`` that returns its receiver."""
        for _ in range(200):
            if len(origins) != 1:
                return None
            (origin,) = origins
            if origin.kind == "new":
                return origin
            if origin.kind != "call" or self._called(node, origin.value)[0] not in _BUILDERS:
                return None
            origins = objects.at(origin.value, 0)
        return None

    def _piece(self, node: int, objects: MethodObjects, at: int, depth: int) -> str | None:
        """What one call adds to a builder; None when that is not known."""
        name = self._called(node, at)[1]
        if name in ("reverse", "toString", "length"):
            return ""
        if name not in ("append", "<init>"):
            return None
        given = objects.at(at, 1)
        if not given:
            return "" if name == "<init>" else None
        if all(origin.kind == "int" for origin in given) and len(given) == 1:
            (origin,) = given
            return "" if name == "<init>" else chr(origin.value) if 0 < origin.value < 0x110000 else None
        return self.argument(node, at, 1, depth + 1)

    def _field(self, field: str, depth: int) -> str | None:
        """The text that a class's initialiser puts into a static field."""
        linked = self._graph.linked
        type_id = linked.types.number(field.partition("->")[0])
        for method in linked.methods_of(type_id) if type_id is not None else ():
            if linked.name(method) != "<clinit>":
                continue
            objects = self._graph.bodies.objects(method)
            rows = linked.dex_files[int(linked.nodes.dex[method])].pools.rows_of_field(field)
            for origins in objects.put_into(rows) if objects else ():
                texts = {self.text(method, origin, depth + 1) for origin in origins}
                return texts.pop() if len(texts) == 1 else None
        return None


def _pure(name: str, parts: list[str | None]) -> str | None:
    """The result of a method of String on constants."""
    first, second, third = parts
    if first is None:
        return None
    if name in ("toString", "intern", "valueOf"):
        return first
    if name == "trim":
        return first.strip()
    if name == "toLowerCase":
        return first.lower()
    if name == "concat" and second is not None:
        return (first + second)[:_LONGEST]
    if name == "replace" and second is not None and third is not None:
        return first.replace(second, third)[:_LONGEST]
    return None
