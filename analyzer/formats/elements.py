"""Elements of binary XML, whichever reader they come from."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

ANDROID = "http://schemas.android.com/apk/res/android"
"""The android namespace."""


class XmlElement(Struct):
    """One element: its tag, its attributes by local name, its children in order, its text.

    Attributes of the android namespace win over others of the same local name; obfuscated manifests drop the
    namespace, and Android goes by the attribute's resource id.
    """

    tag: str
    attributes: dict[str, str] = {}
    children: list[XmlElement] = []
    text: str = ""

    def get(self, name: str) -> str | None:
        """The attribute's text, or None."""
        return self.attributes.get(name)

    def find(self, tag: str) -> XmlElement | None:
        """The first child with this tag, or None."""
        return next(self.findall(tag), None)

    def findall(self, tag: str) -> Iterator[XmlElement]:
        """The children with this tag."""
        return (child for child in self.children if child.tag == tag)
