"""Who starts a component of the package from its own code: intents, alarms, jobs, work requests; and who may broadcast to it.

The class of a component (or its name, or an action of its intent filters) is followed from where code names it to the calls that
start something with it.
"""

from __future__ import annotations

from msgspec.structs import replace

from analyzer.program.constants import ArgumentResolver
from analyzer.program.graph.calls import CallGraph
from analyzer.program.graph.entrypoints import EntryPoints, platform_made
from analyzer.program.graph.tracking import Link
from analyzer.program.manifest import Manifest

_EXPORTED, _NOT_EXPORTED = 2, 4  # android.content.Context.RECEIVER_EXPORTED, RECEIVER_NOT_EXPORTED
_FLAGS_MATTER_FROM = 34
_START_KINDS = {
    "activity": frozenset({"lifecycle", "window-focus"}),
    "service": frozenset({"service", "timer"}),
    "job": frozenset({"timer", "service"}),
    "receiver": frozenset({"receiver"}),
}
_PLATFORM_ACTIONS = ("android.", "com.android.", "com.google.")


class ComponentStarts:
    """Links from code that starts a component to the methods that the platform then calls."""

    def __init__(self, graph: CallGraph, entries: EntryPoints, manifest: Manifest) -> None:
        self._graph = graph
        self._entries = entries
        self._target_sdk = manifest.target_sdk
        self._actions: dict[str, tuple[str, ...]] = {}
        for component in platform_made(manifest):
            own = [a for f in component.filters for a in f.actions if not a.startswith(_PLATFORM_ACTIONS)]
            self._actions[f"L{(component.target or component.name).replace('.', '/')};"] = tuple(own)

    def of(self, node: int) -> list[Link]:
        """The links from starters to *node*, if it is a method that starting a component runs."""
        links: list[Link] = []
        linked = self._graph.linked
        for type_id in self._entries.component_of(node):
            kinds = {entry.kind for entry in self._entries.of(node)}
            for started, link in self._graph.uses_of_class(type_id, self._actions.get(linked.types.names[type_id], ())).started:
                if kinds & _START_KINDS.get(started, frozenset()):
                    links.append(link)
        links += self._workers(node)
        return links

    def _workers(self, node: int) -> list[Link]:
        """Work requests that name the worker's class."""
        linked = self._graph.linked
        if linked.nodes.direct[node] or not self._entries.is_work(node):
            return []
        found = []
        for type_id in linked.inheritors(node):
            started = self._graph.uses_of_class(type_id).started
            found += [replace(link, component=False) for kind, link in started if kind == "worker"]
        return found

    def exported(self, kind: str, link: Link) -> tuple[bool, str | None]:
        """Whether other apps can start a callback of this kind that *link* hands over, and with which permission.

        A binder is as open as the service that returns it. For a receiver that code registers:

        https://developer.android.com/develop/background-work/background-tasks/broadcasts#context-registered-receivers
        """
        if kind == "service":
            entries = [entry for entry in self._entries.of(link.caller) if entry.exported]
            return bool(entries), entries[0].permission if entries else None
        if kind != "receiver" or not link.sites:
            return False, None
        sites, linked = self._graph.linked.sites, self._graph.linked
        site = link.sites[-1]
        dex = linked.dex_files[int(sites.dex[site])]
        key = int(sites.key[site])
        row = int(dex.units[dex.instructions.position[sites.row[site]] + 1])
        if linked.member_name(key) != "registerReceiver" or "LocalBroadcastManager" in dex.pools.method_holder(row):
            return False, None
        parameters = dex.pools.parameter_types(int(dex.pools.methods[row]["shape"]))
        arguments = ArgumentResolver(dex, {}).arguments(int(sites.row[site]), tuple(range(len(parameters))))
        flags = next((int(arguments[i]) for i, p in enumerate(parameters) if p == "I" and arguments.get(i, "").isdigit()), 0)
        permission = next(
            (arguments[i] for i, p in enumerate(parameters) if p == "Ljava/lang/String;" and arguments.get(i, "0") != "0"), None
        )
        exported = bool(flags & _EXPORTED) or (not flags & _NOT_EXPORTED and self._target_sdk < _FLAGS_MATTER_FROM)
        return exported, permission if exported else None
