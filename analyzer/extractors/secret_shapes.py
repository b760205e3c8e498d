"""Keys and tokens by their form, and the places that hold one whatever its form: ``secret_shapes.tsv``, ``secret_places.tsv``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from analyzer.errors import RuleError
from analyzer.platform.knowledge import read_table

# What a key may consist of where its place alone shows that it is one.
KEY = re.compile(r"[A-Za-z0-9_.:/@+=-]{8,400}")
_NOT_BEFORE = re.compile(rb"[A-Za-z0-9_-]")
_WHERE = ("call", "metadata", "resource")


class Found(NamedTuple):
    """A secret: what it is, its value, which never leaves the observation, and what it opens."""

    kind: str
    value: str
    exposes: str


class Shape(NamedTuple):
    """How secrets of one kind begin, their whole form, and what they open."""

    kind: str
    begins: bytes
    form: re.Pattern[bytes]
    exposes: str


class SecretTables(NamedTuple):
    """``shapes``; ``settings`` and ``resources`` by name; ``calls``: class to methods with argument, kind and what it opens."""

    shapes: tuple[Shape, ...]
    settings: Mapping[str, tuple[str, str]]
    resources: Mapping[str, tuple[str, str]]
    calls: Mapping[str, Mapping[str, tuple[int, str, str]]]


def load_secret_tables(knowledge: Path) -> SecretTables:
    """Read both tables. Raises ``RuleError`` naming the row that is wrong."""
    shapes = []
    path = knowledge / "secret_shapes.tsv"
    for kind, begins, form, exposes, _ in read_table(path, ("kind", "begins", "form", "exposes", "source")):
        try:
            shapes.append(Shape(kind, begins.encode("ascii"), re.compile(form.encode("ascii") + rb"(?![A-Za-z0-9_-])"), exposes))
        except (re.error, ValueError) as error:
            raise RuleError(f"the form of {kind!r} is no pattern: {error}", where=str(path)) from None
    places: dict[str, dict[str, tuple[str, str]]] = {where: {} for where in _WHERE}
    path = knowledge / "secret_places.tsv"
    for where, name, kind, exposes, _ in read_table(path, ("where", "name", "kind", "exposes", "source")):
        if where not in _WHERE:
            raise RuleError(f"the row of {name!r} is of the unknown place {where!r}", where=str(path))
        places[where][name] = kind, exposes
    calls: dict[str, dict[str, tuple[int, str, str]]] = {}
    for name, (kind, exposes) in places["call"].items():
        api, _, position = name.partition("@")
        holder, _, member = api.partition("->")
        calls.setdefault(holder, {})[member] = int(position), kind, exposes
    return SecretTables(tuple(shapes), places["metadata"], places["resource"], calls)


def secrets_in(data: bytes, shapes: tuple[Shape, ...]) -> Iterator[tuple[int, Found]]:
    """Every secret in *data*, with where it begins."""
    for shape in shapes:
        at = data.find(shape.begins)
        while at >= 0:
            match = shape.form.match(data, at)
            if match is not None and not (at and _NOT_BEFORE.match(data, at - 1)):
                yield at, Found(shape.kind, match[0].decode("ascii"), shape.exposes)
            at = data.find(shape.begins, at + 1)


def masked(value: str) -> str:
    """The beginning and end of a secret, enough to recognise it and too little to use it."""
    value = " ".join(value.split())
    shown = min(4, len(value) // 8)
    return f"{value[:shown]}…{value[-2:] if len(value) >= 24 else ''}"
