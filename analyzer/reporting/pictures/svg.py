"""A small writer of SVG: shapes as escaped markup, text that fits. Looks (colours, fonts, dark mode) live in the style sheet."""

from __future__ import annotations

import unicodedata

from markupsafe import Markup, escape

# Widths of characters as parts of the font size, on the wide side, so that text fits in any of the usual fonts.
_WIDE, _NARROW, _REGULAR = 1.05, 0.42, 0.64
_NARROW_CHARACTERS = frozenset("iljtfrI.,:;'|!()[] ")


def text_width(text: str, size: float) -> float:
    """About how wide *text* is drawn at a font size, in the same unit."""
    return size * sum(map(_character, text))


def _character(character: str) -> float:
    if character in _NARROW_CHARACTERS:
        return _NARROW
    if character.isupper() or character in "mwMW@%":
        return 0.8
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _REGULAR


def fit(text: str, width: float, size: float) -> str:
    """*text*, cut with an ellipsis where it would be wider than *width*."""
    if text_width(text, size) <= width:
        return text
    room, kept = width - text_width("…", size), ""
    for character in text:
        room -= _character(character) * size
        if room < 0:
            break
        kept += character
    return f"{kept}…"


class Svg:
    """One picture, its unit a CSS pixel at full size. ``name`` and ``words`` are what a screen reader says."""

    def __init__(self, name: str, words: str) -> None:
        self._label = f"{name}: {words}" if words else name
        self._parts: list[Markup] = []

    def add(self, tag: str, content: str | Markup = "", /, **attributes: str | float | None) -> None:
        """An element; text in *content* is escaped, ``class_`` and ``stroke_width`` lose or change their underscores."""
        self._parts.append(element(tag, content, **attributes))

    def text(self, x: float, y: float, text: str, class_: str = "", **attributes: str | float | None) -> None:
        """A line of text, its base line at *y*."""
        self.add("text", text, x=x, y=y, class_=class_ or None, **attributes)

    def drawing(self, width: float, height: float, class_: str) -> Markup:
        """The finished picture."""
        size = f'viewBox="0 0 {_number(width)} {_number(height)}" width="{_number(width)}" height="{_number(height)}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" class="{class_}" {size} role="img" aria-label="{escape(self._label)}">'
        return Markup(f"{head}{''.join(self._parts)}</svg>")


def element(tag: str, content: str = "", /, **attributes: str | float | None) -> Markup:
    """One element as markup, texts in it escaped; attributes that are None are left out."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else _number(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{written}>{escape(content)}</{tag}>")


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
