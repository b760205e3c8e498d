"""DEX files that deviate. Checksum and signature are right where a trick is not about them."""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from dex_layout import contained, inserted, methods, sealed, sections, uleb, word

_OTHER = Path(__file__).resolve().parents[1] / "dex/payloads-039.dex"
_SOURCE = b"ClipboardReceiver.java\0"
_CODE, _CLASSES = 0x2001, 0x0006
_RETURN = b"\x0e\x00"


def patched(data: bytes, *words: tuple[int, int]) -> bytes:
    """The file with other words of four bytes: pairs of place and value."""
    out = bytearray(data)
    for at, value in words:
        struct.pack_into("<I", out, at, value & 0xFFFFFFFF)
    return sealed(out)


def replaced(data: bytes, at: int, new: bytes) -> bytes:
    """The file with other bytes at *at*."""
    return sealed(data[:at] + new + data[at + len(new) :])


def tricks(good: bytes) -> dict[str, Callable[[], bytes]]:
    """The DEX files by name."""
    return _of_the_file(good) | _of_members(good)


def _of_the_file(good: bytes) -> dict[str, Callable[[], bytes]]:
    """Tricks with header, map, tables, texts."""
    classes_at, map_at, strings_at = word(good, 0x64), word(good, 0x34), word(good, 0x3C)
    code = _largest_code(good)

    def longer(extra: bytes) -> bytes:
        """The largest method with *extra* behind its instructions."""
        size = word(good, code + 12)
        return patched(inserted(good, code + 16 + 2 * size, extra), (code + 12, size + len(extra) // 2))

    def class_twice() -> bytes:
        """A second definition of the first class, without anything in it, behind the others."""
        count = word(good, 0x60)
        row = good[classes_at : classes_at + 24] + bytes(8)
        out = inserted(good, classes_at + 32 * count, row)
        listed = word(out, 0x34) + 4 + 12 * list(sections(out)).index(_CLASSES) + 4
        return patched(out, (0x60, count + 1), (listed, count + 1))

    def text_twice() -> bytes:
        rows = range(word(good, 0x38))
        row = next(each for each in rows if good.startswith(_SOURCE, word(good, strings_at + 4 * each) + 1))
        return patched(good, (strings_at + 4 * row + 4, word(good, strings_at + 4 * row)))

    def second_is_none() -> bytes:
        whole = contained(good, _OTHER.read_bytes())
        return (whole[: word(whole, 0x20)] + b"no code " * len(whole))[: len(whole)]

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
        "dex-map-short": lambda: patched(good, (map_at, word(good, map_at) - 2)),
        "dex-map-counts": lambda: patched(good, (map_at + 4 + 12 + 4, 7)),
        "dex-junk-behind": lambda: patched(good + b"junk" * 64, (0x68, word(good, 0x68) + 256)),
        "dex-junk-between": lambda: inserted(good, sections(good)[_CODE][1], b"junk"),
        "dex-zeros-between": lambda: inserted(good, sections(good)[_CODE][1], bytes(64)),
        "dex-debug-junk": lambda: patched(good, (code + 8, 0xFFFFFFF0)),
        "dex-annotations": lambda: patched(good, (classes_at + 20, len(good) - 1)),
        "dex-values": lambda: patched(good, (classes_at + 28, len(good) - 1)),
        "dex-source": lambda: patched(good, (classes_at + 16, 0x7FFFFFFF)),
        "dex-string-bytes": lambda: sealed(good.replace(_SOURCE, b"ClipboardReceiver.\xff\xc3(\0 "[: len(_SOURCE) - 1] + b"\0")),
        "dex-strings-unsorted": lambda: sealed(good.replace(_SOURCE, b"z" + _SOURCE[1:])),
        "dex-string-length": lambda: sealed(good.replace(bytes((len(_SOURCE) - 1,)) + _SOURCE, b"\x7f" + _SOURCE)),
        "dex-string-twice": text_twice,
        "dex-strings-absurd": lambda: patched(good, (0x38, 0x3FFFFFFF)),
        "dex-unreachable": lambda: longer(b"\x3e\x00\x73\x00\xe3\x00" + _RETURN),
        "dex-unreachable-cut": lambda: longer(b"\0\0\x2a\0"),
        "dex-class-twice": class_twice,
        "dex-superclass-cycle": lambda: patched(good, (classes_at + 8, word(good, classes_at))),
        "dex-container": lambda: contained(good, _OTHER.read_bytes()),
        "dex-container-one": lambda: contained(good),
        "dex-container-size": lambda: contained(good, size=len(good) + 4096),
        "dex-container-second": second_is_none,
        "dex-no-code": lambda: b"",
        "dex-not": lambda: b"no code at all " * 20,
    }  # fmt: skip


def _of_members(good: bytes) -> dict[str, Callable[[], bytes]]:
    """Tricks with class data and code items: of the receiver, and of a class that is not in use."""
    receiver, unused = (word(good, word(good, 0x64) + 32 * row + 24) for row in range(2))
    (_, first, _, built), (real, step, flags, code) = methods(good, receiver)[1]
    (other, _, _, _), (idle, idle_step, idle_flags, empty) = methods(good, unused)[1]
    counts, code_of_other = receiver + 2, other + 4  # a difference of one byte and flags of three stand before the code

    def with_methods(direct: int, virtual: int, difference: int, at: int = receiver, extra: bytes = b"") -> bytes:
        """The receiver with so many methods in its lists, another difference of onReceive, and *extra* before *at*."""
        out = replaced(replaced(good, counts, bytes((direct, virtual))), real, bytes((difference,)))
        return inserted(out, at, extra)

    def overlapping() -> bytes:
        """The code of an empty method stands in an array within the code of the largest one."""
        inner = good[empty : empty + 16] + _RETURN
        array = struct.pack("<HHI", 0x0300, 1, len(inner) + 2) + inner + bytes(2)
        end = code + 16 + 2 * word(good, code + 12)
        out = patched(inserted(good, end, array), (code + 12, word(good, code + 12) + len(array) // 2))
        return replaced(out, idle + len(uleb(idle_step) + uleb(idle_flags)) + len(array), uleb(end + 8))

    entry = b"\1" + uleb(empty)
    long_number = bytes((step | 0x80, 0x80, 0x80, 0x80, 0x10))
    return {
        "dex-code-shared": lambda: replaced(good, code_of_other, uleb(built)),
        "dex-code-overlap": overlapping,
        "dex-code-registers": lambda: patched(good, (code, 0x00FF0000 | word(good, code) & 0xFFFF)),
        "dex-method-twice": lambda: with_methods(1, 2, step, real + 4, b"\0" + entry),
        "dex-method-both-lists": lambda: with_methods(1, 2, step - first, real, bytes((first,)) + entry),
        "dex-methods-wrong-list": lambda: with_methods(0, 2, step - first),
        "dex-methods-unsorted": lambda: with_methods(1, 2, step, real + 4, b"\xff\xff\xff\xff\x0f" + entry),
        "dex-methods-counted": lambda: replaced(good, counts + 1, b"\x7f"),
        "dex-fields-counted": lambda: replaced(good, unused, b"\1"),
        "dex-flags": lambda: replaced(good, real + 1, bytes((flags | 4,))),
        "dex-code-missing": lambda: replaced(good, idle + 2, b"\x80\0"),
        "dex-long-numbers": lambda: _long_number(good, real, long_number),
    }  # fmt: skip


def _long_number(good: bytes, at: int, number: bytes) -> bytes:
    """A number of one byte in class data written in five, of which the last has bits beyond the 32 that count."""
    return replaced(inserted(good, at, bytes(len(number) - 1)), at, number)


def _checksummed(data: bytes) -> bytes:
    return data[:8] + struct.pack("<I", zlib.adler32(data[12:])) + data[12:]


def _largest_code(data: bytes) -> int:
    from analyzer.formats.dex import open_dex

    dex = open_dex("x", data)[0]
    rows = range(len(dex.items.offset))
    return int(max((int(dex.items.end[i] - dex.items.start[i]), int(dex.items.offset[i])) for i in rows)[1])
