"""Fingerprints outlive a rebuild: ClipBench has apps built twice, plain and renamed and merged by R8."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from analyzer.engine import RuleSet, load_ruleset, match
from analyzer.facts import parse_facts, sort_facts
from analyzer.findings import findings_of
from analyzer.resources import rules_dir
from analyzer.result import Finding
from analyzer.scan import observe

APKS = Path(__file__).resolve().parents[1] / "samples/clipbench/apk"
TWINS = (
    ("lambda", "r8-lambda"),
    ("thread", "r8-thread"),
    ("coroutine", "r8-coroutine"),
    ("selective", "r8-selective"),
    ("library-screen", "library-screen-renamed"),
)


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return load_ruleset([rules_dir()])


def fingerprints(name: str, ruleset: RuleSet) -> dict[str, str]:
    """By rule, as if both builds had one package name."""
    found = findings_of(match(ruleset, observe(APKS / f"{name}.apk").facts), "org.example.app")
    assert len({f.fingerprint for f in found}) == len(found)
    return {f.rule_id: f.fingerprint for f in found}


@pytest.mark.parametrize(("plain", "renamed"), TWINS)
def test_two_builds_have_the_same_fingerprints(plain: str, renamed: str, ruleset: RuleSet) -> None:
    first = fingerprints(plain, ruleset)
    assert first
    assert fingerprints(renamed, ruleset) == first


FACTS = """
clipboard read api={api} at=classes{dex}.dex:{holder}->{method}()V+{offset}
reach {kind} entry_point={holder}->{method}()V on_behalf_of=app at=classes{dex}.dex:{holder}->{method}()V
"""
PLAIN = {"api": "Lx/C;->get()V", "dex": "", "holder": "Lcom/a/Main;", "method": "onStart", "offset": "0003", "kind": "lifecycle"}


def findings(ruleset: RuleSet, package: str = "com.a", **changes: str) -> tuple[Finding, ...]:
    facts = sort_facts(parse_facts(FACTS.format(**(PLAIN | changes))))
    found = findings_of(match(ruleset, facts), package)
    assert [f.rule_id for f in found] == ["clipboard-read-on-screen-open"]
    return found


@pytest.mark.parametrize("change", [{"dex": "2"}, {"holder": "La;"}, {"method": "b"}, {"offset": "0055"}])
def test_names_places_and_files_do_not_matter(ruleset: RuleSet, change: dict[str, str]) -> None:
    assert findings(ruleset, **change)[0].fingerprint == findings(ruleset)[0].fingerprint


@pytest.mark.parametrize("change", [{"api": "Lx/C;->other()V"}, {"kind": "window-focus"}, {"package": "com.b"}])
def test_what_is_done_and_when_and_by_which_app_matters(ruleset: RuleSet, change: dict[str, str]) -> None:
    assert findings(ruleset, **change)[0].fingerprint != findings(ruleset)[0].fingerprint


def test_kinds_of_triggers_are_part_of_a_finding(ruleset: RuleSet) -> None:
    found = findings(ruleset, kind="window-focus")
    assert found[0].triggers == ("window-focus",)
    assert msgspec.structs.replace(found[0], waived="x").fingerprint == found[0].fingerprint
