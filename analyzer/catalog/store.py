"""Where a catalog keeps its answers: one SQLite file, one writer, one transaction for each app.

Whatever kills the process, an app is either wholly there or not at all. Values are parameters of statements, never their text.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

import msgspec
from msgspec import Struct

from analyzer import __version__
from analyzer.catalog.database import locked, open_for_reading, open_for_writing, said
from analyzer.catalog.judging import Identity, failed_observation
from analyzer.catalog.packing import unpack
from analyzer.catalog.rows import finding_rows, reasons_json, seen_rows
from analyzer.catalog.work import RETRIED, Budget, Content, Failure, Item, Seen
from analyzer.errors import CatalogError
from analyzer.facts import Observation
from analyzer.facts.observation import OBSERVATION_VERSION
from analyzer.result import Result
from analyzer.scan import Judgement

_FROM_RESULT = ("file", "package", "label", "version_name", "version_code", "min_sdk", "target_sdk")


class WorkKey(Struct, frozen=True):
    """What makes looking at a package the same work again, beside its digest.

    ``tool_version`` names apkvet's version and that of the form of its observations.
    """

    watch_digest: str
    depth: str
    tool_version: str = f"{__version__}/{OBSERVATION_VERSION}"


class Attempted(Struct, frozen=True):
    """How one package was looked at: the outcome, the depth that it is of, the budget, and how many attempts it took."""

    outcome: Seen | Failure
    reached: str
    budget: Budget
    attempts: int = 1
    note: str | None = None


class StoredApp(Struct, frozen=True):
    """One app of the catalog with its newest observation, packed; None: it failed."""

    identity: Identity
    group: str | None
    failed: str | None
    packed: bytes | None

    def observation(self) -> Observation:
        """The observation, or one that says why there is none. Raises ``CatalogError`` when it cannot be read back."""
        if self.packed is None:
            return failed_observation(self.identity, self.failed or "not looked at yet")
        return unpack(self.packed)

    def observation_or_why(self) -> Observation:
        """The observation, or one that says why there is none, or why it cannot be read back."""
        try:
            return self.observation()
        except CatalogError as error:
            return failed_observation(self.identity, str(error))


class Store:
    """An open catalog. With ``write`` it is the only writer until it is closed."""

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self.path = path
        self._stack = ExitStack()
        self.run_id = 0
        try:
            if write:
                self._stack.enter_context(locked(path))
            self.database = open_for_writing(path) if write else open_for_reading(path)
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.database.close()
        self._stack.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing. Raises ``CatalogError`` when the disk or the file fails."""
        with said(self.path):
            self.database.execute("BEGIN IMMEDIATE")
            try:
                yield self.database
                self.database.execute("COMMIT")
            except BaseException:
                if self.database.in_transaction:
                    self.database.execute("ROLLBACK")
                raise

    def begin_run(self) -> None:
        """Note that a run begins; what is stored from now on is of this run."""
        with self.transaction() as database:
            database.execute("UPDATE run SET state = 'interrupted' WHERE state = 'running'")
            values = (now(), "running", __version__)
            self.run_id = int(
                database.execute("INSERT INTO run (started_at, state, tool_version) VALUES (?, ?, ?)", values).lastrowid or 0
            )

    def end_run(self, state: str) -> None:
        """Note how the run ended: ``done`` or ``interrupted``."""
        with self.transaction() as database:
            database.execute("UPDATE run SET ended_at = ?, state = ? WHERE id = ?", (now(), state, self.run_id))

    def content_at(self, item: Item) -> str | None:
        """The digest of what was at a location, if it still has the same stamp."""
        if item.stamp is None:
            return None
        query = "SELECT sha256 FROM location WHERE location = ? AND stamp = ? AND sha256 IS NOT NULL"
        row = self.database.execute(query, (item.location, item.stamp)).fetchone()
        return row[0] if row else None

    def settled(self, sha256: str, key: WorkKey, budget: Budget, *, retry: bool = False) -> str | None:
        """The state, ``done`` or ``failed``, of work that need not be done again; None: it must be done.

        What failed within a smaller budget is tried again, and with *retry* whatever need not fail each time.
        """
        query = (
            "SELECT state, kind, budget_seconds, budget_memory FROM scan "
            "WHERE sha256 = ? AND tool_version = ? AND watch_digest = ? AND depth = ?"
        )
        row = self.database.execute(query, (sha256, key.tool_version, key.watch_digest, key.depth)).fetchone()
        if row is None:
            return None
        state, kind, seconds, memory = row
        if kind is None:
            return str(state)
        may_differ = kind in RETRIED and (retry or seconds < budget.seconds or memory < budget.memory)
        return None if may_differ else str(state)

    def record_location(self, item: Item, sha256: str | None, error: str | None = None) -> None:
        """What is at a location; one that cannot be read any more keeps no digest."""
        with self.transaction() as database:
            self._location(database, item, sha256, error)

    def _location(self, database: sqlite3.Connection, item: Item, sha256: str | None, error: str | None = None) -> None:
        row = {"location": item.location, "sha256": sha256, "stamp": item.stamp, "error": error, "run_id": self.run_id}
        if item.group is not None:
            row["app_group"] = item.group
            database.execute("UPDATE app SET app_group = ? WHERE sha256 = ?", (item.group, sha256))
        _upsert(database, "location", ("location",), row)

    def record(self, item: Item, content: Content, key: WorkKey, attempted: Attempted, result: Result) -> None:
        """All about one app, at once: the scan, what was seen and how it is judged."""
        failure = attempted.outcome if isinstance(attempted.outcome, Failure) else None
        with self.transaction() as database:
            self._location(database, item, content.sha256)
            scan_id = self._scan(database, content, key, attempted)
            if failure is not None and self._has_observation(database, content.sha256):
                return  # an older observation says more than a failure
            self._app(database, content, scan_id, result, failure.reason if failure else None)
            if item.group is not None:
                database.execute("UPDATE app SET app_group = ? WHERE sha256 = ?", (item.group, content.sha256))
            for table, rows in seen_rows(result).items():
                _replace(database, table, content.sha256, rows)
            self._judgement(database, content.sha256, Judgement.of(result))

    def _scan(self, database: sqlite3.Connection, content: Content, key: WorkKey, attempted: Attempted) -> int:
        outcome, budget = attempted.outcome, attempted.budget
        row: dict[str, object] = {
            "sha256": content.sha256,
            **msgspec.structs.asdict(key),
            "attempts": attempted.attempts,
            "budget_seconds": budget.seconds,
            "budget_memory": budget.memory,
            "scanned_at": now(),
            "run_id": self.run_id,
        }
        if isinstance(outcome, Seen):
            row |= {"state": "done", "kind": None, "reason": attempted.note, "reached": attempted.reached}
            row |= {"cpu_ms": outcome.cpu_ms, "peak_kb": outcome.peak_kb, "observation": outcome.packed}
        else:
            row |= {"state": "failed", "kind": outcome.kind, "reason": outcome.reason, "reached": None}
        _upsert(database, "scan", ("sha256", *WorkKey.__struct_fields__), row)
        query = "SELECT id FROM scan WHERE sha256 = ? AND watch_digest = ? AND depth = ? AND tool_version = ?"
        return int(database.execute(query, (content.sha256, *msgspec.structs.astuple(key))).fetchone()[0])

    def _has_observation(self, database: sqlite3.Connection, sha256: str) -> bool:
        query = "SELECT EXISTS (SELECT 1 FROM scan WHERE sha256 = ? AND state = 'done')"
        return bool(database.execute(query, (sha256,)).fetchone()[0])

    def _app(self, database: sqlite3.Connection, content: Content, scan_id: int, result: Result, failed: str | None) -> None:
        app = result.app
        signers = None if app.signers is None else " ".join(sorted(signer.sha256 for signer in app.signers))
        row = {"sha256": content.sha256, "scan_id": scan_id, "size": content.size, "signers": signers, "failed": failed}
        row["first_seen"] = now()
        row |= {name: getattr(app, name) for name in _FROM_RESULT}
        _upsert(database, "app", ("sha256",), row, kept=("first_seen",))

    def record_judgement(self, sha256: str, judged: Judgement) -> None:
        """How an app is judged now, within the caller's transaction."""
        self._judgement(self.database, sha256, judged)

    def _judgement(self, database: sqlite3.Connection, sha256: str, judged: Judgement) -> None:
        score, decision, by = judged.score, judged.decision, judged.provenance
        database.execute(
            "INSERT OR REPLACE INTO judgement VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                sha256,
                decision.verdict,
                score.total if score else None,
                score.grade if score else None,
                score.could_be_up_to if score else None,
                reasons_json(decision),
                by.ruleset_digest,
                decision.policy,
                by.policy_digest,
                by.waivers_digest,
                now()[:10],
                len(judged.undecided),
            ),
        )
        _replace(database, "finding", sha256, finding_rows(judged.findings or ()))

    def page_of_apps(self, after: str, count: int) -> list[StoredApp]:
        """Up to *count* apps with their newest observations, by digest, from the first that comes after the digest *after*."""
        return self._apps("a.sha256 > ? ORDER BY a.sha256 LIMIT ?", after, count)

    def app(self, sha256: str) -> StoredApp | None:
        """One app by its digest."""
        return next(iter(self._apps("a.sha256 = ?", sha256)), None)

    def _apps(self, condition: str, *values: object) -> list[StoredApp]:
        columns = "a.file, a.sha256, a.size, a.app_group, a.failed, s.observation"
        query = f"SELECT {columns} FROM app a JOIN scan s ON s.id = a.scan_id WHERE {condition}"
        rows = self.database.execute(query, values)
        return [
            StoredApp(Identity(file, sha256, size), group, failed, packed) for file, sha256, size, group, failed, packed in rows
        ]


def _upsert(
    database: sqlite3.Connection, table: str, key: tuple[str, ...], row: Mapping[str, object], kept: tuple[str, ...] = ()
) -> None:
    """Insert a row, or change the one with the same key but for what is *kept*. Names are of this package, never from outside."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in row if name not in key + kept)
    marks = ", ".join("?" * len(row))
    database.execute(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks}) ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}",
        tuple(row.values()),
    )


def _replace(database: sqlite3.Connection, table: str, sha256: str, rows: list[tuple[object, ...]]) -> None:
    """Give one app's rows of a table anew. The table's name comes from this package, never from outside."""
    database.execute(f"DELETE FROM {table} WHERE sha256 = ?", (sha256,))
    if rows:
        marks = ", ".join("?" * (len(rows[0]) + 1))
        database.executemany(f"INSERT INTO {table} VALUES ({marks})", [(sha256, *row) for row in rows])


def now() -> str:
    """The moment in UTC, to the microsecond, as ISO 8601: of two versions seen within a second one was first."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
