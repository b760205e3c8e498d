"""Words for what a result says: names that people read, and the one plain paragraph. Shared by all formats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from analyzer.facts import Gate, Owner, Place
from analyzer.reporting.sanitize import clean
from analyzer.result import ApiCallDoc, ClipboardDoc, Finding, PermissionDoc, Result, TriggerDoc

VERDICT_WORDS = {"allow": "Allow", "review": "Review by a person", "block": "Block"}

# Categories whose calls touch people's data, in the order in which reports list them, with their names.
DATA_CATEGORIES = {
    "clipboard": "clipboard",
    "location": "location",
    "contacts": "contacts",
    "calendar": "calendar",
    "call-log": "call log",
    "messages": "text messages",
    "phone-ids": "device identifiers",
    "advertising-id": "advertising id",
    "accounts": "accounts",
    "camera": "camera",
    "microphone": "microphone",
    "screen-capture": "screen",
    "media-files": "media and files",
    "installed-apps": "installed apps",
    "usage-stats": "app usage",
    "sensors-health": "sensors and health",
    "nearby-devices": "networks and devices nearby",
    "notifications": "notifications",
    "accessibility": "other apps' screens",
}
_PLATFORM_GROUPS = {
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


TRIGGER_WORDS = {
    "paste-menu": "when somebody chooses paste in a text field",
    "user-action": "on a click, touch or menu item",
    "lifecycle": "when the app or a screen opens, closes or comes back",
    "window-focus": "when a window gets the focus",
    "keystroke": "while somebody types",
    "clipboard-change": "whenever something is copied",
    "timer": "later or again and again, by a timer, alarm or job",
    "service": "in a service",
    "receiver": "on a broadcast",
    "provider": "when its data is asked for",
    "input-method": "as a keyboard",
    "accessibility": "as an accessibility service",
    "notification-listener": "on a notification",
    "web-bridge": "when a web page asks",
    "unknown": "not known: no path was found, but one could not be ruled out",
    "unreachable": "never: nothing in the package starts it",
}


class Traced(Struct, frozen=True):
    """The calls for one category of data, kind of trigger and party on whose behalf: how many, which APIs, an example."""

    category: str
    when: str
    behalf: str
    apis: tuple[str, ...]
    count: int
    place: Place


class Reached(Struct, frozen=True):
    """One category of data: how often each owner's code names it, and the permissions declared for it."""

    category: str
    name: str
    owners: tuple[tuple[str, int], ...]
    permissions: tuple[str, ...]


def owner_text(owner: Owner | None) -> str:
    """An owner in words."""
    if owner is None:
        return "several owners"
    return {"app": "the app itself", "unknown": "unknown origin"}.get(owner.kind) or clean(owner.name, 60)


def api_text(descriptor: str) -> str:
    """``ClipboardManager.getPrimaryClip()`` for a method's descriptor, ``Contacts.CONTENT_URI`` for a field's."""
    holder, arrow, member = descriptor.partition(";->")
    if not arrow:
        return clean(descriptor, 120)
    name = holder.rpartition("/")[2].replace("$", ".")
    method, paren, _ = member.partition("(")
    text = f"new {name}()" if method == "<init>" else f"{name}.{method}{'()' if paren else ''}"
    return clean(text, 120)


def method_text(descriptor: str | None) -> str:
    """``com.a.B.c()`` for a method's descriptor."""
    if not descriptor:
        return ""
    holder, _, member = descriptor.partition(";->")
    return clean(f"{holder[1:].replace('/', '.').replace('$', '.')}.{member.partition('(')[0]}()", 160)


def place_text(place: Place | None) -> str:
    """Where: the method in Java's spelling, the file and the offset as disassemblers print it."""
    if place is None:
        return "the package"
    offset = "" if place.offset is None else f" at {place.offset:04x}"
    method = method_text(place.method)
    return f"{method} ({clean(place.file, 80)}{offset})" if method else f"{clean(place.file, 80)}{offset}"


def trigger_text(trigger: TriggerDoc) -> str:
    """A trigger in words: what starts it and where, who else can, what comes back, what is assumed."""
    words = TRIGGER_WORDS[trigger.kind]
    if trigger.kind == "unknown" and trigger.entry_point:
        words = "by something that is no code of the package"
    if trigger.entry_point:
        words += f": {method_text(trigger.entry_point)}"
    if trigger.exported:
        guard = f" that holds {clean(trigger.permission, 80)}" if trigger.permission else ""
        words += f"; another app{guard} can start it"
    if trigger.returns_result:
        words += " and gets what was read" if trigger.exported else "; what was read goes back to the caller"
    if trigger.assumed and trigger.kind not in ("unknown", "unreachable"):
        words += " (assumed)"
    return words


def behalf_text(trigger: TriggerDoc) -> str:
    """On whose behalf a trigger runs."""
    if trigger.on_behalf_of is not None:
        return owner_text(trigger.on_behalf_of)
    return "not known" if trigger.kind in ("unknown", "unreachable") else "nobody but its toolkit"


def traced(result: Result) -> list[Traced]:
    """The calls that touch personal data, the clipboard apart, by category, by what starts them and for whom."""
    found: dict[tuple[str, str, str], list[ApiCallDoc]] = {}
    for call in result.api_calls or ():
        if call.triggers is None or call.category not in DATA_CATEGORIES:
            continue
        for kind, behalf in dict.fromkeys((t.kind, behalf_text(t)) for t in call.triggers):
            found.setdefault((DATA_CATEGORIES[call.category], TRIGGER_WORDS[kind], behalf), []).append(call)
    return [
        Traced(*key, tuple(sorted({api_text(c.api) for c in calls})), len(calls), min(c.place for c in calls))
        for key, calls in sorted(found.items())
    ]


def access_notes(access: ClipboardDoc) -> list[str]:
    """What the code around a clipboard access does, one sentence per thing that was shown."""
    notes = []
    if access.guards:
        notes.append("The text is tested against " + ", ".join(f"\u201c{clean(g, 80)}\u201d" for g in access.guards) + ".")
    if access.secret:
        state = {True: "and marked as sensitive", False: "and not marked as sensitive", None: ""}[access.sensitive]
        notes.append(
            f"Names around it speak of a secret ({', '.join(clean(s, 60) for s in access.secret)}) {state}".strip() + "."
        )
    for words, places in (
        ("The text is kept", access.stored_at),
        ("The text is handed back to another app", access.handed_back_at),
        ("The clipboard is then overwritten", access.replaced_at),
        ("The listener is removed", access.removed_at),
    ):
        notes += [f"{words}: {place_text(place)}." for place in places]
    if access.operation == "watch" and not access.removed_at:
        notes.append("No code removes the listener.")
    return notes


def gate_text(gate: Gate) -> str:
    """What Android does about an access on a range of API levels, in words."""
    until = f" to {gate.api_to}" if gate.api_to else " on"
    levels = f"API {gate.api_from}" if gate.api_from == gate.api_to else f"API {gate.api_from}{until}"
    return f"{levels}: {gate.effect}"


def used_text(permission: PermissionDoc) -> str:
    """Whether a permission is used: yes, no, or cannot be told."""
    return {True: "used", False: "not used", None: "cannot be told"}[permission.used]


def reached(result: Result) -> list[Reached]:
    """What the app can reach, by category, against what it declares; categories with neither are left out."""
    declared = [p.name for p in result.permissions or () if p.declared]
    rows = []
    for category, name in DATA_CATEGORIES.items():
        calls: Sequence[ApiCallDoc | ClipboardDoc] = (
            result.clipboard or () if category == "clipboard" else [c for c in result.api_calls or () if c.category == category]
        )
        marks = _PLATFORM_GROUPS.get(category, ())
        permissions = tuple(sorted(p for p in declared if any(mark in p for mark in marks)))
        if calls or permissions:
            rows.append(Reached(category, name, _by_owner(calls), permissions))
    return rows


def _by_owner(calls: Iterable[ApiCallDoc | ClipboardDoc]) -> tuple[tuple[str, int], ...]:
    counts: dict[Owner, int] = {}
    for call in calls:
        counts[call.owner] = counts.get(call.owner, 0) + 1
    return tuple((owner_text(owner), counts[owner]) for owner in sorted(counts))


def paragraph(result: Result) -> str:
    """One plain paragraph for somebody with half a minute; it says only what was shown."""
    if result.score is None:
        return "The package could not be analysed, so nothing can be said about what it does."
    name = clean(result.app.label or result.app.package or result.app.file, 60)
    own = [row.name for row in reached(result) if any(owner == "the app itself" for owner, _ in row.owners)]
    sentences = [
        f"{name} contains own code that reaches: {', '.join(own)}."
        if own
        else f"{name} contains no own code that reaches personal data."
    ]
    sentences.append(_clipboard_sentence(result.clipboard or ()))
    unused = [p for p in result.permissions or () if p.declared and p.used is False]
    if unused:
        names = ", ".join(clean(p.name.rpartition(".")[2], 60) for p in unused[:4])
        sentences.append(
            f"It declares permissions that none of its DEX code needs: {names}{' and more' if len(unused) > 4 else ''}."
        )
    unseen = [g for g in result.coverage.gaps if g.kind not in ("stage-not-run",)]
    if unseen:
        sentences.append(f"{len(unseen)} things could not be seen and are listed below.")
    sentences.append("Where the data goes is not part of this version.")
    return " ".join(sentences)


def _clipboard_sentence(accesses: Sequence[ClipboardDoc]) -> str:
    reads = [a for a in accesses if a.operation in ("read", "watch")]
    if not reads:
        return "No code in it reads or watches the clipboard."
    owners = ", ".join(dict.fromkeys(owner_text(a.owner) for a in reads))
    verb = "watches and reads" if any(a.operation == "watch" for a in reads) else "reads"
    kinds = dict.fromkeys(t.kind for a in reads for t in a.triggers or () if a.operation == "read")
    when = f" It is read {'; '.join(TRIGGER_WORDS[kind] for kind in kinds)}." if kinds else ""
    return f"Code of {owners} {verb} the clipboard.{when}"


def severity_counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings of each severity, worst first; waived ones are not counted."""
    counts = dict.fromkeys(("critical", "high", "medium", "low", "info"), 0)
    for finding in findings:
        if finding.waived is None:
            counts[finding.severity] += 1
    return counts
