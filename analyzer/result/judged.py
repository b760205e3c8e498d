"""What rules and a policy make of it: findings, score, decision, waivers, and what the store was told against what was seen."""

from typing import Literal

from msgspec import Struct

from analyzer.facts import (
    Confidence,
    GapKind,
    Owner,
    Severity,
    Stage,
    TriggerKind,
)
from analyzer.result.observed import (
    Evidence,
)

Verdict = Literal["allow", "review", "block"]
VERDICTS: tuple[Verdict, ...] = ("allow", "review", "block")


class Reference(Struct, frozen=True, order=True):
    """A reference of a rule: the scheme (``masvs``, ``cwe``, ``attack``, ``nist-mtc``, ``url`` ...) and the id."""

    scheme: str
    id: str


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


class UnseenLine(Struct, frozen=True):
    """What one kind of gap could add to the score, and what it could hide; ``kind`` is None for a cap, which is negative."""

    kind: GapKind | None
    points: int
    because: str


class Score(Struct, frozen=True):
    """0 to 100, higher is riskier. The lines' points, caps included, add up to ``total``.

    ``could_be_up_to`` is what it could be if what was not seen is bad: ``total`` and the points of the lines of ``unseen``,
    caps included; None where the policy gives no points to gaps.
    """

    total: int
    grade: str
    by_category: dict[str, int]
    lines: tuple[ScoreLine, ...]
    could_be_up_to: int | None = None
    unseen: tuple[UnseenLine, ...] = ()


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


class UndecidedRule(Struct, frozen=True):
    """A rule that could not be decided: ``stages`` did not run, or ``not_watched`` was not looked for."""

    rule_id: str
    title: str
    severity: Severity
    stages: tuple[Stage, ...] = ()
    not_watched: tuple[str, ...] = ()
