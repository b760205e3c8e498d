"""Compare the resource look-ups of apkvet with androguard's, over the strings of whole tables.

usage: python bench/arsc_vs_androguard.py FOLDER

For every package of FOLDER: each string that androguard lists in the default
configuration is looked up by its id. Prints differences and the totals. Exit 1 when anything differs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from androguard.core.axml import ARSCParser
from loguru import logger

from analyzer.container import open_package
from analyzer.errors import ApkvetError
from analyzer.formats.arsc import Resources


def expected(parser: Any) -> dict[int, str]:
    """Resource id to text of every string that has a default configuration (compact entries left out)."""
    found = {}
    for resource, entries in parser.resource_values.items():
        for config, entry in entries.items():
            if config.is_default() and not entry.is_complex() and getattr(entry.key, "data_type", None) == 0x03:
                found[resource] = str(entry.get_key_data())
    return found


def main() -> int:
    logger.disable("androguard")
    compared = differing = 0
    for path in sorted(Path(sys.argv[1]).iterdir()):
        try:
            with open_package(path) as package:
                data = package.read("resources.arsc") if package.has("resources.arsc") else None
        except ApkvetError:
            continue
        if data is None:
            continue
        ours = Resources(data)
        parser = ARSCParser(data)
        parser._analyse()
        for resource, text in expected(parser).items():
            compared += 1
            if ours.resolve(f"@{resource:08X}") != text:
                differing += 1
                if differing <= 20:
                    print(f"{path.name} {resource:#010x}: androguard {text!r}, apkvet {ours.resolve(f'@{resource:08X}')!r}")
    print(f"{compared} resources compared, {differing} differences")
    return int(differing > 0)


if __name__ == "__main__":
    raise SystemExit(main())
