"""From an observation to the result document: match, judge, and lay everything out."""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import TypeVar, cast

from msgspec import Struct

from analyzer.engine import RuleSet, run_rules
from analyzer.facts import (
    ApiCall,
    AppIdentity,
    ClipboardAccess,
    Component,
    Endpoint,
    Fact,
    Flow,
    Gap,
    HiddenText,
    Library,
    NativeLibrary,
    Observation,
    Payload,
    Permission,
    Place,
    Reach,
    Secret,
    Signer,
    Stage,
    TextDecoder,
    Trait,
)
from analyzer.findings import findings_of, references_of
from analyzer.judge import Subject, check_policy, decide, may_use_network, score_of, strongest, takes_data_out
from analyzer.policy import LoadedPolicy
from analyzer.recipients import doings_of, endpoint_docs, flows_into, library_docs, other_host_docs, seat_strength
from analyzer.result import (
    SCHEMA_VERSION,
    ApiCallDoc,
    AppDoc,
    Clause,
    ClipboardDoc,
    ComponentDoc,
    Country,
    CoverageDoc,
    Decision,
    DecoderDoc,
    EndpointDoc,
    Finding,
    FlowDoc,
    FlowEnd,
    GapDoc,
    HiddenTextDoc,
    LibraryDoc,
    NativeDoc,
    PayloadDoc,
    PermissionDoc,
    Provenance,
    Result,
    RuleDoc,
    RuleDocs,
    Score,
    SecretDoc,
    Strength,
    TriggerDoc,
    UndecidedRule,
    WaiversDoc,
)
from analyzer.unseen import with_unseen
from analyzer.vendors import Vendors, load_vendors
from analyzer.waivers import LoadedWaivers, apply_waivers

F = TypeVar("F", bound=Fact)
_NOWHERE = Place("")
_CLIPBOARD_FIELDS = tuple(name for name in ClipboardDoc.__struct_fields__ if name not in ("place", "triggers", "guards", "sinks"))


class Agreed(Struct, frozen=True):
    """Waivers, and the day on which they are looked at: one that expired before it does nothing."""

    waivers: LoadedWaivers
    today: datetime.date


class Judgement(Struct, frozen=True):
    """What rules and policy make of one app: the parts of its result that are not about what was seen.

    ``package`` is its name, None when it is not known. Without findings and score the package could not be analysed.
    """

    package: str | None
    findings: tuple[Finding, ...] | None
    score: Score | None
    decision: Decision
    waivers: WaiversDoc | None
    undecided: tuple[UndecidedRule, ...]
    provenance: Provenance

    @classmethod
    def of(cls, result: Result) -> Judgement:
        """The judgement that a result holds."""
        undecided = result.coverage.undecided
        return cls(
            result.app.package,
            result.findings,
            result.score,
            result.decision,
            result.waivers,
            undecided,
            result.provenance,
        )


class _Seen:
    """An observation with its facts by kind.

    ``joined`` are the facts as rules see them: libraries and hosts with what the tables of vendors say of them.
    """

    def __init__(self, observation: Observation) -> None:
        self.observation = observation
        self.vendors = load_vendors()
        self._by_kind: dict[type, list[Fact]] = {}
        for fact in observation.facts:
            self._by_kind.setdefault(type(fact), []).append(fact)
        self.joined = self.vendors.joined(observation.facts)
        self.identity = next(iter(self.of(AppIdentity)), AppIdentity(""))
        self.flows = [fact for fact in self.joined if isinstance(fact, Flow)]
        self.hosts = [fact for fact in self.joined if isinstance(fact, Endpoint)]

    def of(self, kind: type[F]) -> list[F]:
        """The facts of one kind, as they were observed."""
        return cast(list[F], self._by_kind.get(kind, []))

    @cached_property
    def reaches(self) -> dict[tuple[str, str | None], list[Reach]]:
        """The triggers by the file and method whose calls they start."""
        found: dict[tuple[str, str | None], list[Reach]] = {}
        for reach in self.of(Reach):
            if reach.at is not None:
                found.setdefault((reach.at.file, reach.at.method), []).append(reach)
        return found

    @cached_property
    def library_docs(self) -> tuple[LibraryDoc, ...] | None:
        """The libraries, None when they were not looked for."""
        if not self.ran("libraries"):
            return None
        calls: list[ApiCall | ClipboardAccess] = [*self.of(ApiCall), *self.of(ClipboardAccess)]
        flows = self.flows if self.ran("flow") else None
        doings = doings_of(calls, self.reaches, self.of(Permission), self.hosts, flows)
        return library_docs(self.of(Library), doings, self.vendors)

    @cached_property
    def endpoint_docs(self) -> tuple[EndpointDoc, ...] | None:
        """The hosts that data may go to, None when they were not looked for."""
        return endpoint_docs(self.hosts, self.vendors) if self.ran("endpoints") else None

    def ran(self, stage: Stage) -> bool:
        """Whether a stage ran: without it there is no answer, not an empty one."""
        return stage in self.observation.stages


def assess(
    observation: Observation, ruleset: RuleSet, policy: LoadedPolicy, agreed: Agreed | None = None, *, reproducible: bool = False
) -> Result:
    """The result for *observation*. Fast; never opens the package.

    With *reproducible* nothing that differs between two runs (timings) is in it. Raises ``RuleError`` when the policy names
    a rule or category that *ruleset* does not have.
    """
    check_policy(policy, ruleset)
    seen = _Seen(observation)
    judged = _judge(seen, ruleset, policy, agreed, reproducible)
    calls, clips = seen.of(ApiCall), seen.of(ClipboardAccess)
    triggers = _Triggers(seen)
    flows = tuple(_flow(fact, triggers, seen) for fact in seen.flows) if seen.ran("flow") else None
    return Result(
        schema_version=SCHEMA_VERSION,
        app=_app(seen),
        permissions=tuple(map(PermissionDoc.of, seen.of(Permission))) if seen.ran("manifest") else None,
        components=tuple(map(_component, seen.of(Component))) if seen.ran("manifest") else None,
        api_calls=tuple(_call(fact, triggers.of(fact)) for fact in calls) if seen.ran("dex") else None,
        clipboard=tuple(_clipboard(fact, triggers.of(fact), flows) for fact in clips) if seen.ran("dex") else None,
        flows=flows,
        libraries=seen.library_docs,
        endpoints=seen.endpoint_docs,
        secrets=tuple(map(_secret, seen.of(Secret))) if seen.ran("secrets") else None,
        native=tuple(map(NativeDoc.of, seen.of(NativeLibrary))) if seen.ran("native") else None,
        payloads=tuple(map(PayloadDoc.of, seen.of(Payload))) if seen.ran("payloads") else None,
        findings=judged.findings,
        rules=None if judged.findings is None else _rules(judged.findings, ruleset),
        waivers=judged.waivers,
        declared=None,
        score=judged.score,
        decision=judged.decision,
        catalog=None,
        coverage=_coverage(seen, judged.undecided, ruleset),
        provenance=judged.provenance,
        other_hosts=other_host_docs(seen.of(Endpoint), seen.vendors) if seen.ran("endpoints") else None,
        decoders=_decoders(seen) if seen.ran("dex") else None,
    )


def judge(observation: Observation, ruleset: RuleSet, policy: LoadedPolicy, agreed: Agreed | None = None) -> Judgement:
    """How *observation* is judged, as ``assess`` does it, without laying out a result: for a catalog that is judged again.

    Raises ``RuleError`` like ``assess``.
    """
    check_policy(policy, ruleset)
    return _judge(_Seen(observation), ruleset, policy, agreed)


def _judge(seen: _Seen, ruleset: RuleSet, policy: LoadedPolicy, agreed: Agreed | None, reproducible: bool = False) -> Judgement:
    observation, identity = seen.observation, seen.identity
    provenance = Provenance(
        tool_version=observation.tool_version,
        ruleset_digest=ruleset.digest,
        policy_digest=policy.digest,
        watch_digest=observation.watch_digest,
        waivers_digest=agreed.waivers.digest if agreed else None,
        platform_api_level=observation.platform_api_level,
        timings=None if reproducible else dict(observation.timings),
    )
    package = identity.package or None
    if observation.error is not None:
        why = Clause("review", "unreadable", f"The package could not be analysed: {observation.error}")
        return Judgement(package, None, None, Decision("review", (why,), policy.policy.name, policy.group), None, (), provenance)
    gaps = _gaps(seen, ruleset)
    subject = _subject(seen, gaps)
    outcome = run_rules(ruleset, seen.joined, observation.stages, ruleset.unwatched(observation.watch_digest))
    findings = findings_of(outcome.matches, identity.package)
    waivers = None
    if agreed is not None:
        findings, waivers = apply_waivers(findings, agreed.waivers, identity, subject.signers, agreed.today)
    score = with_unseen(score_of(findings, policy.policy), gaps, policy.policy)
    undecided = tuple(UndecidedRule(u.rule.id, u.rule.title, u.rule.severity, u.stages, u.not_watched) for u in outcome.undecided)
    return Judgement(package, findings, score, decide(findings, score, subject, policy), waivers, undecided, provenance)


def _subject(seen: _Seen, gaps: tuple[GapDoc, ...]) -> Subject:
    """What the policy may ask of the app beside its findings."""
    owners = [fact.owner for fact in seen.of(ApiCall)] + [fact.owner for fact in seen.of(ClipboardAccess)]
    permissions = frozenset(p.name for p in seen.of(Permission) if p.declared)
    return Subject(
        share_permille=seen.observation.coverage.share_permille,
        permissions=permissions,
        network=may_use_network(permissions, [trait.name for trait in seen.of(Trait)]),
        signers=frozenset(signer.sha256 for signer in seen.of(Signer)),
        libraries=frozenset(owner.name for owner in owners if owner.kind == "library") | {fact.name for fact in seen.of(Library)},
        libraries_known=seen.ran("libraries"),
        countries=_countries(seen),
        flows_known=seen.ran("flow"),
        gaps=frozenset(gap.kind for gap in gaps),
    )


def _countries(seen: _Seen) -> dict[str, Strength] | None:
    """The countries of the facts, which are joined without laying out documents."""
    if not (seen.ran("libraries") and seen.ran("endpoints")):
        return None
    vendors = seen.vendors
    names = {fact.name for fact in seen.of(Library) if vendors.gets_data(fact.name)}
    into = flows_into(seen.flows)
    seats = (Country(vendors.libraries[name].country, seat_strength(into.get(name, ()))) for name in names)
    sent = [_sink_country(flow, vendors) for flow in seen.flows if takes_data_out(flow.source, flow.sink)]
    hosts = map(vendors.country_of, {fact.host for fact in seen.hosts})
    return strongest([*(seat for seat in seats if seat.code), *hosts, *sent])


def _sink_country(flow: Flow, vendors: Vendors) -> Country | None:
    """The country of the host that data was followed to; by the ending of its name it stays a guess."""
    country = vendors.country_of(flow.host) if flow.host else None
    return country if country is None or country.strength == "cctld" else Country(country.code, "flow")


def _app(seen: _Seen) -> AppDoc:
    identity, observation, traits = seen.identity, seen.observation, dict[str, str]()
    for trait in seen.of(Trait):
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
        signers=tuple(seen.of(Signer)) if seen.ran("signers") else None,
        splits=identity.splits,
        traits=traits,
    )


def _secret(fact: Secret) -> SecretDoc:
    return SecretDoc(fact.kind, fact.masked, fact.exposes, fact.owner, fact.at)


def _component(fact: Component) -> ComponentDoc:
    values = {name: getattr(fact, name) for name in ComponentDoc.__struct_fields__ if name != "filters"}
    return ComponentDoc(**values, filters=fact.filter)


class _Triggers:
    """The triggers of calls, from the ``Reach`` facts of the methods that hold them."""

    def __init__(self, seen: _Seen) -> None:
        self._ran = seen.ran("reach")
        self._by_method = seen.reaches
        self._parted = {  # methods whose calls do not share their triggers
            (reach.at.file, reach.at.method) for reach in seen.of(Reach) if reach.at is not None and reach.at.offset is not None
        }
        self._known: dict[tuple[str, str | None, int | None], tuple[TriggerDoc, ...]] = {}

    def of(self, fact: ApiCall | ClipboardAccess | Flow) -> tuple[TriggerDoc, ...] | None:
        """The triggers of one call; None when they were not computed."""
        if not self._ran or fact.at is None:
            return None
        found = self._by_method.get((fact.at.file, fact.at.method))
        if found is None:
            return None  # a means, not data: its triggers are not looked for
        key = (fact.at.file, fact.at.method, fact.at.offset if (fact.at.file, fact.at.method) in self._parted else None)
        known = self._known.get(key)
        if known is None:
            ours = (reach for reach in found if reach.at and reach.at.offset in (None, fact.at.offset))
            known = self._known[key] = tuple(map(TriggerDoc.of, ours))
        return known


def _call(fact: ApiCall, triggers: tuple[TriggerDoc, ...] | None) -> ApiCallDoc:
    return ApiCallDoc(
        fact.api, fact.category, fact.at or _NOWHERE, fact.owner, fact.via, fact.receiver, fact.arg, triggers, fact.decoded_by
    )


def _clipboard(fact: ClipboardAccess, triggers: tuple[TriggerDoc, ...] | None, flows: tuple[FlowDoc, ...] | None) -> ClipboardDoc:
    given = {name: getattr(fact, name) for name in _CLIPBOARD_FIELDS}
    place, guards = fact.at or _NOWHERE, None if triggers is None else fact.guard
    sinks = None if flows is None else tuple(flow.sink for flow in flows if flow.source.place == place)
    return ClipboardDoc(**given, place=place, triggers=triggers, guards=guards, sinks=sinks)


def _decoders(seen: _Seen) -> tuple[DecoderDoc, ...]:
    """The decoders, each with its texts, and each of these once."""
    texts: dict[str, dict[str, HiddenTextDoc]] = {}
    for text in seen.of(HiddenText):
        texts.setdefault(text.decoder, {}).setdefault(text.value, HiddenTextDoc(text.value, text.owner, text.at))
    return tuple(
        DecoderDoc(fact.method, fact.owner, fact.calls, fact.decoded, fact.at, tuple(texts.get(fact.method, {}).values()))
        for fact in seen.of(TextDecoder)
    )


def _flow(fact: Flow, triggers: _Triggers, seen: _Seen) -> FlowDoc:
    country = _sink_country(fact, seen.vendors)
    return FlowDoc(
        source=FlowEnd(fact.source_api, fact.at, fact.owner, category=fact.source),
        sink=FlowEnd(fact.sink_api, fact.sink_at, fact.sink_owner, destination=fact.sink, host=fact.host, country=country),
        path=fact.path,
        guards=fact.guard,
        labels=fact.label,
        triggers=triggers.of(fact),
    )


def _rules(findings: tuple[Finding, ...], ruleset: RuleSet) -> dict[str, RuleDoc]:
    """The pages of the rules that fired."""
    pages = {}
    for rule_id in sorted({finding.rule_id for finding in findings}):
        rule = ruleset.by_id[rule_id]
        docs = RuleDocs(**{name: getattr(rule.docs, name) for name in RuleDocs.__struct_fields__})
        pages[rule_id] = RuleDoc(docs, references_of(rule))
    return pages


def _coverage(seen: _Seen, undecided: tuple[UndecidedRule, ...], ruleset: RuleSet) -> CoverageDoc:
    c = seen.observation.coverage
    return CoverageDoc(c.dex_read, c.dex_total, c.methods, c.instructions, c.share_permille, _gaps(seen, ruleset), undecided)


def _gaps(seen: _Seen, ruleset: RuleSet) -> tuple[GapDoc, ...]:
    """What was not seen, what was not looked for included."""
    observation, found = seen.observation, list(seen.of(Gap))
    if observation.error is None and ruleset.watch_digest not in (None, observation.watch_digest):
        why = "The package was observed with another watch list than today's."
        found.append(Gap("not-watched", why, could_hide="Calls of what was added since.", would_lift="Scan the package again."))
    return tuple(GapDoc(g.kind, g.at, g.size, g.count, g.why, g.could_hide, g.would_lift) for g in found)
