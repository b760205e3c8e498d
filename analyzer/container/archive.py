"""One ZIP file as named entries, read within limits.

``zipfile`` reads the central directory; entry data are inflated here, in bounded steps, the way Android's
libziparchive does: it ignores the encryption flag and does not care for the local header's copy of the name. Where
``zipfile`` gives up on a directory that Android accepts, apkInspector (which androguard brings) reads it.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from msgspec import Struct

from analyzer.errors import FormatError
from analyzer.facts import Gap, Place

MANIFEST = "AndroidManifest.xml"
_LOCAL_HEADER = 30
_STORED, _DEFLATED = 0, 8
_CHUNK = 1 << 20
_PEEK = 768
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

    entries: int = 200_000
    entry_bytes: int = 512 << 20
    total_bytes: int = 4 << 30
    ratio: int = 200
    ratio_free_bytes: int = 16 << 20
    parts: int = 1000
    nested_depth: int = 3
    nested_files: int = 500
    nested_bytes: int = 128 << 20
    held_bytes: int = 1 << 30


class Meter:
    """What a package has cost so far, over all its archives: bytes ``inflated``, and those ``held`` as files in memory."""

    def __init__(self) -> None:
        self.inflated = 0
        self.held = 0


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


class Entry(NamedTuple):
    """One entry of the directory: where its local header lies, how it is stored and how large it says it is."""

    name: str
    offset: int
    method: int
    stored: int
    size: int
    encrypted: bool


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
        entries, fell_back = _read_directory(file)
        if len(entries) > limits.entries:
            raise FormatError(f"has {len(entries)} entries, more than the limit of {limits.entries}")
        self.entries = {entry.name: entry for entry in entries}
        self._fell_back = fell_back
        self._double = _double(entries) if len(entries) > len(self.entries) else []
        self._note()

    def place(self, prefix: str) -> None:
        """Give its entries another *prefix*: a split's name is in its manifest, so that it must be open to be known."""
        self.prefix = prefix
        self.gaps.clear()
        self._note()

    def _note(self) -> None:
        if self._fell_back:
            why = f"The ZIP directory is malformed ({self._fell_back}); it was read leniently."
            self.gaps.append(Gap("bad-container", why, at=Place(self.prefix[:-1]) if self.prefix else None))
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
        entry, at = self._located(name)
        if _is_stored(entry):
            self._guard(entry, entry.stored)
            if at + entry.stored > self.size:
                raise FormatError("the package ends within this entry", where=self.prefix + name)
            if entry.stored > most:
                raise FormatError(f"has more than {most} bytes, the limit for a file in a file", where=self.prefix + name)
            return io.BufferedReader(Slice(self.file, at, entry.stored))
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
            self.file.seek(entry.offset)
            head = self.file.read(_PEEK)
            if head[:4] != b"PK\x03\x04" or len(head) < _LOCAL_HEADER:
                return b""
            start = _LOCAL_HEADER + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
            size = min(_MOST_TABLES, entry.stored)
            if start + size > len(head):
                self.file.seek(entry.offset + start)
                head, start = self.file.read(size), 0
            data = head[start : start + size]
            if _is_stored(entry):
                return data[:_MAGIC]
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, _MAGIC)
        except (OSError, ValueError, zlib.error):  # ValueError: an offset before the file
            return b""

    def _located(self, name: str) -> tuple[Entry, int]:
        """An entry and where its data begin. Raises ``FormatError``."""
        entry, where = self.entries.get(name), self.prefix + name
        if entry is None:
            raise FormatError("no such entry", where=where)
        try:
            self.file.seek(entry.offset)
            header = self.file.read(_LOCAL_HEADER)
        except (OSError, ValueError) as error:
            raise FormatError(f"the entry is damaged: {error}", where=where) from None
        if len(header) < _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
            raise FormatError("the entry's local header is damaged", where=where)
        if entry.encrypted:
            why = "The entry is marked as encrypted, which Android ignores; it was read as it is."
            self.gaps.append(Gap("encrypted", why, at=Place(where)))
        names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        return entry, entry.offset + _LOCAL_HEADER + names

    def _chunks(self, name: str) -> Iterator[bytes]:
        entry, at = self._located(name)
        try:
            self.file.seek(at)
            yield from self._inflated(entry)
        except (OSError, ValueError, zlib.error) as error:
            raise FormatError(f"the entry is damaged: {error}", where=self.prefix + name) from None

    def _inflated(self, entry: Entry) -> Iterator[bytes]:
        where = self.prefix + entry.name
        if _is_stored(entry):
            self._guard(entry, entry.stored)
            data = self.file.read(entry.stored)
            if len(data) < entry.stored:
                raise FormatError("the package ends within this entry", where=where)
            self._meter.inflated += len(data)
            yield data
            return
        # Android installs packages with unknown methods: it takes what is not stored as deflated.
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        left, size = entry.stored, 0
        while not inflater.eof:
            stored = inflater.unconsumed_tail or self.file.read(min(_CHUNK, left))
            if not inflater.unconsumed_tail:
                left -= len(stored)
                if not stored:
                    raise FormatError("the entry's compressed data are cut short", where=where)
            chunk = inflater.decompress(stored, _CHUNK)
            size += len(chunk)
            self._guard(entry, size)
            yield chunk
        self._meter.inflated += size

    def _guard(self, entry: Entry, size: int) -> None:
        """Refuse an entry that is, or inflates to, more than the limits allow, whatever its header says."""
        limits, where = self._limits, self.prefix + entry.name
        if size > limits.entry_bytes or self._meter.inflated + size > limits.total_bytes:
            raise FormatError(f"the entry is larger than the limit ({size} bytes and more)", where=where)
        if size > limits.ratio_free_bytes and size > limits.ratio * max(1, entry.stored):
            raise FormatError(f"the entry inflates to over {limits.ratio} times its size: a zip bomb", where=where)


def _double(entries: list[Entry]) -> list[str]:
    counts = Counter(entry.name for entry in entries)
    return sorted(name for name, count in counts.items() if count > 1)


def _is_stored(entry: Entry) -> bool:
    return entry.method == _STORED or (entry.method != _DEFLATED and entry.stored == entry.size)


def _read_directory(file: IO[bytes]) -> tuple[list[Entry], str]:
    """The entries, and why ``zipfile`` could not read them ('' where it could). Raises ``FormatError``."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            return [_entry(info) for info in archive.infolist()], ""
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError, OSError) as error:
        reason = str(error) or type(error).__name__
    entries = _read_leniently(file)
    if entries is None:
        file.seek(0)
        begins = file.read(4)
        raise FormatError("is a damaged or truncated ZIP file" if begins[:2] == b"PK" else "is no ZIP file")
    return entries, reason


def _entry(info: zipfile.ZipInfo) -> Entry:
    encrypted = bool(info.flag_bits & 1)
    return Entry(info.filename, info.header_offset, info.compress_type, info.compress_size, info.file_size, encrypted)


def _read_leniently(file: IO[bytes]) -> list[Entry] | None:
    """The directory as apkInspector reads it, or None."""
    from apkInspector.headers import ZipEntry

    try:
        file.seek(0)
        central = ZipEntry.parse(file).to_dict()["central_directory"]
        return [
            Entry(
                str(name),
                int(row["relative_offset_of_local_file_header"]),
                int(row["compression_method"]),
                int(row["compressed_size"]),
                int(row["uncompressed_size"]),
                bool(int(row["general_purpose_bit_flag"]) & 1),
            )
            for name, row in central.items()
        ] or None
    except Exception:  # it raises whatever its parsing runs into
        return None
