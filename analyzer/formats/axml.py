"""Binary XML as own elements with plain text attributes.

The reader goes over the chunks as the platform does (AOSP libs/androidfw ResXMLTree): what does not fit ends the document,
chunks of unknown types are passed over, attributes go by their resource id and only without one by their name. A document that
it refuses is given to androguard, so that everything is read that either can read. Attribute values keep androguard's spelling:
``@7F0B0001`` for a reference, ``true`` and ``false``, decimal integers, ``0x...`` for flags.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from analyzer.errors import FormatError
from analyzer.formats.elements import ANDROID
from analyzer.formats.elements import XmlElement as XmlElement
from analyzer.formats.reschunk import STRING_POOL, Chunk, chunks, pool_size, pool_string

ATTRIBUTES = Path(__file__).resolve().parent / "attributes.msgpack.z"
_MAX_BYTES = 32 << 20
_MAX_DEPTH = 200
_MAX_ELEMENTS = 500_000
_XML, _RESOURCE_MAP, _START, _END, _TEXT = 0x0003, 0x0180, 0x0102, 0x0103, 0x0104
_NONE = 0xFFFFFFFF
_PLATFORM = 0x01  # the package of the platform's own resource ids
_TYPE_STRING = 0x03
# Res_value's units, and the shifts of its complex numbers (ResourceTypes.h, Res_value).
_UNITS = {0x05: ("px", "dip", "sp", "pt", "in", "mm"), 0x06: ("%", "%p")}
_RADIX = (2.0**-8, 2.0**-15, 2.0**-23, 2.0**-31)


class _TooLarge(FormatError):
    """The document is over a limit: no other reader is asked."""


def parse_axml(data: bytes) -> XmlElement:
    """The root element of the binary XML document *data*.

    Raises ``FormatError`` when there is none to be had.
    """
    if len(data) > _MAX_BYTES:
        raise FormatError(f"binary XML of {len(data)} bytes is larger than the limit")
    if data[:1] in (b"<", b"\xef"):
        raise FormatError("is text, not binary XML")
    try:
        return read_axml(data)
    except _TooLarge:
        raise
    except FormatError as error:
        from analyzer.formats.axml_androguard import read_with_androguard

        try:
            return read_with_androguard(data)
        except FormatError:
            raise error from None


def read_axml(data: bytes) -> XmlElement:
    """The root element, by this module's own reader. Raises ``FormatError``."""
    try:
        return _Document(data).root()
    except (struct.error, IndexError) as error:
        raise FormatError(f"binary XML cannot be parsed: {error}") from None


def xml_strings(data: bytes) -> Iterator[str]:
    """The string pool of a binary XML document: every name and text in it. Raises ``FormatError``."""
    try:
        for chunk in chunks(data, 8, len(data)):
            if chunk.type == STRING_POOL:
                for index in range(pool_size(data, chunk)):
                    yield pool_string(data, chunk, index)
                return
    except (struct.error, IndexError) as error:
        raise FormatError(f"the string pool of a binary XML document cannot be read: {error}") from None


@cache
def attribute_names() -> dict[int, str]:
    """The platform's attributes by resource id; built by ``attributes.py`` beside this file."""
    return msgspec.msgpack.decode(zlib.decompress(ATTRIBUTES.read_bytes()), type=dict[int, str])


class _Document:
    """One document: its strings, the resource ids of its attribute names, its elements."""

    def __init__(self, data: bytes) -> None:
        kind, header, size = struct.unpack_from("<HHI", data)
        if header < 8 or size < header:
            raise FormatError("binary XML has no header")
        self._data = data
        self._chunks = list(chunks(data, header, min(size, len(data))))
        self._pool = next((chunk for chunk in self._chunks if chunk.type == STRING_POOL), None)
        if self._pool is None:
            raise FormatError(f"binary XML (type {kind:#06x}) has no strings")
        self._strings: dict[int, str] = {}
        self._names = attribute_names()
        ids = next((chunk for chunk in self._chunks if chunk.type == _RESOURCE_MAP), None)
        count = 0 if ids is None else (ids.end - ids.start - ids.header) // 4
        self._ids: tuple[int, ...] = () if ids is None else struct.unpack_from(f"<{count}I", data, ids.start + ids.header)

    def root(self) -> XmlElement:
        """The outermost element with everything in it; elements that are not closed end with the document."""
        root: XmlElement | None = None
        stack: list[XmlElement] = []
        count = 0
        for chunk in self._chunks:
            if chunk.type == _START:
                element = self._element(chunk)
                if stack:
                    stack[-1].children.append(element)
                elif root is None:
                    root = element
                else:
                    break  # the platform reads one root
                stack.append(element)
                count += 1
                if len(stack) > _MAX_DEPTH or count > _MAX_ELEMENTS:
                    raise _TooLarge(f"binary XML has more than {_MAX_DEPTH} levels or {_MAX_ELEMENTS} elements")
            elif chunk.type == _END and stack:
                stack.pop()
            elif chunk.type == _TEXT and stack:
                stack[-1].text = self._string(struct.unpack_from("<I", self._data, chunk.start + chunk.header)[0])
        if root is None:
            raise FormatError("binary XML has no root element")
        return root

    def _string(self, index: int) -> str:
        text = self._strings.get(index)
        if text is None:
            if index == _NONE or self._pool is None:
                return ""
            text = self._strings[index] = pool_string(self._data, self._pool, index).partition("\0")[0]
        return text

    def _element(self, chunk: Chunk) -> XmlElement:
        at = chunk.start + chunk.header
        _, name, first, step, count = struct.unpack_from("<IIHHH", self._data, at)
        attributes: dict[str, str] = {}
        for place in range(at + first, at + first + count * step, step) if step >= 20 else ():
            if place + 20 > chunk.end:
                raise FormatError("an element's attributes lie outside of it")
            namespace, key, raw, kind, value = struct.unpack_from("<III3xBI", self._data, place)
            resource = self._ids[key] if key < len(self._ids) else 0
            local = self._names.get(resource) or self._string(key).rpartition(":")[2]
            if not local:
                local = f"UNKNOWN_SYSTEM_ATTRIBUTE_{resource:08x}" if resource else ""
            ours = resource >> 24 == _PLATFORM or (namespace != _NONE and self._string(namespace) == ANDROID)
            if local and (ours or local not in attributes):
                attributes[local] = self._text(kind, value, raw)
        return XmlElement(self._string(name), attributes)

    def _text(self, kind: int, value: int, raw: int) -> str:
        return self._string(value if value != _NONE else raw) if kind == _TYPE_STRING else spelled(kind, value)


def spelled(kind: int, value: int) -> str:
    """A typed value (ResourceTypes.h, Res_value) as text."""
    package = "android:" if value >> 24 == _PLATFORM else ""
    if kind in (0x01, 0x02):
        return f"{'@' if kind == 0x01 else '?'}{package}{value:08X}"
    if kind == 0x04:
        return f"{struct.unpack('<f', struct.pack('<I', value))[0]:f}"
    if kind in _UNITS:
        unit, scale = value & 0xF, 100 if kind == 0x06 else 1
        number = (value & 0xFFFFFF00) - (1 << 32 if value >> 31 else 0)
        names = _UNITS[kind]
        return f"{number * _RADIX[value >> 4 & 3] * scale:f}{names[unit] if unit < len(names) else ''}"
    if kind == 0x11:
        return f"0x{value:08X}"
    if kind == 0x12:
        return "true" if value else "false"
    if 0x1C <= kind <= 0x1F:
        return f"#{value:08X}"
    if 0x10 <= kind <= 0x1F:
        return str(value - (1 << 32) if value >> 31 else value)
    return f"<0x{value:X}, type 0x{kind:02X}>"
