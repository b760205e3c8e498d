"""The result of vetting one app: everything that any report may say, strict and versioned.

Every format is rendered from this document alone, and a saved one renders again without the package. ``None``
means that the stage did not run or the value is unknown; an empty list means *looked and found none*. Keys that
belong to stages to come are present from the start, as ``None``.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from analyzer.errors import ResultError
from analyzer.facts import Argument as Argument
from analyzer.facts import (
    Category,
    ClipboardOperation,
    ComponentKind,
    Confidence,
    Destination,
    GapKind,
    IntentFilter,
    Label,
    Owner,
    Permission,
    PermissionUse,
    Place,
    Reach,
    Severity,
    Signer,
    Stage,
    Step,
    TriggerKind,
    Via,
)
from analyzer.facts import Gate as Gate

SCHEMA_VERSION = 3

Verdict = Literal["allow", "review", "block"]
VERDICTS: tuple[Verdict, ...] = ("allow", "review", "block")


class AppDoc(Struct, frozen=True):
    """The package: file (base name), SHA-256 and size of the file, identity and traits from the manifest."""

    file: str
    sha256: str | None = None
    size: int | None = None
    package: str | None = None
    label: str | None = None
    version_name: str | None = None
    version_code: int | None = None
    min_sdk: int | None = None
    max_sdk: int | None = None
    target_sdk: int | None = None
    signers: tuple[Signer, ...] | None = None
    splits: tuple[str, ...] = ()
    traits: dict[str, str] = {}


class PermissionDoc(Struct, frozen=True):
    """One permission: declared, used or defined by the app. Fields as in ``facts.Permission``."""

    name: str
    declared: bool
    max_sdk: int | None
    custom: bool
    protection_level: str | None
    group: str | None
    used: bool | None
    used_by: tuple[PermissionUse, ...]
    why: str

    @classmethod
    def of(cls, fact: Permission) -> "PermissionDoc":
        """The entry for a permission fact."""
        return cls(**{name: getattr(fact, name) for name in cls.__struct_fields__})


class ComponentDoc(Struct, frozen=True):
    """One component of the manifest; fields as in ``facts.Component``."""

    kind: ComponentKind
    name: str
    enabled: bool
    exported: bool
    permission: str | None
    read_permission: str | None
    write_permission: str | None
    process: str | None
    target: str | None
    authorities: tuple[str, ...]
    foreground_service_type: str | None
    filters: tuple[IntentFilter, ...]


class TriggerDoc(Struct, frozen=True):
    """What starts the path that ends in a call; fields as in ``facts.Reach``."""

    kind: TriggerKind
    entry_point: str | None
    path: tuple[Step, ...]
    on_behalf_of: Owner | None
    exported: bool
    permission: str | None
    returns_result: bool
    assumed: bool

    @classmethod
    def of(cls, fact: Reach) -> "TriggerDoc":
        """The entry for a reach fact."""
        return cls(**{name: getattr(fact, name) for name in cls.__struct_fields__})


class ApiCallDoc(Struct, frozen=True):
    """One call site of a watched API. ``triggers`` is None until the reach stage ran."""

    api: str
    category: Category | None
    place: Place
    owner: Owner
    via: Via
    receiver: str | None = None
    arguments: tuple[Argument, ...] = ()
    triggers: tuple[TriggerDoc, ...] | None = None


Strength = Literal["cctld", "carried", "sdk", "flow"]
STRENGTHS: tuple[Strength, ...] = ("cctld", "carried", "sdk", "flow")


class Country(Struct, frozen=True, order=True):
    """A country by its code of two letters, and what it rests on.

    ``sdk``: a library that is there; ``carried``: a host whose owner is known; ``cctld``: the ending of a host's name only.
    """

    code: str
    strength: Strength


class FlowEnd(Struct, frozen=True):
    """One end of a flow: the call that reads, or the one that passes on, with where it goes (``destination``, ``host``)."""

    api: str
    place: Place | None
    owner: Owner | None
    category: Category | None = None
    destination: Destination | None = None
    host: str | None = None
    country: Country | None = None


class ClipboardDoc(Struct, frozen=True):
    """One clipboard access. ``triggers``, ``guards`` and ``sinks`` are None until their stages ran.

    ``sinks`` are the ends of the flows that begin here.
    """

    operation: ClipboardOperation
    api: str
    place: Place
    owner: Owner
    via: Via
    receiver: str | None = None
    removed_at: tuple[Place, ...] = ()
    replaced_at: tuple[Place, ...] = ()
    stored_at: tuple[Place, ...] = ()
    handed_back_at: tuple[Place, ...] = ()
    secret: tuple[str, ...] = ()
    sensitive: bool | None = None
    gate: tuple[Gate, ...] = ()
    triggers: tuple[TriggerDoc, ...] | None = None
    guards: tuple[str, ...] | None = None
    sinks: tuple[FlowEnd, ...] | None = None


class Evidence(Struct, frozen=True, order=True):
    """One piece of evidence: the fact as text and its place (None: the package as a whole)."""

    text: str
    place: Place | None = None


class Reference(Struct, frozen=True, order=True):
    """A reference of a rule: the scheme (``masvs``, ``cwe``, ``attack``, ``nist-mtc``, ``url`` ...) and the id."""

    scheme: str
    id: str


class LibraryUse(Struct, frozen=True, order=True):
    """A category of data that a library's own code calls for: how many calls, and what starts them (kinds of triggers)."""

    category: str
    calls: int
    triggers: tuple[str, ...]


class LibraryDoc(Struct, frozen=True):
    """A third-party library, what shows it, who is behind it, and what its code does here.

    ``renamed``: it lost its name; ``recipient``: it is of a kind that hands data to its maker. ``permissions`` are declared ones
    that its code uses, ``hosts`` those that its code names.
    """

    name: str
    version: str | None
    renamed: bool
    kind: str | None
    vendor: str | None
    country: Country | None
    recipient: bool
    evidence: tuple[Evidence, ...]
    uses: tuple[LibraryUse, ...]
    permissions: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


class EndpointDoc(Struct, frozen=True):
    """A host that the package carries: ``owner`` of the code that names it, ``vendor`` who owns the host, if known.

    ``domain`` is the part that somebody registered; ``service`` the cloud service it is of, ``store`` the customer's name there.
    ``cleartext``: unencrypted, and on some device that Android lets it install on it may be; ``refused_from`` the API level from
    which Android refuses that.
    """

    host: str
    urls: tuple[str, ...]
    owner: Owner
    vendor: str | None
    country: Country | None
    cleartext: bool | None
    pinned: bool | None
    evidence: tuple[Evidence, ...]
    domain: str | None = None
    service: str | None = None
    store: str | None = None
    refused_from: int | None = None


OtherHostKind = Literal["name", "mail", "link"]


class OtherHostDoc(Struct, frozen=True):
    """A host that is named for another reason than to send something there, and ``why``.

    ``kind``: ``name`` a mere name; ``mail`` domain of a mail address; ``link`` host whose web links open the app.
    """

    host: str
    kind: OtherHostKind
    why: str
    place: Place | None


class SecretDoc(Struct, frozen=True):
    """A key or token in the package, masked, with what it opens; ``owner`` of the code or file that holds it."""

    kind: str
    masked: str
    exposes: str
    owner: Owner
    place: Place | None


class DataTypeDoc(Struct, frozen=True):
    """A type of data of a store's form: what shows that the code touches it, how well, and what was declared of it.

    ``type`` is the form's id. ``strength`` is None where nothing shows it.
    """

    type: str
    label: str
    group: str
    strength: Confidence | None
    evidence: tuple[Evidence, ...]
    collected: bool
    shared: bool


class DeclaredDoc(Struct, frozen=True):
    """What a store was told (``form``: google-play) against what was seen; None without ``--declared``.

    ``undeclared``: seen and not declared; ``not_observed``: declared, would be seen, was not; ``agreeing``: both;
    ``cannot_tell``: declared, and nothing in a package would show it.
    """

    form: str
    digest: str
    undeclared: tuple[DataTypeDoc, ...]
    not_observed: tuple[DataTypeDoc, ...]
    agreeing: tuple[DataTypeDoc, ...]
    cannot_tell: tuple[DataTypeDoc, ...]


class Finding(Struct, frozen=True):
    """A rule that matched for one owner. ``waived`` is the waiver's reason; waived findings stay listed and cost nothing.

    ``triggers`` are the kinds of what starts the calls among the evidence, sorted; empty where that was not looked for.
    ``fingerprint`` stays the same when the app is built again, renamed by an obfuscator or updated without a change of this.
    """

    rule_id: str
    title: str
    category: str
    severity: Severity
    confidence: Confidence
    message: str
    evidence: tuple[Evidence, ...]
    owner: Owner | None
    on_behalf_of: Owner | None
    references: tuple[Reference, ...]
    fingerprint: str
    triggers: tuple[TriggerKind, ...] = ()
    waived: str | None = None


class RuleDocs(Struct, frozen=True):
    """A rule's page: what it finds, why that matters, when it is benign, what to ask the vendor, its limits."""

    what: str
    why: str
    benign: str
    ask_vendor: str
    limits: str


class RuleDoc(Struct, frozen=True):
    """A rule that fired, as the report needs it."""

    docs: RuleDocs
    references: tuple[Reference, ...]


class ScoreLine(Struct, frozen=True):
    """One printed line of the score; ``rule_id`` is None for a cap, whose ``points`` are negative."""

    rule_id: str | None
    points: int
    because: str
    category: str | None = None


class Score(Struct, frozen=True):
    """0 to 100, higher is riskier. The lines' points, caps included, add up to ``total``."""

    total: int
    grade: str
    by_category: dict[str, int]
    lines: tuple[ScoreLine, ...]
    could_be_up_to: int | None = None


class Clause(Struct, frozen=True, order=True):
    """A clause of the policy that fired: the verdict it asks for and why, in words.

    ``findings`` are the fingerprints of those that made it fire. ``decided`` is False for a clause that asks for something
    which was not looked for: it may or may not hold.
    """

    verdict: Verdict
    clause: str
    because: str
    findings: tuple[str, ...] = ()
    decided: bool = True


class Decision(Struct, frozen=True):
    """The verdict, every clause that fired, and the policy's name, with its group where one was asked for.

    ``overruled`` are clauses that asked for a review and were set aside, because the policy knows the signer.
    """

    verdict: Verdict
    reasons: tuple[Clause, ...]
    policy: str
    group: str | None = None
    overruled: tuple[Clause, ...] = ()


class VersionRange(Struct, frozen=True, forbid_unknown_fields=True):
    """Version codes from ``first`` to ``last``, both included; None is open."""

    first: int | None = None
    last: int | None = None


class Waiver(Struct, frozen=True, forbid_unknown_fields=True):
    """An agreement to live with what one rule, or one finding by its fingerprint, says of one package.

    ``owner`` answers for it, ``reason`` says why, ``expires`` is its last day (ISO 8601). It may be narrowed to a range of
    version codes and to the SHA-256 of a signing certificate.
    """

    package: str
    owner: str
    reason: str
    expires: str
    rule: str | None = None
    fingerprint: str | None = None
    versions: VersionRange | None = None
    signer: str | None = None


class AppliedWaiver(Struct, frozen=True):
    """A waiver that was applied, and the fingerprints of the findings that it waives."""

    waiver: Waiver
    findings: tuple[str, ...]


class UnusedWaiver(Struct, frozen=True):
    """A waiver for this package that waives nothing, and why."""

    waiver: Waiver
    why: str


class WaiversDoc(Struct, frozen=True):
    """What became of the waivers for this package on the day ``judged_on``; ``expired`` ones do nothing.

    ``expired`` lists the findings that each would have waived. ``elsewhere`` counts waivers for other packages.
    """

    judged_on: str
    applied: tuple[AppliedWaiver, ...] = ()
    expired: tuple[AppliedWaiver, ...] = ()
    unused: tuple[UnusedWaiver, ...] = ()
    elsewhere: int = 0


class GapDoc(Struct, frozen=True):
    """Something that was not seen; fields as in ``facts.Gap``."""

    kind: GapKind
    place: Place | None
    size: int | None
    count: int | None
    why: str
    could_hide: str
    would_lift: str


class UndecidedRule(Struct, frozen=True):
    """A rule that could not be decided: ``stages`` did not run, or ``not_watched`` was not looked for."""

    rule_id: str
    title: str
    severity: Severity
    stages: tuple[Stage, ...] = ()
    not_watched: tuple[str, ...] = ()


class CoverageDoc(Struct, frozen=True):
    """How much of the code was read (``share`` in whole permille), every gap, and the rules that it leaves undecided."""

    dex_read: int
    dex_total: int
    methods: int
    instructions: int
    share: int
    gaps: tuple[GapDoc, ...]
    undecided: tuple[UndecidedRule, ...] = ()


class Provenance(Struct, frozen=True):
    """What produced the result. ``timings`` (CPU ms by stage) is None with ``--reproducible``.

    ``waivers_digest`` is None when no waivers were given.
    """

    tool_version: str
    ruleset_digest: str
    policy_digest: str
    watch_digest: str
    platform_api_level: int | None
    waivers_digest: str | None = None
    timings: dict[str, int] | None = None


class CatalogDoc(Struct, frozen=True):
    """Where the app stands among the ``apps`` of the catalog that it was judged in, and in its ``group`` there.

    Percentiles are how many whole percent have a lower score, or reach fewer ``categories`` of personal data; None: nothing to
    compare with. ``same_signer`` are other packages with one of its certificates; the others count, by name, the other packages
    that have this library or host.
    """

    apps: int
    group: str | None
    score_percentile: int | None
    score_percentile_in_group: int | None
    categories: int
    categories_percentile: int | None
    categories_percentile_in_group: int | None
    same_signer: tuple[str, ...]
    same_libraries: dict[str, int]
    same_hosts: dict[str, int]


class FlowDoc(Struct, frozen=True):
    """Data that was followed from the call that reads it to one that passes it on.

    ``path`` are the calls in between, ``guards`` what the data is tested against, ``labels`` what was done to it,
    ``triggers`` what starts the reading (None: not worked out).
    """

    source: FlowEnd
    sink: FlowEnd
    path: tuple[Step, ...]
    guards: tuple[str, ...]
    labels: tuple[Label, ...]
    triggers: tuple[TriggerDoc, ...] | None


class Result(Struct, frozen=True):
    """The whole document, in the key order of DESIGN section 9."""

    schema_version: int
    app: AppDoc
    permissions: tuple[PermissionDoc, ...] | None
    components: tuple[ComponentDoc, ...] | None
    api_calls: tuple[ApiCallDoc, ...] | None
    clipboard: tuple[ClipboardDoc, ...] | None
    flows: tuple[FlowDoc, ...] | None
    libraries: tuple[LibraryDoc, ...] | None
    endpoints: tuple[EndpointDoc, ...] | None
    secrets: tuple[SecretDoc, ...] | None
    native: tuple[dict[str, Any], ...] | None
    payloads: tuple[dict[str, Any], ...] | None
    findings: tuple[Finding, ...] | None
    rules: dict[str, RuleDoc] | None
    waivers: WaiversDoc | None
    declared: DeclaredDoc | None
    score: Score | None
    decision: Decision
    catalog: CatalogDoc | None
    coverage: CoverageDoc
    provenance: Provenance
    other_hosts: tuple[OtherHostDoc, ...] | None = None


def encode_result(result: Result) -> bytes:
    """*result* as JSON, indented by two spaces, with keys in document order and a final newline."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"


def decode_result(data: bytes, where: str = "") -> Result:
    """A saved result. Raises ``ResultError`` when *data* is not one, or of another schema version."""
    try:
        result = msgspec.json.decode(data, type=Result)
    except msgspec.DecodeError as error:
        raise ResultError(
            f"not a saved result: {error}", where=where, mend="Give a file that 'scan -o json=FILE' wrote."
        ) from None
    if result.schema_version != SCHEMA_VERSION:
        raise ResultError(
            f"saved result has schema version {result.schema_version}, this apkvet reads {SCHEMA_VERSION}", where=where
        )
    return result


def load_result(path: Path) -> Result:
    """Read a saved result. Raises ``ResultError``."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ResultError(f"cannot be read: {error.strerror}", where=str(path)) from None
    return decode_result(data, str(path))


def load_results(paths: Iterable[Path]) -> Iterator[Result]:
    """The saved results in files (one document, or one a line) and in the ``.json`` files of folders. Raises ``ResultError``."""
    for path in paths:
        files = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not files:
            raise ResultError("holds no saved results", where=str(path), mend="Make some: apkvet scan APP... -o json=DIR/.")
        for file in files:
            try:
                data = file.read_bytes()
            except OSError as error:
                raise ResultError(f"cannot be read: {error.strerror}", where=str(file)) from None
            lines = data.splitlines()
            if len(lines) > 1 and all(line.startswith(b"{") and line.endswith(b"}") for line in lines):
                yield from (decode_result(line, f"{file}:{number}") for number, line in enumerate(lines, start=1))
            else:
                yield decode_result(data, str(file))


def result_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a result, as published in ``reports/result.schema.json``."""
    schema = msgspec.json.schema(Result)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "apkvet result", **schema}
