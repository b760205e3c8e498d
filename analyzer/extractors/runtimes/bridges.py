"""The app's own methods that scripts can call: by annotations (``@JavascriptInterface``, ``@ReactMethod``, ``@PluginMethod``)."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.extractors.runtimes.script_values import ScriptCall
from analyzer.program.graph.program_graph import ProgramGraph

_MOST_OF_ONE_NAME = 3


class Bridge:
    """Looks up what a script's call of the app's own code runs."""

    def __init__(self, graph: ProgramGraph) -> None:
        self._graph = graph
        methods: dict[str, list[str]] = {}
        linked, ownership = graph.linked, graph.app.ownership
        for node in sorted(graph.entries.annotated):
            if ownership.is_wrapper(linked.holder(node)):
                continue  # how the runtime itself talks to its scripts
            methods.setdefault(linked.name(node), []).append(linked.descriptor(node))
        self._methods: Mapping[str, tuple[str, ...]] = {
            name: tuple(found) for name, found in methods.items() if len(found) <= _MOST_OF_ONE_NAME
        }

    @property
    def names(self) -> frozenset[str]:
        """The names of the methods."""
        return frozenset(self._methods)

    def name_of(self, call: ScriptCall) -> str | None:
        """``Object.method`` of a call over the bridge: an object that the package names, and a method that is offered."""
        words = call.callee.words
        if len(words) != 2 or call.callee.base not in ("global", "native") or words[1] not in self._methods:
            return None
        return ".".join(words) if self._is_named(words[0]) else None

    def methods_of(self, call: ScriptCall) -> tuple[str, ...]:
        """The methods that the call may run, by their descriptors."""
        return self._methods.get(call.callee.words[-1], ()) if call.callee.words else ()

    def _is_named(self, text: str) -> bool:
        return any(dex.pools.find_string(text.encode("utf-8", "replace")) is not None for dex in self._graph.app.dex_files)
