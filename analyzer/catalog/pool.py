"""Worker processes on this machine, each with a pipe of its own, a wall-clock budget and a limit of memory.

A worker that crashes, hangs or is killed costs its package and nothing else: it is replaced, and the others never notice,
because workers share neither locks nor queues.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Protocol

from msgspec import Struct

from analyzer.catalog import worker
from analyzer.catalog.messages import Known, Ready, receive, send
from analyzer.catalog.work import Content, Failure, Item, Seen, WorkerSettings
from analyzer.errors import CatalogError
from analyzer.scan import Depth

_PACKAGES_PER_WORKER = 500  # then a fresh one, whatever a native library may have leaked
_FAILED_STARTS = 3
_GOODBYE = 2.0
_START = 120.0  # seconds that a worker may take to start; they are not the package's


class Task(Struct, frozen=True):
    """One attempt at one package, the how manieth; ``killed`` counts those at this depth that something outside ended."""

    item: Item
    depth: Depth
    attempt: int = 1
    killed: int = 0


class Ended(Struct, frozen=True):
    """How an attempt ended. ``content`` is None when it could not be fetched, ``outcome`` None when it was known already."""

    task: Task
    content: Content | None
    outcome: Seen | Failure | None


Decide = Callable[[Task, Content], bool]
"""Whether a package has to be looked into, now that its digest is known."""


class Executor(Protocol):
    """Who looks at packages: takes tasks while it has room and gives back how they ended, in any order."""

    def room(self) -> int:
        """How many more tasks it takes now."""

    def give(self, task: Task) -> None:
        """Begin a task."""

    def collect(self, seconds: float) -> Iterator[Ended]:
        """The tasks that ended, waiting up to *seconds* for the first."""

    def current(self) -> list[tuple[str, float]]:
        """The locations that are looked at now, with the seconds since."""

    def kill(self) -> None:
        """Give up what is being looked at."""


class LocalPool:
    """``jobs`` worker processes. Use as a context manager; ``decide`` is asked as soon as a digest is known."""

    def __init__(self, jobs: int, settings: WorkerSettings, decide: Decide) -> None:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's threads cost more than they bring here
        # Workers are forked from a small process that has imported what they need, never from this one with its database.
        self._context: Any = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
        self._context.set_forkserver_preload(["analyzer.catalog.worker"])
        self._settings = settings
        self._decide = decide
        self._workers: list[_Worker] = []
        self._jobs = jobs
        self._failed_starts = 0

    def __enter__(self) -> LocalPool:
        self._workers = [self._start() for _ in range(self._jobs)]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for one in self._workers:
            one.connection.close()
        for one in self._workers:
            one.process.join(_GOODBYE if one.task is None else 0)
            if one.process.is_alive():
                one.process.kill()
                one.process.join()

    def room(self) -> int:
        """How many workers wait for a task."""
        return sum(one.task is None for one in self._workers)

    def give(self, task: Task) -> None:
        """Give a waiting worker a task."""
        one = next(one for one in self._workers if one.task is None)
        one.begin(task, self._settings.budget.seconds)

    def current(self) -> list[tuple[str, float]]:
        """What the workers look at."""
        now = time.monotonic()
        return [(one.task.item.location, now - one.began) for one in self._workers if one.task is not None]

    def kill(self) -> None:
        """Kill the workers that are at work; their tasks are lost."""
        for one in self._workers:
            if one.task is not None:
                one.process.kill()

    def collect(self, seconds: float) -> Iterator[Ended]:
        """The tasks that ended; workers that died or ran out of time are replaced."""
        by_handle: dict[object, _Worker] = {}
        for one in self._workers:
            by_handle[one.connection] = by_handle[one.process.sentinel] = one
        now = time.monotonic()
        nearest = min((one.deadline for one in self._workers), default=now + seconds)
        ready = wait(list(by_handle), max(0.0, min(seconds, nearest - now)))  # type: ignore[arg-type]
        for one in {id(by_handle[handle]): by_handle[handle] for handle in ready}.values():
            yield from self._listen(one)
        for one in list(self._workers):
            if one.deadline <= time.monotonic():
                one.process.kill()
                one.process.join()
                why = f"not done after {self._settings.budget.seconds:g} seconds"
                yield from self._replace(
                    one, Failure("timeout", why) if one.ready else Failure("killed", "no worker could be started")
                )

    def _listen(self, one: _Worker) -> Iterator[Ended]:
        """Everything a worker has to say; its end is the last of it."""
        try:
            while one.connection.poll():
                message = receive(one.connection)
                if isinstance(message, Ready):
                    self._failed_starts = 0
                    one.is_ready(self._settings.budget.seconds)
                elif isinstance(message, Content):
                    self._answer(one, message)
                elif isinstance(message, (Seen, Failure, Known)) and one.task is not None:
                    yield one.end(None if isinstance(message, Known) else message)
                    spent = isinstance(message, Failure) and message.kind == "memory"  # what it still holds cannot be told
                    if spent or one.served >= _PACKAGES_PER_WORKER:
                        yield from self._replace(one, None)
                        return
        except (EOFError, OSError):
            one.process.join(_GOODBYE)
            if one.process.is_alive():
                one.process.kill()
                one.process.join()
            yield from self._replace(one, _death(one.process.exitcode))

    def _answer(self, one: _Worker, content: Content) -> None:
        if one.task is None:
            return
        one.content = content
        one.deadline = time.monotonic() + self._settings.budget.seconds
        send(one.connection, one.task.depth if self._decide(one.task, content) else None)

    def _replace(self, one: _Worker, failure: Failure | None) -> Iterator[Ended]:
        """A fresh worker for one that is gone; what it was at has failed."""
        if not one.ready:
            self._failed_starts += 1
            if self._failed_starts >= _FAILED_STARTS * self._jobs:
                raise CatalogError(
                    "worker processes cannot be started", mend="Give them more memory: --memory. Then report this."
                )
        self._workers[self._workers.index(one)] = self._start()
        one.connection.close()
        if one.task is not None and failure is not None:
            yield one.end(failure)

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=worker.serve, args=(theirs, self._settings), daemon=True)
        try:
            process.start()
        except OSError as error:
            mend = "Set TMPDIR to a folder with a shorter path." if "too long" in str(error) else "Free processes and memory."
            raise CatalogError(f"worker processes cannot be started: {error}", mend=mend) from None
        theirs.close()
        return _Worker(process, ours)


class _Worker:
    """One process, and what it is at."""

    def __init__(self, process: multiprocessing.process.BaseProcess, connection: Connection) -> None:
        self.process, self.connection = process, connection
        self.ready = False
        self.served = 0
        self.task: Task | None = None
        self.content: Content | None = None
        self.began = time.monotonic()
        self.deadline = self.began + _START

    def begin(self, task: Task, seconds: float) -> None:
        """Send a task; if the worker has just died, its sentinel says so soon."""
        self.task, self.content = task, None
        self.began = time.monotonic()
        if self.ready:
            self.deadline = self.began + seconds
        with contextlib.suppress(OSError):
            send(self.connection, task.item)

    def is_ready(self, seconds: float) -> None:
        """It has started; the time of a task that waited for that begins now."""
        self.ready = True
        self.deadline = time.monotonic() + seconds if self.task is not None else float("inf")

    def end(self, outcome: Seen | Failure | None) -> Ended:
        """The task is over."""
        assert self.task is not None
        ended = Ended(self.task, self.content, outcome)
        self.task, self.content, self.deadline = None, None, float("inf")
        self.served += 1
        return ended


def _death(code: int | None) -> Failure:
    """Why a worker is gone, from its exit code; a negative one is a signal."""
    if code is None or code >= 0:
        return Failure("crash", f"the worker ended with exit code {code}")
    if -code == getattr(signal, "SIGALRM", 0):
        return Failure("timeout", "not done in time")
    name = signal.Signals(-code).name if -code in {s.value for s in signal.Signals} else f"signal {-code}"
    if name in ("SIGKILL", "SIGTERM"):
        return Failure("killed", f"the worker was killed ({name}), perhaps for want of memory")
    return Failure("crash", f"the worker crashed ({name})")
