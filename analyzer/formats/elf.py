"""Native libraries: what an ELF file imports and exports, which texts and pointers its data hold, how it was built.

Its tables are read by ``elf_tables``, ``elf_symbols`` and ``elf_relocations``, as Android's linker goes by them. LIEF is asked
only for the names of a library whose tables do not tell how many symbols there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np

from analyzer.formats import elf_tables as tag
from analyzer.formats.elf_relocations import pointers
from analyzer.formats.elf_symbols import symbol_names
from analyzer.formats.elf_tables import LARGEST, Image
from analyzer.formats.elf_tails import tails
from analyzer.formats.entropy import entropy

__all__ = ["LARGEST", "ElfFile", "NativeMethod", "is_signature", "open_elf"]

_MOST_TEXT_BYTES = 64 << 20
_DF_BIND_NOW, _DF_1_NOW, _DF_TEXTREL = 8, 1, 4
_WINDOW = 4096
_FORTIFIED = re.compile(r"__(?!stack_chk)\w+_chk")


class NativeMethod(NamedTuple):
    """One row of a static table for ``RegisterNatives``: name and signature of the Java method, offset of the row in the file."""

    name: str
    signature: str
    offset: int


class ElfFile:
    """One shared library. Addresses are those that the file asks for, offsets count bytes of the file.

    ``imports`` and ``exports`` are names of the dynamic symbol table, ``needed`` the libraries that it asks for, ``machine`` is
    the processor's name (``AARCH64``) or its number. ``pointers`` are those in its data that the linker fills in, address to what
    is put there, and ``native_methods`` the rows of static tables for ``RegisterNatives``; both are sought where there is a
    signature of a Java method. ``sections`` is empty where the file has no section table.
    """

    def __init__(self, data: bytes, where: str) -> None:
        self._image = image = Image(data, where)
        self.data, self.bits, self.machine, self.is_shared = data, image.bits, image.machine, image.is_shared
        self.segments, self.sections, self.is_stripped = image.segments, image.sections, image.is_stripped
        self.needed = image.needed
        self.imports, self.exports = symbol_names(image) or _names_by_lief(data, where)
        self.pointers = pointers(image) if self.signatures else {}
        self.native_methods = tuple(self._native_methods())

    @property
    def hardening(self) -> tuple[str, ...]:
        """The protections that it was built with: nx, pic, relro-full or relro-partial, canary, fortify."""
        found = []
        if any(s.kind == "GNU_STACK" and "x" not in s.allows for s in self.segments):
            found.append("nx")
        if self.is_shared:
            found.append("pic")
        if any(segment.kind == "GNU_RELRO" for segment in self.segments):
            now = tag.BIND_NOW in self._image.dynamic or self._flag(tag.FLAGS, _DF_BIND_NOW) or self._flag(tag.FLAGS_1, _DF_1_NOW)
            found.append("relro-full" if now else "relro-partial")
        if "__stack_chk_fail" in self.imports or "__stack_chk_fail" in self.exports:
            found.append("canary")
        if any(map(_FORTIFIED.fullmatch, self.imports)):
            found.append("fortify")
        return tuple(sorted(found))

    @property
    def has_text_relocations(self) -> bool:
        """Whether its code is changed when it is loaded, which Android refuses from API level 23 on."""
        return tag.TEXTREL in self._image.dynamic or self._flag(tag.FLAGS, _DF_TEXTREL)

    def _flag(self, entry: int, bit: int) -> bool:
        return bool(self._image.dynamic.get(entry, 0) & bit)

    @cached_property
    def texts(self) -> frozenset[bytes]:
        """Everything between two zero bytes of its data: all of its texts are in it, and much that is none."""
        parts = (self.data[start:end].split(b"\0") for start, end in self._data_ranges())
        return frozenset(chain.from_iterable(parts))

    @cached_property
    def signatures(self) -> frozenset[bytes]:
        """The texts that are signatures of Java methods: without any it calls nothing of Java."""
        found: set[bytes] = set()
        for start, end in self._data_ranges():
            found.update(_PARENTHESIS.findall(b"\0" + self.data[start:end] + b"\0"))
        return frozenset(filter(is_signature, found))

    @cached_property
    def tails(self) -> Mapping[bytes, int]:
        """Texts that are the ends of other ones, where something refers to them; for a library that may call Java."""
        return tails(self) if self.signatures else {}

    def holds(self, parts: Iterable[bytes]) -> frozenset[bytes]:
        """Which of *parts* stand anywhere in its data, also within a text."""
        ranges = [self.data[start:end] for start, end in self._data_ranges()]
        return frozenset(part for part in parts if any(part in data for data in ranges))

    def matches(self, pattern: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
        """Where *pattern* stands in its data."""
        for start, end in self._data_ranges():
            yield from pattern.finditer(self.data, start, end)

    def offset_of_text(self, text: bytes) -> int | None:
        """Where a text stands that ``texts`` or ``tails`` holds."""
        for start, end in self._data_ranges():
            at = (b"\0" + self.data[start:end] + b"\0").find(b"\0" + text + b"\0")
            if at >= 0:
                return start + at
        return self.tails.get(text)

    def _data_ranges(self) -> Iterator[tuple[int, int]]:
        """The bytes that may be texts: sections of data; without sections all that is loaded."""
        parts = [(s.offset, s.offset + s.size) for s in self.sections if s.is_data]
        parts = parts or [(s.offset, s.offset + s.size) for s in self.segments if s.kind == "LOAD"] or [(0, len(self.data))]
        left = _MOST_TEXT_BYTES
        reached = 0
        for start, end in sorted(parts):
            start, end = max(start, reached), min(end, start + left)  # hostile parts overlap
            if end > start:
                yield start, end
                left -= end - start
                reached = end

    def _native_methods(self) -> list[NativeMethod]:
        """The rows of static tables of ``JNINativeMethod``: name, signature and function, each a pointer, one behind another."""
        pointers, size, found = self.pointers, self.bits // 8, []
        for address, value in self._to_parentheses():
            signature = self._string(value)
            if signature not in self.signatures:
                continue
            name, function = pointers.get(address - size), pointers.get(address + size)
            if name is None or function is None or not self._is_code(function):
                continue
            called = self._string(name)
            if called is not None and _IDENTIFIER.fullmatch(called):
                row = NativeMethod(called.decode(), signature.decode(), self._image.offset(address - size) or 0)
                found.append(row)
        return sorted(found, key=lambda row: row.offset)

    def _to_parentheses(self) -> Iterator[tuple[int, int]]:
        """The pointers to what a signature begins with."""
        values = np.fromiter(self.pointers.values(), np.uint64, len(self.pointers))
        at = self._image.offsets(values)
        held = np.frombuffer(self.data, np.uint8)
        begins = (at >= 0) & (held[np.maximum(at, 0)] == ord("("))
        addresses = np.fromiter(self.pointers, np.uint64, len(self.pointers))
        return zip(addresses[begins].tolist(), values[begins].tolist(), strict=True)

    def _is_code(self, address: int) -> bool:
        segment = self._image.segment_of(address)
        return segment is not None and "x" in segment.allows

    def _string(self, address: int) -> bytes | None:
        at = self._image.offset(address)
        if at is None:
            return None
        end = self.data.find(b"\0", at, at + 1024)
        return self.data[at:end] if end > at else None

    def code_entropy(self) -> float:
        """Bits a byte of its code, 0 to 8: machine code has about 6, what is packed nearly 8. 0 where there is too little."""
        code = [(s.size, s.offset) for s in self.sections if s.is_code and s.name == ".text"]
        code = code or [(s.size, s.offset) for s in self.segments if s.kind == "LOAD" and "x" in s.allows]
        size, offset = max(code, key=lambda part: part[0], default=(0, 0))
        return entropy(self.data[offset : offset + min(size, 16 * _WINDOW)]) if size >= _WINDOW else 0.0


_IDENTIFIER = re.compile(rb"[A-Za-z_$<][\w$>]{0,200}")
_PARENTHESIS = re.compile(rb"\0(\([^\0]{0,1023})(?=\0)")
_SIGNATURE = re.compile(rb"\((?:\[*(?:[ZBCSIJFD]|L[\w/$]+;))*\)(?:V|\[*(?:[ZBCSIJFD]|L[\w/$]+;))")


def is_signature(text: bytes) -> bool:
    """Whether *text* is the signature of a Java method: ``(ILjava/lang/String;)V``."""
    return len(text) <= 1024 and _SIGNATURE.fullmatch(text) is not None


def open_elf(data: bytes, where: str) -> ElfFile:
    """The shared library in *data*. Raises ``FormatError`` when it is none, too large or damaged beyond reading."""
    return ElfFile(data, where)


def _names_by_lief(data: bytes, where: str) -> tuple[frozenset[str], frozenset[str]]:
    from analyzer.formats.elf_lief import symbol_names

    return symbol_names(data, where)
