"""Initial values of static fields: ``encoded_array_item`` of the dex-format specification.

A constant that a compiler puts into its users as well stands here only once more; one that it does not (a field of an
annotation, a text that is read through its field) stands only here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analyzer.formats.dex.file import DexFile
from analyzer.formats.dex.leb128 import read_uleb128

_STRING, _ARRAY, _ANNOTATION, _NULL, _BOOLEAN = 0x17, 0x1C, 0x1D, 0x1E, 0x1F
_CHAR = 0x03
_WHOLE = frozenset({0x00, 0x02, _CHAR, 0x04, 0x06})  # byte, short, char, int, long
_MOST_FIELDS = 1 << 16
_MOST_CLASSES = 2000


def static_strings(dex: DexFile, class_row: int) -> dict[str, int]:
    """The static fields of one class that begin as a text: name to row of the text; empty where that cannot be read."""
    pools = dex.pools
    offset, data = int(pools.classes["values"][class_row]), int(pools.classes["data"][class_row])
    if not offset or not data:
        return {}
    try:
        rows = list(_first_strings(dex.data, offset))
        fields = list(_static_fields(dex.data, data, len(rows)))
    except (IndexError, ValueError):
        return {}
    strings, known = len(pools.string_offsets), len(pools.fields)
    return {
        pools.string(int(pools.fields[field]["name"])): row
        for field, row in zip(fields, rows, strict=False)
        if row is not None and row < strings and field < known
    }


def classes_with_text(dex: DexFile, rows: Sequence[int]) -> list[int]:
    """The classes among whose static fields' values one of the texts *rows* may be; a value is sought by its bytes."""
    values = dex.pools.classes["values"].astype(np.int64)
    classes = np.flatnonzero(values)
    if not len(classes):
        return []
    order = classes[np.argsort(values[classes], kind="stable")]
    starts = values[order]
    low, high = int(starts[0]), min(int(starts[-1]) + _MOST_FIELDS, len(dex.data))
    found: set[int] = set()
    for row in rows:
        length = max(1, (row.bit_length() + 7) // 8)
        value = bytes([_STRING | (length - 1) << 5]) + row.to_bytes(length, "little")
        at = dex.data.find(value, low, high)
        while at >= 0 and len(found) < _MOST_CLASSES:
            found.add(int(order[np.searchsorted(starts, at, side="right") - 1]))
            at = dex.data.find(value, at + 1, high)
    return sorted(found)


def _first_strings(data: bytes, at: int) -> Iterator[int | None]:
    """The values of an array up to the first that holds values itself; None for what is no text."""
    count, at = read_uleb128(data, at)
    for _ in range(min(count, _MOST_FIELDS)):
        head = data[at]
        kind, size = head & 0x1F, head >> 5
        if kind in (_ARRAY, _ANNOTATION):  # javac gives static fields none of these
            return
        length = 0 if kind in (_NULL, _BOOLEAN) else size + 1
        if at + 1 + length > len(data):
            return
        yield int.from_bytes(data[at + 1 : at + 1 + length], "little") if kind == _STRING else None
        at += 1 + length


def _static_fields(data: bytes, at: int, most: int) -> Iterator[int]:
    """The field rows of the first *most* static fields, in the order of their values."""
    count, at = read_uleb128(data, at)
    for _ in range(3):
        _, at = read_uleb128(data, at)
    row = 0
    for _ in range(min(count, most)):
        step, at = read_uleb128(data, at)
        _, at = read_uleb128(data, at)
        row += step
        yield row


def initial_values(dex: DexFile, class_row: int) -> dict[int, tuple[str, int] | None]:
    """The static fields of one class by row of the field table, with what they begin as.

    ``("int", number)`` (also for null, truth values and fields without a value), ``("string", row)``, or None for anything else.
    Raises ``FormatError`` or ``IndexError`` where the file is damaged.
    """
    offset, data = int(dex.pools.classes["values"][class_row]), int(dex.pools.classes["data"][class_row])
    if not data:
        return {}
    fields = list(_static_fields(dex.data, data, _MOST_FIELDS))
    values: list[tuple[str, int] | None] = list(_values(dex.data, offset)) if offset else []
    values += [("int", 0)] * (len(fields) - len(values))
    return dict(zip(fields, values, strict=False))


def _values(data: bytes, at: int) -> Iterator[tuple[str, int] | None]:
    """The values of an array; behind one that holds values itself nothing is known."""
    count, at = read_uleb128(data, at)
    for index in range(min(count, _MOST_FIELDS)):
        head = data[at]
        kind, size = head & 0x1F, head >> 5
        if kind in (_ARRAY, _ANNOTATION):
            yield from [None] * (min(count, _MOST_FIELDS) - index)
            return
        length = 0 if kind in (_NULL, _BOOLEAN) else size + 1
        raw = data[at + 1 : at + 1 + length]
        if len(raw) < length:
            raise IndexError("an initial value lies outside of the file")
        at += 1 + length
        if kind == _STRING:
            yield "string", int.from_bytes(raw, "little")
        elif kind in (_NULL, _BOOLEAN):
            yield "int", size if kind == _BOOLEAN else 0
        elif kind in _WHOLE:
            yield "int", int.from_bytes(raw, "little", signed=kind != _CHAR)
        else:
            yield None
