"""What the flow engine knows of code that is not in the package: models of methods, sources, sinks and channels.

All of it is data in ``rules/flow``; this module only reads it into look-ups. A call is asked for by its class and what is
above it, nearest first: the nearest class that has rows for the member decides, there an exact prototype before the bare name.

An object of the platform holds two things: its *content*, marks without a place of their own, and *elements*, its parts.
A part is named by a constant (a key, an index), or it is *fixed* (in quotes in the table: ``"data"`` of an Intent; a field
``x`` of a platform class is the fixed part ``"x"``), or its name is not known: then it may be any that is not fixed.
Reading a part also gives what marks the content. Of one call everything is read before anything is written; then ``clear``
comes first, ``mix`` next, ``copy`` and ``taint`` last.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, NoReturn, TypeVar, cast, get_args

from analyzer.errors import RuleError
from analyzer.facts import Category
from analyzer.platform.knowledge import read_lines, read_table

THIS, RESULT, EVERY = -1, -2, -3
"""Bases of a ``Term`` that are no declared parameter: the receiver, what is returned, every declared parameter."""

Kind = Literal["copy", "taint", "new", "none", "clear", "eval", "wrap", "mix"]
"""What an effect does.

``copy``: the same value, with identity, constants and marks. ``taint``: marks only. ``new``: the result is a new object of
the declared type; with a key ``store:arg0`` or ``store:"name"`` the one object of that name in the whole app. ``none``:
nothing flows. ``clear``: what the target held is gone; a key ``arg0=0`` makes it depend on a constant. ``eval``: ``key``
names an operation on constants, whose outcome is the result's text, or the receiver's where it is a constructor or changes
its receiver. ``wrap``: what is written into the target goes on into the source. ``mix``: which part is where is not known
any more.
"""
EVALUATIONS = frozenset(
    {
        *("concat", "substring", "trim", "lower", "upper", "replace", "char-at", "equals", "equals-ignore-case", "starts-with"),
        *("ends-with", "contains", "index-of", "is-empty", "length", "value-of", "reverse", "to-string", "intern", "parse-int"),
        *("random-below", "for-name", "class-name", "new-instance", "forget", "class-of"),
    }
)
DESTINATIONS = frozenset(
    {"network", "messages", "process-execution", "ipc", "files", "logs", "webview", "clipboard", "storage", "stream"}
)
"""``stream``: wherever the receiver was opened to (``Models.channels``)."""
LABELS = frozenset({"hashed", "encrypted", "encoded"})

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


class Term(NamedTuple):
    """A place of a call: ``base`` a declared parameter or ``THIS``, ``RESULT``, ``EVERY``; ``part`` '', content or element."""

    base: int
    part: str


class Effect(NamedTuple):
    """What a call does to values. ``key`` and ``labels`` as in the table, empty for ``-``.

    ``key`` chooses the part of an ``.element``: ``argN`` the one that this argument names, ``+`` a new last one, ``*`` any,
    ``=`` each under its own name (from elements to elements), a number that index, a text in quotes that fixed part.
    """

    source: Term | None
    target: Term | None
    kind: Kind
    key: str
    labels: tuple[str, ...]


class Source(NamedTuple):
    """Where data comes from: ``kind`` is call, parameter, field or received; ``value`` is ``RESULT`` or a parameter.

    ``when``: only if this argument is (``=``) or begins with (``^``) this constant.
    """

    category: Category
    kind: str
    value: int
    when: tuple[int, str, str] | None


class Sink(NamedTuple):
    """Where data leaves: ``data`` are the values that do, ``host`` is the value that says where to."""

    destination: str
    data: tuple[int, ...]
    host: int | None


class Channel(NamedTuple):
    """A value that leads to a destination: ``opened`` is ``RESULT`` or ``THIS``, ``host`` the value that says where to."""

    destination: str
    opened: int
    host: int | None


_Row = TypeVar("_Row")
_Table = Mapping[str, Mapping[str, Sequence[_Row]]]


class Models:
    """The tables of ``rules/flow``; ``digest`` tells them apart.

    ``names`` are the simple names of all methods with a row; what is said of all methods of a class (``*``) goes beyond them.
    """

    def __init__(self, tables: _Tables, digest: str) -> None:
        self._effects, self._calls, self._parameters, self._sinks, self._channels = tables[:5]
        self._fields, self._field_channels = tables[5:]
        self.digest = digest

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """All methods with a row."""
        tables = (self._effects, self._calls, self._parameters, self._sinks, self._channels)
        return frozenset(member.partition("(")[0] for table in tables for members in table.values() for member in members)

    def effects(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Effect, ...] | None:
        """What a call of *name* does to values; None where no model knows it. *prototype* is ``(..)R``."""
        found = _nearest(self._effects, classes, name, prototype)
        return _nearest(self._effects, classes, "*", "") if found is None else found

    def sources(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Source, ...]:
        """The data that a call gives, of kind call or received."""
        return _nearest(self._calls, classes, name, prototype) or ()

    def parameters(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Source, ...]:
        """The data that the platform hands to a method that it calls, of kind parameter or received."""
        return _nearest(self._parameters, classes, name, prototype) or ()

    def field(self, field: str) -> tuple[Source, ...]:
        """The data that the field ``Lx;->NAME`` holds."""
        return _of_field(self._fields, field)

    def sinks(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Sink, ...]:
        """Where a call lets data leave."""
        return _nearest(self._sinks, classes, name, prototype) or ()

    def channels(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Channel, ...]:
        """What a call opens: what goes into the opened value later leaves for the destination."""
        return _nearest(self._channels, classes, name, prototype) or ()

    def field_channels(self, field: str) -> tuple[Channel, ...]:
        """Where what is written into the value of the field ``Lx;->NAME`` goes, as with ``System.out``."""
        return _of_field(self._field_channels, field)


_Tables = tuple[
    _Table[Effect],
    _Table[Source],
    _Table[Source],
    _Table[Sink],
    _Table[Channel],
    _Table[Source],
    _Table[Channel],
]


def load_models(folder: Path) -> Models:
    """Read the tables of *folder* (``rules/flow``). Raises ``RuleError`` with file, line and the mend."""
    effects = _by_class(_models(folder / "models.tsv"))
    sources = list(_sources(folder / "sources.tsv"))
    calls = _by_class((api, row) for api, row in sources if row.kind != "field" and _given(row))
    parameters = _by_class((api, row) for api, row in sources if row.kind != "field" and not _given(row))
    channels = list(_channels(folder / "channels.tsv"))
    opened = _by_class((api, row) for api, is_field, row in channels if not is_field)
    sinks = _by_class(_sinks(folder / "sinks.tsv"))
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.tsv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    fields = _by_class((api, row) for api, row in sources if row.kind == "field")
    field_channels = _by_class((api, row) for api, is_field, row in channels if is_field)
    return Models((effects, calls, parameters, sinks, opened, fields, field_channels), digest.hexdigest())


def _given(source: Source) -> bool:
    """Whether a call gives it, not the platform as a parameter: an intent that is received comes either way."""
    return source.kind == "call" or (source.kind == "received" and source.value == RESULT)


def _nearest(table: _Table[_Row], classes: Sequence[str], name: str, prototype: str) -> tuple[_Row, ...] | None:
    for cls in classes:
        members = table.get(cls)
        if members is not None:
            rows = members.get(name + prototype) or members.get(name)
            if rows is not None:
                return tuple(rows)
    return None


def _of_field(table: _Table[_Row], field: str) -> tuple[_Row, ...]:
    cls, _, name = field.partition("->")
    return tuple(table.get(cls, {}).get(name, ()))


def _by_class(rows: Iterable[tuple[str, _Row]]) -> _Table[_Row]:
    """The rows by class and member; those of one member mostly follow each other."""
    table: dict[str, dict[str, list[_Row]]] = {}
    previous, found = "", list[_Row]()
    for api, row in rows:
        if api != previous:
            cls, _, member = api.partition("->")
            found = table.setdefault(cls, {}).setdefault(member, [])
            previous = api
        found.append(row)
    return table


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


def _models(path: Path) -> Iterator[tuple[str, Effect]]:
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


def _sources(path: Path) -> Iterator[tuple[str, Source]]:
    reader = _Reader(path)
    for category, kind, api, value, when, _ in reader.rows("category", "kind", "api", "value", "when", "source"):
        reader.one_of(category, "category", _CATEGORIES)
        reader.one_of(kind, "kind of source", frozenset({"call", "parameter", "field", "received"}))
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


def _sinks(path: Path) -> Iterator[tuple[str, Sink]]:
    reader = _Reader(path)
    for destination, api, data, host, _ in reader.rows("destination", "api", "data", "host", "source"):
        reader.one_of(destination, "destination", DESTINATIONS)
        values = reader.once(("data", data), lambda cell: tuple(reader.bare(x, THIS, EVERY) for x in cell.split(",")))
        yield reader.method(api), Sink(destination, values, reader.bare(host, THIS) if host else None)


def _channels(path: Path) -> Iterator[tuple[str, bool, Channel]]:
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
