"""What it costs to render a saved result in each format: CPU of whole processes, start-up included, medians.

Run: ``python bench/rendering.py [--runs 5] RESULT.json...``.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from analyzer.reporting import FORMATS


def cpu_of(command: list[str]) -> float:
    """User and system seconds of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"| {'result':34} | MB | " + " | ".join(FORMATS) + " |")
    with tempfile.TemporaryDirectory() as folder:
        for result in options.results:
            figures = []
            for format_ in FORMATS:
                command = [sys.executable, "-m", "analyzer.cli", "render", str(result), "-o", f"{format_}={folder}/out"]
                figures.append(statistics.median(cpu_of(command) for _ in range(options.runs)))
            size = result.stat().st_size / 1e6
            print(f"| {result.stem:34} | {size:.1f} | " + " | ".join(f"{figure:.2f}" for figure in figures) + " |")


if __name__ == "__main__":
    main()
