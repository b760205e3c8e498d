"""From a pattern to a test of single facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
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
from analyzer.facts import ApiCall, AppIdentity, ClipboardAccess, Component, Fact, Gap, OwnerKind, Permission, Signer, Trait

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


def compile_pattern(pattern: Pattern) -> Test:
    """A test that holds for the facts which *pattern* matches; facts of another kind never reach it."""
    tests = _COMPILERS[type(pattern)](pattern)
    if len(tests) == 1:
        return tests[0]
    return lambda fact: all(test(fact) for test in tests)


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
    removed: list[Test] = [] if p.removed is None else [lambda f: bool(f.removed_at) == p.removed]
    return [
        *_value(p.operation, "operation"),
        *_text(_as_text(p.owner), lambda f: f.owner.kind),
        *_text(p.owner_name, lambda f: f.owner.name),
        *_not_text(p.not_owner_name, lambda f: f.owner.name),
        *_value(p.via, "via"),
        *_text(p.api, lambda f: f.api),
        *removed,
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
