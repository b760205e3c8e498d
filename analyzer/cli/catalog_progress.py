"""Progress of a catalog's run on standard error: a live line on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import click

from analyzer.reporting.sanitize import clean

if TYPE_CHECKING:
    from rich.progress import Progress

    from analyzer.catalog.locations import Count
    from analyzer.catalog.run import Event

_PLAIN_EVERY = 10.0
_CURRENT = 3


class CatalogProgress:
    """Counts events, shows how far the run is, and says in the end what came of it."""

    def __init__(self, db: Path, *, quiet: bool, count: Count | None = None) -> None:
        self._db, self._quiet, self._count = db, quiet, count
        self._states: Counter[str] = Counter()
        self._verdicts: Counter[str] = Counter()
        self._began = self._told = time.monotonic()
        self._bar: Progress | None = None

    @property
    def failed(self) -> int:
        """Apps without an observation, those that failed in an earlier run included."""
        return self._states["failed"] + self._states["known-failed"]

    def __enter__(self) -> CatalogProgress:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                Progress,
                ProgressColumn,
                SpinnerColumn,
                TextColumn,
                TimeElapsedColumn,
                TimeRemainingColumn,
            )
            from rich.table import Column

            # What is at work comes last and is cut, so that it never pushes the estimate off the line.
            current = Column(ratio=1, no_wrap=True, overflow="ellipsis")
            columns: list[ProgressColumn] = [
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=20),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[current]}", markup=False, table_column=current),
            ]
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True, expand=True)
            self._bar.add_task("", total=None, current="")
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._count is not None:
            self._count.stop()
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def note(self, line: str) -> None:
        """A line in between."""
        if self._bar is not None:
            self._bar.console.print(clean(line, 1000), markup=False, highlight=False)
        else:
            click.echo(clean(line, 1000), err=True)

    def show(self, event: Event | None, current: Sequence[tuple[str, float]]) -> None:
        """Take one event (None: only time has passed) and say how far things are."""
        if event is not None:
            self._states[event.state] += 1
            if event.verdict is not None:
                self._verdicts[event.verdict] += 1
            if event.note is not None and not self._quiet:
                self.note(f"{event.location}: {'failed: ' if event.state == 'failed' else ''}{event.note}")
        if self._quiet:
            return
        if self._bar is not None:
            task, seen = self._bar.task_ids[0], sum(self._states.values())
            self._bar.update(task, total=self._total(), completed=seen, description=self._line(), current=_at_work(current))
        elif time.monotonic() - self._told >= _PLAIN_EVERY:
            self._told = time.monotonic()
            click.echo(f"{self._line()}  {_at_work(current)}".rstrip(), err=True)

    def _total(self) -> int | None:
        """How many there are, as far as that is known; never fewer than were seen."""
        counted = self._count.total if self._count is not None else None
        return None if counted is None else max(counted, sum(self._states.values()))

    def _line(self) -> str:
        worked = self._states["done"] + self._states["failed"]
        rate = 60 * worked / max(time.monotonic() - self._began, 0.001)
        total = self._total()
        seen = f"{worked} scanned" if total is None else f"{sum(self._states.values()):,} of {total:,}"
        parts = [seen, f"{rate:.0f} a minute"]
        known = self._states["known"] + self._states["known-failed"]
        if known:
            parts.insert(1, f"{known} known")
        if self.failed:
            parts.append(f"{self.failed} failed")
        return ", ".join(parts)

    def summary(self, *, interrupted: bool) -> None:
        """What came of the run."""
        if self._quiet:
            return
        seconds = time.monotonic() - self._began
        states = self._states
        verdicts = ", ".join(f"{self._verdicts[verdict]} {verdict}" for verdict in ("allow", "review", "block"))
        lines = [f"{states['done'] + states['failed']} apps scanned in {_duration(seconds)}: {verdicts}."]
        if states["known"] + states["known-failed"]:
            lines.append(f"{states['known'] + states['known-failed']} were done before.")
        if self.failed:
            query = "SELECT location, failed FROM apps WHERE failed IS NOT NULL"
            lines.append(f'{self.failed} failed: apkvet catalog query "{query}" --db {self._db}')
        if interrupted:
            lines.append("Interrupted. Everything so far is kept; run the same command again to go on.")
        for line in lines:
            click.echo(line, err=True)


def _at_work(current: Sequence[tuple[str, float]]) -> str:
    """The apps that have been looked at for a second or more, the longest first."""
    longest = sorted((item for item in current if item[1] >= 1), key=lambda item: -item[1])
    return "; ".join(f"{clean(Path(location).name, 40)} {seconds:.0f} s" for location, seconds in longest[:_CURRENT])


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
