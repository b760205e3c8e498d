"""Libraries and hosts as a result lists them: what was observed, joined with who is behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct

from analyzer.domains import registered_domain
from analyzer.facts import ApiCall, ClipboardAccess, Endpoint, Flow, Library, Permission, Reach
from analyzer.result import (
    Country,
    EndpointDoc,
    Evidence,
    LibraryDoc,
    LibraryFlow,
    LibraryUse,
    OtherHostDoc,
    OtherHostKind,
    Strength,
)
from analyzer.vendors import Maker, Vendors

_MOST_EVIDENCE = 8
Reaches = Mapping[tuple[str, str | None], Sequence[Reach]]
"""Triggers by the file and method whose calls they start."""


class Doings(Struct, frozen=True):
    """What the code of each library does here: the data that it calls for, declared permissions it uses, hosts that it names.

    ``flows``: the data that ends in its code; None when data was not followed.
    """

    uses: Mapping[str, Sequence[LibraryUse]]
    permissions: Mapping[str, Collection[str]] = {}
    hosts: Mapping[str, Collection[str]] = {}
    flows: Mapping[str, Collection[LibraryFlow]] | None = None


def doings_of(
    calls: Iterable[ApiCall | ClipboardAccess],
    reaches: Reaches,
    permissions: Iterable[Permission],
    hosts: Iterable[Endpoint],
    flows: Iterable[Flow] | None,
) -> Doings:
    """What each library does, from the facts on calls, triggers, permissions, hosts (those that are no mere names) and flows."""
    used: dict[str, set[str]] = {}
    for permission in permissions:
        for use in permission.used_by if permission.declared else ():
            if use.owner.kind == "library":
                used.setdefault(use.owner.name, set()).add(permission.name)
    named: dict[str, set[str]] = {}
    for host in hosts:
        if host.owner.kind == "library":
            named.setdefault(host.owner.name, set()).add(host.host)
    return Doings(uses_of(calls, reaches), used, named, None if flows is None else flows_into(flows))


def flows_into(flows: Iterable[Flow]) -> dict[str, set[LibraryFlow]]:
    """The data of people that ends in each library's own code. What other apps hand in is theirs and is left out."""
    found: dict[str, set[LibraryFlow]] = {}
    for flow in flows:
        owner = flow.sink_owner
        if owner is not None and owner.kind == "library" and flow.sink is not None and flow.source != "ipc":
            into = LibraryFlow(flow.source, flow.sink, flow.host, flow.owner == owner)
            found.setdefault(owner.name, set()).add(into)
    return found


def seat_strength(flows: Iterable[LibraryFlow]) -> Strength:
    """How well it is shown that a library's maker gets data: its code sends some, to a host that is not known to be another's."""
    return "flow" if any(flow.destination == "network" and flow.host is None for flow in flows) else "sdk"


def library_docs(shown: Iterable[Library], doings: Doings, vendors: Vendors) -> tuple[LibraryDoc, ...]:
    """The libraries, each with everything that shows it and what its code does."""
    found: dict[str, list[Library]] = {}
    for fact in shown:
        found.setdefault(fact.name, []).append(fact)
    return tuple(_library(name, facts, vendors, doings) for name, facts in sorted(found.items()))


def _library(name: str, shown: Sequence[Library], vendors: Vendors, doings: Doings) -> LibraryDoc:
    maker = vendors.libraries.get(name, Maker("", "", ""))
    versions = {fact.version for fact in shown if fact.version}
    evidence = dict.fromkeys(Evidence(fact.evidence, fact.at) for fact in shown)
    flows = None if doings.flows is None else tuple(sorted(doings.flows.get(name, ()), key=_flow_order))
    return LibraryDoc(
        name,
        versions.pop() if len(versions) == 1 else None,
        all(fact.renamed for fact in shown),
        maker.kind or None,
        maker.vendor or None,
        Country(maker.country, seat_strength(flows or ())) if maker.country else None,
        vendors.gets_data(name),
        tuple(evidence)[:_MOST_EVIDENCE],
        tuple(doings.uses.get(name, ())),
        tuple(sorted(doings.permissions.get(name, ()))),
        tuple(sorted(doings.hosts.get(name, ()))),
        flows,
    )


def _flow_order(flow: LibraryFlow) -> tuple[str, str, str, bool]:
    return flow.category, flow.destination, flow.host or "", flow.read_here


def uses_of(calls: Iterable[ApiCall | ClipboardAccess], reaches: Reaches) -> dict[str, list[LibraryUse]]:
    """The categories that each library's own calls touch, with what starts them."""
    methods: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for call in calls:
        category: str | None = "clipboard" if isinstance(call, ClipboardAccess) else call.category
        if call.owner.kind == "library" and call.owner.name and call.at is not None and category is not None:
            methods.setdefault((call.owner.name, category), []).append((call.at.file, call.at.method))
    found: dict[str, list[LibraryUse]] = {}
    for (name, category), where in sorted(methods.items()):
        triggers = {reach.kind for method in set(where) for reach in reaches.get(method, ())}
        found.setdefault(name, []).append(LibraryUse(category, len(where), tuple(sorted(triggers))))
    return found


def endpoint_docs(named: Iterable[Endpoint], vendors: Vendors) -> tuple[EndpointDoc, ...]:
    """The hosts that data may go to, each once for each owner of the code that names it."""
    found: dict[tuple[str, str, str], list[Endpoint]] = {}
    for fact in named:
        found.setdefault((fact.host, fact.owner.kind, fact.owner.name or ""), []).append(fact)
    return tuple(_endpoint(host, facts, vendors) for (host, _, _), facts in sorted(found.items()))


def _endpoint(host: str, facts: Sequence[Endpoint], vendors: Vendors) -> EndpointDoc:
    urls = tuple(dict.fromkeys(url for fact in facts for url in fact.urls))
    service, store = vendors.cloud_of(host, urls) or (None, None)
    return EndpointDoc(
        host,
        urls,
        facts[0].owner,
        vendors.vendor_of(host),
        vendors.country_of(host),
        any(fact.cleartext for fact in facts),
        any(fact.pinned for fact in facts),
        tuple(Evidence(url, fact.at) for fact in facts for url in (fact.urls[:1] or (host,)))[:_MOST_EVIDENCE],
        registered_domain(host),
        service,
        store,
        next((fact.refused_from for fact in facts if fact.refused_from is not None), None),
        facts[0].decoded_by if all(fact.decoded_by for fact in facts) else None,
    )


def other_host_docs(named: Iterable[Endpoint], vendors: Vendors) -> tuple[OtherHostDoc, ...]:
    """The hosts that are named for another reason than to send something there, each with that reason."""
    found: dict[tuple[str, str], OtherHostDoc] = {}
    for fact in named:
        why = vendors.noise_of(fact)
        kind: OtherHostKind | None = "name" if why else "mail" if fact.kind == "mail" else "link" if fact.kind == "link" else None
        if kind is not None:
            found.setdefault((fact.host, kind), OtherHostDoc(fact.host, kind, why or "", fact.at))
    return tuple(found[key] for key in sorted(found))
