"""A quick look at many names at once: which rows of a string table can hold one of the wanted names.

A name's length and first three bytes are compared as one number, for all rows in a few numpy passes; only rows that
pass are decoded. About one row in a hundred passes by chance.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from analyzer.formats.dex.columns import numbered
from analyzer.formats.dex.file import DexFile

_HEAD_MASKS = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF], dtype=np.int64)


class NameFilter:
    """Selects string rows by wanted names, which are ASCII and shorter than 128 characters."""

    def __init__(self, names: Iterable[str]) -> None:
        wanted = {name.encode("ascii") for name in names}
        keys = {len(name) | int.from_bytes(name[:3], "little") << 8 for name in wanted if len(name) < 128}
        self._keys = np.array(sorted(keys), dtype=np.int64)
        self._names = frozenset(wanted)

    def select(self, dex: DexFile, strings: NDArray[np.uint32]) -> NDArray[np.int64]:
        """The indices into *strings* (string rows, repeats allowed) whose text is a wanted name."""
        if not len(self._keys):
            return np.zeros(0, dtype=np.int64)
        texts, back = numbered(strings)
        raw = np.frombuffer(dex.data, np.uint8)
        at = dex.pools.string_offsets[texts].astype(np.int64)
        at = np.minimum(at, len(raw) - 4)
        length = raw[at].astype(np.int64)
        head = raw[at + 1].astype(np.int64) | raw[at + 2].astype(np.int64) << 8 | raw[at + 3].astype(np.int64) << 16
        key = length | (head & _HEAD_MASKS[np.minimum(length, 3)]) << 8
        nearest = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        maybe = np.flatnonzero((self._keys[nearest] == key) & (length < 128))
        good = np.zeros(len(texts), dtype=bool)
        good[[row for row in maybe.tolist() if dex.pools.raw_string(int(texts[row])) in self._names]] = True
        return np.flatnonzero(good[back])
