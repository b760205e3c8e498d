"""Three answers: a rule that asks for something that was not looked for is undecided, never silently false."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.engine import explain, print_tree, run_rules
from analyzer.engine.matching import STAGES
from analyzer.facts import Stage, parse_facts, sort_facts
from tests.engine.test_matching import rules

FACTS = """
app com.a min_sdk=21 target_sdk=30
api-call La/B;->x()V category=location at=classes.dex:Lcom/a/Main;->m()V+0001
clipboard read api=La/C;->r()V at=classes.dex:Lcom/a/Main;->m()V+0001
trait debuggable
"""
FLOW = "{flow: {source: clipboard, sink: network}}"
TRUE, FALSE = "{trait: {name: debuggable}}", "{trait: {name: other}}"


def outcome(
    tmp_path: Path, without: set[Stage], conditions: dict[str, str], unwatched: set[str] | None = None
) -> tuple[set[str], set[str]]:
    """The rules that matched and those that are undecided."""
    found = run_rules(rules(tmp_path, **conditions), sort_facts(parse_facts(FACTS)), STAGES - without, unwatched or set())
    return {m.rule.id for m in found.matches}, {u.rule.id for u in found.undecided}


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        (FLOW, "undecided"),
        (f"{{all: [{TRUE}, {FLOW}]}}", "undecided"),
        (f"{{all: [{FALSE}, {FLOW}]}}", "no match"),
        (f"{{any: [{TRUE}, {FLOW}]}}", "match"),
        (f"{{any: [{FALSE}, {FLOW}]}}", "undecided"),
        (f"{{all: [{TRUE}, {{not: {FLOW}}}]}}", "undecided"),
        (f"{{all: [{FALSE}, {{not: {FLOW}}}]}}", "no match"),
        (f"{{at_least: {{count: 1, of: [{TRUE}, {FLOW}]}}}}", "match"),
        (f"{{at_least: {{count: 2, of: [{TRUE}, {FLOW}]}}}}", "undecided"),
        (f"{{at_least: {{count: 2, of: [{FALSE}, {FLOW}]}}}}", "no match"),
    ],
)
def test_three_valued_conditions(tmp_path: Path, condition: str, answer: str) -> None:
    expected = {"match": ({"r"}, set()), "undecided": (set(), {"r"}), "no match": (set(), set())}[answer]
    assert outcome(tmp_path, {"flow"}, {"r": f"match: {condition}"}) == expected


@pytest.mark.parametrize(
    ("pattern", "stage"),
    [
        ("{flow: {}}", "flow"),
        ("{library: {name: Ads}}", "libraries"),
        ("{endpoint: {host: '*.example'}}", "endpoints"),
        ("{native: {imports: open}}", "native"),
        ("{payload: {kind: hermes}}", "payloads"),
        ("{string: {value: x}}", "dex"),
        ("{signer: {debug: true}}", "signers"),
        ("{reach: {trigger: timer}}", "reach"),
        ("{call: {category: contacts}}", "dex"),
        ("{permission: {name: a}}", "manifest"),
    ],
)
def test_each_pattern_needs_its_stage(tmp_path: Path, pattern: str, stage: Stage) -> None:
    ruleset = rules(tmp_path, r=f"match: {pattern}")
    (undecided,) = run_rules(ruleset, [], STAGES - {stage}).undecided
    assert undecided.stages == (stage,)
    assert run_rules(ruleset, [], STAGES) == ([], [])


def test_triggers_are_needed_only_where_there_is_a_call(tmp_path: Path) -> None:
    conditions = {
        "there": "match: {clipboard: {operation: read, trigger: timer}}",
        "not_there": "match: {clipboard: {operation: watch, trigger: timer}}",
        "narrow": "scope: method\nmatch: {call: {category: location, reached: true}}",
    }
    assert outcome(tmp_path, {"reach"}, conditions) == (set(), {"there", "narrow"})


def test_what_builds_on_an_undecided_rule_is_undecided(tmp_path: Path) -> None:
    conditions = {"low": f"match: {FLOW}", "up": "match: {rule: low}", "either": f"match: {{any: [{{rule: low}}, {TRUE}]}}"}
    ruleset = rules(tmp_path, **conditions)
    found = run_rules(ruleset, sort_facts(parse_facts(FACTS)), STAGES - {"flow"})
    assert [(u.rule.id, u.stages) for u in found.undecided] == [("low", ("flow",)), ("up", ("flow",))]
    assert [m.rule.id for m in found.matches] == ["either"]


def test_an_api_that_was_not_looked_for_is_undecided_unless_found(tmp_path: Path) -> None:
    conditions = {"new": "match: {call: {api: La/New;->x()V}}", "old": "match: {call: {api: La/B;->x()V}}"}
    names = {"La/New;->x()V", "La/B;->x()V"}
    assert outcome(tmp_path, set(), conditions, names) == ({"old"}, {"new"})


def test_a_rule_set_knows_what_is_not_on_the_watch_list(tmp_path: Path) -> None:
    ruleset = rules(
        tmp_path, r="match: {call: {api: [La/B;->x()V, La/New;->x, 'La/*']}}", s="match: {all: [{gap: {}}, {not: {rule: r}}]}"
    )
    extra = ruleset.names_beyond({"La/B;->x"})
    assert extra == {"La/New;->x"}
    known = ruleset.looked_for(extra, "today")
    assert (known.unwatched("today"), known.unwatched("before")) == (frozenset(), extra)


def test_the_tree_shows_what_cannot_be_told(tmp_path: Path) -> None:
    ruleset = rules(tmp_path, r=f"match: {{all: [{TRUE}, {FLOW}]}}")
    held, tree = explain(ruleset.get("r"), ruleset, sort_facts(parse_facts(FACTS)), STAGES - {"flow"})
    assert held is None
    assert [line.strip()[:2] for line in print_tree(tree)] == ["? ", "✓ ", "tr", "? "]
