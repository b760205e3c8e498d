"""Which methods carry an annotation of a given type (dex-format specification, "annotations_directory_item")."""

from __future__ import annotations

import struct

import numpy as np

from analyzer.errors import FormatError
from analyzer.formats.dex.columns import distinct
from analyzer.formats.dex.file import DexFile
from analyzer.formats.dex.leb128 import read_uleb128

_MOST = 1 << 16


def annotated_methods(dex: DexFile, type_rows: frozenset[int]) -> dict[int, int]:
    """Rows of the method table that carry an annotation of one of the types *type_rows*, with the type.

    Damaged annotations are passed over: the platform ignores them too.
    """
    found: dict[int, int] = {}
    if not type_rows:
        return found
    sets: dict[int, int | None] = {}
    for directory in _directories_with_methods(dex):
        try:
            for method, annotations in _method_annotations(dex.data, directory):
                if annotations not in sets:
                    sets[annotations] = _wanted(dex.data, annotations, type_rows)
                wanted = sets[annotations]
                if wanted is not None and method < len(dex.pools.methods):
                    found[method] = wanted
        except (struct.error, FormatError, IndexError):
            continue
    return found


def _directories_with_methods(dex: DexFile) -> list[int]:
    """The offsets of the annotations directories that have annotated methods; most have none."""
    offsets = distinct(dex.pools.classes["annotations"])
    words = np.frombuffer(dex.data, "<u4", len(dex.data) // 4)
    at = offsets[(offsets > 0) & (offsets % 4 == 0) & (offsets + 16 <= 4 * len(words))].astype(np.int64)
    return at[words[at // 4 + 2] > 0].tolist()  # type: ignore[no-any-return]


def _method_annotations(data: bytes, directory: int) -> list[tuple[int, int]]:
    """Method row and offset of its annotation set, for the methods of one annotations directory."""
    _, fields, methods, _ = struct.unpack_from("<4I", data, directory)
    start = directory + 16 + 8 * fields
    if fields > _MOST or methods > _MOST or start + 8 * methods > len(data):
        return []
    return [struct.unpack_from("<2I", data, start + 8 * index) for index in range(methods)]


def _wanted(data: bytes, annotations: int, type_rows: frozenset[int]) -> int | None:
    (size,) = struct.unpack_from("<I", data, annotations)
    for index in range(min(size, _MOST)):
        (item,) = struct.unpack_from("<I", data, annotations + 4 + 4 * index)
        row, _ = read_uleb128(data, item + 1)  # one byte of visibility stands before the annotation
        if row in type_rows:
            return row
    return None
