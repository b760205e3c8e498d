"""The policy: what severities cost, when a verdict falls, as data that a security team owns."""

import hashlib
from pathlib import Path
from typing import get_args

from msgspec import Struct

from analyzer.errors import RuleError
from analyzer.facts import Confidence, OwnerKind, Severity
from analyzer.resources import rules_dir
from analyzer.yamlfile import parse_yaml, read_bytes


class PolicyClause(Struct, frozen=True, forbid_unknown_fields=True):
    """Findings that ask for a verdict whatever the score: those which meet every list that is given."""

    because: str
    rule: list[str] | None = None
    category: list[str] | None = None
    severity: list[Severity] | None = None
    confidence: list[Confidence] | None = None


class Grade(Struct, frozen=True, forbid_unknown_fields=True):
    """A grade for scores from ``at_least`` up to the next one."""

    at_least: int
    grade: str


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """Points by severity; factors and coverage in whole percent; caps and thresholds in points of the score."""

    name: str
    points: dict[Severity, int]
    confidence: dict[Confidence, int]
    owner: dict[OwnerKind, int]
    category_cap: int
    grades: list[Grade]
    review_at: int
    block_at: int
    minimum_coverage: int
    category_caps: dict[str, int] = {}
    must_review: list[PolicyClause] = []
    must_block: list[PolicyClause] = []


class LoadedPolicy(Struct, frozen=True):
    """A policy and the SHA-256 of its file."""

    policy: Policy
    digest: str


def load_policy(path: Path | None = None) -> LoadedPolicy:
    """The policy in *path*, by default the built-in one. Raises ``RuleError``."""
    path = path or rules_dir() / "policies/default.yaml"
    data = read_bytes(path)
    policy = parse_yaml(data, Policy, str(path))
    _check(policy, str(path))
    return LoadedPolicy(policy, hashlib.sha256(data).hexdigest())


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
    floors = [grade.at_least for grade in policy.grades]
    if not floors or floors != sorted(set(floors)) or floors[0] != 0:
        raise RuleError("grades must rise and begin at 0", where=where)
    if not 0 <= policy.review_at <= policy.block_at or not 0 <= policy.minimum_coverage <= 100:
        raise RuleError("thresholds are out of order or range", where=where)
