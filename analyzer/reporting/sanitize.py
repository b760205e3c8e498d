"""Strings from packages are hostile: what a report shows of them can neither act nor deceive.

Escaping for a format's own syntax (HTML, JSON) comes on top of this, in that format.
"""

from __future__ import annotations

import re

LONGEST = 300
"""Longer text is cut in the middle of a report; the JSON document keeps it whole."""

# Control characters, line and paragraph separators, characters that reorder or hide text (Unicode TR 36, TR 9),
# and lone surrogates, which no encoding of a report can carry.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]|[\U000e0000-\U000e007f]"
)


def clean(text: object, longest: int = LONGEST) -> str:
    """*text* on one line, unsafe characters shown as ``\\u202e``, cut visibly when it is longer than *longest*."""
    shown = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", str(text))
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
