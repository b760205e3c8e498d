"""Compare the reading of native libraries with readelf's.

usage: python bench/elf_vs_readelf.py APK-OR-SO...

For each distinct library: the dynamic symbol table (imports, exports), the libraries that it needs, NX, RELRO,
stack canary and fortified functions, and whether it is stripped (symbols of sections, which have no name, apart), as ``readelf`` (binutils, or LLVM's with READELF=llvm-readelf)
prints them. Every difference is printed; the last line counts.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from analyzer.errors import FormatError
from analyzer.formats.elf import ElfFile, open_elf

_SYMBOL = re.compile(r"^ *\d+: +[0-9a-f]+ +\S+ +(?!SECTION .* \.)\S+ +\S+ +\S+ +(?:\[[^\]]*\] +)?(\S+) ([^\s@]+)", re.MULTILINE)
_NEEDED = re.compile(r"\(NEEDED\)\s+Shared library: \[(.*)\]")
_FORTIFIED = re.compile(r"__(?!stack_chk)\w+_chk")


def libraries(paths: list[Path]) -> Iterator[tuple[str, bytes]]:
    """Each distinct library with its name."""
    seen: set[str] = set()
    for path in paths:
        if path.suffix == ".so":
            found = [(path.name, path.read_bytes())]
        else:
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if name.endswith(".so")]
                found = [(f"{path.name}!{name}", archive.read(name)) for name in names]
        for name, data in found:
            digest = hashlib.sha256(data).hexdigest()
            if digest not in seen:
                seen.add(digest)
                yield name, data


def readelf(path: Path, *options: str) -> str:
    """What readelf prints."""
    command = [os.environ.get("READELF", "readelf"), "-W", *options, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, errors="replace").stdout


def theirs(path: Path) -> dict[str, object]:
    """What readelf says."""
    symbols = _SYMBOL.findall(readelf(path, "--dyn-syms"))
    dynamic, segments, sections = readelf(path, "-d"), readelf(path, "-l"), readelf(path, "-S")
    imports = {name for section, name in symbols if section == "UND"}
    exports = {name for section, name in symbols if section != "UND"}
    stack = re.search(r"GNU_STACK(?: +0x\S+){5} (.{3})", segments)
    hardening = {"pic"} if "DYN" in readelf(path, "-h") else set()
    if stack is not None and "E" not in stack[1]:
        hardening.add("nx")
    if "GNU_RELRO" in segments:
        hardening.add("relro-full" if re.search(r"BIND_NOW|FLAGS_1.*NOW", dynamic) else "relro-partial")
    if "__stack_chk_fail" in imports | exports:
        hardening.add("canary")
    if any(map(_FORTIFIED.fullmatch, imports)):
        hardening.add("fortify")
    return {
        "imports": imports,
        "exports": exports,
        "needed": set(_NEEDED.findall(dynamic)),
        "hardening": hardening,
        "stripped": " SYMTAB " not in sections,
    }


def ours(elf: ElfFile) -> dict[str, object]:
    """What apkvet says."""
    return {
        "imports": set(elf.imports),
        "exports": set(elf.exports),
        "needed": set(elf.needed),
        "hardening": set(elf.hardening),
        "stripped": elf.is_stripped,
    }


def difference(mine: object, other: object) -> str:
    """Where two answers differ, in short."""
    if isinstance(mine, set) and isinstance(other, set):
        return f"only apkvet: {sorted(map(str, mine - other))[:5]}; only readelf: {sorted(map(str, other - mine))[:5]}"
    return f"apkvet {mine}, readelf {other}"


def main(argv: list[str]) -> int:
    count = differing = 0
    for name, data in libraries([Path(arg) for arg in argv]):
        with tempfile.NamedTemporaryFile(suffix=".so") as file:
            file.write(data)
            file.flush()
            try:
                mine = ours(open_elf(data, name))
            except FormatError as error:
                print(f"{name}: {error.what}")
                continue
            other = theirs(Path(file.name))
        count += 1
        for about, value in mine.items():
            if value != other[about]:
                differing += 1
                print(f"{name}, {about}: {difference(value, other[about])}")
    print(f"{count} libraries, {differing} differences")
    return int(differing > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
