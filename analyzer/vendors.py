"""Who is behind a library or host and under whose law: joined to what was observed, so that an edit of a table needs no rescan.

A vendor's seat is a fact about the vendor. ``strength`` says what it rests on: ``sdk`` a library in the package, ``carried`` a
host in it whose owner is known, ``cctld`` no more than the ending of the host's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from analyzer.domains import has_known_ending
from analyzer.errors import RuleError
from analyzer.facts import Endpoint, Fact, Flow, Library
from analyzer.kept import kept
from analyzer.platform.knowledge import read_table
from analyzer.resources import rules_dir
from analyzer.result import Country

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
_JOINED = frozenset({Library, Flow, Endpoint})  # facts that the tables say more of
# How the country of a vendor's row was checked: a text of its own was read, or one by others; the page was not read, and a
# second list agrees or differs; nothing but background knowledge.
_READ, _LISTED, _UNREAD = ("read", "told"), ("agrees", "differs"), "unread"
_CHECKED = (*_READ, *_LISTED, _UNREAD)
_TABLES = (
    "vendors.tsv", "company_lists.tsv", "exodus/makers.tsv", "exodus/trackers.tsv", "native_libraries.tsv", "libraries.tsv",
    "hosts.tsv", "host_noise.tsv", "cloud_hosts.tsv", "library_kinds.tsv",
)  # fmt: skip


class Maker(NamedTuple):
    """What is known of a library: its ``kind``, its ``vendor`` and the vendor's ``country``; '' where it is not known."""

    kind: str
    vendor: str
    country: str


class Cloud(Struct, frozen=True):
    """Hosts of a service that keeps what its customers store: ``ending`` and ``pattern`` of the host, the ``service``'s name.

    ``store`` says where the customer's name stands: ``label`` (what ``*`` stands for first), ``path`` (behind the text that
    follows it), or '' nowhere.
    """

    ending: str
    pattern: str
    service: str
    store: str


class Noise(Struct, frozen=True):
    """A host that is a mere name: ``where`` any, or anywhere but in the app's own code (``library``)."""

    where: str
    why: str


class Vendors(Struct, frozen=True):
    """The tables: libraries by name, hosts (and their subdomains) to vendors, vendors to countries, hosts that are mere names.

    ``recipients``: the kinds of libraries that hand data to their maker. ``clouds``: services that store for their customers.
    """

    libraries: Mapping[str, Maker]
    hosts: Mapping[str, str]
    countries: Mapping[str, str]
    noise: Mapping[str, Noise]
    recipients: frozenset[str]
    clouds: tuple[Cloud, ...] = ()

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

    def flow(self, flow: Flow) -> Flow:
        """*flow* with the country of the host it goes to, as rules see it."""
        country = self.country_of(flow.host) if flow.host else None
        return flow if country is None else msgspec.structs.replace(flow, country=country.code)

    def joined(self, facts: Iterable[Fact]) -> tuple[Fact, ...]:
        """All *facts* as rules see them; hosts that are mere names, or named only in mail addresses and links, are left out."""
        seen: list[Fact] = []
        for fact in facts:
            if type(fact) not in _JOINED:  # nearly all of them
                seen.append(fact)
            elif isinstance(fact, Library):
                seen.append(self.known(fact))
            elif isinstance(fact, Flow):
                seen.append(self.flow(fact))
            elif not isinstance(fact, Endpoint):
                seen.append(fact)
            elif fact.kind == "host" and self.noise_of(fact) is None:
                seen.append(self.located(fact))
        return tuple(seen)

    def noise_of(self, endpoint: Endpoint) -> str | None:
        """Why a host is a mere name; None when it is not."""
        if endpoint.kind == "credit":
            return "a library's makers and licence, as a page of credits names them"
        if endpoint.kind == "mail" and not has_known_ending(endpoint.host):
            return "no mail address: there is no such ending"
        noise = next((self.noise[name] for name in _and_parents(endpoint.host) if name in self.noise), None)
        if noise is None or (noise.where == "library" and endpoint.owner.kind == "app"):
            return None
        return noise.why

    def cloud_of(self, host: str, urls: Sequence[str]) -> tuple[str, str | None] | None:
        """The cloud service that *host* is of and the name of the customer's store there, if one shows."""
        for cloud in self.clouds:
            # Compiling a pattern costs more than all else here, and few endings fit.
            match = re.fullmatch(cloud.pattern, host) if host.endswith(cloud.ending) else None
            if match is None:
                continue
            what, _, before = cloud.store.partition(" ")
            if what == "label":
                return cloud.service, match[1]
            paths = (url.partition(f"://{host}")[2] for url in urls)
            names = (path.removeprefix(before).partition("/")[0] for path in paths if what == "path" and path.startswith(before))
            return cloud.service, next((name for name in names if name), None)
        return None

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
    sources = ((knowledge / name).read_bytes() for name in _TABLES)
    return kept("vendors", Vendors, sources, ("vendors.py", "platform/knowledge.py"), lambda: _read(knowledge))


def _read(knowledge: Path) -> Vendors:
    countries = _countries(knowledge / "vendors.tsv", _lists(knowledge / "company_lists.tsv"))
    makers = _makers(knowledge / "exodus/makers.tsv", countries)
    libraries: dict[str, Maker] = {}
    for _, name, kind, country, _ in read_table(
        knowledge / "exodus/trackers.tsv", ("prefix", "name", "kind", "country", "source")
    ):
        vendor = makers.get(name, name)
        libraries[name] = Maker(kind, vendor, countries.get(vendor) or country)
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
    clouds = [
        Cloud(host.rpartition("*")[2], re.escape(host).replace(r"\*", "(.+)", 1).replace(r"\*", ".+"), service, store)
        for host, service, store, _ in read_table(knowledge / "cloud_hosts.tsv", ("host", "service", "store", "source"))
    ]
    kinds = read_table(knowledge / "library_kinds.tsv", ("kind", "recipient", "source"))
    recipients = frozenset(kind for kind, recipient, _ in kinds if recipient == "yes")
    return Vendors(libraries, hosts, countries, noise, recipients, tuple(clouds))


def _countries(path: Path, lists: tuple[str, ...]) -> dict[str, str]:
    """Vendors with the country of their seat, '' where it is not known. Raises ``RuleError``."""
    countries = {}
    for vendor, country, _, checked, says, source in read_table(path, ("vendor", "country", "seat", "checked", "says", "source")):
        if checked not in _CHECKED or (country and not source.startswith(("https://", "http://"))):
            raise RuleError(
                f"the row of {vendor!r} needs the address of a page that says where the vendor sits, and how it was checked",
                where=str(path),
                mend=f"'checked' is one of {', '.join(_CHECKED)}.",
            )
        if bool(says) == (checked == _UNREAD) or (checked in _LISTED and not says.startswith(lists)):
            raise RuleError(
                f"the row of {vendor!r} needs what the text says, or which list and entry, and only where one was read",
                where=str(path),
                mend=f"With {' and '.join(_LISTED)}, 'says' begins with a list of company_lists.tsv: {', '.join(lists)}.",
            )
        countries[vendor] = country
    return countries


def _lists(path: Path) -> tuple[str, ...]:
    """The lists of companies that seats were compared with."""
    return tuple(name for name, *_ in read_table(path, ("list", "entry", "licence", "source")))


def _makers(path: Path, countries: Mapping[str, str]) -> dict[str, str]:
    """Who makes the libraries that are listed under names of their own. Raises ``RuleError``."""
    makers = {}
    for name, vendor, _ in read_table(path, ("name", "vendor", "source")):
        _known(vendor, countries, path, name)
        makers[name] = vendor
    return makers


def _known(vendor: str, countries: Mapping[str, str], path: Path, row: str) -> None:
    if vendor and vendor not in countries:
        raise RuleError(f"the row of {row!r} names the vendor {vendor!r}, which vendors.tsv does not", where=str(path))


def _and_parents(host: str) -> list[str]:
    segments = host.split(".")
    return [".".join(segments[start:]) for start in range(len(segments))]
