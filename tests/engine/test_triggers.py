"""Conditions on what starts a call, on whose behalf, and findings that are raised one level."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from analyzer.engine import match
from analyzer.facts import ApiCall, ClipboardAccess, Fact, parse_facts, sort_facts
from tests.engine.test_matching import rules

FACTS = """
app com.a min_sdk=21 target_sdk=30
api-call La/B;->x()V category=location at=classes.dex:Lcom/a/Main;->m()V+0001
api-call La/B;->y()V category=location at=classes.dex:Lcom/a/Main;->n()V+0001
api-call La/B;->z()V category=location at=classes.dex:Lcom/a/Main;->o()V+0001
reach lifecycle entry_point=Lcom/a/Main;->onCreate()V on_behalf_of=app exported=true at=classes.dex:Lcom/a/Main;->m()V
reach timer entry_point=Lcom/a/Job;->run()V on_behalf_of=library:Ads at=classes.dex:Lcom/a/Main;->m()V
reach unreachable on_behalf_of=app at=classes.dex:Lcom/a/Main;->n()V
clipboard read guard=https:// api=La/C;->r()V at=classes.dex:Lcom/a/Main;->p()V+0001
clipboard read api=La/C;->r()V at=classes.dex:Lcom/a/Main;->q()V+0001
reach receiver entry_point=Lcom/a/R;->onReceive()V on_behalf_of=app at=classes.dex:Lcom/a/Main;->p()V
reach receiver entry_point=Lcom/a/R;->onReceive()V on_behalf_of=app at=classes.dex:Lcom/a/Main;->q()V+0001
reach user-action entry_point=Lcom/a/C;->onClick()V on_behalf_of=app at=classes.dex:Lcom/a/Main;->q()V+0009
"""


def callers(facts: Iterable[Fact]) -> list[str]:
    """The names of the methods that hold the calls among *facts*."""
    places = [fact.at for fact in facts if isinstance(fact, (ApiCall, ClipboardAccess))]
    return [(place.method or "").partition("->")[2].partition("(")[0] for place in places if place is not None]


@pytest.mark.parametrize(
    ("condition", "methods"),
    [
        ("match: {call: {category: location, trigger: timer}}", ["m"]),
        ("match: {call: {category: location, trigger: [timer, unreachable]}}", ["m", "n"]),
        ("match: {call: {category: location, trigger: lifecycle, on_behalf_of: app}}", ["m"]),
        # all that is said of triggers must hold of one of them
        ("match: {call: {category: location, trigger: timer, on_behalf_of: app}}", []),
        ("match: {call: {category: location, trigger: timer, on_behalf_of: library}}", ["m"]),
        ("match: {call: {category: location, exported: true}}", ["m"]),
        ("match: {call: {category: location, trigger: timer, exported: true}}", []),
        ("match: {clipboard: {operation: read, trigger: receiver}}", ["p", "q"]),
        ("match: {clipboard: {operation: read, trigger: user-action}}", []),  # a reach at another call of the method
        ("match: {clipboard: {operation: read, guarded: true}}", ["p"]),
        ('match: {clipboard: {operation: read, entry_point: "*->onReceive(*"}}', ["p", "q"]),
    ],
)
def test_conditions(tmp_path: Path, condition: str, methods: list[str]) -> None:
    facts = sort_facts(parse_facts(FACTS))
    found = {name for result in match(rules(tmp_path, one=condition), facts) for name in callers(result.facts)}
    assert sorted(found) == methods


def test_facts_that_also_match_raise_when_are_a_match_of_their_own(tmp_path: Path) -> None:
    ruleset = rules(tmp_path, one="match: {clipboard: {operation: read}}\nraise_when: {clipboard: {guarded: true}}")
    results = match(ruleset, sort_facts(parse_facts(FACTS)))
    assert {result.raised: callers(result.facts) for result in results} == {False: ["q"], True: ["p"]}


def test_a_script_call_has_triggers_and_a_part_of_its_own(tmp_path: Path) -> None:
    facts = """
        clipboard read via=script api=La/C;->r()V at=assets/index.android.bundle+0010
        clipboard read via=script api=La/C;->r()V at=assets/index.android.bundle+0020
        reach unknown on_behalf_of=app at=assets/index.android.bundle+0010
        reach user-action on_behalf_of=app at=assets/index.android.bundle+0020
    """
    ruleset = rules(tmp_path, one="scope: method\nmatch: {clipboard: {operation: read, trigger: unknown}}")
    found = [fact for result in match(ruleset, sort_facts(parse_facts(facts))) for fact in result.facts]
    assert [fact.at and fact.at.offset for fact in found if isinstance(fact, ClipboardAccess)] == [0x10]
