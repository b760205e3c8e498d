"""Which code reaches which data: categories down, owners across, the declared permissions at the end of each row."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from markupsafe import Markup

from analyzer.facts import Owner
from analyzer.reporting.naming import short_permission
from analyzer.reporting.pictures.svg import Svg, fit, text_width
from analyzer.reporting.summary import OwnerCalls, Reached
from analyzer.reporting.words import Words

_LABEL, _CELL, _ROW, _HEAD, _PERMISSION = 224.0, 78.0, 30.0, 84.0, 260.0
_MOST_OWNERS = 8
_SIZE = 12.0


def matrix_picture(rows: Sequence[Reached], words: Words) -> Markup:
    """The picture of what :func:`analyzer.reporting.summary.reached` found."""
    owners = columns_of(rows)
    t = words.t
    svg = Svg(t("picture.matrix"), "; ".join(_said(row, words) for row in rows))
    others = any(o.owner not in owners for row in rows for o in row.owners)
    heads = [words.owner(owner) for owner in owners] + [t("picture.matrix-others")] * others
    left = _LABEL + len(heads) * _CELL
    width, height = left + 14 + _PERMISSION, _HEAD + len(rows) * _ROW + 4
    for number, head in enumerate(heads):
        x = _LABEL + (number + 0.5) * _CELL - 8
        svg.text(x, _HEAD - 10, fit(head, 136, _SIZE), "head", transform=f"rotate(-32 {x:.1f} {_HEAD - 10:.1f})")
    svg.text(left + 14, _HEAD - 10, t("label.permissions-declared"), "head")
    for number, row in enumerate(rows):
        middle = _HEAD + (number + 0.5) * _ROW
        svg.add("path", d=f"M0 {middle - _ROW / 2:.1f}H{width:.1f}", class_="rule")
        svg.text(0, middle + 4, fit(words.category(row.category), _LABEL - 8, 13), "label")
        for column, cell in _cells(row, owners):
            _dot(svg, cell, _LABEL + (column + 0.5) * _CELL, middle)
        svg.text(left + 14, middle + 4, _permissions(row.permissions), "small")
    return svg.drawing(width, height, "matrix-picture")


def columns_of(rows: Sequence[Reached]) -> list[Owner]:
    """The owners that get a column: the app itself first, then those with the most kinds of data."""
    weights: dict[Owner, tuple[int, int]] = {}
    for row in rows:
        for cell in row.owners:
            kinds, calls = weights.get(cell.owner, (0, 0))
            weights[cell.owner] = (kinds + 1, calls + cell.count)
    order = sorted(weights, key=lambda owner: (owner.kind != "app", -weights[owner][0], -weights[owner][1], owner))
    return order[:_MOST_OWNERS]


def _cells(row: Reached, owners: Sequence[Owner]) -> list[tuple[int, OwnerCalls]]:
    cells = [(owners.index(cell.owner), cell) for cell in row.owners if cell.owner in owners]
    rest = [cell for cell in row.owners if cell.owner not in owners]
    if rest:
        total = OwnerCalls(Owner("unknown"), sum(cell.count for cell in rest), any(cell.started for cell in rest))
        cells.append((len(owners), total))
    return cells


def _dot(svg: Svg, cell: OwnerCalls, x: float, y: float) -> None:
    radius = min(4 + 1.6 * sqrt(cell.count), 11)
    svg.add("circle", cx=x - 8, cy=y, r=radius, class_="dot" if cell.started else "ring")
    svg.text(x - 8 + radius + 4, y + 4, str(cell.count), "count")


def _permissions(names: Sequence[str]) -> str:
    if not names:
        return "–"
    first = short_permission(names[0])
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    return fit(first, _PERMISSION - text_width(more, 11) - 6, 11) + more


def _said(row: Reached, words: Words) -> str:
    owners = ", ".join(f"{words.owner(o.owner)} {o.count}" for o in row.owners) or words.t("label.none")
    return words.t("picture.matrix-text", category=words.category(row.category), owners=owners)
