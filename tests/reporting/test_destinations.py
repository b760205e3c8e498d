"""Hosts and countries as the reports list them."""

from __future__ import annotations

import msgspec

from analyzer.facts import Owner
from analyzer.reporting.destinations import Jurisdiction, Sent, hosts, jurisdictions
from analyzer.result import Country, EndpointDoc, LibraryFlow, Result


def endpoint(host: str, owner: Owner, vendor: str | None, country: Country | None) -> EndpointDoc:
    return EndpointDoc(host, (f"https://{host}",), owner, vendor, country, None, None, ())


def test_one_host_of_several_owners_is_listed_for_each(result: Result) -> None:
    there = (
        endpoint("api.example", Owner("library", "B"), None, None),
        endpoint("api.example", Owner("app"), "Maker", Country("US", "carried")),
        endpoint("a.example", Owner("unknown"), None, None),
    )
    found = hosts(msgspec.structs.replace(result, endpoints=there))
    assert [(host.name, host.owner, host.vendor) for host in found or ()] == [
        ("a.example", None, None),
        ("api.example", None, "Maker"),
        ("api.example", "B", None),
    ]


def test_countries_tell_seats_from_endings(result: Result, rich: Result) -> None:
    there = (endpoint("shop.example.de", Owner("app"), None, Country("DE", "cctld")),)
    found = jurisdictions(msgspec.structs.replace(rich, endpoints=(*(rich.endpoints or ()), *there)))
    assert found == [
        Jurisdiction("CN", (Sent("clipboard", "collect.example"),), (), ("collect.example",), ()),
        Jurisdiction("US", (), ("Example SDK",), (), ()),
        Jurisdiction("DE", (), (), (), ("shop.example.de",)),
    ]
    assert jurisdictions(msgspec.structs.replace(result, endpoints=None)) is None


def test_what_a_library_sends_itself_goes_to_its_makers_country(rich: Result) -> None:
    """Where the host is not known, the library's own sending is what shows it; one that gives nothing to its maker shows nothing."""
    sdk, nameless = rich.libraries or ()
    sends = msgspec.structs.replace(
        sdk,
        country=Country("US", "flow"),
        flows=(LibraryFlow("location", "network", None, True), LibraryFlow("contacts", "logs", None, True)),
    )
    toolkit = msgspec.structs.replace(nameless, country=Country("FR", "flow"), flows=sends.flows)
    found = jurisdictions(msgspec.structs.replace(rich, libraries=(sends, toolkit), flows=()))
    assert found is not None
    assert [(each.code, each.sent) for each in found] == [("US", (Sent("location", "Example SDK"),)), ("CN", ())]
