"""Packages that are made to exhaust whoever reads them. They are written when a test asks for them, not kept."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence

from zip_writer import Item, write

NO_INDEX = 0xFFFFFFFF


def dex_of_classes(parents: Sequence[tuple[int | None, Sequence[int]]], texts: Sequence[bytes] = ()) -> bytes:
    """A DEX file of classes without code: for each the number of its superclass (None: Object) and of its interfaces.

    *texts* are further strings; they begin with a character behind ``L``.
    """
    names = [b"La%06d;" % number for number in range(len(parents))]
    strings = sorted([*names, b"Ljava/lang/Object;", *texts])
    types = sorted([*names, b"Ljava/lang/Object;"])
    place = {text: number for number, text in enumerate(strings)}
    strings_at = 0x70
    types_at = strings_at + 4 * len(strings)
    classes_at = types_at + 4 * len(types)
    lists_at = classes_at + 32 * len(parents)
    lists, classes = bytearray(), bytearray()
    for number, (parent, interfaces) in enumerate(parents):
        where = 0
        if interfaces:
            where = lists_at + len(lists)
            lists += struct.pack(f"<I{len(interfaces)}H", len(interfaces), *interfaces) + b"\0\0" * (len(interfaces) % 2)
        superclass = len(parents) if parent is None else parent
        classes += struct.pack("<8I", number, 1, superclass, where, NO_INDEX, 0, 0, 0)
    data_at = lists_at + len(lists)
    offsets, data = [], bytearray()
    for text in strings:
        offsets.append(data_at + len(data))
        data += _uleb(len(text)) + text + b"\0"
    tables = struct.pack(f"<{len(strings)}I", *offsets) + struct.pack(f"<{len(types)}I", *(place[each] for each in types))
    body = tables + bytes(classes + lists + data)
    sizes = [(len(strings), strings_at), (len(types), types_at), (0, 0), (0, 0), (0, 0), (len(parents), classes_at)]
    words = [0x70 + len(body), 0x70, 0x12345678, 0, 0, 0, *(word for pair in sizes for word in pair), len(data), data_at]
    whole = struct.pack("<20I", *words) + body
    whole = hashlib.sha1(whole, usedforsecurity=False).digest() + whole
    return b"dex\n035\0" + struct.pack("<I", zlib.adler32(whole)) + whole


def _uleb(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def deep_hierarchy(depth: int) -> bytes:
    """Classes that each inherit from the one before."""
    return dex_of_classes([(number - 1 if number else None, ()) for number in range(depth)])


def wide_class(count: int) -> bytes:
    """One class with *count* interfaces, each of which extends the one before and the first."""
    interfaces = [(None, (number - 1, 0) if number else ()) for number in range(count)]
    return dex_of_classes([*interfaces, (None, range(count))])


def circles(count: int) -> bytes:
    """Classes that inherit from each other in a circle, through superclasses and interfaces."""
    return dex_of_classes([((number + 1) % count, ((number + 7) % count,)) for number in range(count)])


def overlapping_bomb(manifest: bytes, files: int, size: int) -> bytes:
    """Many DEX files whose data are the same bytes of the package: it is small and inflates to *files* times *size*."""
    kernel = Item(b"classes.dex", bytes(size))
    body, length = kernel.body, size
    first = Item(b"AndroidManifest.xml", manifest)
    start = 30 + len(first.name) + len(first.body)
    more = [
        Item(b"classes%d.dex" % number, b"", 0, {}, {"method": 8, "stored": len(body), "size": length, "crc": 0, "where": start})
        for number in range(2, files)
    ]
    return write([first, kernel, *more])
