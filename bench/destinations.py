"""Libraries and hosts: how right they are on the samples, a table to read by hand for real apps, and what they cost.

usage: python bench/destinations.py samples
       python bench/destinations.py table APK...
       python bench/destinations.py hosts APK...
       python bench/destinations.py cost [--runs N] APK...

``samples`` compares with samples/destinations/catalog.yaml and prints precision and recall. ``table`` prints each library of each app
with everything that shows it, and marks those that one kind of evidence shows. ``hosts`` prints every host with its place. ``cost``
sets the CPU of the stages that find libraries, hosts and keys in relation to the rest of the same run.
"""

from __future__ import annotations

import re
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from analyzer.assess import assess
from analyzer.policy import load_policy
from analyzer.result import LibraryDoc, Result
from analyzer.scan import load_rules, observe

SAMPLES = Path(__file__).resolve().parents[1] / "samples/destinations"
STAGES = ("libraries", "endpoints", "secrets")
_KINDS = (
    ("classes", r"\d+ classes|the class "),
    ("text of its own", r"a text that only"),
    ("native library", r"native library"),
    ("version file", r"version file"),
    ("file", r"file "),
    ("component", r"(?:activity|activity-alias|service|receiver|provider) "),
    ("setting", r"setting "),
    ("version in code", r"field |text "),
)


def result_of(path: Path) -> Result:
    """The result for one package under the default policy."""
    ruleset, watch = load_rules()
    return assess(observe(path, watch), ruleset, load_policy())


def evidence_kinds(library: LibraryDoc) -> list[str]:
    """The kinds of evidence that show a library."""
    return [kind for kind, form in _KINDS if any(re.match(form, shown.text) for shown in library.evidence)]


def samples() -> int:
    """Precision and recall of hosts, of hosts that are named for another reason, of libraries and of kinds of secrets."""
    entries: list[dict[str, Any]] = yaml.safe_load((SAMPLES / "catalog.yaml").read_text())["samples"]
    counts = {name: [0, 0, 0] for name in ("hosts", "other hosts", "libraries", "secrets")}
    for entry in entries:
        result = result_of(SAMPLES / "apk" / f"{entry['name']}.apk")
        pairs: list[tuple[str, set[Any], set[Any]]] = [
            ("hosts", {host.host for host in result.endpoints or ()}, {host["host"] for host in entry["hosts"]}),
            (
                "other hosts",
                {(host.host, host.kind) for host in result.other_hosts or ()},
                {(host["host"], host["kind"]) for host in entry["others"]},
            ),
            (
                "libraries",
                {(library.name, library.version, library.renamed) for library in result.libraries or ()},
                {(each["name"], each.get("version"), each.get("renamed", False)) for each in entry["libraries"]},
            ),
            ("secrets", {secret.kind for secret in result.secrets or ()}, set(entry.get("secrets", ()))),
        ]
        for name, found, wanted in pairs:
            if name == "secrets" and "secrets" not in entry:
                continue
            counts[name][0] += len(found & wanted)
            counts[name][1] += len(found - wanted)
            counts[name][2] += len(wanted - found)
            for what, some in (("wrong", found - wanted), ("missing", wanted - found)):
                if some:
                    print(f"{entry['name']}: {what} {name}: {sorted(map(str, some))}")
    for name, (right, wrong, missing) in counts.items():
        print(f"{name}: precision {right}/{right + wrong}, recall {right}/{right + missing}")
    return int(any(wrong or missing for _, wrong, missing in counts.values()))


def table(paths: Sequence[Path]) -> int:
    """Each library of each app with the kinds of evidence, and the first of each."""
    single = total = 0
    for path in paths:
        print(f"\n{path.name}")
        for library in result_of(path).libraries or ():
            kinds = evidence_kinds(library)
            total += 1
            single += len(kinds) < 2
            name = " ".join(filter(None, (library.name, library.version, "(renamed)" if library.renamed else "")))
            mark = "only " if len(kinds) == 1 else ""
            print(
                f"  {name} | {library.kind or '-'} | {library.vendor or '-'} | {mark}{', '.join(kinds)} | {library.evidence[0].text}"
            )
    print(f"\n{total} libraries, {single} shown by one kind of evidence")
    return 0


def hosts(paths: Sequence[Path]) -> int:
    """Every host of each app with an address and a place, those that are named for another reason behind them."""
    for path in paths:
        result = result_of(path)
        print(f"\n{path.name}")
        for host in result.endpoints or ():
            place = host.evidence[0].place
            country = f"{host.country.code} ({host.country.strength})" if host.country else "-"
            at = f"{place.file} {place.method or ''}" if place else ""
            print(
                f"  {host.host} | {host.vendor or '-'} | {country} | {host.owner.name or host.owner.kind} | {(host.urls or ('',))[0]} | {at}"
            )
        for other in result.other_hosts or ():
            print(f"  left out: {other.host} | {other.kind} {other.why}")
    return 0


def cost(paths: Sequence[Path], runs: int) -> int:
    """The share of the stages in the CPU of the rest of the same observation, medians."""
    shares = []
    for path in paths:
        ratios, rest = [], 0
        for _ in range(runs):
            timings = observe(path).timings
            own = sum(timings[stage] for stage in STAGES)
            rest = sum(timings.values()) - own
            ratios.append(100 * own / rest)
        parts = ", ".join(f"{stage} {timings[stage]} ms" for stage in STAGES)
        shares.append(statistics.median(ratios))
        print(f"{path.name}: {shares[-1]:.1f} % over the other stages ({rest} ms); {parts}")
    print(f"median {statistics.median(shares):.1f} %, highest {max(shares):.1f} %")
    return 0


def main(argv: list[str]) -> int:
    """Run one of the parts."""
    runs = int(argv[argv.index("--runs") + 1]) if "--runs" in argv else 3
    paths = [Path(arg) for arg in argv[1:] if not arg.startswith("-") and not arg.isdigit()]
    if argv[:1] == ["samples"]:
        return samples()
    if argv[:1] == ["table"]:
        return table(paths)
    if argv[:1] == ["hosts"]:
        return hosts(paths)
    if argv[:1] == ["cost"]:
        return cost(paths, runs)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
