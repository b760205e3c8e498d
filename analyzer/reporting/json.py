"""The result document itself."""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from analyzer.result import Result, encode_result


def present(result: Result, out: BinaryIO, *, one_line: bool) -> None:
    """Write *result* as JSON, indented or on one line."""
    out.write(msgspec.json.encode(result) + b"\n" if one_line else encode_result(result))
