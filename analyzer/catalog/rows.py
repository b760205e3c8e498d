"""From a result to rows of the catalog: what people ask about, flat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from analyzer.facts import Owner, Place, format_place
from analyzer.result import ApiCallDoc, ClipboardDoc, Decision, Finding, Result, TriggerDoc

Row = tuple[object, ...]


class AccessKey(NamedTuple):
    """What calls have in common to be one row: the triggers are kinds, sorted; None where they were not worked out."""

    category: str
    operation: str | None
    api: str
    owner_kind: str
    owner: str | None
    on_behalf_of: str | None
    triggers: str | None


def seen_rows(result: Result) -> dict[str, list[Row]]:
    """The rows of what was seen, by table; each begins after the digest of the package. They hold whatever the rules say."""
    return {
        "permission": [(p.name, p.declared, p.used, p.protection_level) for p in result.permissions or ()],
        "access": _accesses(result),
        "library": _libraries(result),
        "host": _hosts(result),
        "signer": [(s.sha256, s.subject, s.debug) for s in result.app.signers or ()],
        "gap": [
            (g.kind, g.why, g.place.file if g.place else None, g.size, g.count)
            for g in result.coverage.gaps
            if g.kind != "not-watched"
        ],
    }


def finding_rows(findings: Iterable[Finding]) -> list[Row]:
    """The rows of what the rules say."""
    return [
        (
            f.rule_id,
            f.title,
            f.category,
            f.severity,
            f.confidence,
            f.owner.kind if f.owner else None,
            f.owner.name if f.owner else None,
            owner_text(f.on_behalf_of) if f.on_behalf_of else None,
            ",".join(f.triggers),
            f.fingerprint,
            f.waived,
        )
        for f in findings
    ]


def owner_text(owner: Owner) -> str:
    """An owner in one word: a library's name, ``app`` or ``unknown``."""
    return owner.name if owner.kind == "library" and owner.name else owner.kind


def access_groups(result: Result) -> dict[AccessKey, list[Place]]:
    """The calls of watched APIs and the clipboard accesses, grouped, with their places in order."""
    groups: dict[AccessKey, list[Place]] = defaultdict(list)
    for call in result.api_calls or ():
        if call.category is not None:
            groups[_key(call.category, None, call)].append(call.place)
    for access in result.clipboard or ():
        groups[_key("clipboard", access.operation, access)].append(access.place)
    return groups


def _key(category: str, operation: str | None, call: ApiCallDoc | ClipboardDoc) -> AccessKey:
    owner, triggers = call.owner, call.triggers
    kinds = None if triggers is None else ",".join(sorted({trigger.kind for trigger in triggers}))
    return AccessKey(category, operation, call.api, owner.kind, owner.name, _behalf(triggers), kinds)


def _behalf(triggers: Sequence[TriggerDoc] | None) -> str | None:
    names = sorted({owner_text(trigger.on_behalf_of) for trigger in triggers or () if trigger.on_behalf_of})
    return ",".join(names) or None


def _accesses(result: Result) -> list[Row]:
    groups = access_groups(result)
    return [
        (*key, len(places), format_place(min(places)))
        for key, places in sorted(groups.items(), key=lambda item: _sortable(item[0]))
    ]


def _sortable(key: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(part or "" for part in key)


def _libraries(result: Result) -> list[Row]:
    rows: list[Row] = []
    detected: set[str] = set()
    for library in result.libraries or ():
        code = library.country.code if library.country else None
        detected.add(library.name)
        rows.append((library.name, library.version, library.vendor, code, "detection"))
    calls: list[ApiCallDoc | ClipboardDoc] = [*(result.api_calls or ()), *(result.clipboard or ())]
    owners = {call.owner.name for call in calls if call.owner.kind == "library"}
    rows += [(name, None, None, None, "calls") for name in sorted(owners - detected - {""})]
    return rows


def _hosts(result: Result) -> list[Row]:
    rows: list[Row] = []
    for host in result.endpoints or ():
        code = host.country.code if host.country else None
        rows.append((host.host, code, host.owner.kind, host.owner.name or None, host.cleartext))
    return rows


def reasons_json(decision: Decision) -> str:
    """The clauses that fired, as JSON."""
    return msgspec.json.encode(decision.reasons).decode()
