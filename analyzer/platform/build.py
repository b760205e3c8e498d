"""Build the committed tables in ``analyzer/platform/data`` from lists of facts about the platform.

usage: python -m analyzer.platform.build FACTS_DIR

FACTS_DIR holds ``api/class_hierarchy_34_35.tsv``, ``api/public_api_signatures_34_35.tsv``, ``api/api_permissions.tsv``,
``permissions/permissions.tsv`` and ``entrypoints/mariana_trench_lifecycles.json``; their sources and licences are in
``rules/knowledge/SOURCES.md``. The output depends on nothing else: a second run gives the same bytes.
"""

from __future__ import annotations

import csv
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from analyzer.platform.tables import DATA, ApiNeed, Blocks, PermissionRow

_CLASSES_A_BLOCK = 64
# Framework-internal rows of axplorer name classes that no app can call.
_UNREACHABLE_SOURCES = frozenset({"axplorer-25-framework", "aosp-annotations-35-system-server"})


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a tab-separated file as dictionaries."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def hierarchy(facts: Path) -> dict[str, list[str]]:
    """Class to ``[kind letter, super, interface...]``; the super is '' for Object and interfaces."""
    rows = {}
    for row in read_rows(facts / "api/class_hierarchy_34_35.tsv"):
        letter = "i" if row["kind"] in ("interface", "@interface", "annotation") else "c"
        interfaces = [name for name in row["interfaces"].split() if name]
        rows[row["class"]] = [letter, row["super"], *interfaces]
    return rows


def members(facts: Path) -> dict[str, list[str]]:
    """Class to its public and protected methods, as ``name(parameters)return``."""
    rows: dict[str, list[str]] = {}
    for row in read_rows(facts / "api/public_api_signatures_34_35.tsv"):
        cls, _, member = row["descriptor"].partition("->")
        rows.setdefault(cls, []).append(member)
    return {cls: sorted(names) for cls, names in sorted(rows.items())}


def in_blocks(rows: dict[str, list[str]]) -> Blocks:
    """*rows*, which are sorted by class, in blocks that are compressed one by one."""
    classes = list(rows)
    parts = [classes[start : start + _CLASSES_A_BLOCK] for start in range(0, len(classes), _CLASSES_A_BLOCK)]
    packed = [zlib.compress(msgspec.msgpack.encode({cls: rows[cls] for cls in part}), 9) for part in parts]
    return Blocks([part[0] for part in parts], packed)


def permissions(facts: Path) -> dict[str, PermissionRow]:
    """Permission to protection level, runtime group and the API level it came with."""
    return {
        row["name"]: PermissionRow(
            row["protection_level"] or None, row["runtime_group"] or None, int(row["min_api"]) if row["min_api"] else None
        )
        for row in read_rows(facts / "permissions/permissions.tsv")
    }


def api_needs(facts: Path) -> dict[str, ApiNeed]:
    """Method to what it needs. Annotations of API 35 stand first; axplorer's map of API 25 fills what they leave open."""
    found: dict[str, ApiNeed] = {}
    rows = [r for r in read_rows(facts / "api/api_permissions.tsv") if r["source"] not in _UNREACHABLE_SOURCES]
    rows.sort(key=lambda row: (row["source"].startswith("axplorer"), "system" in row["source"]))
    for row in rows:
        needed = tuple(row["permissions"].split(","))
        found.setdefault(row["descriptor"], ApiNeed(row["mode"], needed, row["conditional"].strip(), row["source"]))
    return found


def lifecycles(facts: Path) -> dict[str, list[str]]:
    """Component base class to the lifecycle methods that the platform calls on it."""
    listed = json.loads((facts / "entrypoints/mariana_trench_lifecycles.json").read_text())
    rows: dict[str, set[str]] = {}
    for entry in listed:
        for call in entry.get("callees", []):
            member = f"{call['method_name']}({''.join(call['argument_types'])}){call['return_type']}"
            rows.setdefault(entry["base_class_name"], set()).add(member)
    return {cls: sorted(methods) for cls, methods in sorted(rows.items())}


def main(argv: list[str]) -> int:
    """Write all tables; prints their sizes to stderr."""
    if len(argv) != 1:
        sys.stderr.write(__doc__ or "")
        return 2
    facts = Path(argv[0])
    DATA.mkdir(exist_ok=True)
    tables: dict[str, dict[str, Any]] = {
        "hierarchy": hierarchy(facts),
        "permissions": permissions(facts),
        "api_needs": api_needs(facts),
        "lifecycles": lifecycles(facts),
    }
    rows = members(facts)
    (DATA / "members.blocks").write_bytes(msgspec.msgpack.encode(in_blocks(rows)))
    names = sorted({member.partition("(")[0] for each in rows.values() for member in each} - {"<init>"})
    (DATA / "method_names.txt.z").write_bytes(zlib.compress("\n".join(names).encode("ascii"), 9))
    sys.stderr.write(f"members: {len(rows)} classes, {len(names)} names\n")
    for name, table in tables.items():
        data = zlib.compress(msgspec.msgpack.encode(table, order="deterministic"), 9)
        (DATA / f"{name}.msgpack.z").write_bytes(data)
        sys.stderr.write(f"{name}: {len(table)} rows, {len(data)} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
