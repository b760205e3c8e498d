"""Which methods carry an annotation of a given type (dex-format specification, "annotations_directory_item").

Read for all classes at once: directories, the pairs of method and annotation set in them, the items of the sets, their types.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyzer.formats.dex.columns import Ints, distinct, numbered, stretched
from analyzer.formats.dex.file import DexFile

_MOST = 1 << 16
_LONGEST = 5  # bytes of a ULEB128 number

Words = NDArray[np.uint32]


def annotated_methods(dex: DexFile, type_rows: frozenset[int]) -> dict[int, int]:
    """Rows of the method table that carry an annotation of one of the types *type_rows*, with the type.

    Damaged annotations are passed over: the platform ignores them too.
    """
    if not type_rows:
        return {}
    words = np.frombuffer(dex.data, "<u4", len(dex.data) // 4)
    method, annotations = _annotated(dex, words)
    sets, back = numbered(annotations)
    owner, types = _types(dex, words, sets)
    wanted = np.zeros(len(dex.pools.types) + 1, dtype=bool)
    wanted[[row for row in type_rows if row < len(wanted)]] = True
    hits = np.flatnonzero(wanted[np.minimum(types, len(wanted) - 1)])[::-1]  # backwards: of several the first stays
    first = np.full(len(sets), -1, dtype=np.int64)
    first[owner[hits]] = types[hits]
    found = first[back]
    rows = np.flatnonzero((found >= 0) & (method < len(dex.pools.methods)))
    return dict(zip(method[rows].tolist(), found[rows].tolist(), strict=True))


def _annotated(dex: DexFile, words: Words) -> tuple[Ints, Ints]:
    """Method rows, and the word at which the set of annotations of each begins."""
    offsets = distinct(dex.pools.classes["annotations"]).astype(np.int64)
    at = offsets[(offsets > 0) & (offsets % 4 == 0) & (offsets + 16 <= 4 * len(words))] // 4
    fields, methods = words[at + 1].astype(np.int64), words[at + 2].astype(np.int64)
    start = at + 4 + 2 * fields
    good = (fields <= _MOST) & (methods <= _MOST) & (start + 2 * methods <= len(words))
    start, methods = start[good], _bounded(methods[good], len(words))
    _, index = stretched(methods)
    pairs = np.repeat(start, methods) + 2 * index
    method, annotations = words[pairs].astype(np.int64), words[pairs + 1].astype(np.int64)
    good = (annotations % 4 == 0) & (annotations < 4 * len(words))
    return method[good], annotations[good] // 4


def _bounded(counts: Ints, most: int) -> Ints:
    """The counts without those from where they come to more than *most*: tables that overlap, made to fill the memory."""
    return np.where(np.cumsum(counts) <= most, counts, 0)


def _types(dex: DexFile, words: Words, sets: Ints) -> tuple[Ints, Ints]:
    """The types of the annotations in *sets* (words): for each annotation the number of its set, and its type's row."""
    size = np.minimum(words[sets].astype(np.int64), _MOST)
    size[sets + 1 + size > len(words)] = 0
    size = _bounded(size, len(words))
    owner, index = stretched(size)
    item = words[np.repeat(sets, size) + 1 + index].astype(np.int64)
    fits = item + 1 + _LONGEST <= len(dex.data)
    owner, item = owner[fits], item[fits] + 1  # one byte of visibility stands before the annotation
    raw = np.frombuffer(dex.data, np.uint8)
    types = np.zeros(len(item), dtype=np.int64)
    more = np.arange(len(item))
    for length in range(_LONGEST):
        byte = raw[item[more] + length].astype(np.int64)
        types[more] |= (byte & 0x7F) << (7 * length)
        more = more[byte >= 0x80]
    return owner, types & 0xFFFFFFFF
