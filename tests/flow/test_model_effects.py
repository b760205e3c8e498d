"""What the tables say, tried in the engine: each scenario of ``models/*.txt`` calls methods in turn and says what is marked then."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple, cast

import pytest

from analyzer.container import open_package
from analyzer.flow.code import Callee, Code
from analyzer.flow.conventions import load_conventions
from analyzer.flow.engine import FULL
from analyzer.flow.foreign import Foreign
from analyzer.flow.frame import Frame
from analyzer.flow.heap import Heap
from analyzer.flow.intents import Intents
from analyzer.flow.interpreter import Interpreter
from analyzer.flow.machine import Machine
from analyzer.flow.models import load_models
from analyzer.flow.site import TEXT
from analyzer.flow.specials import Specials
from analyzer.flow.values import UNKNOWN, Value, constant, integer, of_object
from analyzer.platform.callbacks import load_callbacks
from analyzer.platform.hierarchy import load_hierarchy
from analyzer.platform.tables import load_members
from analyzer.program.app import build_app
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.program.manifest import read_manifest
from analyzer.program.ownership import load_owner_tables

ROOT = Path(__file__).resolve().parents[2]
_STEP = re.compile(r"(?:(?P<name>\w+) = )?(?P<new>new )?(?P<method>\S+)(?: : (?P<arguments>.*))?")
_TYPE = re.compile(r"\[*(?:[ZBSCIJFDV]|L[^;]+;)")
_PLAIN = {"Z": "boolean", "B": "byte", "S": "short", "C": "char", "I": "int", "J": "long", "F": "float", "D": "double"}


class Scenario(NamedTuple):
    """A title, and the lines below it with their numbers."""

    title: str
    lines: tuple[tuple[int, str], ...]


def scenarios(path: Path) -> Iterator[Scenario]:
    title, lines = "", list[tuple[int, str]]()
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), "== end"], start=1):
        if line.startswith("== "):
            if title:
                yield Scenario(title, tuple(lines))
            title, lines = line[3:], []
        elif line and not line.startswith("#"):
            lines.append((number, line))


ALL = [
    pytest.param(scenario, id=f"{path.stem}: {scenario.title}")
    for path in sorted((Path(__file__).parent / "models").glob("*.txt"))
    for scenario in scenarios(path)
]
members = functools.cache(load_members)
hierarchy = functools.cache(load_hierarchy)


@functools.cache
def above(cls: str) -> tuple[str, ...]:
    found = [cls]
    for current in found:
        found.extend(x for x in hierarchy().supertypes(current) if x not in found)
    return tuple(found)


def described(method: str, new: bool) -> str:
    """The descriptor of ``java.util.Map$Entry.getKey()``; a descriptor is one already."""
    if "->" in method:
        return method
    dotted, _, types = method.partition("(")
    cls, name = (dotted, "<init>") if new else dotted.rsplit(".", 1)
    holder = f"L{cls.replace('.', '/')};"
    found = {
        member
        for each in ((holder,) if new else above(holder))
        for member in members().get(each, ())
        if member.partition("(")[0] == name and simple_types(member) == types.rstrip(")")
    }
    assert len({member.partition(")")[0] for member in found}) == 1, f"{method} is one of {sorted(found)}"
    return f"{holder}->{min(found)}"


def simple_types(member: str) -> str:
    """``(Ljava/lang/String;[I)V`` as ``String,int[]``."""
    names = []
    for type_ in _TYPE.findall(member.partition("(")[2].partition(")")[0]):
        plain = type_.lstrip("[")
        names.append((_PLAIN.get(plain) or re.split(r"[/$]", plain[1:-1])[-1]) + "[]" * (len(type_) - len(plain)))
    return ",".join(names)


class Bench:
    """The engine's parts around one method of a package, with a heap of its own for each scenario."""

    def __init__(self, graph: ProgramGraph) -> None:
        self.machine = Machine(Code(graph), load_models(ROOT / "rules/flow"), FULL)
        specials = Specials(self.machine, Intents(self.machine, graph.app.manifest), frozenset())
        foreign = Foreign(self.machine, load_conventions(ROOT / "rules/flow", load_callbacks().hops), specials)
        specials.foreign = self.foreign = foreign
        interpreter = Interpreter(self.machine, foreign)
        self.frame = SimpleNamespace(heap=Heap(), control={}, context=0, node=0, interpreter=interpreter)
        self.known: dict[str, Value] = {}
        self.secret = Value(marks=self.machine.read(0, 0, "SECRET", "clipboard"))
        self.at = 0

    def step(self, line: str) -> None:
        match = _STEP.fullmatch(line)
        assert match is not None, line
        api = described(match["method"], bool(match["new"]))
        holder, _, member = api.partition("->")
        name, _, prototype = member.partition("(")
        parameters, returns = Code.split(f"({prototype}")
        given = [self.value(text) for text in re.findall(r'"[^"]*"|[^\s,]+', match["arguments"] or "")]
        self.at += 1
        made = of_object(self.machine.object(("made", self.at), holder))
        if match["new"]:
            given.insert(0, made)
        static = len(given) == len(parameters)
        assert static or len(given) == len(parameters) + 1, f"{line}: the number of arguments"
        places = tuple(range(0 if static else 1, len(given)))
        callee = Callee(-1, -1, holder, name, f"({prototype}", parameters, places, returns, static)
        result = self.foreign.call(cast(Frame, self.frame), callee, given, self.at)
        self.known[match["name"] or "_"] = made if match["new"] else result

    def value(self, text: str) -> Value:
        if text == "SECRET":
            return self.secret
        if text == "-":
            return UNKNOWN
        if text.startswith('"'):
            return constant(text.strip('"'))
        return integer(int(text)) if text.isdigit() else self.known[text]

    def marks(self, name: str) -> set[tuple[str, tuple[str, ...]]]:
        """The category of what is in a value, and the labels of what was done to it."""
        found = self.frame.heap.deep_marks(self.known[name], fields=True)
        return {(self.machine.readings[reading].category, labels) for reading, labels in found}

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.known[name]
        inner = [self.frame.heap.get(number, TEXT) for number in sorted(value.objects)]
        return value.texts() or tuple(text for each in inner if each is not None for text in each.texts())

    def sent(self) -> set[tuple[str, str | None]]:
        return {(each.into.destination, each.into.host) for each in self.machine.sent.values()}

    def holds(self, word: str, name: str, more: str) -> bool:
        """Whether what a line says is so."""
        if word == "marked":
            return tuple(more.split()) in {labels for _, labels in self.marks(name)}
        if word == "read":
            return more in {category for category, _ in self.marks(name)}
        if word == "clean":
            return not self.marks(name)
        if word == "text":
            return self.texts(name) == (() if more == "-" else (more.strip('"'),))
        if name == "nothing":
            return not self.sent()
        return {destination for destination, _ in self.sent()} == {name} and (not more or more in {h for _, h in self.sent()})


@pytest.fixture(scope="module")
def graph() -> Iterator[ProgramGraph]:
    with open_package(ROOT / "samples/clipbench/apk/alarm.apk") as package:
        app = build_app(package, read_manifest(package)[0], load_hierarchy(), load_owner_tables(ROOT / "rules/knowledge"))
        yield ProgramGraph(app, load_callbacks())


@pytest.mark.parametrize("scenario", ALL)
def test_scenario(graph: ProgramGraph, scenario: Scenario) -> None:
    bench = Bench(graph)
    for number, line in scenario.lines:
        word, _, rest = line.partition(" ")
        if word in ("marked", "read", "clean", "text", "sent"):
            name, _, more = rest.partition(" ")
            assert bench.holds(word, name, more), f"line {number}: {line}"
        else:
            bench.step(line)


def test_every_file_of_scenarios_claims_something() -> None:
    """So that a scenario cannot pass by saying nothing."""
    claims = {"marked", "read", "clean", "text", "sent"}
    silent = [p.id for p in ALL if not any(line.split(" ")[0] in claims for _, line in cast(Scenario, p.values[0]).lines)]
    assert silent == []
