"""What the score could be: recomputed from the gaps, never below the total, never lower for one gap more."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import RuleError
from analyzer.facts import GapKind
from analyzer.judge import Subject, decide
from analyzer.policy import LoadedPolicy, Policy, PolicyClause, load_policy, policy_names
from analyzer.result import GapDoc, Score, UnseenLine
from analyzer.unseen import points_of_gap, with_unseen

POLICY = load_policy().policy
KINDS: tuple[GapKind, ...] = get_args(GapKind)


def gap(kind: GapKind, hides: str = "Anything.") -> GapDoc:
    return GapDoc(kind, None, None, None, "why", hides, "lift")


gaps = st.lists(st.builds(gap, st.sampled_from(KINDS)), max_size=40)
scores = st.builds(lambda total: Score(total, "A", {}, ()), st.integers(0, 100))
policies = st.builds(
    lambda unseen, cap: msgspec.structs.replace(POLICY, unseen=unseen, unseen_cap=cap),
    st.dictionaries(st.sampled_from([*KINDS, "other"]), st.integers(0, 90), min_size=1),
    st.integers(0, 120),
)


@given(scores, gaps, policies)
def test_it_is_between_the_total_and_100_and_the_lines_add_up(score: Score, found: list[GapDoc], policy: Policy) -> None:
    judged = with_unseen(score, found, policy)
    assert judged.could_be_up_to is not None
    assert score.total <= judged.could_be_up_to <= 100
    assert judged.could_be_up_to == score.total + sum(line.points for line in judged.unseen)
    assert judged.total == score.total


@given(scores, gaps, policies)
def test_anyone_can_recompute_it(score: Score, found: list[GapDoc], policy: Policy) -> None:
    more = sum(points_of_gap(kind, policy) for kind in {gap.kind for gap in found})
    expected = min(100, score.total + min(policy.unseen_cap, more))
    assert with_unseen(score, found, policy).could_be_up_to == expected


@given(scores, gaps, st.sampled_from(KINDS), policies)
def test_one_gap_more_never_lowers_it(score: Score, found: list[GapDoc], kind: GapKind, policy: Policy) -> None:
    before, after = with_unseen(score, found, policy), with_unseen(score, [*found, gap(kind)], policy)
    assert (after.could_be_up_to or 0) >= (before.could_be_up_to or 0)


@given(scores, gaps)
def test_a_policy_without_points_for_gaps_says_nothing(score: Score, found: list[GapDoc]) -> None:
    assert with_unseen(score, found, msgspec.structs.replace(POLICY, unseen={})) == score


def test_lines_say_what_each_kind_could_hide() -> None:
    policy = msgspec.structs.replace(POLICY, unseen={"packed": 50, "native": 20, "other": 3}, unseen_cap=60)
    judged = with_unseen(Score(31, "C", {}, ()), [gap("native", "Sockets."), gap("packed"), gap("native"), gap("budget")], policy)
    assert judged.unseen == (
        UnseenLine("packed", 50, "Anything."),
        UnseenLine("native", 20, "Sockets."),
        UnseenLine("budget", 3, "Anything."),
        UnseenLine(None, -13, "what was not seen is capped at 60"),
    )
    assert judged.could_be_up_to == 91


@pytest.mark.parametrize("name", policy_names())
def test_shipped_policies_give_points_to_every_kind_and_a_packer_counts_most(name: str) -> None:
    policy = load_policy(name).policy
    assert all(points_of_gap(kind, policy) > 0 for kind in KINDS)
    assert points_of_gap("packed", policy) == max(points_of_gap(kind, policy) for kind in KINDS)


@pytest.mark.parametrize(
    ("unseen", "says"),
    [("{pakced: 5}", "Did you mean 'packed'?"), ("{packed: -5}", "must not be negative"), ("{zzzz: 1}", "Known: ")],
)
def test_a_table_that_makes_no_sense_is_refused(tmp_path: Path, unseen: str, says: str) -> None:
    before, _, after = Path(load_policy().where).read_text(encoding="utf-8").partition("unseen:\n")
    path = tmp_path / "own.yaml"
    path.write_text(f"{before}unseen: {unseen}\nunseen_cap{after.partition('unseen_cap')[2]}", encoding="utf-8")
    with pytest.raises(RuleError, match=re.escape(says)):
        load_policy(path)


def test_a_clause_may_name_kinds_of_gaps() -> None:
    clause = PolicyClause("Hidden.", gap=["packed", "opaque"])
    loaded = LoadedPolicy(msgspec.structs.replace(POLICY, must_review=[], must_block=[clause]), "")
    score = Score(0, "A", {}, ())
    assert decide([], score, Subject(1000, gaps=frozenset({"packed", "native"})), loaded).verdict == "block"
    assert decide([], score, Subject(1000, gaps=frozenset({"native"})), loaded).verdict == "allow"
