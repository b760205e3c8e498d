"""DEX files that deviate. Checksum and signature are right where a trick is not about them."""

from __future__ import annotations

import hashlib
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dex"))
from make import container, uleb  # type: ignore[import-not-found]  # samples/dex/make.py

_OTHER = Path(__file__).resolve().parents[1] / "dex/payloads-039.dex"
_SOURCE = b"ClipboardReceiver.java\0"


def sealed(data: bytes, size: int | None = None) -> bytes:
    """The file with size, signature and checksum in agreement."""
    out = bytearray(data)
    struct.pack_into("<I", out, 0x20, len(out) if size is None else size)
    out[12:32] = hashlib.sha1(out[32:], usedforsecurity=False).digest()
    struct.pack_into("<I", out, 8, zlib.adler32(bytes(out[12:])))
    return bytes(out)


def patched(data: bytes, *words: tuple[int, int]) -> bytes:
    """The file with other words of four bytes: pairs of place and value."""
    out = bytearray(data)
    for at, value in words:
        struct.pack_into("<I", out, at, value & 0xFFFFFFFF)
    return sealed(out)


def tricks(good: bytes) -> dict[str, Callable[[], bytes]]:
    """The DEX files by name."""
    classes_at = struct.unpack_from("<I", good, 0x64)[0]
    map_at = struct.unpack_from("<I", good, 0x34)[0]
    code = _largest_code(good)

    def moved_code(extra: bytes) -> bytes:
        """The largest method's code at the end of the file, with *extra* behind its instructions."""
        size = struct.unpack_from("<I", good, code + 12)[0]
        at = (len(good) + 3) // 4 * 4
        body = good[code : code + 12] + struct.pack("<I", size + len(extra) // 2) + good[code + 16 : code + 16 + 2 * size] + extra
        data_at = struct.unpack_from("<I", good, classes_at + 24)[0]
        place = good.index(uleb(code), data_at)
        out = bytearray(good.ljust(at, b"\0") + body)
        out[place : place + len(uleb(at))] = uleb(at)
        return sealed(out)

    return {
        "dex-checksum": lambda: good[:8] + b"\xde\xad\xbe\xef" + good[12:],
        "dex-signature": lambda: _checksummed(good[:12] + b"\0" * 20 + good[32:]),
        "dex-header-size": lambda: patched(good, (0x24, 0x78)),
        "dex-header-short": lambda: patched(good, (0x24, 0x20)),
        "dex-tail": lambda: sealed(good) + b"behind" * 50,
        "dex-size-high": lambda: sealed(good, len(good) + 1000),
        "dex-byte-order": lambda: patched(good, (0x28, 0x78563412)),
        "dex-version": lambda: sealed(good[:4] + b"099\0" + good[8:]),
        "dex-link": lambda: patched(good, (0x2C, 0xFFFF), (0x30, 0xFFFFFFF0)),
        "dex-data": lambda: patched(good, (0x68, 0), (0x6C, 0xFFFFFFF0)),
        "dex-map-outside": lambda: patched(good, (0x34, 0xFFFFFFF0)),
        "dex-map-junk": lambda: patched(good, (map_at, 0xFFFFFF), (map_at + 4, 0x7FFF), (map_at + 12, 0xFFFFFFFF)),
        "dex-debug-junk": lambda: patched(good, (code + 8, 0xFFFFFFF0)),
        "dex-annotations": lambda: patched(good, (classes_at + 20, len(good) - 1)),
        "dex-values": lambda: patched(good, (classes_at + 28, len(good) - 1)),
        "dex-source": lambda: patched(good, (classes_at + 16, 0x7FFFFFFF)),
        "dex-string-bytes": lambda: sealed(good.replace(_SOURCE, b"ClipboardReceiver.\xff\xc3(\0 "[: len(_SOURCE) - 1] + b"\0")),
        "dex-strings-unsorted": lambda: sealed(good.replace(_SOURCE, b"z" + _SOURCE[1:])),
        "dex-string-length": lambda: sealed(good.replace(bytes((len(_SOURCE) - 1,)) + _SOURCE, b"\x7f" + _SOURCE)),
        "dex-unreachable": lambda: moved_code(b"\x3e\x00\x73\x00\xe3\x00\x28\x7f"),
        "dex-unreachable-cut": lambda: moved_code(b"\x2a\x00"),
        "dex-superclass-cycle": lambda: patched(good, (classes_at + 8, struct.unpack_from("<I", good, classes_at)[0])),
        "dex-container": lambda: container(good, _OTHER.read_bytes()),
        "dex-no-code": lambda: b"",
        "dex-not": lambda: b"no code at all " * 20,
    }  # fmt: skip


def _checksummed(data: bytes) -> bytes:
    return data[:8] + struct.pack("<I", zlib.adler32(data[12:])) + data[12:]


def _largest_code(data: bytes) -> int:
    from analyzer.formats.dex import open_dex

    dex = open_dex("x", data)[0]
    rows = range(len(dex.items.offset))
    return int(max((int(dex.items.end[i] - dex.items.start[i]), int(dex.items.offset[i])) for i in rows)[1])
