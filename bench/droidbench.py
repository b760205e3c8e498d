"""The flow engine against DroidBench: leaks found in each app against those that the app's authors say there are.

usage: python bench/droidbench.py FOLDER [--implicit] [--apps NAME,NAME] [--mode fast|full] [--flows] [--ablate]

FOLDER holds ``truth.tsv`` and ``apk/``. A leak is a distinct pair of a call that reads and a call that passes on. A count between ``min_ok`` and
``max_ok`` is right; else too few are false negatives and too many false positives. Contested rows are shown apart. What goes only into the app's own
preferences and databases is no leak here. One configuration for all apps; it is printed. ``--ablate`` takes one model away at a time and prints
the apps whose number of leaks changes.
"""

from __future__ import annotations

import argparse
import csv
import functools
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from analyzer.container import open_package
from analyzer.flow import engine
from analyzer.flow.conventions import load_conventions
from analyzer.flow.models import Effect, load_models
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


class Watched:
    """Models that note which of them were asked for, and act as if the one of *without* (``Lx;->name``) did not exist."""

    def __init__(self, models: Any, without: str = "") -> None:
        self._models = models
        self._without = without
        self.used: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._models, name)

    def effects(self, classes: Sequence[str], name: str, prototype: str) -> tuple[Effect, ...] | None:
        """What a call does to values, of the nearest class that says so."""
        for cls in classes:
            found = self._models.effects([cls], name, prototype)
            if found is not None:
                self.used.add(f"{cls}->{name}")
                return None if self._without == f"{cls}->{name}" else found
        return None


class Run(NamedTuple):
    """The leaks of one app, the steps, whether the budget ended it, the methods in which the engine failed, the models that were used."""

    leaks: list[str]
    steps: int
    cut: bool
    faults: int
    used: frozenset[str]


def run(path: Path, options: argparse.Namespace, without: str = "") -> Run:
    """Follow the data of one app."""
    with open_package(path) as package:
        manifest, _ = read_manifest(package)
        app = build_app(package, manifest, load_hierarchy(), load_owner_tables(rules_dir() / "knowledge"))
        callbacks = load_callbacks()
        graph = ProgramGraph(app, callbacks)
        models, conventions = Watched(_models(), without), load_conventions(rules_dir() / "flow", callbacks.hops)
        budget = engine.FULL if options.mode == "full" else engine.FAST
        found = engine.run(graph, models, conventions, budget, engine.Targets(), implicit=options.implicit)  # type: ignore[arg-type]
        lines = set()
        for sent in found.sent:
            if sent.into.destination == "storage":
                continue
            reading, into = found.readings[sent.reading], sent.into
            source = f"{graph.linked.descriptor(reading.node)}+{reading.at} {reading.api}"
            lines.add(f"{source} ==> {graph.linked.descriptor(into.node)}+{into.at} {into.api} [{into.destination}]")
        return Run(sorted(lines), found.steps, found.cut, len(found.faults), frozenset(models.used))


@functools.cache
def _models() -> Any:
    return load_models(rules_dir() / "flow")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--implicit", action="store_true")
    parser.add_argument("--apps", default="")
    parser.add_argument("--mode", default="fast", choices=("fast", "full"))
    parser.add_argument("--flows", action="store_true")
    parser.add_argument("--ablate", action="store_true")
    options = parser.parse_args()
    wanted = set(filter(None, options.apps.split(",")))
    rows = [row for row in truth(options.folder) if not wanted or row.app in wanted]
    print(f"configuration: mode {options.mode}, implicit {options.implicit}, destination storage not counted")
    per: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    times, wrong, runs, faults = [], [], {}, 0
    for row in rows:
        began = time.process_time()
        result = runs[row] = run(row.file, options)
        times.append(time.process_time() - began)
        faults += result.faults
        good, counts = judged(row, len(result.leaks))
        name = "contested" if row.contested else row.category
        per[name] = [a + b for a, b in zip(per[name], (1, *counts), strict=True)]
        if not good and not row.contested:
            wrong.append(row.app)
        notes = f"{' cut' if result.cut else ''}{' contested' if row.contested else ''}"
        leaky = f"app {'leaky' if result.leaks else 'clean'}, truth {'leaky' if row.expected else 'clean'}"
        print(
            f"{'ok   ' if good else 'WRONG'} {row.category}/{row.app}: {len(result.leaks)} of {row.expected} [{row.low}..{row.high}], "
            f"{leaky}, {result.steps} steps{notes}"
        )
        if options.flows or not good:
            print("".join(f"        {line}\n" for line in result.leaks), end="")
    print()
    show(per)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\nCPU per app: median {statistics.median(times):.2f} s, most {max(times):.2f} s; peak {peak} MiB; faults {faults}")
    print(f"wrong: {', '.join(wrong)}")
    if options.ablate:
        ablate(runs, options)
    return 0


def judged(row: Row, count: int) -> tuple[bool, tuple[int, int, int]]:
    """Whether a count is right, and true positives, false positives, false negatives."""
    if row.low <= count <= row.high:
        return True, (min(count, row.expected), 0, 0)
    return False, (min(count, row.expected), max(0, count - row.expected), max(0, row.expected - count))


def ablate(runs: dict[Row, Run], options: argparse.Namespace) -> None:
    """Take one model away at a time: which apps have another number of leaks then?"""
    used: dict[str, list[Row]] = defaultdict(list)
    for row, result in runs.items():
        for method in result.used:
            used[method].append(row)
    print(f"\n{len(used)} methods with models were called; without one of them:")
    for method, rows in sorted(used.items()):
        changed = []
        for row in rows:
            count = len(run(row.file, options, method).leaks)
            if count != len(runs[row].leaks):
                changed.append(f"{row.app} {len(runs[row].leaks)} -> {count}")
        if changed:
            print(f"  {method}: {', '.join(changed)}", flush=True)


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
