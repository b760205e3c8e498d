"""The methods that return one of their arguments unchanged, as far as a constant is concerned."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from analyzer.errors import RuleError


def load_hand_through(path: Path) -> Mapping[str, int]:
    """Method descriptor to argument: -1 the receiver, else the index of a declared parameter. Raises ``RuleError``."""
    table = {}
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
            try:
                table[row["method"]] = int(row["argument"])
            except (KeyError, TypeError, ValueError):
                raise RuleError("a row needs method and argument (a number)", where=f"{path}:{number}") from None
            if not row.get("source"):
                raise RuleError("a row needs a source", where=f"{path}:{number}")
    return table
