"""What following data costs: CPU and peak memory of whole scans without it, in the default budget and in the full one.

usage: python bench/flow_cost.py [--runs 1] APK...

Each scan is a process of its own with the JSON result; the modes take turns. Printed are medians, the ratio to the scan without data flow, the number of
flows, and whether the budget ended the run. Nothing here asserts a time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

MODES = ("off", "fast", "full")


def scan(package: Path, mode: str, out: Path) -> tuple[float, float]:
    """CPU seconds, user and system, and peak MiB of one scan."""
    command = [sys.executable, "-m", "analyzer.cli", "scan", str(package), "--flow", mode, "-o", f"json={out}", "--quiet"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> int:
    """Measure each package in each mode."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path, nargs="+")
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    for package in options.packages:
        measured: dict[str, list[tuple[float, float]]] = {mode: [] for mode in MODES}
        notes = {}
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(options.runs):
                for mode in MODES:
                    out = Path(folder) / f"{mode}.json"
                    measured[mode].append(scan(package, mode, out))
                    result = json.loads(out.read_text(encoding="utf-8"))
                    cut = any("then the budget was used up" in gap["why"] for gap in result["coverage"]["gaps"])
                    notes[mode] = f"{len(result['flows'] or ())} flows{', cut' if cut else ''}"
        base = statistics.median(cpu for cpu, _ in measured["off"])
        for mode in MODES:
            cpu, peak = (statistics.median(values) for values in zip(*measured[mode], strict=True))
            print(f"{package.name[:50]:50} {mode:4} {cpu:6.2f} s {cpu / base:5.2f}x {peak:6.0f} MiB  {notes[mode]}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
