"""Binary XML read by androguard: for documents that the own reader refuses, and to compare the two.

Importing androguard's reader costs as much as reading a middling package, so it is imported when a document needs it.
"""

from __future__ import annotations

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.formats.elements import ANDROID, XmlElement


def read_with_androguard(data: bytes) -> XmlElement:
    """The root element of *data*. Raises ``FormatError``."""
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
    if depth > limits.XML_DEPTH:
        raise FormatError(f"binary XML is nested deeper than {limits.XML_DEPTH} elements")
    attributes: dict[str, str] = {}
    for name, value in element.attrib.items():
        local = str(name).rpartition("}")[2]
        if str(name).startswith(f"{{{ANDROID}}}") or local not in attributes:
            attributes[local] = str(value)
    own = XmlElement(str(element.tag).rpartition("}")[2], attributes, text=element.text or "")
    own.children = [_own(child, depth + 1) for child in element if isinstance(child.tag, str)]
    return own
