"""The pointers in the data of an ELF file that the linker fills in when it loads it, as Android's does.

Layout of REL, RELA and RELR: System V ABI, *Relocation*; numbers of types: the psABI of each processor. What is put where, the
packed form (``APS2``) and the order of the tables: bionic, ``linker_relocate.cpp``, ``linker_reloc_iterators.h``,
``linker_sleb128.h`` and ``linker_relocs.h`` in ``linker/``; for MIPS, where Android ran once, ``linker_mips.cpp`` of then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from analyzer import limits
from analyzer.formats import elf_tables as tag
from analyzer.formats.elf_symbols import symbol_rows
from analyzer.formats.elf_tables import Column, Image

_MAGIC = b"APS2"
_BY_INFO, _BY_DISTANCE, _BY_ADDEND, _ADDENDS = 1, 2, 4, 8  # flags of a group in the packed form
_LONGEST = 10  # bytes of a packed number of 64 bits


class _Types(Struct, frozen=True):
    """What a processor's types are called by numbers.

    ``absolute`` puts symbol and addend, ``symbol`` the symbol without what stands in the data, ``relative`` an own address.
    """

    absolute: int
    symbol: int
    relative: int


_TYPES: Mapping[str, _Types] = {
    "AARCH64": _Types(257, 1025, 1027),
    "ARM": _Types(2, 21, 23),
    "I386": _Types(1, 6, 8),
    "X86_64": _Types(1, 6, 8),
    "RISCV": _Types(2, 2, 3),
    "MIPS": _Types(3, 3, 3),
}


class _Relocations(Struct, frozen=True):
    """Columns: addresses that are filled, types, indices of symbols, and addends; None where these stand at the addresses."""

    address: Column
    type: Column
    symbol: Column
    addend: Column | None

    def first(self, number: int) -> _Relocations:
        """The first rows."""
        addend = self.addend[:number] if self.addend is not None else None
        return _Relocations(self.address[:number], self.type[:number], self.symbol[:number], addend)


def pointers(image: Image) -> dict[int, int]:
    """Address to what is put there, as addresses of the file. Those of functions of other libraries are nobody's to know."""
    found: dict[int, int] = {}
    types = _TYPES.get(image.machine)
    if types is None:
        return found
    left = limits.ELF_RELOCATIONS
    for read in (_relative, _packed, _plain):
        for table in read(image, types.relative):
            rows = table.first(left)
            left -= len(rows.address)
            values, known = _values(image, types, rows)
            known &= (values > 0) & (values < 1 << 63)
            found.update(zip(rows.address[known].tolist(), values[known].tolist(), strict=True))
    return found


def _values(image: Image, types: _Types, rows: _Relocations) -> tuple[Column, NDArray[np.bool_]]:
    """What each relocation puts at its address, and whether that is known."""
    by_symbol = ((rows.type == types.absolute) | (rows.type == types.symbol)) & (rows.symbol != 0)
    addends = rows.addend if rows.addend is not None else image.words(rows.address)
    if rows.addend is None and types.symbol != types.absolute:
        addends[rows.type == types.symbol] = 0
    symbols = symbol_rows(image)
    there = by_symbol & (rows.symbol < len(symbols))
    named = symbols[rows.symbol[there].astype(np.int64)]
    addends[there] += named["value"]
    known = (rows.type == types.relative) & ~by_symbol
    known[there] = named["section"] != 0
    if image.bits == 32:
        addends &= 0xFFFFFFFF
    return addends, known


def _plain(image: Image, _: int) -> Iterator[_Relocations]:
    """REL and RELA, and what is there for procedure linkage, in which anything may stand as well."""
    with_addends = image.dynamic.get(tag.PLTREL, tag.RELA if image.bits == 64 else tag.REL) == tag.RELA
    for start, size, has_addends in (
        (tag.RELA, tag.RELASZ, True),
        (tag.REL, tag.RELSZ, False),
        (tag.JMPREL, tag.PLTRELSZ, with_addends),
    ):
        if (held := image.table(start, size)) is not None:
            columns = 3 if has_addends else 2
            words = _words(image, held, columns * limits.ELF_RELOCATIONS)
            rows = words[: len(words) // columns * columns].reshape(-1, columns)
            yield _made(image, rows[:, 0], rows[:, 1], rows[:, 2].copy() if has_addends else None)


def _relative(image: Image, relative: int) -> Iterator[_Relocations]:
    """RELR: an even word is an address; an odd one tells by bits which of the 31 or 63 words behind the last are filled too."""
    size = image.bits // 8
    for start, length in ((tag.RELR, tag.RELRSZ), (tag.ANDROID_RELR, tag.ANDROID_RELRSZ)):
        if (held := image.table(start, length)) is None:
            continue
        words = _words(image, held, limits.ELF_RELOCATIONS)
        is_address = words & 1 == 0
        first = np.maximum.accumulate(np.where(is_address, np.arange(len(words)), -1))  # of each word, the address before it
        bases = words[first] + (size + (np.arange(len(words)) - first - 1) * (image.bits - 1) * size).astype(np.uint64)
        maps = ~is_address & (first >= 0)
        words, bases, found, left = words[maps], bases[maps], [words[is_address]], limits.ELF_RELOCATIONS
        for bit in range(1, image.bits):
            found.append(bases[words >> bit & 1 == 1] + (bit - 1) * size)
            left -= len(found[-1])
            if left <= 0:
                break
        addresses = np.concatenate(found)
        if image.bits == 32:
            addresses &= 0xFFFFFFFF
        nothing = np.zeros(len(addresses), np.uint64)
        yield _Relocations(addresses, nothing + relative, nothing, None)


def _packed(image: Image, _: int) -> Iterator[_Relocations]:
    """Android's packed form: numbers of variable length, by groups that share what they have in common."""
    for start, size, has_addends in ((tag.ANDROID_RELA, tag.ANDROID_RELASZ, True), (tag.ANDROID_REL, tag.ANDROID_RELSZ, False)):
        held = image.table(start, size)
        if held is not None and held[:4] == _MAGIC:
            numbers = _unpacked(_numbers(held[4:]), has_addends=has_addends)
            rows = np.fromiter(chain.from_iterable(numbers), np.uint64).reshape(-1, 3)
            if image.bits == 32:
                rows &= 0xFFFFFFFF
            yield _made(image, rows[:, 0], rows[:, 1], rows[:, 2].copy() if has_addends else None)


def _unpacked(numbers: list[int], *, has_addends: bool) -> Iterator[tuple[int, int, int]]:
    """Address, info and addend of each relocation, as far as there are numbers."""
    take, mask = iter(numbers).__next__, (1 << 64) - 1
    left = limits.ELF_RELOCATIONS
    info = addend = 0
    try:
        count, address = take() & mask, take()
        while count > 0 and left > 0:
            length, flags = take() & mask, take()
            distance = take() if flags & _BY_DISTANCE else None
            info = take() if flags & _BY_INFO else info
            each = has_addends and flags & (_ADDENDS | _BY_ADDEND) == _ADDENDS
            if not flags & _ADDENDS:
                addend = 0
            elif has_addends and flags & _BY_ADDEND:
                addend += take()
            for _ in range(min(length, left)):
                address += take() if distance is None else distance
                info = info if flags & _BY_INFO else take()
                addend += take() if each else 0
                yield address & mask, info & mask, addend & mask
            count -= length
            left -= length or 1
    except StopIteration:
        return


def _numbers(held: memoryview) -> list[int]:
    """Signed numbers of variable length (DWARF, *LEB128*), as far as they are none longer than 64 bits."""
    raw = np.frombuffer(held[: 16 * limits.ELF_RELOCATIONS], np.uint8)
    ends = np.flatnonzero(raw < 0x80)[: 4 * limits.ELF_RELOCATIONS]
    starts = np.concatenate([[0], ends[:-1] + 1])[: len(ends)]
    lengths = ends - starts + 1
    if (too_long := np.flatnonzero(lengths > _LONGEST)).size:
        starts, lengths, ends = starts[: too_long[0]], lengths[: too_long[0]], ends[: too_long[0]]
    found = np.zeros(len(starts), np.int64)
    for byte in range(int(lengths.max()) if len(lengths) else 0):
        there = lengths > byte
        found[there] |= (raw[starts[there] + byte] & 0x7F).astype(np.int64) << 7 * byte
    negative = (raw[ends] & 0x40 != 0) & (lengths < _LONGEST)
    found[negative] |= np.int64(-1) << 7 * lengths[negative]
    numbers: list[int] = found.tolist()
    return numbers


def _words(image: Image, held: memoryview, most: int) -> Column:
    size = image.bits // 8
    return np.frombuffer(held[: min(len(held) // size, most) * size], f"{image.order}u{size}").astype(np.uint64)


def _made(image: Image, address: Column, info: Column, addend: Column | None) -> _Relocations:
    """The columns, of which *info* holds two: the index of a symbol and a type."""
    shift, kinds = (np.uint64(32), np.uint64(0xFFFFFFFF)) if image.bits == 64 else (np.uint64(8), np.uint64(0xFF))
    if image.bits == 64 and image.machine == "MIPS":  # parts in the order of big-endian, whatever the file's (MIPS64 ELF)
        return _Relocations(address, info >> np.uint64(56), info & kinds, addend)
    return _Relocations(address, info & kinds, info >> shift, addend)
