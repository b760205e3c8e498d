"""Manifests and resource tables that deviate."""

from __future__ import annotations

import struct
from collections.abc import Callable

from chunk_writer import (
    END,
    MAP,
    NONE,
    POOL,
    START,
    Attribute,
    Document,
    Pool,
    attributes_of,
    chunk,
    element,
    kind_of,
    take_apart,
    texts_of,
)  # fmt: skip

ANDROID = "http://schemas.android.com/apk/res/android"
_PACKAGE, _TYPE, _SPECIFICATION = 0x0200, 0x0201, 0x0202


def manifests(original: bytes, decoy: bytes) -> dict[str, Callable[[], bytes]]:  # noqa: C901  (a trick each)
    """The manifests by name."""
    doc = lambda: Document.read(original)  # noqa: E731

    def starts(document: Document) -> list[int]:
        return [at for at, node in enumerate(document.nodes) if kind_of(node) == START]

    def changed(**options: object) -> bytes:
        document = doc()
        nodes = [
            element(node, attributes_of(node), **options) if kind_of(node) == START else node  # type: ignore[arg-type]
            for node in document.nodes
        ]
        return document.pack(nodes=nodes)

    def pooled(**options: object) -> bytes:
        document = doc()
        return document.pack(Pool(document.texts, **options).pack(), document.map())  # type: ignore[arg-type]

    def each_attribute(change: Callable[[Document, Attribute], list[Attribute]]) -> bytes:
        document = doc()
        nodes = []
        for node in document.nodes:
            if kind_of(node) == START:
                node = element(node, [new for old in attributes_of(node) for new in change(document, old)])
            nodes.append(node)
        return document.pack(nodes=nodes)

    def between(*more: bytes) -> bytes:
        document = doc()
        at = starts(document)[2]
        return document.pack(nodes=[*document.nodes[:at], *more, *document.nodes[at:]])

    def renamed(texts: Callable[[int, str], str]) -> bytes:
        document = doc()
        tags = {struct.unpack_from("<I", document.nodes[at], 20)[0] for at in starts(document)}
        shared = set(range(len(document.ids), len(document.texts))) | tags
        named = [text if index in shared else texts(index, text) for index, text in enumerate(document.texts)]
        return document.pack(Pool(named).pack(), document.map())

    def no_namespace(document: Document, old: Attribute) -> list[Attribute]:
        return [Attribute(NONE, old.name, old.raw, old.kind, old.value)]

    def wrong_namespace(document: Document, old: Attribute) -> list[Attribute]:
        other = document.text("http://example.org/other")
        return [Attribute(other if old.namespace != NONE else NONE, old.name, old.raw, old.kind, old.value)]

    def decoy_package(document: Document, old: Attribute) -> list[Attribute]:
        if document.texts[old.name] != "package":
            return [old]
        fake = document.text("com.decoy.fake")
        return [Attribute(document.text(ANDROID), old.name, fake, 3, fake), old, Attribute(NONE, old.name, fake, 3, fake)]

    def typed_package(document: Document, old: Attribute) -> list[Attribute]:
        if document.texts[old.name] != "package":
            return [old]
        return [Attribute(old.namespace, old.name, old.raw, 3, document.text("com.decoy.fake"))]

    def doubled(document: Document, old: Attribute) -> list[Attribute]:
        if old.kind != 3 or old.namespace == NONE:
            return [old]
        fake = document.text("com.decoy.Fake")
        return [old, Attribute(old.namespace, old.name, fake, 3, fake)]

    def without(tag: str) -> bytes:
        document = doc()
        name = document.texts.index(tag)
        nodes, depth = [], 0
        for node in document.nodes:
            own = kind_of(node) in (START, END) and struct.unpack_from("<I", node, 20)[0] == name
            depth += own and kind_of(node) == START
            if not depth:
                nodes.append(node)
            depth -= own and kind_of(node) == END
        return document.pack(nodes=nodes)

    def second_application() -> bytes:
        document = doc()
        name = document.texts.index("application")
        at = next(i for i, n in enumerate(document.nodes) if kind_of(n) == END and struct.unpack_from("<I", n, 20)[0] == name)
        begin = next(i for i in starts(document) if struct.unpack_from("<I", document.nodes[i], 20)[0] == name)
        return document.pack(
            nodes=[*document.nodes[: at + 1], element(document.nodes[begin], []), document.nodes[at], *document.nodes[at + 1 :]]
        )

    def deep() -> bytes:
        document = doc()
        at = starts(document)[1]
        name = document.text("junk")
        open_, close = (
            element(document.nodes[at], [], name=name),
            chunk(END, struct.pack("<II", NONE, name), struct.pack("<II", 1, NONE)),
        )
        return document.pack(nodes=[*document.nodes[:at], *[open_] * 300, *[close] * 300, *document.nodes[at:]])

    def two_roots() -> bytes:
        document, other = doc(), Document.read(decoy)
        return document.pack(nodes=[*document.nodes, *other.nodes[:6]])

    def foreign_ids() -> bytes:
        """The ids of the names are of the app's own package: the platform's attributes are not seen as such."""
        document = doc()
        ids = struct.pack(f"<{len(document.ids)}I", *(0x7F010000 | each & 0xFFFF for each in document.ids))
        return document.pack(document.pool(), chunk(MAP, ids))

    def swapped_namespaces() -> bytes:
        """The prefix android stands for another namespace, and another prefix for Android's."""
        document = doc()
        other, uri = document.text("http://example.org/other"), document.texts.index(ANDROID)
        declared = struct.pack("<II", document.text("android"), other), struct.pack("<II", document.text("x"), uri)
        line = struct.pack("<II", 1, NONE)
        opened = [chunk(0x0100, each, line) for each in declared]
        closed = [chunk(0x0101, each, line) for each in reversed(declared)]
        nodes = [node for node in document.nodes if kind_of(node) not in (0x0100, 0x0101)]
        return document.pack(nodes=[*opened, *nodes, *closed])

    def text_out_of_range() -> bytes:
        document = doc()
        nodes = list(document.nodes)
        at = starts(document)[-1]
        nodes[at] = element(nodes[at], [*attributes_of(nodes[at]), Attribute(NONE, 0xFFFFFF, 0xFFFFFF, 3, 0xFFFFFF)])
        return document.pack(nodes=nodes)

    def with_unused(**options: object) -> bytes:
        document = doc()
        return document.pack(Pool([*document.texts, "unused"], **options).pack(), document.map())  # type: ignore[arg-type]

    unused = len(doc().texts)
    junk, node_junk = chunk(0x7777, b"junk" * 4), chunk(0x0555, b"junk" * 4, bytes(8))
    return {
        "xml-type": lambda: doc().pack(kind=0),
        "xml-header-long": lambda: doc().pack(head=b"\xff" * 8),
        "xml-size-high": lambda: original[:4] + struct.pack("<I", len(original) + 4096) + original[8:],
        "xml-tail": lambda: original + b"behind!!" * 20,
        "xml-junk-before": lambda: doc().pack(junk, doc().pool(), junk, doc().map(), junk),
        "xml-junk-between": lambda: between(node_junk, node_junk),
        "xml-junk-short": lambda: between(junk),
        "xml-junk-unaligned": lambda: doc().pack(chunk(0x7777, b"odd"), doc().pool(), doc().map()),
        "xml-two-pools": lambda: doc().pack(Pool(["decoy"] * len(doc().texts)).pack(), doc().pool(), doc().map()),
        "xml-late-pool": lambda: doc().pack(nodes=[*doc().nodes, Pool(["decoy"] * len(doc().texts)).pack()]),
        "xml-two-maps": lambda: doc().pack(doc().pool(), chunk(MAP, struct.pack("<40I", *[0x01010001] * 40)), doc().map()),
        "xml-pool-count": lambda: pooled(count=len(doc().texts) + 20),
        "xml-pool-count-absurd": lambda: pooled(count=0x3FFFFFFF),
        "xml-pool-offsets": lambda: with_unused(offsets={unused: 0x7FFFFFF0}),
        "xml-pool-overlap": lambda: pooled(overlap=True),
        "xml-pool-odd": lambda: pooled(odd=True),
        "xml-pool-utf8": lambda: pooled(utf8=True),
        "xml-pool-flags": lambda: pooled(flags=0x10001),
        "xml-pool-length": lambda: with_unused(lengths={unused: 0x7FFF}),
        "xml-pool-styles": lambda: pooled(styles=9, styles_start=4),
        "xml-pool-unterminated": lambda: with_unused(end=b"ab"),
        "xml-map-missing": lambda: doc().pack(doc().pool()),
        "xml-map-short": lambda: (lambda d: d.pack(d.pool(), chunk(MAP, d.map()[8:20])))(doc()),
        "xml-map-long": lambda: (lambda d: d.pack(d.pool(), chunk(MAP, d.map()[8:] + b"\xff" * 400)))(doc()),
        "xml-attribute-start": lambda: changed(gap=b"\xff" * 8),
        "xml-attribute-size": lambda: changed(pad=b"\xff" * 4),
        "xml-map-foreign": foreign_ids,
        "xml-namespaces-swapped": swapped_namespaces,
        "xml-names-empty": lambda: renamed(lambda index, text: ""),
        "xml-names-wrong": lambda: renamed(lambda index, text: "debuggable"),
        "xml-namespace-none": lambda: each_attribute(no_namespace),
        "xml-namespace-wrong": lambda: each_attribute(wrong_namespace),
        "xml-package-decoys": lambda: each_attribute(decoy_package),
        "xml-package-typed": lambda: each_attribute(typed_package),
        "xml-attribute-twice": lambda: each_attribute(doubled),
        "xml-no-application": lambda: without("application"),
        "xml-two-applications": second_application,
        "xml-unclosed": lambda: doc().pack(nodes=doc().nodes[:-3]),
        "xml-no-namespaces": lambda: (lambda d: d.pack(nodes=[n for n in d.nodes if kind_of(n) not in (0x0100, 0x0101)]))(doc()),
        "xml-two-roots": two_roots,
        "xml-deep": deep,
        "xml-text-outside": text_out_of_range,
        "xml-plain-text": lambda: b'<?xml version="1.0"?><manifest package="org.apkvet.samples.proxy"><application/></manifest>',
        "xml-empty": lambda: b"",
    }  # fmt: skip


def tables(original: bytes) -> dict[str, Callable[[], bytes]]:  # noqa: C901  (a trick each)
    """The resource tables by name."""
    top = take_apart(original, 12, len(original))
    pool = next(part for part in top if kind_of(part) == POOL)
    package = next(part for part in top if kind_of(part) == _PACKAGE)
    header = struct.unpack_from("<H", package, 2)[0]
    inner = take_apart(package, header, len(package))

    def packed(parts: list[bytes], count: int = 1) -> bytes:
        return chunk(2, b"".join(parts), struct.pack("<I", count))

    def packaged(parts: list[bytes], identity: int | None = None) -> bytes:
        head = bytearray(package[8:header])
        if identity is not None:
            struct.pack_into("<I", head, 0, identity)
        return chunk(_PACKAGE, b"".join(parts), bytes(head))

    def each_type(change: Callable[[bytes], bytes]) -> bytes:
        return packed([pool, packaged([change(part) if kind_of(part) == _TYPE else part for part in inner])])

    def entries(part: bytes) -> tuple[int, list[tuple[int, bytes]]]:
        count, start = struct.unpack_from("<II", part, 12)
        own = struct.unpack_from("<H", part, 2)[0]
        offsets = struct.unpack_from(f"<{count}I", part, own)
        return own, [(i, part[start + o : start + o + 16]) for i, o in enumerate(offsets) if o != NONE]

    def rebuilt(
        part: bytes, flags: int, index: Callable[[list[tuple[int, bytes]]], bytes], bodies: list[bytes], count: int
    ) -> bytes:
        own, found = entries(part)
        table = index(found)
        table += b"\0" * (-len(table) % 4)
        head = bytearray(part[8:own])
        head[1] = flags
        struct.pack_into("<II", head, 4, count, own + len(table))
        return chunk(_TYPE, table + b"".join(bodies), bytes(head))

    def sparse(part: bytes) -> bytes:
        _, found = entries(part)
        index = lambda rows: b"".join(struct.pack("<HH", i, 4 * n) for n, (i, _) in enumerate(rows))  # noqa: E731
        return rebuilt(part, 1, index, [body for _, body in found], len(found))

    def compact(part: bytes) -> bytes:
        _, found = entries(part)
        most = struct.unpack_from("<I", part, 12)[0]
        places = {i: 2 * n for n, (i, _) in enumerate(found)}
        index = lambda rows: b"".join(struct.pack("<H", places.get(i, 0xFFFF)) for i in range(most))  # noqa: E731
        bodies = []
        for _, body in found:
            key, kind, value = struct.unpack_from("<I", body, 4)[0], body[11], struct.unpack_from("<I", body, 12)[0]
            bodies.append(struct.pack("<HHI", key, kind << 8 | 8, value))
        return rebuilt(part, 2, index, bodies, most)

    def keys_hidden(part: bytes) -> bytes:
        _, found = entries(part)
        out = bytearray(part)
        start = struct.unpack_from("<I", part, 16)[0]
        for at in range(len(found)):
            struct.pack_into("<I", out, start + 16 * at + 4, 0)
        return bytes(out)

    def cycle(part: bytes) -> bytes:
        out = bytearray(part)
        _, found = entries(part)
        start = struct.unpack_from("<I", part, 16)[0]
        for at, (index, _) in enumerate(found):
            other = 0x7F000000 | part[8] << 16 | (found[(at + 1) % len(found)][0] if len(found) > 1 else index)
            out[start + 16 * at + 11] = 1
            struct.pack_into("<I", out, start + 16 * at + 12, other)
        return bytes(out)

    def first_type(at: int, value: int) -> bytes:
        """The first type chunk with another word at *at*."""
        number = next(number for number, part in enumerate(inner) if kind_of(part) == _TYPE)
        part = bytearray(inner[number])
        struct.pack_into("<I", part, at, value)
        return packed([pool, packaged([*inner[:number], bytes(part), *inner[number + 1 :]])])

    def pool_counted(count: int) -> bytes:
        return packed([pool[:8] + struct.pack("<I", count) + pool[12:], packaged(inner)])

    junk = chunk(0x7777, b"junk" * 4)
    decoy = Pool(["decoy"] * len(texts_of(pool)), utf8=True).pack()
    return {
        "arsc-sparse": lambda: each_type(sparse),
        "arsc-compact": lambda: each_type(compact),
        "arsc-hidden-names": lambda: each_type(keys_hidden),
        "arsc-junk": lambda: packed([junk, pool, junk, packaged([junk, *inner, junk])]),
        "arsc-junk-first": lambda: junk + packed([pool, packaged(inner)]),
        "arsc-two-pools": lambda: packed([pool, decoy, packaged(inner)]),
        "arsc-count-low": lambda: packed([pool, packaged(inner)], 0),
        "arsc-count-high": lambda: packed([pool, packaged(inner)], 900),
        "arsc-two-packages": lambda: packed([pool, packaged(inner, 2), packaged(inner)], 2),
        "arsc-size-high": lambda: (lambda d: d[:4] + struct.pack("<I", len(d) + 99) + d[8:])(packed([pool, packaged(inner)])),
        "arsc-tail": lambda: packed([pool, packaged(inner)]) + b"junk",
        "arsc-cycle": lambda: each_type(cycle),
        "arsc-pool-count": lambda: pool_counted(0x3FFFFFFF),
        "arsc-pool-unterminated": lambda: packed([pool[:-2] + b"ab", packaged(inner)]),
        "arsc-no-specification": lambda: packed([pool, packaged([part for part in inner if kind_of(part) != _SPECIFICATION])]),
        "arsc-type-zero": lambda: first_type(8, 0),
        "arsc-type-counts": lambda: first_type(12, 0x10000),
        "arsc-type-overlap": lambda: first_type(16, 20),
        "arsc-unaligned": lambda: packed([pool, chunk(0x7777, b"odd"), packaged(inner)]),
    }  # fmt: skip
