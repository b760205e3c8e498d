"""Opening a catalog's SQLite file: what it must be, its schema, and who may write to it.

The application id tells a catalog from any other database, the user version says its schema. Writers hold a lock of the operating
system on a file beside it, which ends with the process however that ends. Readers need no lock: the journal is a write-ahead log.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

from analyzer.errors import CatalogError

APPLICATION_ID = 0x61706B76  # "apkv"
_SQL = files("analyzer.catalog") / "sql"
_FULL = "The disk may be full: make space and run the same command again; what was done is kept."


def schema_version() -> int:
    """The schema that this apkvet writes: the number of its migrations."""
    return len(_migrations())


def _migrations() -> list[str]:
    folder = _SQL / "migrations"
    return [
        item.read_text("utf-8") for item in sorted(folder.iterdir(), key=lambda item: item.name) if item.name.endswith(".sql")
    ]


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The catalog at *path*, made or brought to today's schema if need be. Hold ``locked`` meanwhile. Raises ``CatalogError``."""
    with said(path):
        database = sqlite3.connect(path, isolation_level=None, timeout=10)
        try:
            _check(database, path, may_be_new=True)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute("PRAGMA foreign_keys = ON")
            _migrate(database)
        except BaseException:
            database.close()
            raise
    return database


def open_for_reading(path: Path) -> sqlite3.Connection:
    """The catalog at *path*, only to be read. Raises ``CatalogError``, also where its schema is older than today's."""
    if not path.is_file():
        raise CatalogError("no such catalog", where=str(path), mend="Make one: apkvet catalog scan FOLDER --db FILE.")
    with said(path):
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10)
        try:
            version = _check(database, path, may_be_new=False)
            database.execute("PRAGMA query_only = ON")
        except BaseException:
            database.close()
            raise
    if version < schema_version():
        database.close()
        raise CatalogError(
            f"the catalog has schema {version}, this apkvet reads {schema_version()}",
            where=str(path),
            mend="Bring it up to date: apkvet catalog judge --db FILE.",
        )
    return database


def _check(database: sqlite3.Connection, path: Path, *, may_be_new: bool) -> int:
    application, version = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    is_new = not database.execute("SELECT EXISTS (SELECT 1 FROM sqlite_schema)").fetchone()[0]
    if application != APPLICATION_ID and not (is_new and may_be_new):
        raise CatalogError("is not a catalog of apkvet", where=str(path), mend="Give another file with --db.")
    if version > schema_version():
        raise CatalogError(
            f"the catalog has schema {version}, this apkvet knows {schema_version()}", where=str(path), mend="Update apkvet."
        )
    return int(version)


def _migrate(database: sqlite3.Connection) -> None:
    """Apply the migrations that are missing, all or none. Views that are not today's are made anew: they hold nothing."""
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    scripts = _migrations()[version:]
    wanted = [statement.partition("\nCREATE")[1:] for statement in _statements((_SQL / "views.sql").read_text("utf-8"))]
    views = ["".join(parts).strip().rstrip(";") for parts in wanted]
    present = dict(database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'view'").fetchall())
    if not scripts and set(present.values()) == set(views):
        return
    database.execute("BEGIN IMMEDIATE")
    try:
        for name in present:
            database.execute(f'DROP VIEW "{name}"')
        for script in scripts:
            for statement in _statements(script):
                database.execute(statement)
        for view in views:
            database.execute(view)
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {schema_version()}")
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: ``executescript`` would commit what came before."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def said(path: Path) -> Iterator[None]:
    """SQLite's errors as one line with the mend."""
    try:
        yield
    except sqlite3.OperationalError as error:
        what = str(error)
        mend = "Check the folder and your rights."
        if "full" in what or "disk I/O" in what:
            mend = _FULL
        elif "locked" in what:
            mend = "Another program is writing to it; try again."
        raise CatalogError(what, where=str(path), mend=mend) from None
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise  # a fault of ours
        raise CatalogError(f"is not a catalog of apkvet: {error}", where=str(path), mend="Give another file with --db.") from None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Be the only writer of the catalog at *path*. Raises ``CatalogError`` when another run is."""
    beside = path.with_name(path.name + "-lock")
    try:
        file = beside.open("a+b")
    except OSError as error:
        raise CatalogError(
            f"cannot be written: {error.strerror}", where=str(path), mend="Check the folder and your rights."
        ) from None
    with file:
        if not _lock(file):
            file.seek(0)
            who = file.read(200).decode("utf-8", "replace").strip()
            raise CatalogError(
                f"another run is using this catalog{f' ({who})' if who else ''}", where=str(path), mend="Wait for it, or stop it."
            )
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}".encode())
        file.flush()
        yield
        file.truncate(0)


def _lock(file: BinaryIO) -> bool:
    """Whether *file* could be locked; the lock ends with the process."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
