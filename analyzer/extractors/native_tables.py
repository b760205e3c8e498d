"""What is looked for in native libraries, as the tables of ``rules/knowledge`` say: functions, texts, versions, marks."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Set
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct

from analyzer.errors import RuleError
from analyzer.platform.knowledge import read_table

_WHERE = ("section", "symbol", "bytes")
_PATTERN = re.compile(r"[*?\[]")
_HEAD = 2


class Version(Struct, frozen=True):
    """A library that others link in: a text that shows it, and the pattern of its version (an empty group: it has none)."""

    library: str
    marker: bytes
    pattern: re.Pattern[bytes]


class NativeMark(Struct, frozen=True):
    """Something that shows that a library hides its ``code`` or its ``texts``: a section's or symbol's name, or bytes."""

    where: str
    form: str
    mark: str
    hides: str

    def fits_any(self, names: Collection[str]) -> bool:
        """Whether a section or symbol with one of these names is meant."""
        beginning = _PATTERN.split(self.form, maxsplit=1)[0]
        if beginning == self.form:
            return beginning in names
        return any(name.startswith(beginning) and fnmatchcase(name, self.form) for name in names)


class NativeTables(Struct, frozen=True):
    """``functions``: watched imports; ``exact``, ``prefixes``: watched texts, ``left_out`` not; ``owners``: file to library."""

    functions: frozenset[str]
    exact: frozenset[bytes]
    prefixes: tuple[bytes, ...]
    left_out: frozenset[bytes]
    versions: tuple[Version, ...]
    marks: tuple[NativeMark, ...]
    owners: Mapping[str, str]

    def texts_among(self, texts: Set[bytes]) -> Set[bytes]:
        """Which of *texts* are watched. There may be a hundred thousand, so what cannot begin so is sorted out first."""
        heads = {prefix[:_HEAD] for prefix in self.prefixes}
        begin = {text for text in texts if text[:_HEAD] in heads and text.startswith(self.prefixes)}
        return (begin | (self.exact & texts)) - self.left_out


def load_native_tables(knowledge: Path) -> NativeTables:
    """Read ``native_functions.tsv``, ``native_texts.tsv``, ``native_versions.tsv``, ``native_marks.tsv`` and whose files are.

    Raises ``RuleError``.
    """
    functions = read_table(knowledge / "native_functions.tsv", ("function", "about", "source"))
    path = knowledge / "native_texts.tsv"
    texts = [(match, text.encode()) for match, text, _, _ in read_table(path, ("match", "text", "about", "source"))]
    for match, text in texts:
        if match not in ("exact", "prefix", "not"):
            raise RuleError(f"the row of {text.decode()!r} matches in the unknown way {match!r}", where=str(path))
    owners = read_table(knowledge / "native_libraries.tsv", ("file", "library", "maker", "source"))
    return NativeTables(
        functions=frozenset(function for function, _, _ in functions),
        exact=frozenset(text for match, text in texts if match == "exact"),
        prefixes=tuple(sorted(text for match, text in texts if match == "prefix")),
        left_out=frozenset(text for match, text in texts if match == "not"),
        versions=tuple(_versions(knowledge / "native_versions.tsv")),
        marks=tuple(_marks(knowledge / "native_marks.tsv")),
        owners={file: library for file, library, _, _ in owners},
    )


def _versions(path: Path) -> list[Version]:
    found = []
    for library, marker, pattern, _ in read_table(path, ("library", "marker", "pattern", "source")):
        try:
            compiled = re.compile(pattern.encode())
        except re.error as error:
            raise RuleError(f"the pattern of {library} is none: {error}", where=str(path)) from None
        if compiled.groups != 1:
            raise RuleError(f"the pattern of {library} must have one group, the version", where=str(path))
        found.append(Version(library, marker.encode(), compiled))
    return found


def _marks(path: Path) -> list[NativeMark]:
    found = [NativeMark(*row[:4]) for row in read_table(path, ("where", "form", "mark", "hides", "source"))]
    for mark in found:
        if mark.where not in _WHERE or mark.hides not in ("code", "texts"):
            raise RuleError(f"the mark {mark.form!r} has an unknown place or hides an unknown thing", where=str(path))
    return found
