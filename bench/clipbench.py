"""ClipBench: what apkvet says of each clipboard access, against the answers in samples/clipbench/catalog.yaml.

usage: python bench/clipbench.py [NAME...]

Prints one line a sample, right or wrong, and what differs. Right means equal: for every access the operation, via, owner,
guards, severity and the whole set of triggers with entry point, on_behalf_of, exported, returns_result and assumed; and no
access more or less. The exit status is the number of samples that are wrong, at most 100.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from analyzer.engine import RuleSet, load_ruleset
from analyzer.facts import Owner
from analyzer.policy import LoadedPolicy, load_policy
from analyzer.resources import rules_dir
from analyzer.result import ClipboardDoc, Result
from analyzer.scan import scan

FOLDER = Path(__file__).resolve().parents[1] / "samples/clipbench"
_LEVELS = ("info", "low", "medium", "high", "critical")
_NAMES = ("operation", "caller", "via", "owner", "guards", "severity", "triggers")


def catalog() -> list[dict[str, Any]]:
    """The samples with their answers, in the catalog's order."""
    samples: list[dict[str, Any]] = yaml.safe_load((FOLDER / "catalog.yaml").read_text(encoding="utf-8"))["clipbench"]
    return samples


def observed(result: Result) -> list[dict[str, Any]]:
    """Every clipboard access of *result* in the catalog's words."""
    return [
        {
            "operation": access.operation,
            "caller": access.place.method,
            "via": access.via,
            "owner": _owner(access.owner),
            "guards": sorted(access.guards or ()),
            "severity": _severity(result, access),
            "triggers": [
                {
                    "kind": t.kind,
                    "entry_point": t.entry_point,
                    "on_behalf_of": _owner(t.on_behalf_of),
                    "exported": t.exported,
                    "returns_result": t.returns_result,
                    "assumed": t.assumed,
                }
                for t in access.triggers or ()
            ],
        }
        for access in result.clipboard or ()
    ]


def _owner(owner: Owner | None) -> str | None:
    return None if owner is None else owner.name or owner.kind


def _severity(result: Result, access: ClipboardDoc) -> str:
    """The highest severity of the clipboard's findings that give this access as evidence."""
    levels = [
        _LEVELS.index(finding.severity)
        for finding in result.findings or ()
        if finding.category == "clipboard" and any(e.place == access.place for e in finding.evidence)
    ]
    return _LEVELS[max(levels)] if levels else "none"


def differences(expected: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[str]:
    """What is missing and what is too much, one line each; empty when both are equal."""
    wanted, seen = ([_canonical(access) for access in accesses] for accesses in (expected, found))
    lines = []
    for access in wanted:
        if access in seen:
            seen.remove(access)
        else:
            lines.append(f"expected {_line(access)}")
    return lines + [f"found    {_line(access)}" for access in seen]


def _canonical(access: dict[str, Any]) -> dict[str, Any]:
    triggers = sorted(access["triggers"], key=lambda t: (t["kind"], str(t["entry_point"]), sorted(map(str, t.items()))))
    return {name: access[name] for name in _NAMES} | {"guards": sorted(access["guards"]), "triggers": triggers}


def _line(access: dict[str, Any]) -> str:
    triggers = "\n".join(
        "      " + " ".join(str(value) for value in (t["kind"], t["entry_point"], "for", t["on_behalf_of"]))
        + "".join(f" {name}" for name in ("exported", "returns_result", "assumed") if t[name])
        for t in access["triggers"]
    )  # fmt: skip
    head = " ".join(str(access[name]) for name in ("operation", "caller", "via", "owner", "guards", "severity"))
    return f"{head}\n{triggers}"


def judge(entry: dict[str, Any], ruleset: RuleSet, policy: LoadedPolicy) -> list[str]:
    """Scan one sample and compare it with its answers."""
    result = scan(FOLDER / "apk" / f"{entry['name']}.apk", ruleset, policy)[1]
    return differences(entry["accesses"], observed(result))


def main(argv: list[str]) -> int:
    """Run the benchmark and print its table."""
    names = {arg for arg in argv if not arg.startswith("-")}
    ruleset, policy = load_ruleset([rules_dir()]), load_policy()
    entries = [entry for entry in catalog() if not names or entry["name"] in names]
    wrong = 0
    for entry in entries:
        lines = judge(entry, ruleset, policy)
        wrong += bool(lines)
        print(f"{'WRONG' if lines else 'right'}  {entry['name']:24} {entry['row']}")
        for line in lines:
            print("    " + line)
    accesses = sum(len(entry["accesses"]) for entry in entries)
    print(f"{len(entries) - wrong} of {len(entries)} samples right, {accesses} accesses")
    return min(wrong, 100)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
