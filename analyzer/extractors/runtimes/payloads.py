"""The stage ``payloads``: which runtimes a package carries, by its entries' names, what their code calls, what that reaches.

A reader's module is imported only when the package has a mark of its runtime, so an app without one pays for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from analyzer.container import Package
from analyzer.extractors.clipboard import Gates
from analyzer.extractors.runtimes.bindings import Bindings, load_bindings, load_carriers
from analyzer.extractors.runtimes.joining import Call, Context, join
from analyzer.extractors.runtimes.uses import RuntimeFound, ScriptUse
from analyzer.facts import Fact, Gap, Payload, Place, Reach
from analyzer.platform.callbacks import load_gates
from analyzer.platform.watch import Watch
from analyzer.program.graph.program_graph import ProgramGraph

_FETCHED = "What the fetched scripts ask Android for."


class Reader(Struct, frozen=True):
    """A reader of one runtime: its module (with a function ``read(graph, bindings) -> RuntimeFound``), and what to call it for.

    A package has a mark of the runtime when an entry begins with one of ``beginnings`` and ends with one of ``endings``.
    """

    module: str
    beginnings: tuple[str, ...]
    endings: tuple[str, ...]

    def is_needed(self, package: Package) -> bool:
        """Whether the package has a mark of the runtime."""
        return bool(package.named(self.beginnings, self.endings))

    def read(self, graph: ProgramGraph, bindings: Bindings) -> RuntimeFound:
        """What the reader finds."""
        return cast(RuntimeFound, import_module(f"analyzer.extractors.runtimes.{self.module}").read(graph, bindings))


READERS: tuple[Reader, ...] = (
    Reader("react_native", ("assets/",), (".bundle", ".jsbundle", ".hbc")),
    Reader("web", ("assets/",), (".html", ".htm", "/cordova.js")),
    Reader("flutter", ("lib/", "assets/flutter_assets/"), ("/libapp.so", "/kernel_blob.bin")),
    Reader("unity", ("assets/bin/Data/Managed/",), ("/global-metadata.dat", ".dll")),
    Reader("dotnet", ("assemblies/", "lib/"), (".dll", ".blob", ".dll.so", ".blob.so")),
)


class Payloads(Struct, frozen=True):
    """``facts``: payloads and gaps; ``calls`` of scripts; ``reached``: all triggers, those of carriers and scripts included."""

    facts: tuple[Fact, ...]
    calls: tuple[Call, ...]
    reached: tuple[Reach, ...]


def payload_facts(
    graph: ProgramGraph, calls: Sequence[Call], reached: Sequence[Reach] | None, watch: Watch, knowledge: Path
) -> Payloads:
    """What the package's payloads are and call.

    *calls* are the watched calls of its DEX files, *reached* their triggers, None when these were left out. Raises ``RuleError``.
    """
    needed = [reader for reader in READERS if reader.is_needed(graph.app.package)]
    if not needed and not _has_carriers(reached or (), load_carriers(knowledge)):
        return Payloads((), (), tuple(reached or ()))
    bindings = load_bindings(knowledge)
    found = [_replaceable(graph, reader.read(graph, bindings), bindings) for reader in needed]
    gates = Gates(graph.app.manifest, load_gates(knowledge.parent))
    context = Context(bindings, watch, graph.app.hierarchy, gates.of)
    joined = join(context, found, calls, reached or (), traced=reached is not None)
    payloads = [_with(payload, joined.bridged) for runtime in found for payload in runtime.payloads]
    gaps = [gap for runtime in found for gap in runtime.gaps]
    return Payloads((*payloads, *gaps, *joined.gaps), joined.calls, joined.reached)


def _has_carriers(reached: Sequence[Reach], carriers: tuple[str, ...]) -> bool:
    """Whether code that carries out what scripts ask for is among what is traced."""
    methods = {method for reach in reached for method in (reach.entry_point, reach.at.method if reach.at else None) if method}
    return any(method.startswith(carriers) for method in methods)


def _with(payload: Payload, bridged: Sequence[ScriptUse]) -> Payload:
    """*payload*, the methods of the app's own that its code calls and that lead to a watched call among its uses."""
    folder = payload.file.rpartition("/")[0]
    names = {use.name for use in bridged if use.kind == payload.kind and use.at.file.startswith(folder)}
    return msgspec.structs.replace(payload, uses=tuple(sorted({*payload.uses, *names}))) if names else payload


def _replaceable(graph: ProgramGraph, found: RuntimeFound, bindings: Bindings) -> RuntimeFound:
    """*found*, with a gap where the package holds code that replaces such scripts while the app runs."""
    updaters = {classes: name for payload in found.payloads for classes, name in bindings.updaters.get(payload.kind, {}).items()}
    if not updaters:
        return found
    types, beginnings = graph.linked.types, tuple(updaters)
    for type_id, cls in enumerate(types.names):
        if cls.startswith(beginnings) and types.is_defined(type_id):
            name = next(name for classes, name in updaters.items() if cls.startswith(classes))
            why = f"{name} can replace the scripts while the app runs: what is in the package need not be what is run."
            lift = "The scripts that the app fetches, or a run of the app."
            gap = Gap("payload", why, could_hide=_FETCHED, would_lift=lift, at=Place(types.dex_of(type_id)))
            return replace(found, gaps=(*found.gaps, gap))
    return found
