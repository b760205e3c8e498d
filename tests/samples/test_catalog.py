"""Every sample package is seen exactly as its catalog entry says."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from analyzer.facts import ApiCall, AppIdentity, ClipboardAccess, Component, Observation, Permission
from analyzer.scan import observe

ROOT = Path(__file__).resolve().parents[2]
CATALOG: list[dict[str, Any]] = yaml.safe_load((ROOT / "samples/catalog.yaml").read_text())["samples"]
USED = {True: True, False: False, None: "unknown"}


@pytest.fixture(scope="module", params=CATALOG, ids=lambda entry: entry["name"])
def case(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Observation]:
    entry: dict[str, Any] = request.param
    return entry, observe(ROOT / "samples/apk" / f"{entry['name']}.apk")


def test_the_package_is_the_one_in_the_catalog(case: tuple[dict[str, Any], Observation]) -> None:
    entry, seen = case
    assert seen.sha256 == entry["sha256"]
    assert seen.coverage.share_permille == 1000
    identity = next(fact for fact in seen.facts if isinstance(fact, AppIdentity))
    assert identity.package == entry["package"]
    assert identity.label == entry["label"]
    assert [identity.version_code, identity.version_name] == entry["version"]
    assert [identity.min_sdk, identity.target_sdk] == entry["sdk"]


def test_permissions(case: tuple[dict[str, Any], Observation]) -> None:
    entry, seen = case
    found = [
        {"name": f.name, "declared": f.declared, "used": USED[f.used]} | ({"max_sdk": f.max_sdk} if f.max_sdk else {})
        for f in seen.facts
        if isinstance(f, Permission)
    ]
    assert found == entry["permissions"]


def test_components(case: tuple[dict[str, Any], Observation]) -> None:
    entry, seen = case
    found = [{"kind": f.kind, "name": f.name, "exported": f.exported} for f in seen.facts if isinstance(f, Component)]
    assert found == entry["components"]


def test_clipboard(case: tuple[dict[str, Any], Observation]) -> None:
    entry, seen = case
    found = [
        {"operation": f.operation, "api": f.api, "caller": f.at and f.at.method, "via": f.via}
        | ({"removed": True} if f.removed_at else {})
        for f in seen.facts
        if isinstance(f, ClipboardAccess)
    ]
    assert found == entry["clipboard"]


def test_api_calls(case: tuple[dict[str, Any], Observation]) -> None:
    entry, seen = case
    found = [
        {"category": f.category or "none", "api": f.api, "caller": f.at and f.at.method, "via": f.via}
        | ({"arguments": {a.index: a.value for a in f.arg}} if f.arg else {})
        for f in seen.facts
        if isinstance(f, ApiCall)
    ]
    assert found == entry["api_calls"]


def test_the_catalog_lists_every_package_and_every_package_has_sources() -> None:
    names = sorted(entry["name"] for entry in CATALOG)
    assert names == sorted(path.stem for path in (ROOT / "samples/apk").glob("*.apk"))
    assert names == sorted(path.name for path in (ROOT / "samples/src").iterdir())
    for entry in CATALOG:
        data = (ROOT / "samples/apk" / f"{entry['name']}.apk").read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"]


def test_the_sources_build_the_committed_packages() -> None:
    done = subprocess.run([sys.executable, ROOT / "samples/build.py", "--check"], capture_output=True, text=True, check=False)
    if done.returncode == 2:
        pytest.skip(done.stderr.replace("\n", " "))
    assert done.returncode == 0, done.stdout
    others = [source for part in ("clipbench", "destinations") for source in (ROOT / "samples" / part / "src").iterdir()]
    assert done.stdout.count("same ") == len(CATALOG) + len(others)
