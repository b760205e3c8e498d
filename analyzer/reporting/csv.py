"""The findings as CSV (RFC 4180), one row each. Columns are fixed: a program may read them by name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

from analyzer.reporting.look import Look
from analyzer.reporting.sanitize import cell_text, clean
from analyzer.reporting.summary import places_of
from analyzer.reporting.words import Words
from analyzer.result import Result

COLUMNS = (
    "package",
    "version",
    "sha256",
    "verdict",
    "score",
    "severity",
    "rule",
    "title",
    "category",
    "confidence",
    "owner",
    "on_behalf_of",
    "message",
    "place",
    "places",
    "waived",
    "fingerprint",
)
_LONGEST = 1000


def present(result: Result, out: BinaryIO, look: Look) -> None:
    """Write the findings of *result*; an app without findings is a header only."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows(result, look.words):
        writer.writerow([cell_text(value, _LONGEST) if isinstance(value, str) else value for value in row])
    out.write(text.getvalue().encode("utf-8", "replace"))


def rows(result: Result, words: Words) -> Iterable[tuple[str | int | None, ...]]:
    """The values of each finding in the order of ``COLUMNS``."""
    app = result.app
    for finding in result.findings or ():
        places = places_of(finding)
        yield (
            app.package,
            app.version_name,
            app.sha256,
            result.decision.verdict,
            result.score.total if result.score else None,
            finding.severity,
            finding.rule_id,
            finding.title,
            finding.category,
            finding.confidence,
            words.owner(finding.owner),
            words.owner(finding.on_behalf_of) if finding.on_behalf_of else None,
            clean(finding.message, _LONGEST),
            words.place(places[0]) if places else None,
            len(places),
            finding.waived,
            finding.fingerprint,
        )
