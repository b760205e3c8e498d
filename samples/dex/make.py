"""Make the DEX fixtures of this folder, and the truth about them.

usage: python samples/dex/make.py

Assembles ``src/*.smali`` with smali for several DEX versions, then changes bytes where no tool writes what is wanted: a
code item that two methods share, version 040, a container of version 041, and malformed files. ``*.truth.tsv``
holds what Debian's ``dexdump -d`` prints of each file that it reads. Needs libsmali-java, a JRE and dexdump.
"""

from __future__ import annotations

import hashlib
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
_CLASSPATH = "/usr/share/java/*"
_VERSIONS = {"035": 23, "037": 24, "038": 26, "039": 28}


def assemble(sources: list[str], api: int) -> bytes:
    """The DEX file of these smali sources for an API level."""
    out = HERE / "assembled.dex"
    files = [str(HERE / "src" / f"{name}.smali") for name in sources]
    command = ["java", "-cp", _CLASSPATH, "org.jf.smali.Main", "assemble", "-a", str(api), "-o", str(out), *files]
    subprocess.run(command, check=True)
    data = out.read_bytes()
    out.unlink()
    return data


def sealed(data: bytearray, start: int = 0, size: int | None = None) -> bytes:
    """*data* with the SHA-1 signature and Adler-32 checksum of the DEX file at *start* computed anew."""
    end = len(data) if size is None else start + size
    data[start + 12 : start + 32] = hashlib.sha1(data[start + 32 : end]).digest()
    data[start + 8 : start + 12] = struct.pack("<I", zlib.adler32(data[start + 12 : end]))
    return bytes(data)


def with_version(data: bytes, version: bytes) -> bytes:
    """*data* with another version in its magic."""
    changed = bytearray(data)
    changed[4:7] = version
    return sealed(changed)


def shared_code(data: bytes) -> bytes:
    """The code offset of the last direct method put in place of the one before it."""
    from analyzer.formats.dex import open_dex

    dex = open_dex("x", data)[0]
    rows = [i for i in range(len(dex.methods.code)) if dex.methods.code[i]]
    first, second = (int(dex.methods.code[i]) for i in rows[-2:])
    if uleb(first).__len__() != uleb(second).__len__():
        raise SystemExit("the two code offsets have different lengths")
    return sealed(bytearray(data.replace(uleb(first), uleb(second))))


def uleb(value: int) -> bytes:
    """*value* as ULEB128."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def container(first: bytes, second: bytes) -> bytes:
    """Two DEX files in one container of version 041 (dex-format specification, "Container DEX").

    Each header grows by eight bytes (container size, own offset); everything behind it moves, so every offset in
    the file is moved along: tables, strings, types lists, class data, code. The sources hold no annotations and values.
    """
    parts = [_moved(first, 0), b""]
    parts[1] = _moved(second, len(parts[0]))
    data = bytearray(b"".join(parts))
    start = 0
    for part in parts:
        struct.pack_into("<I", data, start + 0x20, len(part))
        struct.pack_into("<II", data, start + 0x70, len(data), start)
        sealed(data, start, len(part))
        start += len(part)
    return bytes(data)


def _moved(data: bytes, base: int) -> bytes:
    """*data* with a header of 0x78 bytes, all offsets counting from *base* before it."""
    shift = base + 8
    out = bytearray(data[:0x70] + bytes(8) + data[0x70:])
    out[4:7] = b"041"
    struct.pack_into("<I", out, 0x24, 0x78)
    words = struct.unpack_from("<20I", data, 0x20)
    struct.pack_into("<II", out, 0x68, 0, 0)
    struct.pack_into("<I", out, 0x34, words[5] + shift)
    for table in range(6):
        size, offset = words[6 + 2 * table : 8 + 2 * table]
        struct.pack_into("<I", out, 0x3C + 8 * table, offset + shift if size else 0)
    for row in range(words[6]):
        _add(out, words[7] + 8 + 4 * row, shift)
    for row in range(words[10]):
        _add(out, words[11] + 8 + 12 * row + 8, shift)
    for row in range(words[16]):
        at = words[17] + 8 + 32 * row
        _add(out, at + 12, shift)
        _add(out, at + 24, shift)
    return bytes(_move_code(out, data, shift))


def _add(data: bytearray, at: int, shift: int) -> None:
    """Add *shift* to the offset at *at*, unless it is 0, which means none."""
    value = struct.unpack_from("<I", data, at)[0]
    if value:
        struct.pack_into("<I", data, at, value + shift)


def _move_code(out: bytearray, data: bytes, shift: int) -> bytearray:
    """The code offsets in class data; they are variable in length, so a moved one must fit where it was."""
    from analyzer.formats.dex import open_dex

    dex = open_dex("x", data)[0]
    for offset in sorted({int(o) for o in dex.methods.code if o}, reverse=True):
        old, new = uleb(offset), uleb(offset + shift)
        if len(old) != len(new) or out.count(old) < 1:
            raise SystemExit(f"the code offset {offset:#x} cannot be moved in place")
        region = bytes(out).rfind(old)
        out[region : region + len(old)] = new
    return out


def malformed(good: bytes) -> dict[str, bytes]:
    """Files that a reader must refuse or report: name to bytes."""

    def patched(at: int, value: int) -> bytes:
        data = bytearray(good)
        struct.pack_into("<I", data, at, value)
        return sealed(data)

    strings_at = struct.unpack_from("<I", good, 0x3C)[0]
    classes_at = struct.unpack_from("<I", good, 0x64)[0]
    return {
        "not-a-dex": b"hello, this is no DEX file" * 8,
        "truncated": good[: len(good) // 2],
        "header-only": good[:0x70],
        "huge-string-table": patched(0x38, 0x7FFFFFFF),
        "string-outside": patched(strings_at, 0xFFFFFF),
        "class-data-outside": patched(classes_at + 24, 0xFFFFFF),
        "superclass-outside": patched(classes_at + 8, 0x7000),
        "version-099": with_version(good, b"099"),
    }


def truth(path: Path) -> str:
    """What dexdump prints of one file, as lines of method, number of instructions, invokes and strings."""
    sys.path.insert(0, str(HERE.parents[1] / "bench"))
    from dex_vs_dexdump import read_dexdump

    listing = read_dexdump(path)
    if listing is None:
        raise SystemExit(f"dexdump refuses {path.name}")
    lines = [f"size\t{m}\t{n}" for (m, n), c in listing.sizes.items() for _ in range(c)]
    for kind, rows in (("invoke", listing.invokes), ("string", listing.strings)):
        lines += [
            f"{kind}\t{m}\t{o:04x}\t{t.encode('unicode_escape').decode()}" for (m, o, t), c in rows.items() for _ in range(c)
        ]
    return "\n".join(sorted(lines)) + "\n"


def main() -> int:
    files = {f"payloads-{version}": assemble(["Payloads"], api) for version, api in _VERSIONS.items()}
    files["payloads-040"] = with_version(files["payloads-039"], b"040")
    files["dynamic-038"] = assemble(["Dynamic"], 26)
    files["both-039"] = assemble(["Payloads", "Dynamic"], 28)
    files["constants-035"] = assemble(["Constants"], 23)
    files["shared-code-035"] = shared_code(files["payloads-035"])
    for name, data in files.items():
        path = HERE / f"{name}.dex"
        path.write_bytes(data)
        if not name.endswith("040"):  # Debian's dexdump knows versions up to 039
            (HERE / f"{name}.truth.tsv").write_text(truth(path), encoding="utf-8")
    (HERE / "container-041.dex").write_bytes(container(files["payloads-035"], files["payloads-039"]))
    (HERE / "malformed").mkdir(exist_ok=True)
    for name, data in malformed(files["payloads-035"]).items():
        (HERE / "malformed" / f"{name}.dex").write_bytes(data)
    print(*sorted(re.sub(r".*/", "", str(p)) for p in HERE.rglob("*.dex")), sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
