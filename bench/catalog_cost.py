"""What a catalog costs: CPU of an app against a single scan, throughput with one and two workers, memory of the coordinator, judging.

usage: python bench/catalog_cost.py scan FOLDER [--apps 154] [--pairs 2]
       python bench/catalog_cost.py memory FOLDER [--apps 500,2300]
       python bench/catalog_cost.py judge CATALOG.db [--apps 10000]

``scan`` makes distinct copies of the packages in FOLDER (a comment at the end of the ZIP file) and scans them with one worker and with
two, in turn; the CPU of all processes is compared with that of ``apkvet scan -o json`` over the same files in one process. ``memory``
prints the coordinator's peak for catalogs of several sizes. ``judge`` multiplies a catalog's observations and judges them again.
Nothing here asserts a time.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import itertools
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from analyzer.catalog.judging import Judging
from analyzer.catalog.rejudge import judge_again
from analyzer.catalog.store import Store
from analyzer.policy import load_policy
from analyzer.scan import load_rules

ROOT = Path(__file__).resolve().parents[1]
_PEAK = "import resource, sys; from analyzer.cli.main import main\ntry: main(sys.argv[1:])\nfinally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, resource.getrusage(resource.RUSAGE_SELF).ru_utime + resource.getrusage(resource.RUSAGE_SELF).ru_stime)"


def copies(source: Path, target: Path, count: int) -> None:
    """*count* packages with digests of their own."""
    packages = sorted(path for path in source.glob("*.apk"))
    for number, path in enumerate(itertools.islice(itertools.cycle(packages), count)):
        data, comment = path.read_bytes(), f"copy {number}".encode()
        end = data.rfind(b"PK\x05\x06")
        data = data[: end + 20] + len(comment).to_bytes(2, "little") + comment if end >= 0 else data + comment
        (target / f"{number:05}-{path.name}").write_bytes(data)


def cpu_of(command: list[str]) -> tuple[float, float, str]:
    """CPU of a command and all that it starts, its wall clock, and what it prints."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - began, done.stdout


class Run(NamedTuple):
    """A catalog's run: wall clock, CPU of the workers (as they tell) and of the coordinator in seconds, peaks in KiB, failed apps."""

    wall: float
    workers: float
    own: float
    peak: int
    largest_worker: int
    failed: int


def catalog_scan(apps: Path, db: Path, jobs: int) -> Run:
    command = [
        sys.executable,
        "-c",
        _PEAK,
        "catalog",
        "scan",
        str(apps),
        "--db",
        str(db),
        "-q",
        "-j",
        str(jobs),
        "--timeout",
        "600",
    ]
    _, wall, out = cpu_of(command)
    peak, own = out.split()[-2:]
    with contextlib.closing(sqlite3.connect(db)) as database:
        workers, largest = database.execute("SELECT sum(cpu_ms) / 1000.0, max(peak_kb) FROM scan").fetchone()
        (failed,) = database.execute("SELECT count(*) FROM apps WHERE failed IS NOT NULL").fetchone()
    return Run(wall, workers or 0.0, float(own), int(peak), largest or 0, failed)


def scan(folder: Path, count: int, pairs: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        apps = Path(name) / "apps"
        apps.mkdir()
        copies(folder, apps, count)
        ratios = []
        for pair in range(pairs):
            walls = {}
            for jobs in (1, 2):
                wall, workers, own, peak, largest, failed = catalog_scan(apps, Path(name) / f"{pair}-{jobs}.db", jobs)
                walls[jobs] = wall
                print(
                    f"{jobs} workers: {count} apps in {wall:.0f} s, {60 * count / wall:.0f} a minute; CPU workers {workers:.1f} s, "
                    f"coordinator {own:.1f} s ({100 * own / max(workers, 0.01):.1f} %), {peak // 1024} MB, "
                    f"largest worker {largest // 1024} MB, {failed} failed; load {os.getloadavg()[0]:.1f}"
                )
            ratios.append(walls[1] / walls[2])
            files = [str(path) for path in sorted(apps.iterdir())]
            cpu, wall, _ = cpu_of(
                [sys.executable, "-m", "analyzer.cli", "scan", *files, "-q", "-o", f"json={name}/out/{{sha256}}.json"]
            )
            print(f"apkvet scan, one process: CPU {cpu:.1f} s, wall {wall:.0f} s")
        print(
            f"speed-up of two workers over one: {', '.join(f'{ratio:.2f}' for ratio in ratios)}, median {statistics.median(ratios):.2f}"
        )


def memory(folder: Path, counts: list[int]) -> None:
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            apps = Path(name) / "apps"
            apps.mkdir()
            copies(folder, apps, count)
            run = catalog_scan(apps, Path(name) / "c.db", 2)
            print(
                f"{count} apps: {run.wall:.0f} s, coordinator {run.own:.1f} s of CPU, peak {run.peak / 1024:.1f} MB; "
                f"workers {run.workers:.0f} s, the largest {run.largest_worker / 1024:.0f} MB, {run.failed} failed",
                flush=True,
            )


def judge(source: Path, count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        db = Path(name) / "c.db"
        with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(db)) as new:
            old.backup(new)
        with Store(db, write=True) as store:
            apps = store.database.execute("SELECT sha256, scan_id FROM app").fetchall()
            with store.transaction() as database:
                for number in range(len(apps), count):
                    sha256, scan_id = apps[number % len(apps)]
                    other = hashlib.sha256(f"{number}".encode()).hexdigest()
                    names = [row[1] for row in database.execute("PRAGMA table_info(scan)") if row[1] not in ("id", "sha256")]
                    columns = ", ".join(names)
                    database.execute(
                        f"INSERT INTO scan (sha256, {columns}) SELECT ?, {columns} FROM scan WHERE id = ?", (other, scan_id)
                    )
                    row = database.execute("SELECT last_insert_rowid()").fetchone()
                    names = [row[1] for row in database.execute("PRAGMA table_info(app)") if row[1] not in ("scan_id", "sha256")]
                    columns = ", ".join(names)
                    query = f"INSERT INTO app (sha256, scan_id, {columns}) SELECT ?, ?, {columns} FROM app WHERE sha256 = ?"
                    database.execute(query, (other, row[0], sha256))
            judging = Judging(load_rules()[0], load_policy())
            import gc

            gc.disable()  # as the command line does
            began = time.process_time()
            *_, sums = judge_again(store, judging)
            cpu = time.process_time() - began
            print(
                f"{sums.apps} apps judged in {cpu:.1f} s of CPU, {1000 * cpu / max(sums.apps, 1):.2f} ms each; {dict(sums.verdicts)}"
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("scan", "memory", "judge"))
    parser.add_argument("path", type=Path)
    parser.add_argument("--apps", help="how many, with commas between for memory")
    parser.add_argument("--pairs", type=int, default=2)
    options = parser.parse_args()
    if options.what == "scan":
        scan(options.path, int(options.apps or 154), options.pairs)
    elif options.what == "memory":
        memory(options.path, [int(number) for number in (options.apps or "500,2300").split(",")])
    else:
        judge(options.path, int(options.apps or 10_000))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
