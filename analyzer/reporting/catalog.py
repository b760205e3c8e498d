"""The overview of a catalog: one HTML file to sort, filter and search; without scripts it is a plain table."""

from __future__ import annotations

import re
from typing import BinaryIO

from msgspec import Struct

from analyzer.documents import AppRow, CatalogSummary
from analyzer.reporting.html import write_page
from analyzer.reporting.json import write_json
from analyzer.reporting.look import Look
from analyzer.reporting.pictures import distributions
from analyzer.reporting.sanitize import clean
from analyzer.reporting.sharing import shared
from analyzer.reporting.summary import DATA_CATEGORIES, SEVERITIES

MOST_SHARED, MOST_HOLDERS = 15, 30
_PAGE_NAME = re.compile(r"[A-Za-z0-9._-][A-Za-z0-9._/-]*")


class Notable(Struct, frozen=True):
    """An app that stands out, with the reasons."""

    app: AppRow
    why: tuple[str, ...]


def present_catalog(summary: CatalogSummary, out: BinaryIO, look: Look, format_: str = "html") -> None:
    """Write the overview as ``html`` or ``json``."""
    if format_ == "json":
        write_json(summary, out)
        return
    apps, words = summary.apps, look.words
    sharing = shared(apps)
    things = [thing for kind in sharing.values() for thing in kind[:MOST_SHARED]]
    of_app: dict[str, list[int]] = {}
    for number, thing in enumerate(things):
        for app in thing.apps:
            of_app.setdefault(app.sha256, []).append(number)
    write_page(
        out,
        look,
        "html/index.html",
        summary=summary,
        apps=[(app, _search(app), link(app), of_app.get(app.sha256, ())) for app in apps],
        sharing=sharing,
        numbers={thing: number for number, thing in enumerate(things)},
        link=link,
        most_shared=MOST_SHARED,
        most_holders=MOST_HOLDERS,
        severities=SEVERITIES,
        weight=weight,
        groups=sorted({app.group for app in apps if app.group}),
        categories=[category for category in DATA_CATEGORIES if any(category in app.categories for app in apps)],
        counts=distributions.verdict_counts(apps),
        failed=[app for app in apps if app.failed is not None],
        notable=notable(summary),
        verdict_bar=distributions.verdict_picture(apps, words),
        score_columns=distributions.score_picture(apps, words),
        category_bars=distributions.category_picture(apps, words),
    )


def link(app: AppRow) -> str | None:
    """The app's own page where it is a plain relative path: never another place, scheme or folder above."""
    page = app.page or ""
    return page if _PAGE_NAME.fullmatch(page) and ".." not in page and "//" not in page else None


def weight(app: AppRow) -> int:
    """What apps are sorted by in the column of findings: any worse finding outweighs all that are less bad."""
    total = 0
    for severity in SEVERITIES:
        total = total * 1000 + min(app.severities.get(severity, 0), 999)
    return total


def notable(summary: CatalogSummary) -> list[Notable]:
    """The outliers, the reasons of one app together, in the order given."""
    by_digest = {app.sha256: app for app in summary.apps}
    reasons: dict[str, list[str]] = {}
    for outlier in summary.outliers:
        if outlier.sha256 in by_digest:
            reasons.setdefault(outlier.sha256, []).append(outlier.why)
    return [Notable(by_digest[digest], tuple(why)) for digest, why in reasons.items()]


def _search(app: AppRow) -> str:
    """What the search looks into beside what is shown."""
    return clean(" ".join((app.sha256, app.signer or "", *(app.libraries or ()), *(app.hosts or ()))), 2000)
