"""Apps side by side, as text, Markdown, CSV and JSON."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, BinaryIO

from analyzer.cli.tables import write_json, write_table
from analyzer.reporting.sanitize import clean

if TYPE_CHECKING:
    from analyzer.catalog.peers import PeerTable

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#|~@!<>])")
_LONGEST = 400


def write_peers(table: PeerTable, format_: str, out: BinaryIO) -> None:
    """Write the comparison in one format."""
    if format_ == "json":
        write_json(table, out)
    elif format_ == "csv":
        from analyzer.catalog.tables import Table

        rows = ((row.section, row.what, *row.answers) for row in table.rows)
        write_table(Table(("section", "what", *table.apps), rows), "csv", out)
    elif format_ == "markdown":
        out.write(_markdown(table).encode("utf-8", "replace"))
    else:
        out.write(_text(table).encode("utf-8", "replace"))


def _text(table: PeerTable) -> str:
    """A block for each question: answers are sentences, columns of them would not fit a terminal."""
    width = max(len(clean(name, 40)) for name in table.apps)
    lines: list[str] = []
    section = ""
    for row in table.rows:
        if row.section != section:
            section = row.section
            lines += ["", section.capitalize()] if lines else [section.capitalize()]
        lines.append(f"  {clean(row.what, 60)}")
        for name, answer in zip(table.apps, row.answers, strict=True):
            lines.append(f"    {clean(name, 40).ljust(width)}  {clean(answer, _LONGEST) or '-'}")
    return "\n".join(lines) + "\n"


def _markdown(table: PeerTable) -> str:
    head = ["", "", *table.apps]
    lines = [_row(head), _row(["---"] * len(head), raw=True)]
    lines += [_row([row.section, row.what, *(answer or "-" for answer in row.answers)]) for row in table.rows]
    return "\n".join(lines) + "\n"


def _row(cells: list[str], *, raw: bool = False) -> str:
    shown = cells if raw else [_MARKDOWN.sub(r"\\\1", html.escape(clean(cell, _LONGEST), quote=False)) for cell in cells]
    return f"| {' | '.join(shown)} |"
