"""Where every instruction of a DEX file starts: a linear sweep over all methods in parallel.

One cursor for each distinct code item; in each step all cursors advance by the length of the instruction they stand
on. The work is the number of instructions, the steps those of the longest method; the few very long methods are
finished one by one, where a numpy call for a handful of cursors would cost more than the plain loop.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from analyzer import limits
from analyzer.formats.dex.columns import distinct
from analyzer.formats.dex.opcodes import LENGTHS

Ints = NDArray[np.int64]
Units = NDArray[np.uint16]

_CODE_HEADER_UNITS = 8
_FEW_CURSORS = 48
_STEPS = 8
# By the first code unit of an instruction its length; 0 for payloads, which say their own.
_WIDTHS = np.tile(np.array(LENGTHS, dtype=np.int64), 256)
_WIDTHS[[0x0100, 0x0200, 0x0300]] = 0


class CodeItems(Struct, frozen=True):
    """The distinct code items of a file, ordered by layer, then by start.

    ``offset`` byte offset of the item, ``start`` and ``end`` code units of its instructions counted from the file's
    start. ``layer_ends``: items of one layer do not overlap; nearly always there is one layer. ``bad`` counts items
    that lie outside the file, ``refused`` those left out because they overlap beyond reason.
    """

    offset: Ints
    start: Ints
    end: Ints
    layer_ends: tuple[int, ...]
    bad: int
    refused: int


class Instructions(Struct, frozen=True):
    """All instruction starts: ``position`` in code units from the file's start, ``item`` row of its code item.

    Rows are sorted by layer, then by position, so the instructions of one item are neighbours; ``first`` holds for
    each item its first row, with one more entry at the end. ``cut`` counts items whose last instruction runs over
    their end.
    """

    position: Ints
    item: Ints
    first: Ints
    cut: int


def read_code_items(units: Units, offsets: Ints) -> CodeItems:
    """The code items at the byte *offsets* (repeats and zeros allowed), checked against the file."""
    at = distinct(offsets[offsets > 0])
    total = len(units)
    head = at // 2
    fits = (at % 2 == 0) & (head + _CODE_HEADER_UNITS <= total)
    at, head, bad = at[fits], head[fits], int((~fits).sum())
    start = head + _CODE_HEADER_UNITS
    size = units[head + 6].astype(np.int64) | units[head + 7].astype(np.int64) << 16
    fits = start + size <= total
    at, start, end = at[fits], start[fits], (start + size)[fits]
    bad += int((~fits).sum())
    layers = _layers(start, end)
    order = np.concatenate([np.zeros(0, dtype=np.int64), *layers])
    ends = tuple(np.cumsum([len(layer) for layer in layers]).tolist())
    return CodeItems(at[order], start[order], end[order], ends, bad, len(at) - len(order))


def _layers(start: Ints, end: Ints) -> list[Ints]:
    """Rows of items (sorted by start) parted into layers without overlap; too many layers are cut off."""
    if not (end[:-1] > start[1:]).any():
        return [np.arange(len(start))]
    layers: list[list[int]] = []
    free_from: list[int] = []
    for row, (begin, stop) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
        layer = next((i for i, free in enumerate(free_from) if free <= begin), len(layers))
        if layer == limits.DEX_LAYERS:
            continue
        if layer == len(layers):
            layers.append([])
            free_from.append(0)
        layers[layer].append(row)
        free_from[layer] = max(stop, begin + 1)
    return [np.array(layer, dtype=np.int64) for layer in layers]


def sweep(units: Units, items: CodeItems) -> Instructions:
    """Every instruction start of every item in *items*."""
    positions: list[Ints] = []
    counts: list[Ints] = []
    cut = 0
    begin = 0
    for layer_end in items.layer_ends:
        start, end = items.start[begin:layer_end], items.end[begin:layer_end]
        marks = np.zeros(len(units) + 1, dtype=bool)
        _mark_starts(units, start, end, marks)
        position = np.flatnonzero(marks)
        count = np.diff(np.searchsorted(position, start), append=len(position))
        cut += _count_cut(units, position[np.cumsum(count)[count > 0] - 1], end[count > 0])
        positions.append(position)
        counts.append(count)
        begin = layer_end
    first = np.cumsum(np.concatenate([np.zeros(1, dtype=np.int64), *counts]))
    item = np.repeat(np.arange(len(items.offset)), np.diff(first))
    every = positions[0] if len(positions) == 1 else np.concatenate([np.zeros(0, dtype=np.int64), *positions])
    return Instructions(every, item, first, cut)


def _mark_starts(units: Units, start: Ints, end: Ints, marks: NDArray[np.bool_]) -> None:
    """Mark the instruction starts of items that do not overlap.

    Which cursors are at their ends, and which at a payload, is looked at every few steps only: until then they stay there.
    """
    nonempty = end > start
    start, end = start[nonempty], end[nonempty]
    position, stop = start.copy(), end
    while len(position) > _FEW_CURSORS:
        for _ in range(_STEPS):
            marks[position] = True
            width = _WIDTHS.take(units.take(position, mode="clip"))
            position += width
            np.minimum(position, stop, out=position)
        for row in np.flatnonzero((width == 0) & (position < stop)).tolist():
            position[row] = min(position[row] + payload_length(units, int(position[row])), stop[row])
        going = position < stop
        position, stop = position[going], stop[going]
    for cursor, last in zip(position.tolist(), stop.tolist(), strict=True):
        _mark_one(units, cursor, last, marks)
    marks[end] = False
    marks[start] = True  # also where the item before ends there


def _mark_one(units: Units, position: int, end: int, marks: NDArray[np.bool_]) -> None:
    """The rest of one long item, instruction by instruction."""
    widths = _WIDTHS.take(units[position:end]).tolist()
    at, size = 0, end - position
    found = []
    while at < size:
        found.append(at)
        at += widths[at] or payload_length(units, position + at)
    marks[np.array(found) + position] = True


def _count_cut(units: Units, last: Ints, end: Ints) -> int:
    """How many items run over their *end*, each by its *last* instruction."""
    behind = last + _WIDTHS.take(units[last])
    for row in np.flatnonzero(behind == last).tolist():
        behind[row] += payload_length(units, int(last[row]))
    return int((behind > end).sum())


def payload_length(units: Units, position: int) -> int:
    """Length in code units of the switch or array payload at *position* (bytecode specification, payload formats)."""
    words: list[int] = [*units[position : position + 4].tolist(), 0, 0, 0]
    ident, width, low, high = words[:4]
    if ident == 0x0100:
        return 4 + 2 * width
    if ident == 0x0200:
        return 2 + 4 * width
    return 4 + ((low | high << 16) * width + 1) // 2
