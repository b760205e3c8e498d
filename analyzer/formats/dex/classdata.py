"""class_data_item of every class at once: which methods each class defines, and where their code lies.

The items are runs of ULEB128 numbers, in practice one after another. All numbers of their region are decoded in one
vectorised pass; an item that does not begin at a number's start (bytes of something else lie between) is decoded
on its own. Layout: dex-format specification, "class_data_item" and "encoded_method".
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.formats.dex.columns import distinct
from analyzer.formats.dex.leb128 import Uleb, read_uleb128, read_uleb128_run
from analyzer.formats.dex.pools import Pools

Ints = NDArray[np.int64]

_MOST_METHODS = 1 << 16


class EncodedMethods(NamedTuple):
    """Every method that a class of the file defines, as columns.

    ``class_def`` row of the class definitions, ``method`` row of the method table, ``flags`` access flags,
    ``code`` byte offset of the code item (0: abstract or native), ``direct`` whether it is static, private or a
    constructor. ``bad`` counts classes whose data could not be read as a whole.
    """

    class_def: Ints
    method: Ints
    flags: Ints
    code: Ints
    direct: NDArray[np.bool_]
    bad: int


def read_encoded_methods(data: bytes, pools: Pools) -> EncodedMethods:
    """The methods of all class definitions in *data*."""
    offsets = pools.classes["data"].astype(np.int64)
    class_defs = np.flatnonzero(offsets)
    offsets = offsets[class_defs]
    if not len(offsets):
        return _empty(0)
    first = int(offsets.min())
    region = np.frombuffer(data, np.uint8)[first:]
    region = region[: _extent(region, int(offsets.max()) - first)]
    numbers = read_uleb128_run(region)
    at = np.searchsorted(numbers.starts, offsets - first)
    aligned = (at < len(numbers.starts)) & (numbers.starts[np.minimum(at, len(numbers.starts) - 1)] == offsets - first)
    parts = [_read_items(numbers, class_defs[aligned], at[aligned], pools)]
    for class_def, offset in zip(class_defs[~aligned].tolist(), offsets[~aligned].tolist(), strict=True):
        own = np.frombuffer(data, np.uint8)[offset:]
        own_numbers = read_uleb128_run(own[: _extent(own, 0)])
        parts.append(_read_items(own_numbers, np.array([class_def]), np.array([0]), pools))
    columns = [np.concatenate([part[i] for part in parts]) for i in range(5)]
    bad = sum(part.bad for part in parts)
    return EncodedMethods(columns[0], columns[1], columns[2], columns[3], columns[4].astype(bool), bad)


def _extent(region: NDArray[np.uint8], last: int) -> int:
    """How many bytes of *region* to decode: to the end of the item that starts at byte *last*, by its own sizes."""
    head = read_uleb128_run(region[last : last + 20])
    if len(head.values) < 4:
        return len(region)
    static, instance, direct, virtual = (int(v) for v in head.values[:4])
    most = last + 20 + 10 * (static + instance) + 15 * (direct + virtual)
    return min(len(region), most)


def _read_items(numbers: Uleb, class_defs: Ints, at: Ints, pools: Pools) -> EncodedMethods:
    """Items that start at the numbers *at*, all at once."""
    values = numbers.values.astype(np.int64)
    total = len(values)
    whole = at + 4 <= total
    sizes = np.zeros((4, len(at)), dtype=np.int64)
    for i in range(4):
        sizes[i, whole] = values[at[whole] + i]
    fields, direct, virtual = sizes[0] + sizes[1], sizes[2], sizes[3]
    begin = at + 4 + 2 * fields
    good = whole & (fields < total) & (direct < total) & (virtual < total) & (begin + 3 * (direct + virtual) <= total)
    bad = int((~good).sum())
    rescued = [
        each
        for class_def, place in zip(class_defs[whole & ~good][: limits.DEX_RESCUED], at[whole & ~good], strict=False)
        for each in _rescued(values, int(place), int(class_def), pools)
    ]
    class_defs, begin, direct, virtual = class_defs[good], begin[good], direct[good], virtual[good]
    # Two segments a class, direct then virtual: in each the method row is a running sum of differences.
    lengths = np.stack([direct, virtual], axis=1).ravel()
    firsts = np.stack([begin, begin + 3 * direct], axis=1).ravel()
    if int(lengths.sum()) > total:
        raise FormatError("class data items overlap beyond their region")
    segment = np.repeat(np.arange(len(lengths)), lengths)
    ends = np.cumsum(lengths)
    place = np.arange(len(segment)) - np.repeat(ends - lengths, lengths)
    index = firsts[segment] + 3 * place
    sums = np.cumsum(values[index])
    before = np.concatenate([[0], sums])[ends - lengths]
    method = sums - before[segment] & 0xFFFFFFFF  # differences may wrap around, which Android refuses
    in_range = method < len(pools.methods)
    if not in_range.all():
        bad += len(distinct(segment[~in_range] // 2))
        segment, index, method = segment[in_range], index[in_range], method[in_range]
    columns: tuple[NDArray[Any], ...] = (class_defs[segment // 2], method, values[index + 1], values[index + 2], segment % 2 == 0)
    if rescued:
        more = np.array(rescued, dtype=np.int64).T
        columns = tuple(np.concatenate([old, new]) for old, new in zip(columns, more, strict=True))
    return EncodedMethods(columns[0], columns[1], columns[2], columns[3], columns[4].astype(bool), bad)


def _rescued(values: Ints, at: int, class_def: int, pools: Pools) -> list[tuple[int, int, int, int, bool]]:
    """The methods of a class that counts more than there can be: one after another as long as they are its own."""
    static, instance, direct, virtual = values[at : at + 4].tolist()
    at += 4 + 2 * (static + instance)
    own = int(pools.classes["type"][class_def])
    found: list[tuple[int, int, int, int, bool]] = []
    for count, is_direct in ((direct, True), (virtual, False)):
        row = 0
        for _ in range(min(count, _MOST_METHODS)):
            if at + 3 > len(values):
                return found
            step, flags, code = values[at : at + 3].tolist()
            row, at = row + step, at + 3
            misplaced = code % 4 or (found and found[-1][1] == row)
            if misplaced or row >= len(pools.methods) or int(pools.methods["holder"][row]) != own:
                return found
            found.append((class_def, row, flags, code, is_direct))
    return found


def _empty(bad: int) -> EncodedMethods:
    none = np.zeros(0, dtype=np.int64)
    return EncodedMethods(none, none, none, none, none.astype(bool), bad)


def static_fields(data: bytes, offset: int) -> list[int]:
    """The rows of the field table of the static fields that the class_data_item at *offset* defines.

    Empty when it is malformed.
    """
    if not offset:
        return []
    found: list[int] = []
    try:
        count, at = read_uleb128(data, offset)
        for _ in range(3):
            _, at = read_uleb128(data, at)
        row = 0
        for _ in range(min(count, 65536)):
            step, at = read_uleb128(data, at)
            _, at = read_uleb128(data, at)
            row += step
            found.append(row)
    except FormatError:
        return []
    return found
