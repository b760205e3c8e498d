"""From matches to findings, a score that can be recomputed by hand, and a decision with its reasons.

points(finding) = ⌊points of its severity x confidence % x owner % ÷ 10,000⌋. A rule counts once per app, with its highest
finding; a category's sum is capped; the total is capped at 100. Everything is integer arithmetic and every cap is a line,
so the printed lines add up. Adding a finding never lowers the total, waiving one never raises it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from msgspec import Struct

from analyzer.engine import Match, Rule
from analyzer.facts import (
    ApiCall,
    ClipboardAccess,
    Confidence,
    Coverage,
    Fact,
    Owner,
    OwnerKind,
    Place,
    Reach,
    Severity,
    format_fact,
)
from analyzer.policy import Policy, PolicyClause
from analyzer.result import Clause, Decision, Evidence, Finding, Reference, Score, ScoreLine, Verdict

TOTAL_CAP = 100
_MOST_EVIDENCE = 50


class Judgement(Struct, frozen=True):
    """Findings, score and decision. ``score`` is None when the analysis failed."""

    findings: tuple[Finding, ...]
    score: Score | None
    decision: Decision


def judge(matches: Sequence[Match], package: str, coverage: Coverage, policy: Policy) -> Judgement:
    """Judge the *matches* of one app under *policy*."""
    findings = tuple(sorted((finding_of(m, package) for m in matches), key=_order))
    score = score_of(findings, policy)
    return Judgement(findings, score, decide(findings, score, coverage, policy))


def finding_of(match: Match, package: str) -> Finding:
    """The finding that a match amounts to."""
    rule = match.rule
    owned = [fact for fact in match.facts if isinstance(fact, (ApiCall, ClipboardAccess))]
    apis = sorted({fact.api for fact in owned})
    owner = match.owner
    on_behalf_of = _on_behalf_of(match.triggers)
    guards = sorted({guard for fact in owned if isinstance(fact, ClipboardAccess) for guard in fact.guard})
    message = rule.message.format(
        count=len(owned) or len(match.facts), owner=owner_name(owner), apis=", ".join(dict.fromkeys(map(short_api, apis)))
    )
    if match.raised and guards:
        message += f" The text is tested against: {', '.join(repr(guard[:80]) for guard in guards[:8])}."
    message = message[:1].upper() + message[1:]
    evidence = [Evidence(format_fact(fact), _place(fact)) for fact in (*match.facts, *match.triggers)]
    if len(evidence) > _MOST_EVIDENCE:
        more = len(evidence) - _MOST_EVIDENCE
        evidence = [*evidence[:_MOST_EVIDENCE], Evidence(f"and {more} more facts of this kind")]
    return Finding(
        rule_id=rule.id,
        title=rule.title,
        category=rule.category,
        severity=_RAISED[rule.severity] if match.raised else rule.severity,
        confidence=_confidence(match),
        message=message,
        evidence=tuple(evidence),
        owner=owner,
        on_behalf_of=on_behalf_of,
        references=references_of(rule),
        fingerprint=_fingerprint(match, package, apis),
    )


def references_of(rule: Rule) -> tuple[Reference, ...]:
    """A rule's references, sorted."""
    return tuple(sorted(Reference(scheme, id_) for scheme, ids in rule.references.items() for id_ in ids))


def owner_name(owner: Owner | None) -> str:
    """An owner in words."""
    if owner is None:
        return "the app and its libraries"
    return {"app": "the app's own code", "unknown": "code of unknown origin"}.get(owner.kind, owner.name)


def short_api(descriptor: str) -> str:
    """``ClipboardManager.getPrimaryClip`` for its descriptor."""
    holder, arrow, member = descriptor.partition(";->")
    return f"{holder.rpartition('/')[2].replace('$', '.')}.{member.partition('(')[0]}" if arrow else descriptor


def _place(fact: Fact) -> Place | None:
    return getattr(fact, "at", None)


def _fingerprint(match: Match, package: str, apis: Iterable[str]) -> str:
    """Stable across rebuilds: no class names, which R8 may rename, and no offsets."""
    owner = match.owner
    kinds = sorted({reach.kind for reach in match.triggers})
    parts = [match.rule.id, package, f"{owner.kind}:{owner.name}" if owner else "", *apis, *kinds, *(["raised"] * match.raised)]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


_RAISED: dict[Severity, Severity] = {
    "info": "low",
    "low": "medium",
    "medium": "high",
    "high": "critical",
    "critical": "critical",
}


def _confidence(match: Match) -> Confidence:
    """``reachable`` when some trigger is shown to lead there; no more than the rule can be sure of."""
    shown = any(reach.entry_point is not None and not reach.assumed for reach in match.triggers)
    return "reachable" if shown and match.rule.confidence != "present" else "present"


def _on_behalf_of(triggers: Sequence[Reach]) -> Owner | None:
    """The one owner on whose behalf all triggers run; None when they differ or it is not known."""
    owners = {reach.on_behalf_of for reach in triggers}
    return owners.pop() if len(owners) == 1 else None


_SEVERITIES = ("critical", "high", "medium", "low", "info")


def _order(finding: Finding) -> tuple[int, str, str, bool, Owner]:
    owner = finding.owner
    return (_SEVERITIES.index(finding.severity), finding.category, finding.rule_id, owner is None, owner or Owner("app"))


def _counted_owner(finding: Finding) -> OwnerKind:
    """Whose finding it is: that of whom it is done for, else of whose code does it; without a single owner, the app's own."""
    owner = finding.on_behalf_of or finding.owner
    return owner.kind if owner else "app"


def points_of(finding: Finding, policy: Policy) -> int:
    """What one finding costs."""
    owner = _counted_owner(finding)
    return policy.points[finding.severity] * policy.confidence[finding.confidence] * policy.owner[owner] // 10_000


def score_of(findings: Iterable[Finding], policy: Policy) -> Score:
    """The score of all findings that are not waived, with every line."""
    highest: dict[str, tuple[int, Finding]] = {}
    for finding in findings:
        points = points_of(finding, policy)
        if finding.waived is None and points > highest.get(finding.rule_id, (0, finding))[0]:
            highest[finding.rule_id] = (points, finding)
    lines: list[ScoreLine] = []
    by_category: dict[str, int] = {}
    counted = sorted(highest.values(), key=lambda item: (item[1].category, -item[0], item[1].rule_id))
    for category in dict.fromkeys(finding.category for _, finding in counted):
        own = [_line(points, finding, policy) for points, finding in counted if finding.category == category]
        total = sum(line.points for line in own)
        cap = policy.category_caps.get(category, policy.category_cap)
        lines += own
        if total > cap:
            lines.append(ScoreLine(None, cap - total, f"{category} is capped at {cap}", category))
        by_category[category] = min(total, cap)
    total = sum(by_category.values())
    if total > TOTAL_CAP:
        lines.append(ScoreLine(None, TOTAL_CAP - total, f"the total is capped at {TOTAL_CAP}"))
        total = TOTAL_CAP
    grade = [g.grade for g in policy.grades if total >= g.at_least][-1]
    return Score(total, grade, by_category, tuple(lines))


def _line(points: int, finding: Finding, policy: Policy) -> ScoreLine:
    owner = _counted_owner(finding)
    because = (
        f"{finding.severity} {policy.points[finding.severity]} x {finding.confidence} {policy.confidence[finding.confidence]} %"
        f" x {owner} {policy.owner[owner]} %"
    )
    return ScoreLine(finding.rule_id, points, because, finding.category)


_WORSE: dict[Verdict, int] = {"allow": 0, "review": 1, "block": 2}


def decide(findings: Sequence[Finding], score: Score, coverage: Coverage, policy: Policy) -> Decision:
    """The verdict: the worst that any clause asks for; with no clause, allow."""
    clauses: list[Clause] = []
    clauses += _asked("block", policy.must_block, findings)
    clauses += _asked("review", policy.must_review, findings)
    if score.total >= policy.block_at:
        clauses.append(Clause("block", "block_at", f"The score of {score.total} reaches {policy.block_at}."))
    elif score.total >= policy.review_at:
        clauses.append(Clause("review", "review_at", f"The score of {score.total} reaches {policy.review_at}."))
    if coverage.share_permille < 10 * policy.minimum_coverage:
        share = f"{coverage.share_permille / 10:.1f}"
        why = f"Only {share} % of the code could be read; the policy asks for {policy.minimum_coverage} %."
        clauses.append(Clause("review", "minimum_coverage", why))
    verdict: Verdict = max((c.verdict for c in clauses), key=_WORSE.__getitem__, default="allow")
    return Decision(verdict, tuple(sorted(clauses, key=lambda c: (-_WORSE[c.verdict], c))), policy.name)


def _asked(verdict: Verdict, clauses: Sequence[PolicyClause], findings: Sequence[Finding]) -> list[Clause]:
    """The clauses of one list that a finding meets."""
    fired = []
    for number, clause in enumerate(clauses):
        hits = [f for f in findings if f.waived is None and _meets(f, clause)]
        if hits:
            titles = "; ".join(dict.fromkeys(f.title for f in hits))
            fired.append(Clause(verdict, f"must_{verdict}[{number}]", f"{clause.because} ({titles})"))
    return fired


def _meets(finding: Finding, clause: PolicyClause) -> bool:
    checks = (
        (clause.rule, finding.rule_id),
        (clause.category, finding.category),
        (clause.severity, finding.severity),
        (clause.confidence, finding.confidence),
    )
    return all(wanted is None or value in wanted for wanted, value in checks)
