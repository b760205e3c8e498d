"""Documents over several results: the overview of a catalog, and what an update changes.

Like a result, each is strict, versioned and all that a report needs; who fills them (``analyzer.catalog``) and who shows them
(``analyzer.reporting``) know nothing of each other.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from analyzer.facts import Category, Severity
from analyzer.result import AppDoc, Evidence, Verdict

CATALOG_VERSION = 1
DIFF_VERSION = 1


class AppRow(Struct, frozen=True):
    """One app of a catalog.

    ``categories`` are those of personal data that something is shown to reach. ``percentile`` is how many percent of the catalog
    have a lower score (whole; None where there is nothing to compare with). ``failed`` says why an app has no score. ``page`` is
    the app's own page, relative to the overview. ``signer`` is whom its certificates name, ``certificates`` are their SHA-256.
    ``libraries`` and ``hosts`` are None where they were not looked for.
    """

    sha256: str
    package: str
    verdict: Verdict
    label: str | None = None
    version_name: str | None = None
    score: int | None = None
    grade: str | None = None
    severities: dict[Severity, int] = {}
    categories: tuple[Category, ...] = ()
    group: str | None = None
    percentile: int | None = None
    signer: str | None = None
    libraries: tuple[str, ...] | None = None
    hosts: tuple[str, ...] | None = None
    failed: str | None = None
    page: str | None = None
    certificates: tuple[str, ...] = ()


class Outlier(Struct, frozen=True):
    """An app that stands out, by its digest, and in what."""

    sha256: str
    why: str


class CatalogSummary(Struct, frozen=True):
    """A catalog at one moment, judged by one rule set and one policy."""

    schema_version: int
    apps: tuple[AppRow, ...]
    outliers: tuple[Outlier, ...] = ()
    title: str | None = None
    ruleset_digest: str = ""
    policy: str = ""
    policy_digest: str = ""


DiffSection = Literal[
    "signer",
    "verdict",
    "score",
    "permission",
    "access",
    "finding",
    "library",
    "host",
    "country",
    "component",
    "trait",
    "gap",
]
ChangeKind = Literal["added", "removed", "changed"]


class Change(Struct, frozen=True):
    """One thing that an update changes.

    ``before`` and ``after`` are the values of something changed, or what stands beside something added or removed (an access's
    trigger and owner). ``worse`` says whether it makes the app riskier; None: neither.
    """

    section: DiffSection
    kind: ChangeKind
    what: str
    before: str | None = None
    after: str | None = None
    worse: bool | None = None
    evidence: tuple[Evidence, ...] = ()


class DiffSide(Struct, frozen=True):
    """One of the two that are compared."""

    app: AppDoc
    verdict: Verdict
    score: int | None = None
    grade: str | None = None


class Diff(Struct, frozen=True):
    """What ``new`` adds, removes and changes. ``not_compared`` are sections for which a stage was not run on one side."""

    schema_version: int
    old: DiffSide
    new: DiffSide
    changes: tuple[Change, ...]
    not_compared: tuple[DiffSection, ...] = ()


def document_schema(kind: type[CatalogSummary] | type[Diff]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one of the documents."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(kind)}
