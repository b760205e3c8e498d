"""Binary XML as own elements with plain text attributes.

The reader goes over the chunks as the platform does (AOSP libs/androidfw ResXMLTree): of string pools and resource maps the last
before the first node counts, chunks of unknown types are passed over, attributes go by their resource id and only without one by
their name. Where the platform gives up, this reader goes on and says so in *problems*, a sentence each. A document in which it
finds no element is given to androguard, so that everything is read that either can read. Attribute values keep androguard's
spelling: ``@7F0B0001`` for a reference, ``true`` and ``false``, decimal integers, ``0x...`` for flags.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.formats.elements import ANDROID
from analyzer.formats.elements import XmlElement as XmlElement
from analyzer.formats.reschunk import STRING_POOL, Chunk, chunk_at, chunks, pool_problems, pool_string, pool_strings

ATTRIBUTES = Path(__file__).resolve().parent / "attributes.msgpack.z"
_XML, _RESOURCE_MAP, _START, _END, _TEXT = 0x0003, 0x0180, 0x0102, 0x0103, 0x0104
_ROOT = "manifest"
_NODES = range(0x0100, 0x0180)
_KNOWN = frozenset({STRING_POOL, _RESOURCE_MAP, 0x0100, 0x0101, _START, _END, _TEXT})
_NODE_HEADER, _ATTRIBUTE = 16, 20
_NONE = 0xFFFFFFFF
_PLATFORM = 0x01  # the package of the platform's own resource ids
_TYPE_STRING = 0x03
# Res_value's units, and the shifts of its complex numbers (ResourceTypes.h, Res_value).
_UNITS = {0x05: ("px", "dip", "sp", "pt", "in", "mm"), 0x06: ("%", "%p")}
_RADIX = (2.0**-8, 2.0**-15, 2.0**-23, 2.0**-31)


def parse_axml(data: bytes, problems: list[str] | None = None) -> XmlElement:
    """The root element of the binary XML document *data*; how it deviates is added to *problems*.

    Raises ``FormatError`` when there is none to be had.
    """
    if len(data) > limits.XML_BYTES:
        raise FormatError(f"binary XML of {len(data)} bytes is larger than the limit")
    if not data:
        raise FormatError("is empty")
    if data[:1] in (b"<", b"\xef"):
        raise FormatError("is text, not binary XML")
    try:
        return read_axml(data, problems)
    except FormatError as error:
        from analyzer.formats.axml_androguard import read_with_androguard

        try:
            root = read_with_androguard(data)
        except FormatError:
            raise error from None
        if problems is not None:
            problems.append(f"The document was read by another reader: {error.what}.")
        return root


def read_axml(data: bytes, problems: list[str] | None = None) -> XmlElement:
    """The root element, by this module's own reader. Raises ``FormatError``."""
    try:
        return _Document(data, [] if problems is None else problems).root()
    except (struct.error, IndexError) as error:
        raise FormatError(f"binary XML cannot be parsed: {error}") from None


def xml_strings(data: bytes) -> Iterator[str]:
    """The string pools of a binary XML document: every name and text in it. Raises ``FormatError``."""
    try:
        for chunk in chunks(data, max(8, struct.unpack_from("<H", data, 2)[0]), len(data)):
            if chunk.type == STRING_POOL:
                yield from (text for _, text in pool_strings(data, chunk))
            elif chunk.type in _NODES:
                return
    except (struct.error, IndexError) as error:
        raise FormatError(f"the string pool of a binary XML document cannot be read: {error}") from None


@cache
def attribute_names() -> dict[int, str]:
    """The platform's attributes by resource id; built by ``attributes.py`` beside this file."""
    return msgspec.msgpack.decode(zlib.decompress(ATTRIBUTES.read_bytes()), type=dict[int, str])


@cache
def _platform_names() -> frozenset[str]:
    return frozenset(attribute_names().values())


class _Document:
    """One document: its strings, the resource ids of its attribute names, its elements."""

    def __init__(self, data: bytes, problems: list[str]) -> None:
        self._data = data
        self._problems = problems
        self._strings: dict[int, str | None] = {}
        self._names = attribute_names()
        self._text_left = 4 * len(data) + (1 << 16)
        _, header, size = struct.unpack_from("<HHI", data)
        if header < 8 or size < header or size > len(data):
            self._note("The document's header is impossible.")
        self._end = min(size, len(data)) if size > 8 else len(data)
        self._pool: Chunk | None = None
        self._ids: Chunk | None = None
        self._first: Chunk | None = None
        for chunk in self._chunks(max(8, header)):
            if chunk.type == STRING_POOL and chunk.end - chunk.start >= 28:
                self._pool = chunk
            elif chunk.type == _RESOURCE_MAP:
                self._ids = chunk
            elif chunk.type in _NODES:
                self._first = chunk
                break
        if self._pool is None:
            raise FormatError("binary XML has no strings")
        for problem in pool_problems(data, self._pool):
            self._note(f"The string pool is malformed: {problem}; Android refuses that.")

    def _note(self, problem: str) -> None:
        if problem not in self._problems:
            self._problems.append(problem)

    def _chunks(self, at: int) -> Iterator[Chunk]:
        """The chunks from *at* on. Where none fits, the platform gives up; this goes on at the next that looks like one."""
        while at + 8 <= self._end:
            chunk = chunk_at(self._data, at, self._end)
            if chunk is None or (chunk.end - at) % 4 or chunk.header % 4:
                self._note("A chunk has an impossible size; Android refuses that.")
            if chunk is None:
                at = self._next_known(at + 4)
                continue
            yield chunk
            at = chunk.end

    def _next_known(self, at: int) -> int:
        while at + 8 <= self._end:
            chunk = chunk_at(self._data, at, self._end)
            if chunk is not None and chunk.type in _KNOWN:
                return at
            at += 4
        return self._end

    def root(self) -> XmlElement:
        """The outermost element with everything in it; elements that are not closed end with the document."""
        root: XmlElement | None = None
        stack: list[XmlElement] = []
        count = 0
        for chunk in self._chunks(self._first.start) if self._first else ():
            if chunk.header < _NODE_HEADER:
                self._note("A chunk among the elements has too short a header; Android refuses that.")
                continue
            if chunk.type == _START:
                count += 1
                if (root and not stack) or not self._may_begin(count):
                    break  # the platform reads one root
                element = self._element(chunk)
                self._nest(element, stack)
                root = root or element
                stack.append(element)
            elif chunk.type == _END and stack:
                stack.pop()
            elif chunk.type == _TEXT and stack and chunk.end - chunk.start >= chunk.header + 4:
                stack[-1].text = self._string(struct.unpack_from("<I", self._data, chunk.start + chunk.header)[0]) or ""
        if root is None:
            raise FormatError("binary XML has no root element")
        return root

    def _may_begin(self, count: int) -> bool:
        if count > limits.XML_ELEMENTS:
            self._note(f"The document has more than {limits.XML_ELEMENTS} elements; the others were left out.")
        return count <= limits.XML_ELEMENTS

    def _nest(self, element: XmlElement, stack: list[XmlElement]) -> None:
        if len(stack) >= limits.XML_DEPTH:
            self._note(f"Elements are nested deeper than {limits.XML_DEPTH} levels; the inner ones were left out.")
        elif stack:
            stack[-1].children.append(element)

    def _string(self, index: int) -> str | None:
        """String *index*; None where there is none, which the platform takes as absent."""
        if index not in self._strings:
            self._strings[index] = self._decoded(index)
        return self._strings[index]

    def _decoded(self, index: int) -> str | None:
        if index == _NONE or self._pool is None:
            return None
        try:
            text = pool_string(self._data, self._pool, index).partition("\0")[0]
        except FormatError as error:
            self._note(f"A string cannot be read: {error.what}.")
            return None
        self._text_left -= len(text)
        if self._text_left < 0:
            self._note("The strings overlap and come to many times the document's size; some were left out.")
            return None
        return text

    def _element(self, chunk: Chunk) -> XmlElement:
        at = chunk.start + chunk.header
        if at + _ATTRIBUTE > chunk.end:
            self._note("An element is cut short; Android refuses that.")
            return XmlElement("")
        _, name, first, step, count = struct.unpack_from("<IIHHH", self._data, at)
        if first + step * count > chunk.end - at:
            self._note("An element's attributes lie outside of it; Android refuses that.")
        tag = self._string(name) or ""
        found: dict[str, tuple[int, str]] = {}
        for number in range(count if step else min(count, 1)):
            place = at + first + step * number
            if place + _ATTRIBUTE > len(self._data) or place >= chunk.end:
                break
            attribute = self._attribute(place, written=tag == _ROOT)
            if attribute is not None:
                local, rank, text = attribute
                if local not in found or found[local][0] < rank:
                    found[local] = rank, text
        return XmlElement(tag, {local: text for local, (_, text) in found.items()})

    def _attribute(self, place: int, *, written: bool) -> tuple[str, int, str] | None:
        """Name, rank and text of the attribute at *place*. Of one name the platform takes the first of the highest rank.

        It goes by the resource id where it has one; for what has none, such as ``package``, by the name without a namespace, and
        there (*written*) by the text as it was written (AOSP ApkLiteParseUtils; XmlBlock, getAttributeValue).
        """
        namespace, key, raw, kind, value = struct.unpack_from("<III3xBI", self._data, place)
        resource = self._resource(key)
        known = self._names.get(resource)
        local = known or (self._string(key) or "").rpartition(":")[2]
        if not local:
            local = f"UNKNOWN_SYSTEM_ATTRIBUTE_{resource:08x}" if resource else ""
        platform = resource >> 24 == _PLATFORM
        android = namespace != _NONE and self._string(namespace) == ANDROID
        if android and not platform and local in _platform_names():
            self._note("Attributes of the platform have no resource id; Android does not see them.")
        named = not platform and local not in _platform_names()  # nothing of this name has an id
        plain = named and self._string(namespace) is None
        rank = 3 if platform or plain else 2 if android else 1
        if plain and written and raw != _NONE:
            text = self._string(raw)
        elif kind == _TYPE_STRING:
            text = self._string(value if value != _NONE else raw)
        else:
            text = spelled(kind, value)
        return (local, rank, text) if local and text is not None else None

    def _resource(self, key: int) -> int:
        """The resource id of the attribute name *key*, 0 where it has none."""
        if self._ids is None or key >= (self._ids.end - self._ids.start - self._ids.header) // 4:
            return 0
        return int(struct.unpack_from("<I", self._data, self._ids.start + self._ids.header + 4 * key)[0])


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
