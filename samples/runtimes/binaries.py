"""Makes small files in the binary formats of other runtimes, after their public descriptions: for samples and tests.

Dart: pkg/kernel/binary.md and the sources of the VM that ``analyzer/formats/dart.py`` names. IL2CPP: the structs of libil2cpp's
metadata. Assembly stores: dotnet/android's documentation and native structs. None of them holds code that runs.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Literal

Strings = Literal["heap64", "heap32", "compressed"]

SNAPSHOT_HASH = "f956f595844a2f845a55707faaaa51e4"
_FEATURES = {
    "heap64": "product no-code_comments dedup_instructions no-tsan arm64 android no-compressed-pointers",
    "heap32": "product no-code_comments dedup_instructions no-tsan arm android no-compressed-pointers",
    "compressed": "product no-code_comments dedup_instructions no-tsan arm64 android compressed-pointers",
}


def dart_number(value: int) -> bytes:
    """An unsigned number in the VM's stream."""
    parts = []
    while value > 127:
        parts.append(value & 127)
        value >>= 7
    return bytes([*parts, value + 128])


def dart_string(text: str, strings: Strings) -> bytes:
    """One string object."""
    raw = text.encode("latin-1")
    if strings == "compressed":
        return dart_number(2 * len(raw)) + raw
    if strings == "heap64":
        head = struct.pack("<IIQ", 0x0005E532, 0x08344411, 2 * len(raw))
        return (head + raw).ljust((16 + len(raw) + 15) // 16 * 16, b"\0")
    head = struct.pack("<III", 0x0005E532, 2 * len(raw), 0x08344411 & ~1)
    return (head + raw).ljust((12 + len(raw) + 7) // 8 * 8, b"\0")


def dart_snapshot(texts: Sequence[str], strings: Strings = "compressed") -> bytes:
    """A ``libapp.so`` with the VM's snapshot, and the app's with *texts* as its strings."""
    body = b"".join(dart_string(text, strings) for text in texts)
    features = _FEATURES[strings].encode() + b"\0"
    made = b""
    for content in (b"\x81" * 64, body):
        head = b"\xf5\xf5\xdc\xdc" + struct.pack("<qq", 52 + len(features) + len(content), 3) + SNAPSHOT_HASH.encode() + features
        made = made.ljust((len(made) + 63) // 64 * 64, b"\0") + head.ljust((len(head) + 15) // 16 * 16, b"\0") + content
    return library(made + bytes(16), ".rodata", wide=strings != "heap32")


def dart_engine(version: str = "3.6.2") -> bytes:
    """A ``libflutter.so`` that names its version of Dart and holds nothing else."""
    named = f'{version} (stable) (Wed Jan 29 01:20:39 2025 -0800) on "android_arm64"'
    return library(named.encode() + bytes(16), ".rodata")


def kernel_number(value: int) -> bytes:
    """An unsigned number of the kernel format."""
    if value < 0x80:
        return bytes([value])
    return struct.pack(">H", 0x8000 | value) if value < 0x4000 else struct.pack(">I", 0xC0000000 | value)


def dart_kernel(sources: Mapping[str, str], version: int = 122) -> bytes:
    """A kernel file without libraries, whose table of sources holds *sources* by the address that is imported."""

    def listed(raw: bytes) -> bytes:
        return kernel_number(len(raw)) + raw

    made = b"\x90\xab\xcd\xef" + struct.pack(">I", version) + b"0123456789" + kernel_number(0)
    table = len(made)
    made += struct.pack(">I", len(sources))
    places = []
    for uri, text in sources.items():
        places.append(len(made) - table)
        lines = [len(line) + 1 for line in text.split("\n")]
        made += listed(f"file:///build/{uri.partition(':')[2]}".encode()) + listed(text.encode())
        made += kernel_number(len(lines)) + b"".join(map(kernel_number, lines)) + listed(uri.encode()) + kernel_number(0)
    made += struct.pack(f">{len(places)}I", *places)
    names = len(made)
    made += kernel_number(0) * 2
    made = made.ljust((len(made) + 7) // 8 * 8, b"\0")
    index = struct.pack(">8I", table, names, names, names, names, names, 0, 2)
    size = len(made) + len(index) + 12
    return made + index + struct.pack(">3I", len(made), 0, size)


# Bytes of a row of types and of methods by the layout's name, where the number of the first method lies and how many there are.
IL2CPP_LAYOUTS = {
    "24.0": (24, 104, 56, 52, 80),
    "24.1": (24, 100, 52, 48, 76),
    "24.2": (24, 92, 32, 40, 68),
    "27": (27, 88, 32, 36, 64),
    "29": (29, 88, 32, 36, 64),
    "31": (31, 88, 36, 36, 64),
}


def il2cpp_metadata(literals: Sequence[str], types: Mapping[str, Sequence[str]], layout: str = "29") -> bytes:
    """A ``global-metadata.dat`` with these literals, and types with the names of their methods."""
    version, type_size, method_size, first_at, count_at = IL2CPP_LAYOUTS[layout]
    heap = bytearray(b"\0")
    places: dict[str, int] = {"": 0}

    def name(text: str) -> int:
        if text not in places:
            places[text] = len(heap)
            heap.extend(text.encode() + b"\0")
        return places[text]

    texts, literal_rows = b"", b""
    for literal in literals:
        literal_rows += struct.pack("<II", len(literal.encode()), len(texts))
        texts += literal.encode()
    method_rows, type_rows, number = b"", b"", 0
    for full, methods in types.items():
        space, _, plain = full.rpartition(".")
        row = bytearray(struct.pack("<ii", name(plain), name(space)).ljust(type_size, b"\xff"))
        struct.pack_into("<i", row, first_at, number if methods else -1)
        struct.pack_into("<H", row, count_at, len(methods))
        type_rows += row
        for method in methods:
            method_rows += struct.pack("<i", name(method)).ljust(method_size, b"\x7f")
        number += len(methods)
    sections = [b""] * 20
    sections[0], sections[1], sections[2], sections[5], sections[19] = literal_rows, texts, bytes(heap), method_rows, type_rows
    at, header, body = 8 + 8 * 32, struct.pack("<Ii", 0xFAB11BAF, version), b""
    for section in sections:
        header += struct.pack("<II", at + len(body), len(section))
        body += section.ljust((len(section) + 3) // 4 * 4, b"\0")
    return header.ljust(at, b"\0") + body


def assembly_store_1(assemblies: Sequence[bytes]) -> bytes:
    """A store of format 1: without names."""
    at = 20 + 24 * len(assemblies)
    rows, body = b"", b""
    for data in assemblies:
        rows += struct.pack("<6I", at + len(body), len(data), 0, 0, 0, 0)
        body += data
    return struct.pack("<4s4I", b"XABA", 1, len(assemblies), 0, 0) + rows + body


def assembly_store_2(assemblies: Mapping[str, bytes], version: int = 0x80010002) -> bytes:
    """A store of format 2, or 3 with another *version*: an index by hashes, here zeros, then names and data."""
    entry = 12 if version & 0xFFF == 2 else 13
    index = bytes(entry * len(assemblies))
    names = b"".join(struct.pack("<I", len(name)) + name.encode() for name in assemblies)
    at = 20 + len(index) + 28 * len(assemblies) + len(names)
    rows, body = b"", b""
    for number, data in enumerate(assemblies.values()):
        rows += struct.pack("<7I", number, at + len(body), len(data), 0, 0, 0, 0)
        body += data
    header = struct.pack("<4s4I", b"XABA", version, len(assemblies), len(assemblies), len(index))
    return header + index + rows + names + body


def compressed(assembly: bytes, number: int = 0) -> bytes:
    """A compressed assembly."""
    import lz4.block

    return b"XALZ" + struct.pack("<II", number, len(assembly)) + bytes(lz4.block.compress(assembly, store_size=False))


def library(data: bytes, section: str = "payload", *, wide: bool = True) -> bytes:
    """An ELF file for ARM, of 64 bits or of 32, that holds *data* in a section of this name."""
    names = b"\0" + section.encode() + b"\0.shstrtab\0"
    start = 64 if wide else 52
    table = start + len(data) + len(names)
    table += -table % 8
    head = (b"\x7fELF" + bytes([2 if wide else 1, 1, 1])).ljust(16, b"\0")
    if wide:
        head += struct.pack("<HHIQQQIHHHHHH", 3, 183, 1, 0, 0, table, 0, 64, 0, 0, 64, 3, 2)
    else:
        head += struct.pack("<HHIIIIIHHHHHH", 3, 40, 1, 0, 0, table, 0x5000000, 52, 0, 0, 40, 3, 2)
    row = struct.Struct("<IIQQQQIIQQ" if wide else "<10I")
    rows = bytes(row.size) + row.pack(1, 1, 2, 0, start, len(data), 0, 0, 1, 0)
    rows += row.pack(2 + len(section), 3, 0, 0, start + len(data), len(names), 0, 0, 1, 0)
    return (head + data + names).ljust(table, b"\0") + rows


def steady(assembly: bytes) -> bytes:
    """*assembly* without what changes with every compilation: the time stamp and the module's GUID."""
    made = bytearray(assembly)
    (pe,) = struct.unpack_from("<I", made, 0x3C)
    struct.pack_into("<I", made, pe + 8, 0)
    root = made.index(b"BSJB")
    (length,) = struct.unpack_from("<I", made, root + 12)
    at = root + 16 + length
    (count,) = struct.unpack_from("<2xH", made, at)
    at += 4
    for _ in range(count):
        offset, size = struct.unpack_from("<II", made, at)
        end = made.index(b"\0", at + 8)
        if made[at + 8 : end] == b"#GUID":
            made[root + offset : root + offset + size] = bytes(size)
        at += 8 + (end - at - 8 + 4) // 4 * 4
    return bytes(made)
