"""Keys and tokens by their form, and the places that hold one whatever its form: ``secret_shapes.tsv``, ``secret_places.tsv``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
from msgspec import Struct

from analyzer.errors import RuleError
from analyzer.formats.dex.columns import among
from analyzer.kept import kept
from analyzer.platform.knowledge import read_table

# What a key may consist of where its place alone shows that it is one.
KEY = re.compile(r"[A-Za-z0-9_.:/@+=-]{8,400}")
_NOT_BEFORE = re.compile(rb"[A-Za-z0-9_-]")
_WHERE = ("call", "metadata", "resource")


class Found(Struct, frozen=True):
    """A secret: what it is, its value, which never leaves the observation, and what it opens."""

    kind: str
    value: str
    exposes: str


class Shape(Struct, frozen=True, dict=True):
    """How secrets of one kind begin, their whole ``form`` as a pattern, and what they open."""

    kind: str
    begins: bytes
    form: bytes
    exposes: str

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        """The form, compiled where something begins like it: in most packages few do."""
        return re.compile(self.form)


class SecretTables(Struct, frozen=True):
    """``shapes``; ``settings`` and ``resources`` by name; ``calls``: class to methods with argument, kind and what it opens."""

    shapes: tuple[Shape, ...]
    settings: Mapping[str, tuple[str, str]]
    resources: Mapping[str, tuple[str, str]]
    calls: Mapping[str, Mapping[str, tuple[int, str, str]]]


def load_secret_tables(knowledge: Path) -> SecretTables:
    """Read both tables. Raises ``RuleError`` naming the row that is wrong."""
    sources = ((knowledge / name).read_bytes() for name in ("secret_shapes.tsv", "secret_places.tsv"))
    code = ("extractors/secret_shapes.py", "platform/knowledge.py")
    return kept("secrets", SecretTables, sources, code, lambda: _read(knowledge))


def _read(knowledge: Path) -> SecretTables:
    shapes = []
    path = knowledge / "secret_shapes.tsv"
    for kind, begins, form, exposes, _ in read_table(path, ("kind", "begins", "form", "exposes", "source")):
        if len(begins) < 3 or not begins.isascii():
            raise RuleError(f"the row of {kind!r} begins with {begins!r}, not with three letters or more", where=str(path))
        try:
            shape = Shape(kind, begins.encode("ascii"), form.encode("ascii") + rb"(?![A-Za-z0-9_-])", exposes)
            _ = shape.pattern
            shapes.append(shape)
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
    for at, shape, value in forms_in(data, shapes):
        if not (at and _NOT_BEFORE.match(data, at - 1)):
            yield at, Found(shape.kind, value.decode("ascii"), shape.exposes)


def forms_in(data: bytes, shapes: tuple[Shape, ...]) -> Iterator[tuple[int, Shape, bytes]]:
    """Where *data* has one of the forms, whatever stands before it, and what stands there.

    One pass over the bytes for all shapes: where a first letter of any of them stands, a second behind it, then a third.
    """
    if len(data) < 3:
        return
    letters = bytearray(256)  # bits: is it a first, second, third letter
    by_start: dict[int, list[Shape]] = {}
    for shape in shapes:
        first, second, third = shape.begins[:3]
        for bit, letter in enumerate((first, second, third)):
            letters[letter] |= 1 << bit
        by_start.setdefault(first << 16 | second << 8 | third, []).append(shape)
    kinds = np.frombuffer(data.translate(bytes(letters)), np.uint8)
    places = np.flatnonzero((kinds[:-2] & kinds[1:-1] >> 1 & kinds[2:] >> 2 & 1).view(bool))
    octets = np.frombuffer(data, np.uint8)
    starts = octets[places].astype(np.int64) << 16 | octets[places + 1].astype(np.int64) << 8 | octets[places + 2]
    hits = among(starts, by_start)
    for at, start in zip(places[hits].tolist(), starts[hits].tolist(), strict=True):
        for shape in by_start[start]:
            match = shape.pattern.match(data, at)
            if match is not None:
                yield at, shape, match[0]


def masked(value: str) -> str:
    """The beginning and end of a secret, enough to recognise it and too little to use it."""
    value = " ".join(value.split())
    shown = min(4, len(value) // 8)
    return f"{value[:shown]}…{value[-2:] if len(value) >= 24 else ''}"
