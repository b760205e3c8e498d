"""What a result amounts to, as data without words: which data is reached, by whom, when, and where it goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, get_args

from msgspec import Struct

from analyzer.facts import Category, GapKind, Owner, Place, Severity, TriggerKind
from analyzer.reporting.destinations import Destination, ends
from analyzer.reporting.flows import is_callback
from analyzer.result import ApiCallDoc, ClipboardDoc, Finding, FlowDoc, GapDoc, PermissionDoc, Result, TriggerDoc

_CATEGORIES: tuple[Category, ...] = get_args(Category)
# The categories of personal data, as the vocabulary orders them; the clipboard is what this tool is asked about first.
DATA_CATEGORIES: tuple[Category, ...] = ("clipboard", *_CATEGORIES[: _CATEGORIES.index("clipboard")])
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")

# Parts of permission names that stand for a category.
_PERMISSION_MARKS: dict[Category, tuple[str, ...]] = {
    "location": ("LOCATION",),
    "contacts": ("CONTACTS",),
    "calendar": ("CALENDAR",),
    "call-log": ("CALL_LOG",),
    "messages": ("SMS", "MMS", "WAP_PUSH"),
    "phone-ids": ("PHONE_STATE", "PHONE_NUMBERS"),
    "advertising-id": ("AD_ID",),
    "accounts": ("ACCOUNTS",),
    "camera": ("permission.CAMERA",),
    "microphone": ("RECORD_AUDIO",),
    "screen-capture": ("MEDIA_PROJECTION",),
    "media-files": ("EXTERNAL_STORAGE", "READ_MEDIA", "MANAGE_MEDIA"),
    "installed-apps": ("QUERY_ALL_PACKAGES",),
    "usage-stats": ("PACKAGE_USAGE_STATS",),
    "sensors-health": ("BODY_SENSORS", "ACTIVITY_RECOGNITION", "permission.health"),
    "nearby-devices": ("BLUETOOTH", "WIFI", "UWB", "permission.NFC"),
    "notifications": ("NOTIFICATION",),
    "accessibility": ("ACCESSIBILITY",),
}

# Triggers from the one that asks most to be explained to the one that explains itself.
TRIGGER_ORDER: tuple[TriggerKind, ...] = (
    "clipboard-change",
    "keystroke",
    "accessibility",
    "notification-listener",
    "input-method",
    "provider",
    "receiver",
    "service",
    "timer",
    "window-focus",
    "lifecycle",
    "web-bridge",
    "user-action",
    "paste-menu",
    "unknown",
    "unreachable",
)

Call = ApiCallDoc | ClipboardDoc
APP = Owner("app")


class OwnerCalls(Struct, frozen=True):
    """One owner's call sites of a category. ``started``: of one at least, something is shown to start it."""

    owner: Owner
    count: int
    started: bool


class Reached(Struct, frozen=True):
    """One category of data: whose code names it, and the permissions declared for it."""

    category: Category
    owners: tuple[OwnerCalls, ...]
    permissions: tuple[str, ...]


class Traced(Struct, frozen=True):
    """The calls for one category, kind of trigger and party on whose behalf: which APIs, how many, an example."""

    category: Category
    kind: TriggerKind
    behalf: Owner | None
    apis: tuple[str, ...]
    count: int
    place: Place


class AccessGroup(Struct, frozen=True):
    """Clipboard accesses that differ only in their places: one to show in full, and the others."""

    first: ClipboardDoc
    others: tuple[ClipboardDoc, ...]


class GapGroup(Struct, frozen=True):
    """Gaps of one kind that could hide the same and would be lifted by the same."""

    kind: GapKind
    could_hide: str
    would_lift: str
    gaps: tuple[GapDoc, ...]


class Highlight(Struct, frozen=True):
    """One line of the first screen: what is accessed, by whom, when, and where it goes.

    ``handed_in``: Android calls a method of the package with it. ``permitted``: unless every call needs a permission that the app
    does not declare.
    """

    category: Category
    operation: str | None
    permitted: bool
    owners: tuple[Owner, ...]
    kinds: tuple[TriggerKind, ...]
    handed_in: bool
    exported: bool
    handed_back: bool
    kept: bool
    destinations: tuple[Destination, ...] | None
    severity: Severity | None


def calls_of(result: Result, category: Category) -> Sequence[Call]:
    """The call sites of one category; those of the clipboard are listed apart."""
    if category == "clipboard":
        return result.clipboard or ()
    return [call for call in result.api_calls or () if call.category == category]


# What of a package may hold code that was not read. What is merely named at run time is code that was read.
_HIDES_CODE = frozenset({"packed", "dynamic-code", "native", "payload", "opaque", "bad-dex", "unsupported-dex", "too-large"})


def gap_groups(result: Result) -> list[GapGroup]:
    """What was not seen, alike together; stages that were left out are told apart (``missing_stages``)."""
    found: dict[tuple[GapKind, str, str], list[GapDoc]] = {}
    for gap in result.coverage.gaps:
        if gap.kind != "stage-not-run":
            found.setdefault((gap.kind, gap.could_hide or "", gap.would_lift or ""), []).append(gap)
    return [GapGroup(*key, tuple(gaps)) for key, gaps in found.items()]


def may_hide_code(result: Result) -> bool:
    """Whether there is code, or may be, that was not read: then *nothing was found* is no more than that."""
    return any(gap.kind in _HIDES_CODE for gap in result.coverage.gaps)


def is_started(call: Call) -> bool:
    """Whether an entry point is shown to lead to the call, by a path without assumptions."""
    return any(is_certain(trigger) for trigger in call.triggers or ())


def is_certain(trigger: TriggerDoc) -> bool:
    """Whether a trigger was shown, not assumed."""
    return trigger.kind not in ("unknown", "unreachable") and not trigger.assumed


def is_unused(access: ClipboardDoc) -> bool:
    """Whether nothing in the package starts an access: a library brings it along, and no code or script asks for it."""
    return bool(access.triggers) and all(trigger.kind == "unreachable" for trigger in access.triggers or ())


def asked_by_scripts(access: ClipboardDoc) -> bool:
    """Whether it is scripts and pages that what is handed back goes to: nothing else is shown to ask."""
    kinds = {trigger.kind for trigger in access.triggers or () if is_certain(trigger)}
    return kinds == {"web-bridge"} and access.via != "script"


def is_open(trigger: TriggerDoc) -> bool:
    """Whether any other app can make it happen unseen. That a screen can be opened by others is how Android works."""
    unseen = trigger.kind in ("receiver", "service", "provider") or trigger.returns_result
    return trigger.exported and trigger.permission is None and unseen


def ordered(triggers: Iterable[TriggerDoc]) -> list[TriggerDoc]:
    """Triggers with those first that ask most to be explained."""
    return sorted(triggers, key=lambda t: (t.assumed, TRIGGER_ORDER.index(t.kind), not t.exported, t.entry_point or ""))


def reached(result: Result) -> list[Reached]:
    """What the app can reach, by category, against what it declares; categories with neither are left out."""
    declared = [p.name for p in result.permissions or () if p.declared]
    rows = []
    for category in DATA_CATEGORIES:
        calls = [
            call for call in calls_of(result, category) if call.via != "native"
        ]  # what may be called is told with the library
        marks = _PERMISSION_MARKS.get(category, ())
        permissions = tuple(sorted(p for p in declared if any(mark in p for mark in marks)))
        if calls or permissions:
            rows.append(Reached(category, _by_owner(calls), permissions))
    return rows


def _by_owner(calls: Iterable[Call]) -> tuple[OwnerCalls, ...]:
    counts: dict[Owner, tuple[int, bool]] = {}
    for call in calls:
        count, started = counts.get(call.owner, (0, False))
        counts[call.owner] = (count + 1, started or is_started(call))
    return tuple(OwnerCalls(owner, *counts[owner]) for owner in sorted(counts))


def traced(result: Result) -> list[Traced]:
    """The calls that touch personal data, the clipboard apart, by category, by what starts them and for whom."""
    found: dict[tuple[Category, TriggerKind, Owner | None], list[ApiCallDoc]] = {}
    for call in result.api_calls or ():
        if call.triggers is None or call.category is None or call.category not in DATA_CATEGORIES:
            continue
        for kind, behalf in dict.fromkeys((t.kind, t.on_behalf_of) for t in call.triggers):
            found.setdefault((call.category, kind, behalf), []).append(call)
    return [
        Traced(*key, tuple(sorted({c.api for c in calls})), len(calls), min(c.place for c in calls))
        for key, calls in sorted(found.items(), key=_traced_order)
    ]


def _traced_order(item: tuple[tuple[Category, TriggerKind, Owner | None], list[ApiCallDoc]]) -> tuple[int, int, bool, Owner]:
    category, kind, behalf = item[0]
    return (DATA_CATEGORIES.index(category), TRIGGER_ORDER.index(kind), behalf is None, behalf or APP)


def highlights(result: Result) -> list[Highlight]:
    """The accesses that something starts, worst first: the lines from which an approver decides."""
    marks = _Marks(_severity_by_place(result.findings or ()), _barred_places(result))
    groups: dict[tuple[Category, str | None, bool], list[Call]] = {}
    for data in DATA_CATEGORIES:
        for call in calls_of(result, data):
            if is_started(call):
                kind = call.operation if isinstance(call, ClipboardDoc) else None
                groups.setdefault((data, kind, _is_own(call)), []).append(call)
    for own in (True, False):  # who looks before reading does one thing
        if ("clipboard", "read", own) in groups:
            groups.pop(("clipboard", "peek", own), None)
    loose = _loose_flows(result)
    followed = result.flows is not None
    rows = []
    for (category, operation, own), calls in groups.items():
        places = {call.place for call in calls}
        flows = [flow for flow in result.flows or () if flow.source.place in places] + loose.pop((category, own), [])
        rows.append(_highlight(category, operation, calls, marks, flows if followed else None))
    rows += [_highlight(category, None, (), marks, flows) for (category, _), flows in loose.items()]
    worst = {severity: rank for rank, severity in enumerate((*SEVERITIES, None))}
    return sorted(
        rows, key=lambda row: (worst[row.severity], not row.permitted, row.owners[0].kind != "app", _RANKED.index(row.category))
    )


class _Marks(NamedTuple):
    """What is known of places: the worst finding at each, and those of calls that Android refuses."""

    severities: dict[Place, Severity]
    barred: set[Place]


def _barred_places(result: Result) -> set[Place]:
    """Calls that Android refuses for want of a declared permission. Apps that share their identity share permissions, too."""
    if "shared-user-id" in result.app.traits:
        return set()
    missing = (p for p in result.permissions or () if not p.declared and not p.custom)
    return {use.place for permission in missing for use in permission.used_by if use.place is not None}


_RANKED: tuple[Category, ...] = (*DATA_CATEGORIES, "user-input")


def _loose_flows(result: Result) -> dict[tuple[Category, bool], list[FlowDoc]]:
    """Flows whose data no watched call gives, as what Android hands in, by category and whether the code is the app's own."""
    calls = {call.place for category in DATA_CATEGORIES for call in calls_of(result, category)}
    found: dict[tuple[Category, bool], list[FlowDoc]] = {}
    for flow in result.flows or ():
        source = flow.source
        if source.category in _RANKED and source.owner is not None and source.place not in calls:
            found.setdefault((source.category, source.owner.kind == "app"), []).append(flow)
    return found


def access_groups(result: Result) -> list[AccessGroup]:
    """The clipboard accesses, reads and watches first, those that something starts before others, like ones together."""
    groups: dict[object, list[ClipboardDoc]] = {}
    for access in sorted(result.clipboard or (), key=_access_order):
        kinds = tuple(sorted({(t.kind, is_open(t), t.assumed) for t in access.triggers or ()}))
        ends = tuple(map(bool, (access.stored_at, access.handed_back_at, access.replaced_at, access.removed_at)))
        key = (
            access.operation,
            access.owner,
            access.via,
            access.api,
            kinds,
            ends,
            access.guards,
            access.secret,
            access.sensitive,
        )
        groups.setdefault(key, []).append(access)
    return [AccessGroup(first, tuple(others)) for first, *others in groups.values()]


_OPERATIONS = ("read", "watch", "peek", "write", "clear", "mark-sensitive")


def _access_order(access: ClipboardDoc) -> tuple[bool, int, bool, Place]:
    own = access.owner.kind == "app"
    return (not is_started(access), _OPERATIONS.index(access.operation), not own, access.place)


def unstarted(result: Result) -> list[Category]:
    """The categories that code names, but none of which anything is shown to start."""
    return [c for c in DATA_CATEGORIES if (calls := calls_of(result, c)) and not any(map(is_started, calls))]


def unstarted_calls(result: Result) -> int:
    """How many call sites of personal data have triggers that were looked for, none of them a known start."""
    calls = [c for category in DATA_CATEGORIES if category != "clipboard" for c in calls_of(result, category)]
    return sum(call.triggers is not None and all(t.kind in ("unknown", "unreachable") for t in call.triggers) for call in calls)


def _is_own(call: Call) -> bool:
    return call.owner.kind == "app" or any(t.on_behalf_of == APP for t in call.triggers or () if is_certain(t))


def _highlight(
    category: Category,
    operation: str | None,
    calls: Sequence[Call],
    marks: _Marks,
    flows: Sequence[FlowDoc] | None,
) -> Highlight:
    """One line; *flows* are those of its data, None when data was not followed."""
    triggers = [*(call.triggers for call in calls), *(flow.triggers for flow in flows or ())]
    certain = [t for each in triggers for t in each or () if is_certain(t)]
    clips = [call for call in calls if isinstance(call, ClipboardDoc)]
    sources = [flow.source for flow in flows or ()]
    owners = sorted({end.owner for end in (*calls, *sources) if end.owner}, key=lambda owner: (owner.kind != "app", owner))
    places = {end.place for end in (*calls, *sources)}
    found = [marks.severities[place] for place in places if place in marks.severities]
    return Highlight(
        category=category,
        operation=operation,
        permitted=not places <= marks.barred,
        owners=tuple(owners),
        kinds=tuple(dict.fromkeys(t.kind for t in ordered(certain))),
        handed_in=any(map(is_callback, flows or ())),
        exported=any(is_open(t) for t in certain),
        handed_back=any(t.returns_result for t in certain) and any(clip.handed_back_at for clip in clips),
        kept=any(clip.stored_at for clip in clips),
        destinations=None if flows is None else ends(flows),
        severity=min(found, key=SEVERITIES.index, default=None),
    )


def _severity_by_place(findings: Iterable[Finding]) -> dict[Place, Severity]:
    """The worst finding at each place; waived ones are left out."""
    worst: dict[Place, Severity] = {}
    for finding in findings:
        if finding.waived is None:
            for evidence in finding.evidence:
                if evidence.place is not None:
                    known = worst.get(evidence.place, "info")
                    worst[evidence.place] = min(known, finding.severity, key=SEVERITIES.index)
    return worst


def severity_counts(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many findings of each severity, worst first; waived ones are not counted."""
    counts: dict[Severity, int] = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        if finding.waived is None:
            counts[finding.severity] += 1
    return counts


def places_of(finding: Finding) -> list[Place]:
    """The places of a finding's evidence: the calls themselves where there are some, else the methods that hold them."""
    places = list(dict.fromkeys(evidence.place for evidence in finding.evidence if evidence.place is not None))
    return [place for place in places if place.offset is not None] or places


def permission_state(permission: PermissionDoc) -> str:
    """``used``, ``unused``, ``unknown`` or ``undeclared``."""
    if not permission.declared:
        return "undeclared"
    return {True: "used", False: "unused", None: "unknown"}[permission.used]


def missing_stages(result: Result) -> list[str]:
    """The stages that were not run, by the names that gaps give them."""
    parts = [gap.why.split("'") for gap in result.coverage.gaps if gap.kind == "stage-not-run"]
    return [part[1] for part in parts if len(part) > 2]


def triggers_at(result: Result) -> dict[Place, tuple[TriggerDoc, ...]]:
    """The triggers of every call site that has some."""
    calls: list[Call] = [*(result.api_calls or ()), *(result.clipboard or ())]
    return {call.place: call.triggers for call in calls if call.triggers}
