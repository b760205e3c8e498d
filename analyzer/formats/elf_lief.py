"""The names of dynamic symbols by LIEF, for a library whose own tables do not say how many there are.

LIEF is C++ and its parser is lenient: what it makes of a damaged file may be anything. Its import costs more than half a second,
and happens only here, only for such a library.
"""

from __future__ import annotations

import warnings
from itertools import islice

from analyzer import limits
from analyzer.errors import FormatError


def symbol_names(data: bytes, where: str) -> tuple[frozenset[str], frozenset[str]]:
    """Names that are looked for elsewhere, and names that are defined here. Raises ``FormatError`` when LIEF reads nothing."""
    import lief

    lief.logging.disable()
    config = lief.ELF.ParserConfig()
    config.parse_notes = config.parse_overlay = config.parse_symbol_versions = config.parse_symtab_symbols = False
    config.parse_relocations = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # it warns of every number that it has no name for
            binary = lief.ELF.parse(data, config)
            if binary is None:
                raise FormatError("is damaged beyond reading", where=where)
            symbols = [(_text(symbol.name), symbol.shndx) for symbol in islice(binary.dynamic_symbols, limits.ELF_SYMBOLS)]
    except (ValueError, TypeError, RuntimeError, OverflowError, MemoryError, AttributeError) as error:
        raise FormatError(f"is damaged: {type(error).__name__}", where=where) from None
    missing, defined = (
        frozenset(name for name, section in symbols if name and bool(section) == wanted) for wanted in (False, True)
    )
    return missing, defined


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
