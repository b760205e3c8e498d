"""The formats a result can be written in."""

from __future__ import annotations

from typing import BinaryIO, Literal, assert_never, get_args

from analyzer.result import Result

Format = Literal["text", "json", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)


def present(result: Result, format_: Format, out: BinaryIO, *, one_line: bool = False) -> None:
    """Write *result* to *out*, UTF-8. ``one_line`` makes JSON one line, for many results on one stream."""
    if format_ == "json":
        from analyzer.reporting import json

        json.present(result, out, one_line=one_line)
    elif format_ == "html":
        from analyzer.reporting import html

        html.present(result, out)
    elif format_ == "text":
        from analyzer.reporting import text

        text.present(result, out)
    else:
        assert_never(format_)
