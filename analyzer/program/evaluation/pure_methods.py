"""What pure methods of Java and Android do with known values. Which these are is data (``rules/knowledge/pure_methods.tsv``).

Each operation takes the arguments, the receiver first, and gives the result; of a constructor the object that was made. What
cannot be is a ``StopError``, as is what Java throws. Sources: the reference of java.lang, java.util and android.util.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from analyzer.errors import RuleError
from analyzer.platform.knowledge import read_table
from analyzer.program.evaluation import pure_bytes, pure_texts
from analyzer.program.evaluation.values import Value

Operation = Callable[..., Value]
OPERATIONS: Mapping[str, Operation] = {**pure_texts.OPERATIONS, **pure_bytes.OPERATIONS}
"""The operations by the names that the table gives them."""


@cache
def load_pure_methods(path: Path) -> Mapping[str, Operation]:
    """The table: what a method or static field does, by its descriptor. Raises ``RuleError``."""
    found: dict[str, Operation] = {}
    for member, operation, _ in read_table(path, ("member", "operation", "source")):
        if operation not in OPERATIONS:
            raise RuleError(f"unknown operation {operation!r}", where=str(path), mend=f"Known: {', '.join(sorted(OPERATIONS))}.")
        if member in found:
            raise RuleError(f"{member} stands twice", where=str(path))
        found[member] = OPERATIONS[operation]
    return found
