"""Compare the reading of native libraries with LIEF's, which shares no code with it.

usage: python bench/elf_vs_lief.py APK-OR-SO...

For each distinct library: header, segments, sections, dynamic entries, needed libraries, imports, exports, and the pointers that the
linker fills in (relocations as LIEF lists them, with what Android's linker puts there). Of libraries for MIPS64 pointers are not
compared: LIEF 1.0 takes the parts of r_info as on other processors and calls every type NONE; readelf has them as apkvet has. Every
difference is printed; the last line counts.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import lief
from elf_vs_readelf import libraries

from analyzer.errors import FormatError
from analyzer.formats.elf_relocations import pointers
from analyzer.formats.elf_symbols import symbol_names
from analyzer.formats.elf_tables import TAGS, Image

_RELATIVE = ("RELATIVE", "MIPS_REL32")
_ABSOLUTE = ("AARCH64_ABS64", "ARM_ABS32", "X86_32", "X86_64_64", "RISCV_64", "MIPS_REL32")
_KINDS = {0: "NULL", 1: "LOAD", 2: "DYNAMIC", 3: "INTERP", 4: "NOTE", 5: "SHLIB", 6: "PHDR", 7: "TLS"}
_KINDS |= {0x6474E550: "GNU_EH_FRAME", 0x6474E551: "GNU_STACK", 0x6474E552: "GNU_RELRO", 0x6474E553: "GNU_PROPERTY"}
_TYPE = 0xFFFFFFFF  # LIEF puts the processor above the number of a segment's type, or of a tag


def ours(data: bytes) -> dict[str, object]:
    """What apkvet reads. Raises ``FormatError``."""
    image = Image(data, "")
    imports, exports = symbol_names(image) or (None, None)
    return {
        "header": (image.machine, image.is_shared, image.bits, image.is_stripped),
        "segments": list(image.segments),
        "sections": list(image.sections),
        "dynamic entries": dict(image.dynamic),
        "needed": image.needed,
        "imports": imports,
        "exports": exports,
        "pointers": pointers(image),
    }


def theirs(data: bytes) -> dict[str, object] | None:
    """The same of LIEF; None where it reads nothing."""
    binary = lief.ELF.parse(data)
    if binary is None:
        return None
    named = [symbol for symbol in binary.dynamic_symbols if symbol.name]
    sections = [(int(one.type), int(one.flags), one) for one in binary.sections]
    shown = [row for row in sections if row[2].size and row[0] != 8 and row[2].offset + row[2].size <= len(data)]
    return {
        "header": (
            binary.header.machine_type.name,
            binary.header.file_type.name == "DYN",
            64 if binary.header.identity_class.name == "ELF64" else 32,
            not any(kind == 2 for kind, _, _ in sections),
        ),
        "segments": [
            (
                _KINDS.get(int(one.type), str(int(one.type) & _TYPE)),
                "".join(letter for letter, bit in (("r", 4), ("w", 2), ("x", 1)) if int(one.flags) & bit),
                one.file_offset,
                one.virtual_address,
                max(0, min(one.physical_size, len(data) - one.file_offset)),
            )
            for one in binary.segments
        ],
        "sections": [
            (one.name, one.offset, one.virtual_address, one.size, flags & 6 == 6, kind == 1 and flags & 6 == 2)
            for kind, flags, one in shown
        ],
        "dynamic entries": {int(one.tag): one.value for one in binary.dynamic_entries if int(one.tag) in TAGS},
        "needed": tuple(sorted(binary.libraries)),
        "imports": {symbol.name for symbol in named if symbol.shndx == 0},
        "exports": {symbol.name for symbol in named if symbol.shndx != 0},
        "pointers": dict(_pointers(binary, data)),
    }


def _pointers(binary: lief.ELF.Binary, data: bytes) -> Iterator[tuple[int, int]]:
    """The address of each relocation that puts a pointer there, and the pointer."""
    size = 8 if binary.header.identity_class.name == "ELF64" else 4
    for one in (*binary.dynamic_relocations, *binary.pltgot_relocations):
        kind = one.type.name
        at = binary.virtual_address_to_offset(one.address)
        held = (
            struct.unpack_from("<Q" if size == 8 else "<I", data, at)[0] if isinstance(at, int) and at + size <= len(data) else 0
        )
        value = one.addend if one.is_rela else held
        by_symbol = one.info != 0
        if by_symbol and kind.endswith((*_ABSOLUTE, "GLOB_DAT")):
            symbol = one.symbol
            if symbol is None or symbol.shndx == 0:
                continue
            value = symbol.value + (0 if kind.endswith("GLOB_DAT") and not one.is_rela else value)
        elif not kind.endswith(_RELATIVE):
            continue
        value &= (1 << 8 * size) - 1
        if 0 < value < 1 << 63:
            yield one.address, value


def difference(mine: object, other: object) -> str:
    """Where two answers differ, in short."""
    if isinstance(mine, dict) and isinstance(other, dict):
        mine, other = mine.items(), other.items()
    if isinstance(mine, str | int) or not isinstance(mine, Iterable) or not isinstance(other, Iterable):
        return f"apkvet {mine}, LIEF {other}"
    first, second = list(mine), list(other)
    return f"only apkvet: {[one for one in first if one not in second][:5]}; only LIEF: {[one for one in second if one not in first][:5]}"


def differences(data: bytes) -> dict[str, str]:
    """What of one library the two read differently. Raises ``FormatError`` when apkvet refuses it."""
    mine, other = ours(data), theirs(data)
    if other is None:
        return {"all": "only apkvet reads it"}
    if Image(data, "").machine == "MIPS" and data[4] == 2:
        del mine["pointers"]
    return {about: difference(value, other[about]) for about, value in mine.items() if value != other[about]}


def main(argv: list[str]) -> int:
    lief.logging.disable()
    count = differing = counted = 0
    for name, data in libraries([Path(arg) for arg in argv]):
        try:
            found = differences(data)
            counted += len(pointers(Image(data, "")))
        except FormatError as error:
            print(f"{name}: {error.what}")
            continue
        count += 1
        differing += len(found)
        for about, what in found.items():
            print(f"{name}, {about}: {what}")
    print(f"{count} libraries, {counted} pointers, {differing} differences")
    return int(differing > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
