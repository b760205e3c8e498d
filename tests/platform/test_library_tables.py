"""The tables of libraries, makers and hosts hold together."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from analyzer.errors import RuleError
from analyzer.platform.knowledge import read_table
from analyzer.program.ownership import load_owner_tables
from analyzer.vendors import load_vendors

VENDORS = ("vendor", "country", "seat", "checked", "says", "source")
TRACKERS = ("prefix", "name", "kind", "country", "source")


def test_every_library_of_the_owner_table_has_a_kind(root: Path) -> None:
    knowledge = root / "rules/knowledge"
    listed = {name: kind for name, kind, _, _ in read_table(knowledge / "libraries.tsv", ("name", "kind", "vendor", "source"))}
    owners = {name for _, name, _, _ in read_table(knowledge / "owners.tsv", ("prefix", "name", "wrapper", "source"))}
    assert owners - listed.keys() == set()
    assert listed.keys() - owners == set()
    kinds = {kind for kind, _, _ in read_table(knowledge / "library_kinds.tsv", ("kind", "recipient", "source"))}
    assert set(listed.values()) == kinds


def test_vendors_have_a_seat_with_its_source_or_say_that_it_is_not_known(root: Path) -> None:
    rows = list(read_table(root / "rules/knowledge/vendors.tsv", VENDORS))
    assert [vendor for vendor, country, *_ in rows if not re.fullmatch("[A-Z]{2}", country)] == ["SuperAds"]
    assert [row for row in rows if row[1] and not (row[2] and row[5].startswith(("https://", "http://")))] == []
    assert len({vendor for vendor, *_ in rows}) == len(rows) >= 250


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Example\tDE\tExample GmbH, Berlin\tread\tregistered in Berlin\t", "the row has no source"),
        ("Example\tDE\tExample GmbH, Berlin\tread\tregistered in Berlin\tmemory", "needs the address of a page"),
        ("Example\tDE\tExample GmbH, Berlin\tsure\tregistered in Berlin\thttps://example.com", "needs the address of a page"),
        ("Example\tDE\tExample GmbH, Berlin\ttold\t-\thttps://example.com", "needs what the text says"),
        ("Example\tDE\tExample GmbH, Berlin\tunread\tregistered in Berlin\thttps://example.com", "needs what the text says"),
        ("Example\tDE\tExample GmbH, Berlin\tagrees\ta list somewhere\thttps://example.com", "needs what the text says"),
        ("Example\tDE\thttps://example.com/imprint", "the row has 3 columns, not 6"),
    ],
)
def test_a_vendor_without_a_source_is_refused(root: Path, tmp_path: Path, row: str, said: str) -> None:
    shutil.copytree(root / "rules/knowledge", tmp_path / "knowledge")
    path = tmp_path / "knowledge/vendors.tsv"
    path.write_text(f"{path.read_text(encoding='utf-8')}{row}\n", encoding="utf-8")
    with pytest.raises(RuleError, match=said):
        load_vendors(tmp_path)


def test_trackers_of_a_known_maker_have_its_seat(root: Path) -> None:
    vendors = load_vendors(root / "rules")
    listed = {name for _, name, *_ in read_table(root / "rules/knowledge/exodus/trackers.tsv", TRACKERS)}
    makers = {
        name: vendor for name, vendor, _ in read_table(root / "rules/knowledge/exodus/makers.tsv", ("name", "vendor", "source"))
    }
    assert makers.keys() - listed == set()
    assert vendors.libraries["Facebook Ads"] == ("advertising", "Meta", "US")
    assert vendors.libraries["Smart"] == ("analytics", "Smart AdServer", "FR")


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
