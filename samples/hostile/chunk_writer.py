"""Binary XML and resource tables taken apart into chunks and put together again, so that every chunk can lie."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

NONE = 0xFFFFFFFF
POOL, MAP, START, END = 0x0001, 0x0180, 0x0102, 0x0103


def chunk(kind: int, body: bytes, head: bytes = b"") -> bytes:
    """A chunk; *head* is what its header has behind type and sizes."""
    return struct.pack("<HHI", kind, 8 + len(head), 8 + len(head) + len(body)) + head + body


def take_apart(data: bytes, start: int, end: int) -> list[bytes]:
    """The chunks of data[start:end]."""
    found = []
    while start + 8 <= end:
        size = struct.unpack_from("<I", data, start + 4)[0]
        found.append(data[start : start + size])
        start += size
    return found


def kind_of(data: bytes) -> int:
    """The type of a chunk."""
    return int(struct.unpack_from("<H", data)[0])


def texts_of(pool: bytes) -> list[str]:
    """The texts of a pool of two bytes a character."""
    count, _, flags, strings = struct.unpack_from("<IIII", pool, 8)
    found = []
    for index in range(count):
        at = strings + struct.unpack_from("<I", pool, 28 + 4 * index)[0]
        if flags & 0x100:
            length = pool[at + 1]
            found.append(pool[at + 2 : at + 2 + length].decode())
        else:
            length = struct.unpack_from("<H", pool, at)[0]
            found.append(pool[at + 2 : at + 2 + 2 * length].decode("utf-16-le"))
    return found


@dataclass
class Pool:
    """A string pool. What is not given follows from the texts."""

    texts: Sequence[str]
    utf8: bool = False
    flags: int = 0
    count: int | None = None
    styles: int = 0
    styles_start: int = 0
    offsets: dict[int, int] | None = None
    overlap: bool = False
    odd: bool = False
    end: bytes | None = None
    lengths: dict[int, int] | None = None

    def pack(self) -> bytes:
        """The chunk."""
        raw, offsets, known = b"", [], dict[str, int]()
        for index, text in enumerate(self.texts):
            offset = known[text] if self.overlap and text in known else len(raw)
            offsets.append((self.offsets or {}).get(index, offset + self.odd))
            if offset == len(raw):
                known[text] = offset
                raw += self._text(text, (self.lengths or {}).get(index))
        raw += b"\0" * (-len(raw) % 4)
        raw = raw if self.end is None else raw[: -len(self.end)] + self.end
        count = len(self.texts) if self.count is None else self.count
        flags = self.flags | (0x100 if self.utf8 else 0)
        head = struct.pack("<IIIII", count, self.styles, flags, 28 + 4 * len(offsets), self.styles_start)
        return chunk(POOL, struct.pack(f"<{len(offsets)}I", *offsets) + raw, head)

    def _text(self, text: str, length: int | None) -> bytes:
        if self.utf8:
            data = text.encode()
            return bytes((length or len(text), length or len(data))) + data + b"\0"
        return struct.pack("<H", length or len(text)) + text.encode("utf-16-le") + b"\0\0"


@dataclass
class Document:
    """A document of binary XML: its texts, the ids of its first texts, its nodes."""

    texts: list[str]
    ids: list[int]
    nodes: list[bytes]

    @classmethod
    def read(cls, data: bytes) -> Document:
        """Take a document apart."""
        parts = take_apart(data, 8, len(data))
        pool = next(part for part in parts if kind_of(part) == POOL)
        ids = next(part for part in parts if kind_of(part) == MAP)
        nodes = [part for part in parts if kind_of(part) >= 0x0100 and kind_of(part) != MAP]
        return cls(texts_of(pool), list(struct.unpack(f"<{(len(ids) - 8) // 4}I", ids[8:])), nodes)

    def pool(self) -> bytes:
        """Its pool."""
        return Pool(self.texts).pack()

    def map(self) -> bytes:
        """Its resource map."""
        return chunk(MAP, struct.pack(f"<{len(self.ids)}I", *self.ids))

    def pack(self, *parts: bytes, kind: int = 3, head: bytes = b"", nodes: Sequence[bytes] | None = None) -> bytes:
        """The document; *parts* stand before the nodes, the pool and the map where none are given."""
        before = b"".join(parts) if parts else self.pool() + self.map()
        return chunk(kind, before + b"".join(self.nodes if nodes is None else nodes), head)

    def text(self, value: str) -> int:
        """The number of a text, which is added behind the others where it is not there."""
        if value not in self.texts:
            self.texts.append(value)
        return self.texts.index(value)


@dataclass
class Attribute:
    """One attribute of an element."""

    namespace: int
    name: int
    raw: int
    kind: int
    value: int

    def pack(self) -> bytes:
        """Its 20 bytes."""
        return struct.pack("<IIIHBBI", self.namespace, self.name, self.raw, 8, 0, self.kind, self.value)


def attributes_of(node: bytes) -> list[Attribute]:
    """The attributes of an element's first node."""
    first, step, count = struct.unpack_from("<HHH", node, 24)
    rows = (struct.unpack_from("<IIIHBBI", node, 16 + first + step * index) for index in range(count))
    return [Attribute(ns, name, raw, kind, value) for ns, name, raw, _, _, kind, value in rows]


def element(
    node: bytes, attributes: Sequence[Attribute], *, gap: bytes = b"", pad: bytes = b"", name: int | None = None
) -> bytes:
    """An element's first node with other attributes; *gap* stands before them, *pad* behind each."""
    namespace, own = struct.unpack_from("<II", node, 16)
    ext = struct.pack("<II6H", namespace, own if name is None else name, 20 + len(gap), 20 + len(pad), len(attributes), 0, 0, 0)
    return chunk(START, ext + gap + b"".join(each.pack() + pad for each in attributes), node[8:16])
