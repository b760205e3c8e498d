"""The same work on a Dask cluster (extra ``apkvet[cluster]``): the only module that knows Dask.

A task on the cluster looks at one package in a process of its own, with the same budget as here: a package that crashes or
hangs costs neither the cluster's worker nor its other tasks. The coordinator gives out no more than the cluster can hold soon, so
that a hundred thousand packages never wait in memory, and stays the only one that writes.
"""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Iterator
from queue import Empty, Queue
from types import TracebackType
from typing import Any

from analyzer.catalog.pool import Ended, LocalPool, Task
from analyzer.catalog.work import Content, Failure, Seen, WorkerSettings
from analyzer.errors import CatalogError, UsageError

_AHEAD = 2  # tasks given out for each thread of the cluster: one at work, one waiting
_LOOK_EVERY = 5.0  # seconds between two looks at how large the cluster is
_CONNECT = 30


def examine(task: Task, settings: WorkerSettings) -> tuple[Content | None, Seen | Failure | None]:
    """What runs on the cluster: one package, in a process of its own. Raises ``CatalogError`` where no process can be started."""
    if multiprocessing.current_process().daemon:
        raise CatalogError(
            "this Dask worker may not start processes",
            mend="Start it with --no-nanny, or with DASK_DISTRIBUTED__WORKER__DAEMON=False in its environment.",
        )
    with LocalPool(1, settings, lambda task, content: True) as pool:
        pool.give(task)
        while True:
            for ended in pool.collect(1.0):
                return ended.content, ended.outcome


class DaskCluster:
    """An executor whose workers are a cluster's. Use as a context manager. Raises ``UsageError`` when it cannot be reached."""

    def __init__(self, address: str, settings: WorkerSettings) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise UsageError("a scheduler needs Dask", mend="pip install 'apkvet[cluster]'.") from None
        # That a lost worker's task is done again is no news to whoever started the run.
        logging.getLogger("distributed.client").setLevel(logging.ERROR)
        try:
            self._client: Any = Client(address, timeout=_CONNECT)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot be reached: {str(error)[:200]}", where=address, mend="Is the scheduler running?") from None
        self._settings = settings
        self._ended: Queue[Any] = Queue()
        self._tasks: dict[str, tuple[Task, Any, float]] = {}
        self._threads, self._looked = 0, float("-inf")
        self._given = 0

    def __enter__(self) -> DaskCluster:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()
        self._client.close()

    def room(self) -> int:
        """How many more tasks the cluster gets now; it may grow and shrink. At least one waits for a cluster without workers."""
        if time.monotonic() - self._looked > _LOOK_EVERY:
            self._looked = time.monotonic()
            self._threads = sum(self._client.nthreads().values())
        return max(1, _AHEAD * self._threads) - len(self._tasks)

    def give(self, task: Task) -> None:
        """Submit a task."""
        self._given += 1
        key = f"apkvet-{self._client.id}-{self._given}"
        future = self._client.submit(examine, task, self._settings, key=key, pure=False)
        self._tasks[key] = (task, future, time.monotonic())
        future.add_done_callback(self._ended.put)

    def collect(self, seconds: float) -> Iterator[Ended]:
        """The tasks that ended. A lost worker's tasks are done elsewhere; one that loses worker after worker has failed."""
        try:
            future = self._ended.get(timeout=seconds)
            while True:
                if future.key in self._tasks:
                    task, _, _ = self._tasks.pop(future.key)
                    yield self._end(task, future)
                future = self._ended.get_nowait()
        except Empty:
            return

    def _end(self, task: Task, future: Any) -> Ended:
        if future.status == "finished":
            content, outcome = future.result()
            return Ended(task, content, outcome)
        if future.status == "error":
            error = future.exception()
            if isinstance(error, CatalogError):
                raise error
            if type(error).__name__ != "KilledWorker":
                return Ended(task, None, Failure("fault", f"the cluster failed ({type(error).__name__}: {str(error)[:200]})"))
        return Ended(task, None, Failure("killed", "the cluster lost its workers"))

    def current(self) -> list[tuple[str, float]]:
        """What was given out, with the time since."""
        now = time.monotonic()
        return [(task.item.location, now - began) for task, _, began in self._tasks.values()]

    def kill(self) -> None:
        """Cancel what was given out."""
        futures = [future for _, future, _ in self._tasks.values()]
        if futures:
            self._client.cancel(futures, force=True)
