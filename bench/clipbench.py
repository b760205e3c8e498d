"""ClipBench: what apkvet says of each clipboard access and where its text goes, against samples/clipbench/catalog.yaml.

usage: python bench/clipbench.py [NAME...]

Prints one line a sample, whether its accesses and its flows are right, and what differs. Right means equal: for every access
the operation, via, owner, guards, severity and the whole set of triggers with entry point, on_behalf_of, exported,
returns_result and assumed; for every flow the two methods, the call that takes the text out, destination, host and labels; and
no access or flow more or less. The exit status is the number of samples that are wrong, at most 100.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from analyzer.engine import RuleSet, load_ruleset
from analyzer.facts import Owner
from analyzer.policy import LoadedPolicy, load_policy
from analyzer.resources import rules_dir
from analyzer.result import ClipboardDoc, FlowDoc, Result
from analyzer.scan import scan

FOLDER = Path(__file__).resolve().parents[1] / "samples/clipbench"
_LEVELS = ("info", "low", "medium", "high", "critical")
_FLOW_NAMES = ("source", "destination", "sink", "at", "host", "labels")
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


def observed_flows(result: Result) -> list[dict[str, Any]]:
    """Every flow of *result* in the catalog's words; one that does not begin at the clipboard says so in ``category``."""
    return [_flow(flow) for flow in result.flows or ()]


def _flow(flow: FlowDoc) -> dict[str, Any]:
    source, sink = flow.source.place, flow.sink.place
    words = {
        "source": source and source.method,
        "destination": flow.sink.destination,
        "sink": flow.sink.api,
        "at": sink and sink.method,
        "host": flow.sink.host,
        "labels": sorted(flow.labels),
    }
    return words if flow.source.category == "clipboard" else words | {"category": flow.source.category}


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
    """The accesses that are missing and that are too much, one line each; empty when both are equal."""
    return _unmatched([_canonical(access) for access in expected], [_canonical(access) for access in found], _line)


def flow_differences(expected: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[str]:
    """The same of flows."""
    return _unmatched([flow | {"labels": sorted(flow["labels"])} for flow in expected], found, _flow_line)


def _unmatched(wanted: list[dict[str, Any]], seen: list[dict[str, Any]], line: Callable[[dict[str, Any]], str]) -> list[str]:
    seen, lines = list(seen), []
    for each in wanted:
        if each in seen:
            seen.remove(each)
        else:
            lines.append(f"expected {line(each)}")
    return lines + [f"found    {line(each)}" for each in seen]


def _flow_line(flow: dict[str, Any]) -> str:
    host = f" at {flow['host']}" if flow["host"] else ""
    labels = f" ({', '.join(flow['labels'])})" if flow["labels"] else ""
    return f"{flow.get('category', 'clipboard')} of {flow['source']} to {flow['destination']}{host} by {flow['sink']} in {flow['at']}{labels}"


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


class Verdict(NamedTuple):
    """What differs of one sample: its accesses, and its flows."""

    accesses: list[str]
    flows: list[str]


def judge(entry: dict[str, Any], ruleset: RuleSet, policy: LoadedPolicy) -> Verdict:
    """Scan one sample and compare it with its answers."""
    result = scan(FOLDER / "apk" / f"{entry['name']}.apk", ruleset, policy)[1]
    return Verdict(differences(entry["accesses"], observed(result)), flow_differences(entry["flows"], observed_flows(result)))


def main(argv: list[str]) -> int:
    """Run the benchmark and print its table."""
    names = {arg for arg in argv if not arg.startswith("-")}
    ruleset, policy = load_ruleset([rules_dir()]), load_policy()
    entries = [entry for entry in catalog() if not names or entry["name"] in names]
    verdicts = []
    print("accesses flows")
    for entry in entries:
        verdict = judge(entry, ruleset, policy)
        verdicts.append(verdict)
        words = ["WRONG" if lines else "right" for lines in verdict]
        print(f"{words[0]}    {words[1]}  {entry['name']:28} {entry['row']}", flush=True)
        for line in (*verdict.accesses, *verdict.flows):
            print("    " + line)
    accesses, flows = (sum(len(entry[kind]) for entry in entries) for kind in ("accesses", "flows"))
    print(f"accesses: {sum(not v.accesses for v in verdicts)} of {len(entries)} samples right, {accesses} accesses")
    print(f"flows:    {sum(not v.flows for v in verdicts)} of {len(entries)} samples right, {flows} flows")
    return min(sum(any(verdict) for verdict in verdicts), 100)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
