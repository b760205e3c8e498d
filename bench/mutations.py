"""Mutants of a package: one structure of it is changed, and what guards that structure is made to agree again.

A mutant whose checksum does not match is refused by the first check of every parser, and tests only that check. Here a changed
DEX file gets its SHA-1 and Adler-32 anew, a changed entry its CRC and sizes, so that the change reaches the code behind.
Structures: dex-format specification; AOSP libs/androidfw ResourceTypes.h; the APK Signing Block; ZIP.
"""

from __future__ import annotations

import hashlib
import io
import random
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from analyzer.errors import FormatError
from analyzer.formats.dex import open_dex

STRUCTURES = (
    "zip-end", "zip-directory", "zip-local", "axml-chunk", "axml-pool", "axml-element", "arsc-chunk", "arsc-pool", "arsc-entry",
    "dex-header", "dex-table", "dex-class", "dex-class-data", "dex-code", "dex-data", "signing-block",
)  # fmt: skip
_MANIFEST, _TABLE = "AndroidManifest.xml", "resources.arsc"
_CONTAINERS = {0x0002, 0x0003, 0x0200}


class Original(NamedTuple):
    """A package as it is: its bytes, and its entries by name."""

    data: bytes
    entries: dict[str, bytes]


def read_original(data: bytes) -> Original:
    """The package *data*, its entries as ``zipfile`` reads them; what it cannot read is left out."""
    entries: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            try:
                entries[info.filename] = archive.read(info)
            except (zipfile.BadZipFile, NotImplementedError, zlib.error, RuntimeError):
                continue
    return Original(data, entries)


def mutant(original: Original, structure: str, rng: random.Random) -> tuple[bytes, str] | None:
    """A package with *structure* changed, and the entry that was changed; None where it has no such structure."""
    family = structure.partition("-")[0]
    if family == "zip" or structure == "signing-block":
        data = bytearray(original.data)
        places = _ZIP_PLACES[structure](original.data)
        return (bytes(_changed(data, places, rng)), "") if places else None
    name = {"axml": _MANIFEST, "arsc": _TABLE}.get(family) or _dex_name(original, rng)
    if name not in original.entries:
        return None
    data = bytearray(original.entries[name])
    try:
        data = _dex_mutant(data, structure, rng) if family == "dex" else _chunk_mutant(data, structure, rng)
    except (FormatError, struct.error, IndexError, ValueError):
        return None
    return _packed(original, name, bytes(data)), name


def _dex_name(original: Original, rng: random.Random) -> str:
    names = sorted(name for name in original.entries if name.startswith("classes") and name.endswith(".dex"))
    return rng.choice(names) if names else ""


def _packed(original: Original, name: str, data: bytes) -> bytes:
    """The package with another entry *name*; its CRC and sizes are those of *data*, the other entries stay."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        warnings.simplefilter("ignore")
        for other, body in original.entries.items():
            archive.writestr(zipfile.ZipInfo(other), data if other == name else body)
    return out.getvalue()


# -- fields of fixed width ---------------------------------------------------------------------------------------------------

Place = tuple[int, int]  # where a field begins, and how many bytes it has


def _changed(data: bytearray, places: Sequence[Place], rng: random.Random) -> bytearray:
    """One to three of the fields set to a value that a parser may trip over."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at, width = rng.choice(places)
        value = int.from_bytes(data[at : at + width], "little")
        top = (1 << 8 * width) - 1
        other, other_width = rng.choice(places)
        values = (
            0, 1, top, top >> 1, top - 1, value + 1, value - 1, value + 4, value - 4, value * 2, value ^ 1 << rng.randrange(8 * width),
            len(data), len(data) - 1, at, int.from_bytes(data[other : other + other_width], "little"), rng.randrange(top + 1),
            rng.randrange(64),
        )  # fmt: skip
        data[at : at + width] = (rng.choice(values) & top).to_bytes(width, "little")
    return data


def _fields(start: int, widths: Sequence[int]) -> list[Place]:
    places = []
    for width in widths:
        places.append((start, width))
        start += width
    return places


def _records(data: bytes, mark: bytes, widths: Sequence[int]) -> list[Place]:
    places: list[Place] = []
    at = data.find(mark)
    while at >= 0 and len(places) < 20_000:
        if at + sum(widths) + 4 <= len(data):
            places += _fields(at + 4, widths)
        at = data.find(mark, at + 4)
    return places


def _signing_block(data: bytes) -> list[Place]:
    end = data.find(b"APK Sig Block 42")
    if end < 8:
        return []
    size = int.from_bytes(data[end - 8 : end], "little")
    start = max(0, end + 16 - size - 8)
    return [(at, 4) for at in range(start, end, 4)] + [(start, 8), (end - 8, 8)]


_ZIP_PLACES: dict[str, Callable[[bytes], list[Place]]] = {
    "zip-end": lambda data: _records(data, b"PK\x05\x06", (2, 2, 2, 2, 4, 4, 2)),
    "zip-directory": lambda data: _records(data, b"PK\x01\x02", (2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4)),
    "zip-local": lambda data: _records(data, b"PK\x03\x04", (2, 2, 2, 2, 2, 4, 4, 4, 2, 2)),
    "signing-block": _signing_block,
}


# -- binary XML and resource tables -------------------------------------------------------------------------------------------


def _chunk_mutant(data: bytearray, structure: str, rng: random.Random) -> bytearray:
    """A chunk's head, a pool's fields and text, or the body of what else there is; or a chunk taken out, doubled or put in."""
    chunks = _all_chunks(bytes(data))
    if structure.endswith("-chunk"):
        if rng.random() < 0.4:
            return _moved(data, chunks, rng)
        return _changed(data, [place for at, _, _ in chunks for place in _fields(at, (2, 2, 4))], rng)
    pools = [(at, end) for at, kind, end in chunks if kind == 1]
    others = [(at, end) for at, kind, end in chunks if kind not in _CONTAINERS and kind != 1]
    at, end = rng.choice(pools if structure.endswith("-pool") else others)
    places = [(each, 4) for each in range(at + 8, min(end - 4, at + 28 + 4 * 400), 4)]
    if structure.endswith("-pool"):
        places += [(at + rng.randrange(8, max(9, end - at - 1)), 1) for _ in range(40)]  # bytes and lengths of the texts
    else:
        places += [(each, 2) for each in range(at + 8, min(end - 2, at + 200), 2)]
    return _changed(data, places, rng)


def _all_chunks(data: bytes) -> list[tuple[int, int, int]]:
    """Every chunk, those within chunks included: where it begins, its type, where it ends."""
    found: list[tuple[int, int, int]] = []
    spans = [(0, len(data))]
    while spans and len(found) < 20_000:
        at, end = spans.pop()
        while at + 8 <= end:
            kind, header, size = struct.unpack_from("<HHI", data, at)
            if size < 8 or at + size > end:
                break
            found.append((at, kind, at + size))
            if kind in _CONTAINERS:
                spans.append((at + header, at + size))
            at += size
    return sorted(found)


def _moved(data: bytearray, chunks: list[tuple[int, int, int]], rng: random.Random) -> bytearray:
    at, _, end = rng.choice(chunks[1:])
    junk = struct.pack("<HHI", rng.choice((0x7777, 0x0105, 0x0000, 1, 0x0180)), rng.choice((8, 16)), 24) + bytes(16)
    piece = rng.choice((b"", data[at:end] * 2, junk + data[at:end]))
    out = data[:at] + piece + data[end:]
    if rng.random() < 0.8:  # the outermost size agrees again
        struct.pack_into("<I", out, 4, len(out))
    return out


# -- DEX ------------------------------------------------------------------------------------------------------------------------

_ROWS = {0x38: (4,), 0x40: (4,), 0x48: (4, 4, 4), 0x50: (2, 2, 4), 0x58: (2, 2, 4)}


def _dex_mutant(data: bytearray, structure: str, rng: random.Random) -> bytearray:
    dex = open_dex("x", bytes(data))[0]
    if structure == "dex-header":
        return _sealed(_changed(data, _fields(0x20, (4,) * 20), rng))
    if structure == "dex-table":
        table = rng.choice(list(_ROWS))
        size, offset = struct.unpack_from("<II", data, table)
        step = sum(_ROWS[table])
        rows = [offset + step * rng.randrange(size) for _ in range(6)]
        return _sealed(_changed(data, [place for row in rows for place in _fields(row, _ROWS[table])], rng))
    if structure == "dex-class":
        size, offset = struct.unpack_from("<II", data, 0x60)
        return _sealed(_changed(data, _fields(offset + 32 * rng.randrange(size), (4,) * 8), rng))
    if structure == "dex-class-data":
        starts = [int(each) for each in dex.pools.classes["data"] if each]
        at = rng.choice(starts)
        places = [(each, 1) for each in range(at, min(at + rng.choice((8, 64)), len(data)))]
    elif structure == "dex-code":
        at = int(rng.choice([each for each in dex.methods.code.tolist() if each]))
        places = _fields(at, (2, 2, 2, 2, 4, 4)) + [(each, 2) for each in range(at + 16, min(at + 96, len(data) - 2), 2)]
    else:  # everything behind the tables: annotations, values, debug information, type lists, texts, the map
        low = max((int(t.offset) for t in (dex.header.classes, dex.header.methods) if t.size), default=0x70)
        at = rng.randrange(low, len(data) - 8)
        places = [(each, rng.choice((1, 1, 2, 4))) for each in range(at, min(at + 64, len(data) - 4))]
        if rng.random() < 0.3:
            places = [(dex.header.map_offset + 4 + each, 4) for each in range(0, 12 * 12, 4)]
    places = [(at, width) for at, width in places if at + width <= len(data)]
    return _sealed(_changed(data, places, rng))


def _sealed(data: bytearray) -> bytearray:
    """The DEX file with its size, SHA-1 and Adler-32 in agreement."""
    if data[4:7] != b"041":
        struct.pack_into("<I", data, 0x20, len(data))
    data[0x0C:0x20] = hashlib.sha1(data[0x20:], usedforsecurity=False).digest()
    struct.pack_into("<I", data, 8, zlib.adler32(bytes(data[12:])))
    return data
