"""One run over a catalog: what is left to do is given out, what comes back is judged and stored, what fails is tried smaller."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Literal

import msgspec
from msgspec import Struct

from analyzer.catalog.judging import Identity, Judging, failed_observation
from analyzer.catalog.packing import unpack
from analyzer.catalog.pool import Ended, Executor, Task
from analyzer.catalog.store import Attempted, Store, WorkKey
from analyzer.catalog.work import RETRIED, Budget, Content, Failure, Item, Seen
from analyzer.errors import CatalogError
from analyzer.result import Result, Verdict
from analyzer.scan import FULL, Depth

_LEFT_OUT = {"reach": "without data flow", "calls": "without the call graph"}
_KILLED_AT_MOST = 3  # whoever kills a worker more often over one package means the package
_COLLECT_EVERY = 200

State = Literal["done", "failed", "known", "known-failed"]


class Event(Struct, frozen=True):
    """One package is settled: judged, failed, or there already. ``note`` says why it failed or was looked at less deeply."""

    location: str
    state: State
    sha256: str | None = None
    package: str | None = None
    verdict: Verdict | None = None
    score: int | None = None
    note: str | None = None


class Plan(Struct, frozen=True):
    """What a run does: how deep it looks, within which budget, and what it does not take for settled.

    ``retry_failed``: what failed and need not fail each time. ``trust_stamps``: a file of the same size and time is the same.
    """

    depth: Depth = FULL
    budget: Budget = Budget()
    retry_failed: bool = False
    trust_stamps: bool = True


class Run:
    """Drives an executor over items. ``decide`` is what the executor asks once it knows a digest."""

    def __init__(self, store: Store, judging: Judging, plan: Plan) -> None:
        self._store, self._judging, self._plan = store, judging, plan
        self._key = WorkKey(judging.ruleset.watch_digest or "", plan.depth.name)
        self._again: deque[Task] = deque()
        self._at_work: dict[str, str] = {}  # digest: the location from which it is looked at now
        self._stopping = False
        self._given = 0
        self._waiting = 0  # tasks that were given out and have not ended

    def stop(self) -> None:
        """Give out no more; what is being looked at is finished."""
        self._stopping = True

    def decide(self, task: Task, content: Content) -> bool:
        """Whether a package must be looked into: neither settled before nor being looked at elsewhere."""
        by = self._at_work.get(content.sha256)
        if by is None and not self._settled(content.sha256):
            self._at_work[content.sha256] = by = task.item.location
        return by == task.item.location

    def events(self, items: Iterable[Item], executor: Executor) -> Iterator[Event | None]:
        """Everything that is settled, as it happens; None where nothing was for a while.

        Raises ``CatalogError`` when the database cannot be used any more; what was stored before is kept.
        """
        source = iter(items)
        self._store.begin_run()
        yield from self._give(source, executor)
        while self._waiting:
            ended = [*executor.collect(0.5)]
            self._waiting -= len(ended)
            yield from self._give(source, executor)  # workers go on while what they brought is judged
            settled = [event for one in ended if (event := self._settle(one)) is not None]
            yield from settled
            if not settled:
                yield None
            yield from self._give(source, executor)  # what is tried again
        self._store.end_run("interrupted" if self._stopping else "done")

    def _give(self, source: Iterator[Item], executor: Executor) -> Iterator[Event]:
        """Give out tasks while there is room; what is settled already is told."""
        while not self._stopping and executor.room() > 0:
            task = self._again.popleft() if self._again else None
            if task is None:
                item = next(source, None)
                if item is None:
                    return
                known = self._known(item)
                if known is not None:
                    yield known
                    continue
                task = Task(item, self._plan.depth)
            executor.give(task)
            self._waiting += 1

    def _settled(self, sha256: str) -> str | None:
        return self._store.settled(sha256, self._key, self._plan.budget, retry=self._plan.retry_failed)

    def _known(self, item: Item) -> Event | None:
        """The event of a location that still has what was settled before."""
        sha256 = self._store.content_at(item) if self._plan.trust_stamps else None
        return self._as_known(item, sha256) if sha256 is not None and self._settled(sha256) else None

    def _as_known(self, item: Item, sha256: str) -> Event:
        self._store.record_location(item, sha256)
        return Event(item.location, "known-failed" if self._settled(sha256) == "failed" else "known", sha256)

    def _settle(self, ended: Ended) -> Event | None:
        """Store how an attempt ended, or have it tried again (None)."""
        task, content, outcome = ended.task, ended.content, ended.outcome
        self._given += 1
        if self._given % _COLLECT_EVERY == 0:
            gc.collect()  # automatic collection is off in the command line
        if outcome is None and content is not None:
            return self._as_known(task.item, content.sha256)
        if isinstance(outcome, Failure):
            again = _next_task(task, outcome)
            if again is not None:
                self._again.append(again)
                return None
        if content is None:
            return self._unreachable(task.item, outcome)
        self._at_work.pop(content.sha256, None)
        assert outcome is not None
        note = f"{_LEFT_OUT[task.depth.name]}: an attempt before failed" if task.depth != self._plan.depth else None
        attempted = Attempted(outcome, task.depth.name, self._plan.budget, task.attempt, note)
        return self._store_one(task.item, content, attempted)

    def _unreachable(self, item: Item, outcome: Seen | Failure | None) -> Event:
        reason = outcome.reason if isinstance(outcome, Failure) else "cannot be read"
        self._at_work = {sha256: by for sha256, by in self._at_work.items() if by != item.location}
        self._store.record_location(msgspec.structs.replace(item, stamp=None), None, reason)
        return Event(item.location, "failed", verdict="review", note=reason)

    def _store_one(self, item: Item, content: Content, attempted: Attempted) -> Event:
        identity = Identity(PurePath(item.location).name, content.sha256, content.size)
        result, outcome = None, attempted.outcome
        if isinstance(outcome, Seen):
            try:
                result = self._judging.result(unpack(outcome.packed), item.group)
            except CatalogError as error:
                outcome = Failure("fault", error.what)
            except Exception as error:  # a fault of ours must not end the other packages
                outcome = Failure("fault", f"judging failed ({type(error).__name__}: {str(error)[:200]})")
            attempted = msgspec.structs.replace(attempted, outcome=outcome)
        if result is None:
            assert isinstance(outcome, Failure)
            result = self._judging.result(failed_observation(identity, outcome.reason), item.group)
        self._store.record(item, content, self._key, attempted, result)
        note = outcome.reason if isinstance(outcome, Failure) else attempted.note
        return _event(item, result, "failed" if isinstance(outcome, Failure) else "done", note)


def _next_task(task: Task, failure: Failure) -> Task | None:
    """The next attempt after a failure: the same when the worker was killed from outside, else at the next smaller depth."""
    if failure.kind == "killed" and task.killed + 1 < _KILLED_AT_MOST:
        return msgspec.structs.replace(task, attempt=task.attempt + 1, killed=task.killed + 1)
    smaller = task.depth.smaller if failure.kind in RETRIED else None
    return Task(task.item, smaller, task.attempt + 1) if smaller is not None else None


def _event(item: Item, result: Result, state: State, note: str | None) -> Event:
    score = result.score.total if result.score else None
    return Event(item.location, state, result.app.sha256, result.app.package, result.decision.verdict, score, note)
