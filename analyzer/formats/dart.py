"""Compiled Dart: AOT snapshots (``libapp.so``), kernel files (``kernel_blob.bin``) and the version of the engine.

A snapshot is a serialised heap whose layout changes with every release of the VM and is documented nowhere but in its sources.
What stays the same is how a string lies in it, so a text is told to be there only when a string object of exactly this text is:

- without compressed pointers strings lie in the read-only image as on the heap: header, length as a small integer (twice the
  number), characters; on 32 bits a hash stands between length and characters (runtime/vm/raw_object.h, ``UntaggedString``);
- with compressed pointers they lie in the stream of clusters, behind a number of 7 bits a byte, the last byte with its high bit
  set, that holds twice the length and whether characters have two bytes (runtime/vm/app_snapshot.cc,
  ``StringSerializationCluster``; older VMs wrote the length alone).

A text that is a part of a longer one is so never mistaken for it. Kernel files have a table of strings
(pkg/kernel/binary.md, ``StringTable``).
"""

from __future__ import annotations

import re
import struct

from msgspec import Struct

from analyzer.errors import FormatError

SNAPSHOT_MAGIC = b"\xf5\xf5\xdc\xdc"
KERNEL_MAGIC = b"\x90\xab\xcd\xef"
KINDS = ("full", "full-jit", "full-core", "full-aot")
_HEADER = struct.Struct("<4sqq32s")
_MAX_FEATURES = 1024
_MAX_SNAPSHOTS = 64
_MAX_HITS = 1 << 16
_MAX_SOURCES = 1 << 16
_INDEX_WORDS = 13
_MAX_LINES = 1 << 17
_UNSIGNED_WIDTHS = (1, 1, 2, 4)
_HASH = re.compile(rb"[0-9a-f]{32}")
_WIDE_CLASS = 2
_DART_VERSION = re.compile(rb"(\d{1,2}\.\d{1,3}\.\d{1,3}[-.0-9a-z]{0,32}) \((stable|beta|dev|main|be)\) \([^()\0]{8,64}\) on \"")


class Snapshot(Struct, frozen=True):
    """The header of one snapshot: where it begins, how long it says it is, its kind, the VM's hash and what it was built with."""

    offset: int
    length: int
    kind: str
    version: str
    features: tuple[str, ...]


def read_snapshots(data: bytes) -> tuple[Snapshot, ...]:
    """The snapshots in *data*, in order: of a Flutter app one for the VM and one for the app's own code.

    Raises ``FormatError`` when there is none.
    """
    found: list[Snapshot] = []
    at = data.find(SNAPSHOT_MAGIC)
    while at >= 0 and len(found) < _MAX_SNAPSHOTS:
        if (snapshot := _snapshot(data, at)) is not None:
            found.append(snapshot)
        at = data.find(SNAPSHOT_MAGIC, at + 4)
    if not found:
        raise FormatError("there is no Dart snapshot in it")
    return tuple(found)


def _snapshot(data: bytes, at: int) -> Snapshot | None:
    """The snapshot whose magic is at *at*; None where the bytes are that by chance."""
    if at + _HEADER.size > len(data):
        return None
    _, length, kind, version = _HEADER.unpack_from(data, at)
    if not 0 <= kind < len(KINDS) or length <= 0 or not _HASH.fullmatch(version):
        return None
    end = data.find(b"\0", at + _HEADER.size, at + _HEADER.size + _MAX_FEATURES)
    if end < 0:
        return None
    features = data[at + _HEADER.size : end].decode("ascii", "replace").split()
    return Snapshot(at, length, KINDS[kind], version.decode("ascii"), tuple(features))


def find_string(data: bytes, text: str) -> int | None:
    """The offset in *data* of the first string object that is exactly *text* (ASCII), or None."""
    wanted, wide = text.encode("ascii"), data[4:5] == bytes([_WIDE_CLASS])
    at = data.find(wanted)
    for _ in range(_MAX_HITS):
        if at < 0:
            break
        if _has_length(data, at, len(wanted), wide=wide):
            return at
        at = data.find(wanted, at + 1)
    return None


def _has_length(data: bytes, at: int, length: int, *, wide: bool) -> bool:
    """Whether what stands before *at* says that a string of *length* one-byte characters begins there."""
    heap = (2 * length).to_bytes(8 if wide else 4, "little")
    if at >= 8 and data[at - 8 : at - 8 + len(heap)] == heap:
        return True
    return any(data[at - len(number) : at] == number for number in (_number(2 * length), _number(length)) if at >= len(number))


def _number(value: int) -> bytes:
    """*value* as the VM writes unsigned numbers."""
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F)
        value >>= 7
    return bytes([*parts, value | 0x80])


def engine_version(data: bytes) -> str | None:
    """The version of Dart that the engine (``libflutter.so``) holds, as ``3.6.2 (stable)``; None when it holds none."""
    match = _DART_VERSION.search(data)
    return f"{match[1].decode()} ({match[2].decode()})" if match else None


class Source(Struct, frozen=True):
    """The text of one library of a kernel file: the address that others import, and where in the file its text lies, in bytes."""

    uri: str
    offset: int
    text: bytes


class Kernel(Struct, frozen=True):
    """A kernel file: the version of its format, and its libraries' sources in order, empty where they were not embedded."""

    version: int
    sources: tuple[Source, ...]


def read_kernel(data: bytes) -> Kernel:
    """The kernel file *data*. Raises ``FormatError``; of a file with several components the last is read.

    The index at the end of a component holds, as big-endian words from its end: its size, how many libraries, their offsets, and
    before these, first of up to twelve others, where the table of sources begins (pkg/kernel/binary.md, ``ComponentIndex``).
    """
    if data[:4] != KERNEL_MAGIC or len(data) < 16:
        raise FormatError("not a kernel file: it does not start with the kernel magic")
    libraries, size = struct.unpack_from(">II", data, len(data) - 8)
    begin, words = len(data) - size, len(data) - 8 - 4 * (libraries + 1)
    if begin < 0 or words < begin + 8:
        raise FormatError("the index of the kernel file does not fit into it")
    for at in range(max(begin, words - 4 * _INDEX_WORDS), words, 4):
        start = begin + int.from_bytes(data[at : at + 4], "big")
        if start + 4 <= words and (sources := _source_table(data, start, words)):
            return Kernel(int.from_bytes(data[4:8], "big"), tuple(sources))
    raise FormatError("the kernel file has no table of sources")


def _source_table(data: bytes, start: int, end: int) -> list[Source]:
    """The sources at *start*, when a table of sources is there; else none (``UriSource``)."""
    count = int.from_bytes(data[start : start + 4], "big")
    at, found = start + 4, []
    if not 0 < count <= _MAX_SOURCES:
        return []
    try:
        for _ in range(count):
            _, at = _bytes(data, at, end)
            text, after = _bytes(data, at, end)
            at = _past_numbers(data, after)
            uri, at = _bytes(data, at, end)
            at = _past_numbers(data, at)
            found.append(Source(uri.decode("utf-8", "replace"), after - len(text), text))
    except (FormatError, IndexError):
        return []
    return found


def _past_numbers(data: bytes, at: int) -> int:
    """Where a list of numbers ends that begins at *at*."""
    count, at = _unsigned(data, at)
    if count > _MAX_LINES:
        raise FormatError("a text of the kernel file has too many lines")
    for _ in range(count):
        at += _UNSIGNED_WIDTHS[data[at] >> 6]
    return at


def _bytes(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    length, at = _unsigned(data, at)
    if at + length > end:
        raise FormatError("a text of the kernel file lies outside of it")
    return data[at : at + length], at + length


def _unsigned(data: bytes, at: int) -> tuple[int, int]:
    """A number of 7, 14 or 30 bits (pkg/kernel/binary.md, ``UInt``), and where the next begins."""
    first = data[at]
    if first < 0x80:
        return first, at + 1
    if first < 0xC0:
        return (first & 0x3F) << 8 | data[at + 1], at + 2
    return int.from_bytes(data[at : at + 4], "big") & 0x3FFFFFFF, at + 4
