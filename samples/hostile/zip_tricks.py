"""Packages whose ZIP structure deviates."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from zip_writer import Item, directory_and_end, write

_EMPTY_BLOCK = b"\0\0\0\xff\xff"  # a stored block without contents that is not the last (RFC 1951, 3.2.4)
MANIFEST, DEX = b"AndroidManifest.xml", b"classes.dex"


def tricks(items: list[Item], decoy: bytes) -> dict[str, Callable[[], bytes]]:
    """The packages by name. *items* are the untouched app's entries, *decoy* is another app's manifest."""
    manifest = next(item for item in items if item.name == MANIFEST)
    others = [item for item in items if item is not manifest]

    def with_manifest(changed: Item) -> bytes:
        return write([changed, *others])

    def local(**fields: object) -> bytes:
        return with_manifest(Item(MANIFEST, manifest.data, 8, dict(fields), {}))

    def both(**fields: object) -> bytes:
        return with_manifest(manifest.both(**fields))

    stored = Item(MANIFEST, manifest.data, 0)
    size = len(manifest.data)
    broken = struct.pack("<HH", 0x7075, 0xFFFF) + b"x"
    shadow = Item(MANIFEST, decoy)
    wide = struct.pack("<HHQQ", 1, 16, size, len(manifest.body))
    whole = {"stored": 0xFFFFFFFF, "size": 0xFFFFFFFF, "extra": wide}
    fake_end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, 46, 0, 0)

    outside = (b"../../../../tmp/x", b"/etc/passwd", b"..\\..\\x", b"C:\\x", b"assets/../x")

    def decoy_directory() -> bytes:
        """A second directory, of another app, stands where a reader looks that goes backwards from the end record."""
        hidden = write([shadow, *others])
        start = struct.unpack_from("<I", hidden, len(hidden) - 6)[0]
        real = [Item(b"junk", hidden, 0), manifest, *others]
        records = hidden[start:-22]
        offset = 30 + len(b"junk")
        moved = bytearray(records)
        at = 0
        while at < len(moved):
            struct.pack_into("<I", moved, at + 42, struct.unpack_from("<I", moved, at + 42)[0] + offset)
            at += 46 + sum(struct.unpack_from("<3H", moved, at + 28))
        return write(real, before_end=bytes(moved), end={"size": len(moved)})

    def nested(inner: bytes, levels: int) -> bytes:
        """An archive in an archive in an archive."""
        for _ in range(levels):
            inner = write([Item(b"inner.zip", inner)])
        return inner

    def slow(item: Item) -> Item:
        """The entry with blocks without contents before its data."""
        return item if item.method == 0 else Item(item.name, item.data, 8, {}, {}, _EMPTY_BLOCK * 2000 + item.body)

    def overlapping(files: int, size: int) -> list[Item]:
        """Scripts whose data are the bytes of the first of them."""
        first = Item(b"assets/0.js", bytes(size))
        start = len(write(items)) - len(directory_and_end(write(items)))
        shared = {"stored": len(first.body), "size": size, "where": start, "crc": zlib.crc32(first.data)}
        return [first, *(Item(b"assets/%d.js" % number, b"", 0, {}, {"method": 8, **shared}) for number in range(1, files))]

    code = next(item.data for item in items if item.name == DEX)
    link = Item(b"assets/link", b"/etc/passwd", 0, {}, {"made": 0x0314, "attributes": 0o120777 << 16})
    device = Item(b"assets/device", b"", 0, {}, {"made": 0x0314, "attributes": 0o060666 << 16})
    late = _EMPTY_BLOCK * 2000 + Item(DEX, code).body
    bomb = write([Item(b"inner.dat", b"dex\n035\0" + bytes(64 << 20))])

    return {
        "zip-link": lambda: write([*items, link, device]),
        "zip-nested-deep": lambda: write([*items, Item(b"assets/a.zip", nested(write([Item(b"a", b"x")]), 12))]),
        "zip-nested-bomb": lambda: write([*items, Item(b"assets/a.zip", nested(bomb, 2))]),
        "zip-overlap": lambda: write([*items, *overlapping(40, 4 << 20)]),
        "zip-empty-blocks": lambda: write([slow(item) for item in items]),
        "zip-empty-blocks-hide": lambda: write([*items, Item(b"assets/data.bin", code, 8, {}, {}, late)]),
        "zip-encrypted-flag": lambda: write([item.both(flags=1) for item in items]),
        "zip-method-stored": lambda: with_manifest(stored.both(method=0x1234)),
        "zip-method-stored-short": lambda: with_manifest(stored.both(method=0x1234, stored=100)),
        "zip-method-deflated": lambda: with_manifest(manifest.both(method=0x1234)),
        "zip-method-everywhere": lambda: write([item.both(method=0x5050) for item in items]),
        "zip-local-name": lambda: local(name=b"AndroidManifest.xmm"),
        "zip-local-sizes": lambda: local(stored=1, size=2),
        "zip-local-method": lambda: local(method=0x4D4D),
        "zip-local-crc": lambda: local(crc=0xDEADBEEF),
        "zip-local-descriptor": lambda: local(flags=8, stored=0xFFFFFF, size=7, crc=0),
        "zip-local-encrypted": lambda: local(flags=1),
        "zip-central-descriptor": lambda: with_manifest(Item(MANIFEST, manifest.data, 8, {}, {"flags": 8})),
        "zip-crc": lambda: both(crc=0xDEADBEEF),
        "zip-version": lambda: both(version=0xFF),
        "zip-extra-broken": lambda: both(extra=broken),
        "zip-extra-long": lambda: local(extra=b"\0" * 65535),
        "zip-alignment": lambda: write([item.both(extra=b"\0\0\0") for item in items]),
        "zip-prefix-adjusted": lambda: write(items, prefix=b"#!/bin/sh\n" * 50),
        "zip-prefix": lambda: write(items, prefix=b"#!/bin/sh\n" * 50, adjusted=False),
        "zip-tail": lambda: write(items, tail=b"behind" * 10),
        "zip-comment": lambda: write(items, comment=b"comment" * 9000),
        "zip-comment-end": lambda: write(items, comment=b"note " + fake_end + b"more"),
        "zip-decoy-directory": decoy_directory,
        "zip-disks": lambda: write(items, end={"disk": 7}),
        "zip-count-low": lambda: write(items, uncounted=[shadow]),
        "zip-count-high": lambda: write(items, end={"count": len(items) + 5}),
        "zip-count-zero": lambda: write(items, end={"count": 0}),
        "zip-wide-end": lambda: write(items, wide=True),
        "zip-wide-entry": lambda: both(**whole),
        "zip-duplicate-last": lambda: write([shadow, *items]),
        "zip-duplicate-first": lambda: write([*items, shadow]),
        "zip-duplicate-dex": lambda: write([*items, Item(DEX, b"no code")][::-1]),
        "zip-folder-names": lambda: write([*items, Item(MANIFEST + b"/", decoy), Item(DEX + b"/", b"x")]),
        "zip-name-zero": lambda: write([*items, Item(MANIFEST + b"\0x", decoy)]),
        "zip-name-paths": lambda: write([*items, *(Item(name, b"x") for name in outside)]),
        "zip-name-long": lambda: write([*items, Item(b"assets/" + b"n" * 60_000, b"x")]),
        "zip-name-bytes": lambda: write([*items, Item(b"assets/\xff\xfe\xc3\x28", b"x")]),
        "zip-name-escapes": lambda: write([*items, Item(b"assets/\x1b[31m\r\n<script>\xe2\x80\xae.html", b"x")]),
        "zip-size-zero-stored": lambda: with_manifest(stored.both(size=0)),
        "zip-size-zero-deflated": lambda: both(size=0),
        "zip-stored-long": lambda: with_manifest(stored.both(stored=size + 40)),
    }  # fmt: skip
