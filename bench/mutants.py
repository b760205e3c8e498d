"""Mutants of real packages through the whole of apkvet: each must end in a result, a gap or one line that says why not.

usage: python bench/mutants.py OUT.jsonl --count 10000 [--seed 0] [--flow-share 0.1] [--slice SECONDS] APK...
       python bench/mutants.py OUT.jsonl --report

Each mutant is made from its number and the seed, so that any of them can be made again (``--only NUMBER --keep FILE``). Workers
are processes with a limit on memory; one that is killed or makes no progress is counted and another goes on behind it. What was
done is in OUT.jsonl, a line each: a run that was stopped goes on where it was. ``mutations.py`` says what is changed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

from mutations import STRUCTURES, Original, mutant, read_original

HERE = Path(__file__).resolve().parent
MEMORY = 3 << 30
PATIENCE = 120
_ROUND = 250
_DAMAGE = {
    "unreadable", "bad-container", "bad-manifest", "bad-resources", "bad-dex", "bad-code", "bad-signature", "duplicate-entry",
    "too-large", "overlapping-code", "unsupported-dex", "encrypted",
}  # fmt: skip
_GUARDS = {
    "zip": {"unreadable"},
    "axml": {"unreadable", "bad-manifest"},
    "arsc": {"bad-resources"},
    "dex": {"bad-dex", "unsupported-dex"},
    "signing": {"bad-signature"},
}


def made(number: int, seed: int, packages: list[Path]) -> tuple[Path, str, bytes, str]:
    """Mutant *number*: the package it is of, the structure that was changed, its bytes, the entry that was changed."""
    rng = random.Random(f"{seed}/{number}")
    structure = STRUCTURES[number % len(STRUCTURES)]
    while True:
        path = rng.choice(packages)
        done = mutant(_original(path), structure, rng)
        if done is not None:
            return path, structure, *done


_CACHE: dict[Path, Original] = {}


def _original(path: Path) -> Original:
    if path not in _CACHE:
        if len(_CACHE) > 40:
            _CACHE.clear()
        _CACHE[path] = read_original(path.read_bytes())
    return _CACHE[path]


def worker(numbers: list[int], options: argparse.Namespace) -> None:
    """Scan the mutants *numbers*, a line for each."""
    from analyzer.engine import load_ruleset
    from analyzer.facts import Gap
    from analyzer.facts.text import format_fact, parse_fact
    from analyzer.policy import load_policy
    from analyzer.resources import rules_dir
    from analyzer.scan import Depth, scan

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ruleset, policy = load_ruleset([rules_dir()]), load_policy()
    with options.out.open("a", buffering=1, encoding="utf-8") as log, tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            path, structure, data, entry = made(number, options.seed, options.packages)
            file = Path(folder) / "mutant.apk"
            file.write_bytes(data)
            flow = random.Random(number).random() < options.flow_share
            row: dict[str, Any] = {"n": number, "of": path.name, "what": structure, "flow": flow}
            log.write(json.dumps(row | {"begins": True}) + "\n")
            _forget_peak()
            began = time.process_time()
            try:
                seen, result = scan(file, ruleset, policy, depth=Depth(flow="fast" if flow else "off"))
                for fact in seen.facts:
                    assert parse_fact(format_fact(fact)) == fact
                gaps = [fact for fact in seen.facts if isinstance(fact, Gap)]
                kinds = {gap.kind for gap in gaps if not entry or gap.at is None or gap.at.file == entry}
                row["end"] = "error" if seen.error else "result"
                row["line"] = seen.error
                row["gaps"] = sorted({gap.kind for gap in gaps} & _DAMAGE)
                row["past"] = not kinds & _GUARDS[structure.partition("-")[0]]
                row["verdict"] = result.decision.verdict if result.decision else None
                if seen.error and "\n" in seen.error:
                    row["end"] = "traceback"
            except BaseException:
                row["end"], row["trace"] = "traceback", traceback.format_exc()[-1500:]
            row["cpu"], row["peak"] = round(time.process_time() - began, 3), _peak()
            log.write(json.dumps(row) + "\n")


def _forget_peak() -> None:
    with contextlib.suppress(OSError):  # where the platform does not offer it, the peak is that of the whole worker
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """Most memory since the last mutant began, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) >> 10
    return 0


def rows_of(path: Path) -> list[dict[str, Any]]:
    """One row a mutant; of one that began and did not end, that it was killed."""
    rows: dict[int, dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        row = json.loads(line)
        if row.pop("begins", False):
            rows[row["n"]] = row | {"end": "killed"}
        else:
            rows[row["n"]] = row
    return list(rows.values())


def run(options: argparse.Namespace) -> None:
    stop = time.monotonic() + options.slice
    while time.monotonic() < stop:
        done = {row["n"] for row in rows_of(options.out)}
        numbers = [number for number in range(options.first, options.first + options.count) if number not in done][:_ROUND]
        if not numbers:
            return
        process = multiprocessing.get_context("fork").Process(target=worker, args=(numbers, options))
        process.start()
        size, since = -1, time.monotonic()
        while process.is_alive():
            process.join(2)
            now = options.out.stat().st_size if options.out.exists() else 0
            if now != size:
                size, since = now, time.monotonic()
            elif time.monotonic() - since > PATIENCE:
                process.kill()
                process.join()
                rows = rows_of(options.out)
                hung = rows[-1] | {"end": "hang"}
                with options.out.open("a", encoding="utf-8") as log:
                    log.write(json.dumps(hung) + "\n")
        after = len(rows_of(options.out))
        print(f"{after} of {options.count}", file=sys.stderr, flush=True)
        if after == len(done):
            raise SystemExit("a worker ended before its first mutant")


def report(rows: list[dict[str, Any]]) -> None:
    """The table of bench/RESULTS.md."""
    print("| structure | mutants | past the first check | result without a gap of damage | with gaps | one-line error |")
    print("|---|---|---|---|---|---|")
    for structure in [*STRUCTURES, "all"]:
        own = [row for row in rows if structure in (row["what"], "all")]
        ended = Counter(row["end"] for row in own)
        gaps = sum(bool(row.get("gaps")) and row["end"] == "result" for row in own)
        past = 100 * sum(bool(row.get("past")) for row in own) / max(1, len(own))
        print(f"| {structure} | {len(own)} | {past:.0f} % | {ended['result'] - gaps} | {gaps} | {ended['error']} |")
    bad = Counter(row["end"] for row in rows if row["end"] not in ("result", "error"))
    slowest = max(rows, key=lambda row: row.get("cpu", 0))
    largest = max(rows, key=lambda row: row.get("peak", 0))
    print(f"\npackages {len({row['of'] for row in rows})}; with flows {sum(row['flow'] for row in rows)};", end=" ")
    print(f"tracebacks {bad['traceback']}, hangs {bad['hang']}, kills {bad['killed']}")
    print(f"slowest {slowest.get('cpu')} s (mutant {slowest['n']} of {slowest['of']}, {slowest['what']})")
    print(f"largest {largest.get('peak')} MB (mutant {largest['n']} of {largest['of']}, {largest['what']})")
    for trace, count in Counter((row.get("trace") or "").strip().rpartition("\n")[2] for row in rows if row.get("trace")).items():
        example = next(row for row in rows if (row.get("trace") or "").strip().endswith(trace))
        print(f"{count} x {trace} (mutant {example['n']})")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("packages", type=Path, nargs="*")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--flow-share", type=float, default=0.1)
    parser.add_argument("--slice", type=float, default=1e9, help="stop after this many seconds")
    parser.add_argument("--only", type=int, help="make this one mutant")
    parser.add_argument("--keep", type=Path, help="where to write it")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_intermixed_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if options.only is not None:
        path, structure, data, entry = made(options.only, options.seed, options.packages)
        options.keep.write_bytes(data)
        print(path, structure, entry)
    elif options.report:
        report(rows_of(options.out))
    else:
        run(options)
        report(rows_of(options.out))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
