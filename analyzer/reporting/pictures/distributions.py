"""How a catalog is distributed: verdicts as one stacked bar, scores as columns, kinds of data as bars."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from analyzer.documents import AppRow
from analyzer.reporting.pictures.svg import Svg, element, fit, text_width
from analyzer.reporting.summary import DATA_CATEGORIES
from analyzer.reporting.words import Words
from analyzer.result import VERDICTS, Verdict

_WIDTH = 420.0
_BIN, _BINS = 5, 20
_PLOT = 96.0
_LABEL, _ROW = 206.0, 20.0
_MOST_CATEGORIES = 10


def verdict_counts(apps: Sequence[AppRow]) -> dict[Verdict, int]:
    """How many apps have each verdict, worst first."""
    return {verdict: sum(app.verdict == verdict for app in apps) for verdict in reversed(VERDICTS)}


def verdict_picture(apps: Sequence[AppRow], words: Words) -> Markup:
    """The verdicts as parts of a bar."""
    counts = verdict_counts(apps)
    said = ", ".join(f"{words.t(f'verdict.short.{verdict}')} {count}" for verdict, count in counts.items())
    svg = Svg(words.t("index.verdicts"), said)
    at, unit = 0.0, _WIDTH / max(len(apps), 1)
    for verdict, count in counts.items():
        if count:
            width = count * unit
            svg.add("rect", x=at + 0.5, y=0, width=max(width - 1, 0.5), height=26, class_=f"verdict-{verdict}")
            label = words.t.number(count)
            if text_width(label, 12) < width - 8:
                svg.text(at + 6, 17.5, label, "inside")
            at += width
    return svg.drawing(_WIDTH, 26, "verdict-picture")


def score_picture(apps: Sequence[AppRow], words: Words) -> Markup:
    """The scores in steps of five points, each column parted by verdict."""
    columns = [_in_bin(apps, number) for number in range(_BINS)]
    highest = max((len(column) for column in columns), default=0) or 1
    said = "; ".join(_said(number, len(column), words) for number, column in enumerate(columns) if column)
    svg = Svg(words.t("index.scores"), said)
    step = _WIDTH / _BINS
    for number, column in enumerate(columns):
        y = _PLOT + 4
        title = element("title", _said(number, len(column), words))
        for verdict in VERDICTS:
            height = sum(app.verdict == verdict for app in column) / highest * _PLOT
            if height:
                y -= height
                svg.add("rect", title, x=number * step + 1, y=y, width=step - 2, height=height, class_=f"verdict-{verdict}")
    svg.add("path", d=f"M0 {_PLOT + 4.5:.1f}H{_WIDTH:.1f}", class_="tick")
    for mark in (0, 25, 50, 75, 100):
        anchor = "start" if mark == 0 else "end" if mark == 100 else "middle"
        svg.text(mark / 100 * _WIDTH, _PLOT + 19, str(mark), "small", text_anchor=anchor)
    return svg.drawing(_WIDTH, _PLOT + 24, "scores-picture")


def _in_bin(apps: Sequence[AppRow], number: int) -> list[AppRow]:
    """The apps of one column; 100 points belong to the last."""
    return [app for app in apps if app.score is not None and min(app.score // _BIN, _BINS - 1) == number]


def _said(number: int, count: int, words: Words) -> str:
    first = number * _BIN
    last = 100 if number == _BINS - 1 else first + _BIN - 1
    return words.t("index.scores-text", first=first, last=last, count=words.t.number(count))


def category_picture(apps: Sequence[AppRow], words: Words) -> Markup:
    """How many apps reach each of the kinds of data that most reach."""
    counts = {category: sum(category in app.categories for app in apps) for category in DATA_CATEGORIES}
    shown = sorted(((c, n) for c, n in counts.items() if n), key=lambda item: -item[1])[:_MOST_CATEGORIES]
    said = ", ".join(f"{words.category(category)} {count}" for category, count in shown)
    svg = Svg(words.t("index.categories"), said)
    room = _WIDTH - _LABEL - 50
    for number, (category, count) in enumerate(shown):
        y = number * _ROW
        svg.text(0, y + 14, fit(words.category(category), _LABEL - 8, 12), "label")
        width = max(count / shown[0][1] * room, 1)
        svg.add("rect", x=_LABEL, y=y + 4, width=width, height=_ROW - 8, class_="bar")
        svg.text(_LABEL + width + 6, y + 14, words.t.number(count), "count")
    return svg.drawing(_WIDTH, max(len(shown) * _ROW, 20), "categories-picture")
