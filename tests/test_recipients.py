"""What the code of libraries does, put together from calls, hosts and flows."""

from __future__ import annotations

import pytest

from analyzer.facts import Category, Destination, Flow, Library, Owner
from analyzer.recipients import doings_of, flows_into, library_docs
from analyzer.result import Country, LibraryFlow
from analyzer.vendors import Maker, Vendors

SDK = Owner("library", "SDK")
VENDORS = Vendors(
    libraries={"SDK": Maker("advertising", "Maker", "CN")},
    hosts={"ads.example": "Maker"},
    countries={"Maker": "CN"},
    noise={},
    recipients=frozenset({"advertising"}),
)


def flow(source: Category, sink: Destination | None, host: str | None, owner: Owner, sink_owner: Owner | None) -> Flow:
    return Flow(source, sink, host=host, owner=owner, sink_owner=sink_owner)


def test_flows_end_in_the_library_whose_code_passes_them_on() -> None:
    found = flows_into(
        [
            flow("location", "network", None, SDK, SDK),
            flow("location", "network", None, SDK, SDK),  # another place, the same thing
            flow("clipboard", "files", None, Owner("app"), SDK),
            flow("contacts", "network", "own.example", Owner("app"), Owner("app")),
            flow("ipc", "network", None, SDK, SDK),  # other apps' data
            flow("phone-ids", None, None, SDK, SDK),  # it does not say where it goes
            flow("phone-ids", "logs", None, SDK, None),
        ]
    )
    assert found == {"SDK": {LibraryFlow("location", "network", None, True), LibraryFlow("clipboard", "files", None, False)}}


@pytest.mark.parametrize(
    ("sent", "strength"),
    [
        (flow("location", "network", None, SDK, SDK), "flow"),
        (flow("location", "network", "other.example", SDK, SDK), "sdk"),  # the host is known: its owner counts, not the maker
        (flow("location", "files", None, SDK, SDK), "sdk"),
        (flow("location", "network", None, SDK, Owner("app")), "sdk"),
    ],
    ids=["sends", "to a known host", "keeps", "the app sends"],
)
def test_a_seat_is_shown_by_a_flow_where_the_librarys_code_sends(sent: Flow, strength: str) -> None:
    (doc,) = library_docs([Library("SDK")], doings_of([], {}, [], [], [sent]), VENDORS)
    assert doc.country == Country("CN", strength)  # type: ignore[arg-type]


def test_without_following_data_nothing_is_said_of_flows() -> None:
    (doc,) = library_docs([Library("SDK")], doings_of([], {}, [], [], None), VENDORS)
    assert (doc.flows, doc.country) == (None, Country("CN", "sdk"))
