"""The tables of libraries, makers and hosts hold together."""

from __future__ import annotations

import re
from pathlib import Path

from analyzer.platform.knowledge import read_table
from analyzer.program.ownership import load_owner_tables


def test_every_library_of_the_owner_table_has_a_kind(root: Path) -> None:
    knowledge = root / "rules/knowledge"
    listed = {name: kind for name, kind, _, _ in read_table(knowledge / "libraries.tsv", ("name", "kind", "vendor", "source"))}
    owners = {name for _, name, _, _ in read_table(knowledge / "owners.tsv", ("prefix", "name", "wrapper", "source"))}
    assert owners - listed.keys() == set()
    assert listed.keys() - owners == set()
    kinds = {kind for kind, _, _ in read_table(knowledge / "library_kinds.tsv", ("kind", "recipient", "source"))}
    assert set(listed.values()) == kinds


def test_vendors_have_a_country_or_say_that_it_is_not_known(root: Path) -> None:
    rows = list(read_table(root / "rules/knowledge/vendors.tsv", ("vendor", "country", "source")))
    assert [vendor for vendor, country, _ in rows if not re.fullmatch("[A-Z]{2}", country)] == ["SuperAds"]
    assert len({vendor for vendor, _, _ in rows}) == len(rows) >= 160


def test_trackers_do_not_replace_names_of_the_own_table(root: Path) -> None:
    libraries = load_owner_tables(root / "rules/knowledge").libraries
    names = {library.prefix: library.name for library in libraries}
    assert names["com.google.android.gms.ads"] == "Google Mobile Ads"
    assert names["com.smartadserver"] == "Smart"
    assert len(names) == len(libraries)
    assert all("." in prefix for prefix in names if prefix.startswith("com"))


def test_hosts_are_lower_case_domains(root: Path) -> None:
    rows = list(read_table(root / "rules/knowledge/hosts.tsv", ("domain", "vendor", "source")))
    assert [domain for domain, _, _ in rows if not re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", domain)] == []
    assert len({domain for domain, _, _ in rows}) == len(rows)
