"""Judging a catalog again from what is stored: a changed rule, policy or waiver opens no package."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from analyzer.catalog.judging import Judging
from analyzer.catalog.store import Store, StoredApp
from analyzer.errors import CatalogError
from analyzer.result import VERDICTS, Verdict
from analyzer.scan import Judgement

_BATCH = 250


class Changed(Struct, frozen=True):
    """An app whose verdict is another one now."""

    package: str
    before: str
    after: str


class Rejudged(Struct):
    """What judging again came to.

    ``need_rescan``: observed with another watch list than the rules ask for. ``unreadable``: stored by another version of
    apkvet, or damaged; these keep the judgement they have.
    """

    apps: int = 0
    verdicts: Counter[str] = msgspec.field(default_factory=Counter)
    changed: list[Changed] = []
    need_rescan: int = 0
    unreadable: int = 0
    worse: int = 0


def judge_again(store: Store, judging: Judging) -> Iterator[Rejudged]:
    """Judge every app of *store*, in batches of one transaction each; yields the sums so far after each batch."""
    sums = Rejudged()
    before = dict(store.database.execute("SELECT sha256, verdict FROM judgement"))
    for batch in _batches(store):
        _judge(batch, store, judging, sums, before)
        gc.collect()
        yield sums
    yield sums


def _judge(batch: list[StoredApp], store: Store, judging: Judging, sums: Rejudged, before: dict[str, str]) -> None:
    with store.transaction():
        for app in batch:
            judged = _judgement(app, judging, sums)
            if judged is not None:
                sha256 = app.identity.sha256 or ""
                store.record_judgement(sha256, judged)
                _count(sums, judged.package or app.identity.file, judged.decision.verdict, before.get(sha256))


def _batches(store: Store) -> Iterator[list[StoredApp]]:
    last = ""
    while batch := store.page_of_apps(last, _BATCH):
        yield batch
        last = batch[-1].identity.sha256 or ""


def _judgement(app: StoredApp, judging: Judging, sums: Rejudged) -> Judgement | None:
    try:
        observation = app.observation()
    except CatalogError:
        sums.unreadable += 1
        return None
    sums.need_rescan += app.packed is not None and observation.watch_digest != judging.ruleset.watch_digest
    return judging.judgement(observation, app.group)


def _count(sums: Rejudged, package: str, after: Verdict, before: str | None) -> None:
    sums.apps += 1
    sums.verdicts[after] += 1
    if before is not None and before != after:
        sums.changed.append(Changed(package, before, after))
        sums.worse += VERDICTS.index(after) > VERDICTS.index(before)
