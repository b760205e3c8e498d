"""The rules that apkvet ships are proven, complete and indexed."""

from __future__ import annotations

from typing import get_args

import pytest

from analyzer.engine import Rule, RuleSet, lint, load_ruleset, run_examples
from analyzer.engine.index import index_text
from analyzer.engine.plans import leaves
from analyzer.facts import Category
from analyzer.resources import rules_dir

RULES = load_ruleset([rules_dir()])


@pytest.fixture
def ruleset() -> RuleSet:
    return RULES


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_examples_come_out_as_they_say(rule: Rule, ruleset: RuleSet) -> None:
    outcomes = run_examples(rule, ruleset)
    assert {outcome.example.expect for outcome in outcomes} == {"match", "no match"}
    assert [outcome.example.name for outcome in outcomes if not outcome.right] == []


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_lint(rule: Rule, ruleset: RuleSet) -> None:
    assert list(lint(rule, ruleset)) == []


def test_every_category_of_data_has_a_rule(ruleset: RuleSet) -> None:
    assert set(get_args(Category)) - {rule.category for rule in ruleset.rules} == set()


def test_many_rules_need_two_kinds_of_fact(ruleset: RuleSet) -> None:
    assert sum(len({type(pattern) for pattern in leaves(rule.match)}) > 1 for rule in ruleset.rules) >= 10


def test_the_index_is_current(ruleset: RuleSet) -> None:
    assert (rules_dir() / "README.md").read_text(encoding="utf-8").endswith(index_text(ruleset))
