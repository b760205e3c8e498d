"""A catalog under attack: crashers, hangs, memory bombs and torn files among the apps, workers and coordinator killed at random.

usage: python bench/catalog_faults.py [--apps 300] [--kills 20] [--seed 2611] [--jobs 2] [--keep FOLDER]

One run is left alone; another, over the same apps, is killed with SIGKILL again and again: workers at random, the coordinator at
random and in the middle of transactions. It is started again until it is done. Then every app must be done or failed exactly once,
the file must be intact, and the contents of both databases must be the same, row by row (without times, costs and counts of
attempts). Exits 1 if they are not. Linux only.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from analyzer.catalog.judging import Judging
from analyzer.catalog.locations import find_items
from analyzer.catalog.packing import unpack
from analyzer.catalog.pool import LocalPool
from analyzer.catalog.run import Plan, Run
from analyzer.catalog.store import Store
from analyzer.catalog.work import Budget, WorkerSettings
from analyzer.facts import Observation
from analyzer.platform.watch import Watch
from analyzer.policy import load_policy
from analyzer.scan import Depth, load_rules, observe

ROOT = Path(__file__).resolve().parents[1]
BUDGET = Budget(10.0, 512 << 20)
# Of three hundred apps: how many of which kind. Some misbehave only while the call graph is asked for.
KINDS = {
    "crash": 8,
    "crashdeep": 8,
    "hang": 3,
    "hangdeep": 3,
    "bomb": 6,
    "bombdeep": 6,
    "fault": 6,
    "exit": 6,
    "torn": 12,
    "text": 6,
}
ROWS = {
    "location": "SELECT location, sha256, error FROM location ORDER BY 1",
    "scan": "SELECT sha256, tool_version, watch_digest, depth, reached, state, kind, reason FROM scan ORDER BY 1, 2, 3, 4",
    "app": "SELECT sha256, file, size, package, label, version_name, version_code, min_sdk, target_sdk, signers, failed FROM app ORDER BY 1",
    "judgement": "SELECT * FROM judgement ORDER BY 1",
    **{
        table: f"SELECT * FROM {table} ORDER BY rowid"
        for table in ("finding", "permission", "access", "library", "host", "signer", "gap")
    },
}


def misbehave(path: Path, watch: Watch, depth: Depth) -> Observation:
    """Do what the first word of the file's name says, then look as always."""
    kind = path.name.split("-")[0]
    if kind.endswith("deep"):
        kind = kind.removesuffix("deep") if depth.reach else ""
    if kind == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif kind == "hang":
        time.sleep(3600)
    elif kind == "bomb":
        hold = []
        while True:
            hold.append(bytearray(32 << 20))
    elif kind == "fault":
        raise ZeroDivisionError("a fault")
    elif kind == "exit":
        os._exit(3)
    return observe(path, watch, depth)


def make_apps(folder: Path, count: int, draw: random.Random) -> None:
    """Copies of the samples, made distinct by the comment of the ZIP file; some with names that spell trouble, some damaged."""
    sources = sorted([*(ROOT / "samples/apk").glob("*.apk"), *(ROOT / "samples/clipbench/apk").glob("*.apk")])
    kinds = [kind for kind, share in KINDS.items() for _ in range(max(1, share * count // 300))]
    kinds += ["good"] * (count - len(kinds))
    draw.shuffle(kinds)
    for number, kind in enumerate(kinds):
        data = draw.choice(sources).read_bytes()
        comment = f"copy {number}".encode()
        data = data[:-2] + len(comment).to_bytes(2, "little") + comment
        if kind == "torn":
            data = data[: draw.randrange(100, len(data) - 200)] + comment
        elif kind == "text":
            data = b"not a package " + comment
        (folder / f"{kind}-{number:04}.apk").write_bytes(data)


def coordinate(apps: str, db: str, jobs: int, die_at: int) -> None:
    """A run, which kills itself before the *die_at*-th statement that writes findings: always within a transaction."""
    judging = Judging(load_rules()[0], load_policy())
    with Store(Path(db), write=True) as store:
        left = die_at

        def trace(statement: str) -> None:
            nonlocal left
            if statement.startswith("INSERT INTO finding"):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        if die_at:
            store.database.set_trace_callback(trace)
        run = Run(store, judging, Plan(budget=BUDGET))
        with LocalPool(jobs, WorkerSettings(BUDGET, judging.ruleset.extra_apis, misbehave), run.decide) as pool:
            for _ in run.events(find_items([apps]), pool):
                pass


def start(apps: Path, db: Path, jobs: int, die_at: int = 0) -> subprocess.Popen[bytes]:
    command = [sys.executable, __file__, "--coordinate", str(apps), str(db), str(jobs), str(die_at)]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"})


def workers_of(coordinator: int) -> list[int]:
    """The grandchildren: the workers are children of the process that forks them."""
    parents: dict[int, int] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    return [pid for pid, parent in parents.items() if parents.get(parent) == coordinator]


def disturbed_run(apps: Path, db: Path, jobs: int, kills: int, draw: random.Random) -> dict[str, int]:
    """Run, kill, run again, until all kills are spent and a run ends by itself."""
    plan = (["worker", "transaction", "worker", "coordinator"] * kills)[:kills]
    draw.shuffle(plan)
    done = {"worker": 0, "coordinator": 0, "transaction": 0, "runs": 0}
    while True:
        die_at = draw.randint(1, 40) if plan and plan[-1] == "transaction" else 0
        process = start(apps, db, jobs, die_at)
        done["runs"] += 1
        while process.poll() is None:
            time.sleep(draw.uniform(0.3, 3.0))
            if die_at or not plan:
                continue
            if plan[-1] == "worker":
                pids = workers_of(process.pid)
                if pids:
                    os.kill(draw.choice(pids), signal.SIGKILL)
                    done[plan.pop()] += 1
            else:
                process.kill()
                process.wait()
                done["coordinator"] += 1
                if plan[-1] == "coordinator":
                    plan.pop()
        if die_at and process.returncode == -signal.SIGKILL:
            done[plan.pop()] += 1
        if process.returncode == 0:
            return {**done, "left": len(plan)}
        if process.returncode != -signal.SIGKILL:
            raise SystemExit(f"the run ended with {process.returncode}")


def contents(db: Path) -> dict[str, list[Any]]:
    """What must not depend on what was killed."""
    database = sqlite3.connect(db)
    if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
        raise SystemExit(f"{db} is damaged")
    tables: dict[str, list[Any]] = {name: database.execute(sql).fetchall() for name, sql in ROWS.items()}
    for name in ("finding", "permission", "access", "library", "host", "signer", "gap"):
        tables[name] = sorted(tables[name], key=repr)
    tables["observation"] = [
        (sha256, packed and msgspec.structs.replace(unpack(packed), timings={}))
        for sha256, packed in database.execute("SELECT sha256, observation FROM scan ORDER BY 1")
    ]
    database.close()
    return tables


def main() -> int:
    if sys.argv[1:2] == ["--coordinate"]:
        coordinate(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apps", type=int, default=300)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=2611)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="put apps and databases here and leave them")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="apkvet-faults-"))
    apps = folder / "apps"
    apps.mkdir(parents=True)
    draw = random.Random(options.seed)
    make_apps(apps, options.apps, draw)
    began = time.monotonic()
    if start(apps, folder / "quiet.db", options.jobs).wait() != 0:
        raise SystemExit("the undisturbed run failed")
    print(f"undisturbed run: {time.monotonic() - began:.0f} s")
    began = time.monotonic()
    kills = disturbed_run(apps, folder / "killed.db", options.jobs, options.kills, draw)
    print(f"disturbed run: {time.monotonic() - began:.0f} s, {kills}")
    quiet, killed = contents(folder / "quiet.db"), contents(folder / "killed.db")
    states: dict[str, int] = {}
    for row in killed["scan"]:
        states[row[5] if row[6] is None else f"{row[5]}: {row[6]}"] = (
            states.get(row[5] if row[6] is None else f"{row[5]}: {row[6]}", 0) + 1
        )
    print(f"{len(killed['location'])} locations, {len(killed['scan'])} apps settled: {states}")
    wrong = 0
    for name, rows in quiet.items():
        differ = sum(a != b for a, b in zip(rows, killed[name], strict=False)) + abs(len(rows) - len(killed[name]))
        print(f"{name:12} {len(rows):6} rows, {differ} differ")
        wrong += differ
        for a, b in [(a, b) for a, b in zip(rows, killed[name], strict=False) if a != b and name == "scan"][:5]:
            print("  ", a, b)
    once = (
        len(killed["location"]) == options.apps and len({row[0] for row in killed["scan"]}) == len(killed["scan"]) == options.apps
    )
    print("every app settled exactly once" if once else "NOT every app settled exactly once")
    if not options.keep:
        shutil.rmtree(folder)
    return 0 if once and not wrong and not kills["left"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
