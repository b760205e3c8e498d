"""Permissions: declared against used.

Used (DESIGN section 6): a call that needs it is in shipped code, own or library, whatever its reachability. The
failure to avoid is to take an honest app for over-privileged: *not used* is said only of a permission that the tables
tie to calls, providers or intents, when none of these appears and nothing indicates use in another way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from analyzer.facts import ApiCall, ClipboardAccess, Owner, Permission, PermissionUse
from analyzer.platform.knowledge import read_table
from analyzer.platform.tables import PermissionRow, load_permissions
from analyzer.platform.watch import Need, Watch
from analyzer.program.manifest import CustomPermission, Manifest
from analyzer.resources import rules_dir

Call = ApiCall | ClipboardAccess
# Derived from call graphs of API level 25; it names permissions that only some paths of a call ask for.
_WEAK_SOURCE = "axplorer"
_Verdict = tuple[bool | None, tuple[PermissionUse, ...], str]
"""Used, by whom, and why."""


class Indicator(Struct, frozen=True):
    """Something other than a guarded call that shows the use of a permission which no call is checked for.

    ``kind``: ``category`` of a call, ``api`` key, ``api-prefix`` of a descriptor, ``service-type``,
    ``component-permission``, or ``none`` at all.
    """

    kind: str
    value: str
    why: str


class PermissionContext(Struct, frozen=True):
    """The tables that permission verdicts rest on."""

    watch: Watch
    platform: Mapping[str, PermissionRow]
    indicators: Mapping[str, tuple[Indicator, ...]]


def load_context(watch: Watch, rules: Path | None = None) -> PermissionContext:
    """The context for *watch*. Raises ``RuleError`` for a bad table."""
    path = (rules or rules_dir()) / "knowledge/permission_indicators.tsv"
    indicators: dict[str, tuple[Indicator, ...]] = {}
    for name, kind, value, why, _ in read_table(path, ("permission", "indicator", "value", "why", "source")):
        indicators[name] = (*indicators.get(name, ()), Indicator(kind, value, why))
    return PermissionContext(watch, load_permissions(), indicators)


class _Use(Struct, frozen=True):
    """One call (or receiver) with one need that names the permission at hand."""

    need: Need
    use: PermissionUse
    is_only_named: bool = False


def permission_facts(manifest: Manifest, calls: Sequence[Call], context: PermissionContext) -> list[Permission]:
    """A fact for each permission that is declared, defined or used without being declared."""
    uses = _uses(manifest, calls, context)
    declared = {p.name: p for p in reversed(manifest.uses_permissions)}
    custom = {p.name: p for p in manifest.permissions}
    facts = []
    for name in dict.fromkeys([*declared, *custom]):
        judged: _Verdict = (None, (), "Defined by the app.")
        if name in declared:
            judged = _judge(name, uses.get(name, []), manifest, calls, context)
        limit = declared[name].max_sdk if name in declared else None
        facts.append(_fact(name, name in declared, limit, custom.get(name), context, judged))
    for name, found in uses.items():
        solid = [u for u in found if not u.is_only_named and _shows_undeclared(u.need, declared, manifest, context)]
        if name not in declared and solid:
            why = f"{_reason(solid[0]).removesuffix('.')}; code may ask at run time whether it is held."
            facts.append(_fact(name, False, None, custom.get(name), context, (True, _one_each(solid), why)))
    return facts


def _fact(
    name: str,
    is_declared: bool,
    max_sdk: int | None,
    custom: CustomPermission | None,
    context: PermissionContext,
    judged: _Verdict,
) -> Permission:
    row = context.platform.get(name)
    level = custom.protection_level if custom else row.protection_level if row else None
    group = custom.group if custom else row.group if row else None
    used, used_by, why = judged
    return Permission(name, is_declared, max_sdk, custom is not None, level, group, used, used_by, why)


def _uses(manifest: Manifest, calls: Iterable[Call], context: PermissionContext) -> dict[str, list[_Use]]:
    """For each permission the calls and receivers that can need it on the devices the app installs on."""
    found: dict[str, list[_Use]] = {}
    for call in calls:
        for need in context.watch.needs_of(call):
            if _applies(need, manifest):
                for name in need.permissions:
                    found.setdefault(name, []).append(
                        _Use(need, PermissionUse(call.owner, call.at, call.api), call.via == "native")
                    )
    for component in manifest.components:
        for intent_filter in component.filters:
            for action in intent_filter.actions:
                for need in context.watch.needs.by_manifest_action.get(action, ()):
                    for name in need.permissions:
                        use = PermissionUse(Owner("app"), None, f"{component.name} receives {action}")
                        found.setdefault(name, []).append(_Use(need, use))
    return found


def _applies(need: Need, manifest: Manifest) -> bool:
    """Whether the need exists on some device between the app's minSdk and maxSdk."""
    if need.max_device is not None and manifest.min_sdk > need.max_device:
        return False
    return need.min_device is None or manifest.max_sdk is None or manifest.max_sdk >= need.min_device


def _judge(name: str, uses: list[_Use], manifest: Manifest, calls: Sequence[Call], context: PermissionContext) -> _Verdict:
    """Used, by whom, and why, for a declared permission."""
    made = [use for use in uses if not use.is_only_named]
    if uses and not made:
        named = _api_name(uses[0].use.api)
        return None, _one_each(uses), f"A native library names {named}, which needs it; whether it calls it cannot be told."
    uses = made
    strong = [use for use in uses if not use.need.source.startswith(_WEAK_SOURCE)]
    if strong:
        uses = strong
        first = min(uses, key=lambda u: (u.need.mode == "value", u.need.mode == "any?", u.need.source, u.use.api))
        return True, _one_each(uses), _reason(first)
    if uses:
        return None, _one_each(uses), f"{_api_name(uses[0].use.api)} may need it ({uses[0].need.source}); that map is rough."
    if any(p.name == name for p in manifest.permissions):
        return None, (), "The app defines it itself; holding it lets it call its own guarded components."
    indicators = context.indicators.get(name)
    if indicators is not None:
        for indicator in indicators:
            shown = _indicated(name, indicator, manifest, calls)
            if shown is not None:
                return True, shown, f"Indicated: {indicator.why}."
        return None, (), "No call is checked for it; code need not show its use."
    if name not in context.platform:
        return None, (), "Not a permission of the platform; apkvet's tables do not say what needs it."
    if not _is_mapped(name, context):
        return None, (), "apkvet's tables do not say which calls need it."
    return False, (), "No call, content URI or intent that needs it is in the package's DEX code."


def _indicated(name: str, indicator: Indicator, manifest: Manifest, calls: Sequence[Call]) -> tuple[PermissionUse, ...] | None:
    """The uses that *indicator* finds, or None when it does not hold."""
    if indicator.kind == "component-permission":
        return () if any(c.permission == name for c in manifest.components) else None
    if indicator.kind == "service-type":
        types = [c.foreground_service_type or "" for c in manifest.components]
        return () if any(indicator.value in text.split("|") for text in types) else None
    hits: list[Call]
    if indicator.kind == "category":
        hits = [c for c in calls if isinstance(c, ApiCall) and c.category == indicator.value]
    elif indicator.kind == "api-prefix":
        hits = [c for c in calls if c.api.startswith(indicator.value)]
    elif indicator.kind == "api":
        hits = [c for c in calls if c.api.partition("(")[0] == indicator.value]
    else:
        return None
    return _distinct(PermissionUse(c.owner, c.at, c.api) for c in hits) if hits else None


def _shows_undeclared(need: Need, declared: Mapping[str, object], manifest: Manifest, context: PermissionContext) -> bool:
    """Whether the need shows use without declaration: it is solid and none of its permissions is declared.

    A permission that is newer than the app's target SDK was not asked for when the app was built; on newer devices
    Android lets such an app go on with the older one. Signature permissions are not for apps to declare.
    """
    if not need.solid or (need.mode == "any" and any(p in declared for p in need.permissions)):
        return False
    rows = [context.platform.get(p) for p in need.permissions]
    return all(
        row is not None
        and (row.protection_level or "signature").split("|")[0] in ("normal", "dangerous")
        and (row.since or 1) <= manifest.target_sdk
        for row in rows
    )


def _is_mapped(name: str, context: PermissionContext) -> bool:
    needs = (need for table in (context.watch.needs.by_api, context.watch.needs.by_manifest_action) for need in table.values())
    if any(name in need.permissions for group in needs for need in group):
        return True
    by_field = (need for group in context.watch.fields for need in group.needs)
    by_rule = (need for api in context.watch.methods.values() for rule in api.rules for need in rule.needs)
    return any(name in need.permissions for source in (by_field, by_rule) for need in source)


def _reason(use: _Use) -> str:
    """Why one use shows that the permission is used, in a sentence."""
    if "->" not in use.use.api:
        return f"{use.use.api} ({use.need.source})."
    several = len(use.need.permissions) > 1 and use.need.mode != "all"
    return f"{_api_name(use.use.api)} needs {'it or another one' if several else 'it'} ({use.need.source})."


def _one_each(uses: Iterable[_Use]) -> tuple[PermissionUse, ...]:
    return _distinct(use.use for use in uses)


def _distinct(uses: Iterable[PermissionUse]) -> tuple[PermissionUse, ...]:
    """One use for each owner and API: the first by place."""
    first: dict[tuple[Owner, str], PermissionUse] = {}
    for use in sorted(uses, key=lambda use: (use.owner, use.api, str(use.place))):
        first.setdefault((use.owner, use.api), use)
    return tuple(first.values())


def _api_name(api: str) -> str:
    """A descriptor as people write it: ``LocationManager.getLastKnownLocation``."""
    holder, arrow, member = api.partition(";->")
    return f"{holder.rpartition('/')[2].replace('$', '.')}.{member.partition('(')[0]}" if arrow else api
