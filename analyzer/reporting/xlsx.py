"""The result as a workbook: an overview, then one sheet for each kind of row. No cell is ever a formula or a link."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from analyzer.reporting import csv
from analyzer.reporting.flows import flow_groups
from analyzer.reporting.look import Look
from analyzer.reporting.naming import api_text, short_permission
from analyzer.reporting.sanitize import clean
from analyzer.reporting.summary import missing_stages, reached
from analyzer.reporting.words import Words
from analyzer.result import Result

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_LONGEST = 4000  # a cell holds 32,767 characters
_WIDEST = 60
_CREATED = datetime(2020, 1, 1)  # fixed, so that one result gives the same file everywhere
_FLOW_COLUMNS = (
    *("label.data", "flow.read-by", "label.when", "label.api", "label.place"),
    *("first.where", "label.host", "label.country", "flow.passed-on-by", "label.api", "label.place"),
    *("flow.on-the-way", "access.tested"),
)
Row = Sequence[str | int | None]


def present(result: Result, out: BinaryIO, look: Look) -> None:
    """Write the workbook of *result*."""
    import xlsxwriter

    words = look.words
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": words.app(result), "author": "apkvet", "created": _CREATED})
    sheets = _Sheets(book)
    t = words.t
    sheets.add(t("label.overview"), (), _overview(result, words))
    sheets.add(t("section.findings"), csv.COLUMNS, csv.rows(result, words))
    if result.permissions is not None:
        columns = [t(f"label.{key}") for key in ("permission", "level", "declared", "used", "why-used")]
        sheets.add(t("section.permissions"), columns, _permissions(result, words))
    if result.clipboard is not None:
        columns = [t(f"label.{key}") for key in ("operation", "owner", "api", "place", "when")]
        sheets.add(t("section.clipboard"), columns, _clipboard(result, words))
    if result.flows is not None:
        keys = (
            "label.data",
            "flow.read-by",
            "label.when",
            "label.api",
            "label.place",
            "first.where",
            "label.host",
            "label.country",
        )
        columns = [t(key) for key in (*keys, "flow.passed-on-by", "label.api", "label.place", "flow.on-the-way", "label.guarded")]
        sheets.add(t("section.flows"), columns, _flows(result, words))
    if result.score is not None:
        columns = [t(f"label.{key}") for key in ("points", "for", "because")]
        sheets.add(t("section.score"), columns, _score(result, words))
    columns = [t("label.what"), t("label.why"), t("label.place")]
    sheets.add(t("section.unseen"), columns, _gaps(result, words))
    book.close()
    out.write(buffer.getvalue())


class _Sheets:
    """Writes tables into a workbook, texts always as texts."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "bottom": 1})
        self._cell = book.add_format({"text_wrap": True, "valign": "top"})

    def add(self, title: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """One sheet: a frozen head when there are columns, widths by content, a filter on the head."""
        sheet = self._book.add_worksheet(title[:31].translate(_NOT_IN_SHEET_NAMES))
        lines: list[Row] = [*([columns] if columns else []), *rows]
        widths: dict[int, int] = {}
        for number, line in enumerate(lines):
            head = bool(columns) and number == 0
            for column, value in enumerate(line):
                self._write(sheet, number, column, value, head=head)
                widths[column] = max(widths.get(column, 8), min(len(str(value or "")) + 2, _WIDEST))
        for column, width in widths.items():
            sheet.set_column(column, column, width)
        if columns:
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(len(lines) - 1, 1), len(columns) - 1)

    def _write(self, sheet: Any, row: int, column: int, value: str | int | None, *, head: bool) -> None:
        style = self._head if head else self._cell
        if isinstance(value, int):
            sheet.write_number(row, column, value, style)
        elif value:
            sheet.write_string(row, column, clean(value, _LONGEST), style)


_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def _overview(result: Result, words: Words) -> Iterable[Row]:
    t, app = words.t, result.app
    yield t("label.app"), words.app(result)
    yield t("label.package"), app.package
    yield t("label.version"), app.version_name
    yield t("label.verdict"), t(f"verdict.{result.decision.verdict}")
    if result.score is not None:
        yield t("label.points"), result.score.total
    for clause in result.decision.reasons:
        yield t("label.because"), clause.because
    yield t("section.why"), words.paragraph(result)
    for row in reached(result):
        owners = ", ".join(f"{words.owner(o.owner)} {o.count}" for o in row.owners)
        yield words.category(row.category), owners or t("label.none"), ", ".join(map(short_permission, row.permissions))
    yield t("label.file"), app.file
    yield t("label.sha256"), app.sha256
    yield t("label.tool"), result.provenance.tool_version
    missing = missing_stages(result)
    if missing:
        yield t("section.unseen"), ", ".join(map(words.stage, missing))


def _permissions(result: Result, words: Words) -> Iterable[Row]:
    for p in result.permissions or ():
        yield p.name, p.protection_level, words.declared(p), words.used(p), p.why


def _clipboard(result: Result, words: Words) -> Iterable[Row]:
    for access in result.clipboard or ():
        when = "; ".join(words.trigger(trigger) for trigger in access.triggers or ())
        yield access.operation, words.owner(access.owner), api_text(access.api), words.place(access.place), when


def _flows(result: Result, words: Words) -> Iterable[Row]:
    for group in flow_groups(result):
        for flow in (group.first, *group.others):
            source, sink = flow.source, flow.sink
            yield (
                words.flow_what(flow),
                words.owner(source.owner) if source.owner else None,
                words.flow_when(flow),
                api_text(source.api),
                words.place(source.place) if source.place else None,
                words.way(sink.destination),
                sink.host,
                sink.country.code if sink.country else None,
                words.owner(sink.owner) if sink.owner else None,
                api_text(sink.api),
                words.place(sink.place) if sink.place else None,
                ", ".join(words.t(f"flow.label.{label}") for label in flow.labels),
                ", ".join(flow.guards),
            )


def _score(result: Result, words: Words) -> Iterable[Row]:
    if result.score is not None:
        for line in result.score.lines:
            yield line.points, line.rule_id or words.t("score.cap"), line.because
        yield result.score.total, words.t("score.total"), words.t("score.scale")


def _gaps(result: Result, words: Words) -> Iterable[Row]:
    for gap in result.coverage.gaps:
        yield words.t(f"gap.{gap.kind}"), gap.why, words.place(gap.place) if gap.place else None
