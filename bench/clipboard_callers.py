"""Compare ``clipboard[]`` with an independent list of clipboard callers.

usage: python bench/clipboard_callers.py CALLERS.tsv FOLDER

CALLERS.tsv has a row (file, api, caller_method) for each direct ClipboardManager call that dexdump shows in the packages of
FOLDER, listener removals left out. The set of (file, api, caller) must equal apkvet's direct and inherited
accesses; what goes beyond must be ``via`` something else. Exit 1 when they differ.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

from analyzer.errors import ApkvetError
from analyzer.facts import ClipboardAccess
from analyzer.scan import observe

_API = re.compile(r"Landroid/(content|text)/ClipboardManager;->(\w+)\(")
_CALLER = re.compile(r"L(.*);->(.*?)(\(.*)")


def accesses(path: Path) -> tuple[set[tuple[str, str, str]], list[ClipboardAccess]]:
    """(file, api, caller) of direct and inherited accesses in one package, and all others."""
    direct, others = set(), []
    for fact in observe(path).facts:
        if not isinstance(fact, ClipboardAccess) or fact.at is None or fact.at.method is None:
            continue
        api, caller = _API.match(fact.api), _CALLER.match(fact.at.method)
        if fact.via in ("direct", "inherited") and api and caller:
            direct.add((path.name, f"{api[1]}.{api[2]}", f"{caller[1].replace('/', '.')}.{caller[2]}:{caller[3]}"))
        else:
            others.append(fact)
    return direct, others


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    with Path(sys.argv[1]).open() as file:
        expected = {(r["file"], r["api"], r["caller_method"]) for r in csv.DictReader(file, delimiter="\t")}
    found: set[tuple[str, str, str]] = set()
    for path in sorted(Path(sys.argv[2]).iterdir()):
        try:
            direct, others = accesses(path)
        except ApkvetError as error:
            print(f"not read: {error}")
            continue
        found |= direct
        for fact in others:
            print(f"{path.name}: beyond the list: {fact.operation} via {fact.via}: {fact.api} in {fact.at and fact.at.method}")
    for who, rows in (("missing", expected - found), ("unexpected", found - expected)):
        for row in sorted(rows):
            print(f"{who}: {row}")
    print(f"{len(expected)} expected, {len(found)} found, {len(expected ^ found)} differences")
    return int(expected != found)


if __name__ == "__main__":
    raise SystemExit(main())
