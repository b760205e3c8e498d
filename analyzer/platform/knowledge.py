"""Reads the tab-separated knowledge tables of ``rules/``, checking columns and that every row has a source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analyzer.errors import RuleError


def read_table(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The rows of *path* as tuples in the order of *columns*, the last of which is ``source``; ``-`` reads as ''.

    Raises ``RuleError`` naming file and line: other columns than these, a short row, or a row without a source.
    """
    for number, line in read_lines(path, columns):
        row = line.split("\t")
        if len(row) != len(columns):
            raise RuleError(f"the row has {len(row)} columns, not {len(columns)}", where=f"{path}:{number}")
        if not row[-1].strip():
            raise RuleError("the row has no source", where=f"{path}:{number}", mend="Every row says where it is from.")
        yield tuple(["" if value == "-" else value for value in row])


def read_lines(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """The rows as they are written, each with the number of its line: for a long table, whose reader looks at equal cells once.

    Raises ``RuleError`` when the file cannot be read or has other columns than these; what is in a row is the caller's to check.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"cannot be read: {error}", where=str(path)) from None
    lines = text.splitlines()
    head = tuple(lines[0].split("\t")) if lines else ()
    if head != columns:
        raise RuleError(f"the columns are {', '.join(head)}", where=f"{path}:1", mend=f"They must be: {', '.join(columns)}.")
    return enumerate(lines[1:], start=2)
