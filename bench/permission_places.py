"""Check every place that a permission verdict names against ``dexdump -d``.

usage: python bench/permission_places.py APK...

For each permission's uses: the instruction that dexdump lists at the named offset of the named method must call (or read) the
member that is named. Prints each that does not, and the totals. Exit 1 when one is wrong.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from analyzer.facts import Permission
from analyzer.scan import observe

_METHOD = re.compile(r"^[0-9a-f]{6,}: +\|\[[0-9a-f]+\] (.*)$")
_INSTRUCTION = re.compile(r"^[0-9a-f]{6,}: .*?\|([0-9a-f]{4,}): (.*)$")


def listing(apk: Path) -> dict[tuple[str, str, int], str]:
    """Every instruction of a package by (file, method as dexdump spells it, offset)."""
    lines: dict[tuple[str, str, int], str] = {}
    with zipfile.ZipFile(apk) as archive, tempfile.TemporaryDirectory() as folder:
        for name in archive.namelist():
            if not re.fullmatch(r"classes\d*\.dex", name):
                continue
            done = subprocess.run(["dexdump", "-d", archive.extract(name, folder)], capture_output=True, check=False)
            method = ""
            for line in done.stdout.decode("utf-8", "replace").splitlines():
                if match := _METHOD.match(line):
                    method = match[1]
                elif match := _INSTRUCTION.match(line):
                    lines[name, method, int(match[1], 16)] = match[2]
    return lines


def spelt(descriptor: str) -> str:
    """A method descriptor as dexdump heads its code."""
    holder, _, member = descriptor.partition(";->")
    name, _, rest = member.partition("(")
    return f"{holder[1:].replace('/', '.')}.{name}:({rest}"


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    permissions = places = wrong = 0
    for apk in map(Path, sys.argv[1:]):
        lines = listing(apk)
        for fact in observe(apk).facts:
            if not isinstance(fact, Permission) or not fact.used_by:
                continue
            permissions += 1
            for use in fact.used_by:
                if use.place is None or use.place.method is None or use.place.offset is None:
                    continue
                places += 1
                line = lines.get((use.place.file, spelt(use.place.method), use.place.offset), "")
                member, kind = use.api.partition("->")[2].partition("(")[0], "invoke" if "(" in use.api else "sget"
                if not (line.startswith(kind) and f".{member}" in line):
                    wrong += 1
                    print(f"{apk.name} {fact.name}: {use.api}: {line or 'no such instruction'}")
    print(f"{permissions} permissions with uses, {places} places, {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
