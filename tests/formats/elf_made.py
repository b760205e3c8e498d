"""Small ELF files made for tests: one segment that holds the whole file at an address of its own, dynamic entries, tables, words."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence

from analyzer.formats import elf_tables as tag

BASE = 0x10000
MACHINES = {64: 183, 32: 40}  # AArch64 and Arm
RELATIVE, ABSOLUTE, SYMBOL = {64: 1027, 32: 23}, {64: 257, 32: 2}, {64: 1025, 32: 21}
SYMBOLS = ((0, 0), (0x1234, 7), (0, 0))  # value and section: the one of the middle is defined here
NAMES = b"\0defined\0missing\0libneeded.so\0"


def word(bits: int, *values: int) -> bytes:
    return b"".join((value % (1 << bits)).to_bytes(bits // 8, "little") for value in values)


def made(bits: int, tables: Mapping[tuple[int, int], bytes] = {}, words: Sequence[int] = (), *, machine: int = 0) -> bytes:
    """A library with these tables (tags of place and size), whose *words* stand at ``words_at``."""
    names_at = words_at(bits) + len(words) * bits // 8 - BASE
    symbols_at = names_at + len(NAMES) + -len(NAMES) % 8
    symbols = b"".join(symbol(bits, name, value, section) for name, (value, section) in zip((0, 1, 9), SYMBOLS, strict=True))
    hash_at = symbols_at + len(symbols)
    hashes = struct.pack("<6I", 1, 3, 1, 0, 0, 0)
    at, held, entries = hash_at + len(hashes), b"", []
    for (place, size), table in tables.items():
        entries += [(place, BASE + at + len(held)), (size, len(table))]
        held += table + bytes(-len(table) % 8)
    entries += [(tag.STRTAB, BASE + names_at), (10, len(NAMES)), (tag.SYMTAB, BASE + symbols_at), (11, len(symbols) // 3)]
    entries += [(tag.HASH, BASE + hash_at), (tag.NEEDED, 17), (0, 0)]
    dynamic_at = at + len(held)
    dynamic = b"".join(word(bits, *entry) for entry in entries)
    end = dynamic_at + len(dynamic)
    head = header(bits, machine or MACHINES[bits], 2)
    segments = [segment(bits, 1, 0, BASE, end), segment(bits, 2, dynamic_at, BASE + dynamic_at, len(dynamic))]
    body = b"".join([head, *segments]).ljust(words_at(bits) - BASE, b"\0") + word(bits, *words)
    return (body + NAMES).ljust(symbols_at, b"\0") + symbols + hashes + held + dynamic


def words_at(bits: int) -> int:
    """The address of the first word."""
    return BASE + 0x100


def header(bits: int, machine: int, segments: int) -> bytes:
    wide = bits == 64
    head = b"\x7fELF" + bytes([1 + wide, 1, 1]) + bytes(9) + struct.pack("<HHI", 3, machine, 1)
    size = 64 if wide else 52
    return (
        head + word(bits, 0, size, 0) + struct.pack("<IHHHHHH", 0, size, 56 if wide else 32, segments, 64 if wide else 40, 0, 0)
    )


def segment(bits: int, kind: int, offset: int, address: int, size: int, flags: int = 6) -> bytes:
    if bits == 64:
        return struct.pack("<II6Q", kind, flags, offset, address, address, size, size, 8)
    return struct.pack("<8I", kind, offset, address, address, size, size, flags, 8)


def symbol(bits: int, name: int, value: int, section: int) -> bytes:
    if bits == 64:
        return struct.pack("<IBBHQQ", name, 0x12, 0, section, value, 0)
    return struct.pack("<IIIBBH", name, value, 0, 0x12, 0, section)


def info(bits: int, number: int, kind: int) -> int:
    return number << (32 if bits == 64 else 8) | kind


def relr(bits: int, addresses: Iterable[int]) -> bytes:
    """The addresses, in order, as addresses and maps of the words behind them."""
    size, found, left = bits // 8, [], sorted(set(addresses))
    while left:
        found.append(left.pop(0))
        base, bitmap = found[-1] + size, 1
        while bitmap:
            bitmap = 0
            while left and left[0] - base < (bits - 1) * size:
                bitmap |= 2 << (left.pop(0) - base) // size
            found += [bitmap | 1] if bitmap else []
            base += (bits - 1) * size
    return word(bits, *found)


def sleb(*values: int) -> bytes:
    """Numbers as signed LEB128."""
    found = bytearray()
    for value in values:
        while not -64 <= value < 64:
            found.append(value & 0x7F | 0x80)
            value >>= 7
        found.append(value & 0x7F)
    return bytes(found)
