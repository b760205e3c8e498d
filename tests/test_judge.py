"""The score is additive, monotone and printed; the decision follows from its clauses."""

from __future__ import annotations

import itertools
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.facts import Confidence, Owner, OwnerKind, Severity
from analyzer.judge import Subject, decide, may_use_network, points_of, score_of
from analyzer.policy import LoadedPolicy, Policy, PolicyClause, SignerClause, load_policy
from analyzer.result import Finding

LOADED = load_policy()
POLICY = LOADED.policy
WHOLE = Subject(share_permille=1000)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
OWNERS: tuple[OwnerKind, ...] = get_args(OwnerKind)


def finding(
    rule: str = "r", category: str = "c", severity: Severity = "low", confidence: Confidence = "present", owner: OwnerKind = "app"
) -> Finding:
    return Finding(rule, rule.title(), category, severity, confidence, "", (), Owner(owner), None, (), "")


findings = st.lists(
    st.builds(
        finding,
        st.sampled_from("abcdefgh"),
        st.sampled_from(["x", "y", "z"]),
        st.sampled_from(SEVERITIES),
        st.sampled_from(CONFIDENCES),
        st.sampled_from(OWNERS),
    ),
    max_size=25,
)
policies = st.builds(
    lambda points, confidence, owner, cap, caps: msgspec.structs.replace(
        POLICY,
        points=dict(zip(SEVERITIES, sorted(points), strict=True)),
        confidence=dict(zip(CONFIDENCES, sorted(confidence), strict=True)),
        owner=dict(zip(OWNERS, owner, strict=True)),
        category_cap=cap,
        category_caps=caps,
    ),
    st.lists(st.integers(0, 90), min_size=5, max_size=5),
    st.lists(st.integers(0, 150), min_size=3, max_size=3),
    st.lists(st.integers(0, 150), min_size=3, max_size=3),
    st.integers(0, 120),
    st.dictionaries(st.sampled_from(["x", "y"]), st.integers(0, 120)),
)


def one_category_a_rule(items: list[Finding]) -> list[Finding]:
    """A rule has one category: the first one seen."""
    home: dict[str, str] = {}
    return [msgspec.structs.replace(f, category=home.setdefault(f.rule_id, f.category)) for f in items]


@given(findings, policies)
def test_the_lines_add_up_to_the_total(items: list[Finding], policy: Policy) -> None:
    score = score_of(one_category_a_rule(items), policy)
    assert sum(line.points for line in score.lines) == score.total
    assert 0 <= score.total <= 100
    assert all(line.points < 0 for line in score.lines if line.rule_id is None)


@given(findings, findings, policies)
def test_adding_findings_never_lowers_the_total(items: list[Finding], more: list[Finding], policy: Policy) -> None:
    both = one_category_a_rule(items + more)
    assert score_of(both, policy).total >= score_of(both[: len(items)], policy).total


@given(findings.filter(bool), policies, st.data())
def test_raising_severity_or_confidence_never_lowers_the_total(items: list[Finding], policy: Policy, data: st.DataObject) -> None:
    items = one_category_a_rule(items)
    at = data.draw(st.integers(0, len(items) - 1))
    worse = msgspec.structs.replace(
        items[at],
        severity=data.draw(st.sampled_from(SEVERITIES[SEVERITIES.index(items[at].severity) :])),
        confidence=data.draw(st.sampled_from(CONFIDENCES[CONFIDENCES.index(items[at].confidence) :])),
    )
    assert score_of([*items[:at], worse, *items[at + 1 :]], policy).total >= score_of(items, policy).total


@given(findings.filter(bool), policies, st.data())
def test_a_waiver_never_raises_the_total(items: list[Finding], policy: Policy, data: st.DataObject) -> None:
    items = one_category_a_rule(items)
    at = data.draw(st.integers(0, len(items) - 1))
    waived = msgspec.structs.replace(items[at], waived="agreed")
    assert score_of([*items[:at], waived, *items[at + 1 :]], policy).total <= score_of(items, policy).total


@given(findings, policies, st.randoms())
def test_the_order_of_findings_does_not_matter(items: list[Finding], policy: Policy, random: object) -> None:
    items = one_category_a_rule(items)
    shuffled = items[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert score_of(shuffled, policy) == score_of(items, policy) or points_tie(items, policy)


def points_tie(items: list[Finding], policy: Policy) -> bool:
    """Two findings of one rule with equal points: either may be the line's reason, the total is the same."""
    return any(
        a.rule_id == b.rule_id and points_of(a, policy) == points_of(b, policy) and a != b
        for a, b in itertools.combinations(items, 2)
    )


def test_points_are_the_product_rounded_down() -> None:
    assert points_of(finding(severity="medium", owner="library"), POLICY) == 10 * 60 * 80 // 10_000 == 4
    assert points_of(finding(severity="critical", confidence="flow"), POLICY) == 60


def test_a_rule_counts_once_and_caps_are_lines() -> None:
    items = [finding(f"r{i}", "x", "high", "flow") for i in range(3)] + [finding("r0", "x", "high", "flow", "library")]
    score = score_of(items, POLICY)
    assert [(line.rule_id, line.points) for line in score.lines] == [("r0", 25), ("r1", 25), ("r2", 25), (None, -45)]
    assert (score.total, score.grade, score.by_category) == (30, "C", {"x": 30})


@pytest.mark.parametrize(
    ("items", "subject", "verdict", "clauses"),
    [
        ([], WHOLE, "allow", []),
        ([finding(severity="medium")], WHOLE, "allow", []),
        ([finding(severity="high")], WHOLE, "review", ["must_review.high-severity"]),
        ([finding(f"r{i}", f"c{i}", "medium", "flow") for i in range(3)], WHOLE, "review", ["review_at"]),
        ([finding(f"r{i}", f"c{i}", "medium", "flow") for i in range(8)], WHOLE, "block", ["block_at"]),
        ([finding(severity="critical", confidence="present")], WHOLE, "review", ["must_review.high-severity", "review_at"]),
        (
            [finding(severity="critical", confidence="reachable")],
            WHOLE,
            "block",
            ["must_block.shown-critical", "must_review.high-severity", "review_at"],
        ),
        ([], Subject(share_permille=899), "review", ["minimum_coverage"]),
        ([], Subject(share_permille=900), "allow", []),
    ],
)
def test_decision(items: list[Finding], subject: Subject, verdict: str, clauses: list[str]) -> None:
    decision = decide(items, score_of(items, POLICY), subject, LOADED)
    assert (decision.verdict, [clause.clause for clause in decision.reasons]) == (verdict, clauses)


def test_a_waived_finding_fires_no_clause() -> None:
    waived = [msgspec.structs.replace(finding(severity="high"), waived="agreed")]
    assert decide(waived, score_of(waived, POLICY), WHOLE, LOADED).verdict == "allow"


@given(findings.filter(bool), policies, st.data())
def test_a_waiver_takes_away_just_the_difference_before_caps(items: list[Finding], policy: Policy, data: st.DataObject) -> None:
    items = one_category_a_rule(items)
    at = data.draw(st.integers(0, len(items) - 1))
    rule = items[at].rule_id
    waived = [*items[:at], msgspec.structs.replace(items[at], waived="agreed"), *items[at + 1 :]]
    highest_left = max((points_of(f, policy) for f in waived if f.rule_id == rule and f.waived is None), default=0)
    removed = uncapped(items, policy) - uncapped(waived, policy)
    assert removed == max(points_of(f, policy) for f in items if f.rule_id == rule) - highest_left


def uncapped(items: list[Finding], policy: Policy) -> int:
    """The sum of the rules' lines."""
    return sum(line.points for line in score_of(items, policy).lines if line.rule_id is not None)


def ruled(*clauses: PolicyClause, **changes: object) -> LoadedPolicy:
    changed = msgspec.structs.replace(POLICY, must_review=[], must_block=list(clauses), **changes)
    return LoadedPolicy(changed, "")


@pytest.mark.parametrize(
    ("clause", "subject", "fires"),
    [
        (PolicyClause("x", rule=["r"]), WHOLE, True),
        (PolicyClause("x", rule=["other"]), WHOLE, False),
        (PolicyClause("x", category=["c"], trigger=["timer"]), WHOLE, True),
        (PolicyClause("x", category=["c"], trigger=["lifecycle"]), WHOLE, False),
        (PolicyClause("x", rule=["r"], library=["Ads"]), WHOLE, True),
        (PolicyClause("x", rule=["r"], library=["Maps"]), WHOLE, False),
        (PolicyClause("x", library=["Maps"]), Subject(share_permille=1000, libraries=frozenset({"Maps"})), True),
        (PolicyClause("x", library=["Maps"]), Subject(share_permille=1000, libraries_known=True), False),
        (PolicyClause("x", permission=["p"]), Subject(share_permille=1000, permissions=frozenset({"p"})), True),
        (PolicyClause("x", permission=["p"]), WHOLE, False),
        (PolicyClause("x", permission=["p"], rule=["r"]), WHOLE, False),
        (PolicyClause("x", country=["NO"]), Subject(share_permille=1000, countries={"NO": "carried"}), True),
        (PolicyClause("x", country=["NO"]), Subject(share_permille=1000, countries={"SE": "sdk"}), False),
        (PolicyClause("x", country=["NO"]), Subject(share_permille=1000, countries={"NO": "cctld"}), False),
        (PolicyClause("x", country=["NO"], strength="cctld"), Subject(share_permille=1000, countries={"NO": "cctld"}), True),
        (PolicyClause("x", country=["NO"], strength="sdk"), Subject(share_permille=1000, countries={"NO": "carried"}), False),
        (PolicyClause("x", country=["EU"]), Subject(share_permille=1000, countries={"SE": "sdk"}), True),
        (PolicyClause("x", country=["EU"]), Subject(share_permille=1000, countries={"NO": "sdk"}), False),
        (PolicyClause("x", country_outside=["EEA"]), Subject(share_permille=1000, countries={"NO": "sdk"}), False),
        (PolicyClause("x", country_outside=["EEA"]), Subject(share_permille=1000, countries={"US": "sdk"}), True),
        (
            PolicyClause("x", country_outside=["EEA"], strength="flow"),
            Subject(share_permille=1000, countries={"US": "sdk"}),
            False,
        ),
    ],
)
def test_what_a_clause_asks_for(clause: PolicyClause, subject: Subject, fires: bool) -> None:
    item = Finding("r", "R", "c", "low", "present", "", (), Owner("library", "Ads"), None, (), "f", ("timer",))
    decision = decide([item], score_of([item], POLICY), subject, ruled(clause))
    assert (decision.verdict == "block") == fires
    evidence = ("f",) if clause.rule or clause.category else ()
    assert [fired.findings for fired in decision.reasons] == ([evidence] if fires else [])


def test_a_clause_on_flows_is_open_where_data_was_not_followed() -> None:
    clause = PolicyClause("x", country=["CN"], strength="flow")
    blind = Subject(share_permille=1000, countries={"CN": "sdk"}, flows_known=False)
    assert [c.decided for c in decide([], score_of([], POLICY), blind, ruled(clause)).reasons] == [False]
    followed = Subject(share_permille=1000, countries={"CN": "sdk"})
    assert decide([], score_of([], POLICY), followed, ruled(clause)).reasons == ()
    sent = Subject(share_permille=1000, countries={"CN": "flow"})
    assert decide([], score_of([], POLICY), sent, ruled(clause)).verdict == "block"


@pytest.mark.parametrize("clause", [PolicyClause("x", country=["NO"]), PolicyClause("x", library=["Maps"])])
def test_what_was_not_looked_for_is_never_ruled_out(clause: PolicyClause) -> None:
    decision = decide([], score_of([], POLICY), WHOLE, ruled(clause))
    assert decision.verdict == "review"
    assert [(c.clause, c.decided) for c in decision.reasons] == [("must_block[0]", False)]
    assert "Cannot be decided" in decision.reasons[0].because
    relaxed = decide([], score_of([], POLICY), WHOLE, ruled(clause, when_undecided="allow"))
    assert (relaxed.verdict, [c.decided for c in relaxed.reasons]) == ("allow", [False])


def test_a_known_signer_overrules_reviews_and_no_block() -> None:
    known = Subject(share_permille=1000, signers=frozenset({"a"}))
    policy = LoadedPolicy(msgspec.structs.replace(POLICY, allow_signers=[SignerClause("Ours.", ["a", "b"], "ours")]), "")
    high = [finding(severity="high")]
    decision = decide(high, score_of(high, POLICY), known, policy)
    assert (decision.verdict, [c.clause for c in decision.reasons]) == ("allow", ["allow_signers.ours"])
    assert [c.clause for c in decision.overruled] == ["must_review.high-severity"]
    critical = [finding(severity="critical", confidence="reachable")]
    assert decide(critical, score_of(critical, POLICY), known, policy).verdict == "block"
    stranger_too = Subject(share_permille=1000, signers=frozenset({"a", "z"}))
    assert decide(high, score_of(high, POLICY), stranger_too, policy).verdict == "review"
    assert decide(high, score_of(high, POLICY), WHOLE, policy).verdict == "review"


def test_a_score_alone_does_not_block_what_cannot_use_the_network() -> None:
    many = [finding(f"r{i}", f"c{i}", "medium", "flow") for i in range(8)]
    score = score_of(many, POLICY)
    offline = Subject(share_permille=1000, network=False)
    decision = decide(many, score, offline, LOADED)
    assert (decision.verdict, [c.clause for c in decision.reasons]) == ("review", ["block_at"])
    assert decide(many, score, WHOLE, LOADED).verdict == "block"
    always = LoadedPolicy(msgspec.structs.replace(POLICY, block_needs_network=False), "")
    assert decide(many, score, offline, always).verdict == "block"
    critical = [finding(severity="critical", confidence="reachable")]
    assert decide(critical, score_of(critical, POLICY), offline, LOADED).verdict == "block"
    assert [may_use_network(*given) for given in (((), ()), (("android.permission.INTERNET",), ()), ((), ("shared-user-id",)))] == [
        False, True, True
    ]  # fmt: skip
