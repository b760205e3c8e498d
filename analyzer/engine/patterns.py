"""From a pattern to a test of single facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from analyzer.engine.schema import (
    AppPattern,
    ArgumentPattern,
    CallPattern,
    ClipboardPattern,
    ComponentPattern,
    GapPattern,
    Pattern,
    PermissionPattern,
    SdkPattern,
    SignerPattern,
    Text,
    TraitPattern,
)
from analyzer.facts import (
    ApiCall,
    AppIdentity,
    ClipboardAccess,
    Component,
    Fact,
    Gap,
    OwnerKind,
    Permission,
    Reach,
    Signer,
    Trait,
)

TriggersOf = Callable[[Any], Sequence[Reach]]
"""The triggers of a call."""

Test = Callable[[Any], bool]
"""Takes a fact of the kind that the pattern looks at; ``FACT_OF`` says which."""

FACT_OF: dict[type[Pattern], type[Fact]] = {
    PermissionPattern: Permission,
    ComponentPattern: Component,
    CallPattern: ApiCall,
    ClipboardPattern: ClipboardAccess,
    TraitPattern: Trait,
    SignerPattern: Signer,
    GapPattern: Gap,
    SdkPattern: AppIdentity,
    AppPattern: AppIdentity,
}
"""The kind of fact that each kind of pattern looks at."""

_LONGEST_TEXT = 4096


def compile_pattern(pattern: Pattern, triggers: TriggersOf) -> Test:
    """A test that holds for the facts which *pattern* matches; facts of another kind never reach it."""
    tests = _COMPILERS[type(pattern)](pattern)
    if isinstance(pattern, (CallPattern, ClipboardPattern)):
        tests = [*tests, *_triggered(pattern, triggers)]
    if len(tests) == 1:
        return tests[0]
    return lambda fact: all(test(fact) for test in tests)


def trigger_test(pattern: CallPattern | ClipboardPattern) -> Callable[[Reach], bool] | None:
    """The test of one trigger, or None when the pattern does not ask for any."""
    tests = [
        *_value(pattern.trigger, "kind"),
        *_value(pattern.exported, "exported"),
        *_value(pattern.returns_result, "returns_result"),
        *_value(pattern.assumed, "assumed"),
        *_text(_as_text(pattern.on_behalf_of), lambda r: r.on_behalf_of.kind if r.on_behalf_of else None),
        *_text(pattern.on_behalf_of_name, lambda r: r.on_behalf_of.name if r.on_behalf_of else None),
        *_text(pattern.entry_point, lambda r: r.entry_point),
        *_not_text(pattern.not_entry_point, lambda r: r.entry_point),
    ]
    return (lambda reach: all(test(reach) for test in tests)) if tests else None


def _triggered(pattern: CallPattern | ClipboardPattern, triggers: TriggersOf) -> list[Test]:
    tests: list[Test] = []
    one = trigger_test(pattern)
    if one is not None:
        tests.append(lambda fact: any(one(reach) for reach in triggers(fact)))
    if pattern.reached is not None:
        tests.append(lambda fact: any(r.kind != "unreachable" for r in triggers(fact)) == pattern.reached)
    if pattern.traced is not None:
        tests.append(lambda fact: bool(triggers(fact)) == pattern.traced)
    return tests


def _text(wanted: Text | None, read: Callable[[Any], str | None]) -> list[Test]:
    """A test of one text; none when the pattern does not care."""
    if wanted is None:
        return []
    test = _text_test(wanted)
    return [lambda fact: test(read(fact))]


def _not_text(unwanted: Text | None, read: Callable[[Any], str | None]) -> list[Test]:
    """A test that one text is none of these."""
    if unwanted is None:
        return []
    test = _text_test(unwanted)
    return [lambda fact: not test(read(fact))]


def _texts(wanted: Text | None, read: Callable[[Any], Iterable[str]]) -> list[Test]:
    """A test that any of several texts passes."""
    if wanted is None:
        return []
    test = _text_test(wanted)
    return [lambda fact: any(test(text) for text in read(fact))]


def _text_test(wanted: Text) -> Callable[[str | None], bool]:
    values = [wanted] if isinstance(wanted, str) else wanted
    exact = frozenset(value for value in values if "*" not in value)
    globs = ["".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", v)) for v in values if "*" in v]
    if not globs:
        return lambda text: text in exact
    regex = re.compile("|".join(globs), re.DOTALL)
    return lambda text: text is not None and (text in exact or regex.fullmatch(text[:_LONGEST_TEXT]) is not None)


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


def _permission(p: PermissionPattern) -> list[Test]:
    used: list[Test] = [lambda f: f.used is None] if p.used == "unknown" else _value(p.used, "used")
    return [
        *_text(p.name, lambda f: f.name),
        *_value(p.declared, "declared"),
        *used,
        *_value(p.custom, "custom"),
        *_text(p.level, lambda f: (f.protection_level or "").partition("|")[0]),
        *_text(p.group, lambda f: f.group),
    ]


def _component(p: ComponentPattern) -> list[Test]:
    guarded: list[Test] = [] if p.guarded is None else [lambda f: _is_guarded(f) == p.guarded]
    return [
        *_value(p.kind, "kind"),
        *_text(p.name, lambda f: f.name),
        *_value(p.exported, "exported"),
        *_value(p.enabled, "enabled"),
        *guarded,
        *_text(p.permission, lambda f: f.permission),
        *_text(p.process, lambda f: f.process),
        *_texts(p.action, lambda f: [a for i in f.filter for a in i.actions]),
        *_texts(p.data, lambda f: [d for i in f.filter for d in i.data]),
        *_texts(p.foreground_service_type, lambda f: (f.foreground_service_type or "").split("|")),
    ]


def _is_guarded(fact: Fact) -> bool:
    return isinstance(fact, Component) and any((fact.permission, fact.read_permission, fact.write_permission))


def _argument(p: ArgumentPattern | None) -> list[Test]:
    if p is None:
        return []
    test = _text_test(p.value)
    return [lambda f: any(test(a.value) and p.index in (None, a.index) for a in f.arg)]


def _as_text(kinds: OwnerKind | list[OwnerKind] | None) -> Text | None:
    return list(kinds) if isinstance(kinds, list) else kinds


def _call(p: CallPattern) -> list[Test]:
    return [
        *_value(p.category, "category"),
        *_text(_as_text(p.owner), lambda f: f.owner.kind),
        *_text(p.owner_name, lambda f: f.owner.name),
        *_not_text(p.not_owner_name, lambda f: f.owner.name),
        *_value(p.via, "via"),
        *_text(p.api, lambda f: f.api),
        *_argument(p.argument),
    ]


def _clipboard(p: ClipboardPattern) -> list[Test]:
    sensitive: list[Test] = [lambda f: f.sensitive is None] if p.sensitive == "unknown" else _value(p.sensitive, "sensitive")
    return [
        *_value(p.operation, "operation"),
        *_text(_as_text(p.owner), lambda f: f.owner.kind),
        *_text(p.owner_name, lambda f: f.owner.name),
        *_not_text(p.not_owner_name, lambda f: f.owner.name),
        *_value(p.via, "via"),
        *_text(p.api, lambda f: f.api),
        *_filled(p.removed, "removed_at"),
        *_filled(p.guarded, "guard"),
        *_texts(p.guard, lambda f: f.guard),
        *_filled(p.replaced, "replaced_at"),
        *_filled(p.stored, "stored_at"),
        *_filled(p.handed_back, "handed_back_at"),
        *_filled(p.secret, "secret"),
        *sensitive,
    ]


def _trait(p: TraitPattern) -> list[Test]:
    return [*_text(p.name, lambda f: f.name), *_text(p.value, lambda f: f.value)]


def _signer(p: SignerPattern) -> list[Test]:
    below = p.key_bits_below
    weak: list[Test] = [] if below is None else [lambda f: (f.key_bits or below) < below]
    return [
        *_text(p.sha256, lambda f: f.sha256),
        *_texts(p.scheme, lambda f: f.schemes),
        *_text(p.subject, lambda f: f.subject),
        *_text(p.algorithm, lambda f: f.algorithm),
        *_value(p.debug, "debug"),
        *weak,
    ]


def _gap(p: GapPattern) -> list[Test]:
    return _value(p.kind, "kind")


def _sdk(p: SdkPattern) -> list[Test]:
    bounds = ((p.min_at_least, "min_sdk", 1), (p.min_at_most, "min_sdk", -1), (p.target_at_least, "target_sdk", 1))
    return [
        _bound(limit, name, sign) for limit, name, sign in (*bounds, (p.target_at_most, "target_sdk", -1)) if limit is not None
    ]


def _bound(limit: int, name: str, sign: int) -> Test:
    def test(fact: Any) -> bool:
        value: int | None = getattr(fact, name)
        return value is not None and sign * (value - limit) >= 0

    return test


def _app(p: AppPattern) -> list[Test]:
    return [*_text(p.package, lambda f: f.package), *_text(p.label, lambda f: f.label)]


_COMPILERS: dict[type[Pattern], Callable[..., list[Test]]] = {
    PermissionPattern: _permission,
    ComponentPattern: _component,
    CallPattern: _call,
    ClipboardPattern: _clipboard,
    TraitPattern: _trait,
    SignerPattern: _signer,
    GapPattern: _gap,
    SdkPattern: _sdk,
    AppPattern: _app,
}
