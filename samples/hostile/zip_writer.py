"""A ZIP file written field by field, so that every field can lie."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

_LOCAL = struct.Struct("<4s5H3I2H")
_RECORD = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")


@dataclass
class Item:
    """One entry. ``local`` and ``central`` replace fields of the two headers: flags, method, crc, stored, size, name, extra.

    Only the directory has made (by what system, its version) and attributes. ``stored`` are other bytes than the deflated ones.
    """

    name: bytes
    data: bytes
    method: int = 8
    local: dict[str, Any] = field(default_factory=dict)
    central: dict[str, Any] = field(default_factory=dict)
    stored: bytes | None = None

    def both(self, **fields: Any) -> Item:
        """The entry with fields of both headers replaced."""
        return Item(self.name, self.data, self.method, self.local | fields, self.central | fields, self.stored)

    @cached_property
    def body(self) -> bytes:
        """The bytes that are stored."""
        if self.stored is not None:
            return self.stored
        if self.method == 0:
            return self.data
        deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
        return deflater.compress(self.data) + deflater.flush()


def entries(path: Path) -> list[Item]:
    """The entries of a sample without its signature."""
    with zipfile.ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if not info.filename.startswith("META-INF/")]
        return [Item(info.filename.encode(), archive.read(info), info.compress_type) for info in infos]


def write(  # noqa: PLR0913  (each is a way to lie)
    items: Sequence[Item],
    *,
    prefix: bytes = b"",
    adjusted: bool = True,
    before_end: bytes = b"",
    comment: bytes = b"",
    tail: bytes = b"",
    end: dict[str, int] | None = None,
    wide: bool = False,
    uncounted: Sequence[Item] = (),
) -> bytes:
    """The file. *before_end* stands between directory and end record.

    *uncounted* entries are in the directory and not in its count. With *wide* the end record refers to a ZIP64 one. *end* has
    other values for fields of the end record: disk, count, size, offset.
    """
    out = bytearray(prefix)
    base = 0 if adjusted else len(prefix)
    directory = b""
    counted = b""
    for number, item in enumerate([*items, *uncounted]):
        if number == len(items):
            counted = directory
        where = len(out) - base
        out += _local(item) + item.body
        directory += _central(item, where)
    counted = counted or directory
    start = len(out) - base
    out += directory + before_end
    values = {"disk": 0, "count": len(items), "size": len(counted), "offset": start} | (end or {})
    if wide:
        at = len(out)
        out += struct.pack(
            "<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, values["count"], values["count"], values["size"], start
        )
        out += struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
        values |= {"count": 0xFFFF, "size": 0xFFFFFFFF, "offset": 0xFFFFFFFF}
    count, disk = values["count"], values["disk"]
    out += _END.pack(b"PK\x05\x06", disk, disk, count, count, values["size"], values["offset"], len(comment))
    return bytes(out + comment + tail)


def directory_and_end(data: bytes) -> bytes:
    """What stands behind the entries of a file without a comment."""
    return data[struct.unpack_from("<I", data, len(data) - 6)[0] :]


def _fields(item: Item, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "flags": 0,
        "method": item.method,
        "crc": zlib.crc32(item.data),
        "stored": len(item.body),
        "size": len(item.data),
        "name": item.name,
        "extra": b"",
        "version": 20,
    } | given


def _local(item: Item) -> bytes:
    f = _fields(item, item.local)
    numbers = (f["version"], f["flags"], f["method"], 0, 0x21, f["crc"], f["stored"], f["size"])
    return _LOCAL.pack(b"PK\x03\x04", *numbers, len(f["name"]), len(f["extra"])) + f["name"] + f["extra"]


def _central(item: Item, where: int) -> bytes:
    f = _fields(item, item.central)
    numbers = (f.get("made", 20), f["version"], f["flags"], f["method"], 0, 0x21, f["crc"], f["stored"], f["size"])
    attributes = f.get("attributes", 0)
    lengths = (len(f["name"]), len(f["extra"]), 0, 0, 0, attributes, f.get("where", where))
    return _RECORD.pack(b"PK\x01\x02", *numbers, *lengths) + f["name"] + f["extra"]
