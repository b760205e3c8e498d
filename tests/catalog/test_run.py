"""A run over a catalog: what ends one app never ends the run, what is done is not done again, kills lose nothing."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import msgspec
import pytest

from analyzer.catalog.database import open_for_reading
from analyzer.catalog.judging import Judging
from analyzer.catalog.store import Store
from analyzer.catalog.work import Budget, WorkerSettings
from analyzer.scan import Depth
from tests.catalog.conftest import distinct_copy, faulty, scan_all

CALLS = Depth(reach=False)


def states(db: Path) -> dict[str, tuple[str, str | None, str | None, int]]:
    with sqlite3.connect(db) as database:
        rows = database.execute(
            "SELECT l.location, s.state, s.kind, s.reached, s.attempts FROM location l JOIN scan s USING (sha256) ORDER BY 1"
        ).fetchall()
    database.close()
    return {Path(location).name: tuple(rest) for location, *rest in rows}


def test_every_app_is_judged_and_a_second_run_does_nothing(apps: Path, tmp_path: Path, judging: Judging) -> None:
    with Store(tmp_path / "c.db", write=True) as store:
        first = scan_all(store, judging, [apps])
        assert {(event.state, event.package, event.verdict) for event in first} == {
            ("done", "org.apkvet.samples.keyboard", "review"),
            ("done", "org.apkvet.samples.multi", "allow"),
            ("done", "org.apkvet.samples.paste", "allow"),
        }
        assert [event.state for event in scan_all(store, judging, [apps])] == ["known"] * 3
        # touched, but the same: read again and found to be known
        os.utime(apps / "keyboard.apk", (1, 1))
        assert [event.state for event in scan_all(store, judging, [apps])] == ["known"] * 3
        # another depth, another watch list: other work
        assert [event.state for event in scan_all(store, judging, [apps], depth=CALLS)] == ["done"] * 3
        other = Judging(judging.ruleset.looked_for(frozenset({"Lx;->y"}), "other"), judging.policy)
        assert [event.state for event in scan_all(store, other, [apps])] == ["done"] * 3


def test_a_set_in_one_file_is_an_app_and_a_loose_split_is_one_by_itself(root: Path, tmp_path: Path, judging: Judging) -> None:
    parts, folder = root / "samples/bundles/apk", tmp_path / "apps"
    folder.mkdir()
    with zipfile.ZipFile(folder / "notes.apks", "w") as archive:
        for name in ("base.apk", "split_paste.apk"):
            archive.write(parts / name, name)
    shutil.copy(parts / "split_paste.apk", folder)
    with Store(tmp_path / "c.db", write=True) as store:
        events = scan_all(store, judging, [folder], depth=CALLS)
        assert {(Path(event.location).name, event.state, event.package) for event in events} == {
            ("notes.apks", "done", "org.apkvet.samples.notes"),
            ("split_paste.apk", "done", "org.apkvet.samples.notes"),
        }


def test_a_changed_file_is_scanned_and_the_old_version_stays(apps: Path, tmp_path: Path, judging: Judging) -> None:
    with Store(tmp_path / "c.db", write=True) as store:
        scan_all(store, judging, [apps / "keyboard.apk"])
        distinct_copy(apps / "multidex.apk", apps / "keyboard.apk")
        (event,) = scan_all(store, judging, [apps / "keyboard.apk"])
        assert (event.state, event.package) == ("done", "org.apkvet.samples.multi")
        assert store.database.execute("SELECT count(*) FROM app").fetchone() == (2,)
        assert store.database.execute("SELECT count(*) FROM location").fetchone() == (1,)


def test_the_same_package_at_two_places_is_looked_at_once(apps: Path, tmp_path: Path, judging: Judging, apks: Path) -> None:
    for name in ("a", "b", "c"):
        (apps / f"{name}.apk").write_bytes((apks / "keyboard.apk").read_bytes())
    with Store(tmp_path / "c.db", write=True) as store:
        events = scan_all(store, judging, [apps], jobs=3)
        assert sorted(event.state for event in events) == ["done"] * 3 + ["known"] * 3
        assert store.database.execute("SELECT count(*) FROM location").fetchone() == (6,)
        assert store.database.execute("SELECT count(*) FROM scan").fetchone() == (3,)


def test_whatever_a_package_does_costs_only_itself(apps: Path, tmp_path: Path, judging: Judging, apks: Path) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    kinds = ("hang", "crash", "killed", "bomb", "fault", "exit")
    for kind in kinds:
        distinct_copy(apks / "keyboard.apk", folder / f"{kind}-once.apk")
        distinct_copy(apks / "keyboard.apk", folder / f"always{kind}-x.apk")
    distinct_copy(apks / "keyboard.apk", folder / "deepfault-x.apk")
    (folder / "text.apk").write_text("no package")
    (folder / "torn.apk").write_bytes((apks / "keyboard.apk").read_bytes()[:3000])
    settings = WorkerSettings(Budget(8.0, 256 << 20), observer=faulty)
    with Store(tmp_path / "c.db", write=True) as store:
        events = scan_all(store, judging, [folder, apps, tmp_path / "none.apk"], settings)
        assert len(events) == 19
        assert store.database.execute("SELECT location, failed FROM apps WHERE sha256 IS NULL").fetchall() == [
            (str(tmp_path / "none.apk"), "no such file. Check the path.")
        ]
        failed = dict(store.database.execute("SELECT file, failed FROM app WHERE failed IS NOT NULL").fetchall())
        verdicts = store.database.execute(
            "SELECT DISTINCT j.verdict, j.score FROM judgement j JOIN app USING (sha256) WHERE failed IS NOT NULL"
        )
        assert verdicts.fetchall() == [("review", None)]
    found = states(tmp_path / "c.db")
    kind_of = {"hang": "timeout", "bomb": "memory", "exit": "crash"}
    for kind in kinds:
        assert found[f"{kind}-once.apk"] == ("done", None, "reach", 4 if kind == "killed" else 2), kind
        assert found[f"always{kind}-x.apk"][:2] == ("failed", kind_of.get(kind, kind))
    assert found["deepfault-x.apk"] == ("done", None, "calls", 3)
    assert found["text.apk"] == ("failed", "unreadable", None, 1)
    assert found["torn.apk"][:2] == ("failed", "unreadable")
    assert {found[f"{name}.apk"] for name in ("keyboard", "multidex", "paste-button")} == {("done", None, "flow-fast", 1)}
    assert failed["alwayshang-x.apk"] == "not done after 8 seconds"
    assert failed["alwayscrash-x.apk"] == "the worker crashed (SIGSEGV)"
    assert failed["alwaysbomb-x.apk"] == "ran out of memory"
    assert failed["alwaysfault-x.apk"] == "apkvet itself failed (ZeroDivisionError: boom)"
    assert len(failed) == len(kinds) + 2


def test_failed_apps_are_tried_again_with_a_larger_budget_or_when_asked_to(tmp_path: Path, judging: Judging, apks: Path) -> None:
    app = distinct_copy(apks / "keyboard.apk", tmp_path / "alwaysfault-x.apk")
    bad = WorkerSettings(Budget(30.0, 1 << 30), observer=faulty)
    with Store(tmp_path / "c.db", write=True) as store:
        assert [e.state for e in scan_all(store, judging, [app], bad)] == ["failed"]
        assert [e.state for e in scan_all(store, judging, [app], bad)] == ["known-failed"]
        assert [e.state for e in scan_all(store, judging, [app], bad, retry_failed=True)] == ["failed"]
        larger = WorkerSettings(Budget(60.0, 1 << 30))
        assert [e.state for e in scan_all(store, judging, [app], larger)] == ["done"]
        assert store.database.execute("SELECT failed, package FROM app").fetchall() == [(None, "org.apkvet.samples.keyboard")]
        assert [e.state for e in scan_all(store, judging, [app], bad)] == ["known"]


def test_a_newer_failure_does_not_hide_what_is_known(tmp_path: Path, judging: Judging, apks: Path) -> None:
    app = distinct_copy(apks / "keyboard.apk", tmp_path / "alwaysfault-x.apk")
    with Store(tmp_path / "c.db", write=True) as store:
        scan_all(store, judging, [app], depth=CALLS)
        store.database.execute("UPDATE scan SET scanned_at = '2020-01-01T00:00:00Z'")
        assert [e.state for e in scan_all(store, judging, [app], WorkerSettings(observer=faulty))] == ["failed"]
        (row,) = store.database.execute("SELECT failed, rescan_failed, verdict, depth FROM apps")
        assert row == (None, "apkvet itself failed (ZeroDivisionError: boom)", "review", "calls")


def test_groups_are_judged_by_their_own_policy(tmp_path: Path, judging: Judging, apps: Path) -> None:
    with Store(tmp_path / "c.db", write=True) as store:
        scan_all(store, judging, [apps / "keyboard.apk"], group="kiosk")
        assert store.database.execute("SELECT app_group FROM apps").fetchall() == [("kiosk",)]


COORDINATOR = [sys.executable, "-m", "analyzer.cli", "catalog", "scan"]


def start(root: Path, apps: Path, db: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [*COORDINATOR, str(apps), "--db", str(db), "-q", *options]
    return subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, start_new_session=True)


def count(db: Path) -> int:
    try:
        database = open_for_reading(db)
    except Exception:
        return 0
    try:
        return int(database.execute("SELECT count(*) FROM scan").fetchone()[0])
    finally:
        database.close()


def wait_for(db: Path, apps: int) -> None:
    for _ in range(600):
        if count(db) >= apps:
            return
        time.sleep(0.05)
    raise AssertionError("the run does not get on")


@pytest.fixture
def many(tmp_path: Path, apks: Path) -> Path:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(24):
        distinct_copy(apks / "keyboard.apk", folder / f"{number:02}.apk")
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_a_killed_coordinator_loses_at_most_what_was_at_work(root: Path, many: Path, tmp_path: Path) -> None:
    db = tmp_path / "c.db"
    first = start(root, many, db, "-j", "2")
    try:
        wait_for(db, 4)
    finally:
        first.kill()
        first.communicate()
    done = count(db)
    assert 4 <= done < 24
    again = start(root, many, db, "-j", "2")
    assert again.wait(120) == 0
    again.communicate()
    with Store(db) as store:
        assert store.database.execute("SELECT count(*), count(DISTINCT sha256) FROM scan WHERE state = 'done'").fetchone() == (
            24,
            24,
        )
        assert store.database.execute("SELECT state FROM runs ORDER BY id").fetchall() == [("interrupted",), ("done",)]
        assert store.database.execute("SELECT done FROM runs ORDER BY id").fetchall() == [(done,), (24 - done,)]
        assert store.database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_an_interrupted_run_finishes_what_it_is_at_and_says_how_to_go_on(root: Path, many: Path, tmp_path: Path) -> None:
    db = tmp_path / "c.db"
    run = subprocess.Popen(
        [*COORDINATOR, str(many), "--db", str(db), "-j", "1"], cwd=root, stderr=subprocess.PIPE, start_new_session=True
    )
    wait_for(db, 2)
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert b"Finishing the apps at work." in said
    assert b"run the same command again to go on" in said
    assert b"Traceback" not in said
    with Store(db) as store:
        assert store.database.execute("SELECT state, done, failed FROM runs").fetchall() == [("interrupted", count(db), 0)]


def test_two_runs_on_one_database_refuse(root: Path, apps: Path, tmp_path: Path) -> None:
    db = tmp_path / "c.db"
    with Store(db, write=True):
        second = start(root, apps, db)
        _, said = second.communicate(timeout=60)
    assert second.returncode == 6
    assert said.decode().startswith(f"apkvet: {db}: another run is using this catalog (process {os.getpid()} on ")


def test_the_worker_s_settings_travel(judging: Judging) -> None:
    assert msgspec.structs.replace(WorkerSettings(), observer=faulty).observer is faulty


def test_workers_that_cannot_be_started_end_the_run_with_one_line(root: Path, apps: Path, tmp_path: Path) -> None:
    """The path of the workers' socket has to be short."""
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    command = [sys.executable, "-m", "analyzer.cli", "catalog", "scan", str(apps), "--db", str(tmp_path / "c.db"), "-q"]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, "TMPDIR": str(folder)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 6
    (line,) = done.stderr.splitlines()
    assert line.startswith("apkvet: worker processes cannot be started: ")
    assert line.endswith(" Set TMPDIR to a folder with a shorter path.")
