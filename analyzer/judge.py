"""From findings to a score that can be recomputed by hand, and a decision with its reasons.

points(finding) = ⌊points of its severity x confidence % x owner % ÷ 10,000⌋. A rule counts once per app, with its highest
finding; a category's sum is capped; the total is capped at 100. Everything is integer arithmetic and every cap is a line,
so the printed lines add up. Adding a finding never lowers the total, waiving one never raises it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache

from msgspec import Struct

from analyzer.engine import RuleSet
from analyzer.errors import RuleError, nearest
from analyzer.facts import Category, Destination, GapKind, OwnerKind
from analyzer.platform.knowledge import read_table
from analyzer.policy import LoadedPolicy, Policy, PolicyClause, clauses_of
from analyzer.resources import rules_dir
from analyzer.result import (
    STRENGTHS,
    Clause,
    Country,
    Decision,
    EndpointDoc,
    Finding,
    FlowDoc,
    LibraryDoc,
    Result,
    Score,
    ScoreLine,
    Strength,
    Verdict,
)
from analyzer.unseen import with_unseen

TOTAL_CAP = 100


class Subject(Struct, frozen=True):
    """What a policy may ask of an app beside its findings.

    ``permissions`` are the declared ones; ``signers`` SHA-256 of certificates; ``libraries`` those seen so far, all of
    them if ``libraries_known``; ``countries`` where data goes, with the strength of the evidence, None when that was not looked
    for; ``flows_known``: data was followed. ``network``: whether it may use the network, itself or through an app that shares
    its identity. ``gaps``: the kinds of what was not seen.
    """

    share_permille: int = 0
    permissions: frozenset[str] = frozenset()
    signers: frozenset[str] = frozenset()
    libraries: frozenset[str] = frozenset()
    libraries_known: bool = False
    countries: Mapping[str, Strength] | None = None
    flows_known: bool = True
    network: bool = True
    gaps: frozenset[GapKind] = frozenset()


def may_use_network(permissions: Collection[str], traits: Collection[str]) -> bool:
    """Whether an app with these declared permissions and traits may use the network, itself or as one with another app."""
    return "android.permission.INTERNET" in permissions or "shared-user-id" in traits


def subject_of(result: Result) -> Subject:
    """What a saved result says of its app."""
    owners = [call.owner for call in result.api_calls or ()] + [access.owner for access in result.clipboard or ()]
    permissions = frozenset(p.name for p in result.permissions or () if p.declared)
    return Subject(
        share_permille=result.coverage.share,
        permissions=permissions,
        network=may_use_network(permissions, result.app.traits),
        signers=frozenset(signer.sha256 for signer in result.app.signers or ()),
        libraries=frozenset(owner.name for owner in owners if owner.kind == "library")
        | {library.name for library in result.libraries or ()},
        libraries_known=result.libraries is not None,
        countries=countries_of(result.libraries, result.endpoints, result.flows),
        flows_known=result.flows is not None,
        gaps=frozenset(gap.kind for gap in result.coverage.gaps),
    )


def takes_data_out(source: Category | None, sink: Destination | None) -> bool:
    """Whether a flow sends data of people over the network; what other apps hand in is theirs."""
    return sink == "network" and source != "ipc"


def countries_of(
    libraries: Iterable[LibraryDoc] | None, endpoints: Iterable[EndpointDoc] | None, flows: Iterable[FlowDoc] | None
) -> dict[str, Strength] | None:
    """Where data may go: each country with the strongest evidence for it. None when one of the two was not looked for.

    A country is the seat of the maker of a library of a kind that hands data to its maker, or of the known owner of a host; by
    the ending of a host's name it is a guess. It is shown by a flow where data was followed to such a host, or into a library's
    own sending.
    """
    if libraries is None or endpoints is None:
        return None
    makers = (library.country for library in libraries if library.recipient)
    sent = (flow.sink.country for flow in flows or () if takes_data_out(flow.source.category, flow.sink.destination))
    return strongest([*makers, *(endpoint.country for endpoint in endpoints), *sent])


def strongest(countries: Iterable[Country | None]) -> dict[str, Strength]:
    """Each of *countries* once, with the strongest evidence for it."""
    found: dict[str, Strength] = {}
    for country in countries:
        if country is not None:
            found[country.code] = max(found.get(country.code, STRENGTHS[0]), country.strength, key=STRENGTHS.index)
    return found


def judge_again(result: Result, loaded: LoadedPolicy) -> tuple[Score | None, Decision]:
    """What another policy makes of a saved result; what was waived stays waived. Without a score there is none again."""
    if result.findings is None or result.score is None:
        unreadable = tuple(clause for clause in result.decision.reasons if clause.clause == "unreadable")
        return None, Decision("review", unreadable, loaded.policy.name, loaded.group)
    score = with_unseen(score_of(result.findings, loaded.policy), result.coverage.gaps, loaded.policy)
    return score, decide(result.findings, score, subject_of(result), loaded)


def check_policy(loaded: LoadedPolicy, ruleset: RuleSet, libraries: Callable[[], Collection[str]] | None = None) -> None:
    """Every rule, category and library that a clause names is known. Raises ``RuleError`` with the nearest name.

    *libraries* gives those that are known, and is asked only if a clause names one; without it they are not checked.
    """
    policy = loaded.policy
    categories = {rule.category for rule in ruleset.rules}
    groups = [(f"groups.{name}.", group) for name, group in policy.groups.items()]
    clauses = [("", item) for item in clauses_of(policy)] + [(p, c) for p, g in groups for c in clauses_of(g)]
    names_libraries = any(clause.library for _, (_, clause) in clauses)
    known_names = libraries() if libraries is not None and names_libraries else ()
    for prefix, (name, clause) in clauses:
        for what, wanted, known in (
            ("rule", clause.rule, ruleset.by_id.keys()),
            ("category", clause.category, categories),
            ("library", clause.library if libraries is not None else None, known_names),
            ("bloc", [name for name in clause.named_countries() if len(name) > 2], load_blocs()),
        ):
            for item in wanted or ():
                if item not in known:
                    raise _unknown(f"{prefix}{name} names the unknown {what} {item!r}", item, known, loaded.where)
    for category in {*policy.category_caps, *(c for _, group in groups for c in group.category_caps)}:
        if category not in categories:
            raise _unknown(f"category_caps names the unknown category {category!r}", category, categories, loaded.where)


def known_libraries() -> frozenset[str]:
    """The names of the libraries that apkvet can tell."""
    columns = ("prefix", "name", "wrapper", "source")
    return frozenset(row[1] for row in read_table(rules_dir() / "knowledge/owners.tsv", columns))


def _unknown(what: str, name: str, known: Collection[str], where: str) -> RuleError:
    return RuleError(what, where=where, mend=nearest(name, known, "See 'apkvet rules list'."))


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


def decide(findings: Sequence[Finding], score: Score, subject: Subject, loaded: LoadedPolicy) -> Decision:
    """The verdict: the worst that any clause asks for; with no clause, allow."""
    policy = loaded.policy
    clauses = [fired for name, clause in clauses_of(policy) if (fired := _fired(name, clause, findings, subject, policy))]
    if score.total >= policy.block_at and policy.block_needs_network and not subject.network:
        why = f"The score of {score.total} reaches {policy.block_at}; the app cannot use the network, so a person decides."
        clauses.append(Clause("review", "block_at", why))
    elif score.total >= policy.block_at:
        clauses.append(Clause("block", "block_at", f"The score of {score.total} reaches {policy.block_at}."))
    elif score.total >= policy.review_at:
        clauses.append(Clause("review", "review_at", f"The score of {score.total} reaches {policy.review_at}."))
    if subject.share_permille < 10 * policy.minimum_coverage:
        share = f"{subject.share_permille / 10:.1f}"
        why = f"Only {share} % of the code could be read; the policy asks for {policy.minimum_coverage} %."
        clauses.append(Clause("review", "minimum_coverage", why))
    if "unreadable" in subject.gaps:  # whatever a policy asks: of an app without a manifest most is not known
        clauses.append(Clause("review", "unreadable", "The manifest could not be read."))
    known = _known_signer(subject, policy)
    overruled = [clause for clause in clauses if known and clause.verdict == "review"]
    reasons = [clause for clause in clauses if clause not in overruled] + ([known] if known else [])
    verdict: Verdict = max((c.verdict for c in reasons), key=_WORSE.__getitem__, default="allow")
    return Decision(verdict, _sorted(reasons), policy.name, loaded.group, _sorted(overruled))


def _sorted(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    return tuple(sorted(clauses, key=lambda clause: (-_WORSE[clause.verdict], clause)))


def _known_signer(subject: Subject, policy: Policy) -> Clause | None:
    """The clause that lets this app pass without review: every certificate is one that it names."""
    for number, clause in enumerate(policy.allow_signers):
        if subject.signers and subject.signers <= set(clause.sha256):
            return Clause("allow", f"allow_signers.{clause.id}" if clause.id else f"allow_signers[{number}]", clause.because)
    return None


def _fired(name: str, clause: PolicyClause, findings: Sequence[Finding], subject: Subject, policy: Policy) -> Clause | None:
    """*clause* if it holds, or if it cannot be told whether it does; else None."""
    verdict: Verdict = "block" if name.startswith("must_block") else "review"
    if not _is_asked_of(subject, clause):
        return None
    missing = []
    places = _places(clause, subject.countries)
    if places is None or (clause.strength == "flow" and not places and clause.named_countries() and not subject.flows_known):
        missing.append("where data goes")
    elif clause.named_countries() and not places:
        return None
    asks_findings = any((clause.rule, clause.category, clause.severity, clause.confidence, clause.owner, clause.trigger))
    hits = [f for f in findings if f.waived is None and _meets(f, clause)] if asks_findings else []
    if asks_findings and not hits:
        return None
    if clause.library is not None and not asks_findings and not subject.libraries & set(clause.library):
        if subject.libraries_known:
            return None
        missing.append("which libraries there are")
    if missing:
        why = f"{clause.because} (Cannot be decided: {' and '.join(missing)} was not looked for.)"
        return Clause(policy.when_undecided, name, why, decided=False)
    because = clause.because
    if places:
        because += f" ({', '.join(places)})"
    if asks_findings:
        because += f" ({'; '.join(dict.fromkeys(f.title for f in hits))})"
    return Clause(verdict, name, because, tuple(f.fingerprint for f in hits) if asks_findings else ())


def _is_asked_of(subject: Subject, clause: PolicyClause) -> bool:
    """Whether the app declares what *clause* asks for, and lacks being seen as it says."""
    if clause.permission is not None and not subject.permissions & set(clause.permission):
        return False
    return clause.gap is None or not subject.gaps.isdisjoint(clause.gap)


def _places(clause: PolicyClause, countries: Mapping[str, Strength] | None) -> list[str] | None:
    """The countries that a clause names, or that lie outside those it allows, with strong enough evidence; None: not known."""
    if not clause.named_countries():
        return []
    if countries is None:
        return None
    strong = [code for code, strength in countries.items() if STRENGTHS.index(strength) >= STRENGTHS.index(clause.strength)]
    if clause.country is not None:
        wanted = _expanded(clause.country)
        strong = [code for code in strong if code in wanted]
    if clause.country_outside is not None:
        allowed = _expanded(clause.country_outside)
        strong = [code for code in strong if code not in allowed]
    return sorted(strong)


def _expanded(names: Iterable[str]) -> frozenset[str]:
    """Countries by their codes, blocs taken apart."""
    blocs = load_blocs()
    return frozenset(code for name in names for code in blocs.get(name, (name,)))


@cache
def load_blocs() -> dict[str, frozenset[str]]:
    """The blocs that a policy may name, with their countries, from ``blocs.tsv``. Raises ``RuleError``."""
    found: dict[str, set[str]] = {}
    for bloc, country, _ in read_table(rules_dir() / "knowledge/blocs.tsv", ("bloc", "country", "source")):
        found.setdefault(bloc, set()).add(country)
    return {bloc: frozenset(codes) for bloc, codes in found.items()}


def _meets(finding: Finding, clause: PolicyClause) -> bool:
    for wanted, value in (
        (clause.rule, finding.rule_id),
        (clause.category, finding.category),
        (clause.severity, finding.severity),
        (clause.confidence, finding.confidence),
    ):
        if wanted is not None and value not in wanted:
            return False
    if clause.owner is not None and _counted_owner(finding) not in clause.owner:
        return False
    if clause.trigger is not None and not set(clause.trigger) & set(finding.triggers):
        return False
    owners = {owner.name for owner in (finding.owner, finding.on_behalf_of) if owner is not None}
    return clause.library is None or bool(owners & set(clause.library))
