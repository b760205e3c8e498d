"""The policy: what severities cost, when a verdict falls, as data that a security team owns.

A policy file is YAML. ``load_policy`` takes a file or the name of one that apkvet ships, and applies the overrides of
one group of devices or people. Names of rules and categories are checked where the rules are known, in ``analyzer.judge``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from analyzer.errors import RuleError, nearest
from analyzer.facts import Confidence, GapKind, OwnerKind, Severity, TriggerKind
from analyzer.kept import kept
from analyzer.resources import rules_dir
from analyzer.yamlfile import parse_yaml, read_bytes

OTHER_GAPS = "other"
"""The key of a policy's table ``unseen`` for the kinds of gaps that it does not name."""


class PolicyClause(Struct, frozen=True, forbid_unknown_fields=True):
    """What asks for a verdict whatever the score. Everything that is given must hold, of a list any one.

    ``rule`` to ``trigger`` and ``library`` are asked of one and the same finding; a clause that gives none of ``rule`` to
    ``trigger`` holds for any app with the library. ``permission`` is declared by the app, ``gap`` a kind of what was not seen of
    it. ``country`` is where data goes, ``country_outside`` holds for any country but these; both take countries and blocs, and
    ``strength`` says how well it must be shown: by the ending of a host's name (``cctld``), the known owner of a host
    (``carried``), a library (``sdk``), a flow. ``id`` is a name for reports and for groups.
    """

    because: str
    id: str | None = None
    rule: list[str] | None = None
    category: list[str] | None = None
    severity: list[Severity] | None = None
    confidence: list[Confidence] | None = None
    owner: list[OwnerKind] | None = None
    trigger: list[TriggerKind] | None = None
    library: list[str] | None = None
    permission: list[str] | None = None
    gap: list[GapKind] | None = None
    country: list[str] | None = None
    country_outside: list[str] | None = None
    strength: Literal["cctld", "carried", "sdk", "flow"] = "carried"

    def named_countries(self) -> list[str]:
        """The countries and blocs that the clause names, either way."""
        return [*(self.country or ()), *(self.country_outside or ())]


class SignerClause(Struct, frozen=True, forbid_unknown_fields=True):
    """Certificates (SHA-256 in hex) whose apps need no review: clauses that ask for one are overruled, blocks are not."""

    because: str
    sha256: list[str]
    id: str | None = None


class Grade(Struct, frozen=True, forbid_unknown_fields=True):
    """A grade for scores from ``at_least`` up to the next one."""

    at_least: int
    grade: str


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    """What is different for one group. Tables are merged, clauses added, ``without`` names clauses that do not count."""

    about: str
    points: dict[Severity, int] = {}
    confidence: dict[Confidence, int] = {}
    owner: dict[OwnerKind, int] = {}
    category_cap: int | None = None
    category_caps: dict[str, int] = {}
    review_at: int | None = None
    block_at: int | None = None
    minimum_coverage: int | None = None
    unseen: dict[str, int] = {}
    unseen_cap: int | None = None
    must_review: list[PolicyClause] = []
    must_block: list[PolicyClause] = []
    allow_signers: list[SignerClause] = []
    without: list[str] = []


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """Points by severity; factors and coverage in whole percent; caps and thresholds in points of the score.

    ``when_undecided`` is what a clause asks for that looks at something which was not analysed. ``block_needs_network``: an app
    that cannot use the network is reviewed where its score would block it. ``unseen``: points that a kind of gap could add to the
    score, ``other`` for those that are not named, and ``unseen_cap`` for all of them.
    """

    name: str
    points: dict[Severity, int]
    confidence: dict[Confidence, int]
    owner: dict[OwnerKind, int]
    category_cap: int
    grades: list[Grade]
    review_at: int
    block_at: int
    minimum_coverage: int
    about: str = ""
    category_caps: dict[str, int] = {}
    unseen: dict[str, int] = {}
    unseen_cap: int = 100
    must_review: list[PolicyClause] = []
    must_block: list[PolicyClause] = []
    allow_signers: list[SignerClause] = []
    block_needs_network: bool = False
    when_undecided: Literal["review", "allow"] = "review"
    groups: dict[str, Group] = {}


class LoadedPolicy(Struct, frozen=True):
    """A policy with the overrides of ``group`` applied, and the SHA-256 of its file."""

    policy: Policy
    digest: str
    group: str | None = None
    where: str = ""


_CODE = ("policy.py", "facts/model.py", "yamlfile.py")


def policy_names() -> list[str]:
    """The names of the policies that apkvet ships."""
    return sorted(path.stem for path in (rules_dir() / "policies").glob("*.yaml"))


def find_policy(policy: str | Path | None) -> Path:
    """The file of *policy*: a path, the name of one that is shipped, or None for the default one. Raises ``RuleError``."""
    if policy is None:
        return rules_dir() / "policies/default.yaml"
    path = Path(policy)
    if not path.exists() and path.name == str(policy) and not path.suffix:
        if path.name in policy_names():
            return rules_dir() / "policies" / f"{path.name}.yaml"
        mend = nearest(path.name, policy_names(), f"Give a file, or one of {', '.join(policy_names())}.")
        raise RuleError(f"there is no policy {path.name!r}", mend=mend)
    return path


def load_policy(policy: str | Path | None = None, group: str | None = None) -> LoadedPolicy:
    """The policy in a file, or a shipped one by its name, as it is for *group*. Raises ``RuleError``."""
    path = find_policy(policy)
    data = read_bytes(path)
    loaded = kept("policy", Policy, (os.fsencode(path), data), _CODE, lambda: _checked(data, path))
    chosen = for_group(loaded, group, str(path)) if group is not None else loaded
    return LoadedPolicy(chosen, hashlib.sha256(data).hexdigest(), group, str(path))


def _checked(data: bytes, path: Path) -> Policy:
    policy = parse_yaml(data, Policy, str(path))
    _check(policy, str(path))
    for name in policy.groups:
        _check(for_group(policy, name, str(path)), f"{path}, group {name}")
    return policy


def for_group(policy: Policy, name: str, where: str = "") -> Policy:
    """*policy* with the overrides of the group *name*. Raises ``RuleError`` for a group that it does not have."""
    group = policy.groups.get(name)
    if group is None:
        known = f"Groups: {', '.join(policy.groups)}." if policy.groups else "It has no groups."
        raise RuleError(
            f"the policy {policy.name!r} has no group {name!r}",
            where=where,
            mend=nearest(name, policy.groups, known),
        )
    for unknown in set(group.without) - set(_ids(policy)):
        raise RuleError(
            f"group {name!r} goes without the clause {unknown!r}, which is not there",
            where=where,
            mend="Name the id of a clause.",
        )

    def kept(clauses: Sequence[PolicyClause]) -> list[PolicyClause]:
        return [clause for clause in clauses if clause.id is None or clause.id not in group.without]

    numbers = {
        field: value
        for field in ("category_cap", "review_at", "block_at", "minimum_coverage", "unseen_cap")
        if (value := getattr(group, field)) is not None
    }
    return msgspec.structs.replace(
        policy,
        points=policy.points | group.points,
        confidence=policy.confidence | group.confidence,
        owner=policy.owner | group.owner,
        category_caps=policy.category_caps | group.category_caps,
        unseen=policy.unseen | group.unseen,
        must_review=[*kept(policy.must_review), *group.must_review],
        must_block=[*kept(policy.must_block), *group.must_block],
        allow_signers=[*(s for s in policy.allow_signers if s.id is None or s.id not in group.without), *group.allow_signers],
        **numbers,
    )


def clauses_of(policy: Policy | Group) -> Iterator[tuple[str, PolicyClause]]:
    """Every clause that asks for a verdict, with its name in reports: ``must_block.ID``, or its number."""
    for kind, clauses in (("must_block", policy.must_block), ("must_review", policy.must_review)):
        for number, clause in enumerate(clauses):
            yield f"{kind}.{clause.id}" if clause.id else f"{kind}[{number}]", clause


_COUNTRY = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_HEX = frozenset("0123456789abcdef")


def _check(policy: Policy, where: str) -> None:
    """Every enumeration complete, points and factors rising with what they stand for: the score stays monotone."""
    for name, table, kinds in (
        ("points", policy.points, get_args(Severity)),
        ("confidence", policy.confidence, get_args(Confidence)),
        ("owner", policy.owner, get_args(OwnerKind)),
    ):
        missing = [kind for kind in kinds if kind not in table]
        if missing:
            raise RuleError(f"{name} lacks {', '.join(missing)}", where=where)
        if min(table.values()) < 0:
            raise RuleError(f"{name} must not be negative", where=where)
    for name, values in (
        ("points", [policy.points[s] for s in get_args(Severity)]),
        ("confidence", [policy.confidence[c] for c in get_args(Confidence)]),
    ):
        if values != sorted(values):
            raise RuleError(f"{name} must not fall as it gets worse: {values}", where=where)
    if min([policy.category_cap, policy.unseen_cap, *policy.category_caps.values()]) < 0:
        raise RuleError("caps must not be negative", where=where)
    _check_unseen(policy, where)
    floors = [grade.at_least for grade in policy.grades]
    if not floors or floors != sorted(set(floors)) or floors[0] != 0:
        raise RuleError("grades must rise and begin at 0", where=where)
    if not 0 <= policy.review_at <= policy.block_at or not 0 <= policy.minimum_coverage <= 100:
        raise RuleError("thresholds are out of order or range", where=where)
    _check_clauses(policy, where)


def _check_unseen(policy: Policy, where: str) -> None:
    """Points for gaps are of kinds that there are, and not negative."""
    known = (*get_args(GapKind), OTHER_GAPS)
    for kind, points in policy.unseen.items():
        if kind not in known:
            mend = nearest(kind, known, f"Known: {', '.join(known)}.")
            raise RuleError(f"unseen names the unknown kind of gap {kind!r}", where=where, mend=mend)
        if points < 0:
            raise RuleError("unseen must not be negative", where=where)


def _ids(policy: Policy) -> list[str]:
    """The ids of all clauses, signers' included."""
    ids = [clause.id for _, clause in clauses_of(policy)] + [clause.id for clause in policy.allow_signers]
    return [clause_id for clause_id in ids if clause_id is not None]


def _check_clauses(policy: Policy, where: str) -> None:
    """Each clause asks for something, ids occur once, countries and certificates have their form."""
    ids = _ids(policy)
    for clause_id in ids:
        if ids.count(clause_id) > 1:
            raise RuleError(f"two clauses have the id {clause_id!r}", where=where)
    for name, clause in clauses_of(policy):
        asked = [getattr(clause, field) for field in clause.__struct_fields__ if field not in ("because", "id", "strength")]
        if all(wanted is None for wanted in asked) or [] in asked:
            raise RuleError(f"{name} asks for nothing", where=where, mend="Name rules, categories, triggers or the like.")
        for country in clause.named_countries():
            if len(country) < 2 or not _COUNTRY.issuperset(country):
                mend = "Use two capital letters, as NO, or a bloc, as EU."
                raise RuleError(f"{name}: {country!r} is no country code", where=where, mend=mend)
        if clause.strength != "carried" and not clause.named_countries():
            raise RuleError(f"{name} gives a strength but no country", where=where, mend="Name countries, or leave it out.")
    for signer in policy.allow_signers:
        _check_signer(signer, where)


def _check_signer(signer: SignerClause, where: str) -> None:
    if not signer.sha256:
        raise RuleError("allow_signers: a clause names no certificate", where=where)
    for digest in signer.sha256:
        if len(digest) != 64 or not _HEX.issuperset(digest):
            mend = "Use 64 hexadecimal digits in lower case."
            raise RuleError(f"allow_signers: {digest[:70]!r} is no SHA-256", where=where, mend=mend)
