"""Where code that is loaded at run time comes from: a constant path, an asset, the network, another package.

The file that a class loader is given is followed back inside the method, through constructors, fields of the class and callers,
to constants and to calls that a table names (``code_sources.tsv``). What writes that file is mostly another statement, often of
another method: what the same class calls of the table is told as *beside it*. Both are evidence of a source, neither proves it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from analyzer.facts import ApiCall, Fact, Gap, Trait
from analyzer.platform.knowledge import read_table
from analyzer.program.graph.objects import MethodObjects, Origin
from analyzer.program.graph.program_graph import ProgramGraph

_MOST_PLACES, _MOST_STEPS, _MOST_CALLERS, _MOST_DEPTH = 20, 400, 6, 10
_FILE = re.compile(r"[\w%.@-]*/[\w/%.@ -]+|[\w%-]+\.[a-z]\w{1,4}")
_LOADS_NATIVE = ("Ljava/lang/System;->load(", "Ljava/lang/Runtime;->load(")
_STATIC = ("->loadDex(", "Ljava/lang/System;->load(", "->newInstance(")
_HIDES = "Everything that the loaded code does."
_LIFTS = "The loaded files, scanned as packages of their own."


class Source(Struct, frozen=True):
    """Where one load gets its code: constants, sources on the way to the loader, and sources that its class uses beside it."""

    constants: tuple[str, ...]
    on_the_way: tuple[str, ...]
    beside: tuple[str, ...]


def load_code_sources(knowledge: Path) -> dict[str, str]:
    """Methods (``Lx/Y;->name``) and where what they give comes from. Raises ``RuleError``."""
    return {method: source for method, source, _ in read_table(knowledge / "code_sources.tsv", ("method", "from", "source"))}


def loaded_code(graph: ProgramGraph, calls: Sequence[Fact], sources: Mapping[str, str]) -> Iterator[Gap | Trait]:
    """A gap for each place where code is loaded, saying from where, and a trait for each source."""
    loads = [call for call in calls if isinstance(call, ApiCall) and _is_load(call)]
    finder = _Finder(graph, sources)
    for number, call in enumerate(loads):
        if number == _MOST_PLACES:
            why = f"At {len(loads) - number} further places code is loaded from outside the package's own DEX files."
            yield Gap("dynamic-code", why, None, len(loads) - number, _HIDES, _LIFTS, call.at)
            return
        if call.via == "native":
            why = f"A native library names {_short(call.api)}, with which it can load code."
            yield Gap("dynamic-code", why, None, None, _HIDES, _LIFTS, call.at)
            continue
        source = finder.of(call)
        yield Gap("dynamic-code", f"{_short(call.api)} loads code {_words(source)}.", None, None, _HIDES, _LIFTS, call.at)
        paths = ["constant path"] if any("/" in text for text in source.constants) else []
        kinds = dict.fromkeys([*source.on_the_way, *source.beside, *paths])
        yield from (Trait("code-loaded-from", kind, call.at, call.owner) for kind in kinds)


def _is_load(call: ApiCall) -> bool:
    return call.category == "dynamic-code" or (call.category == "native-code" and call.api.startswith(_LOADS_NATIVE))


def _words(source: Source) -> str:
    """From where, as the end of a sentence."""
    known = [_AS_WORDS.get(kind, kind) for kind in source.on_the_way if kind != "own storage"]
    parts = [f"from {' and '.join(known)}"] if known else []
    if source.constants:
        parts.append(f"named {', '.join(repr(text[:80]) for text in source.constants[:3])}")
    if "own storage" in source.on_the_way:
        parts.append("in the app's own storage")
    beside = [_AS_WORDS.get(kind, kind) for kind in source.beside if kind not in (*source.on_the_way, "own storage")]
    words = ", ".join(parts) or "from where it cannot be told"
    return f"{words}; its class uses {' and '.join(beside)}" if beside else words


_AS_WORDS = {"asset": "an asset", "network": "the network"}


def _short(api: str) -> str:
    holder, _, member = api.partition(";->")
    name = holder.rpartition("/")[2].replace("$", ".")
    return name if member.startswith("<init>") else f"{name}.{member.partition('(')[0]}"


class _Finder:
    """Looks for the sources of loads."""

    def __init__(self, graph: ProgramGraph, sources: Mapping[str, str]) -> None:
        self._graph = graph
        self._sources = sources
        self._names = {key.partition("->")[2] for key in sources}
        self._beside: dict[str, tuple[str, ...]] = {}

    def of(self, call: ApiCall) -> Source:
        """The source of one load."""
        given = tuple(argument.value for argument in call.arg if argument.index == 0)
        at = call.at
        node = self._graph.linked.node_of(at.method) if at and at.method else None
        if at is None or node is None:
            return Source(given, (), ())
        objects = self._graph.bodies.objects(node)
        instruction = objects.code.instruction_at(at.offset or 0) if objects else None
        walk = _Walk(self)
        if objects is not None and instruction is not None:
            position = 0 if any(part in call.api for part in _STATIC) else 1
            walk.arguments(node, objects, instruction, (position,), 0)
        constants = tuple(dict.fromkeys([*given, *sorted(text for text in walk.texts if _FILE.fullmatch(text))]))
        return Source(constants, tuple(sorted(walk.found)), self._of_class(node))

    def source_of(self, cls: str, member: str) -> str | None:
        """Where what a method gives comes from, if the table says so for it or one that it overrides."""
        name = member.partition("(")[0]
        if name not in self._names:
            return None
        meanings = (cls, *self._graph.app.hierarchy.meanings(cls, member))
        return next((self._sources[key] for one in meanings if (key := f"{one}->{name}") in self._sources), None)

    def called(self, node: int, at: int) -> tuple[str, str] | None:
        """Class and member of the method that instruction *at* of *node* calls."""
        site = self._graph.bodies.site(node, at)
        return None if site is None else self._reference(site)

    def _reference(self, site: int) -> tuple[str, str]:
        sites = self._graph.linked.sites
        dex = self._graph.linked.dex_files[int(sites.dex[site])]
        row = int(dex.units[dex.instructions.position[int(sites.row[site])] + 1])
        return dex.pools.method_holder(row), dex.pools.method_member(row)

    def _of_class(self, node: int) -> tuple[str, ...]:
        """The sources that the outermost class of *node* uses anywhere."""
        linked = self._graph.linked
        outer = linked.holder(node).rstrip(";").partition("$")[0]
        known = self._beside.get(outer)
        if known is None:
            found: set[str] = set()
            for type_id in self._classes.get(outer, ()):
                for method in linked.methods_of(type_id):
                    named = (s for s in linked.calls_in(method) if linked.member_name(int(linked.sites.key[s])) in self._names)
                    found.update(filter(None, (self.source_of(*self._reference(site)) for site in named)))
            known = self._beside[outer] = tuple(sorted(found))
        return known

    @cached_property
    def _classes(self) -> dict[str, list[int]]:
        """The classes that the package defines by their outermost one."""
        found: dict[str, list[int]] = {}
        types = self._graph.linked.types
        for type_id, defined in enumerate(types.defined.tolist()):
            if defined >= 0:
                found.setdefault(types.names[type_id].rstrip(";").partition("$")[0], []).append(type_id)
        return found

    @property
    def graph(self) -> ProgramGraph:
        """The package's code."""
        return self._graph


class _Walk:
    """Goes back from an argument over what it was made of."""

    def __init__(self, finder: _Finder) -> None:
        self._finder = finder
        self._graph = finder.graph
        self._seen: set[tuple[int, Origin]] = set()
        self.texts: set[str] = set()
        self.found: set[str] = set()

    def arguments(self, node: int, objects: MethodObjects, at: int, positions: Sequence[int], depth: int) -> None:
        """Follow the arguments of the call at instruction *at*."""
        for position in positions:
            for origin in objects.at(at, position):
                self._origin(node, objects, origin, depth)

    def _origin(self, node: int, objects: MethodObjects, origin: Origin, depth: int) -> None:
        if (node, origin) in self._seen or len(self._seen) > _MOST_STEPS or depth > _MOST_DEPTH:
            return
        self._seen.add((node, origin))
        linked = self._graph.linked
        pools = linked.dex_files[int(linked.nodes.dex[node])].pools
        if origin.kind == "string":
            self.texts.add(pools.string(origin.value))
        elif origin.kind == "call":
            self._called(node, objects, origin.value, depth)
        elif origin.kind == "new":
            for use in objects.uses(origin):
                if use.kind == "arg" and use.value == 0:
                    self._made(node, objects, use.at, depth)
        elif origin.kind == "field":
            self._field(pools.field(origin.value), depth)
        elif origin.kind == "param":
            self._given(node, origin.value, depth)

    def _called(self, node: int, objects: MethodObjects, at: int, depth: int) -> None:
        decoded = self._graph.decoders.text_at(node, at)
        if decoded is not None:
            self.texts.add(decoded)
            return
        called = self._finder.called(node, at)
        source = self._finder.source_of(*called) if called is not None else None
        if source is not None:
            self.found.add(source)
        self.arguments(node, objects, at, range(4), depth + 1)

    def _made(self, node: int, objects: MethodObjects, at: int, depth: int) -> None:
        called = self._finder.called(node, at)
        if called is not None and called[1].startswith(("<init>", "append", "put", "add")):
            self.arguments(node, objects, at, range(1, 4), depth + 1)

    def _field(self, field: str, depth: int) -> None:
        """What the class itself puts into one of its fields."""
        linked = self._graph.linked
        type_id = linked.types.number(field.partition("->")[0])
        for method in linked.methods_of(type_id)[:60] if type_id is not None else ():
            objects = self._graph.bodies.objects(method)
            if objects is not None:
                rows = linked.dex_files[int(linked.nodes.dex[method])].pools.rows_of_field(field)
                for origin in frozenset[Origin]().union(*objects.put_into(rows)):
                    self._origin(method, objects, origin, depth + 1)

    def _given(self, node: int, position: int, depth: int) -> None:
        """What callers give for a parameter."""
        linked = self._graph.linked
        for site in linked.calls_to(node)[:_MOST_CALLERS]:
            caller = int(linked.sites.caller[site])
            objects = self._graph.bodies.objects(caller)
            if objects is not None:
                first = int(linked.dex_files[int(linked.sites.dex[site])].instructions.first[linked.nodes.item[caller]])
                self.arguments(caller, objects, int(linked.sites.row[site]) - first, (position,), depth + 2)
