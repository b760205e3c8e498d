"""What a reflective look-up can mean by its name alone; what surrounds accesses is measured by ClipBench."""

from __future__ import annotations

from analyzer.extractors.clipboard import methods_by_name
from analyzer.platform.watch import load_watch


def test_only_methods_of_the_clipboard_are_found_by_name() -> None:
    found = methods_by_name(load_watch())
    assert {name: operation for name, (_, operation) in found.items()} == {
        "getPrimaryClip": "read",
        "getText": "read",
        "getPrimaryClipDescription": "peek",
        "hasPrimaryClip": "peek",
        "hasText": "peek",
        "addPrimaryClipChangedListener": "watch",
        "setPrimaryClip": "write",
        "setText": "write",
        "clearPrimaryClip": "clear",
    }
    # The mark for sensitive content is a boolean in a bundle: its name is that of hundreds of other look-ups.
    assert "putBoolean" not in found
