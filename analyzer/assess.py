"""From an observation to the result document: match, judge, and lay everything out."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from analyzer.engine import RuleSet, Undecided, run_rules
from analyzer.facts import (
    ApiCall,
    AppIdentity,
    ClipboardAccess,
    Component,
    Endpoint,
    Fact,
    Gap,
    Library,
    Observation,
    Permission,
    Place,
    Reach,
    Signer,
    Stage,
    Trait,
)
from analyzer.findings import findings_of, references_of
from analyzer.judge import Subject, check_policy, decide, may_use_network, score_of
from analyzer.policy import LoadedPolicy
from analyzer.result import (
    SCHEMA_VERSION,
    ApiCallDoc,
    AppDoc,
    Clause,
    ClipboardDoc,
    ComponentDoc,
    CoverageDoc,
    Decision,
    Finding,
    GapDoc,
    PermissionDoc,
    Provenance,
    Result,
    RuleDoc,
    RuleDocs,
    Score,
    TriggerDoc,
    UndecidedRule,
    WaiversDoc,
)
from analyzer.vendors import endpoint_docs, library_docs, load_vendors
from analyzer.waivers import LoadedWaivers, apply_waivers

F = TypeVar("F", bound=Fact)
_NOWHERE = Place("")
_CLIPBOARD_FIELDS = tuple(name for name in ClipboardDoc.__struct_fields__ if name not in ("place", "triggers", "guards", "sinks"))


class Agreed(NamedTuple):
    """Waivers, and the day on which they are looked at: one that expired before it does nothing."""

    waivers: LoadedWaivers
    today: datetime.date


class _Judgement(NamedTuple):
    findings: tuple[Finding, ...]
    score: Score | None
    decision: Decision
    waivers: WaiversDoc | None
    undecided: tuple[Undecided, ...]


def assess(
    observation: Observation, ruleset: RuleSet, policy: LoadedPolicy, agreed: Agreed | None = None, *, reproducible: bool = False
) -> Result:
    """The result for *observation*. Fast; never opens the package.

    With *reproducible* nothing that differs between two runs (timings) is in it. Raises ``RuleError`` when the policy names
    a rule or category that *ruleset* does not have.
    """
    check_policy(policy, ruleset)
    identity = next(iter(_of(observation, AppIdentity)), AppIdentity(""))
    vendors = load_vendors()
    judgement = _judge(observation, ruleset, policy, agreed)
    done = observation.error is None
    calls, clips = _of(observation, ApiCall), _of(observation, ClipboardAccess)
    triggers = _Triggers(observation)
    return Result(
        schema_version=SCHEMA_VERSION,
        app=_app(observation, identity),
        permissions=tuple(map(PermissionDoc.of, _of(observation, Permission))) if _ran(observation, "manifest") else None,
        components=tuple(map(_component, _of(observation, Component))) if _ran(observation, "manifest") else None,
        api_calls=tuple(_call(fact, triggers.of(fact)) for fact in calls) if _ran(observation, "dex") else None,
        clipboard=tuple(_clipboard(fact, triggers.of(fact)) for fact in clips) if _ran(observation, "dex") else None,
        flows=None,
        libraries=library_docs(observation, vendors) if _ran(observation, "libraries") else None,
        endpoints=endpoint_docs(observation, vendors) if _ran(observation, "endpoints") else None,
        secrets=None,
        native=None,
        payloads=None,
        findings=judgement.findings if done else None,
        rules=_rules(judgement.findings, ruleset) if done else None,
        waivers=judgement.waivers,
        declared=None,
        score=judgement.score,
        decision=judgement.decision,
        catalog=None,
        coverage=_coverage(observation, judgement.undecided, ruleset),
        provenance=Provenance(
            tool_version=observation.tool_version,
            ruleset_digest=ruleset.digest,
            policy_digest=policy.digest,
            watch_digest=observation.watch_digest,
            waivers_digest=agreed.waivers.digest if agreed else None,
            platform_api_level=observation.platform_api_level,
            timings=None if reproducible else dict(observation.timings),
        ),
    )


def _judge(observation: Observation, ruleset: RuleSet, policy: LoadedPolicy, agreed: Agreed | None) -> _Judgement:
    if observation.error is not None:
        why = Clause("review", "unreadable", f"The package could not be analysed: {observation.error}")
        return _Judgement((), None, Decision("review", (why,), policy.policy.name, policy.group), None, ())
    identity = next(iter(_of(observation, AppIdentity)), AppIdentity(""))
    vendors = load_vendors()
    facts = tuple(vendors.joined(observation.facts))
    subject = _subject(observation, facts)
    outcome = run_rules(ruleset, facts, observation.stages, ruleset.unwatched(observation.watch_digest))
    findings = findings_of(outcome.matches, identity.package)
    waivers = None
    if agreed is not None:
        findings, waivers = apply_waivers(findings, agreed.waivers, identity, subject.signers, agreed.today)
    score = score_of(findings, policy.policy)
    return _Judgement(findings, score, decide(findings, score, subject, policy), waivers, tuple(outcome.undecided))


def _subject(observation: Observation, facts: Sequence[Fact]) -> Subject:
    """What the policy may ask of the app beside its findings; *facts* are those with vendors joined.

    A country is where the maker of a library that is there, or the known owner of a host that is carried, has its seat.
    """
    owners = [fact.owner for fact in _of(observation, ApiCall)] + [fact.owner for fact in _of(observation, ClipboardAccess)]
    permissions = frozenset(p.name for p in _of(observation, Permission) if p.declared)
    return Subject(
        share_permille=observation.coverage.share_permille,
        permissions=permissions,
        network=may_use_network(permissions, [trait.name for trait in _of(observation, Trait)]),
        signers=frozenset(signer.sha256 for signer in _of(observation, Signer)),
        libraries=frozenset(owner.name for owner in owners if owner.kind == "library")
        | {fact.name for fact in facts if isinstance(fact, Library)},
        libraries_known=_ran(observation, "libraries"),
        countries=_countries(facts) if _ran(observation, "libraries") and _ran(observation, "endpoints") else None,
    )


def _countries(facts: Iterable[Fact]) -> frozenset[str]:
    vendors = load_vendors()
    found = {fact.country for fact in facts if isinstance(fact, Library) and vendors.gets_data(fact.name)}
    hosts = (vendors.country_of(fact.host) for fact in facts if isinstance(fact, Endpoint))
    found |= {country.code for country in hosts if country is not None and country.strength != "cctld"}
    return frozenset(country for country in found if country)


def _of(observation: Observation, kind: type[F]) -> list[F]:
    return [fact for fact in observation.facts if isinstance(fact, kind)]


def _ran(observation: Observation, stage: Stage) -> bool:
    return stage in observation.stages


def _app(observation: Observation, identity: AppIdentity) -> AppDoc:
    traits: dict[str, str] = {}
    for trait in _of(observation, Trait):
        traits[trait.name] = f"{traits[trait.name]}, {trait.value}" if trait.name in traits else trait.value
    return AppDoc(
        file=observation.file,
        sha256=observation.sha256,
        size=observation.size,
        package=identity.package or None,
        label=identity.label,
        version_name=identity.version_name,
        version_code=identity.version_code,
        min_sdk=identity.min_sdk,
        max_sdk=identity.max_sdk,
        target_sdk=identity.target_sdk,
        signers=tuple(_of(observation, Signer)) if _ran(observation, "signers") else None,
        splits=identity.splits,
        traits=traits,
    )


def _component(fact: Component) -> ComponentDoc:
    values = {name: getattr(fact, name) for name in ComponentDoc.__struct_fields__ if name != "filters"}
    return ComponentDoc(**values, filters=fact.filter)


class _Triggers:
    """The triggers of calls, from the ``Reach`` facts of the methods that hold them."""

    def __init__(self, observation: Observation) -> None:
        self._ran = _ran(observation, "reach")
        self._by_method: dict[tuple[str, str | None], list[Reach]] = {}
        for reach in _of(observation, Reach):
            if reach.at is not None:
                self._by_method.setdefault((reach.at.file, reach.at.method), []).append(reach)

    def of(self, fact: ApiCall | ClipboardAccess) -> tuple[TriggerDoc, ...] | None:
        """The triggers of one call; None when they were not computed."""
        if not self._ran or fact.at is None:
            return None
        found = self._by_method.get((fact.at.file, fact.at.method))
        if found is None:
            return None  # a means, not data: its triggers are not looked for
        return tuple(TriggerDoc.of(reach) for reach in found if reach.at and reach.at.offset in (None, fact.at.offset))


def _call(fact: ApiCall, triggers: tuple[TriggerDoc, ...] | None) -> ApiCallDoc:
    return ApiCallDoc(fact.api, fact.category, fact.at or _NOWHERE, fact.owner, fact.via, fact.receiver, fact.arg, triggers)


def _clipboard(fact: ClipboardAccess, triggers: tuple[TriggerDoc, ...] | None) -> ClipboardDoc:
    given = {name: getattr(fact, name) for name in _CLIPBOARD_FIELDS}
    return ClipboardDoc(**given, place=fact.at or _NOWHERE, triggers=triggers, guards=None if triggers is None else fact.guard)


def _rules(findings: tuple[Finding, ...], ruleset: RuleSet) -> dict[str, RuleDoc]:
    """The pages of the rules that fired."""
    pages = {}
    for rule_id in sorted({finding.rule_id for finding in findings}):
        rule = ruleset.by_id[rule_id]
        docs = RuleDocs(**{name: getattr(rule.docs, name) for name in RuleDocs.__struct_fields__})
        pages[rule_id] = RuleDoc(docs, references_of(rule))
    return pages


def _coverage(observation: Observation, undecided: tuple[Undecided, ...], ruleset: RuleSet) -> CoverageDoc:
    c = observation.coverage
    seen = _of(observation, Gap)
    if observation.error is None and ruleset.watch_digest not in (None, observation.watch_digest):
        why = "The package was observed with another watch list than today's."
        seen.append(Gap("not-watched", why, could_hide="Calls of what was added since.", would_lift="Scan the package again."))
    gaps = tuple(GapDoc(g.kind, g.at, g.size, g.count, g.why, g.could_hide, g.would_lift) for g in seen)
    rules = tuple(UndecidedRule(u.rule.id, u.rule.title, u.rule.severity, u.stages, u.not_watched) for u in undecided)
    return CoverageDoc(c.dex_read, c.dex_total, c.methods, c.instructions, c.share_permille, gaps, rules)
