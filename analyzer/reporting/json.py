"""The result document itself."""

from __future__ import annotations

from typing import Any, BinaryIO

import msgspec

from analyzer.reporting.look import Look
from analyzer.reporting.sanitize import json_safe, without_surrogates
from analyzer.result import Result


def present(result: Result, out: BinaryIO, look: Look) -> None:
    """Write *result* as JSON, indented or on one line."""
    write_json(result, out, one_line=look.one_line)


def write_json(document: Any, out: BinaryIO, *, one_line: bool = False) -> None:
    """Write a struct or plain data: UTF-8, a final newline, nothing in it that acts on a terminal."""
    try:
        data = msgspec.json.encode(document)
    except UnicodeEncodeError:
        data = msgspec.json.encode(without_surrogates(msgspec.to_builtins(document)))
    if not one_line:
        data = msgspec.json.format(data, indent=2)
    out.write(json_safe(data.decode("utf-8")).encode("utf-8") + b"\n")
