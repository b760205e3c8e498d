"""Compare apkvet's reading of DEX files with Debian's ``dexdump -d``, file by file.

usage: python bench/dex_vs_dexdump.py PATH...      (packages, DEX files, or folders of them)

For every DEX file: the same methods with code, the same number of instructions in each, the same multiset of
(caller, offset, callee) over all invokes, the same of (caller, offset, text) over all const-strings. Prints a line for
each file that differs, with up to five examples, and totals. Exit 1 when anything differs.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from analyzer.errors import FormatError
from analyzer.formats.dex import DexFile, open_dex
from analyzer.formats.dex.mutf8 import decode_mutf8


class Listing(NamedTuple):
    """What either side says of one DEX file."""

    sizes: Counter[tuple[str, int]]
    invokes: Counter[tuple[str, int, str]]
    strings: Counter[tuple[str, int, str]]


_CLASS = re.compile(rb"^    #\d+ +: \(in (L.*;)\)$")
_NAME = re.compile(rb"^      name +: '(.*)'$")
_TYPE = re.compile(rb"^      type +: '(.*)'$")
_INSTRUCTION = re.compile(rb"^[0-9a-f]{6,}: .*?\|([0-9a-f]{4,}): (\S+)(.*)$", re.DOTALL)
_CALLEE = re.compile(rb"\}, (\[*(?:L.*?;|[ZBCSIJFD]))\.(\S+?):(\(\S*\)[^ ,]+)(?:, .*)? // ")
_TEXT = re.compile(rb'^ v\d+, "(.*)" // string@[0-9a-f]+$', re.DOTALL)


def read_dexdump(path: Path) -> Listing | None:
    """The listing that dexdump prints, or None when it refuses the file."""
    done = subprocess.run(["dexdump", "-d", str(path)], capture_output=True, check=False)
    if done.returncode and not done.stdout.count(b"|0000:"):
        return None
    listing = Listing(Counter(), Counter(), Counter())
    holder = name = caller = ""
    count = 0
    for line in _joined(done.stdout):
        if match := _INSTRUCTION.match(line):
            count += 1
            _note(listing, caller, match)
        elif match := _CLASS.match(line):
            if count:
                listing.sizes[caller, count] += 1
            holder, count = decode_mutf8(match[1]), 0
        elif match := _NAME.match(line):
            name = decode_mutf8(match[1])
        elif match := _TYPE.match(line):
            caller = f"{holder}->{name}{decode_mutf8(match[1])}"
    if count:
        listing.sizes[caller, count] += 1
    return listing


def _note(listing: Listing, caller: str, match: re.Match[bytes]) -> None:
    """Add one instruction to the listing when it is an invoke or loads a string."""
    offset, opcode = int(match[1], 16), match[2]
    if opcode.startswith(b"invoke-") and not opcode.startswith(b"invoke-custom"):
        listing.invokes[caller, offset, _callee(match[3])] += 1
    elif opcode.startswith(b"const-string"):
        text = _TEXT.match(match[3])
        listing.strings[caller, offset, decode_mutf8(text[1]) if text else "?"] += 1


def _joined(output: bytes) -> Iterator[bytes]:
    """The lines of *output*; a string constant with newlines in it is put together again."""
    pending = b""
    for line in output.split(b"\n"):
        if pending:
            pending += b"\n" + line
            if re.search(rb'" // string@[0-9a-f]+$', line):
                yield pending
                pending = b""
        elif b": const-string" in line and not re.search(rb'" // string@[0-9a-f]+$', line):
            pending = line
        else:
            yield line


def _callee(rest: bytes) -> str:
    match = _CALLEE.search(rest)
    return decode_mutf8(match[1] + b"->" + match[2] + match[3]) if match else f"? {rest!r}"


def read_apkvet(dex: DexFile) -> Listing:
    """The same listing from apkvet's columns."""
    listing = Listing(Counter(), Counter(), Counter())
    callers = [
        [dex.pools.method(int(dex.methods.method[row])) for row in dex.methods_of_item(item)]
        for item in range(len(dex.items.offset))
    ]
    first = dex.instructions.first.tolist()
    for item, names in enumerate(callers):
        for caller in names:
            if first[item + 1] > first[item]:
                listing.sizes[caller, first[item + 1] - first[item]] += 1
    items = dex.instructions.item
    for row, target in zip(dex.invokes.row.tolist(), dex.invokes.target.tolist(), strict=True):
        for caller in callers[items[row]]:
            listing.invokes[caller, dex.offset_of(row), dex.pools.method(target)] += 1
    for row, target in zip(dex.strings_loaded.row.tolist(), dex.strings_loaded.target.tolist(), strict=True):
        for caller in callers[items[row]]:
            listing.strings[caller, dex.offset_of(row), dex.pools.string(target)] += 1
    return listing


def compare(label: str, data: bytes) -> tuple[int, Counter[str]]:
    """Differences in one DEX file and its counts; prints them."""
    totals: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.dex"
        path.write_bytes(data)
        theirs = read_dexdump(path)
    try:
        files = open_dex(label, data)
    except FormatError as error:
        print(f"{label}: apkvet: {error}; dexdump: {'refused' if theirs is None else 'read it'}")
        return int(theirs is not None), totals
    if theirs is None:
        print(f"{label}: dexdump refuses it; apkvet reads {len(files)} file(s)")
        return 0, totals
    ours = read_apkvet(files[0])
    differences = 0
    parts: list[tuple[str, Counter[Any], Counter[Any]]] = [
        ("sizes", ours.sizes, theirs.sizes),
        ("invokes", ours.invokes, theirs.invokes),
        ("strings", ours.strings, theirs.strings),
    ]
    for part, mine, other in parts:
        totals[part] += sum(mine.values())
        if part == "sizes":
            totals["instructions"] += sum(size * n for (_, size), n in ours.sizes.items())
        only_mine, only_other = mine - other, other - mine
        differences += sum(only_mine.values()) + sum(only_other.values())
        for who, only in (("apkvet only", only_mine), ("dexdump only", only_other)):
            for example in list(only)[:5]:
                print(f"{label}: {part}: {who}: {example}")
    return differences, totals


def dex_files(paths: list[Path]) -> Iterator[tuple[str, bytes]]:
    """Every DEX file below *paths*, with a label."""
    for path in paths:
        if path.is_dir():
            yield from dex_files(sorted(path.iterdir()))
        elif path.suffix == ".dex":
            yield path.name, path.read_bytes()
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if re.fullmatch(r"(.*/)?classes\d*\.dex", name):
                        try:
                            yield f"{path.name}!{name}", archive.read(name)
                        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
                            print(f"{path.name}!{name}: zipfile cannot read it: {error}")


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    files = differing = 0
    totals: Counter[str] = Counter()
    for label, data in dex_files([Path(p) for p in sys.argv[1:]]):
        found, counts = compare(label, data)
        files += 1
        differing += found
        totals += counts
    print(
        f"{files} DEX files, {totals['sizes']} methods with code, {totals['instructions']} instructions, "
        f"{totals['invokes']} invokes, {totals['strings']} const-strings: {differing} differences"
    )
    return int(differing > 0)


if __name__ == "__main__":
    raise SystemExit(main())
