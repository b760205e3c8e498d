"""What a rule file may say. Unknown fields are refused, a condition has exactly one kind.

Every field of a pattern takes one value or a list, of which any may match; text may hold ``*``. A pattern matches
the facts of its kind for which all its fields match.
"""

from typing import Literal

from msgspec import Struct, field

from analyzer.facts import (
    Category,
    ClipboardOperation,
    ComponentKind,
    Confidence,
    GapKind,
    OwnerKind,
    Severity,
    TriggerKind,
    Via,
)

Scope = Literal["app", "class", "method"]
Text = str | list[str]


class PermissionPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A permission. ``used`` may be ``unknown``; ``level`` is the base protection level (dangerous, signature ...)."""

    name: Text | None = None
    declared: bool | None = None
    used: bool | Literal["unknown"] | None = None
    custom: bool | None = None
    level: Text | None = None
    group: Text | None = None


class ComponentPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A component. ``guarded``: a permission stands before it; ``action``, ``data``: in one of its intent filters."""

    kind: ComponentKind | list[ComponentKind] | None = None
    name: Text | None = None
    exported: bool | None = None
    enabled: bool | None = None
    guarded: bool | None = None
    permission: Text | None = None
    process: Text | None = None
    action: Text | None = None
    data: Text | None = None
    foreground_service_type: Text | None = None


class ArgumentPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A constant argument: its index (any when absent) and its text."""

    value: Text
    index: int | None = None


class CallPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A call of a watched API or a read of a watched field. ``owner`` is a kind, ``owner_name`` a library's name.

    ``not_owner_name`` leaves the calls of these libraries out. All conditions from ``trigger`` to ``assumed`` must hold for
    one and the same trigger of the call. ``reached``: something may start it; ``traced``: its triggers were looked for.
    """

    api: Text | None = None
    category: Category | list[Category] | None = None
    owner: OwnerKind | list[OwnerKind] | None = None
    owner_name: Text | None = None
    not_owner_name: Text | None = None
    via: Via | list[Via] | None = None
    argument: ArgumentPattern | None = None
    trigger: TriggerKind | list[TriggerKind] | None = None
    exported: bool | None = None
    returns_result: bool | None = None
    on_behalf_of: OwnerKind | list[OwnerKind] | None = None
    on_behalf_of_name: Text | None = None
    entry_point: Text | None = None
    not_entry_point: Text | None = None
    assumed: bool | None = None
    reached: bool | None = None
    traced: bool | None = None


class ClipboardPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A clipboard access. ``removed``: a listener that is removed again somewhere in its class.

    ``guarded``: the text is tested against constants, ``guard`` one of them; ``replaced``: something is written back after a
    test; ``stored``, ``handed_back``: what becomes of the text; ``secret``, ``sensitive``: of a write. Triggers as in a call.
    """

    operation: ClipboardOperation | list[ClipboardOperation] | None = None
    api: Text | None = None
    owner: OwnerKind | list[OwnerKind] | None = None
    owner_name: Text | None = None
    not_owner_name: Text | None = None
    via: Via | list[Via] | None = None
    removed: bool | None = None
    guarded: bool | None = None
    guard: Text | None = None
    replaced: bool | None = None
    stored: bool | None = None
    handed_back: bool | None = None
    secret: bool | None = None
    sensitive: bool | Literal["unknown"] | None = None
    trigger: TriggerKind | list[TriggerKind] | None = None
    exported: bool | None = None
    returns_result: bool | None = None
    on_behalf_of: OwnerKind | list[OwnerKind] | None = None
    on_behalf_of_name: Text | None = None
    entry_point: Text | None = None
    not_entry_point: Text | None = None
    assumed: bool | None = None
    reached: bool | None = None
    traced: bool | None = None


class TraitPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A trait of the package."""

    name: Text
    value: Text | None = None


class SignerPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A signing certificate."""

    sha256: Text | None = None
    scheme: Text | None = None
    subject: Text | None = None
    algorithm: Text | None = None
    debug: bool | None = None
    key_bits_below: int | None = None


class GapPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that could not be seen."""

    kind: GapKind | list[GapKind] | None = None


class SdkPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """SDK levels of the app; every bound that is given must hold."""

    min_at_least: int | None = None
    min_at_most: int | None = None
    target_at_least: int | None = None
    target_at_most: int | None = None


class AppPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """The app's identity."""

    package: Text | None = None
    label: Text | None = None


class AtLeast(Struct, frozen=True, forbid_unknown_fields=True):
    """So many of these conditions."""

    count: int
    of: list["Condition"]


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """One node of a rule's condition: exactly one field is given. ``not`` may stand only directly under ``all``."""

    all: list["Condition"] | None = None
    any: list["Condition"] | None = None
    not_: "Condition | None" = field(default=None, name="not")
    at_least: AtLeast | None = None
    rule: str | None = None
    permission: PermissionPattern | None = None
    component: ComponentPattern | None = None
    call: CallPattern | None = None
    clipboard: ClipboardPattern | None = None
    trait: TraitPattern | None = None
    signer: SignerPattern | None = None
    gap: GapPattern | None = None
    sdk: SdkPattern | None = None
    app: AppPattern | None = None


Pattern = (
    PermissionPattern
    | ComponentPattern
    | CallPattern
    | ClipboardPattern
    | TraitPattern
    | SignerPattern
    | GapPattern
    | SdkPattern
    | AppPattern
)


class Docs(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule's page, in own words."""

    what: str
    why: str
    benign: str
    ask_vendor: str
    limits: str


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """Facts, one a line as ``apkvet facts`` prints them, and whether the rule matches them."""

    name: str
    expect: Literal["match", "no match"]
    facts: str


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule file. ``id`` is the file's name, ``category`` its folder; a rule states severity, never points.

    ``message`` may hold ``{count}`` (places), ``{owner}`` and ``{apis}``. ``confidence`` is the most it can be sure of.
    Facts that the one pattern of ``raise_when`` matches as well make a finding of their own, one severity higher.
    """

    id: str
    title: str
    category: str
    severity: Severity
    match: Condition
    message: str
    docs: Docs
    references: dict[str, list[str]]
    examples: list[Example]
    scope: Scope = "app"
    raise_when: "Condition | None" = None
    confidence: Confidence = "flow"
