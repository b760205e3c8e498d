"""Who is behind a library or host and under whose law: joined to what was observed, so that an edit of a table needs no rescan.

A vendor's seat is a fact about the vendor. ``strength`` says what it rests on: ``sdk`` a library in the package, ``carried`` a
host in it whose owner is known, ``cctld`` no more than the ending of the host's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from analyzer.errors import RuleError
from analyzer.facts import ApiCall, ClipboardAccess, Endpoint, Fact, Library, Observation, Reach
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

    def joined(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        """The facts as rules see them: libraries with kind, vendor and country, hosts with country; mere names are left out."""
        for fact in facts:
            if isinstance(fact, Library):
                maker = self.libraries.get(fact.name, Maker("", "", ""))
                yield msgspec.structs.replace(
                    fact, kind=maker.kind or None, vendor=maker.vendor or None, country=maker.country or None
                )
            elif isinstance(fact, Endpoint):
                if self.noise_of(fact) is None:
                    country = self.country_of(fact.host)
                    yield msgspec.structs.replace(fact, country=country.code if country else None)
            else:
                yield fact

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


def library_docs(observation: Observation, vendors: Vendors) -> tuple[LibraryDoc, ...]:
    """The libraries with everything that shows them and what their code reads."""
    found: dict[str, list[Library]] = {}
    for fact in observation.facts:
        if isinstance(fact, Library):
            found.setdefault(fact.name, []).append(fact)
    uses = _uses(observation.facts)
    return tuple(_library(name, shown, vendors, uses.get(name, ())) for name, shown in sorted(found.items()))


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


def _uses(facts: Iterable[Fact]) -> dict[str, list[LibraryUse]]:
    """The categories that each library's own calls touch, with what starts them."""
    facts = list(facts)
    kinds: dict[tuple[str, str], set[str]] = {}
    for fact in facts:
        if isinstance(fact, Reach) and fact.at is not None:
            kinds.setdefault((fact.at.file, fact.at.method or ""), set()).add(fact.kind)
    found: dict[str, dict[str, tuple[int, set[str]]]] = {}
    for fact in facts:
        if isinstance(fact, (ApiCall, ClipboardAccess)) and fact.owner.kind == "library" and fact.owner.name and fact.at:
            category = "clipboard" if isinstance(fact, ClipboardAccess) else fact.category
            if category is None:
                continue
            calls, triggers = found.setdefault(fact.owner.name, {}).get(category, (0, set()))
            started = kinds.get((fact.at.file, fact.at.method or ""), set())
            found[fact.owner.name][category] = calls + 1, triggers | started
    return {
        name: [LibraryUse(category, calls, tuple(sorted(triggers))) for category, (calls, triggers) in sorted(uses.items())]
        for name, uses in found.items()
    }


def endpoint_docs(observation: Observation, vendors: Vendors) -> tuple[EndpointDoc, ...]:
    """The hosts that are no mere names, each once for each owner of the code that names it."""
    found: dict[tuple[str, str, str], list[Endpoint]] = {}
    for fact in observation.facts:
        if isinstance(fact, Endpoint) and vendors.noise_of(fact) is None:
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
