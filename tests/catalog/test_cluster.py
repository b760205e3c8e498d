"""The same work on a Dask cluster of two worker processes, one of which is killed."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.catalog.judging import Judging
from analyzer.catalog.store import Store
from tests.catalog.conftest import distinct_copy, scan_all
from tests.cli.conftest import Run

pytest.importorskip("distributed")
TABLES = ("app", "judgement", "finding", "access", "permission", "signer", "gap")


@contextlib.contextmanager
def cluster(root: Path, folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and worker processes, with a free port."""
    ready = folder / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1"}

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments], cwd=folder, env=environment, stderr=subprocess.DEVNULL
        )

    started = [start("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(ready), "--host", "127.0.0.1")]
    try:
        for _ in range(600):
            if ready.exists() and ready.stat().st_size:
                break
            time.sleep(0.1)
        arguments = ("worker", "--scheduler-file", str(ready), "--no-nanny", "--nthreads", "1", "--no-dashboard")
        started += [start(*arguments, "--name", str(number)) for number in range(workers)]
        yield json.loads(ready.read_text())["address"], started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def rows(db: Path) -> dict[str, list[tuple[object, ...]]]:
    with contextlib.closing(sqlite3.connect(db)) as database:
        found = {}
        for table in TABLES:
            columns = [
                c
                for _, c, *_ in database.execute(f"PRAGMA table_info({table})")
                if c not in ("scan_id", "first_seen", "judged_on")
            ]
            found[table] = sorted(database.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall(), key=repr)
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_a_cluster_that_loses_a_worker_gives_the_same_results(root: Path, apks: Path, tmp_path: Path, judging: Judging) -> None:
    folder = tmp_path / "apps"
    folder.mkdir()
    for number in range(12):
        distinct_copy(apks / "exported-proxy.apk", folder / f"{number:02}.apk")
    (folder / "bad.apk").write_text("no package")
    with Store(tmp_path / "local.db", write=True) as store:
        scan_all(store, judging, [folder])
    with cluster(root, tmp_path, 2) as (address, workers):
        command = [sys.executable, "-m", "analyzer.cli", "catalog", "scan", str(folder), "--db", str(tmp_path / "dask.db"), "-q"]
        run = subprocess.Popen([*command, "--scheduler", address], cwd=root, stderr=subprocess.PIPE)
        for _ in range(600):
            with contextlib.suppress(Exception), Store(tmp_path / "dask.db") as store:
                if store.database.execute("SELECT count(*) FROM scan").fetchone()[0] >= 2:
                    break
            time.sleep(0.1)
        workers[0].kill()
        _, said = run.communicate(timeout=120)
    assert (run.returncode, said) == (5, b"")
    assert rows(tmp_path / "dask.db") == rows(tmp_path / "local.db")


def test_no_scheduler_is_one_line(run: Run, apks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import analyzer.catalog.cluster

    monkeypatch.setattr(analyzer.catalog.cluster, "_CONNECT", 0.5)
    ran = run("catalog", "scan", apks, "--db", tmp_path / "c.db", "--scheduler", "tcp://127.0.0.1:9", "-q")
    assert ran.code == 2
    assert ran.err.startswith("apkvet: tcp://127.0.0.1:9: cannot be reached: ")
