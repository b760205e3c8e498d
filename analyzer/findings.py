"""From matches to findings: whose, how sure, with which evidence, and a fingerprint that outlives a rebuild."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from analyzer.engine import Match, Rule
from analyzer.facts import (
    ApiCall,
    ClipboardAccess,
    Confidence,
    Fact,
    Flow,
    Owner,
    Permission,
    Place,
    Reach,
    Severity,
    format_fact,
)
from analyzer.result import Evidence, Finding, Reference

_MOST_EVIDENCE = 50
_MOST_HOSTS = 6


def findings_of(matches: Sequence[Match], package: str) -> tuple[Finding, ...]:
    """The findings that the *matches* of one app amount to, the worst first."""
    known: dict[int, Evidence] = {}  # rules share facts; each is written once
    return tuple(sorted((finding_of(match, package, known) for match in matches), key=_order))


def finding_of(match: Match, package: str, known: dict[int, Evidence] | None = None) -> Finding:
    """The finding that a match amounts to; *known* keeps the evidence of facts by their identity."""
    known = {} if known is None else known
    rule = match.rule
    owned = [fact for fact in match.facts if isinstance(fact, (ApiCall, ClipboardAccess))]
    flows = [fact for fact in match.facts if isinstance(fact, Flow)]
    apis = sorted({fact.api for fact in owned} | {api for flow in flows for api in (flow.source_api, flow.sink_api) if api})
    owner = match.owner
    on_behalf_of = _on_behalf_of(match.triggers)
    guards = sorted({guard for fact in match.facts if isinstance(fact, (ClipboardAccess, Flow)) for guard in fact.guard})
    message = rule.message.format(
        count=len(owned) or len(match.facts), owner=owner_name(owner), apis=", ".join(dict.fromkeys(map(short_api, apis)))
    )
    hosts = sorted({flow.host for flow in flows if flow.host})
    if hosts:
        more = [f"and {len(hosts) - _MOST_HOSTS} more"] * bool(hosts[_MOST_HOSTS:])
        message += f" Hosts: {', '.join([*hosts[:_MOST_HOSTS], *more])}."
    if match.raised and guards:
        message += f" The text is tested against: {', '.join(repr(guard[:80]) for guard in guards[:8])}."
    message = message[:1].upper() + message[1:]
    facts = (*match.facts, *match.triggers)
    shown = facts[:_MOST_EVIDENCE]
    evidence = [known.get(id(fact)) or known.setdefault(id(fact), _evidence(fact)) for fact in shown]
    if len(facts) > _MOST_EVIDENCE:
        evidence.append(Evidence(f"and {len(facts) - _MOST_EVIDENCE} more facts of this kind"))
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
        fingerprint=_fingerprint(match, package, [*sorted({fact.api for fact in owned}), *sorted(set(map(_ends, flows)))]),
        triggers=tuple(sorted({reach.kind for reach in match.triggers})),
    )


def _evidence(fact: Fact) -> Evidence:
    """A fact as evidence; who uses a permission, and the way of a flow, are told elsewhere."""
    if isinstance(fact, Permission):
        fact = msgspec.structs.replace(fact, used_by=(), why="")
    elif isinstance(fact, Flow):
        fact = msgspec.structs.replace(fact, path=())
    return Evidence(format_fact(fact), _place(fact))


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


def _ends(flow: Flow) -> str:
    """What a flow joins, without the app's own names: a method that replaces one of Android's keeps that one's name."""
    return f"{flow.source}:{flow.source_api.rpartition('->')[2]}>{flow.sink}"


_RAISED: dict[Severity, Severity] = {
    "info": "low",
    "low": "medium",
    "medium": "high",
    "high": "critical",
    "critical": "critical",
}


def _confidence(match: Match) -> Confidence:
    """``flow`` when data was followed, ``reachable`` when some trigger is shown to lead there; no more than the rule can tell."""
    if match.rule.confidence == "flow" and any(isinstance(fact, Flow) for fact in match.facts):
        return "flow"
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
