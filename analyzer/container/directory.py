"""The directory of a ZIP file, read as Android reads it.

AOSP system/libziparchive zip_archive.cc decides what a device sees: the last end record within the last 65,557 bytes, the
directory at the offset that it states, as many records as it counts. Other readers look for the directory before the end record,
or read on until it ends, so that a package can show them another app. What libziparchive refuses is read here anyway, as well as
it can be, and said: ``problems`` has one sentence for each way in which the file deviates.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO, NamedTuple

from msgspec import Struct

from analyzer import limits
from analyzer.errors import FormatError

END_RECORD = b"PK\x05\x06"
_END = struct.Struct("<4s4H2IH")
_RECORD = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_END64, _LOCATOR = b"PK\x06\x06", b"PK\x06\x07"
_DIRECTORY_MARK, _LOCAL_MARK = b"PK\x01\x02", b"PK\x03\x04"
_TAIL = 65535 + _END.size  # kMaxEOCDSearch
_STEP = 1 << 20
_WORD, _SHORT = 0xFFFFFFFF, 0xFFFF
_ZIP64 = 0x0001
_MOST_OFFSET = (1 << 63) - 1  # a file cannot be asked for what lies further; ZIP64 can say so
_ENCRYPTED, _DESCRIPTOR = 1, 8
_MANIFEST = b"AndroidManifest.xml"


class Entry(Struct, frozen=True):
    """One entry of the directory: where its local header lies, how it is stored and how large it says it is."""

    name: str
    offset: int
    method: int
    stored: int
    size: int
    encrypted: bool
    crc: int = 0
    raw_name: bytes = b""


class Directory(NamedTuple):
    """The entries in order, how many there are that the end record does not count, and how the file deviates."""

    entries: list[Entry]
    problems: tuple[str, ...]


class _End(Struct, frozen=True):
    """An end record: where it lies, where the directory is said to be, its size and number of records, what is odd about it."""

    at: int
    offset: int
    size: int
    records: int
    problems: tuple[str, ...]


def read_directory(file: IO[bytes], most: int) -> Directory:
    """The directory of *file*. Raises ``FormatError`` when there is none, or when it has more than *most* entries."""
    length = file.seek(0, 2)
    ends = list(_ends(file, length))
    for number, end in enumerate(ends):
        problems = [*end.problems, *(["The last end record leads to no directory."] if number else [])]
        entries = _entries(file, end, most, problems)
        if entries:
            file.seek(0)
            if file.read(4) != _LOCAL_MARK:
                problems.append("The file does not begin with an entry.")
            return Directory(entries, tuple(problems))
    file.seek(0)
    raise FormatError("is a damaged or truncated ZIP file" if ends or file.read(2) == _LOCAL_MARK[:2] else "is no ZIP file")


def _ends(file: IO[bytes], length: int) -> Iterator[_End]:
    """The end records from the last to the first; the last is the one that counts."""
    for at in _marks(file, length):
        file.seek(at)
        data = file.read(_END.size)
        if len(data) < _END.size:
            continue
        _, disk, first_disk, _, count, size, offset, comment = _END.unpack(data)
        problems = []
        if at + _END.size + comment != length:
            more = length - at - _END.size - comment
            problems.append(f"There are {more} bytes behind the end record that it does not tell of.")
        if disk or first_disk:
            problems.append("The end record tells of several disks.")
        if _WORD in (size, offset):
            wide = _wide_end(file, at)
            if wide is None:
                problems.append("The end record refers to a 64-bit one that is not there.")
            else:
                count, size, offset = wide
        yield _End(at, offset, size, count, tuple(problems))


def _marks(file: IO[bytes], length: int) -> Iterator[int]:
    """Where end records begin, from the last to the first, few of them."""
    found, high = 0, length
    while high > 0 and found < limits.END_RECORDS:
        low = max(0, high - _STEP)
        file.seek(low)
        data = file.read(high - low + 3)
        at = data.rfind(END_RECORD)
        while at >= 0 and found < limits.END_RECORDS:
            yield low + at
            found += 1
            at = data.rfind(END_RECORD, 0, at + 3)
        high = low


def _wide_end(file: IO[bytes], at: int) -> tuple[int, int, int] | None:
    """Number of records, size and offset from the ZIP64 end record, or None."""
    if at < 76:
        return None
    file.seek(at - 20)
    mark, _, where, _ = struct.unpack("<4sIQI", file.read(20))
    if mark != _LOCATOR or where > at - 76:
        return None
    file.seek(where)
    data = file.read(56)
    if len(data) < 56 or data[:4] != _END64:
        return None
    count, size, offset = struct.unpack_from("<QQQ", data, 32)
    return count, size, offset


def _entries(file: IO[bytes], end: _End, most: int, problems: list[str]) -> list[Entry]:
    offset, shift = end.offset, 0
    if not _is_directory(file, offset):  # something stands before the archive, and its offsets do not know
        shift = end.at - end.size - offset
        offset += shift
        if shift == 0 or not _is_directory(file, offset):
            return []
        problems.append("The offsets of the ZIP directory do not count from the beginning of the file.")
    counted = list(_records(file, offset, min(end.records, most + 1), end.at, shift, problems))
    if len(counted) > most or (end.records > most and len(counted) == most):
        raise FormatError(f"has {end.records} entries, more than the limit of {most}")
    if len(counted) < end.records:
        problems.append(f"The end record counts {end.records} entries, {len(counted)} are there.")
    elif not any(entry.raw_name == _MANIFEST for entry in counted):
        ignored: list[str] = []
        every = list(_records(file, offset, most + 1, min(end.at, offset + end.size), shift, ignored))
        if len(every) > most:
            raise FormatError(f"has more entries than the limit of {most}")
        if len(every) > len(counted):
            problems.append(f"The end record counts {end.records} entries, {len(every)} are there.")
            return every
    elif _is_directory(file, _behind(file, offset, len(counted))):
        problems.append(
            f"Behind the {end.records} entries that the end record counts there are more, which Android does not see."
        )
    return counted


def _behind(file: IO[bytes], offset: int, count: int) -> int:
    """Where the record behind *count* records begins."""
    for _ in range(count):
        file.seek(offset + 28)
        offset += _RECORD.size + sum(struct.unpack("<3H", file.read(6)))
    return offset


def _is_directory(file: IO[bytes], offset: int) -> bool:
    if not 0 <= offset <= _MOST_OFFSET:
        return False
    file.seek(offset)
    return file.read(4) == _DIRECTORY_MARK


def _records(file: IO[bytes], offset: int, count: int, end: int, shift: int, problems: list[str]) -> Iterator[Entry]:
    """At most *count* records that begin at *offset* and lie before *end*; ends at the first that does not fit."""
    file.seek(offset)
    undecodable = False
    for _ in range(count):
        head = file.read(_RECORD.size)
        if len(head) < _RECORD.size or head[:4] != _DIRECTORY_MARK:
            return
        _, _, _, flags, method, _, _, crc, stored, size, name_length, extra_length, comment, _, _, _, where = _RECORD.unpack(head)
        raw_name, extra = file.read(name_length), file.read(extra_length)
        offset += _RECORD.size + name_length + extra_length + comment
        if offset > end:
            return
        file.seek(comment, 1)
        if _WORD in (size, stored, where):
            size, stored, where = _wide(extra, size, stored, where)
        name = raw_name.decode("utf-8", "backslashreplace")
        if not undecodable and (b"\0" in raw_name or name.encode("utf-8", "replace") != raw_name):
            problems.append("The name of an entry is not UTF-8 or holds a zero byte.")
            undecodable = True
        yield Entry(name, where + shift, method, stored, size, bool(flags & _ENCRYPTED), crc, raw_name)


def _wide(extra: bytes, size: int, stored: int, where: int) -> tuple[int, int, int]:
    """Sizes and offset with those that the ZIP64 extra field holds (APPNOTE 4.5.3): in this order, those that do not fit."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        at += 4
        if kind == _ZIP64:
            words = [word for (word,) in struct.iter_unpack("<Q", extra[at : at + length // 8 * 8])]
            values = [size, stored, where]
            for index, value in enumerate(values):
                if (value == _WORD or length >= 24) and words:
                    values[index] = words.pop(0)
            return values[0], values[1], values[2]
        at += length
    return size, stored, where


def read_local_header(file: IO[bytes], entry: Entry) -> tuple[int, str]:
    """Where the data of *entry* begin, and how its local header disagrees with the directory ('' when it does not).

    Raises ``FormatError`` when there is no local header.
    """
    try:
        file.seek(entry.offset)
    except (OSError, ValueError, OverflowError):
        raise FormatError("the entry's local header is damaged") from None
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or head[:4] != _LOCAL_MARK:
        raise FormatError("the entry's local header is damaged")
    _, _, flags, _, _, _, crc, stored, size, name_length, extra_length = _LOCAL.unpack(head)
    differs = []
    if file.read(name_length) != entry.raw_name:
        differs.append("name")
    wide = _WORD in (size, stored)
    if not flags & _DESCRIPTOR and not wide and (crc, stored, size) != (entry.crc, entry.stored, entry.size):
        differs.append("size or checksum")
    return entry.offset + _LOCAL.size + name_length + extra_length, " and ".join(differs)
