"""What the package's binary XML resources name: classes that the platform makes from layouts, and methods for clicks.

A layout names its own views and fragments by class, and ``android:onClick`` names a method of the screen that shows it
(https://developer.android.com/reference/android/view/View#attr_android:onClick). Most files name neither, so only
their string pools are read; a file that mentions a click handler is parsed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from analyzer.container import Package
from analyzer.errors import FormatError, PackageError
from analyzer.facts import Gap, Place
from analyzer.formats.axml import XmlElement, parse_axml, xml_strings

_MAGIC = b"\x03\x00\x08\x00"
_ON_CLICK = 0x0101026F.to_bytes(4, "little")  # android.R.attr.onClick, in the file's resource map


class ClickHandler(NamedTuple):
    """A method that a layout names for clicks: the file, its resource name's stem, the method."""

    file: str
    method: str


class Layouts(NamedTuple):
    """``classes`` of the package that some XML resource names (descriptors), the ``clicks``, and what could not be read."""

    classes: frozenset[str]
    clicks: tuple[ClickHandler, ...]
    gaps: tuple[Gap, ...]


def read_layouts(package: Package, defines: Callable[[str], bool]) -> Layouts:
    """Look through all XML resources of *package*; *defines* says whether the package has the class of a descriptor."""
    classes: set[str] = set()
    clicks: list[ClickHandler] = []
    gaps: list[Gap] = []
    bad: list[str] = []
    for name in package.names():
        if not name.startswith("res/") or not name.endswith(".xml"):
            continue
        try:
            data = package.read(name)
            if data[:4] != _MAGIC:
                continue
            for text in xml_strings(data):
                if "." in text and defines(f"L{text.replace('.', '/')};"):
                    classes.add(f"L{text.replace('.', '/')};")
            if _ON_CLICK in data:
                clicks += [ClickHandler(name, method) for method in _handlers(parse_axml(data))]
        except (FormatError, PackageError):
            bad.append(name)
    if bad:
        gaps.append(
            Gap(
                "bad-resources",
                f"{len(bad)} XML resources could not be read.",
                count=len(bad),
                could_hide="Click handlers and own views that only a layout names.",
                would_lift="An undamaged copy of the package.",
                at=Place(min(bad)),
            )
        )
    return Layouts(frozenset(classes), tuple(dict.fromkeys(clicks)), tuple(gaps))


def _handlers(root: XmlElement) -> list[str]:
    found = []
    stack = [root]
    while stack:
        element = stack.pop()
        method = element.get("onClick")
        if method and not method.startswith("@"):
            found.append(method)
        stack.extend(element.children)
    return found
