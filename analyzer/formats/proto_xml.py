"""XML as protocol buffers, as an app bundle holds its manifests and layouts: read into the elements of binary XML.

Messages: aapt2's Resources.proto (AOSP frameworks/base tools/aapt2/Resources.proto; XmlNode, XmlElement, XmlAttribute, Item).
Attribute values are spelled as ``axml`` spells them.
"""

from __future__ import annotations

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.formats.axml import attribute_names, spelled
from analyzer.formats.elements import ANDROID, XmlElement
from analyzer.formats.wire import fields, message_at, number_at, signed, text, text_at

_NODE_ELEMENT, _NODE_TEXT = 1, 2
_ELEMENT_NAME, _ELEMENT_ATTRIBUTE, _ELEMENT_CHILD = 3, 4, 5
_ATTRIBUTE_SPACE, _ATTRIBUTE_NAME, _ATTRIBUTE_VALUE, _ATTRIBUTE_ID, _ATTRIBUTE_ITEM = 1, 2, 3, 5, 6
_ITEM_REFERENCE, _ITEM_STRING, _ITEM_RAW, _ITEM_STYLED, _ITEM_FILE, _ITEM_PRIMITIVE = 1, 2, 3, 4, 5, 7
_REFERENCE_TYPE, _REFERENCE_ID, _REFERENCE_NAME = 1, 2, 3
# Fields of Primitive, with the type of Res_value that each is (ResourceTypes.h).
_PRIMITIVES = {1: 0x00, 2: 0x00, 3: 0x04, 6: 0x10, 7: 0x11, 8: 0x12, 9: 0x1C, 10: 0x1D, 11: 0x1E, 12: 0x1F, 13: 0x05, 14: 0x06}
_PLATFORM = 0x01


def parse_proto_xml(data: bytes) -> XmlElement:
    """The root element. Raises ``FormatError``."""
    names = attribute_names()
    root: XmlElement | None = None
    todo: list[tuple[memoryview, XmlElement | None, int]] = [(memoryview(data), None, 0)]
    count = 0
    while todo:
        node, parent, depth = todo.pop()
        for number, value in fields(node):
            if number == _NODE_TEXT and parent is not None and isinstance(value, memoryview):
                parent.text = text(value)
            elif number == _NODE_ELEMENT and isinstance(value, memoryview):
                element, children = _element(value, names)
                count += 1
                if depth > limits.XML_DEPTH or count > limits.XML_ELEMENTS:
                    raise FormatError(f"XML has more than {limits.XML_DEPTH} levels or {limits.XML_ELEMENTS} elements")
                if parent is not None:
                    parent.children.append(element)
                elif root is None:
                    root = element
                todo += [(child, element, depth + 1) for child in reversed(children)]
    if root is None or not root.tag:
        raise FormatError("XML of a protocol buffer has no root element")
    return root


def _element(message: memoryview, names: dict[int, str]) -> tuple[XmlElement, list[memoryview]]:
    """An element without its children, and these."""
    element, children = XmlElement(""), []
    for number, value in fields(message):
        if not isinstance(value, memoryview):
            continue
        if number == _ELEMENT_NAME:
            element.tag = text(value)
        elif number == _ELEMENT_ATTRIBUTE:
            resource = number_at(value, _ATTRIBUTE_ID) or 0
            local = names.get(resource) or text_at(value, _ATTRIBUTE_NAME).rpartition(":")[2]
            ours = resource >> 24 == _PLATFORM or text_at(value, _ATTRIBUTE_SPACE) == ANDROID
            if local and (ours or local not in element.attributes):
                item = message_at(value, _ATTRIBUTE_ITEM)
                stated = item_text(item) if item is not None else None
                element.attributes[local] = text_at(value, _ATTRIBUTE_VALUE) if stated is None else stated
        elif number == _ELEMENT_CHILD:
            children.append(value)
    return element, children


def item_text(item: memoryview) -> str | None:
    """A value (Item) as text: a reference as ``@7F0B0001``; None of what has none, such as a file of a picture's kind.

    Raises ``FormatError``.
    """
    for number, value in fields(item):
        if not isinstance(value, memoryview):
            continue
        if number == _ITEM_REFERENCE:
            return _reference(value)
        if number in (_ITEM_STRING, _ITEM_RAW, _ITEM_STYLED, _ITEM_FILE):
            return text_at(value, 1)
        if number == _ITEM_PRIMITIVE:
            return _primitive(value)
    return None


def _reference(message: memoryview) -> str:
    resource = number_at(message, _REFERENCE_ID) or 0
    if resource == 0:
        name = text_at(message, _REFERENCE_NAME)
        return f"@{name}" if name else "@00000000"
    return spelled(0x02 if number_at(message, _REFERENCE_TYPE) else 0x01, resource & 0xFFFFFFFF)


def _primitive(message: memoryview) -> str | None:
    for number, value in fields(message):
        kind = _PRIMITIVES.get(number)
        if kind is not None:
            whole = value if isinstance(value, int) else 0
            return str(signed(whole)) if kind == 0x10 else spelled(kind, whole & 0xFFFFFFFF)
    return None
