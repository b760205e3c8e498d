"""Reads the tables of ``rules/flow`` row by row; whatever is wrong in one is a ``RuleError`` with file, line and the mend."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn, TypeVar, cast, get_args

from analyzer.errors import RuleError
from analyzer.facts import Category
from analyzer.flow.vocabulary import (
    DESTINATIONS,
    EVALUATIONS,
    EVERY,
    LABELS,
    RESULT,
    THIS,
    Channel,
    Effect,
    Kind,
    Sink,
    Source,
    Term,
)
from analyzer.platform.knowledge import read_lines, read_table

_METHOD = re.compile(r"\[*L[^;\s]+;->(?:\*|(?:<init>|[^\s(<>*]+)(?:\([^\s)]*\)\S+)?)")
_FIELD = re.compile(r"L[^;\s]+;->[^\s(<>]+")
_TERM = re.compile(r"(this|result|arg\*|arg\d+)(?:\.(content|element))?")
_KEY = re.compile(r'arg\d+|[+*=]|\d+|"[^"]+"')
_STORE = re.compile(r'[a-z]+:(?:arg\d+|"[^"]+"|\*)')
_CONDITION = re.compile(r"arg(\d+)([=^])(.+)")
_BASES = {"this": THIS, "result": RESULT, "arg*": EVERY}
_CATEGORIES = frozenset(get_args(Category))
_KINDS = frozenset(get_args(Kind))
_UNSEEN = object()
_Row = TypeVar("_Row")


class _Reader:
    """Values of one table's cells; equal cells are looked at once, an error names file and line."""

    def __init__(self, path: Path) -> None:
        self.path, self.line = path, 1
        self._seen: dict[tuple[str, ...], object] = {}
        self._method = ""

    def rows(self, *columns: str) -> Iterator[tuple[str, ...]]:
        """The rows of a short table."""
        for row in read_table(self.path, columns):
            self.line += 1
            yield row

    def wrong(self, what: str, mend: str) -> NoReturn:
        raise RuleError(what, where=f"{self.path}:{self.line}", mend=mend)

    def once(self, cells: tuple[str, ...], make: Callable[..., _Row]) -> _Row:
        """What *make* makes of *cells*, the first of which says of what sort they are."""
        made = self._seen.get(cells, _UNSEEN)
        if made is _UNSEEN:
            made = self._seen[cells] = make(*cells[1:])
        return cast(_Row, made)

    def method(self, cell: str) -> str:
        if cell != self._method:
            if not _METHOD.fullmatch(cell):
                self.wrong(f"{cell!r} is not a method", "It is written Lx;->name or Lx;->name(I)V.")
            self._method = cell
        return cell

    def effect(self, cells: Sequence[str]) -> Effect:
        """What the cells from, to, kind, key, labels say."""
        if len(cells) != 5:
            self.wrong(f"the row has {len(cells) + 2} columns, not 7", "They are separated by tabs.")
        source, target, kind, key, labels = ("" if cell == "-" else cell for cell in cells)
        known = tuple(self.one_of(label, "label", LABELS) for label in labels.split(",") if label)
        made = Effect(self.term(source), self.term(target), cast(Kind, self.one_of(kind, "kind", _KINDS)), key, known)
        _check(made, self)
        return made

    def term(self, cell: str) -> Term | None:
        return self.once(("term", cell), self._term) if cell else None

    def _term(self, cell: str) -> Term:
        match = _TERM.fullmatch(cell)
        if match is None:
            self.wrong(f"{cell!r} is not a value", "Known: this, result, arg0 .., arg*, with .content or .element or without.")
        base, part = match.groups()
        return Term(_BASES[base] if base in _BASES else int(base[3:]), part or "")

    def bare(self, cell: str, *allowed: int) -> int:
        """A value without a part; *allowed* bases that are no parameter."""
        term = self.term(cell)
        if term is None or term.part or (term.base < 0 and term.base not in allowed):
            self.wrong(f"{cell or '-'!r} cannot stand here", "See the columns in rules/flow/README.md.")
        return term.base

    def one_of(self, cell: str, what: str, known: frozenset[str]) -> str:
        if cell not in known:
            self.wrong(f"{cell!r} is not a {what}", f"Known: {', '.join(sorted(known))}.")
        return cell


def read_models(path: Path) -> Iterator[tuple[str, Effect]]:
    """The longest table: what stands between method and source repeats itself, and is looked at once."""
    columns = ("method", "from", "to", "kind", "key", "labels", "source")
    reader = _Reader(path)
    made: dict[str, Effect] = {}
    for reader.line, text in read_lines(path, columns):
        method, _, rest = text.partition("\t")
        cells, _, origin = rest.rpartition("\t")
        effect = made.get(cells)
        if effect is None:
            effect = made[cells] = reader.effect(cells.split("\t"))
        if not origin or origin.isspace():
            reader.wrong("the row has no source", "Every row says where it is from.")
        yield reader.method(method), effect


def _check(effect: Effect, reader: _Reader) -> None:
    """Whether the values and the key go with the kind."""
    source, target, kind, key, _ = effect
    if kind in ("copy", "taint", "mix", "wrap"):
        good = source is not None and target is not None
    elif kind == "new":
        good = source is None and target == (RESULT, "")
    elif kind == "clear":
        good = source is None and target is not None
    else:
        good = source is None and target is None
    if not good:
        reader.wrong(
            f"the kind {kind!r} does not go with these values",
            "copy, taint, wrap and mix name from and to, new and clear only to.",
        )
    parts = any(term is not None and term.part == "element" for term in (source, target))
    if kind == "eval":
        reader.one_of(key, "known operation", EVALUATIONS)
    elif kind == "new":
        good = not key or _STORE.fullmatch(key) is not None
    elif kind in ("copy", "taint") or (kind == "clear" and parts):
        good = (_KEY.fullmatch(key) is not None) == parts and bool(key) == parts
    elif kind == "clear":
        good = not key or _CONDITION.fullmatch(key) is not None
    else:
        good = not key
    if not good:
        reader.wrong(
            f"the key {key or '-'!r} does not go with these values", 'An .element needs one of argN, +, *, =, 0 or "name".'
        )


def read_sources(path: Path) -> Iterator[tuple[str, Source]]:
    """Where data comes from, each with its method or field."""
    reader = _Reader(path)
    for category, kind, api, value, when, _ in reader.rows("category", "kind", "api", "value", "when", "source"):
        reader.one_of(category, "category", _CATEGORIES)
        reader.one_of(kind, "kind of source", frozenset({"call", "getter", "parameter", "field", "received"}))
        if kind == "field":
            if not _FIELD.fullmatch(api) or value:
                reader.wrong(f"{api!r} is not a field", "It is written Lx;->NAME, without a value.")
            yield api, Source(cast(Category, category), kind, RESULT, None)
            continue
        base = reader.bare(value, *(() if kind == "parameter" else (RESULT,)))
        yield reader.method(api), Source(cast(Category, category), kind, base, reader.once(("when", when), _condition(reader)))


def _condition(reader: _Reader) -> Callable[[str], tuple[int, str, str] | None]:
    def parse(cell: str) -> tuple[int, str, str] | None:
        match = _CONDITION.fullmatch(cell)
        if cell and match is None:
            reader.wrong(f"{cell!r} is not a condition", "It is written arg1=text or arg0^beginning.")
        return (int(match[1]), match[2], match[3]) if match else None

    return parse


def read_sinks(path: Path) -> Iterator[tuple[str, Sink]]:
    """Where data leaves, each with its method."""
    reader = _Reader(path)
    for destination, api, data, host, _ in reader.rows("destination", "api", "data", "host", "source"):
        reader.one_of(destination, "destination", DESTINATIONS)
        values = reader.once(("data", data), lambda cell: tuple(reader.bare(x, THIS, EVERY) for x in cell.split(",")))
        yield reader.method(api), Sink(destination, values, reader.bare(host, THIS) if host else None)


def read_channels(path: Path) -> Iterator[tuple[str, bool, Channel]]:
    """What opens a channel, each with its method or field and whether it is a field."""
    reader = _Reader(path)
    for destination, api, opened, host, _ in reader.rows("destination", "api", "opened", "host", "source"):
        reader.one_of(destination, "destination", DESTINATIONS - {"stream"})
        is_field = opened == ""
        if is_field and not _FIELD.fullmatch(api):
            reader.wrong(f"{api!r} is not a field", "Only of a field nothing is opened: it holds the channel.")
        base = RESULT if is_field else reader.bare(opened, THIS, RESULT)
        if base >= 0:
            reader.wrong(f"{opened!r} cannot be opened", "A channel is what the call returns or its receiver: result or this.")
        yield reader.method(api), is_field, Channel(destination, base, reader.bare(host, THIS) if host else None)
