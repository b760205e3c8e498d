"""Compare the binary XML of packages, as this project reads it, with androguard's reading.

usage: python bench/axml_vs_androguard.py FOLDER [MOST_PER_PACKAGE]

Every manifest and up to MOST_PER_PACKAGE (default 40) files of res/ of each package: tags, attributes, values, order, text.
Lengths and percentages are left out: androguard takes them for unsigned (16777208 for -8) and rounds their factors.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from analyzer.container import open_package
from analyzer.errors import ApkvetError, FormatError
from analyzer.formats.axml import XmlElement, read_axml
from analyzer.formats.axml_androguard import read_with_androguard

_LENGTH = re.compile(r"-?[0-9.]+(%|%p|px|dip|sp|pt|in|mm)")


def differences(ours: XmlElement, theirs: XmlElement, path: str = "") -> Iterator[str]:
    """One line for each thing that differs."""
    here = f"{path}/{ours.tag}"
    if ours.tag != theirs.tag:
        yield f"{here}: tag {theirs.tag}"
    for name in sorted(ours.attributes.keys() | theirs.attributes.keys()):
        if ours.get(name) != theirs.get(name) and not _LENGTH.fullmatch(ours.get(name) or ""):
            yield f"{here} {name}: {ours.get(name)!r} / {theirs.get(name)!r}"
    if ours.text.strip() != theirs.text.strip():
        yield f"{here}: text {ours.text!r} / {theirs.text!r}"
    if len(ours.children) != len(theirs.children):
        yield f"{here}: {len(ours.children)} / {len(theirs.children)} children"
    for mine, other in zip(ours.children, theirs.children, strict=False):
        yield from differences(mine, other, here)


def main(argv: list[str]) -> int:
    """Compare; exit status 1 when anything differs."""
    most = int(argv[1]) if len(argv) > 1 else 40
    files = elements = wrong = refused = 0
    for path in sorted(Path(argv[0]).iterdir()):
        try:
            with open_package(path) as package:
                names = [name for name in package.names() if name.startswith("res/") and name.endswith(".xml")]
                for name in ["AndroidManifest.xml", *names[:most]]:
                    data = package.read(name)
                    if data[:2] != b"\x03\x00":
                        continue
                    files += 1
                    try:
                        theirs = read_with_androguard(data)
                    except FormatError:
                        refused += 1
                        continue
                    ours = read_axml(data)
                    stack = [ours]
                    while stack:
                        elements += 1
                        stack.extend(stack.pop().children)
                    for line in differences(ours, theirs):
                        wrong += 1
                        print(f"{path.name} {name}: {line}")
        except ApkvetError as error:
            print(f"{path.name}: {error}", file=sys.stderr)
    print(f"{files} documents, {elements} elements, {wrong} differences, {refused} refused by androguard")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
