"""What a rule file may say. Unknown fields are refused, a condition has exactly one kind."""

from typing import Literal

from msgspec import Struct, field

from analyzer.engine.pattern_schema import (
    AppPattern,
    CallPattern,
    ClipboardPattern,
    ComponentPattern,
    DecoderPattern,
    EndpointPattern,
    FlowPattern,
    GapPattern,
    HiddenTextPattern,
    IntentPattern,
    LibraryPattern,
    NativePattern,
    OverridePattern,
    PayloadPattern,
    PermissionPattern,
    ReachPattern,
    SdkPattern,
    SecretPattern,
    SignerPattern,
    StringPattern,
    TraitPattern,
)
from analyzer.facts import Confidence, Severity, Stage

Scope = Literal["app", "component", "class", "method"]


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
    intent: IntentPattern | None = None
    call: CallPattern | None = None
    clipboard: ClipboardPattern | None = None
    reach: ReachPattern | None = None
    override: OverridePattern | None = None
    string: StringPattern | None = None
    decoder: DecoderPattern | None = None
    decoded: HiddenTextPattern | None = None
    flow: FlowPattern | None = None
    library: LibraryPattern | None = None
    endpoint: EndpointPattern | None = None
    native: NativePattern | None = None
    payload: PayloadPattern | None = None
    trait: TraitPattern | None = None
    signer: SignerPattern | None = None
    secret: SecretPattern | None = None
    gap: GapPattern | None = None
    sdk: SdkPattern | None = None
    app: AppPattern | None = None


class Docs(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule's page, in own words."""

    what: str
    why: str
    benign: str
    ask_vendor: str
    limits: str


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """Facts, one a line as ``apkvet facts`` prints them, and whether the rule matches them.

    ``without`` names stages that did not run: a rule that cannot be told without them is ``undecided``.
    """

    name: str
    expect: Literal["match", "no match", "undecided"]
    facts: str
    without: list[Stage] = []


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
