"""The score as a stacked bar: each category's points side by side; their sum, less what is cut at 100, is the score."""

from __future__ import annotations

from markupsafe import Markup

from analyzer.reporting.pictures.svg import Svg, element, fit, text_width
from analyzer.reporting.words import Words
from analyzer.result import Score

_WIDTH, _BAR, _TOP = 1000.0, 30.0, 4.0
_SIZE = 11.0
TOTAL = 100


def segments(score: Score) -> list[tuple[str, int]]:
    """Each category's points after its cap, largest first; without those that cost nothing."""
    return sorted(((c, points) for c, points in score.by_category.items() if points), key=lambda item: (-item[1], item[0]))


def score_picture(score: Score, words: Words) -> Markup:
    """The bar. What is over 100 is drawn hollow: it does not count."""
    t = words.t
    parts = segments(score)
    named = ", ".join(t("score.part", category=words.category(category), points=points) for category, points in parts)
    svg = Svg(t("score.picture"), t("score.picture-text", total=score.total, parts=named or "0"))
    full = max(TOTAL, sum(points for _, points in parts))
    unit = (_WIDTH - 2) / full
    svg.add("rect", x=1, y=_TOP, width=TOTAL * unit, height=_BAR, class_="scale", rx=3)
    if score.could_be_up_to and score.could_be_up_to > score.total:
        width = (min(score.could_be_up_to, TOTAL) - score.total) * unit
        svg.add("rect", x=1 + score.total * unit, y=_TOP, width=width, height=_BAR, class_="possible")
    at = 0
    for number, (category, points) in enumerate(parts):
        _segment(svg, (at, points), unit, f"{words.category(category)} {points}", number)
        at += points
    for mark in (0, 25, 50, 75, 100):
        x = 1 + mark * unit
        svg.add("path", d=f"M{x:.1f} {_TOP + _BAR:.1f}v5", class_="tick")
        anchor = "start" if mark == 0 else "end" if mark == TOTAL and full == TOTAL else "middle"
        svg.text(x, _TOP + _BAR + 17, str(mark), "small", text_anchor=anchor)
    over = full - TOTAL
    if over:
        note = fit(t("score.cut", points=over), over * unit - 10, _SIZE)
        svg.text(1 + TOTAL * unit + 6, _TOP + _BAR / 2 + 4, note if len(note) > 8 else "", "over")
    return svg.drawing(_WIDTH, _TOP + _BAR + 22, "score-picture")


def _segment(svg: Svg, span: tuple[int, int], unit: float, words: str, number: int) -> None:
    at, points = span
    counted = max(0, min(points, TOTAL - at))
    for start, amount, class_ in ((at, counted, f"part part-{number % 4}"), (at + counted, points - counted, "cut")):
        if amount:
            content = element("title", words)
            svg.add("rect", content, x=1 + start * unit + 0.5, y=_TOP, width=amount * unit - 1, height=_BAR, class_=class_)
    name = words.rpartition(" ")[0]
    room = counted * unit - 10
    if room > 34:
        text = words if text_width(words, _SIZE) <= room else name
        svg.text(1 + at * unit + 6, _TOP + _BAR / 2 + 4, fit(text, room, _SIZE), f"inside inside-{number % 4}")
