"""The rules that apkvet ships are proven, complete and indexed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from analyzer.engine import Rule, RuleSet, load_ruleset, run_examples
from analyzer.engine.index import index_text, pattern_table, rules_by_trigger
from analyzer.engine.plans import leaves
from analyzer.facts import Category, TriggerKind
from analyzer.linting import lint, load_known
from analyzer.resources import rules_dir
from analyzer.waivers import load_waivers

RULES = load_ruleset([rules_dir()], drafts=True)
SHIPPED = load_ruleset([rules_dir()])
KNOWN = load_known()


@pytest.fixture
def ruleset() -> RuleSet:
    return RULES


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_examples_come_out_as_they_say(rule: Rule, ruleset: RuleSet) -> None:
    outcomes = run_examples(rule, ruleset)
    assert {outcome.example.expect for outcome in outcomes} >= {"match", "no match"}
    assert [outcome.example.name for outcome in outcomes if not outcome.right] == []


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_lint(rule: Rule, ruleset: RuleSet) -> None:
    assert list(lint(rule, ruleset, KNOWN)) == []


def test_every_category_of_data_has_a_rule() -> None:
    assert set(get_args(Category)) - {rule.category for rule in SHIPPED.rules} == set()
    assert len(SHIPPED.rules) >= 90


def test_every_trigger_of_the_clipboard_has_a_rule() -> None:
    assert set(get_args(TriggerKind)) - set(rules_by_trigger(SHIPPED)) == set()


# Rules about the package itself or about code that cannot be seen touch no data type of their own.
NO_DATA_TYPE = {"app", "dynamic-code", "native-code", "process-execution", "reflection"}


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_every_rule_speaks_the_standards(rule: Rule) -> None:
    wanted = {"masvs", "maswe", "nist-mtc", "attack", "cwe"}
    assert wanted - set(rule.references) == set()
    assert rule.category in NO_DATA_TYPE or "play-data-safety" in rule.references


@pytest.mark.parametrize(
    ("document", "words"), [("README.md", "**Rules**: {} YAML files"), ("CHANGELOG.md", "- {} rules in 30 categories")]
)
def test_documents_count_the_rules(root: Path, document: str, words: str) -> None:
    assert words.format(len(SHIPPED.rules)) in (root / document).read_text(encoding="utf-8")
    assert len({rule.category for rule in SHIPPED.rules}) == 30


def test_drafts_are_not_shipped() -> None:
    drafts = set(RULES.by_id) - set(SHIPPED.by_id)
    assert drafts == set()
    assert all(any(example.expect == "undecided" for example in RULES.get(rule_id).examples) for rule_id in drafts)


def test_many_rules_need_two_kinds_of_fact(ruleset: RuleSet) -> None:
    assert sum(len({type(pattern) for pattern in leaves(rule.match)}) > 1 for rule in ruleset.rules) >= 10


def test_the_index_is_current() -> None:
    text = (rules_dir() / "README.md").read_text(encoding="utf-8")
    assert text.endswith(index_text(RULES))
    assert f"\n{pattern_table()}\n" in text


def test_the_guides_rule_is_proven(tmp_path: Path) -> None:
    text = (rules_dir() / "README.md").read_text(encoding="utf-8")
    (rule,) = re.findall(r"```yaml\n(id: .*?)```", text, re.DOTALL)
    (tmp_path / "location").mkdir()
    (tmp_path / "location/location-from-a-widget.yaml").write_text(rule, encoding="utf-8")
    ruleset = load_ruleset([rules_dir(), tmp_path])
    assert list(lint(ruleset.get("location-from-a-widget"), ruleset, KNOWN)) == []
    (waivers,) = re.findall(r"```yaml\n(waivers:.*?)```", text, re.DOTALL)
    (tmp_path / "w.yaml").write_text(waivers.replace("0f1e…", "0" * 64), encoding="utf-8")
    assert load_waivers(tmp_path / "w.yaml", ruleset.by_id).waivers[0].owner == "Ada Example, mobile security"
