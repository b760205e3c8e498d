"""From a pattern to tests of single facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from analyzer.engine.pattern_schema import (
    AppPattern,
    ArgumentPattern,
    CallPattern,
    ClipboardPattern,
    ComponentPattern,
    EndpointPattern,
    FlowPattern,
    GapPattern,
    GatePattern,
    IntentPattern,
    LibraryPattern,
    NativePattern,
    OverridePattern,
    Pattern,
    PayloadPattern,
    PermissionPattern,
    ReachPattern,
    SdkPattern,
    SecretPattern,
    SignerPattern,
    StringPattern,
    Text,
    TraitPattern,
)
from analyzer.facts import (
    ApiCall,
    AppIdentity,
    ClipboardAccess,
    Component,
    Constant,
    Endpoint,
    Fact,
    Flow,
    Gap,
    Gate,
    IntentFilter,
    Library,
    NativeLibrary,
    Override,
    OwnerKind,
    Payload,
    Permission,
    Reach,
    Secret,
    Signer,
    Stage,
    Trait,
)

Test = Callable[[Any], bool]
"""Takes a fact of the kind that the pattern looks at; ``FACT_OF`` says which."""

FACT_OF: dict[type[Pattern], tuple[type[Fact], Stage | None]] = {
    PermissionPattern: (Permission, "manifest"),
    ComponentPattern: (Component, "manifest"),
    IntentPattern: (Component, "manifest"),
    CallPattern: (ApiCall, "dex"),
    ClipboardPattern: (ClipboardAccess, "dex"),
    ReachPattern: (Reach, "reach"),
    OverridePattern: (Override, "dex"),
    StringPattern: (Constant, "dex"),
    FlowPattern: (Flow, "flow"),
    LibraryPattern: (Library, "libraries"),
    EndpointPattern: (Endpoint, "endpoints"),
    NativePattern: (NativeLibrary, "native"),
    PayloadPattern: (Payload, "payloads"),
    TraitPattern: (Trait, "manifest"),
    SignerPattern: (Signer, "signers"),
    SecretPattern: (Secret, "secrets"),
    GapPattern: (Gap, None),
    SdkPattern: (AppIdentity, "manifest"),
    AppPattern: (AppIdentity, "manifest"),
}
"""The kind of fact that each kind of pattern looks at, and the stage that finds such facts."""

_LONGEST_TEXT = 4096


def fact_test(pattern: Pattern) -> Test | None:
    """A test that holds for the facts which *pattern* matches; None when any fact will do.

    Left aside are triggers, and the category and API of calls, by which calls are looked up.
    """
    return _all(_COMPILERS[type(pattern)](pattern))


def _all(tests: list[Test]) -> Test | None:
    """One test for all *tests*, which are asked in turn: chained, for a fact is put to many of them."""
    if not tests:
        return None
    first, *rest = tests
    others = _all(rest)
    return first if others is None else lambda fact: first(fact) and others(fact)


def api_test(pattern: Pattern) -> Callable[[str], bool] | None:
    """The test of the API's descriptor that a pattern of calls asks for; None when any will do."""
    return _api_test(pattern.api) if isinstance(pattern, CallPattern) and pattern.api is not None else None


def trigger_test(pattern: Pattern) -> Callable[[Reach], bool] | None:
    """The test of one trigger, or None when the pattern does not ask for any."""
    if not isinstance(pattern, (CallPattern, ClipboardPattern, FlowPattern)):
        return None
    tests = [*_trigger(pattern), *_value(pattern.assumed, "assumed")]
    return _all(tests)


def _trigger(p: CallPattern | ClipboardPattern | FlowPattern | ReachPattern) -> list[Test]:
    return [
        *_value(p.trigger, "kind"),
        *_value(p.exported, "exported"),
        *_value(p.returns_result, "returns_result"),
        *_text(_as_text(p.on_behalf_of), lambda r: r.on_behalf_of.kind if r.on_behalf_of else None),
        *_text(p.on_behalf_of_name, lambda r: r.on_behalf_of.name if r.on_behalf_of else None),
        *_text(p.entry_point, lambda r: r.entry_point),
        *_not_text(p.not_entry_point, lambda r: r.entry_point),
    ]


def text_test(wanted: Text) -> Callable[[str | None], bool]:
    """A test that a text is one of the wanted; ``*`` stands for anything."""
    values = [wanted] if isinstance(wanted, str) else wanted
    exact = frozenset(value for value in values if "*" not in value)
    wild = [value for value in values if "*" in value]
    if not wild:
        return lambda text: text in exact
    # Compiled when it is first needed: of the patterns of all rules few are ever put to a text.
    regex: re.Pattern[str] | None = None
    known: dict[str, bool] = {}

    def test(text: str | None) -> bool:
        nonlocal regex
        if text is None:
            return False
        answer = known.get(text)
        if answer is None:
            regex = regex or re.compile("|".join(".*".join(map(re.escape, value.split("*"))) for value in wild), re.DOTALL)
            answer = text in exact or regex.fullmatch(text[:_LONGEST_TEXT]) is not None
            if len(known) < _MOST_ANSWERS and len(text) < _LONGEST_KEPT:
                known[text] = answer
        return answer

    return test


# Answers that one text pattern keeps: a catalog asks the same of every app, and most texts come again.
_MOST_ANSWERS = 20_000
_LONGEST_KEPT = 300


def _api_test(wanted: Text) -> Callable[[str], bool]:
    """A test of an API's descriptor: ``Lx;->name`` stands for every overload, ``Lx;->name(..)R`` for one."""
    values = [wanted] if isinstance(wanted, str) else wanted
    return text_test([*values, *(f"{value}(*" for value in values if "->" in value and "(" not in value and "*" not in value)])


def _api(wanted: Text | None) -> list[Test]:
    """A test of the API that a fact names."""
    if wanted is None:
        return []
    test = _api_test(wanted)
    return [lambda fact: test(fact.api)]


def _text(wanted: Text | None, read: Callable[[Any], str | None]) -> list[Test]:
    """A test of one text; none when the pattern does not care."""
    if wanted is None:
        return []
    test = text_test(wanted)
    return [lambda fact: test(read(fact))]


def _not_text(unwanted: Text | None, read: Callable[[Any], str | None]) -> list[Test]:
    """A test that one text is none of these."""
    if unwanted is None:
        return []
    test = text_test(unwanted)
    return [lambda fact: not test(read(fact))]


def _texts(wanted: Text | None, read: Callable[[Any], Iterable[str]]) -> list[Test]:
    """A test that any of several texts passes."""
    if wanted is None:
        return []
    test = text_test(wanted)
    return [lambda fact: any(test(text) for text in read(fact))]


def _value(wanted: object, name: str) -> list[Test]:
    """A test of one attribute for equality, or for membership when a list is wanted."""
    if wanted is None:
        return []
    if isinstance(wanted, list):
        members = frozenset(wanted)
        return [lambda fact: getattr(fact, name) in members]
    return [lambda fact: getattr(fact, name) == wanted]


def _filled(wanted: bool | None, name: str) -> list[Test]:
    """A test whether a tuple of the fact holds anything."""
    return [] if wanted is None else [lambda fact: bool(getattr(fact, name)) == wanted]


def _at_least(limit: int | None, name: str) -> list[Test]:
    return [] if limit is None else [lambda fact: (value := getattr(fact, name)) is not None and value >= limit]


def _at_most(limit: int | None, name: str) -> list[Test]:
    return [] if limit is None else [lambda fact: (value := getattr(fact, name)) is not None and value <= limit]


def _as_text(kinds: OwnerKind | list[OwnerKind] | None) -> Text | None:
    return list(kinds) if isinstance(kinds, list) else kinds


def _owned(p: CallPattern | ClipboardPattern | OverridePattern | StringPattern) -> list[Test]:
    return [
        *_text(_as_text(p.owner), lambda f: f.owner.kind),
        *_text(p.owner_name, lambda f: f.owner.name),
        *_not_text(p.not_owner_name, lambda f: f.owner.name),
    ]


def _permission(p: PermissionPattern) -> list[Test]:
    used: list[Test] = [lambda f: f.used is None] if p.used == "unknown" else _value(p.used, "used")
    return [
        *_value(p.declared, "declared"),
        *used,
        *_text(p.name, lambda f: f.name),
        *_value(p.custom, "custom"),
        *_text(p.level, lambda f: (f.protection_level or "").partition("|")[0]),
        *_text(p.group, lambda f: f.group),
        *_texts(_as_text(p.used_by), lambda f: [use.owner.kind for use in f.used_by]),
        *_texts(p.used_by_name, lambda f: [use.owner.name for use in f.used_by]),
    ]


def _guarded(wanted: bool | None) -> list[Test]:
    return [] if wanted is None else [lambda f: any((f.permission, f.read_permission, f.write_permission)) == wanted]


def _component(p: ComponentPattern) -> list[Test]:
    return [
        *_value(p.kind, "kind"),
        *_text(p.name, lambda f: f.name),
        *_value(p.exported, "exported"),
        *_value(p.enabled, "enabled"),
        *_guarded(p.guarded),
        *_text(p.permission, lambda f: f.permission),
        *_text(p.process, lambda f: f.process),
        *_texts(p.action, lambda f: [a for i in f.filter for a in i.actions]),
        *_texts(p.data, lambda f: [d for i in f.filter for d in i.data]),
        *_texts(p.authority, lambda f: f.authorities),
        *_value(p.grants_uris, "grant_uri_permissions"),
        *_texts(p.foreground_service_type, lambda f: (f.foreground_service_type or "").split("|")),
    ]


def _intent(p: IntentPattern) -> list[Test]:
    in_filter: list[Callable[[IntentFilter], bool]] = [
        *_texts(p.action, lambda i: i.actions),
        *_texts(p.category, lambda i: i.categories),
        *_texts(p.data, lambda i: i.data),
    ]
    return [
        *_value(p.kind, "kind"),
        *_text(p.name, lambda f: f.name),
        *_value(p.exported, "exported"),
        *_guarded(p.guarded),
        lambda f: any(all(test(i) for test in in_filter) for i in f.filter),
    ]


def _argument(p: ArgumentPattern | None) -> list[Test]:
    if p is None:
        return []
    test = text_test(p.value)
    return [lambda f: any(test(a.value) and p.index in (None, a.index) for a in f.arg)]


def _call(p: CallPattern) -> list[Test]:
    return [
        *_owned(p),
        *_value(p.via, "via"),
        *_argument(p.argument),
    ]


def _gate(p: GatePattern | None) -> list[Test]:
    if p is None:
        return []
    effect = text_test(p.effect) if p.effect is not None else bool

    def holds(gate: Gate) -> bool:
        level = p.at_api
        return effect(gate.effect) and (level is None or gate.api_from <= level <= (gate.api_to or level))

    return [lambda f: any(holds(gate) for gate in f.gate)]


def _clipboard(p: ClipboardPattern) -> list[Test]:
    sensitive: list[Test] = [lambda f: f.sensitive is None] if p.sensitive == "unknown" else _value(p.sensitive, "sensitive")
    return [
        *_value(p.operation, "operation"),
        *_api(p.api),
        *_owned(p),
        *_value(p.via, "via"),
        *_filled(p.removed, "removed_at"),
        *_filled(p.guarded, "guard"),
        *_texts(p.guard, lambda f: f.guard),
        *_filled(p.replaced, "replaced_at"),
        *_filled(p.stored, "stored_at"),
        *_filled(p.handed_back, "handed_back_at"),
        *_filled(p.secret, "secret"),
        *sensitive,
        *_gate(p.gate),
    ]


def _reach(p: ReachPattern) -> list[Test]:
    guarded: list[Test] = [] if p.guarded is None else [lambda r: bool(r.permission) == p.guarded]
    return [*_trigger(p), *_value(p.assumed, "assumed"), *guarded]


def _override(p: OverridePattern) -> list[Test]:
    return [*_api(p.api), *_owned(p), *_value(p.empty, "empty"), *_value(p.returns, "returns")]


def _string(p: StringPattern) -> list[Test]:
    return [*_text(p.value, lambda f: f.value), *_owned(p)]


def _labels(labels: str | Sequence[str] | None, *, wanted: bool) -> list[Test]:
    """A test whether any of *labels* was done to the data, or none."""
    if labels is None:
        return []
    members = frozenset([labels] if isinstance(labels, str) else labels)
    return [lambda flow: members.isdisjoint(flow.label) != wanted]


def _flow(p: FlowPattern) -> list[Test]:
    return [
        *_value(p.source, "source"),
        *_value(p.sink, "sink"),
        *_labels(p.label, wanted=True),
        *_labels(p.not_label, wanted=False),
        *_text(p.source_api, lambda f: f.source_api),
        *_not_text(p.not_source_api, lambda f: f.source_api),
        *_text(p.sink_api, lambda f: f.sink_api),
        *_not_text(p.not_sink_api, lambda f: f.sink_api),
        *_text(p.host, lambda f: f.host),
        *_country(p.country, p.not_country),
        *_text(_as_text(p.owner), lambda f: f.owner.kind),
        *_text(p.owner_name, lambda f: f.owner.name),
        *_not_text(p.not_owner_name, lambda f: f.owner.name),
        *_filled(p.guarded, "guard"),
        *_texts(p.guard, lambda f: f.guard),
    ]


def _country(wanted: Text | None, unwanted: Text | None) -> list[Test]:
    """Countries by code; a place whose country is not known is neither in one nor outside of it."""
    known: list[Test] = [lambda f: f.country is not None] if unwanted is not None else []
    return [*_text(wanted, lambda f: f.country), *known, *_not_text(unwanted, lambda f: f.country)]


def _library(p: LibraryPattern) -> list[Test]:
    return [
        *_text(p.name, lambda f: f.name),
        *_text(p.version, lambda f: f.version),
        *_text(p.vendor, lambda f: f.vendor),
        *_text(p.kind, lambda f: f.kind),
        *_text(p.country, lambda f: f.country),
        *_value(p.renamed, "renamed"),
    ]


def _endpoint(p: EndpointPattern) -> list[Test]:
    return [
        *_text(p.host, lambda f: f.host),
        *_texts(p.url, lambda f: f.urls),
        *_country(p.country, p.not_country),
        *_text(_as_text(p.owner), lambda f: f.owner.kind),
        *_text(p.owner_name, lambda f: f.owner.name),
        *_value(p.cleartext, "cleartext"),
        *_value(p.pinned, "pinned"),
    ]


def _native(p: NativePattern) -> list[Test]:
    wanted = [p.lacks] if isinstance(p.lacks, str) else list(p.lacks or ())
    lacks: list[Test] = [lambda f: not set(wanted) <= set(f.hardening)] if wanted else []
    return [
        *_text(p.file, lambda f: f.file),
        *_text(p.abi, lambda f: f.abi),
        *_texts(p.imports, lambda f: f.imports),
        *_texts(p.exports, lambda f: f.jni_exports),
        *_texts(p.names, lambda f: f.names),
        *_texts(p.hardening, lambda f: f.hardening),
        *lacks,
        *_texts(p.marks, lambda f: f.marks),
        *_texts(p.contains, lambda f: f.contains),
    ]


def _payload(p: PayloadPattern) -> list[Test]:
    return [
        *_text(p.kind, lambda f: f.kind),
        *_text(p.file, lambda f: f.file),
        *_text(p.version, lambda f: f.version),
        *_texts(p.uses, lambda f: f.uses),
    ]


def _trait(p: TraitPattern) -> list[Test]:
    return [
        *_text(p.name, lambda f: f.name),
        *_text(p.value, lambda f: f.value),
        *_text(_as_text(p.owner), lambda f: f.owner.kind if f.owner else ""),
        *_text(p.owner_name, lambda f: f.owner.name if f.owner else ""),
        *_not_text(p.not_owner_name, lambda f: f.owner.name if f.owner else ""),
    ]


def _signer(p: SignerPattern) -> list[Test]:
    below = p.key_bits_below
    weak: list[Test] = [] if below is None else [lambda f: (f.key_bits or below) < below]
    return [
        *_text(p.sha256, lambda f: f.sha256),
        *_texts(p.scheme, lambda f: f.schemes),
        *_text(p.subject, lambda f: f.subject),
        *_text(p.algorithm, lambda f: f.algorithm),
        *_texts(p.signed_with, lambda f: f.signed_with),
        *_value(p.debug, "debug"),
        *_filled(p.rotated, "lineage"),
        *weak,
    ]


def _secret(p: SecretPattern) -> list[Test]:
    return [
        *_text(p.kind, lambda f: f.kind),
        *_text(_as_text(p.owner), lambda f: f.owner.kind),
        *_text(p.owner_name, lambda f: f.owner.name),
    ]


def _gap(p: GapPattern) -> list[Test]:
    return [*_value(p.kind, "kind"), *_text(p.why, lambda f: f.why)]


def _sdk(p: SdkPattern) -> list[Test]:
    return [
        *_at_least(p.min_at_least, "min_sdk"),
        *_at_most(p.min_at_most, "min_sdk"),
        *_at_least(p.target_at_least, "target_sdk"),
        *_at_most(p.target_at_most, "target_sdk"),
    ]


def _app(p: AppPattern) -> list[Test]:
    return [
        *_text(p.package, lambda f: f.package),
        *_text(p.label, lambda f: f.label),
        *_text(p.version_name, lambda f: f.version_name),
        *_at_least(p.version_at_least, "version_code"),
        *_at_most(p.version_at_most, "version_code"),
    ]


_COMPILERS: dict[type[Pattern], Callable[..., list[Test]]] = {
    PermissionPattern: _permission,
    ComponentPattern: _component,
    IntentPattern: _intent,
    CallPattern: _call,
    ClipboardPattern: _clipboard,
    ReachPattern: _reach,
    OverridePattern: _override,
    StringPattern: _string,
    FlowPattern: _flow,
    LibraryPattern: _library,
    EndpointPattern: _endpoint,
    NativePattern: _native,
    PayloadPattern: _payload,
    TraitPattern: _trait,
    SignerPattern: _signer,
    SecretPattern: _secret,
    GapPattern: _gap,
    SdkPattern: _sdk,
    AppPattern: _app,
}
