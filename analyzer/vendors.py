"""Who is behind a library or host and under whose law: joined to what was observed, so that an edit of a table needs no rescan.

A vendor's seat is a fact about the vendor. ``strength`` says what it rests on: ``sdk`` a library in the package, ``carried`` a
host in it whose owner is known, ``cctld`` no more than the ending of the host's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from analyzer.errors import RuleError
from analyzer.facts import ApiCall, ClipboardAccess, Endpoint, Fact, Library, Reach
from analyzer.platform.knowledge import read_table
from analyzer.resources import rules_dir
from analyzer.result import Country, EndpointDoc, Evidence, LibraryDoc, LibraryUse

_MOST_EVIDENCE = 8
# Endings that are two letters and yet say nothing about a country: sold to anybody.
_ANYBODYS = frozenset(
    {
        "io",
        "ai",
        "co",
        "me",
        "tv",
        "fm",
        "ly",
        "gg",
        "cc",
        "ws",
        "to",
        "sh",
        "ac",
        "is",
        "am",
        "im",
        "id",
        "la",
        "st",
        "vc",
        "eu",
        "su",
    }
)
_SPELLED = {"uk": "GB"}


class Maker(NamedTuple):
    """What is known of a library: its ``kind``, its ``vendor`` and the vendor's ``country``; '' where it is not known."""

    kind: str
    vendor: str
    country: str


class Noise(NamedTuple):
    """A host that is a mere name: ``where`` any or in library code only."""

    where: str
    why: str


class Vendors(NamedTuple):
    """The tables: libraries by name, hosts (and their subdomains) to vendors, vendors to countries, hosts that are mere names.

    ``recipients``: the kinds of libraries that hand data to their maker.
    """

    libraries: Mapping[str, Maker]
    hosts: Mapping[str, str]
    countries: Mapping[str, str]
    noise: Mapping[str, Noise]
    recipients: frozenset[str]

    def gets_data(self, library: str) -> bool:
        """Whether a library is of a kind that hands data to its maker; one of no known kind is not said to."""
        return library in self.libraries and self.libraries[library].kind in self.recipients

    def known(self, library: Library) -> Library:
        """*library* with kind, vendor and country, as rules see it."""
        maker = self.libraries.get(library.name)
        if maker is None:
            return library
        kind, vendor, country = (value or None for value in maker)
        return msgspec.structs.replace(library, kind=kind, vendor=vendor, country=country)

    def located(self, endpoint: Endpoint) -> Endpoint:
        """*endpoint* with the country of its host, as rules see it."""
        country = self.country_of(endpoint.host)
        return endpoint if country is None else msgspec.structs.replace(endpoint, country=country.code)

    def joined(self, facts: Iterable[Fact]) -> tuple[Fact, ...]:
        """All *facts* as rules see them; hosts that are mere names are left out."""
        seen: list[Fact] = []
        for fact in facts:
            if isinstance(fact, Library):
                seen.append(self.known(fact))
            elif not isinstance(fact, Endpoint):
                seen.append(fact)
            elif self.noise_of(fact) is None:
                seen.append(self.located(fact))
        return tuple(seen)

    def noise_of(self, endpoint: Endpoint) -> str | None:
        """Why a host is a mere name; None when it is not."""
        noise = next((self.noise[name] for name in _and_parents(endpoint.host) if name in self.noise), None)
        if noise is None or (noise.where == "library" and endpoint.owner.kind != "library"):
            return None
        return noise.why

    def vendor_of(self, host: str) -> str | None:
        """The owner of a host, if its domain or one above is known."""
        return next((self.hosts[name] for name in _and_parents(host) if name in self.hosts), None)

    def country_of(self, host: str) -> Country | None:
        """The country of a host's owner; else of its name's ending, which is weak."""
        vendor = self.vendor_of(host)
        if vendor is not None and self.countries.get(vendor):
            return Country(self.countries[vendor], "carried")
        ending = host.rpartition(".")[2]
        if vendor is not None or len(ending) != 2 or not ending.isalpha() or ending in _ANYBODYS:
            return None
        return Country(_SPELLED.get(ending, ending.upper()), "cctld")


@cache
def load_vendors(rules: Path | None = None) -> Vendors:
    """Read the tables. Raises ``RuleError`` naming the row that is wrong."""
    knowledge = (rules or rules_dir()) / "knowledge"
    countries = {vendor: country for vendor, country, _ in read_table(knowledge / "vendors.tsv", ("vendor", "country", "source"))}
    libraries: dict[str, Maker] = {}
    for _, name, kind, country, _ in read_table(
        knowledge / "exodus/trackers.tsv", ("prefix", "name", "kind", "country", "source")
    ):
        libraries[name] = Maker(kind, name, country or countries.get(name, ""))
    for _file, name, maker, _ in read_table(knowledge / "native_libraries.tsv", ("file", "library", "maker", "source")):
        libraries.setdefault(name, Maker("", maker, countries.get(maker, "")))
    for name, kind, vendor, _ in read_table(knowledge / "libraries.tsv", ("name", "kind", "vendor", "source")):
        _known(vendor, countries, knowledge / "libraries.tsv", name)
        libraries[name] = Maker(kind, vendor, countries.get(vendor, ""))
    hosts = {}
    for domain, vendor, _ in read_table(knowledge / "hosts.tsv", ("domain", "vendor", "source")):
        _known(vendor, countries, knowledge / "hosts.tsv", domain)
        hosts[domain] = vendor
    noise = {
        host: Noise(where, why)
        for host, where, why, _ in read_table(knowledge / "host_noise.tsv", ("host", "where", "why", "source"))
    }
    kinds = read_table(knowledge / "library_kinds.tsv", ("kind", "recipient", "source"))
    return Vendors(libraries, hosts, countries, noise, frozenset(kind for kind, recipient, _ in kinds if recipient == "yes"))


def library_docs(shown: Iterable[Library], uses: Mapping[str, Sequence[LibraryUse]], vendors: Vendors) -> tuple[LibraryDoc, ...]:
    """The libraries, each with everything that shows it and what its code calls for (``uses_of``)."""
    found: dict[str, list[Library]] = {}
    for fact in shown:
        found.setdefault(fact.name, []).append(fact)
    return tuple(_library(name, facts, vendors, uses.get(name, ())) for name, facts in sorted(found.items()))


def _library(name: str, shown: Sequence[Library], vendors: Vendors, uses: Sequence[LibraryUse]) -> LibraryDoc:
    maker = vendors.libraries.get(name, Maker("", "", ""))
    versions = {fact.version for fact in shown if fact.version}
    evidence = dict.fromkeys(Evidence(fact.evidence, fact.at) for fact in shown)
    return LibraryDoc(
        name,
        versions.pop() if len(versions) == 1 else None,
        all(fact.renamed for fact in shown),
        maker.kind or None,
        maker.vendor or None,
        Country(maker.country, "sdk") if maker.country else None,
        vendors.gets_data(name),
        tuple(evidence)[:_MOST_EVIDENCE],
        tuple(uses),
    )


def uses_of(calls: Iterable[ApiCall | ClipboardAccess], reaches: Iterable[Reach]) -> dict[str, list[LibraryUse]]:
    """The categories that each library's own calls touch, with what starts them."""
    kinds: dict[tuple[str, str | None], set[str]] = {}
    for reach in reaches:
        if reach.at is not None:
            kinds.setdefault((reach.at.file, reach.at.method), set()).add(reach.kind)
    found: dict[str, dict[str, tuple[int, set[str]]]] = {}
    for call in calls:
        category = "clipboard" if isinstance(call, ClipboardAccess) else call.category
        if call.owner.kind == "library" and call.owner.name and call.at is not None and category is not None:
            count, triggers = found.setdefault(call.owner.name, {}).get(category, (0, set()))
            started = kinds.get((call.at.file, call.at.method), set())
            found[call.owner.name][category] = count + 1, triggers | started
    return {
        name: [LibraryUse(category, count, tuple(sorted(triggers))) for category, (count, triggers) in sorted(uses.items())]
        for name, uses in found.items()
    }


def endpoint_docs(named: Iterable[Endpoint], vendors: Vendors) -> tuple[EndpointDoc, ...]:
    """The hosts, each once for each owner of the code that names it."""
    found: dict[tuple[str, str, str], list[Endpoint]] = {}
    for fact in named:
        found.setdefault((fact.host, fact.owner.kind, fact.owner.name or ""), []).append(fact)
    return tuple(
        EndpointDoc(
            host,
            tuple(dict.fromkeys(url for fact in facts for url in fact.urls)),
            facts[0].owner,
            vendors.vendor_of(host),
            vendors.country_of(host),
            any(fact.cleartext for fact in facts),
            any(fact.pinned for fact in facts),
            tuple(Evidence(url, fact.at) for fact in facts for url in fact.urls[:1])[:_MOST_EVIDENCE],
        )
        for (host, _, _), facts in sorted(found.items())
    )


def _known(vendor: str, countries: Mapping[str, str], path: Path, row: str) -> None:
    if vendor and vendor not in countries:
        raise RuleError(f"the row of {row!r} names the vendor {vendor!r}, which vendors.tsv does not", where=str(path))


def _and_parents(host: str) -> list[str]:
    segments = host.split(".")
    return [".".join(segments[start:]) for start in range(len(segments))]
