"""Strings from packages are hostile: what a report shows of them can neither act nor deceive.

Escaping for a format's own syntax (HTML, JSON) comes on top of this, in that format.
"""

from __future__ import annotations

import re
from typing import Any

LONGEST = 300
"""Longer text is cut in the middle of a report; the JSON document keeps it whole."""

# Control characters, line and paragraph separators, characters that reorder or hide text (Unicode TR 36, TR 9),
# and lone surrogates, which no encoding of a report can carry.
# These are texts, compiled where they are first needed: most of what is written is plain ASCII.
_UNSAFE = (
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff]"
    "|[\U000e0000-\U000e007f]"
)

# Between values line breaks and tabs are layout; inside of a string they are escaped already.
_UNSAFE_IN_JSON = _UNSAFE.replace("\x00-\x1f", "\x00-\x08\x0b\x0c\x0e-\x1f")

_FORMULA_STARTS = ("=", "+", "-", "@", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\\u0009", "\\u000d")
# Marks of the blocks of combining diacritics (Unicode 15.1, Blocks.txt).
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_HEAPS = f"({_MARKS}{{4}}){_MARKS}+"
_SURROGATES = "[\ud800-\udfff]"


def clean(text: object, longest: int = LONGEST) -> str:
    """*text* on one line, unsafe characters shown as ``\\u202e``, cut visibly when it is longer than *longest*.

    Of marks heaped upon one letter four stay: scripts need no more, and heaps of them draw over the lines around.
    """
    shown = str(text)
    if not (shown.isascii() and shown.isprintable()):
        shown = re.sub(_UNSAFE, lambda match: f"\\u{ord(match[0]):04x}", shown)
        shown = re.sub(_HEAPS, r"\1", shown)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def harmless(text: str) -> str:
    """*text* in its lines and at its length, unsafe characters spelt out: the last wall, for what nobody cleaned before."""
    return re.sub(_UNSAFE, lambda match: match[0] if match[0] in "\n\t" else f"\\u{ord(match[0]):04x}", text)


def cell_text(text: object, longest: int = LONGEST) -> str:
    """Clean *text* for a cell: a spreadsheet does not take it for a formula, a command or a link (OWASP: CSV injection)."""
    shown = clean(text, longest)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA_STARTS) else shown


def json_safe(document: str) -> str:
    """A JSON *document* in which characters that act on a terminal or reorder text are escapes; it parses to the same values."""
    if document.isascii():  # JSON has escaped all other control characters itself
        return document.replace("\x7f", "\\u007f")
    return re.sub(_UNSAFE_IN_JSON, _json_escape, document)


def _json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))


def without_surrogates(value: Any) -> Any:
    """Plain data with lone surrogates, which no UTF-8 can carry, written out as ``\\udc80``."""
    if isinstance(value, str):
        return re.sub(_SURROGATES, lambda match: f"\\u{ord(match[0]):04x}", value)
    if isinstance(value, dict):
        return {without_surrogates(key): without_surrogates(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_surrogates(item) for item in value]
    return value
