"""Build the tables of libraries that are taken from other lists: ``rules/knowledge/exodus`` and ``native_libraries.tsv``.

usage: python -m analyzer.platform.build_libraries FACTS_DIR

FACTS_DIR holds ``libraries/exodus_trackers.json`` (Exodus Privacy, ODbL 1.0) and ``libraries/libchecker_rules_2026.json``
(LibChecker, Apache-2.0). The output depends on nothing else: a second run gives the same bytes.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from analyzer.platform.knowledge import read_table
from analyzer.resources import rules_dir

_PACKAGE = re.compile(r"[a-z][a-z0-9_]*(\.[a-zA-Z][a-zA-Z0-9_]*)+")
_FILE = re.compile(r"lib[A-Za-z0-9_.+-]+\.so")
# Exodus' categories from the most telling to the least, and what a library of each is called here.
_KINDS = (
    ("Crash reporting", "crash-reporting"),
    ("Advertisement", "advertising"),
    ("Location", "location"),
    ("Analytics", "analytics"),
    ("Profiling", "analytics"),
    ("Identification", "identity"),
)
_COUNTRIES = {"United States": "US", "France": "FR", "Israel": "IL", "Microsoft: United States": "US"}


def trackers(facts: Path) -> list[tuple[str, ...]]:
    """Prefix, name, kind, country and Exodus' id of every tracker whose prefix is a package of two names or more."""
    rows: set[tuple[str, ...]] = set()
    listed: list[dict[str, Any]] = json.loads((facts / "libraries/exodus_trackers.json").read_text(encoding="utf-8"))
    for tracker in listed:
        kind = next((own for name, own in _KINDS if name in tracker["categories"]), "analytics")
        country = _COUNTRIES.get(str(tracker["primary_location"]).partition(" (")[0], "")
        for package in tracker["packages"]:
            prefix = package.rstrip(".")
            if _PACKAGE.fullmatch(prefix):
                rows.add((prefix, _plain(tracker["name"]), kind, country, tracker["id"]))
    first: dict[str, tuple[str, ...]] = {}
    for row in sorted(rows):
        first.setdefault(row[0], row)
    return list(first.values())


def native(facts: Path, aliases: dict[tuple[str, str], str]) -> list[tuple[str, ...]]:
    """File, library and maker of every native library that LibChecker names, under the names that are used here."""
    listed: list[dict[str, Any]] = json.loads((facts / "libraries/libchecker_rules_2026.json").read_text(encoding="utf-8"))
    rows = {
        rule["match"]: (
            rule["match"],
            aliases.get(("library", _plain(rule["label"])), _plain(rule["label"])),
            aliases.get(("maker", _plain(rule["team"])), _plain(rule["team"])),
            "LibChecker-Rules, 2026",
        )
        for rule in listed
        if rule["kind"] == "native_libs" and _FILE.fullmatch(rule["match"])
    }
    return [rows[name] for name in sorted(rows)]


def _plain(text: str) -> str:
    return " ".join(str(text).split())


def _write(path: Path, head: str, rows: list[tuple[str, ...]]) -> None:
    path.parent.mkdir(exist_ok=True)
    lines = [head, *("\t".join(row) for row in rows)]
    path.write_text("\n".join(line.replace(" ", "\t") if line is head else line for line in lines) + "\n", encoding="utf-8")
    sys.stderr.write(f"{path.name}: {len(rows)} rows\n")


def main(argv: list[str]) -> int:
    """Write both tables; prints their sizes to stderr."""
    if len(argv) != 1:
        sys.stderr.write(__doc__ or "")
        return 2
    knowledge = rules_dir() / "knowledge"
    _write(knowledge / "exodus/trackers.tsv", "prefix name kind country source", trackers(Path(argv[0])))
    listed = read_table(knowledge / "library_aliases.tsv", ("what", "listed", "name", "source"))
    aliases = {(what, theirs): name for what, theirs, name, _ in listed}
    _write(knowledge / "native_libraries.tsv", "file library maker source", native(Path(argv[0]), aliases))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
