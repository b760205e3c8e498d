"""What the package's binary XML resources name: classes that the platform makes from layouts, and methods for clicks.

A layout names its own views and fragments by class, and ``android:onClick`` names a method of the screen that shows it
(https://developer.android.com/reference/android/view/View#attr_android:onClick). Most files name neither, so only
their string pools are read; a file that mentions a click handler is parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from analyzer.container import Package
from analyzer.errors import FormatError, PackageError
from analyzer.facts import Gap, Place
from analyzer.formats.axml import XmlElement, parse_axml, xml_strings
from analyzer.program.documents import parse_document

_MAGIC = b"\x03\x00\x08\x00"
_INPUT_TYPE = 0x01010220.to_bytes(4, "little")  # android.R.attr.inputType
_PASSWORD = 0x0101015C.to_bytes(4, "little")  # android.R.attr.password
_NAMESPACES = tuple(
    (f"http://schemas.android.com/{rest}".encode(), f"http://schemas.android.com/{rest}".encode("utf-16-le"))
    for rest in ("apk/res/android", "apk/res-auto")
)
_ON_CLICK = 0x0101026F.to_bytes(4, "little")  # android.R.attr.onClick, in the file's resource map


class ClickHandler(Struct, frozen=True):
    """A method that a layout names for clicks: the file, its resource name's stem, the method."""

    file: str
    method: str


class Layouts(Struct, frozen=True):
    """``classes`` of the package that some XML resource names (descriptors), the ``clicks``, and what could not be read.

    ``passwords``: the ids of the fields into which a password is typed.
    """

    classes: frozenset[str]
    clicks: tuple[ClickHandler, ...]
    gaps: tuple[Gap, ...]
    passwords: frozenset[int] = frozenset()


def read_layouts(package: Package, defines: Callable[[str], bool]) -> Layouts:
    """Look through all XML resources of *package*; *defines* says whether the package has the class of a descriptor."""
    classes: set[str] = set()
    clicks: list[ClickHandler] = []
    passwords: set[int] = set()
    gaps: list[Gap] = []
    bad: list[str] = []
    for name in package.named(("res/",), (".xml",)):
        try:
            texts, root = _looked_into(package, name)
            for text in texts:
                if "." in text and defines(f"L{text.replace('.', '/')};"):
                    classes.add(f"L{text.replace('.', '/')};")
            if root is not None:
                clicks += [ClickHandler(name, method) for method in _handlers(root)]
                passwords.update(_passwords(root))
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
    return Layouts(frozenset(classes), tuple(dict.fromkeys(clicks)), tuple(gaps), frozenset(passwords))


def _looked_into(package: Package, name: str) -> tuple[Iterable[str], XmlElement | None]:
    """The texts of one file, and its root element where it may say more than they do. Raises ``FormatError``."""
    if package.kind == "bundle":
        if package.inner(name).startswith("res/raw/"):
            return (), None  # a file of any kind
        root = parse_document(package, name)
        return _texts(root), root
    data = package.read(name)
    if data[:4] != _MAGIC:
        return (), None
    says_more = _ON_CLICK in data or _INPUT_TYPE in data or _PASSWORD in data
    texts = xml_strings(data) if _may_name_a_class(data) else ()
    return texts, parse_axml(data) if says_more else None


def _may_name_a_class(data: bytes) -> bool:
    """Whether a full stop stands anywhere but in the addresses of namespaces, which nearly every file has."""
    dots = data.count(b".")
    for space in _NAMESPACES:
        for encoded in space:
            dots -= encoded.count(b".") * data.count(encoded)
    return dots > 0


def _elements(root: XmlElement) -> Iterator[XmlElement]:
    stack = [root]
    while stack:
        element = stack.pop()
        yield element
        stack.extend(element.children)


def _texts(root: XmlElement) -> Iterator[str]:
    for element in _elements(root):
        yield element.tag
        yield from element.attributes.values()


def _passwords(root: XmlElement) -> Iterator[int]:
    """The ids of fields whose input is a password (InputType: variations password, visible, web and number password)."""
    for element in _elements(root):
        kind = element.get("inputType") or ""
        number = int(kind, 16) if kind.startswith("0x") else 0
        secret = number & 0xFF in (0x81, 0x91, 0xE1, 0x12) or element.get("password") == "true"
        name = element.get("id") or ""
        if secret and name.startswith("@") and len(name) == 9:
            yield int(name[1:], 16)


def _handlers(root: XmlElement) -> list[str]:
    found = []
    for element in _elements(root):
        method = element.get("onClick")
        if method and not method.startswith("@"):
            found.append(method)
    return found
