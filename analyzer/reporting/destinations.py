"""Where data goes: the flows and hosts of a result, for those results that have them."""

from __future__ import annotations

from collections.abc import Container, Iterable

from msgspec import Struct

from analyzer.facts import Category, Place
from analyzer.facts import Destination as Way
from analyzer.result import FlowDoc, Result

# Where data may go, from what matters most to what stays with the app.
WAYS: tuple[Way, ...] = (
    "network",
    "messages",
    "process-execution",
    "ipc",
    "webview",
    "clipboard",
    "files",
    "logs",
    "storage",
)

# Android's version of each API level from which unencrypted connections may be refused.
ANDROID = {23: "6", 24: "7", 28: "9"}


class Destination(Struct, frozen=True):
    """Where a flow ends: the kind of way out, the API, and the host and country where they are known."""

    way: Way
    api: str
    host: str | None = None
    country: str | None = None

    @classmethod
    def of(cls, flow: FlowDoc) -> Destination | None:
        """The end of a flow; None when it does not say where it goes."""
        way, country = flow.sink.destination, flow.sink.country
        return None if way is None else cls(way, flow.sink.api, flow.sink.host, country.code if country else None)

    @property
    def rank(self) -> tuple[int, str, str, str]:
        """What destinations are sorted by: what matters most comes first."""
        return WAYS.index(self.way), self.host or "~", self.country or "", self.api


class Host(Struct, frozen=True):
    """One host that the package names."""

    name: str
    country: str | None
    cleartext: bool | None
    pinned: bool | None
    vendor: str | None
    owner: str | None
    domain: str | None = None
    service: str | None = None
    store: str | None = None
    refused: str | None = None


class Sent(Struct, frozen=True, order=True):
    """Data of a category that was followed to a host, or into a library's own sending (``to``)."""

    category: Category
    to: str


class Jurisdiction(Struct, frozen=True):
    """A country with the libraries and the hosts whose makers and owners sit there; ``ending_only``: hosts by their endings.

    ``sent``: the data that was followed there, with the host or library.
    """

    code: str
    sent: tuple[Sent, ...]
    libraries: tuple[str, ...]
    hosts: tuple[str, ...]
    ending_only: tuple[str, ...]


def jurisdictions(result: Result) -> list[Jurisdiction] | None:
    """The countries of makers and hosts, those that data was followed to first, then those with most libraries and hosts.

    None when these were not looked for.

    Libraries of kinds that hand nothing to their maker are left out.
    """
    if result.libraries is None or result.endpoints is None:
        return None
    found: dict[str, tuple[set[str], set[str], set[str]]] = {}
    for library in result.libraries:
        if library.country is not None and library.recipient:
            found.setdefault(library.country.code, (set(), set(), set()))[0].add(library.name)
    for endpoint in result.endpoints:
        if endpoint.country is not None:
            weak = endpoint.country.strength == "cctld"
            found.setdefault(endpoint.country.code, (set(), set(), set()))[2 if weak else 1].add(endpoint.host)
    sent = _sent(result)
    for code in sent:
        found.setdefault(code, (set(), set(), set()))
    made = [
        Jurisdiction(code, tuple(sorted(sent.get(code, ()))), *(tuple(sorted(part)) for part in parts))
        for code, parts in found.items()
    ]
    return sorted(made, key=lambda j: (-len(j.sent), -len(j.libraries), -len(j.hosts), -len(j.ending_only), j.code))


def _sent(result: Result) -> dict[str, set[Sent]]:
    """The data of people that was followed to each country: to a host, or into a library whose maker sits there."""
    found: dict[str, set[Sent]] = {}
    for flow in result.flows or ():
        source, sink = flow.source, flow.sink
        shown = sink.country is not None and sink.country.strength == "flow" and sink.host is not None
        if (
            shown
            and sink.country
            and sink.host
            and source.category
            and source.category != "ipc"
            and sink.destination == "network"
        ):
            found.setdefault(sink.country.code, set()).add(Sent(source.category, sink.host))
    for library in result.libraries or ():
        if library.recipient and library.country is not None and library.country.strength == "flow":
            into = (flow for flow in library.flows or () if flow.destination == "network" and flow.host is None)
            found.setdefault(library.country.code, set()).update(Sent(flow.category, library.name) for flow in into)
    return found


def hosts(result: Result) -> list[Host] | None:
    """The hosts of the package by name; None when they were not looked for."""
    if result.endpoints is None:
        return None
    named = [
        Host(
            name=endpoint.host,
            country=endpoint.country.code if endpoint.country else None,
            cleartext=endpoint.cleartext,
            pinned=endpoint.pinned,
            vendor=endpoint.vendor,
            owner=endpoint.owner.name or None,
            domain=endpoint.domain,
            service=endpoint.service,
            store=endpoint.store,
            refused=ANDROID.get(endpoint.refused_from or 0),
        )
        for endpoint in result.endpoints
    ]
    return sorted(named, key=lambda host: (host.name, host.owner or ""))


def ends(flows: Iterable[FlowDoc]) -> tuple[Destination, ...]:
    """Where *flows* end, what matters most first."""
    return tuple(sorted(filter(None, {Destination.of(flow) for flow in flows}), key=lambda destination: destination.rank))


def destinations(result: Result, places: Container[Place]) -> tuple[Destination, ...] | None:
    """Where the data read at *places* goes, what matters most first; None when flows were not followed."""
    return None if result.flows is None else ends(flow for flow in result.flows if flow.source.place in places)
