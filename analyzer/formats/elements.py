"""Elements of binary XML, whichever reader they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

ANDROID = "http://schemas.android.com/apk/res/android"
"""The android namespace."""


@dataclass(slots=True)
class XmlElement:
    """One element: its tag, its attributes by local name, its children in order, its text.

    Attributes of the android namespace win over others of the same local name; obfuscated manifests drop the
    namespace, and Android goes by the attribute's resource id.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[XmlElement] = field(default_factory=list)
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
