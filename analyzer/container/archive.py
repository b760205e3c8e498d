"""One ZIP file as named entries, read within limits.

``directory.py`` reads the directory; entry data are read here, in bounded steps, the way Android does it: the encryption flag is
ignored, of stored data there are as many bytes as the entry is said to have, and what has an unknown method is taken as stored
(AOSP androidfw AssetsProvider.cpp).
"""

from __future__ import annotations

import io
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from msgspec import Struct

from analyzer import limits as caps
from analyzer.container.directory import Entry as Entry
from analyzer.container.directory import read_directory, read_local_header
from analyzer.errors import FormatError
from analyzer.facts import Gap, Place
from analyzer.facts.model import GapKind

MANIFEST = "AndroidManifest.xml"
_STORED, _DEFLATED = 0, 8
_CHUNK = 1 << 20
_MOST_TABLES = 512  # what the code tables before the first byte of deflated data may take (RFC 1951: under 300 bytes)
_MAGIC = 8
_MOST_NOTES = 20


class Limits(Struct, frozen=True):
    """What one package may cost. Bytes unless said otherwise; each default is far above any real app.

    ``entries`` in one directory; ``entry_bytes`` of one inflated entry; ``total_bytes`` inflated in all; ``ratio`` of
    inflated to stored size, looked at once an entry is over ``ratio_free_bytes``. ``parts`` of a set of APKs. Of files that are
    packed within the package: ``nested_depth`` levels, ``nested_files`` in number, each up to ``nested_bytes``; archives in the
    package that are compressed themselves are held in memory, all together up to ``held_bytes``.
    """

    entries: int = caps.ENTRIES
    entry_bytes: int = caps.ENTRY_BYTES
    total_bytes: int = caps.TOTAL_BYTES
    ratio: int = caps.RATIO
    ratio_free_bytes: int = caps.RATIO_FREE_BYTES
    parts: int = caps.PARTS
    nested_depth: int = caps.NESTED_DEPTH
    nested_files: int = caps.NESTED_FILES
    nested_bytes: int = caps.NESTED_BYTES
    held_bytes: int = caps.HELD_BYTES
    empty_bytes: int = caps.EMPTY_BYTES


class Meter:
    """What a package has cost so far, over all its archives.

    Bytes ``inflated``, those ``held`` as files in memory, and those of ``empty`` blocks before the first byte of an entry.
    """

    def __init__(self) -> None:
        self.inflated = 0
        self.held = 0
        self.empty = 0


class Slice(io.RawIOBase):
    """A part of a file as a file, to be read."""

    def __init__(self, file: IO[bytes], start: int, size: int) -> None:
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to *offset* from the start, from where it is, or from the end. Raises ``ValueError`` before the start."""
        at = offset + (0, self._at, self._size)[whence]
        if at < 0:
            raise ValueError("a place before the file")
        self._at = at
        return at

    def readinto(self, buffer: Any, /) -> int:
        """Fill *buffer* as far as there is something."""
        self._file.seek(self._start + self._at)
        data = self._file.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class Archive:
    """An open ZIP file; ``gaps`` grows as entries are read. Of entries with one name the last is read.

    ``prefix`` is what stands before the names of its entries in places: '' for the package file itself, ``split_fr.apk!``
    for an archive within it. ``size`` in bytes. Raises ``FormatError`` when it cannot be read as a ZIP file.
    """

    def __init__(self, file: IO[bytes], prefix: str, limits: Limits, meter: Meter) -> None:
        self.file = file
        self.prefix = prefix
        self.size = file.seek(0, 2)
        self.gaps: list[Gap] = []
        self._limits = limits
        self._meter = meter
        self._inflated_here = 0
        self._noted: set[tuple[str, str]] = set()
        entries, self._problems = read_directory(file, limits.entries)
        self.entries = {entry.name: entry for entry in entries}
        self._double = _double(entries) if len(entries) > len(self.entries) else []
        self._note()

    def place(self, prefix: str) -> None:
        """Give its entries another *prefix*: a split's name is in its manifest, so that it must be open to be known."""
        self.prefix = prefix
        self.gaps.clear()
        self._noted.clear()
        self._note()

    def _note(self) -> None:
        for problem in self._problems:
            self.gaps.append(Gap("bad-container", problem, at=Place(self.prefix[:-1]) if self.prefix else None))
        for name in self._double[:_MOST_NOTES]:
            why = f"{len(self._double)} entry names occur more than once; of each the last is read."
            self.gaps.append(Gap("duplicate-entry", why, could_hide="The other copies.", at=Place(self.prefix + name)))

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def read(self, name: str) -> bytes:
        """The inflated bytes of entry *name*.

        Raises ``FormatError`` when there is none, it is damaged, or it is larger than the limits allow.
        """
        return b"".join(self._chunks(name))

    def unpacked(self, name: str, most: int) -> IO[bytes]:
        """Entry *name* as a file of its own: a part of this one where it is stored as it is, else in memory; never on the disk.

        Raises ``FormatError``, also when it has more than *most* bytes, or what is held in memory has more than the limit.
        """
        entry, at, stored = self._located(name)
        if stored:
            size = _stored_size(entry, self.size - at)
            self._guard(entry, size)
            if at + size > self.size:
                raise FormatError("the package ends within this entry", where=self.prefix + name)
            if size > most:
                raise FormatError(f"has more than {most} bytes, the limit for a file in a file", where=self.prefix + name)
            return io.BufferedReader(Slice(self.file, at, size))
        target = io.BytesIO()
        for chunk in self._chunks(name):
            self._meter.held += len(chunk)
            if target.tell() + len(chunk) > most:
                raise FormatError(f"has more than {most} bytes, the limit for a file in a file", where=self.prefix + name)
            if self._meter.held > self._limits.held_bytes:
                what = f"the files in files have more than {self._limits.held_bytes} bytes, the limit for all of them"
                raise FormatError(what, where=self.prefix + name)
            target.write(chunk)
        return target

    def begins(self, entry: Entry) -> bytes:
        """The first bytes of an entry, at most eight; none where they cannot be read."""
        try:
            self.file.seek(read_local_header(self.file, entry)[0])
            data = self.file.read(min(_MOST_TABLES, max(entry.stored, _MAGIC)))
            return data[:_MAGIC] if _is_stored(entry, data) else self._inflated_head(entry, data)
        except (FormatError, OSError, ValueError, zlib.error):
            return b""

    def _inflated_head(self, entry: Entry, data: bytes) -> bytes:
        """The first bytes that *data* inflate to; more is read where blocks without contents stand before them, up to a limit."""
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        head, left = inflater.decompress(data, _MAGIC), entry.stored - len(data)
        while len(head) < min(_MAGIC, entry.size) and left > 0 and not inflater.eof:
            if self._meter.empty >= self._limits.empty_bytes:
                self._say(entry.name, "Its compressed data begin with blocks without contents; what it is was not looked at.")
                return head
            more = self.file.read(min(_CHUNK, left))
            left -= len(more)
            self._meter.empty += len(more)
            head += inflater.decompress(inflater.unconsumed_tail + more, _MAGIC - len(head))
            if not more:
                break
        return head

    def _say(self, name: str, why: str, kind: GapKind = "bad-container") -> None:
        """A gap of one entry, once."""
        where = self.prefix + name
        if (where, why) not in self._noted:
            self._noted.add((where, why))
            self.gaps.append(Gap(kind, why, at=Place(where)))

    def _located(self, name: str) -> tuple[Entry, int, bool]:
        """An entry, where its data begin, and whether they are stored as they are. Raises ``FormatError``."""
        entry, where = self.entries.get(name), self.prefix + name
        if entry is None:
            raise FormatError("no such entry", where=where)
        try:
            at, differs = read_local_header(self.file, entry)
            self.file.seek(at)
            stored = _is_stored(entry, self.file.read(_MOST_TABLES))
        except FormatError as error:
            raise FormatError(error.what, where=where) from None
        except (OSError, ValueError) as error:
            raise FormatError(f"the entry is damaged: {error}", where=where) from None
        if differs:
            self._say(name, f"The entry's local header states another {differs} than the directory; Android refuses that.")
        if entry.encrypted:
            why = "The entry is marked as encrypted, which Android ignores; it was read as it is."
            self._say(name, why, "encrypted")
        if entry.method not in (_STORED, _DEFLATED):
            self._say(name, f"The entry has the compression method {entry.method}, which does not exist.")
        if entry.method == _STORED and entry.stored != entry.size:
            self._say(name, f"The entry is stored as it is, {entry.size} bytes in {entry.stored}.")
        return entry, at, stored

    def _chunks(self, name: str) -> Iterator[bytes]:
        entry, at, stored = self._located(name)
        try:
            self.file.seek(at)
            yield from self._copied(entry, at) if stored else self._inflated(entry)
        except (OSError, ValueError, zlib.error) as error:
            raise FormatError(f"the entry is damaged: {error}", where=self.prefix + name) from None

    def _copied(self, entry: Entry, at: int) -> Iterator[bytes]:
        size = _stored_size(entry, self.size - at)
        self._guard(entry, size)
        data = self.file.read(size)
        if len(data) < size:
            raise FormatError("the package ends within this entry", where=self.prefix + entry.name)
        self._count(len(data))
        yield data

    def _inflated(self, entry: Entry) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        left, size = entry.stored, 0
        # Of one that is no larger than it says a single piece, and one byte more, so that its end is seen.
        most = max(_CHUNK, entry.size + 1) if entry.size < self._limits.ratio_free_bytes else _CHUNK
        while not inflater.eof:
            stored = inflater.unconsumed_tail or self.file.read(min(most, left))
            if not inflater.unconsumed_tail:
                left -= len(stored)
                if not stored:
                    raise FormatError("the entry's compressed data are cut short", where=self.prefix + entry.name)
            chunk = inflater.decompress(stored, most)
            size += len(chunk)
            self._guard(entry, size)
            yield chunk
        self._count(size)
        if size != entry.size:
            self._say(entry.name, f"The entry has {size} bytes, the directory says {entry.size}; Android refuses that.")

    def _count(self, size: int) -> None:
        self._inflated_here += size
        self._meter.inflated += size

    def _guard(self, entry: Entry, size: int) -> None:
        """Refuse an entry that is, or inflates to, more than the limits allow, whatever its header says."""
        limits, total, where = self._limits, self._meter.inflated + size, self.prefix + entry.name
        if size > limits.entry_bytes or total > limits.total_bytes:
            raise FormatError(f"the entry is larger than the limit ({size} bytes and more)", where=where)
        if size > limits.ratio_free_bytes and size > limits.ratio * max(1, entry.stored):
            raise FormatError(f"the entry inflates to over {limits.ratio} times its size: a zip bomb", where=where)
        own = self._inflated_here + size
        if own > 4 * limits.ratio_free_bytes and own > limits.ratio * self.size:
            raise FormatError(f"the entries inflate to over {limits.ratio} times the file's size: a zip bomb", where=where)


def _double(entries: list[Entry]) -> list[str]:
    counts = Counter(entry.name for entry in entries)
    return sorted(name for name, count in counts.items() if count > 1)


def _stored_size(entry: Entry, left: int) -> int:
    """How many bytes Android takes of an entry that is not deflated: as many as it is said to have, whatever is stored."""
    return entry.size if 0 < entry.size <= left else entry.stored


def _is_stored(entry: Entry, data: bytes) -> bool:
    """Whether the entry, which begins with *data*, is not deflated.

    Android takes every unknown method as stored where it opens resources, and refuses it where it loads code. So what looks like
    a resource is stored; all else is taken as what it can be.
    """
    if entry.method in (_STORED, _DEFLATED):
        return entry.method == _STORED
    if entry.stored == entry.size or _is_chunk(data, entry.size) or data[:4] == b"dex\n":
        return True
    try:
        zlib.decompressobj(-zlib.MAX_WBITS).decompress(data)
    except zlib.error:
        return True
    return False


def _is_chunk(data: bytes, size: int) -> bool:
    """Whether *data* begin like binary XML or a resource table of *size* bytes (AOSP ResourceTypes.h, ResChunk_header)."""
    if len(data) < 8:
        return False
    _, header, whole = struct.unpack_from("<HHI", data)
    return bool(8 <= header <= 64 and header < whole <= size)
