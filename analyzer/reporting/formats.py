"""The formats a result can be written in."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO, Literal, cast, get_args

from analyzer.reporting.look import Look, load_look
from analyzer.result import Result

Format = Literal["text", "html", "json", "markdown", "sarif", "csv", "xlsx", "junit", "cyclonedx", "questions"]
FORMATS: tuple[Format, ...] = get_args(Format)

SUFFIXES: dict[Format, str] = {
    "text": ".txt",
    "html": ".html",
    "json": ".json",
    "markdown": ".md",
    "sarif": ".sarif",
    "csv": ".csv",
    "xlsx": ".xlsx",
    "junit": ".junit.xml",
    "cyclonedx": ".cdx.json",
    "questions": ".questions.md",
}
BINARY: frozenset[Format] = frozenset({"xlsx"})

Presenter = Callable[[Result, BinaryIO, Look], None]


def present(result: Result, format_: Format, out: BinaryIO, look: Look | None = None) -> None:
    """Write *result* to *out*; by default in English with the built-in templates.

    The same result gives the same bytes on every machine, whatever its locale and time zone. Raises ``UsageError`` for a faulty
    template.
    """
    # Only the module of the format is imported: a workbook or a bill of materials brings much with it.
    presenter = cast(Presenter, import_module(f"analyzer.reporting.{format_}").present)
    presenter(result, out, look or load_look())
