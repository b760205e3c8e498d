"""Writes ``reports/result.schema.json`` from the result model: ``python -m analyzer.reporting.schema``."""

from __future__ import annotations

import json

from analyzer.resources import reports_dir
from analyzer.result import result_schema


def schema_text() -> str:
    """The published JSON Schema of a result, as the file holds it."""
    return json.dumps(result_schema(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    (reports_dir() / "result.schema.json").write_text(schema_text(), encoding="utf-8")
