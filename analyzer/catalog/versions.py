"""What a new version of an app adds, removes and changes: from two results to a ``Diff``.

What was not looked for on one side is not compared, and said so: nothing is *removed* because nobody looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from msgspec import Struct

from analyzer.catalog.rows import AccessKey, access_groups, owner_text
from analyzer.documents import DIFF_VERSION, Change, ChangeKind, Diff, DiffSection, DiffSide
from analyzer.extractors.reach import load_traced
from analyzer.facts import Place, Severity
from analyzer.resources import rules_dir
from analyzer.result import VERDICTS, ComponentDoc, EndpointDoc, Evidence, Finding, PermissionDoc, Result

T = TypeVar("T")
_SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
_GUARDED = ("dangerous", "signature")  # protection levels whose permissions open data or power
_EXPECTED = frozenset({"unreachable", "paste-menu", "user-action"})  # triggers that the person at the device makes
_MOST_EVIDENCE = 3
_ANY_SDK = 1 << 31


def compare(old: Result, new: Result) -> Diff:
    """The changes from *old* to *new*, whatever the two are."""
    missing: list[DiffSection] = []
    changes: list[Change] = []
    sections: tuple[tuple[DiffSection, object, object, Callable[[Result, Result], Iterator[Change]]], ...] = (
        ("signer", old.app.signers, new.app.signers, _signers),
        ("verdict", True, True, _verdict),
        ("score", old.score, new.score, _score),
        ("permission", old.permissions, new.permissions, _permissions),
        ("access", old.api_calls, new.api_calls, _accesses),
        ("finding", old.findings, new.findings, _findings),
        ("library", old.libraries, new.libraries, _libraries),
        ("host", old.endpoints, new.endpoints, _hosts),
        ("country", old.endpoints, new.endpoints, _countries),
        ("component", old.components, new.components, _components),
        ("trait", True, True, _traits),
        ("gap", True, True, _gaps),
    )
    for section, before, after, look in sections:
        if before is None or after is None:
            missing.append(section)
        else:
            changes += look(old, new)
    return Diff(DIFF_VERSION, _side(old), _side(new), tuple(changes), tuple(missing))


def _side(result: Result) -> DiffSide:
    score = result.score
    return DiffSide(result.app, result.decision.verdict, score.total if score else None, score.grade if score else None)


def _pairs(old: Mapping[T, object], new: Mapping[T, object]) -> Iterator[tuple[T, object, object]]:
    """The keys of both with their values, where these differ; the order is that of the new side, then of what is gone."""
    for key in dict.fromkeys((*new, *old)):
        before, after = old.get(key), new.get(key)
        if before != after:
            yield key, before, after


def _signers(old: Result, new: Result) -> Iterator[Change]:
    before, after = old.app.signers or (), new.app.signers or ()
    if {s.sha256 for s in before} != {s.sha256 for s in after}:
        names = [", ".join(sorted(f"{s.sha256} ({s.subject})" for s in side)) or "none" for side in (before, after)]
        yield Change("signer", "changed", "The certificates that sign the app", names[0], names[1], worse=True)


def _verdict(old: Result, new: Result) -> Iterator[Change]:
    before, after = old.decision.verdict, new.decision.verdict
    if before != after:
        yield Change("verdict", "changed", "The verdict", before, after, VERDICTS.index(after) > VERDICTS.index(before))


def _score(old: Result, new: Result) -> Iterator[Change]:
    assert old.score is not None
    assert new.score is not None
    before, after = old.score.total, new.score.total
    if before != after:
        yield Change("score", "changed", "The score", str(before), str(after), after > before)


def _permissions(old: Result, new: Result) -> Iterator[Change]:
    def declared(result: Result) -> dict[str, PermissionDoc]:
        return {p.name: p for p in result.permissions or () if p.declared}

    before, after = declared(old), declared(new)
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was is None and now is not None:
            yield Change("permission", "added", name, after=_level(now), worse=True if _is_guarded(now) else None)
        elif now is None and was is not None:
            yield Change("permission", "removed", name, before=_level(was), worse=False if _is_guarded(was) else None)
        elif was is not None and now is not None and (was.max_sdk != now.max_sdk or _is_used_otherwise(was, now)):
            wider = (now.max_sdk or _ANY_SDK) > (was.max_sdk or _ANY_SDK) if was.max_sdk != now.max_sdk else bool(now.used)
            yield Change("permission", "changed", name, _level(was), _level(now), wider if _is_guarded(now) else None)


def _is_used_otherwise(was: PermissionDoc, now: PermissionDoc) -> bool:
    return was.used != now.used and None not in (was.used, now.used)


def _level(permission: PermissionDoc) -> str:
    use = {True: "used", False: "not used", None: "use cannot be told"}[permission.used]
    limit = f", up to API {permission.max_sdk}" if permission.max_sdk is not None else ""
    return f"{permission.protection_level or 'unknown to Android'}{limit}, {use}"


def _is_guarded(permission: PermissionDoc) -> bool:
    return not permission.custom and (permission.protection_level or "").startswith(_GUARDED)


class _Access(NamedTuple):
    """What an access is called in a comparison: no class names of the app, which minifiers change."""

    category: str
    owner: str
    api: str


class _Use(NamedTuple):
    """What is known of an access: kinds of triggers, for whom (None: not worked out), and places."""

    triggers: frozenset[str]
    behalf: frozenset[str]
    known: bool
    places: tuple[Place, ...]


class _Moved(Struct, frozen=True):
    """What several changed accesses have in common, to be told as one."""

    category: str
    kind: ChangeKind
    before: str | None
    after: str | None
    worse: bool | None


def _accesses(old: Result, new: Result) -> Iterator[Change]:
    """Accesses to personal data; APIs of one category that change alike are one change."""
    traced = load_traced(rules_dir() / "knowledge")
    before, after = _uses(old, traced), _uses(new, traced)
    alike: dict[_Moved, list[tuple[_Access, _Use]]] = {}
    for key in sorted({*before, *after}):
        moved = _moved(key, before.get(key), after.get(key))
        if moved is not None:
            alike.setdefault(moved, []).append((key, after.get(key) or before[key]))
    for moved, uses in alike.items():
        names = [key.api for key, _ in uses]
        what = f"{moved.category}: {names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else "")
        evidence = (
            tuple(Evidence(key.api, place) for key, use in uses for place in use.places[:1]) if moved.kind != "removed" else ()
        )
        yield Change("access", moved.kind, what, moved.before, moved.after, moved.worse, evidence)
    yield from _means(old, new, traced)


def _moved(key: _Access, was: _Use | None, now: _Use | None) -> _Moved | None:
    if was is None and now is not None:
        return _Moved(key.category, "added", None, _said(key, now), _alarming(key, now))
    if now is None and was is not None:
        return _Moved(key.category, "removed", _said(key, was), None, False if _alarming(key, was) else None)
    if was is None or now is None or not (was.known and now.known) or was[:2] == now[:2]:
        return None
    more, less = now.triggers - was.triggers, was.triggers - now.triggers
    behalf = now.behalf - was.behalf
    worse = True if more - _EXPECTED - {"unknown"} or behalf else False if less and not more else None
    return _Moved(key.category, "changed", _said(key, was), _said(key, now), worse)


def _uses(result: Result, traced: frozenset[str]) -> dict[_Access, _Use]:
    found: dict[_Access, list[tuple[AccessKey, list[Place]]]] = {}
    for key, places in access_groups(result).items():
        if key.category in traced:
            category = f"{key.category} {key.operation}" if key.operation else key.category
            owner = key.owner if key.owner_kind == "library" and key.owner else key.owner_kind
            found.setdefault(_Access(category, owner, _api_name(key.api)), []).append((key, places))
    return {
        access: _Use(
            frozenset(kind for key, _ in groups for kind in (key.triggers or "").split(",") if kind),
            frozenset(name for key, _ in groups for name in (key.on_behalf_of or "").split(",") if name),
            all(key.triggers is not None for key, _ in groups),
            tuple(sorted(place for _, places in groups for place in places)),
        )
        for access, groups in found.items()
    }


def _means(old: Result, new: Result, traced: frozenset[str]) -> Iterator[Change]:
    """Capabilities that are no data of their own (network, reflection, code loaded at run time): the first call, or no more."""

    def categories(result: Result) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = {}
        for key, places in access_groups(result).items():
            if key.category not in traced:
                found.setdefault(key.category, []).extend(places)
        return found

    before, after = categories(old), categories(new)
    for category in sorted(after.keys() - before.keys()):
        places = tuple(Evidence(category, place) for place in sorted(after[category])[:_MOST_EVIDENCE])
        yield Change("access", "added", category, after="for the first time", worse=True, evidence=places)
    for category in sorted(before.keys() - after.keys()):
        yield Change("access", "removed", category, before="no call is left", worse=False)


def _alarming(access: _Access, use: _Use) -> bool | None:
    """True for an access that is shown to run, or may run in code that is not a library's; None: it says little."""
    certain = use.triggers - {"unreachable", "unknown"}
    return True if certain or not use.known or (access.owner == "app" and "unknown" in use.triggers) else None


def _said(access: _Access, use: _Use) -> str:
    by = {"app": "by the app itself", "unknown": "by code of unknown owner"}.get(access.owner, f"by {access.owner}")
    if not use.known:
        return by
    others = sorted(use.behalf - {access.owner})
    behalf = f", on behalf of {', '.join('the app itself' if name == 'app' else name for name in others)}" if others else ""
    return f"{by}{behalf}: {', '.join(sorted(use.triggers)) or 'unknown'}"


def _api_name(descriptor: str) -> str:
    """``ClipboardManager.getPrimaryClip`` of a descriptor."""
    holder, arrow, member = descriptor.partition(";->")
    name = member.partition("(")[0].partition(":")[0]
    return f"{holder.rpartition('/')[2].replace('$', '.')}.{name}" if arrow else descriptor


def _findings(old: Result, new: Result) -> Iterator[Change]:
    """Findings by rule and owner: an update that only moves one shows nothing."""
    before, after = _by_rule(old.findings or ()), _by_rule(new.findings or ())
    for key in dict.fromkeys((*after, *before)):
        was, now = before.get(key), after.get(key)
        if was is None and now is not None:
            serious = now.severity != "info"
            yield Change(
                "finding", "added", now.title, after=_weight(now), worse=serious or None, evidence=now.evidence[:_MOST_EVIDENCE]
            )
        elif now is None and was is not None:
            yield Change("finding", "removed", was.title, before=_weight(was), worse=False if was.severity != "info" else None)
        elif was is not None and now is not None and _weight(was) != _weight(now):
            yield Change("finding", "changed", now.title, _weight(was), _weight(now), _is_worse(was, now))


def _by_rule(findings: Iterable[Finding]) -> dict[tuple[str, str], Finding]:
    """The findings by rule and owner; of several the most severe."""
    found: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = (finding.rule_id, owner_text(finding.owner) if finding.owner else "")
        if key not in found or _SEVERITIES.index(finding.severity) > _SEVERITIES.index(found[key].severity):
            found[key] = finding
    return found


def _weight(finding: Finding) -> str:
    parts: list[str] = [finding.severity, finding.confidence]
    if finding.owner is not None:
        parts.append("the app itself" if finding.owner.kind == "app" else owner_text(finding.owner))
    if finding.triggers:
        parts.append(" ".join(finding.triggers))
    return ", ".join([*parts, *(["waived"] if finding.waived else [])])


def _is_worse(was: Finding, now: Finding) -> bool | None:
    steps = _SEVERITIES.index(now.severity) - _SEVERITIES.index(was.severity)
    if steps == 0:
        steps = len(set(now.triggers) - set(was.triggers) - _EXPECTED) - len(set(was.triggers) - set(now.triggers) - _EXPECTED)
    return True if steps > 0 else False if steps < 0 else None


def _libraries(old: Result, new: Result) -> Iterator[Change]:
    def versions(result: Result) -> dict[str, object]:
        return {library.name: library.version or "version unknown" for library in result.libraries or ()}

    yield from _simple("library", versions(old), versions(new), added_is_worse=None)


def _hosts(old: Result, new: Result) -> Iterator[Change]:
    def hosts(result: Result) -> dict[str, object]:
        return {host.host: _host_text(host) for host in result.endpoints or ()}

    yield from _simple("host", hosts(old), hosts(new), added_is_worse=True)


def _host_text(host: EndpointDoc) -> str:
    parts = [f"named by {'the app itself' if host.owner.kind == 'app' else owner_text(host.owner)}"]
    parts += ["cleartext"] if host.cleartext else []
    return ", ".join([*parts, *([host.country.code] if host.country else [])])


def _countries(old: Result, new: Result) -> Iterator[Change]:
    def countries(result: Result) -> set[str]:
        return {host.country.code for host in result.endpoints or () if host.country}

    before, after = countries(old), countries(new)
    for code in sorted(after - before):
        yield Change("country", "added", code, worse=True)
    for code in sorted(before - after):
        yield Change("country", "removed", code, worse=False)


def _simple(
    section: DiffSection, old: Mapping[str, object], new: Mapping[str, object], *, added_is_worse: bool | None
) -> Iterator[Change]:
    for name, was, now in _pairs(old, new):
        if was is None:
            yield Change(section, "added", name, after=str(now), worse=added_is_worse)
        elif now is None:
            yield Change(section, "removed", name, before=str(was), worse=False if added_is_worse else None)
        else:
            yield Change(section, "changed", name, str(was), str(now))


def _components(old: Result, new: Result) -> Iterator[Change]:
    """What other apps can start: the rest of an app's components is its own affair."""
    before, after = _open(old), _open(new)
    for key, was, now in _pairs(before, after):
        if was is None:
            yield Change("component", "added", key, after=str(now), worse=now == _ANYBODY or None)
        elif now is None:
            yield Change("component", "removed", key, before=str(was), worse=False if was == _ANYBODY else None)
        else:
            yield Change("component", "changed", key, str(was), str(now), worse=now == _ANYBODY or None)


_ANYBODY = "any app can start it"


def _open(result: Result) -> dict[str, str]:
    return {f"{c.kind} {c.name}": _guard(c) for c in result.components or () if c.exported and c.enabled}


def _guard(component: ComponentDoc) -> str:
    names = [name for name in (component.permission, component.read_permission, component.write_permission) if name]
    return f"with {', '.join(dict.fromkeys(names))}" if names else _ANYBODY


def _traits(old: Result, new: Result) -> Iterator[Change]:
    yield from _simple("trait", _traits_of(old), _traits_of(new), added_is_worse=None)


def _traits_of(result: Result) -> dict[str, object]:
    app = result.app
    sdks = {"min-sdk": app.min_sdk, "target-sdk": app.target_sdk, "max-sdk": app.max_sdk}
    return {**{name: str(value) for name, value in sdks.items() if value is not None}, **app.traits}


def _gaps(old: Result, new: Result) -> Iterator[Change]:
    """Kinds of gaps; how often they occur is in the reports."""
    before, after = (
        {g.kind: g.why for g in reversed(r.coverage.gaps) if g.kind not in ("stage-not-run", "not-watched")} for r in (old, new)
    )
    for kind in sorted(after.keys() - before.keys()):
        yield Change("gap", "added", kind, after=after[kind], worse=True)
    for kind in sorted(before.keys() - after.keys()):
        yield Change("gap", "removed", kind, before=before[kind], worse=False)
