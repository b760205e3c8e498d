"""A catalog at a glance: one row an app, where each stands among all and in its group, and who stands out."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, get_args

from analyzer.catalog.store import Store
from analyzer.documents import CATALOG_VERSION, AppRow, CatalogSummary, Outlier
from analyzer.extractors.reach import load_traced
from analyzer.facts import Category
from analyzer.resources import rules_dir
from analyzer.result import CatalogDoc

_CATEGORIES: tuple[Category, ...] = get_args(Category)
_SHOWN_TO_RUN = "triggers NOT IN ('', 'unknown', 'unreachable', 'unknown,unreachable')"
_STANDS_OUT = 95  # percent of the catalog below which nobody is called an outlier
_FEW = 20  # apps; among fewer nobody stands out

_APPS = """
SELECT sha256, package, label, version_name, verdict, score, grade, app_group, failed, location, signers,
       row_number() OVER (PARTITION BY coalesce(package, sha256, location)
                          ORDER BY version_code DESC, first_seen DESC, sha256) AS age
FROM apps
"""


class Standing(NamedTuple):
    """How many percent of the catalog, and of the app's group, have a lower value; None: nothing to compare with."""

    in_catalog: int | None
    in_group: int | None


class Percentiles:
    """Where a value stands among all values and among those of a group."""

    def __init__(self, values: Iterable[tuple[str | None, int | None]]) -> None:
        groups: dict[str | None, list[int]] = defaultdict(list)
        everything: list[int] = []
        for group, value in values:
            if value is not None:
                everything.append(value)
                groups[group].append(value)
        self._all = sorted(everything)
        self._groups = {group: sorted(values) for group, values in groups.items() if group is not None}

    def of(self, value: int | None, group: str | None = None) -> Standing:
        """The standing of *value*, itself among them."""
        if value is None:
            return Standing(None, None)
        return Standing(_percent(self._all, value), _percent(self._groups.get(group or "", ()), value))


def _percent(values: Sequence[int], value: int) -> int | None:
    return 100 * bisect_left(values, value) // len(values) if len(values) > 1 else None


def summarise(store: Store, *, every_version: bool = False, pages: str | None = None, title: str | None = None) -> CatalogSummary:
    """The overview of *store*: the newest version of each package, or every one. *pages* is the folder of the apps' own pages."""
    severities = _severities(store)
    categories = _categories(store)
    libraries, hosts = _names(store, "library", "name"), _names(store, "host", "host")
    certificates = _names(store, "signer", "certificate")
    subjects = dict(store.database.execute("SELECT sha256, group_concat(subject, '; ') FROM signer GROUP BY 1"))
    rows = [row for row in store.database.execute(_APPS) if every_version or row[-1] == 1]
    scores = Percentiles((row[7], row[5]) for row in rows)
    apps = []
    for sha256, package, label, version, verdict, score, grade, group, failed, location, *_ in rows:
        name = (location or "").rpartition("/")[2]
        key = sha256 or ""
        apps.append(
            AppRow(
                sha256=key,
                package=package or name,
                verdict=verdict or "review",
                label=label or (None if package else name),
                version_name=version,
                score=score,
                grade=grade,
                severities=severities.get(key, {}),
                categories=categories.get(key, ()),
                group=group,
                percentile=scores.of(score).in_catalog,
                signer=subjects.get(key),
                certificates=certificates.get(key, ()),
                libraries=libraries.get(key, ()) if failed is None else None,
                hosts=hosts.get(key, ()) if failed is None else None,
                failed=failed,
                page=f"{pages}/{key}.html" if pages and key else None,
            )
        )
    by = store.database.execute(
        "SELECT ruleset_digest, policy, policy_digest FROM judgement ORDER BY judged_on DESC LIMIT 1"
    ).fetchone()
    apps.sort(key=lambda app: (-(app.score if app.score is not None else 101), app.package, app.sha256))
    return CatalogSummary(CATALOG_VERSION, tuple(apps), _outliers(store, apps), title, *(by or ("", "", "")))


def _severities(store: Store) -> dict[str, dict[Any, int]]:
    found: dict[str, dict[Any, int]] = defaultdict(dict)
    query = "SELECT sha256, severity, count(*) FROM finding WHERE waived IS NULL GROUP BY 1, 2"
    for sha256, severity, count in store.database.execute(query):
        found[sha256][severity] = count
    return found


def _categories(store: Store) -> dict[str, tuple[Category, ...]]:
    """The categories of personal data that something is shown to reach, in the order of the vocabulary."""
    traced = load_traced(rules_dir() / "knowledge")
    found: dict[str, set[str]] = defaultdict(set)
    query = f"SELECT DISTINCT sha256, category FROM access WHERE triggers IS NOT NULL AND {_SHOWN_TO_RUN}"
    for sha256, category in store.database.execute(query):
        if category in traced:
            found[sha256].add(category)
    return {sha256: tuple(category for category in _CATEGORIES if category in names) for sha256, names in found.items()}


def _names(store: Store, table: str, column: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for sha256, name in store.database.execute(f"SELECT DISTINCT sha256, {column} FROM {table} ORDER BY 1, 2"):
        found[sha256].append(name)
    return {sha256: tuple(names) for sha256, names in found.items()}


def _outliers(store: Store, apps: Sequence[AppRow]) -> tuple[Outlier, ...]:
    """Who stands out, by what weighs most first: other signers than before, kinds of data, score."""
    digests = {app.sha256: app for app in apps}
    query = (
        "SELECT sha256 FROM app WHERE package IN "
        "(SELECT package FROM app WHERE signers IS NOT NULL AND package IS NOT NULL "
        "GROUP BY 1 HAVING count(DISTINCT signers) > 1)"
    )
    found = [Outlier(s, "versions are signed by different keys") for (s,) in store.database.execute(query) if s in digests]
    judged = [app for app in apps if app.score is not None]
    if len(judged) >= _FEW:
        kinds = Percentiles((None, len(app.categories)) for app in judged)
        for app in sorted(judged, key=lambda app: -len(app.categories)):
            share = kinds.of(len(app.categories)).in_catalog
            if share is not None and share >= _STANDS_OUT:
                found.append(
                    Outlier(app.sha256, f"reaches {len(app.categories)} kinds of data, more than {share} % of this catalog")
                )
        groups = Percentiles((app.group, app.score) for app in judged)
        for app in judged:
            standing = groups.of(app.score, app.group)
            share = standing.in_group if app.group is not None else standing.in_catalog
            if share is not None and share >= _STANDS_OUT:
                whose = f"the group {app.group}" if app.group is not None else "this catalog"
                found.append(Outlier(app.sha256, f"has a higher score than {share} % of {whose}"))
    return tuple(found)


class Standings:
    """What each app's own report says of the catalog: percentiles, and who shares its signer, libraries and hosts."""

    def __init__(self, store: Store) -> None:
        categories = _categories(store)
        rows = store.database.execute(
            "SELECT a.sha256, a.package, a.app_group, j.score FROM app a JOIN judgement j USING (sha256)"
        ).fetchall()
        self._of = {sha256: (package, group, score, len(categories.get(sha256, ()))) for sha256, package, group, score in rows}
        self._scores = Percentiles((group, score) for _, group, score, _ in self._of.values())
        self._kinds = Percentiles((group, kinds if score is not None else None) for _, group, score, kinds in self._of.values())
        self._signers, self._libraries, self._hosts = (
            _Holders(store, table, column) for table, column in (("signer", "certificate"), ("library", "name"), ("host", "host"))
        )

    def document(self, sha256: str) -> CatalogDoc:
        """The ``catalog`` part of one app's result."""
        package, group, score, kinds = self._of[sha256]
        by_score, by_kinds = self._scores.of(score, group), self._kinds.of(kinds if score is not None else None, group)
        return CatalogDoc(
            apps=len(self._of),
            group=group,
            score_percentile=by_score.in_catalog,
            score_percentile_in_group=by_score.in_group,
            categories=kinds,
            categories_percentile=by_kinds.in_catalog,
            categories_percentile_in_group=by_kinds.in_group,
            same_signer=tuple(self._signers.others(sha256, package)),
            same_libraries=self._libraries.counts(sha256, package),
            same_hosts=self._hosts.counts(sha256, package),
        )


class _Holders:
    """Which packages have a library, a host or a signer."""

    def __init__(self, store: Store, table: str, column: str) -> None:
        self._packages: dict[str, set[str]] = defaultdict(set)
        self._names: dict[str, set[str]] = defaultdict(set)
        query = f"SELECT sha256, {column}, a.package FROM {table} JOIN app a USING (sha256)"
        for sha256, name, package in store.database.execute(query):
            self._names[sha256].add(name)
            if package:
                self._packages[name].add(package)

    def others(self, sha256: str, package: str | None) -> list[str]:
        """The other packages that have anything of what an app has."""
        return sorted({other for name in self._names.get(sha256, ()) for other in self._packages[name]} - {package})

    def counts(self, sha256: str, package: str | None) -> dict[str, int]:
        """Of what an app has, how many other packages have it, the most first; without what no other has."""
        found = ((name, self._packages[name]) for name in self._names.get(sha256, ()))
        counts = [(name, len(packages) - (package in packages)) for name, packages in found]
        return {name: count for name, count in sorted(counts, key=lambda item: (-item[1], item[0])) if count}
