"""Native libraries: what an ELF file imports and exports, which texts and pointers its data hold, how it was built. Read by LIEF.

LIEF is C++ and its parser is lenient: what it makes of a damaged file may be anything, so every number that it hands over is
checked against the bytes here. It is imported when the first library is opened (half a second), and only here.
"""

from __future__ import annotations

import math
import re
import struct
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.formats.elf_symbols import SymbolTable, entry_size, hashed, hashed_gnu, symbol_names
from analyzer.formats.elf_tails import tails

LARGEST = 256 << 20
"""The largest file that is opened, in bytes."""

_MOST_TEXT_BYTES = 64 << 20
_IDENT, _HEADER_32, _HEADER_64 = 16, 52, 64
_SHT_PROGBITS, _SHT_SYMTAB, _SHT_NOBITS = 1, 2, 8
_SHF_ALLOC, _SHF_EXEC = 2, 4
_DF_BIND_NOW, _DF_1_NOW, _DF_TEXTREL = 8, 1, 4
_WINDOW = 4096
_FORTIFIED = re.compile(r"__(?!stack_chk)\w+_chk")


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


class NativeMethod(NamedTuple):
    """One row of a static table for ``RegisterNatives``: name and signature of the Java method, offset of the row in the file."""

    name: str
    signature: str
    offset: int


class ElfFile:
    """One shared library. Addresses are those that the file asks for, offsets count bytes of the file.

    ``imports`` and ``exports`` are names of the dynamic symbol table, ``needed`` the libraries that it asks for, ``machine`` is
    LIEF's name of the processor. ``native_methods`` are the rows of static tables for ``RegisterNatives``. ``sections`` is empty
    where the file has no section table.
    """

    def __init__(self, data: bytes, binary: Any, whole: Callable[[], Any]) -> None:
        self.data = data
        self.bits = 64 if data[4] == 2 else 32
        self._order = "<" if data[5] != 2 else ">"
        self.machine = _name(binary.header.machine_type)
        self.is_shared = _name(binary.header.file_type) == "DYN"
        self.segments = tuple(_segments(binary, len(data)))
        self.sections, self.is_stripped = _sections(binary, len(data))
        self._dynamic = {_name(entry.tag): int(entry.value) for entry in binary.dynamic_entries}
        self.needed = tuple(sorted(filter(None, map(_text, binary.libraries))))
        names = self._symbol_names(binary)
        again = whole() if names is None or self.signatures else None
        self.imports, self.exports = names or _symbols(again)
        self.pointers = self._pointers(again) if self.signatures else {}
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
            now = "BIND_NOW" in self._dynamic or self._flag("FLAGS", _DF_BIND_NOW) or self._flag("FLAGS_1", _DF_1_NOW)
            found.append("relro-full" if now else "relro-partial")
        if "__stack_chk_fail" in self.imports or "__stack_chk_fail" in self.exports:
            found.append("canary")
        if any(map(_FORTIFIED.fullmatch, self.imports)):
            found.append("fortify")
        return tuple(sorted(found))

    @property
    def has_text_relocations(self) -> bool:
        """Whether its code is changed when it is loaded, which Android refuses from API level 23 on."""
        return "TEXTREL" in self._dynamic or self._flag("FLAGS", _DF_TEXTREL)

    def _flag(self, entry: str, bit: int) -> bool:
        return bool(self._dynamic.get(entry, 0) & bit)

    @cached_property
    def texts(self) -> frozenset[bytes]:
        """Everything between two zero bytes of its data: all of its texts are in it, and much that is none."""
        found: set[bytes] = set()
        for start, end in self._data_ranges():
            found.update(self.data[start:end].split(b"\0"))
        return frozenset(found)

    @cached_property
    def signatures(self) -> frozenset[bytes]:
        """The texts that are signatures of Java methods: without any it calls nothing of Java."""
        return frozenset(text for text in self.texts if text.startswith(b"(") and is_signature(text))

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

    def _symbol_names(self, binary: Any) -> tuple[frozenset[str], frozenset[str]] | None:
        """Imports and exports by the tables that Android's linker goes by; None where LIEF has to find these."""
        at, names = (self._offset(self._dynamic.get(entry, 0)) for entry in ("SYMTAB", "STRTAB"))
        sizes = [int(s.size) for s in binary.sections if s.virtual_address == self._dynamic.get("SYMTAB")]
        if at is None or names is None or not at or not sizes:
            return None
        counts = [max(sizes) // entry_size(self.bits)]
        if (table := self._offset(self._dynamic.get("HASH", 0))) is not None and "HASH" in self._dynamic:
            counts.append(hashed(self.data, table, self._order))
        if (table := self._offset(self._dynamic.get("GNU_HASH", 0))) is not None and "GNU_HASH" in self._dynamic:
            counts.append(hashed_gnu(self.data, table, self.bits, self._order))
        count = min(max(counts), limits.ELF_SYMBOLS)
        return symbol_names(self.data, SymbolTable(at, names, count, self.bits, self._order))

    def _native_methods(self) -> list[NativeMethod]:
        """The rows of static tables of ``JNINativeMethod``: name, signature and function, each a pointer, one behind another."""
        signatures, pointers = self.signatures, self.pointers
        size, found = self.bits // 8, []
        for address, value in pointers.items():
            signature = self._string(value)
            if signature not in signatures:
                continue
            name, function = pointers.get(address - size), pointers.get(address + size)
            if name is None or function is None or not self._is_code(function):
                continue
            called = self._string(name)
            if called is not None and _IDENTIFIER.fullmatch(called):
                row = NativeMethod(called.decode(), signature.decode(), self._offset(address - size) or 0)
                found.append(row)
        return sorted(found, key=lambda row: row.offset)

    def _pointers(self, binary: Any) -> dict[int, int]:
        """The pointers in its data that the linker fills in: address to what is put there."""
        found: dict[int, int] = {}
        word = struct.Struct(self._order + ("Q" if self.bits == 64 else "I"))
        for number, relocation in enumerate(binary.dynamic_relocations):
            if number >= limits.ELF_RELOCATIONS:
                break
            address = int(relocation.address)
            symbol = relocation.symbol if relocation.has_symbol else None
            value = int(relocation.addend) if relocation.is_rela else 0
            if symbol is not None and _text(symbol.name):
                value += int(symbol.value)
            elif not value:
                at = self._offset(address)
                value = word.unpack_from(self.data, at)[0] if at is not None and at + word.size <= len(self.data) else 0
            if value > 0:
                found[address] = value
        return found

    def _offset(self, address: int) -> int | None:
        for segment in self.segments:
            if segment.kind == "LOAD" and segment.address <= address < segment.address + segment.size:
                return segment.offset + address - segment.address
        return None

    def _is_code(self, address: int) -> bool:
        return any(s.kind == "LOAD" and "x" in s.allows and s.address <= address < s.address + s.size for s in self.segments)

    def _string(self, address: int) -> bytes | None:
        at = self._offset(address)
        if at is None:
            return None
        end = self.data.find(b"\0", at, at + 1024)
        return self.data[at:end] if end > at else None

    def code_entropy(self) -> float:
        """Bits a byte of its code, 0 to 8: machine code has about 6, what is packed nearly 8. 0 where there is too little."""
        code = [self.data[s.offset : s.offset + s.size] for s in self.sections if s.is_code and s.name == ".text"]
        code = code or [self.data[s.offset : s.offset + s.size] for s in self.segments if s.kind == "LOAD" and "x" in s.allows]
        return entropy(max(code, key=len)[: 16 * _WINDOW]) if code and len(max(code, key=len)) >= _WINDOW else 0.0


_IDENTIFIER = re.compile(rb"[A-Za-z_$<][\w$>]{0,200}")
_SIGNATURE = re.compile(rb"\((?:\[*(?:[ZBCSIJFD]|L[\w/$]+;))*\)(?:V|\[*(?:[ZBCSIJFD]|L[\w/$]+;))")


def is_signature(text: bytes) -> bool:
    """Whether *text* is the signature of a Java method: ``(ILjava/lang/String;)V``."""
    return len(text) <= 1024 and _SIGNATURE.fullmatch(text) is not None


def entropy(data: bytes) -> float:
    """Bits a byte of *data*, by how often each value occurs: 0 to 8."""
    counts = np.bincount(np.frombuffer(data, np.uint8))
    return sum((-count / len(data) * math.log2(count / len(data)) for count in counts[counts > 0].tolist()), 0.0)


def open_elf(data: bytes, where: str) -> ElfFile:
    """The shared library in *data*. Raises ``FormatError`` when it is none, too large or damaged beyond reading."""
    _check_header(data, where)
    import lief

    lief.logging.disable()

    def parse(*, whole: bool) -> Any:
        config = lief.ELF.ParserConfig()
        config.parse_notes = config.parse_overlay = config.parse_symbol_versions = config.parse_symtab_symbols = False
        config.parse_dyn_symbols = config.parse_relocations = whole
        binary = lief.ELF.parse(data, config)
        if binary is None:
            raise FormatError("is damaged beyond reading", where=where)
        return binary

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # it warns of every number that it has no name for
            return ElfFile(data, parse(whole=False), lambda: parse(whole=True))
    except (ValueError, TypeError, RuntimeError, OverflowError, MemoryError, AttributeError, struct.error) as error:
        raise FormatError(f"is damaged: {type(error).__name__}", where=where) from None


def _check_header(data: bytes, where: str) -> None:
    """Refuse what is no ELF file, and tables that lie outside of it: cheaper than finding out what LIEF makes of them."""
    if data[:4] != b"\x7fELF" or len(data) < _HEADER_32 or data[4] not in (1, 2) or data[5] not in (1, 2):
        raise FormatError("is no ELF file", where=where)
    if len(data) > LARGEST:
        raise FormatError(f"is larger than the limit of {LARGEST >> 20} MB", where=where)
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"
    if wide and len(data) < _HEADER_64:
        raise FormatError("ends within its header", where=where)
    table, entry, count = (32, 54, 56) if wide else (28, 42, 44)
    start = struct.unpack_from(order + ("Q" if wide else "I"), data, table)[0]
    size, number = (struct.unpack_from(order + "H", data, at)[0] for at in (entry, count))
    if not number or start + size * number > len(data):
        raise FormatError("has no program headers within the file", where=where)


def _name(value: Any) -> str:
    """The name of one of LIEF's enumerations; of a number without a name its digits."""
    return str(getattr(value, "name", None) or int(value))


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _segments(binary: Any, size: int) -> Iterator[Segment]:
    for segment in binary.segments:
        flags, offset = int(segment.flags), int(segment.file_offset)
        allows = "".join(letter for letter, bit in (("r", 4), ("w", 2), ("x", 1)) if flags & bit)
        length = max(0, min(int(segment.physical_size), size - offset))
        yield Segment(_name(segment.type), allows, offset, int(segment.virtual_address), length)


def _sections(binary: Any, size: int) -> tuple[tuple[Section, ...], bool]:
    """The sections whose bytes lie in the file, and whether there is no table of symbols for debugging among them."""
    found, stripped = [], True
    for section in binary.sections:
        kind, flags = int(section.type), int(section.flags)
        stripped &= kind != _SHT_SYMTAB
        offset, length = int(section.offset), int(section.size)
        if not length or kind == _SHT_NOBITS or offset + length > size:
            continue
        code = bool(flags & _SHF_ALLOC and flags & _SHF_EXEC)
        data = kind == _SHT_PROGBITS and bool(flags & _SHF_ALLOC) and not code
        found.append(Section(_text(section.name), offset, int(section.virtual_address), length, code, data))
    return tuple(found), stripped


def _symbols(binary: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the dynamic symbol table: those looked for elsewhere, and those defined here. Every look at LIEF costs."""
    imports: list[str] = []
    exports: list[str] = []
    for symbol in islice(binary.dynamic_symbols, limits.ELF_SYMBOLS):
        name = symbol.name
        (exports if symbol.shndx else imports).append(name if type(name) is str else _text(name))
    return frozenset(filter(None, imports)), frozenset(filter(None, exports))
