"""A catalog on a Dask cluster of worker processes on this machine, one of them killed: compared row by row with a local run.

usage: python bench/catalog_cluster.py FOLDER [--apps 77] [--workers 2,4]

Makes distinct copies of the packages in FOLDER, scans them with worker processes here, then on clusters of each size; one worker is
killed with SIGKILL once a tenth of the apps is done. Needs the extra ``cluster``. Nothing here asserts a time.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from catalog_cost import ROOT, copies

TABLES = ("app", "judgement", "finding", "access", "permission", "library", "host", "signer", "gap")
_OF_A_RUN = ("scan_id", "first_seen", "judged_on")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}


@contextlib.contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler with *workers* worker processes of one thread each."""
    ready = folder / "scheduler.json"
    ready.unlink(missing_ok=True)

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
        return subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stderr=subprocess.DEVNULL)

    started = [start("scheduler", "--port", "0", "--scheduler-file", str(ready), "--host", "127.0.0.1")]
    try:
        while not (ready.exists() and ready.stat().st_size):
            time.sleep(0.1)
        started += [
            start("worker", "--scheduler-file", str(ready), "--no-nanny", "--nthreads", "1", "--name", str(number))
            for number in range(workers)
        ]
        yield json.loads(ready.read_text())["address"], started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def done(db: Path) -> int:
    """How many apps a catalog holds by now."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT count(*) FROM scan").fetchone()[0])
    return 0


def rows(db: Path) -> set[tuple[object, ...]]:
    """Everything that a catalog says of its apps, but for what differs from run to run."""
    found: set[tuple[object, ...]] = set()
    with contextlib.closing(sqlite3.connect(db)) as database:
        for table in TABLES:
            names = [row[1] for row in database.execute(f"PRAGMA table_info({table})") if row[1] not in _OF_A_RUN]
            found |= {(table, *row) for row in database.execute(f"SELECT {', '.join(names)} FROM {table}")}
    return found


def scan(apps: Path, db: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "analyzer.cli",
        "catalog",
        "scan",
        str(apps),
        "--db",
        str(db),
        "-q",
        "--timeout",
        "600",
        *more,
    ]
    return subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--apps", type=int, default=77)
    parser.add_argument("--workers", default="2,4")
    options = parser.parse_args()
    differ = 0
    with tempfile.TemporaryDirectory() as name:
        folder, apps = Path(name), Path(name) / "apps"
        apps.mkdir()
        copies(options.folder, apps, options.apps)
        began = time.monotonic()
        code = scan(apps, folder / "local.db", "-j", "2").wait()
        local = rows(folder / "local.db")
        print(
            f"local: exit {code}, {done(folder / 'local.db')} apps, {len(local)} rows, {time.monotonic() - began:.0f} s",
            flush=True,
        )
        for count in map(int, options.workers.split(",")):
            db = folder / f"{count}.db"
            with cluster(folder, count) as (address, workers):
                began = time.monotonic()
                run = scan(apps, db, "--scheduler", address)
                while run.poll() is None and done(db) < options.apps // 10:
                    time.sleep(0.2)
                at = done(db)
                workers[0].kill()
                code = run.wait()
            here = rows(db)
            differ += len(here ^ local)
            print(
                f"{count} workers, one killed after {at} apps: exit {code}, {done(db)} apps, {len(here)} rows, "
                f"{len(here ^ local)} differ, {time.monotonic() - began:.0f} s",
                flush=True,
            )
    return 1 if differ else 0


if __name__ == "__main__":
    raise SystemExit(main())
