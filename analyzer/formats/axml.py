"""Binary XML, read by androguard, as own elements with plain text attributes.

The only module, with ``arsc``, that knows androguard. Attribute values keep the spelling that androguard gives them:
``@7F0B0001`` for a reference, ``true`` and ``false``, decimal integers, ``0x...`` for flags.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.errors import FormatError

ANDROID = "{http://schemas.android.com/apk/res/android}"
_MAX_BYTES = 32 << 20
_MAX_DEPTH = 200


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


def parse_axml(data: bytes) -> XmlElement:
    """The root element of the binary XML document *data*.

    Raises ``FormatError`` when there is none to be had.
    """
    if len(data) > _MAX_BYTES:
        raise FormatError(f"binary XML of {len(data)} bytes is larger than the limit")
    if data[:1] in (b"<", b"\xef"):
        raise FormatError("is text, not binary XML")
    from androguard.core.axml import AXMLPrinter
    from loguru import logger

    logger.disable("androguard")
    try:
        root = AXMLPrinter(data).get_xml_obj()
    except Exception as error:  # androguard raises whatever its parsing runs into
        raise FormatError(f"binary XML cannot be parsed: {type(error).__name__}: {str(error)[:120]}") from None
    if root is None:
        raise FormatError("binary XML has no root element")
    return _own(root, 0)


def _own(element: object, depth: int) -> XmlElement:
    from lxml.etree import _Element

    if not isinstance(element, _Element):
        raise FormatError("binary XML holds something that is no element")
    if depth > _MAX_DEPTH:
        raise FormatError(f"binary XML is nested deeper than {_MAX_DEPTH} elements")
    attributes: dict[str, str] = {}
    for name, value in element.attrib.items():
        local = str(name).rpartition("}")[2]
        if str(name).startswith(ANDROID) or local not in attributes:
            attributes[local] = str(value)
    own = XmlElement(str(element.tag).rpartition("}")[2], attributes, text=element.text or "")
    own.children = [_own(child, depth + 1) for child in element if isinstance(child.tag, str)]
    return own
