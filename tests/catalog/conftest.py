"""A catalog's parts for tests: what to judge by, observers that misbehave, packages made distinct."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from analyzer.catalog.judging import Judging
from analyzer.catalog.locations import find_items
from analyzer.catalog.pool import LocalPool
from analyzer.catalog.run import Event, Plan, Run
from analyzer.catalog.store import Store
from analyzer.catalog.work import WorkerSettings
from analyzer.facts import Observation
from analyzer.platform.watch import Watch
from analyzer.policy import load_policy
from analyzer.scan import Depth, load_rules, observe
from tests.cli.conftest import run as run  # the fixture


def faulty(path: Path, watch: Watch, depth: Depth) -> Observation:
    """An observer that does what the first word of the file's name says.

    It does so while data is followed, and no more without; ``deep`` before it: while there is a call graph, ``always``: always.
    """
    what = path.name.split("-")[0]
    when = next((word for word in ("always", "deep") if what.startswith(word)), "")
    if {"always": True, "deep": depth.reach, "": depth.reach and depth.flow != "off"}[when]:
        _misbehave(what.removeprefix(when))
    return observe(path, watch, depth)


def _misbehave(what: str) -> None:
    if what == "hang":
        time.sleep(600)
    elif what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "bomb":
        hold = [bytearray(64 << 20) for _ in range(1000)]
        raise AssertionError(len(hold))
    elif what == "fault":
        raise ZeroDivisionError("boom")
    elif what == "exit":
        os._exit(7)


@pytest.fixture(scope="session")
def judging() -> Judging:
    """The built-in rules and the default policy."""
    return Judging(load_rules()[0], load_policy())


@pytest.fixture
def apps(tmp_path: Path, apks: Path) -> Path:
    """A folder of three small packages."""
    folder = tmp_path / "apps"
    folder.mkdir()
    for name in ("paste-button", "keyboard", "multidex"):
        shutil.copy(apks / f"{name}.apk", folder)
    return folder


def distinct_copy(source: Path, target: Path, number: int = 0) -> Path:
    """A copy with another digest: a comment at the end of the ZIP file says so."""
    data = source.read_bytes()
    comment = f"{target.name} {number}".encode()
    target.write_bytes(data[:-2] + len(comment).to_bytes(2, "little") + comment)
    return target


def scan_all(
    store: Store, judging: Judging, sources: Iterable[Path], settings: WorkerSettings | None = None, **options: object
) -> list[Event]:
    """One run over *sources*; its events."""
    settings = settings or WorkerSettings()
    jobs = int(str(options.pop("jobs", 2)))
    group = options.pop("group", None)
    run = Run(store, judging, Plan(budget=settings.budget, **options))  # type: ignore[arg-type]
    with LocalPool(jobs, settings, run.decide) as pool:
        items = find_items(map(str, sources), group)  # type: ignore[arg-type]
        return [event for event in run.events(items, pool) if event is not None]
