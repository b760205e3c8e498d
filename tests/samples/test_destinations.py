"""Libraries and hosts of the samples that are made for them are exactly those of the catalog."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from analyzer.assess import assess
from analyzer.policy import load_policy
from analyzer.result import Result
from analyzer.scan import load_rules, observe

ROOT = Path(__file__).resolve().parents[2] / "samples/destinations"
CATALOG: list[dict[str, Any]] = yaml.safe_load((ROOT / "catalog.yaml").read_text())["samples"]


@pytest.fixture(scope="module", params=CATALOG, ids=lambda entry: entry["name"])
def case(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Result]:
    entry: dict[str, Any] = request.param
    ruleset, watch = load_rules()
    return entry, assess(observe(ROOT / "apk" / f"{entry['name']}.apk", watch), ruleset, load_policy())


def test_hosts(case: tuple[dict[str, Any], Result]) -> None:
    entry, result = case
    found = [
        {"host": host.host}
        | {name: value for name in ("cleartext", "refused_from", "pinned", "store") if (value := getattr(host, name))}
        for host in result.endpoints or ()
    ]
    assert found == entry["hosts"]


def test_hosts_that_are_named_for_another_reason(case: tuple[dict[str, Any], Result]) -> None:
    entry, result = case
    assert [{"host": host.host, "kind": host.kind} for host in result.other_hosts or ()] == entry["others"]
    assert all(host.why for host in result.other_hosts or () if host.kind == "name")


def test_libraries(case: tuple[dict[str, Any], Result]) -> None:
    entry, result = case
    found = [
        {"name": library.name} | {name: value for name in ("version", "renamed") if (value := getattr(library, name))}
        for library in result.libraries or ()
    ]
    assert found == entry["libraries"]
    assert all(library.evidence for library in result.libraries or ())


def test_secrets(case: tuple[dict[str, Any], Result]) -> None:
    entry, result = case
    if "secrets" in entry:
        assert sorted({secret.kind for secret in result.secrets or ()}) == entry["secrets"]


def test_every_package_is_in_the_catalog_and_has_sources() -> None:
    names = sorted(entry["name"] for entry in CATALOG)
    assert names == sorted(path.stem for path in (ROOT / "apk").glob("*.apk"))
    assert names == sorted(path.name for path in (ROOT / "src").iterdir())
