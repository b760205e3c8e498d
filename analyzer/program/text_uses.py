"""What becomes of a text after a call returned it: what it is tested against, kept in, handed back to, or replaced by.

A small forward walk over the objects of single methods: into callees as an argument, out of them as a result, through fields and
captured values. What a library method does with text is data (``rules/knowledge/text_uses.tsv``). This is no data flow
analysis: it says what surrounds one read of the clipboard, within a few calls of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from analyzer.errors import RuleError
from analyzer.platform.knowledge import read_table
from analyzer.program.graph.objects import Origin, Use
from analyzer.program.graph.program_graph import ProgramGraph

Effect = Literal["pass", "test", "store", "hand-back", "write"]
_EFFECTS = ("pass", "test", "store", "hand-back", "write")
_MAX_STEPS = 300
_MAX_DEPTH = 4
_MAX_CALLERS = 12
_CLINIT = "<clinit>"


class TextUse(Struct, frozen=True):
    """What a method does with its ``text`` (``receiver``, ``arg0``, ``arg*``); ``other``: where result or pattern is."""

    text: str
    effect: Effect
    other: str


class Uses(Struct, frozen=True):
    """``guards``: constants that the text was tested against; ``returned``: node and instruction where it is returned to another
    runtime; the others are call sites, ``nodes`` all methods seen.
    """

    guards: frozenset[str]
    tested_at: frozenset[int]
    stored: frozenset[int]
    handed_back: frozenset[int]
    returned: frozenset[tuple[int, int]]
    written: frozenset[int]
    nodes: frozenset[int]


class _Point(Struct, frozen=True):
    node: int
    origin: Origin
    depth: int


def load_text_uses(knowledge: Path) -> Mapping[str, tuple[TextUse, ...]]:
    """The table by ``Lx;->name``. Raises ``RuleError``."""
    path = knowledge / "text_uses.tsv"
    found: dict[str, tuple[TextUse, ...]] = {}
    for api, text, effect, other, _ in read_table(path, ("api", "text", "effect", "other", "source")):
        if effect not in _EFFECTS:
            raise RuleError(f"unknown effect {effect!r}", where=str(path), mend=f"Known: {', '.join(_EFFECTS)}.")
        found[api] = (*found.get(api, ()), TextUse(text, cast(Effect, effect), other))
    return found


class TextWalk:
    """One walk from the result of a call site."""

    def __init__(self, graph: ProgramGraph, table: Mapping[str, tuple[TextUse, ...]]) -> None:
        self._graph = graph
        self._table = table
        self._names = frozenset(key.partition("->")[2] for key in table)
        self._known: dict[int, tuple[TextUse, ...]] = {}

    def follow(self, node: int, instruction: int) -> Uses:
        """The uses of what the call at *instruction* of *node* returns."""
        self._guards: set[str] = set()
        self._sites: dict[str, set[int]] = {effect: set() for effect in _EFFECTS}
        self._seen: set[tuple[int, Origin]] = set()
        self._ends: set[tuple[int, int]] = set()
        self._todo: deque[_Point] = deque()
        self._push(_Point(node, Origin("call", instruction), 0))
        for _ in range(_MAX_STEPS):
            if not self._todo:
                break
            point = self._todo.popleft()
            objects = self._graph.bodies.objects(point.node)
            for use in objects.uses(point.origin) if objects else ():
                self._use(point, use)
        sites = {effect: frozenset(found) for effect, found in self._sites.items()}
        nodes = frozenset(seen for seen, _ in self._seen)
        return Uses(
            frozenset(self._guards),
            sites["test"],
            sites["store"],
            sites["hand-back"],
            frozenset(self._ends),
            sites["write"],
            nodes,
        )

    def _push(self, point: _Point) -> None:
        key = (point.node, point.origin)
        if key not in self._seen and point.depth <= _MAX_DEPTH:
            self._seen.add(key)
            self._todo.append(point)

    def _use(self, point: _Point, use: Use) -> None:
        if use.kind == "arg":
            site = self._graph.bodies.site(point.node, use.at)
            if site is not None:
                self._argument(point, use, site)
        elif use.kind == "put":
            number = int(self._graph.linked.nodes.dex[point.node])
            for node, origin in self._graph.loads.of(number, use.value)[:_MAX_CALLERS]:
                self._push(_Point(node, origin, point.depth + 1))
        elif use.kind == "cast":
            self._push(replace(point, origin=Origin("cast", use.at)))
        elif use.kind == "into":
            for holder in use.holders:
                self._push(replace(point, origin=holder))
        else:
            self._returned(point, use.at)

    def _returned(self, point: _Point, at: int) -> None:
        if point.node in self._graph.entries.annotated:
            self._ends.add((point.node, at))
        linked = self._graph.linked
        sites = linked.calls_to(point.node) or linked.calls_above(point.node)
        for site in sites[:_MAX_CALLERS]:
            self._push(
                _Point(int(linked.sites.caller[site]), Origin("call", self._graph.bodies.instruction(site)), point.depth + 1)
            )

    def _argument(self, point: _Point, use: Use, site: int) -> None:
        reference = self._graph.references.of(site)
        if use.value >= len(reference.positions):
            return
        index = reference.positions[use.value][0]
        found = [
            t
            for t in self._uses_at(site)
            if t.text == ("receiver" if index < 0 else f"arg{index}") or (index >= 0 and t.text == "arg*")
        ]
        for text_use in found:
            if text_use.effect == "pass":
                self._passed_on(point, use, text_use)
                continue
            self._sites[text_use.effect].add(site)
            if text_use.effect == "test":
                self._guards.update(self._pattern(point.node, use.at, site, text_use.other))
                if text_use.other == "receiver":
                    self._passed_on(point, use, text_use)
        if not found and index >= 0:
            for target in reference.targets[:_MAX_DEPTH]:
                self._push(_Point(target, Origin("param", use.value), point.depth + 1))

    def _passed_on(self, point: _Point, use: Use, text_use: TextUse) -> None:
        if text_use.other == "result":
            self._push(replace(point, origin=Origin("call", use.at)))
            return
        if text_use.effect == "test":
            return
        objects = self._graph.bodies.objects(point.node)
        for origin in objects.at(use.at, 0) if objects else ():
            self._push(replace(point, origin=origin))

    def _uses_at(self, site: int) -> tuple[TextUse, ...]:
        """What the table says of the method that is called."""
        linked = self._graph.linked
        key = int(linked.sites.key[site])
        name = linked.member_name(key)
        if name not in self._names:
            return ()
        known = self._known.get(key)
        if known is None:
            holder = linked.types.names[key >> 32]
            rows = (self._table.get(f"{cls}->{name}") for cls in self._graph.app.hierarchy.ancestors(holder))
            known = self._known[key] = next((row for row in rows if row), ())
        return known

    def _pattern(self, node: int, at: int, site: int, other: str) -> set[str]:
        """The constants at the other side of a test."""
        positions = self._graph.references.of(site).positions
        wanted = -1 if other == "receiver" else int(other[3:] or 0)
        position = next((p for p, (index, _) in enumerate(positions) if index == wanted), None)
        objects = self._graph.bodies.objects(node)
        if position is None or objects is None:
            return set()
        return {text for origin in objects.at(at, position) for text in self._texts(node, origin, 0)}

    def _texts(self, node: int, origin: Origin, depth: int) -> set[str]:
        """The constant texts of an object: a string, or the pattern that a compiled expression was made of."""
        linked = self._graph.linked
        dex = linked.dex_files[int(linked.nodes.dex[node])]
        objects = self._graph.bodies.objects(node)
        if objects is None or depth > 3:
            return set()
        if origin.kind == "string":
            return {dex.pools.string(origin.value)}
        if origin.kind == "cast":
            return set()
        if origin.kind == "call":
            decoded = self._graph.decoders.text_at(node, origin.value)
            if decoded is not None:
                return {decoded}
            arguments = [o for position in range(2) for o in objects.at(origin.value, position) if o.kind == "string"]
            return {text for o in arguments for text in self._texts(node, o, depth + 1)}
        if origin.kind == "new":
            uses = [use for use in objects.uses(origin) if use.kind == "arg" and use.value == 0]
            arguments = [o for use in uses[:1] for o in objects.at(use.at, 1) if o.kind == "string"]
            return {text for o in arguments for text in self._texts(node, o, depth + 1)}
        return self._field_texts(node, origin, depth) if origin.kind == "field" else set()

    def _field_texts(self, node: int, origin: Origin, depth: int) -> set[str]:
        """What the class's initialiser puts into a static field; a field of the platform by its name."""
        linked = self._graph.linked
        dex = linked.dex_files[int(linked.nodes.dex[node])]
        field = dex.pools.field(origin.value)
        holder, _, name = field.partition("->")
        type_id = linked.types.number(holder)
        if type_id is None or not linked.types.is_defined(type_id):
            return {f"{holder[1:-1].rpartition('/')[2]}.{name}"}
        for method in linked.methods_of(type_id):
            if linked.name(method) == _CLINIT:
                return self._put_texts(method, field, depth)
        return set()

    def _put_texts(self, method: int, field: str, depth: int) -> set[str]:
        linked = self._graph.linked
        objects = self._graph.bodies.objects(method)
        rows = linked.dex_files[int(linked.nodes.dex[method])].pools.rows_of_field(field)
        stored = objects.put_into(rows) if objects else ()
        return {text for origins in stored for origin in origins for text in self._texts(method, origin, depth + 1)}
