"""Code that lies packed in a package: which of it may become the app's, because the app loads code while it runs.

A DEX file in an asset, also one in a JAR or ZIP there, has no use but to be loaded. An APK with a manifest may as well be an app
that is only handed to the installer: its code counts when the app's own code makes a class loader.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from analyzer.container import Nested
from analyzer.formats.dex import DexFile
from analyzer.platform.knowledge import read_table

_CATEGORY, _WHATEVER_IS_GIVEN = "dynamic-code", "always"  # others load code only when asked to by a flag
_COLUMNS = ("category", "api", "emit", "operation", "arguments", "source")


def packed_code(nested: Sequence[Nested], *, loads_code: bool) -> list[str]:
    """The names of the packed DEX files that are read as the app's."""
    names = [name for one in nested if one.kind == "dex" or loads_code for name in one.dex]
    return list(dict.fromkeys(names))


def loads_code(dex_files: Sequence[DexFile], watch: Path) -> bool:
    """Whether any code names a method that loads code, by the table *watch* of watched APIs.

    A class that inherits from a class loader names its constructor. Raises ``RuleError``.
    """
    rows = (row for row in read_table(watch, _COLUMNS) if row[0] == _CATEGORY and row[2] == _WHATEVER_IS_GIVEN)
    methods = [api.partition("->") for _, api, *_ in rows]
    return any(_names(dex, cls, name) for dex in dex_files for cls, _, name in methods)


def _names(dex: DexFile, cls: str, name: str) -> bool:
    row = dex.pools.type_row(cls)
    if row is None:
        return False
    rows = np.flatnonzero(dex.pools.methods["holder"] == row).tolist()
    return any(dex.pools.method_member(method).startswith(f"{name}(") for method in rows)
