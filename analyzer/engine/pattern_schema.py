"""What a pattern may say of the facts of one kind.

Every field takes one value or a list, of which any may match; text may hold ``*``. A pattern matches the facts of its
kind for which all its fields match. Unknown fields are refused.
"""

from typing import Literal

from msgspec import Struct

from analyzer.facts import (
    Category,
    ClipboardOperation,
    ComponentKind,
    Destination,
    GapKind,
    Label,
    OwnerKind,
    TriggerKind,
    Via,
)

Text = str | list[str]


class PermissionPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A permission. ``used`` may be ``unknown``; ``level`` is the base protection level (dangerous, signature ...).

    ``used_by`` and ``used_by_name``: some code of this owner needs it.
    """

    name: Text | None = None
    declared: bool | None = None
    used: bool | Literal["unknown"] | None = None
    custom: bool | None = None
    level: Text | None = None
    group: Text | None = None
    used_by: OwnerKind | list[OwnerKind] | None = None
    used_by_name: Text | None = None


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
    authority: Text | None = None
    grants_uris: bool | None = None
    foreground_service_type: Text | None = None


class IntentPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A component by one of its intent filters: ``action``, ``category`` and ``data`` hold for one and the same filter."""

    action: Text | None = None
    category: Text | None = None
    data: Text | None = None
    kind: ComponentKind | list[ComponentKind] | None = None
    name: Text | None = None
    exported: bool | None = None
    guarded: bool | None = None


class ArgumentPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A constant argument: its index (any when absent) and its text."""

    value: Text
    index: int | None = None


class CallPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A call of a watched API or a read of a watched field. ``owner`` is a kind, ``owner_name`` a library's name.

    ``api`` is a descriptor as the platform declares it: ``Lx/Y;->name`` for every overload, ``Lx/Y;->name(I)V`` for one. One that
    is not on the watch list is looked for as well when it stands without ``*``.

    ``not_owner_name`` leaves the calls of these libraries out; ``decoded``: a decoder gives a constant argument.
    All conditions from ``trigger`` to ``assumed`` must hold for one and the same trigger of the call. ``reached``: something may
    start it; ``traced``: its triggers were looked for.
    """

    api: Text | None = None
    category: Category | list[Category] | None = None
    owner: OwnerKind | list[OwnerKind] | None = None
    owner_name: Text | None = None
    not_owner_name: Text | None = None
    via: Via | list[Via] | None = None
    argument: ArgumentPattern | None = None
    decoded: bool | None = None
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


class GatePattern(Struct, frozen=True, forbid_unknown_fields=True):
    """What Android does about an access: ``at_api`` an API level that the app installs on, ``effect`` the sentence on it."""

    at_api: int | None = None
    effect: Text | None = None


class ClipboardPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A clipboard access. ``removed``: a listener that is removed again somewhere in its class.

    ``guarded``: the text is tested against constants, ``guard`` one of them; ``replaced``: something is written back after a
    test; ``stored``, ``handed_back``: what becomes of the text; ``secret``, ``sensitive``: of a write; ``decoded``: by
    reflection, with a name that a decoder gives. Triggers as in a call.
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
    decoded: bool | None = None
    gate: GatePattern | None = None
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


class ReachPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A trigger of any traced call. ``guarded``: a permission stands before it."""

    trigger: TriggerKind | list[TriggerKind] | None = None
    entry_point: Text | None = None
    not_entry_point: Text | None = None
    exported: bool | None = None
    guarded: bool | None = None
    returns_result: bool | None = None
    on_behalf_of: OwnerKind | list[OwnerKind] | None = None
    on_behalf_of_name: Text | None = None
    assumed: bool | None = None


class OverridePattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A method of the package that Android calls. ``empty``: it does nothing but return; ``returns``: this whole number."""

    api: Text | None = None
    owner: OwnerKind | list[OwnerKind] | None = None
    owner_name: Text | None = None
    not_owner_name: Text | None = None
    empty: bool | None = None
    returns: int | None = None


class StringPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A text in the code. It is looked for because a rule asks for it."""

    value: Text
    owner: OwnerKind | list[OwnerKind] | None = None
    owner_name: Text | None = None
    not_owner_name: Text | None = None


class DecoderPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A method that gives back hidden texts: how many calls of it were looked at, and of how many the text is known."""

    method: Text | None = None
    owner: OwnerKind | list[OwnerKind] | None = None
    owner_name: Text | None = None
    not_owner_name: Text | None = None
    calls_at_least: int | None = None
    decoded_at_least: int | None = None
    decoded_at_most: int | None = None


class HiddenTextPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A text that a decoder gives. ``owner``: of the code that calls it."""

    value: Text | None = None
    decoder: Text | None = None
    owner: OwnerKind | list[OwnerKind] | None = None
    owner_name: Text | None = None
    not_owner_name: Text | None = None


class FlowPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """Data that goes somewhere: ``source`` its category, ``sink`` where it goes.

    ``label`` is what was done to it on the way, any of which may match, and ``not_label`` what was not. Triggers as in a call: of
    the method that reads.
    """

    source: Category | list[Category] | None = None
    sink: Destination | list[Destination] | None = None
    label: Label | list[Label] | None = None
    not_label: Label | list[Label] | None = None
    source_api: Text | None = None
    not_source_api: Text | None = None
    sink_api: Text | None = None
    not_sink_api: Text | None = None
    host: Text | None = None
    country: Text | None = None
    not_country: Text | None = None
    owner: OwnerKind | list[OwnerKind] | None = None
    owner_name: Text | None = None
    not_owner_name: Text | None = None
    guarded: bool | None = None
    guard: Text | None = None
    trigger: TriggerKind | list[TriggerKind] | None = None
    exported: bool | None = None
    returns_result: bool | None = None
    on_behalf_of: OwnerKind | list[OwnerKind] | None = None
    on_behalf_of_name: Text | None = None
    entry_point: Text | None = None
    not_entry_point: Text | None = None
    assumed: bool | None = None


class LibraryPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A third-party library."""

    name: Text | None = None
    version: Text | None = None
    vendor: Text | None = None
    kind: Text | None = None
    country: Text | None = None
    renamed: bool | None = None


class EndpointPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A host. ``decoded``: a decoder gives its address."""

    host: Text | None = None
    url: Text | None = None
    country: Text | None = None
    not_country: Text | None = None
    owner: OwnerKind | list[OwnerKind] | None = None
    owner_name: Text | None = None
    cleartext: bool | None = None
    pinned: bool | None = None
    decoded: bool | None = None


class NativePattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A native library; each entry of what holds several is asked. ``lacks``: a protection that it was built without."""

    file: Text | None = None
    abi: Text | None = None
    imports: Text | None = None
    exports: Text | None = None
    names: Text | None = None
    hardening: Text | None = None
    lacks: Text | None = None
    marks: Text | None = None
    contains: Text | None = None


class PayloadPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """Code of another runtime."""

    kind: Text | None = None
    file: Text | None = None
    version: Text | None = None
    uses: Text | None = None


class TraitPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A trait of the package; what is asked of owners holds of those only that code shows."""

    name: Text
    value: Text | None = None
    owner: OwnerKind | list[OwnerKind] | None = None
    owner_name: Text | None = None
    not_owner_name: Text | None = None


class SignerPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A signing certificate."""

    sha256: Text | None = None
    scheme: Text | None = None
    subject: Text | None = None
    algorithm: Text | None = None
    signed_with: Text | None = None
    debug: bool | None = None
    rotated: bool | None = None
    key_bits_below: int | None = None


class SecretPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """A key or token in the package."""

    kind: Text | None = None
    owner: OwnerKind | list[OwnerKind] | None = None
    owner_name: Text | None = None


class GapPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that could not be seen."""

    kind: GapKind | list[GapKind] | None = None
    why: Text | None = None


class SdkPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """SDK levels of the app; every bound that is given must hold."""

    min_at_least: int | None = None
    min_at_most: int | None = None
    target_at_least: int | None = None
    target_at_most: int | None = None


class AppPattern(Struct, frozen=True, forbid_unknown_fields=True):
    """The app's identity; a missing version code is below none and above none."""

    package: Text | None = None
    label: Text | None = None
    version_name: Text | None = None
    version_at_least: int | None = None
    version_at_most: int | None = None


Pattern = (
    PermissionPattern
    | ComponentPattern
    | IntentPattern
    | CallPattern
    | ClipboardPattern
    | ReachPattern
    | OverridePattern
    | StringPattern
    | DecoderPattern
    | HiddenTextPattern
    | FlowPattern
    | LibraryPattern
    | EndpointPattern
    | NativePattern
    | PayloadPattern
    | TraitPattern
    | SignerPattern
    | SecretPattern
    | GapPattern
    | SdkPattern
    | AppPattern
)
