"""How calls run other code.

Hops of ``rules/knowledge``, and the tables ``calls.tsv``, ``special.tsv`` and ``lifecycle.tsv`` of ``rules/flow``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from analyzer.errors import RuleError
from analyzer.flow.models import EVERY, RESULT, THIS, Term
from analyzer.platform.callbacks import Hop
from analyzer.platform.knowledge import read_table

OPERATIONS = frozenset(
    {
        *("incoming", "named", "wrap-named", "get-class", "find-method", "find-constructor", "find-field", "invoke", "make"),
        *("field-get", "field-set", "bind", "set-result", "start", "view-text", "register", "sdk-level"),
    }
)
CALLBACKS = "(callbacks)"
_Row = TypeVar("_Row")


class Run(Struct, frozen=True):
    """A method that a call runs: ``name`` of the objects in ``object`` (an element by ``key``), with the arguments ``gives``.

    ``gives``: ``argN``, ``this``, ``result``, the name of a method that the same call ran before (its result), or ``-``.
    ``back``: what the call returns (``result``), what it holds (``result.content``), or nothing. ``later``: after the method
    that calls is done.
    """

    object: Term
    key: str
    name: str
    gives: tuple[str, ...]
    back: str
    later: bool


class Turn(Struct, frozen=True):
    """In ``state`` the platform may call ``method``, after which the component is in the state ``next``."""

    state: str
    method: str
    next: str


class Conventions(Struct, frozen=True):
    """The tables by ``Lx;->name`` (or with the prototype), lifecycles by base class."""

    hop_rows: Mapping[str, tuple[Hop, ...]]
    run_rows: Mapping[str, tuple[Run, ...]]
    special_rows: Mapping[str, tuple[str, str]]
    lifecycles: Mapping[str, tuple[Turn, ...]]
    addresses: tuple[tuple[str, str], ...] = ()

    def address(self, field: str) -> str | None:
        """The address that a constant of a contract class holds, ``Lx;->CONTENT_URI``; None when it is none that is known."""
        holder, _, name = field.partition("->")
        if "URI" not in name:
            return None
        return next((address for prefix, address in self.addresses if holder.startswith(prefix)), None)

    def hops(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Hop, ...]:
        """What the nearest class that has rows says."""
        return _nearest(self.hop_rows, classes, name, prototype, ())

    def runs(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Run, ...]:
        """What the nearest class that has rows says."""
        return _nearest(self.run_rows, classes, name, prototype, ())

    def special(self, classes: Sequence[str], name: str, prototype: str) -> tuple[str, str] | None:
        """The operation and its operand."""
        return _nearest(self.special_rows, classes, name, prototype, None)

    def lifecycle(self, classes: Sequence[str]) -> tuple[Turn, ...]:
        """Of the nearest base that has one."""
        return next((self.lifecycles[cls] for cls in classes if cls in self.lifecycles), ())


def _nearest(rows: Mapping[str, _Row], classes: Sequence[str], name: str, prototype: str, default: _Row) -> _Row:
    for cls in classes:
        found = rows.get(f"{cls}->{name}{prototype}") or rows.get(f"{cls}->{name}")
        if found is not None:
            return found
    return default


def load_conventions(folder: Path, hops: Mapping[str, tuple[Hop, ...]]) -> Conventions:
    """Read the tables of *folder*. Raises ``RuleError`` naming file and row."""
    return Conventions(
        hops,
        _runs(folder / "calls.tsv"),
        _specials(folder / "special.tsv"),
        _lifecycles(folder / "lifecycle.tsv"),
        _addresses(folder.parent / "watch/providers.tsv"),
    )


def _runs(path: Path) -> dict[str, tuple[Run, ...]]:
    found: dict[str, tuple[Run, ...]] = {}
    for method, object_, name, gives, back, when, _ in read_table(
        path, ("method", "object", "runs", "gives", "back", "when", "source")
    ):
        term, key = _term(object_)
        if term is None or back not in ("", "result", "result.content") or when not in ("now", "later"):
            raise RuleError(f"the row of {method} has a value that is not known", where=str(path))
        given = tuple(each.strip() for each in gives.split(",")) if gives else ()
        found[method] = (*found.get(method, ()), Run(term, key, name, given, back, when == "later"))
    return found


def _term(text: str) -> tuple[Term | None, str]:
    base, _, part = text.partition(".")
    key = part if part.startswith('"') else "*"
    part = "element" if part else ""
    if base in ("this", "result", "arg*"):
        return Term({"this": THIS, "result": RESULT, "arg*": EVERY}[base], part), key
    return (Term(int(base[3:]), part), key) if base.startswith("arg") and base[3:].isdigit() else (None, "")


def _specials(path: Path) -> dict[str, tuple[str, str]]:
    found = {}
    for method, operation, operand, _ in read_table(path, ("method", "operation", "operand", "source")):
        if operation not in OPERATIONS:
            raise RuleError(f"unknown operation {operation!r}", where=str(path), mend=f"Known: {', '.join(sorted(OPERATIONS))}.")
        found[method] = (operation, operand)
    return found


def _lifecycles(path: Path) -> dict[str, tuple[Turn, ...]]:
    found: dict[str, tuple[Turn, ...]] = {}
    for base, state, method, following, _ in read_table(path, ("base", "state", "method", "next", "source")):
        found[base] = (*found.get(base, ()), Turn(state, method, following))
    return found


def _addresses(path: Path) -> tuple[tuple[str, str], ...]:
    """The contract classes of providers with their addresses, the longest names first."""
    rows = read_table(path, ("category", "uri", "field_class", "read", "write", "source"))
    return tuple(sorted(((cls, uri) for _, uri, cls, *_ in rows if cls), key=lambda row: -len(row[0])))
