"""Texts of a native library that are the ends of longer ones: of ``x_getPrimaryClip`` linkers use the end as ``getPrimaryClip``.

That a text ends so says nothing. A tail counts where something refers to its first byte: a pointer in the data that the linker
fills in, or code. Code is looked at for the two instructions by which arm64 and x86-64 make an address (ADRP and ADD; LEA from
RIP), without following it. 32-bit code adds to registers that would have to be followed, and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analyzer.formats.dex.columns import distinct

if TYPE_CHECKING:
    from analyzer.formats.elf import ElfFile

Addresses = npt.NDArray[np.int64]
_FARTHEST = 16  # instructions between the halves of an address
_MOST_CODE = 64 << 20
_MOST, _LONGEST = 100_000, 1024
_HIGHEST = 1 << 62  # no address of a device; a damaged file may name any


def tails(elf: ElfFile) -> Mapping[bytes, int]:
    """The tails of texts that something refers to, with their offsets in the file."""
    found: dict[bytes, int] = {}
    data = elf.data
    for at in _inside_texts(elf, _referred(elf)):
        end = data.find(b"\0", at, at + _LONGEST)
        if end > at:
            found.setdefault(data[at:end], at)
    return found


def _referred(elf: ElfFile) -> Addresses:
    """The addresses that pointers and code refer to."""
    found = [np.fromiter((v for v in elf.pointers.values() if v < _HIGHEST), np.int64)]
    left = _MOST_CODE
    for section in elf.sections:
        if section.is_code and section.size <= left and section.address < _HIGHEST:
            left -= section.size
            code = elf.data[section.offset : section.offset + section.size]
            found += _made[elf.machine](code, section.address) if elf.machine in _made else ()
    return distinct(np.concatenate(found))


def _inside_texts(elf: ElfFile, addresses: Addresses) -> Iterator[int]:
    """The offsets of those *addresses* that lie in data, behind a byte that is not zero."""
    data = np.frombuffer(elf.data, np.uint8)
    for segment in elf.segments:
        if segment.kind != "LOAD" or "x" in segment.allows or segment.address >= _HIGHEST or segment.offset >= len(data):
            continue
        inside = (addresses > segment.address) & (addresses < segment.address + segment.size)
        offsets = addresses[inside] - segment.address + segment.offset
        offsets = offsets[(offsets > 0) & (offsets < len(data))]
        yield from offsets[(data[offsets - 1] >= 0x20) & (data[offsets - 1] < 0x7F)][:_MOST].tolist()


def _by_arm64(code: bytes, start: int) -> Iterable[Addresses]:
    """ADRP gives the page, an ADD to the same register the place in it."""
    words = np.frombuffer(code[: len(code) & ~3], "<u4")
    at = np.flatnonzero((words & 0x9F000000) == 0x90000000)
    pages = words[at].astype(np.int64)
    pages = ((pages >> 5 & 0x7FFFF) << 2) | (pages >> 29 & 3)
    pages = ((start + 4 * at) & ~0xFFF) + ((pages ^ 1 << 20) - (1 << 20) << 12)
    for distance in range(1, _FARTHEST + 1):
        behind = at + distance
        there = behind < len(words)
        adds = words[behind[there]]
        same = ((adds & 0xFFC00000) == 0x91000000) & ((adds >> 5 & 31) == (words[at[there]] & 31))
        yield pages[there][same] + (adds[same] >> 10 & 0xFFF).astype(np.int64)


def _by_x86_64(code: bytes, start: int) -> Iterable[Addresses]:
    """LEA with a distance from the next instruction; wherever the bytes stand, also where they are no instruction."""
    held = np.frombuffer(code, np.uint8)
    if len(held) < 7:
        return
    leas = ((held[:-6] & 0xFB) == 0x48) & (held[1:-5] == 0x8D) & ((held[2:-4] & 0xC7) == 0x05)
    at = np.flatnonzero(leas)
    distance = sum(held[at + 3 + byte].astype(np.int64) << 8 * byte for byte in range(4))
    yield start + at + 7 + ((distance ^ 1 << 31) - (1 << 31))


_made = {"AARCH64": _by_arm64, "X86_64": _by_x86_64}
