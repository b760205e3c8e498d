"""Time whole processes: ``apkvet scan`` with the JSON result, androguard's AnalyzeAPK and ``dexdump -d``.

usage: python bench/speed.py [--runs N] [--skip-androguard] [--three-outputs] [--flow off|fast|full] APK...

For each package the commands run in turn, A B C A B C ..., N times (default 3) after one warm-up of apkvet; printed are the
median CPU seconds (user + system, children included), the peak resident memory of the largest process, and the
ratios to apkvet. The commands' output is thrown away. Nothing here asserts a time.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

_ANALYZE = (
    "import sys; from loguru import logger; logger.remove(); from androguard.misc import AnalyzeAPK; AnalyzeAPK(sys.argv[1])"
)


class Cost(NamedTuple):
    """One run: CPU seconds and peak resident megabytes."""

    cpu: float
    megabytes: float


def measure(command: list[str]) -> Cost:
    """Run *command* to its end and ask the kernel what it cost. Bytecode is kept, as after an installation."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with Path(os.devnull).open("w") as null:
        process = subprocess.Popen(command, stdout=null, stderr=null, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command[:5])} ... failed: its cost means nothing.")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def commands(apk: Path, folder: Path, androguard: bool, three: bool, flow: str) -> dict[str, list[list[str]]]:
    """The commands to time; dexdump reads DEX files that were taken out of the package before."""
    with zipfile.ZipFile(apk) as archive:
        names = [n for n in archive.namelist() if n.startswith("classes") and n.endswith(".dex")]
        files = [archive.extract(name, folder) for name in names]
    outputs = ["-o", f"json={folder / 'r.json'}"]
    if three:
        outputs += ["-o", "text", "-o", f"html={folder / 'r.html'}"]
    runs = {
        "apkvet": [[sys.executable, "-m", "analyzer.cli", "scan", str(apk), "--flow", flow, *outputs]],
        "dexdump": [["dexdump", "-d", *files]],
    }
    if androguard:
        runs["androguard"] = [[sys.executable, "-c", _ANALYZE, str(apk)]]
    return runs


def bench(apk: Path, rounds: int, androguard: bool, three: bool, flow: str) -> dict[str, Cost]:
    """Median cost of each command on *apk*, the runs interleaved."""
    with tempfile.TemporaryDirectory() as folder:
        todo = commands(apk, Path(folder), androguard, three, flow)
        measure(todo["apkvet"][0])
        samples: dict[str, list[Cost]] = {name: [] for name in todo}
        for _ in range(rounds):
            for name, parts in todo.items():
                costs = [measure(part) for part in parts]
                samples[name].append(Cost(sum(c.cpu for c in costs), max(c.megabytes for c in costs)))
    return {
        name: Cost(statistics.median(c.cpu for c in all_), statistics.median(c.megabytes for c in all_))
        for name, all_ in samples.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("apks", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--skip-androguard", action="store_true")
    parser.add_argument("--three-outputs", action="store_true", help="text and HTML, too")
    parser.add_argument("--flow", choices=["off", "fast", "full"], default="fast", help="as of apkvet scan")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, median of {options.runs} runs")
    print(f"{'package':40} {'DEX MB':>7} | {'apkvet':>14} | {'dexdump -d':>21} | {'AnalyzeAPK':>28}")
    for apk in options.apks:
        with zipfile.ZipFile(apk) as archive:
            size = sum(i.file_size for i in archive.infolist() if i.filename.endswith(".dex")) / 1e6
        costs = bench(apk, options.runs, not options.skip_androguard, options.three_outputs, options.flow)
        ours = costs["apkvet"]
        row = f"{apk.name[:40]:40} {size:7.1f} | {ours.cpu:5.2f} s {ours.megabytes:4.0f} MB | "
        row += f"{costs['dexdump'].cpu:5.2f} s {ours.cpu / costs['dexdump'].cpu:5.2f} of it | "
        if "androguard" in costs:
            theirs = costs["androguard"]
            row += f"{theirs.cpu:6.2f} s {theirs.megabytes:5.0f} MB "
            row += f"1/{theirs.cpu / ours.cpu:.1f} 1/{theirs.megabytes / ours.megabytes:.1f}"
        print(row, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
