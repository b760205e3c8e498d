"""Questions to a catalog: SQL over its views, and whole views to take away. Nothing asked can change anything.

The connection is read-only, and an authorizer lets only reading through: no other file can be attached, no setting changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from analyzer.catalog.database import open_for_reading, said
from analyzer.errors import UsageError

_BATCH = 5000
_STEPS = 100_000  # of SQLite's machine, between two chances to be interrupted
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})

ColumnType = Literal["text", "integer", "real", "blob"]
Value = str | int | float | bytes | None


class Table(Struct, frozen=True):
    """Columns, and rows as they are read."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Value, ...]]


class Asked:
    """A catalog opened for questions; a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = open_for_reading(path)
        self.views = tuple(
            name for (name,) in self._database.execute("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")
        )
        self._database.set_authorizer(_only_reading)
        self._database.set_progress_handler(lambda: None, _STEPS)  # lets Python see Ctrl-C

    def __enter__(self) -> Asked:
        return self

    def __exit__(self, *error: object) -> None:
        self._database.close()

    def query(self, sql: str, values: Sequence[Value] = ()) -> Table:
        """The answer to one statement. Raises ``UsageError`` for what is no question to this catalog."""
        try:
            cursor = self._database.execute(sql, tuple(values))
        except sqlite3.Error as error:
            raise UsageError(f"the query fails: {error}", mend=f"Views: {', '.join(self.views)}.") from None
        if cursor.description is None:
            raise UsageError("the query has no answer", mend="Write it as SELECT ....")
        return Table(tuple(column[0] for column in cursor.description), self._rows(cursor))

    def _rows(self, cursor: sqlite3.Cursor) -> Iterator[tuple[Value, ...]]:
        with said(self._path):
            while batch := cursor.fetchmany(_BATCH):
                yield from batch

    def view(self, name: str) -> Table:
        """All rows of a view. Raises ``UsageError`` when there is none of this name."""
        if name not in self.views:
            raise UsageError(f"there is no view {name!r}", mend=f"Views: {', '.join(self.views)}.")
        return self.query(f'SELECT * FROM "{name}"')

    def types(self, view: str, columns: Sequence[str]) -> tuple[ColumnType, ...]:
        """What the values in a view's columns are: the widest type found, text where all are null."""
        found: list[ColumnType] = []
        for column in columns:
            kinds = {row[0] for row in self.query(f'SELECT DISTINCT typeof("{column}") FROM "{view}"').rows} - {"null"}
            wide: tuple[ColumnType, ...] = ("text", "blob", "real")
            found.append(next((kind for kind in wide if kind in kinds), "integer" if kinds else "text"))
        return tuple(found)


def _only_reading(action: int, *names: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED and "load_extension" not in names else sqlite3.SQLITE_DENY
