"""From a pattern to tests of single facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analyzer.engine.field_tests import (
    Test,
    any_text_is,
    api_is,
    api_test_of,
    as_text,
    is_at_least,
    is_at_most,
    is_filled,
    text_is,
    text_is_not,
    text_test,
    value_is,
)
from analyzer.engine.pattern_schema import (
    AppPattern,
    ArgumentPattern,
    CallPattern,
    ClipboardPattern,
    ComponentPattern,
    DecoderPattern,
    EndpointPattern,
    FlowPattern,
    GapPattern,
    GatePattern,
    HiddenTextPattern,
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
    HiddenText,
    IntentFilter,
    Library,
    NativeLibrary,
    Override,
    Payload,
    Permission,
    Reach,
    Secret,
    Signer,
    Stage,
    TextDecoder,
    Trait,
)

FACT_OF: dict[type[Pattern], tuple[type[Fact], Stage | None]] = {
    PermissionPattern: (Permission, "manifest"),
    ComponentPattern: (Component, "manifest"),
    IntentPattern: (Component, "manifest"),
    CallPattern: (ApiCall, "dex"),
    ClipboardPattern: (ClipboardAccess, "dex"),
    ReachPattern: (Reach, "reach"),
    OverridePattern: (Override, "dex"),
    StringPattern: (Constant, "dex"),
    DecoderPattern: (TextDecoder, "dex"),
    HiddenTextPattern: (HiddenText, "dex"),
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


def exact_names(pattern: Pattern) -> frozenset[str] | None:
    """The names of which a permission or trait must have one; None where the pattern does not say, or says it with ``*``."""
    if not isinstance(pattern, (PermissionPattern, TraitPattern)) or pattern.name is None:
        return None
    names = frozenset([pattern.name] if isinstance(pattern.name, str) else pattern.name)
    return None if any("*" in name for name in names) else names


def api_test(pattern: Pattern) -> Callable[[str], bool] | None:
    """The test of the API's descriptor that a pattern of calls asks for; None when any will do."""
    return api_test_of(pattern.api) if isinstance(pattern, CallPattern) and pattern.api is not None else None


def trigger_test(pattern: Pattern) -> Callable[[Reach], bool] | None:
    """The test of one trigger, or None when the pattern does not ask for any."""
    if not isinstance(pattern, (CallPattern, ClipboardPattern, FlowPattern)):
        return None
    tests = [*_trigger(pattern), *value_is(pattern.assumed, "assumed")]
    return _all(tests)


def _trigger(p: CallPattern | ClipboardPattern | FlowPattern | ReachPattern) -> list[Test]:
    return [
        *value_is(p.trigger, "kind"),
        *value_is(p.exported, "exported"),
        *value_is(p.returns_result, "returns_result"),
        *text_is(as_text(p.on_behalf_of), lambda r: r.on_behalf_of.kind if r.on_behalf_of else None),
        *text_is(p.on_behalf_of_name, lambda r: r.on_behalf_of.name if r.on_behalf_of else None),
        *text_is(p.entry_point, lambda r: r.entry_point),
        *text_is_not(p.not_entry_point, lambda r: r.entry_point),
    ]


def _owned(
    p: CallPattern | ClipboardPattern | OverridePattern | StringPattern | DecoderPattern | HiddenTextPattern,
) -> list[Test]:
    return [
        *text_is(as_text(p.owner), lambda f: f.owner.kind),
        *text_is(p.owner_name, lambda f: f.owner.name),
        *text_is_not(p.not_owner_name, lambda f: f.owner.name),
    ]


def _permission(p: PermissionPattern) -> list[Test]:
    used: list[Test] = [lambda f: f.used is None] if p.used == "unknown" else value_is(p.used, "used")
    return [
        *value_is(p.declared, "declared"),
        *used,
        *text_is(p.name, lambda f: f.name),
        *value_is(p.custom, "custom"),
        *text_is(p.level, lambda f: (f.protection_level or "").partition("|")[0]),
        *text_is(p.group, lambda f: f.group),
        *any_text_is(as_text(p.used_by), lambda f: [use.owner.kind for use in f.used_by]),
        *any_text_is(p.used_by_name, lambda f: [use.owner.name for use in f.used_by]),
    ]


def _guarded(wanted: bool | None) -> list[Test]:
    return [] if wanted is None else [lambda f: any((f.permission, f.read_permission, f.write_permission)) == wanted]


def _component(p: ComponentPattern) -> list[Test]:
    return [
        *value_is(p.kind, "kind"),
        *text_is(p.name, lambda f: f.name),
        *value_is(p.exported, "exported"),
        *value_is(p.enabled, "enabled"),
        *_guarded(p.guarded),
        *text_is(p.permission, lambda f: f.permission),
        *text_is(p.process, lambda f: f.process),
        *any_text_is(p.action, lambda f: [a for i in f.filter for a in i.actions]),
        *any_text_is(p.data, lambda f: [d for i in f.filter for d in i.data]),
        *any_text_is(p.authority, lambda f: f.authorities),
        *value_is(p.grants_uris, "grant_uri_permissions"),
        *any_text_is(p.foreground_service_type, lambda f: (f.foreground_service_type or "").split("|")),
    ]


def _intent(p: IntentPattern) -> list[Test]:
    in_filter: list[Callable[[IntentFilter], bool]] = [
        *any_text_is(p.action, lambda i: i.actions),
        *any_text_is(p.category, lambda i: i.categories),
        *any_text_is(p.data, lambda i: i.data),
    ]
    return [
        *value_is(p.kind, "kind"),
        *text_is(p.name, lambda f: f.name),
        *value_is(p.exported, "exported"),
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
        *value_is(p.via, "via"),
        *_argument(p.argument),
        *is_filled(p.decoded, "decoded_by"),
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
    sensitive: list[Test] = [lambda f: f.sensitive is None] if p.sensitive == "unknown" else value_is(p.sensitive, "sensitive")
    return [
        *value_is(p.operation, "operation"),
        *api_is(p.api),
        *_owned(p),
        *value_is(p.via, "via"),
        *is_filled(p.removed, "removed_at"),
        *is_filled(p.guarded, "guard"),
        *any_text_is(p.guard, lambda f: f.guard),
        *is_filled(p.replaced, "replaced_at"),
        *is_filled(p.stored, "stored_at"),
        *is_filled(p.handed_back, "handed_back_at"),
        *is_filled(p.secret, "secret"),
        *sensitive,
        *_gate(p.gate),
        *is_filled(p.decoded, "decoded_by"),
    ]


def _reach(p: ReachPattern) -> list[Test]:
    guarded: list[Test] = [] if p.guarded is None else [lambda r: bool(r.permission) == p.guarded]
    return [*_trigger(p), *value_is(p.assumed, "assumed"), *guarded]


def _override(p: OverridePattern) -> list[Test]:
    return [*api_is(p.api), *_owned(p), *value_is(p.empty, "empty"), *value_is(p.returns, "returns")]


def _string(p: StringPattern) -> list[Test]:
    return [*text_is(p.value, lambda f: f.value), *_owned(p)]


def _labels(labels: str | Sequence[str] | None, *, wanted: bool) -> list[Test]:
    """A test whether any of *labels* was done to the data, or none."""
    if labels is None:
        return []
    members = frozenset([labels] if isinstance(labels, str) else labels)
    return [lambda flow: members.isdisjoint(flow.label) != wanted]


def _flow(p: FlowPattern) -> list[Test]:
    return [
        *value_is(p.source, "source"),
        *value_is(p.sink, "sink"),
        *_labels(p.label, wanted=True),
        *_labels(p.not_label, wanted=False),
        *text_is(p.source_api, lambda f: f.source_api),
        *text_is_not(p.not_source_api, lambda f: f.source_api),
        *text_is(p.sink_api, lambda f: f.sink_api),
        *text_is_not(p.not_sink_api, lambda f: f.sink_api),
        *text_is(p.host, lambda f: f.host),
        *_country(p.country, p.not_country),
        *text_is(as_text(p.owner), lambda f: f.owner.kind),
        *text_is(p.owner_name, lambda f: f.owner.name),
        *text_is_not(p.not_owner_name, lambda f: f.owner.name),
        *is_filled(p.guarded, "guard"),
        *any_text_is(p.guard, lambda f: f.guard),
    ]


def _country(wanted: Text | None, unwanted: Text | None) -> list[Test]:
    """Countries by code; a place whose country is not known is neither in one nor outside of it."""
    known: list[Test] = [lambda f: f.country is not None] if unwanted is not None else []
    return [*text_is(wanted, lambda f: f.country), *known, *text_is_not(unwanted, lambda f: f.country)]


def _library(p: LibraryPattern) -> list[Test]:
    return [
        *text_is(p.name, lambda f: f.name),
        *text_is(p.version, lambda f: f.version),
        *text_is(p.vendor, lambda f: f.vendor),
        *text_is(p.kind, lambda f: f.kind),
        *text_is(p.country, lambda f: f.country),
        *value_is(p.renamed, "renamed"),
    ]


def _endpoint(p: EndpointPattern) -> list[Test]:
    return [
        *text_is(p.host, lambda f: f.host),
        *any_text_is(p.url, lambda f: f.urls),
        *_country(p.country, p.not_country),
        *text_is(as_text(p.owner), lambda f: f.owner.kind),
        *text_is(p.owner_name, lambda f: f.owner.name),
        *value_is(p.cleartext, "cleartext"),
        *value_is(p.pinned, "pinned"),
        *is_filled(p.decoded, "decoded_by"),
    ]


def _native(p: NativePattern) -> list[Test]:
    wanted = [p.lacks] if isinstance(p.lacks, str) else list(p.lacks or ())
    lacks: list[Test] = [lambda f: not set(wanted) <= set(f.hardening)] if wanted else []
    return [
        *text_is(p.file, lambda f: f.file),
        *text_is(p.abi, lambda f: f.abi),
        *any_text_is(p.imports, lambda f: f.imports),
        *any_text_is(p.exports, lambda f: f.jni_exports),
        *any_text_is(p.names, lambda f: f.names),
        *any_text_is(p.hardening, lambda f: f.hardening),
        *lacks,
        *any_text_is(p.marks, lambda f: f.marks),
        *any_text_is(p.contains, lambda f: f.contains),
    ]


def _decoder(p: DecoderPattern) -> list[Test]:
    return [
        *_owned(p),
        *text_is(p.method, lambda f: f.method),
        *is_at_least(p.calls_at_least, "calls"),
        *is_at_least(p.decoded_at_least, "decoded"),
        *is_at_most(p.decoded_at_most, "decoded"),
    ]


def _hidden_text(p: HiddenTextPattern) -> list[Test]:
    return [*_owned(p), *text_is(p.value, lambda f: f.value), *text_is(p.decoder, lambda f: f.decoder)]


def _payload(p: PayloadPattern) -> list[Test]:
    return [
        *text_is(p.kind, lambda f: f.kind),
        *text_is(p.file, lambda f: f.file),
        *text_is(p.version, lambda f: f.version),
        *any_text_is(p.uses, lambda f: f.uses),
    ]


def _trait(p: TraitPattern) -> list[Test]:
    return [
        *text_is(p.name, lambda f: f.name),
        *text_is(p.value, lambda f: f.value),
        *text_is(as_text(p.owner), lambda f: f.owner.kind if f.owner else ""),
        *text_is(p.owner_name, lambda f: f.owner.name if f.owner else ""),
        *text_is_not(p.not_owner_name, lambda f: f.owner.name if f.owner else ""),
    ]


def _signer(p: SignerPattern) -> list[Test]:
    below = p.key_bits_below
    weak: list[Test] = [] if below is None else [lambda f: (f.key_bits or below) < below]
    return [
        *text_is(p.sha256, lambda f: f.sha256),
        *any_text_is(p.scheme, lambda f: f.schemes),
        *text_is(p.subject, lambda f: f.subject),
        *text_is(p.algorithm, lambda f: f.algorithm),
        *any_text_is(p.signed_with, lambda f: f.signed_with),
        *value_is(p.debug, "debug"),
        *is_filled(p.rotated, "lineage"),
        *weak,
    ]


def _secret(p: SecretPattern) -> list[Test]:
    return [
        *text_is(p.kind, lambda f: f.kind),
        *text_is(as_text(p.owner), lambda f: f.owner.kind),
        *text_is(p.owner_name, lambda f: f.owner.name),
    ]


def _gap(p: GapPattern) -> list[Test]:
    return [*value_is(p.kind, "kind"), *text_is(p.why, lambda f: f.why)]


def _sdk(p: SdkPattern) -> list[Test]:
    return [
        *is_at_least(p.min_at_least, "min_sdk"),
        *is_at_most(p.min_at_most, "min_sdk"),
        *is_at_least(p.target_at_least, "target_sdk"),
        *is_at_most(p.target_at_most, "target_sdk"),
    ]


def _app(p: AppPattern) -> list[Test]:
    return [
        *text_is(p.package, lambda f: f.package),
        *text_is(p.label, lambda f: f.label),
        *text_is(p.version_name, lambda f: f.version_name),
        *is_at_least(p.version_at_least, "version_code"),
        *is_at_most(p.version_at_most, "version_code"),
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
    DecoderPattern: _decoder,
    HiddenTextPattern: _hidden_text,
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
