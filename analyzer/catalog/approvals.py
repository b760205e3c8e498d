"""The approval record: who allowed which app, under which conditions and until when, and what reopens the question.

Rows are only added. What stands for a package is its newest row, and whether it still holds is worked out when it is asked:
against the day, and against what the catalog has seen of the package since.
"""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Struct

from analyzer.catalog.store import Store, now
from analyzer.errors import UsageError
from analyzer.result import VERDICTS

ApprovalState = Literal["valid", "expired", "signer-changed", "updated", "worse", "revoked"]
STATES: tuple[ApprovalState, ...] = ("valid", "expired", "signer-changed", "updated", "worse", "revoked")

_CONDITION = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*(=[^\s,]+)?")
_DIGEST = re.compile(r"[0-9a-f]{8,64}")


class Decision(Struct, frozen=True):
    """What somebody decided. ``conditions`` are controls of the device management, as ``DISALLOW_CROSS_PROFILE_COPY_PASTE``."""

    by: str
    reason: str
    conditions: tuple[str, ...] = ()
    until: datetime.date | None = None
    revoke: bool = False


class Approval(Struct, frozen=True):
    """The newest decision about a package, and how it stands. ``signers`` are SHA-256 of certificates."""

    package: str
    version_code: int | None
    sha256: str
    signers: tuple[str, ...]
    state: ApprovalState
    why: str
    conditions: tuple[str, ...]
    until: str | None
    decided_by: str
    reason: str
    verdict: str
    decided_at: str


def find_app(store: Store, text: str) -> str:
    """The digest of the app that *text* names: a digest, its first 8 or more digits, or a package (its newest version).

    Raises ``UsageError`` when it names none or several.
    """
    if _DIGEST.fullmatch(text):
        rows = store.database.execute(
            "SELECT sha256 FROM app WHERE sha256 >= ? AND sha256 < ? LIMIT 2", (text, text + "g")
        ).fetchall()
        if len(rows) > 1:
            raise UsageError(f"several apps begin with {text}", mend="Give more digits.")
    else:
        query = "SELECT sha256 FROM app WHERE package = ? ORDER BY version_code DESC, first_seen DESC, rowid DESC LIMIT 1"
        rows = store.database.execute(query, (text,)).fetchall()
    if not rows:
        raise UsageError(f"the catalog has no app {text!r}", mend="Scan it first: apkvet catalog scan APP --db FILE.")
    return str(rows[0][0])


def decide(store: Store, sha256: str, decision: Decision) -> None:
    """Record a decision. Raises ``UsageError`` for an app that failed, and for conditions that are no names of controls."""
    for condition in decision.conditions:
        if not _CONDITION.fullmatch(condition):
            raise UsageError(f"{condition!r} is no condition", mend="Write the name of a control, or NAME=VALUE.")
    for name, value in (("--by", decision.by), ("--reason", decision.reason)):
        if not value.strip():
            raise UsageError(f"{name} is empty", mend="An approval has somebody who answers for it, and a reason.")
    query = "SELECT package, version_code, signers, verdict, failed FROM app JOIN judgement USING (sha256) WHERE sha256 = ?"
    package, version_code, signers, verdict, failed = store.database.execute(query, (sha256,)).fetchone()
    if failed is not None or package is None:
        raise UsageError("an app that could not be looked at cannot be approved", where=sha256, mend=f"It failed: {failed}.")
    with store.transaction() as database:
        database.execute(
            "INSERT INTO approval (sha256, package, version_code, signers, decision, decided_by, reason, conditions, until, "
            "verdict, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                sha256,
                package,
                version_code,
                signers or "",
                "revoked" if decision.revoke else "approved",
                decision.by,
                decision.reason,
                msgspec.json.encode(decision.conditions).decode(),
                decision.until.isoformat() if decision.until else None,
                verdict,
                now(),
            ),
        )


_NEWEST = """
SELECT p.*, j.verdict AS verdict_now FROM approval p LEFT JOIN judgement j USING (sha256)
WHERE p.id IN (SELECT max(id) FROM approval GROUP BY package) ORDER BY p.package
"""
_LATER = """
SELECT version_name, version_code, signers FROM app
WHERE package = ? AND sha256 <> ? AND failed IS NULL
AND (coalesce(version_code, 0) > ? OR (coalesce(version_code, 0) = ? AND first_seen > ?))
ORDER BY version_code DESC, first_seen DESC
"""


def approvals(store: Store, today: datetime.date) -> Iterator[Approval]:
    """What stands for each package on the day *today*. A changed signer is told before everything else."""
    cursor = store.database.cursor()
    cursor.row_factory = sqlite3.Row
    for row in cursor.execute(_NEWEST).fetchall():
        state, why = _state(store, row, today)
        yield Approval(
            row["package"],
            row["version_code"],
            row["sha256"],
            tuple(row["signers"].split()),
            state,
            why,
            tuple(msgspec.json.decode(row["conditions"])),
            row["until"],
            row["decided_by"],
            row["reason"],
            row["verdict"],
            row["decided_at"],
        )


def _state(store: Store, row: sqlite3.Row, today: datetime.date) -> tuple[ApprovalState, str]:
    if row["decision"] == "revoked":
        return "revoked", row["reason"]
    seen = store.database.execute("SELECT first_seen FROM app WHERE sha256 = ?", (row["sha256"],)).fetchone()
    code = row["version_code"] or 0
    later = store.database.execute(_LATER, (row["package"], row["sha256"], code, code, seen[0] if seen else "")).fetchall()
    for name, version, signers in later:
        if signers != row["signers"]:
            return "signer-changed", f"version {name} ({version}) is signed by another key"
    if later:
        return "updated", f"version {later[0][0]} ({later[0][1]}) is in the catalog"
    if row["until"] is not None and row["until"] < today.isoformat():
        return "expired", f"it ended on {row['until']}"
    if row["verdict_now"] is not None and VERDICTS.index(row["verdict_now"]) > VERDICTS.index(row["verdict"]):
        return "worse", f"the verdict was {row['verdict']} and is {row['verdict_now']}"
    return "valid", ""
