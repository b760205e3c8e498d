"""Every hostile package is seen as its catalog entry says: as the untouched app, with a gap where it deviates."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from analyzer.engine import load_ruleset
from analyzer.facts import AppIdentity, Gap, Observation
from analyzer.facts.text import format_fact, parse_fact
from analyzer.policy import load_policy
from analyzer.resources import rules_dir
from analyzer.scan import Depth, observed, scan

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "samples/hostile/apk"
CATALOG: dict[str, Any] = yaml.safe_load((ROOT / "samples/hostile/catalog.yaml").read_text())
SAMPLES: list[dict[str, Any]] = CATALOG["samples"]
DEPTH = Depth(flow="off")


def look(name: str) -> Observation:
    return observed(FOLDER / f"{name}.apk", depth=DEPTH)


def facts(seen: Observation) -> list[str]:
    return [format_fact(fact) for fact in seen.facts if not isinstance(fact, Gap)]


def gap_kinds(seen: Observation) -> set[str]:
    return {fact.kind for fact in seen.facts if isinstance(fact, Gap)}


@cache
def untouched() -> Observation:
    return look("untouched")


@pytest.mark.parametrize("entry", SAMPLES, ids=lambda entry: entry["name"])
def test_a_trick(entry: dict[str, Any]) -> None:
    seen, expected = look(entry["name"]), set(entry.get("gaps", ()))
    assert seen.error is None
    assert gap_kinds(seen) - gap_kinds(untouched()) == expected
    if entry.get("facts", "same") == "same":
        assert facts(seen) == facts(untouched())
    for fact in seen.facts:
        assert parse_fact(format_fact(fact)) == fact


def test_the_untouched_app_has_what_the_tricks_would_hide() -> None:
    kinds = Counter(fact.split()[0] for fact in facts(untouched()))
    assert {kind: kinds[kind] for kind in ("permission", "component", "clipboard", "api-call", "reach")} == {
        "permission": 3, "component": 6, "clipboard": 1, "api-call": 3, "reach": 1,
    }  # fmt: skip


def test_differences_that_the_catalog_tells() -> None:
    (identity,) = (fact for fact in look("zip-duplicate-first").facts if isinstance(fact, AppIdentity))
    assert identity.package == "org.apkvet.samples.paste"
    cycle = look("arsc-cycle")
    (identity,) = (fact for fact in cycle.facts if isinstance(fact, AppIdentity))
    assert (identity.label, identity.version_name, identity.version_code) == (None, None, 7)
    assert set(facts(untouched())) < set(facts(look("dex-container")))
    assert set(facts(untouched())) < set(facts(look("zip-decoy-directory")))
    assert set(facts(untouched())) < set(facts(look("zip-nested-bomb")))
    packed = [fact for fact in facts(look("zip-empty-blocks-hide")) if "at=assets/data.bin" in fact]
    assert sorted({fact.split()[0] for fact in packed}) == ["api-call", "clipboard", "reach", "trait"]
    for name in ("dex-no-code", "dex-not"):
        assert {fact.split()[0] for fact in facts(untouched())} - {fact.split()[0] for fact in facts(look(name))} == {
            "api-call", "clipboard", "reach",
        }  # fmt: skip


@pytest.mark.parametrize("name", ["xml-empty", "xml-plain-text"])
def test_code_without_a_manifest_is_told_and_looked_at_by_a_person(name: str) -> None:
    seen, result = scan(FOLDER / f"{name}.apk", load_ruleset([rules_dir()]), load_policy(), depth=DEPTH)
    assert [fact.split()[:2] for fact in facts(seen) if fact.startswith(("clipboard", "reach"))] == [
        ["clipboard", "read"],
        ["reach", "unreachable"],
    ]
    assert (result.app.package or None, result.decision.verdict) == (None, "review")
    assert [clause.clause for clause in result.decision.reasons] == ["unreadable"]


def test_what_android_installs_and_apkvet_reads_otherwise() -> None:
    others = {entry["name"] for entry in SAMPLES if entry["android"] == "installs" and entry.get("facts", "same") != "same"}
    assert others == {"zip-decoy-directory", "zip-nested-bomb", "zip-empty-blocks-hide", "arsc-cycle", "dex-container"}


def test_the_catalog_lists_every_package_and_names_a_source_for_each() -> None:
    assert sorted(entry["name"] for entry in SAMPLES) == sorted(path.stem for path in FOLDER.glob("*.apk"))
    for entry in SAMPLES:
        assert entry["android"] in ("installs", "refuses", "refuses-code")
        assert entry["trick"]
        assert entry["name"] == "untouched" or entry["decided"].partition(":")[0] in CATALOG["sources"]


def test_the_packages_are_those_that_make_py_writes() -> None:
    command = [sys.executable, str(ROOT / "samples/hostile/make.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_android_refuses_is_said_in_a_gap() -> None:
    quiet = [entry["name"] for entry in SAMPLES if entry["android"] != "installs" and "gaps" not in entry]
    assert quiet == []
