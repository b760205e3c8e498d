"""Which names of a runtime's own world lead to which of the platform's APIs, and what carries them: ``bindings.tsv``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast, get_args

from msgspec import Struct

from analyzer.errors import RuleError
from analyzer.facts import PayloadKind
from analyzer.kept import kept
from analyzer.platform.knowledge import read_table

# Runtimes of one world: a row may name the family.
FAMILIES: Mapping[str, tuple[PayloadKind, ...]] = {
    "react": ("react-native", "hermes"),
    "webview": ("cordova", "capacitor", "web"),
    "unity": ("unity-il2cpp", "unity-mono"),
}
_WHOLE = re.compile(r"[(]|->[A-Z][A-Z_]+$")  # a method with its prototype, or a field
_CODE = ("extractors/runtimes/bindings.py", "platform/knowledge.py", "facts/model.py")
_KINDS = frozenset(get_args(PayloadKind))


class Binding(Struct, frozen=True):
    """One way in which a name is carried out.

    ``carrier`` is the beginning of the descriptors of the package's classes that call ``api``, '' where the runtime's engine or
    the WebView does. ``api`` is a descriptor of the watch list; without a carrier it is a field, or has its prototype.
    """

    carrier: str
    api: str


class Bindings(Struct, frozen=True):
    """``rows`` by kind of payload and name, ``bases`` by kind: what carriers extend, so that renamed ones are found.

    ``updaters`` by kind: the beginnings of classes that replace an app's scripts while it runs, each with its name.
    """

    rows: Mapping[PayloadKind, Mapping[str, tuple[Binding, ...]]]
    bases: Mapping[PayloadKind, tuple[str, ...]]
    updaters: Mapping[PayloadKind, Mapping[str, str]] = {}

    def names(self, kind: PayloadKind) -> frozenset[str]:
        """The names to look for in payloads of *kind*."""
        return frozenset(self.rows.get(kind, {}))

    def of(self, kind: PayloadKind, name: str) -> tuple[Binding, ...]:
        """How *name* is carried out."""
        return self.rows.get(kind, {}).get(name, ())

    def carriers(self, kind: PayloadKind) -> tuple[str, ...]:
        """The beginnings of all carriers' descriptors."""
        return tuple(sorted({row.carrier for rows in self.rows.get(kind, {}).values() for row in rows if row.carrier}))


def load_bindings(knowledge: Path) -> Bindings:
    """Read ``bindings.tsv`` and the tables of carriers and updaters. Raises ``RuleError`` naming the row that is wrong."""
    sources = ((knowledge / f"{name}.tsv").read_bytes() for name in ("bindings", "carrier_bases", "script_updaters"))
    return kept("bindings", Bindings, sources, _CODE, lambda: _read(knowledge))


def load_carriers(knowledge: Path) -> tuple[str, ...]:
    """The beginnings of the descriptors of all carriers: what a package without scripts is asked for. Raises ``RuleError``."""
    sources = ((knowledge / f"{name}.tsv").read_bytes() for name in ("bindings", "carrier_bases", "script_updaters"))
    return kept("carriers", tuple[str, ...], sources, _CODE, lambda: _carriers(load_bindings(knowledge)))


def _carriers(bindings: Bindings) -> tuple[str, ...]:
    return tuple(sorted({carrier for kind in bindings.rows for carrier in bindings.carriers(kind)}))


def _read(knowledge: Path) -> Bindings:
    path = knowledge / "bindings.tsv"
    rows: dict[PayloadKind, dict[str, tuple[Binding, ...]]] = {}
    for runtime, name, carrier, api, _ in read_table(path, ("runtime", "name", "carrier", "api", "source")):
        if not name or (carrier and not carrier.startswith("L")) or "->" not in api or not (carrier or _WHOLE.search(api)):
            raise RuleError(f"the row of {runtime} {name} has a value that is not known", where=str(path))
        for kind in _kinds(runtime, path):
            own = rows.setdefault(kind, {})
            own[name] = (*own.get(name, ()), Binding(carrier, api))
    path = knowledge / "carrier_bases.tsv"
    bases: dict[PayloadKind, tuple[str, ...]] = {}
    for runtime, base, _ in read_table(path, ("runtime", "base", "source")):
        for kind in _kinds(runtime, path):
            bases[kind] = (*bases.get(kind, ()), base)
    path = knowledge / "script_updaters.tsv"
    updaters: dict[PayloadKind, dict[str, str]] = {}
    for runtime, classes, name, _ in read_table(path, ("runtime", "classes", "name", "source")):
        for kind in _kinds(runtime, path):
            updaters.setdefault(kind, {})[classes] = name
    return Bindings(rows, bases, updaters)


def _kinds(runtime: str, path: Path) -> tuple[PayloadKind, ...]:
    if runtime in FAMILIES:
        return FAMILIES[runtime]
    if runtime not in _KINDS:
        raise RuleError(f"{runtime!r} is no runtime", where=str(path), mend=f"Known: {', '.join(sorted({*_KINDS, *FAMILIES}))}.")
    return (cast(PayloadKind, runtime),)
