"""The versions of an app in a catalog: its history, and what the newest scans changed for the worse."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from analyzer.catalog.judging import Judging
from analyzer.catalog.store import Store
from analyzer.catalog.versions import compare
from analyzer.documents import Diff
from analyzer.result import VERDICTS, Result

_ORDER = "version_code, first_seen, rowid"  # rows are never replaced: of one second, the later has the higher number
_NEWEST = f"""
SELECT sha256, before FROM (
  SELECT sha256, lag(sha256) OVER versions AS before, lead(sha256) OVER versions AS after
  FROM app WHERE package IS NOT NULL WINDOW versions AS (PARTITION BY package ORDER BY {_ORDER})
)
WHERE before IS NOT NULL AND after IS NULL AND sha256 IN (SELECT sha256 FROM scan WHERE run_id = ?)
"""


class Version(Struct, frozen=True):
    """One version of an app, judged now, with the moment it was first seen, and what it changed; None for the first."""

    result: Result
    first_seen: str
    diff: Diff | None


def history(store: Store, judging: Judging, package: str) -> Iterator[Version]:
    """The versions of *package* in order of version code, judged again by today's rules."""
    query = f"SELECT sha256, first_seen FROM app WHERE package = ? ORDER BY {_ORDER}"
    before: Result | None = None
    for sha256, first_seen in store.database.execute(query, (package,)).fetchall():
        result = _result(store, judging, sha256)
        yield Version(result, first_seen, compare(before, result) if before is not None else None)
        before = result


def updates(store: Store, judging: Judging, run_id: int) -> Iterator[Diff]:
    """What the newest versions of apps that one run scanned change against the versions before them."""
    for new, old in store.database.execute(_NEWEST, (run_id,)).fetchall():
        yield compare(_result(store, judging, old), _result(store, judging, new))


def is_worse(diff: Diff) -> bool:
    """Whether the new version's verdict is worse than the old one's."""
    return VERDICTS.index(diff.new.verdict) > VERDICTS.index(diff.old.verdict)


def _result(store: Store, judging: Judging, sha256: str) -> Result:
    app = store.app(sha256)
    assert app is not None
    return judging.result(app.observation_or_why(), app.group)
