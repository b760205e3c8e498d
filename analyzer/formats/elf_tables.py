"""The tables of an ELF file: header, program headers, sections, dynamic entries, and where addresses lie in the file.

Layout: System V ABI, *ELF Header*, *Program Header*, *Sections*, *Dynamic Section*; tags of Android's own: bionic,
``libc/include/elf.h``. Where tables disagree, Android's linker is followed (bionic, ``linker/linker_phdr.cpp``, ``linker.cpp``):
entries have the sizes of the specification, whatever the header says; the dynamic entries are those at the address of PT_DYNAMIC;
program headers say where an address lies. Sections only tell what stands where. Every number is checked against the bytes.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.formats.dex.columns import among

LARGEST = 256 << 20
"""The largest file that is opened, in bytes."""

Column = NDArray[np.uint64]
Rows = NDArray[Any]

NEEDED, HASH, STRTAB, SYMTAB, RELA, RELASZ, REL, RELSZ = 1, 4, 5, 6, 7, 8, 17, 18
PLTRELSZ, PLTREL, JMPREL, TEXTREL, BIND_NOW, FLAGS, RELRSZ, RELR = 2, 20, 23, 22, 24, 30, 35, 36
GNU_HASH, FLAGS_1 = 0x6FFFFEF5, 0x6FFFFFFB
ANDROID_REL, ANDROID_RELSZ, ANDROID_RELA, ANDROID_RELASZ = 0x6000000F, 0x60000010, 0x60000011, 0x60000012
ANDROID_RELR, ANDROID_RELRSZ = 0x6FFFE000, 0x6FFFE001
_OF_RELOCATIONS = (RELA, RELASZ, REL, RELSZ, PLTRELSZ, PLTREL, JMPREL, RELR, RELRSZ)
_OF_ANDROID = (ANDROID_REL, ANDROID_RELSZ, ANDROID_RELA, ANDROID_RELASZ, ANDROID_RELR, ANDROID_RELRSZ)
TAGS: Final = frozenset((HASH, GNU_HASH, STRTAB, SYMTAB, TEXTREL, BIND_NOW, FLAGS, FLAGS_1, *_OF_RELOCATIONS, *_OF_ANDROID))
"""The tags that are kept of the dynamic entries; of those that occur again the last counts."""

_IDENT, _MOST_HEADERS = 16, 1 << 16  # the linker reads 64 KiB of program headers
_ET_DYN, _SHT_PROGBITS, _SHT_SYMTAB, _SHT_NOBITS, _SHF_ALLOC, _SHF_EXEC = 3, 1, 2, 8, 2, 4
_MACHINES = {3: "I386", 8: "MIPS", 40: "ARM", 62: "X86_64", 183: "AARCH64", 243: "RISCV"}
_KINDS = dict(enumerate(("NULL", "LOAD", "DYNAMIC", "INTERP", "NOTE", "SHLIB", "PHDR", "TLS")))
_KINDS |= {0x6474E550 + number: f"GNU_{name}" for number, name in enumerate(("EH_FRAME", "STACK", "RELRO", "PROPERTY"))}
_HEADERS = {32: "HHIIIIIHHHHHH", 64: "HHIQQQIHHHHHH"}


def _fields(text: str, form: str) -> list[tuple[str, str]]:
    return [(name, form) for name in text.split()]


_SEGMENTS = {
    64: [*_fields("type flags", "u4"), *_fields("offset address physical size memory align", "u8")],
    32: _fields("type offset address physical size memory flags align", "u4"),
}
_SECTIONS = {
    64: [
        *_fields("name type", "u4"),
        *_fields("flags address offset size", "u8"),
        *_fields("link info", "u4"),
        *_fields("align entry", "u8"),
    ],
    32: _fields("name type flags address offset size link info align entry", "u4"),
}
_ENTRIES = {64: [("tag", "i8"), ("value", "u8")], 32: [("tag", "i4"), ("value", "u4")]}


class Segment(NamedTuple):
    """One program header: its type's name (``LOAD``, ``GNU_STACK`` ...), what it allows (``rwx``), and where it lies."""

    kind: str
    allows: str
    offset: int
    address: int
    size: int


class Section(NamedTuple):
    """One section: where its bytes lie in the file and in memory, and whether they are code or data that stay in memory."""

    name: str
    offset: int
    address: int
    size: int
    is_code: bool
    is_data: bool


class Image:
    """The tables of one file, and its bytes by their addresses. Raises ``FormatError`` when no program headers lie in it.

    ``dynamic`` holds the entries of ``TAGS``, ``needed`` the names of other libraries. ``sections`` are those whose bytes lie in
    the file, ``section_rows`` the columns of all.
    """

    def __init__(self, data: bytes, where: str) -> None:
        self.data = data
        self.bits, self.order = _form(data, where)
        kind, machine, *_ = header = struct.unpack_from(self.order + _HEADERS[self.bits], data, _IDENT)
        _, _, _, _, segments, sections, _, _, _, segment_count, _, section_count, names = header
        self.machine = _MACHINES.get(machine, str(machine))
        self.is_shared = kind == _ET_DYN
        rows = self.rows(_SEGMENTS[self.bits], segments, segment_count)
        if not len(rows) or len(rows) < segment_count or rows.nbytes > _MOST_HEADERS:
            raise FormatError("has no program headers within the file", where=where)
        self.segments = tuple(_segments(rows, len(data)))
        self._memory = _Memory([segment for segment in self.segments if segment.kind == "LOAD"])
        self.section_rows = self.rows(_SECTIONS[self.bits], sections, section_count if sections else 0)
        self.sections = tuple(_sections(data, self.section_rows, names))
        self.is_stripped = not (self.section_rows["type"] == _SHT_SYMTAB).any()
        entries = self._entries()
        kept = entries[among(entries["tag"].astype(np.int64, copy=False), TAGS)]
        self.dynamic: Mapping[int, int] = dict(zip(kept["tag"].tolist(), kept["value"].tolist(), strict=True))
        strings = self.place(STRTAB)
        wanted = entries["value"][entries["tag"] == NEEDED][: limits.ELF_SYMBOLS]
        found = texts_at(data, strings, wanted.tolist()) if strings is not None else {}
        self.needed = tuple(sorted(filter(None, set(found.values()))))

    def rows(self, layout: list[tuple[str, str]], start: int, number: int | None = None) -> Rows:
        """Entries of a table at an offset of the file: *number* of them, or as many of these as lie in the file."""
        dtype = np.dtype(layout).newbyteorder("<" if self.order == "<" else ">")
        most = max(0, len(self.data) - start) // dtype.itemsize
        count = most if number is None else min(most, number)
        return np.frombuffer(self.data, dtype, count, start) if count else np.zeros(0, dtype)

    def segment_of(self, address: int) -> Segment | None:
        """The segment whose bytes of the file are loaded there."""
        return self._memory.segment_of(address)

    def offset(self, address: int) -> int | None:
        """Where the byte at an address lies in the file; None where it is none of the file's."""
        segment = self._memory.segment_of(address)
        return segment.offset + address - segment.address if segment is not None else None

    def offsets(self, addresses: Column) -> NDArray[np.int64]:
        """The same of a column; -1 where it is none of the file's."""
        return self._memory.offsets(addresses)

    def words(self, addresses: Column) -> Column:
        """The words (pointers in size) that the file holds at these addresses; 0 where they lie outside."""
        size = self.bits // 8
        at = self.offsets(addresses)
        there = (at >= 0) & (at <= len(self.data) - size)
        found = np.zeros(len(addresses), np.uint64)
        held = np.frombuffer(self.data, np.uint8)[at[there][:, None] + np.arange(size)]
        found[there] = np.ascontiguousarray(held).view(f"{self.order}u{size}")[:, 0]
        return found

    def place(self, tag: int) -> int | None:
        """Where that lies in the file which a dynamic entry tells the address of; None where there is none."""
        return self.offset(self.dynamic[tag]) if tag in self.dynamic else None

    def table(self, tag: int, size: int) -> memoryview | None:
        """The bytes of a table that two dynamic entries tell the address and the size of; None where there is none."""
        start = self.place(tag)
        return memoryview(self.data)[start : start + self.dynamic.get(size, 0)] if start is not None else None

    def _entries(self) -> Rows:
        """The dynamic entries up to DT_NULL. The linker takes those at the address, and nothing of their size."""
        segment = next((one for one in self.segments if one.kind == "DYNAMIC"), None)
        if segment is None:
            return np.zeros(0, _ENTRIES[self.bits])
        start, end = segment.offset, segment.offset + segment.size
        if (loaded := self.segment_of(segment.address)) is not None:
            start, end = loaded.offset + segment.address - loaded.address, loaded.offset + loaded.size
        layout = _ENTRIES[self.bits]
        rows = self.rows(layout, start, (end - start) // np.dtype(layout).itemsize)
        ends = np.flatnonzero(rows["tag"] == 0)
        return rows[: ends[0]] if len(ends) else rows


class _Memory:
    """Which segment's bytes of the file lie at an address. Where segments overlap, the last is mapped over the others."""

    def __init__(self, loads: Collection[Segment]) -> None:
        spans = [(s.address, min(s.address + s.size, (1 << 64) - 1), s) for s in loads if s.size]
        self._bounds = [0, *sorted({bound for start, end, _ in spans for bound in (start, end)} - {0})]
        self._segments: list[Segment | None] = [None] * len(self._bounds)
        numbers = {bound: number for number, bound in enumerate(self._bounds)}
        for start, end, segment in spans:
            self._segments[numbers[start] : numbers[end]] = [segment] * (numbers[end] - numbers[start])
        self._starts = np.array(self._bounds, np.uint64)
        self._shifts = np.array([(s.offset - s.address) % (1 << 64) if s else 0 for s in self._segments], np.uint64)
        self._holds = np.array([s is not None for s in self._segments])

    def segment_of(self, address: int) -> Segment | None:
        return self._segments[bisect_right(self._bounds, address) - 1]

    def offsets(self, addresses: Column) -> NDArray[np.int64]:
        part = np.searchsorted(self._starts, addresses, "right") - 1
        return np.where(self._holds[part], (addresses + self._shifts[part]).astype(np.int64), -1)


def texts_at(data: bytes, start: int, offsets: Iterable[int]) -> dict[int, str]:
    """The texts at these offsets of a string table that begins at *start*: each up to the next zero.

    Those without an end have none. Texts may share their ends: one that would make it more than ``limits.ELF_NAMES`` bytes in
    all has none.
    """
    found: dict[int, str] = {}
    left, end = limits.ELF_NAMES, -1
    for offset in sorted(set(offsets)):
        at = start + offset
        if at > end and (end := data.find(b"\0", at)) < 0:
            break
        if end - at <= left:
            left -= end - at
            found[offset] = data[at:end].decode("utf-8", "replace")
    return found


def _form(data: bytes, where: str) -> tuple[int, str]:
    """Bits of an address and byte order. Raises ``FormatError`` for what is no ELF file, too large or too short."""
    if data[:4] != b"\x7fELF" or len(data) < _IDENT + struct.calcsize("<" + _HEADERS[32]) or not {data[4], data[5]} <= {1, 2}:
        raise FormatError("is no ELF file", where=where)
    if len(data) > LARGEST:
        raise FormatError(f"is larger than the limit of {LARGEST >> 20} MB", where=where)
    bits = 64 if data[4] == 2 else 32
    if len(data) < _IDENT + struct.calcsize("<" + _HEADERS[bits]):
        raise FormatError("ends within its header", where=where)
    return bits, "<" if data[5] == 1 else ">"


def _segments(rows: Rows, size: int) -> Iterator[Segment]:
    for kind, flags, offset, address, length in zip(*(rows[name].tolist() for name in _SHOWN), strict=True):
        allows = "".join(letter for letter, bit in (("r", 4), ("w", 2), ("x", 1)) if flags & bit)
        yield Segment(_KINDS.get(kind, str(kind)), allows, offset, address, max(0, min(length, size - offset)))


_SHOWN = ("type", "flags", "offset", "address", "size")


def _sections(data: bytes, rows: Rows, names: int) -> Iterator[Section]:
    """The sections whose bytes lie in the file."""
    columns = zip(rows["name"].tolist(), *(rows[name].tolist() for name in _SHOWN), strict=True)
    texts = texts_at(data, int(rows["offset"][names]), rows["name"].tolist()) if names < len(rows) else {}
    for name, kind, flags, offset, address, length in columns:
        if not length or kind == _SHT_NOBITS or offset + length > len(data):
            continue
        code = bool(flags & _SHF_ALLOC and flags & _SHF_EXEC)
        is_data = kind == _SHT_PROGBITS and bool(flags & _SHF_ALLOC) and not code
        yield Section(texts.get(name, ""), offset, address, length, code, is_data)
