"""Libraries and hosts of the samples, and what is joined to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analyzer.facts import Endpoint, Fact, Gap, Library, Observation, Owner, Place
from analyzer.recipients import Doings, endpoint_docs, library_docs
from analyzer.scan import observe
from analyzer.vendors import Noise, load_vendors

Observed = Callable[[str], Observation]


@pytest.fixture(scope="module")
def observed() -> Observed:
    root = Path(__file__).parents[2] / "samples"
    known: dict[str, Observation] = {}

    def look(name: str) -> Observation:
        if name not in known:
            known[name] = observe(root / name)
        return known[name]

    return look


def libraries(observation: Observation) -> set[tuple[str, bool, str]]:
    return {(fact.name, fact.renamed, fact.evidence) for fact in observation.facts if isinstance(fact, Library)}


def hosts(observation: Observation) -> set[tuple[str, str, bool | None]]:
    return {(fact.host, fact.owner.kind, fact.cleartext) for fact in observation.facts if isinstance(fact, Endpoint)}


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        (
            "clipbench/apk/library-screen-renamed.apk",
            {
                ("ZXing", False, "activity com.google.zxing.client.android.CaptureActivity"),
                ("ZXing", False, "the class com.google.zxing.client.android.CaptureActivity"),
            },
        ),
        (
            "clipbench/apk/toolkit-renamed.apk",
            {
                ("AndroidX", False, "the class androidx.appcompat.widget.AppCompatEditText"),
                ("AndroidX", True, "a text that only its classes hold, in o.b"),
            },
        ),
        ("clipbench/apk/vendor-called.apk", set()),
        # The package holds a class under the library's name whose methods do nothing: a stand-in, not the library.
        ("apk/shape-ad-game.apk", set()),
    ],
)
def test_libraries(observed: Observed, sample: str, expected: set[tuple[str, bool, str]]) -> None:
    assert libraries(observed(sample)) == expected


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("apk/shape-ad-game.apk", {("ads.example", "unknown", False)}),
        ("apk/shape-chat.apk", {("talk.example", "app", False)}),
        ("apk/shape-bank.apk", {("bank.example", "app", False)}),
        ("apk/paste-button.apk", set()),
    ],
)
def test_hosts(observed: Observed, sample: str, expected: set[tuple[str, str, bool | None]]) -> None:
    assert hosts(observed(sample)) == expected


def test_a_host_has_its_place_and_its_address_without_what_was_asked(observed: Observed) -> None:
    named = [fact for fact in observed("apk/shape-ad-game.apk").facts if isinstance(fact, Endpoint)]
    (doc,) = endpoint_docs(named, load_vendors())
    assert doc.urls == ("https://ads.example/show",)
    assert [shown.place for shown in doc.evidence] == [
        Place("classes.dex", "Lcom/adexample/sdk/Ads;->show(Landroid/content/Context;)V", 0x2A)
    ]


def test_makers_and_countries_are_joined(observed: Observed) -> None:
    shown = [fact for fact in observed("clipbench/apk/toolkit-renamed.apk").facts if isinstance(fact, Library)]
    (doc,) = library_docs(shown, Doings({}), load_vendors())
    assert (doc.kind, doc.vendor, doc.country and (doc.country.code, doc.country.strength)) == (
        "toolkit",
        "Google",
        ("US", "sdk"),
    )
    assert not doc.renamed  # something of it kept its name


@pytest.mark.parametrize(
    ("host", "vendor", "country"),
    [
        ("graph.facebook.com", "Meta", ("US", "carried")),
        ("api.weibo.com", "Weibo", ("CN", "carried")),
        ("notfacebook.com", None, None),  # a domain is matched at its dots
        ("shop.example.de", None, ("DE", "cctld")),
        ("bbc.co.uk", None, ("GB", "cctld")),
        ("socket.io", None, None),  # sold to anybody
        ("10.0.0.1", None, None),
        ("example.com", None, None),
    ],
)
def test_whose_a_host_is(host: str, vendor: str | None, country: tuple[str, str] | None) -> None:
    vendors = load_vendors()
    found = vendors.country_of(host)
    assert (vendors.vendor_of(host), found and (found.code, found.strength)) == (vendor, country)


def test_mere_names_are_left_out_and_say_why() -> None:
    vendors = load_vendors()
    library, app = Owner("library", "OkHttp"), Owner("app")
    assert vendors.noise_of(Endpoint("schemas.android.com", owner=app)) == "an XML namespace"
    assert vendors.noise_of(Endpoint("stackoverflow.com", owner=library)) == "documentation"
    assert vendors.noise_of(Endpoint("stackoverflow.com", owner=app)) is None  # an app may be about it
    assert vendors.noise["localhost"] == Noise("any", "this device")


def test_rules_see_makers_and_countries_and_no_mere_names() -> None:
    facts: list[Fact] = [
        Library("Sina Weibo SDK"),
        Library("not in the tables"),
        Endpoint("www.w3.org"),
        Endpoint("api.weibo.com"),
        Gap("native"),
    ]
    assert load_vendors().joined(facts) == (
        Library("Sina Weibo SDK", vendor="Weibo", kind="social", country="CN"),
        Library("not in the tables"),
        Endpoint("api.weibo.com", country="CN"),
        Gap("native"),
    )
