"""A package file as named entries, read within limits.

``zipfile`` reads the central directory; entry data are inflated here, in bounded steps, the way Android's
libziparchive does: it ignores the encryption flag and does not care for the local header's copy of the name. Where
``zipfile`` gives up on a directory that Android accepts, apkInspector (which androguard brings) reads it.
"""

from __future__ import annotations

import hashlib
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple

from msgspec import Struct

from analyzer.errors import FormatError, PackageError
from analyzer.facts import Gap, Place

_LOCAL_HEADER = 30
_STORED, _DEFLATED = 0, 8
_CHUNK = 1 << 20
_DEX_NAME = re.compile(r"classes([2-9]|[1-9]\d+)?\.dex")


class Limits(Struct, frozen=True):
    """What one package may cost. Bytes unless said otherwise; each default is far above any real app.

    ``entries`` in the directory; ``entry_bytes`` of one inflated entry; ``total_bytes`` inflated in all; ``ratio`` of
    inflated to stored size, looked at once an entry is over ``ratio_free_bytes``.
    """

    entries: int = 200_000
    entry_bytes: int = 512 << 20
    total_bytes: int = 4 << 30
    ratio: int = 200
    ratio_free_bytes: int = 16 << 20


class Entry(NamedTuple):
    """One entry of the directory: where its local header lies, how it is stored and how large it says it is."""

    name: str
    offset: int
    method: int
    stored: int
    size: int
    encrypted: bool


class Package:
    """An open package file. Use as a context manager; ``gaps`` grows as entries are read.

    ``size`` in bytes and ``sha256`` (hex) are of the file. Of entries with one name the last is read.
    """

    def __init__(self, path: Path, file: BinaryIO, entries: Sequence[Entry], limits: Limits) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.sha256 = _sha256(file)
        self.gaps: list[Gap] = []
        self._file = file
        self._limits = limits
        self._inflated = 0
        self._entries = {entry.name: entry for entry in entries}
        self._note_duplicates(entries)

    def _note_duplicates(self, entries: Sequence[Entry]) -> None:
        counts = Counter(entry.name for entry in entries)
        double = sorted(name for name, count in counts.items() if count > 1)
        for name in double[:20]:
            why = f"{len(double)} entry names occur more than once; of each the last is read."
            self.gaps.append(Gap("duplicate-entry", why, could_hide="The other copies.", at=Place(name)))

    def __enter__(self) -> Package:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def names(self) -> Sequence[str]:
        """The names of all entries, in directory order."""
        return tuple(self._entries)

    def named(self, beginnings: tuple[str, ...] = ("",), endings: tuple[str, ...] = ("",)) -> list[str]:
        """The names of entries with one of these beginnings and endings, in directory order.

        The beginning is that of the path within the entry's own package: ``lib/`` finds ``split_x.apk!lib/x86/libx.so``, too.
        """
        found = [(name, name.rpartition("!")[2]) for name in self._entries]
        return [name for name, inner in found if inner.startswith(beginnings) and inner.endswith(endings)]

    def has(self, name: str) -> bool:
        """Whether there is an entry of this name."""
        return name in self._entries

    def size_of(self, name: str) -> int:
        """The inflated size that the directory states for *name*."""
        return self._entries[name].size

    def shrinks(self, name: str) -> bool:
        """Whether *name* is stored in less than nine tenths of its size: what looks random does not get shorter."""
        entry = self._entries[name]
        return 10 * entry.stored < 9 * entry.size

    def dex_names(self) -> list[str]:
        """The DEX files in loading order: classes.dex, classes2.dex, ... also those behind a hole in the numbering."""
        numbered = {(int(match[1] or 1)): name for name in self._entries if (match := _DEX_NAME.fullmatch(name))}
        return [numbered[number] for number in sorted(numbered)]

    def read(self, name: str) -> bytes:
        """The inflated bytes of entry *name*.

        Raises ``FormatError`` when there is none, it is damaged, or it is larger than the limits allow.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise FormatError("no such entry", where=name)
        if entry.encrypted:
            why = "The entry is marked as encrypted, which Android ignores; it was read as it is."
            self.gaps.append(Gap("encrypted", why, at=Place(name)))
        try:
            self._file.seek(entry.offset)
            header = self._file.read(_LOCAL_HEADER)
            if len(header) < _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
                raise FormatError("the entry's local header is damaged", where=name)
            self._file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
            data = self._inflate(entry)
        except (OSError, zlib.error) as error:
            raise FormatError(f"the entry is damaged: {error}", where=name) from None
        self._inflated += len(data)
        return data

    def _inflate(self, entry: Entry) -> bytes:
        if entry.method == _STORED or (entry.method != _DEFLATED and entry.stored == entry.size):
            self._guard(entry, entry.stored)
            data = self._file.read(entry.stored)
            if len(data) < entry.stored:
                raise FormatError("the package ends within this entry", where=entry.name)
            return data
        # Android installs packages with unknown methods: it takes what is not stored as deflated.
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        left, size, parts = entry.stored, 0, []
        while not inflater.eof:
            stored = inflater.unconsumed_tail or self._file.read(min(_CHUNK, left))
            if not inflater.unconsumed_tail:
                left -= len(stored)
                if not stored:
                    raise FormatError("the entry's compressed data are cut short", where=entry.name)
            parts.append(inflater.decompress(stored, _CHUNK))
            size += len(parts[-1])
            self._guard(entry, size)
        return b"".join(parts)

    def _guard(self, entry: Entry, size: int) -> None:
        """Refuse an entry that is, or inflates to, more than the limits allow, whatever its header says."""
        limits = self._limits
        if size > limits.entry_bytes or self._inflated + size > limits.total_bytes:
            raise FormatError(f"the entry is larger than the limit ({size} bytes and more)", where=entry.name)
        if size > limits.ratio_free_bytes and size > limits.ratio * max(1, entry.stored):
            raise FormatError(f"the entry inflates to over {limits.ratio} times its size: a zip bomb", where=entry.name)


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def open_package(path: Path, limits: Limits | None = None) -> Package:
    """Open the APK at *path*.

    Raises ``PackageError``, with what to do about it, for anything that is not a readable Android app package.
    """
    limits = limits or Limits()
    file = _open_file(path)
    try:
        entries, fell_back = _read_directory(file, path)
        if len(entries) > limits.entries:
            raise PackageError(f"has {len(entries)} entries, more than the limit of {limits.entries}", where=str(path))
        _refuse_other_kinds({entry.name for entry in entries}, path)
        file.seek(0)
        package = Package(path, file, entries, limits)
    except BaseException:
        file.close()
        raise
    if fell_back:
        package.gaps.append(Gap("bad-container", f"The ZIP directory is malformed ({fell_back}); it was read leniently."))
    return package


def _open_file(path: Path) -> BinaryIO:
    where = str(path)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise PackageError("is a folder, not a package", where=where, mend="Name the package files in it.")
        if not stat.S_ISREG(mode):
            raise PackageError("is not a regular file", where=where, mend="Give a package file.")
        file = path.open("rb")
    except FileNotFoundError:
        raise PackageError("no such file", where=where, mend="Check the path.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise PackageError(f"cannot be opened: {reason}", where=where, mend="Check the path and its permissions.") from None
    if not path.stat().st_size:
        file.close()
        raise PackageError("is empty", where=where, mend="Fetch the package again.")
    return file


def _read_directory(file: BinaryIO, path: Path) -> tuple[list[Entry], str]:
    """The entries, and why ``zipfile`` could not read them ('' where it could)."""
    try:
        with zipfile.ZipFile(file) as archive:
            return [_entry(info) for info in archive.infolist()], ""
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError, OSError) as error:
        reason = str(error) or type(error).__name__
    entries = _read_leniently(path)
    if entries is None:
        file.seek(0)
        begins = file.read(4)
        if begins[:2] == b"PK":
            raise PackageError("is a damaged or truncated ZIP file", where=str(path), mend="Fetch the package again.")
        raise PackageError("is not an Android package: it is no ZIP file", where=str(path), mend="Give an APK file.")
    return entries, reason


def _entry(info: zipfile.ZipInfo) -> Entry:
    encrypted = bool(info.flag_bits & 1)
    return Entry(info.filename, info.header_offset, info.compress_type, info.compress_size, info.file_size, encrypted)


def _read_leniently(path: Path) -> list[Entry] | None:
    """The directory as apkInspector reads it, or None."""
    from apkInspector.headers import ZipEntry

    try:
        with path.open("rb") as file:
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


def _refuse_other_kinds(names: set[str], path: Path) -> None:
    where = str(path)
    if "BundleConfig.pb" in names or "base/manifest/AndroidManifest.xml" in names:
        mend = "Build a universal APK from it (bundletool build-apks --mode=universal) and scan that."
        raise PackageError("is an Android App Bundle, which this version does not read", where=where, mend=mend)
    if "AndroidManifest.xml" not in names:
        if any(name.endswith(".apk") for name in names):
            mend = "Unpack it and scan the base APK."
            raise PackageError("is a set of APKs, which this version does not read", where=where, mend=mend)
        raise PackageError("is no Android package: it has no AndroidManifest.xml", where=where, mend="Give an APK file.")
    if "classes.jar" in names and "classes.dex" not in names:
        mend = "Scan an app that contains it."
        raise PackageError("is an Android library (AAR), not an app", where=where, mend=mend)
