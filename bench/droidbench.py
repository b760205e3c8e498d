"""The flow engine against DroidBench: leaks found in each app against those that the app's authors say there are.

usage: python bench/droidbench.py FOLDER [--implicit] [--apps NAME,NAME] [--mode fast|full] [--flows]

FOLDER holds ``truth.tsv`` and ``apk/``. A leak is a distinct pair of a call that reads and a call that passes on. A count between ``min_ok`` and
``max_ok`` is right; else too few are false negatives and too many false positives. Contested rows are shown apart.
"""

from __future__ import annotations

import argparse
import csv
import resource
import statistics
import sys
import time
import traceback
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from analyzer.container import open_package
from analyzer.flow import engine
from analyzer.flow.conventions import load_conventions
from analyzer.flow.models import load_models
from analyzer.platform.callbacks import load_callbacks
from analyzer.platform.hierarchy import load_hierarchy
from analyzer.program.app import build_app
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.program.manifest import read_manifest
from analyzer.program.ownership import load_owner_tables
from analyzer.resources import rules_dir

_APART = ("ImplicitFlows", "Native", "SelfModification")


class Row(NamedTuple):
    """An app and the leaks it has."""

    category: str
    app: str
    expected: int
    low: int
    high: int
    contested: bool
    file: Path


def truth(folder: Path) -> list[Row]:
    with (folder / "truth.tsv").open(encoding="utf-8") as file:
        return [
            Row(
                row["category"], row["app"], int(row["expected_leaks"]), int(row["min_ok"]), int(row["max_ok"]),
                bool(row["contested"].strip()), folder / row["apk"],
            )
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]  # fmt: skip


def flows(path: Path, mode: str, implicit: bool) -> tuple[list[str], int, bool]:
    with open_package(path) as package:
        manifest, _ = read_manifest(package)
        app = build_app(package, manifest, load_hierarchy(), load_owner_tables(rules_dir() / "knowledge"))
        callbacks = load_callbacks()
        graph = ProgramGraph(app, callbacks)
        models, conventions = load_models(rules_dir() / "flow"), load_conventions(rules_dir() / "flow", callbacks.hops)
        budget = engine.FULL if mode == "full" else engine.FAST
        found = engine.run(graph, models, conventions, budget, engine.Targets(), implicit=implicit)
        lines = []
        for sent in found.sent:
            if sent.into.destination == "storage":
                continue  # it stays inside the app
            reading = found.readings[sent.reading]
            source = f"{graph.linked.descriptor(reading.node)}+{reading.at} {reading.api}"
            lines.append(
                f"{source} ==> {graph.linked.descriptor(sent.into.node)}+{sent.into.at} {sent.into.api} [{sent.into.destination}]"
            )
        return sorted(set(lines)), found.steps, found.cut


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--implicit", action="store_true")
    parser.add_argument("--apps", default="")
    parser.add_argument("--mode", default="fast", choices=("fast", "full"))
    parser.add_argument("--flows", action="store_true")
    options = parser.parse_args()
    wanted = set(filter(None, options.apps.split(",")))
    rows = [row for row in truth(options.folder) if not wanted or row.app in wanted]
    per: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    times, wrong = [], []
    for row in rows:
        began = time.process_time()
        try:
            lines, steps, cut = flows(row.file, options.mode, options.implicit)
        except Exception:  # a fault is a result of the benchmark, too
            traceback.print_exc()
            lines, steps, cut = ["FAULT"], 0, False
        times.append(time.process_time() - began)
        count = len(lines) if lines != ["FAULT"] else 0
        good = row.low <= count <= row.high
        hits, excess, missing = (
            (min(count, row.expected), 0, 0)
            if good
            else (min(count, row.expected), max(0, count - row.expected), max(0, row.expected - count))
        )
        name = "contested" if row.contested else row.category
        for index, value in enumerate((1, hits, excess, missing)):
            per[name][index] += value
        mark = "ok   " if good else "WRONG"
        note = " cut" if cut else ""
        if not good and not row.contested:
            wrong.append(row.app)
        print(
            f"{mark} {row.category}/{row.app}: {count} of {row.expected} [{row.low}..{row.high}] {steps} steps{note}{' contested' if row.contested else ''}"
        )
        if options.flows or not good:
            print("".join(f"        {line}\n" for line in lines), end="")
    print()
    show(per)
    print(
        f"\nCPU per app: median {statistics.median(times):.2f} s, most {max(times):.2f} s; peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB"
    )
    print(f"wrong: {', '.join(wrong)}")
    return 0


def show(per: dict[str, list[int]]) -> None:
    for title, skip in (("without ImplicitFlows, Native, SelfModification", _APART), ("all uncontested", ())):
        total = [0, 0, 0, 0]
        for name, values in sorted(per.items()):
            if name != "contested" and name not in skip:
                total = [a + b for a, b in zip(total, values, strict=True)]
        print(f"{title}: {_line(total)}")
    for name, values in sorted(per.items()):
        print(f"  {name}: {_line(values)}")


def _line(values: list[int]) -> str:
    apps, hits, excess, missing = values
    precision = hits / (hits + excess) if hits + excess else 1.0
    recall = hits / (hits + missing) if hits + missing else 1.0
    return f"{apps} apps, TP {hits}, FP {excess}, FN {missing}: precision {precision:.3f}, recall {recall:.3f}"


if __name__ == "__main__":
    sys.exit(main())
