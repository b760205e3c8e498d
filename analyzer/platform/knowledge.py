"""Reads the tab-separated knowledge tables of ``rules/``, checking columns and that every row has a source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analyzer.errors import RuleError


def read_table(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The rows of *path* as tuples in the order of *columns*, the last of which is ``source``; ``-`` reads as ''.

    Raises ``RuleError`` naming file and line: other columns than these, a short row, or a row without a source.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"cannot be read: {error}", where=str(path)) from None
    lines = iter(text.splitlines())
    head = tuple(next(lines, "").split("\t"))
    if head != columns:
        raise RuleError(f"the columns are {', '.join(head)}", where=f"{path}:1", mend=f"They must be: {', '.join(columns)}.")
    for number, line in enumerate(lines, start=2):
        row = line.split("\t")
        if len(row) != len(columns):
            raise RuleError(f"the row has {len(row)} columns, not {len(columns)}", where=f"{path}:{number}")
        if not row[-1].strip():
            raise RuleError("the row has no source", where=f"{path}:{number}", mend="Every row says where it is from.")
        yield tuple(["" if value == "-" else value for value in row])
