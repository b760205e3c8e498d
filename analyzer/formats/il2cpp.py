"""Unity's ``global-metadata.dat``: the names of what IL2CPP compiled, and the literals of the code, as numpy columns.

The header is the magic, a version, then pairs of an offset and a size, in the same order in versions 24 to 31 as far as the types
(libil2cpp, ``GlobalMetadataFileInternals.h``). Rows of types and methods grew and shrank within one version number (24.0 to 24.5,
27.0 to 27.2), so their width is found: the one with which every name lies in the heap of names and all methods are some type's.
What code is calls is not in the file: IL2CPP compiles calls to native code.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import FormatError

Ints = NDArray[np.int64]

MAGIC = 0xFAB11BAF
OLDEST, NEWEST = 24, 31
_LITERALS, _LITERAL_TEXTS, _NAMES, _METHODS, _TYPES = 0, 1, 2, 5, 19
_MAX_LITERALS = 1 << 20
_MAX_SAME_NAMES = 16
_MAX_NAME = 1024
# Bytes of a row of types, newest first; where the index of its first method lies, and where the number of its methods does.
_TYPE_ROWS = ((88, 36, 64), (92, 40, 68), (100, 48, 76), (104, 52, 80))
# Bytes of a row of methods, newest first.
_METHOD_ROWS = (36, 32, 52, 56)


class Literal(NamedTuple):
    """A text of the code, and the offset in bytes of its first character in the file."""

    text: str
    offset: int


class Metadata:
    """An open metadata file: ``version``, and columns that are read when they are asked for."""

    def __init__(self, data: bytes, version: int, sections: tuple[tuple[int, int], ...]) -> None:
        self.version = version
        self._data = data
        self._sections = sections
        self._literals = self._rows(_LITERALS, 8).view("<u4").reshape(-1, 2).astype(np.int64)

    def _rows(self, section: int, width: int) -> NDArray[np.uint8]:
        offset, size = self._sections[section]
        return np.frombuffer(self._data, np.uint8, size // width * width, offset).reshape(-1, width)

    def literals(self, wanted: frozenset[str]) -> Iterator[Literal]:
        """The literals that are one of *wanted*, in the order of the file. Those that lie outside of it are left out."""
        base, size = self._sections[_LITERAL_TEXTS]
        texts = {text.encode(): text for text in wanted}
        lengths = np.array(sorted({len(text) for text in texts}), dtype=np.int64)
        length, start = self._literals[:, 0], self._literals[:, 1]
        for row in np.flatnonzero(np.isin(length, lengths) & (start + length <= size)).tolist():
            at = base + int(start[row])
            found = texts.get(self._data[at : at + int(length[row])])
            if found is not None:
                yield Literal(found, at)

    def name(self, index: int) -> str:
        """The name at *index* of the heap of names; what is longer than any name is cut."""
        base, size = self._sections[_NAMES]
        if not 0 <= index < size:
            return ""
        end = base + min(size, index + _MAX_NAME)
        stop = self._data.find(b"\0", base + index, end)
        return self._data[base + index : stop if stop >= 0 else end].decode("utf-8", "replace")

    def methods(self, type_name: str) -> frozenset[str]:
        """The names of the methods that the type *type_name* (``UnityEngine.GUIUtility``) kept; empty when it is not there.

        Raises ``FormatError`` when rows of types and methods have no width that is known.
        """
        space, _, plain = type_name.rpartition(".")
        types, methods, first, count = self._columns()
        found: set[str] = set()
        for row in np.flatnonzero(np.isin(types[:, 0], self._indices(plain))).tolist()[:_MAX_SAME_NAMES]:
            if self.name(int(types[row, 1])) == space:
                begin = int(first[row])
                found.update(self.name(index) for index in methods[begin : begin + int(count[row])].tolist() if begin >= 0)
        return frozenset(found)

    def _indices(self, name: str) -> Ints:
        """Where *name* stands in the heap of names."""
        base, size = self._sections[_NAMES]
        wanted, heap = name.encode() + b"\0", self._data[base : base + size]
        found: list[int] = []
        at = heap.find(wanted)
        while at >= 0 and len(found) < _MAX_SAME_NAMES:
            if at == 0 or heap[at - 1] == 0:
                found.append(at)
            at = heap.find(wanted, at + len(wanted))
        return np.array(found, dtype=np.int64)

    def _columns(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Names and namespaces of types; names of methods; of each type its first method and how many it has."""
        heap = self._sections[_NAMES][1]
        for method_row in _METHOD_ROWS:
            if self._sections[_METHODS][1] % method_row:
                continue
            methods = self._rows(_METHODS, method_row)[:, :4].copy().view("<i4")[:, 0].astype(np.int64)
            if len(methods) and not (methods.min() >= 0 and methods.max() < heap):
                continue
            for type_row, first_at, count_at in _TYPE_ROWS:
                if self._sections[_TYPES][1] % type_row:
                    continue
                rows = self._rows(_TYPES, type_row)
                names = rows[:, :8].copy().view("<i4").astype(np.int64)
                first = rows[:, first_at : first_at + 4].copy().view("<i4")[:, 0].astype(np.int64)
                count = rows[:, count_at : count_at + 2].copy().view("<u2")[:, 0].astype(np.int64)
                if _fits(names, first, count, heap, len(methods)):
                    return names, methods, first, count
        raise FormatError("the tables of types and methods have a layout that is not known")


def _fits(names: Ints, first: Ints, count: Ints, heap: int, methods: int) -> bool:
    """Whether these columns of types can be true: names in the heap, and each method some type's."""
    if not len(names):
        return not methods
    own = count > 0
    return bool(
        names.min() >= 0
        and names.max() < heap
        and count.sum() == methods
        and (first[own] >= 0).all()
        and (first[own] + count[own] <= methods).all()
    )


def open_metadata(data: bytes) -> Metadata:
    """The metadata file *data*.

    Raises ``FormatError`` for anything else: a file that is encrypted, too, or of a version that is not known.
    """
    if len(data) < 8:
        raise FormatError("the IL2CPP metadata are cut short")
    magic, version = struct.unpack_from("<Ii", data)
    if magic != MAGIC:
        raise FormatError("not IL2CPP metadata, or encrypted: the magic is missing")
    if not OLDEST <= version <= NEWEST:
        raise FormatError(f"version {version} of IL2CPP metadata is not known")
    if len(data) < 8 + 8 * (_TYPES + 1):
        raise FormatError("the IL2CPP metadata are cut short")
    words = struct.unpack_from(f"<{2 * (_TYPES + 1)}I", data, 8)
    sections = tuple(zip(words[::2], words[1::2], strict=True))
    needed = [sections[number] for number in (_LITERALS, _LITERAL_TEXTS, _NAMES, _METHODS, _TYPES)]
    if any(offset + size > len(data) for offset, size in needed):
        raise FormatError("a table of the IL2CPP metadata lies outside of the file")
    if sections[_LITERALS][1] > 8 * _MAX_LITERALS:
        raise FormatError("the IL2CPP metadata have too many literals")
    return Metadata(data, version, sections)
