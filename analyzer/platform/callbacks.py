"""How the platform and common libraries call into an app: entry points, callbacks, hops; and clipboard gates.

All of it is data in ``rules/knowledge``; this module only reads it into look-ups.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast, get_args

from msgspec import Struct

from analyzer.errors import RuleError
from analyzer.facts import TriggerKind
from analyzer.kept import kept
from analyzer.platform.knowledge import read_table
from analyzer.resources import rules_dir

How = Literal["manifest", "instance", "work"]
Effect = Literal["run", "carry", "start", "register", "callback", "ignore"]
_KINDS = frozenset(get_args(TriggerKind)) - {"unreachable"}
_HOWS = frozenset(get_args(How))
_EFFECTS = frozenset(get_args(Effect))


class Hop(Struct, frozen=True):
    """What an API does with one of its objects (``receiver``, ``arg0`` ..., or ``arg*`` for any argument).

    ``run``: methods named ``runs`` are called later; ``carry``: the ``receiver`` or ``result`` in ``runs`` stands for the object
    from then on; ``start``: components of the kinds ``runs`` are started; ``register``: it becomes a callback under the types
    ``runs``; ``callback``: its methods ``runs`` are called back with a trigger of its own ``kind``; ``ignore``: nothing.
    ``adds_timer``: later or repeatedly. ``assumed``: several objects may be meant.
    """

    object: str
    effect: Effect
    runs: tuple[str, ...]
    adds_timer: bool
    assumed: bool
    kind: str = ""


class Callbacks(Struct, frozen=True):
    """The tables: ``entry_points`` by base and member, ``kinds`` of callbacks by type and member, ``hops`` by API.

    Members are names, ``*`` stands for all others. A kind of callback is a trigger's or ``inherit``: that of whoever
    handed the object over. ``annotations``: methods that carry one are called by
    another runtime; with True their objects, too, are made by reflection.
    """

    entry_points: Mapping[str, Mapping[str, tuple[TriggerKind, How]]]
    kinds: Mapping[str, Mapping[str, str]]
    hops: Mapping[str, tuple[Hop, ...]]
    annotations: Mapping[str, tuple[TriggerKind, bool]]

    @property
    def names(self) -> frozenset[str]:
        """The names of methods that libraries call: what hops run, and entry points that a base names."""
        hops = (name for rows in self.hops.values() for hop in rows if hop.effect in ("run", "callback") for name in hop.runs)
        named = (member for members in self.entry_points.values() for member in members if member != "*")
        return frozenset((*hops, *named))


class GateRow(Struct, frozen=True):
    """What Android does about a clipboard operation on devices of one range of API levels (None: open)."""

    operation: str
    api_from: int | None
    api_to: int | None
    effect: str
    source: str


def load_callbacks(rules: Path | None = None) -> Callbacks:
    """Read the tables. Raises ``RuleError`` naming file and row."""
    folder = (rules or rules_dir()) / "knowledge"
    sources = ((folder / f"{name}.tsv").read_bytes() for name in ("entry_points", "callbacks", "annotations", "hops"))
    code = ("platform/callbacks.py", "platform/knowledge.py", "facts/model.py")
    return kept("callbacks", Callbacks, sources, code, lambda: _read(folder))


def _read(folder: Path) -> Callbacks:
    entry_points: dict[str, dict[str, tuple[TriggerKind, How]]] = {}
    path = folder / "entry_points.tsv"
    for base, member, kind, how, _ in read_table(path, ("base", "member", "kind", "how", "source")):
        _check(kind in _KINDS and how in _HOWS, path, f"{base} {member}")
        entry_points.setdefault(base, {})[member] = (cast(TriggerKind, kind), cast(How, how))
    kinds: dict[str, dict[str, str]] = {}
    path = folder / "callbacks.tsv"
    for type_, member, kind, _ in read_table(path, ("type", "member", "kind", "source")):
        _check(kind in _KINDS or kind == "inherit", path, f"{type_} {member}")
        kinds.setdefault(type_, {})[member] = kind
    path = folder / "annotations.tsv"
    annotations: dict[str, tuple[TriggerKind, bool]] = {}
    for annotation, kind, how, _ in read_table(path, ("annotation", "kind", "how", "source")):
        _check(kind in _KINDS and how in ("instance", "reflection"), path, annotation)
        annotations[annotation] = (cast(TriggerKind, kind), how == "reflection")
    return Callbacks(entry_points, kinds, _hops(folder / "hops.tsv"), annotations)


def _hops(path: Path) -> dict[str, tuple[Hop, ...]]:
    found: dict[str, tuple[Hop, ...]] = {}
    columns = ("api", "object", "effect", "runs", "adds", "assumed", "source")
    for api, object_, effect, runs, adds, assumed, _ in read_table(path, columns):
        good = effect in _EFFECTS and assumed in ("yes", "no")
        good = good and (adds in _KINDS if effect == "callback" else adds in ("", "timer"))
        _check(good and (object_ == "receiver" or object_.startswith("arg")), path, api)
        hop = Hop(object_, cast(Effect, effect), tuple(filter(None, runs.split(","))), adds == "timer", assumed == "yes", adds)
        found[api] = (*found.get(api, ()), hop)
    return found


def load_gates(rules: Path | None = None) -> tuple[GateRow, ...]:
    """What Android does about clipboard operations, by API level. Raises ``RuleError``."""
    path = (rules or rules_dir()) / "knowledge/clipboard_gates.tsv"
    rows = read_table(path, ("operation", "api_from", "api_to", "effect", "source"))
    return tuple(
        GateRow(operation, int(low) if low else None, int(high) if high else None, effect, source)
        for operation, low, high, effect, source in rows
    )


def _check(good: bool, path: Path, row: str) -> None:
    if not good:
        raise RuleError(f"the row of {row} has a value that is not known", where=str(path))
