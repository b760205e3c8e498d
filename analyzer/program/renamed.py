"""Which library a class is from that lost its name: by strings that only this library's classes hold, or by its users.

A minifier renames classes and moves them together, but leaves string constants and what the manifest or layouts name. A class
that only one library's classes use is part of that library, or was merged into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analyzer.facts import Owner
from analyzer.formats.dex import DexFile
from analyzer.formats.dex.columns import distinct
from analyzer.formats.dex.pools import NO_INDEX
from analyzer.program.ownership import UNKNOWN, Ownership

_MOST_USERS = 200
_MAX_DEPTH = 3


class RenamedCode:
    """Answers for the classes of one package."""

    def __init__(self, dex_files: Sequence[DexFile], marks: Sequence[tuple[str, str]]) -> None:
        self._dex_files = dex_files
        self._marks = marks
        self._users_of: dict[str, frozenset[str]] = {}

    def owner(self, cls: str, ownership: Ownership) -> Owner | None:
        """The library that *cls* is from, None when nothing shows it."""
        libraries = self.marked.get(cls)
        if libraries is not None:
            return Owner("library", next(iter(libraries))) if len(libraries) == 1 else None
        return self._by_users(cls, ownership, frozenset(), 0)

    @cached_property
    def marked(self) -> dict[str, set[str]]:
        """The classes that hold a mark, with the libraries of their marks."""
        found: dict[str, set[str]] = {}
        for dex in self._dex_files:
            for text, library in self._marks:
                row = dex.pools.find_string(text.encode("utf-8"))
                if row is not None:
                    strings = dex.strings_loaded
                    for cls in _classes_at(dex, strings.row[strings.target == row]):
                        found.setdefault(cls, set()).add(library)
        return found

    def _by_users(self, cls: str, ownership: Ownership, seen: frozenset[str], depth: int) -> Owner | None:
        """The one library whose classes are all that use *cls*; users that lost their names count as theirs."""
        users = [user for user in self._users(cls) if user != cls and user not in seen]
        if not users or len(users) > _MOST_USERS:
            return None
        owners = set()
        for user in users:
            owner: Owner | None = ownership.by_name(user)
            if owner == UNKNOWN:
                deeper = depth < _MAX_DEPTH and user not in self.marked
                owner = self._by_users(user, ownership, seen | {cls}, depth + 1) if deeper else self._mark_of(user)
            owners.add(owner)
            if len(owners) > 1 or owner is None or owner.kind != "library":
                return None
        return owners.pop()

    def _mark_of(self, cls: str) -> Owner | None:
        libraries = self.marked.get(cls, set())
        return Owner("library", next(iter(libraries))) if len(libraries) == 1 else None

    def _users(self, cls: str) -> frozenset[str]:
        """The classes that call a method of *cls*; making an object calls its constructor."""
        known = self._users_of.get(cls)
        if known is None:
            users: set[str] = set()
            for dex, (called, rows) in zip(self._dex_files, self._calls_by_class, strict=True):
                if cls in called:
                    users |= _classes_at(dex, rows[called[cls]])
            known = self._users_of[cls] = frozenset(users)
        return known

    @cached_property
    def _calls_by_class(self) -> list[tuple[dict[str, slice], NDArray[np.int64]]]:
        """For each file the rows of its calls in order of the class that is called, and which are those of a class."""
        found = []
        for dex in self._dex_files:
            calls = dex.invokes
            holders = dex.pools.methods["holder"][calls.target]
            order = np.argsort(holders, kind="stable")
            ordered = holders[order]
            first = np.flatnonzero(np.diff(ordered, prepend=NO_INDEX))
            bounds = pairwise([*first.tolist(), len(order)])
            texts = [dex.pools.type(row) for row in ordered[first].tolist()]
            found.append((dict(zip(texts, (slice(*each) for each in bounds), strict=True)), calls.row[order]))
        return found


def _classes_at(dex: DexFile, rows: NDArray[np.int64]) -> set[str]:
    """The classes whose methods hold the instruction *rows*."""
    items = distinct(dex.instructions.item[rows]).tolist()
    methods = dex.methods.method
    return {dex.pools.method_holder(int(methods[row])) for item in items for row in dex.methods_of_item(item)}
