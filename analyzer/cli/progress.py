"""Progress on standard error: a spinner on a terminal, a line a minute elsewhere, nothing for quick work."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from types import TracebackType

import click

from analyzer.reporting.sanitize import clean

_FIRST_AFTER = 1.0
_PLAIN_EVERY = 60.0
_FRAMES = "|/-\\"


class Progress:
    """Says which package is worked on, once that takes longer than a second. ``note`` prints a line in between."""

    def __init__(self, total: int, *, quiet: bool) -> None:
        self._total = total
        self._done = 0
        self._name = ""
        self._began = 0.0
        self._shown = False
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._terminal = sys.stderr.isatty()
        self._thread = None if quiet else threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Progress:
        if self._thread:
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        self._end.set()
        if self._thread:
            self._thread.join()

    def start(self, path: Path) -> None:
        """Work on *path* begins."""
        with self._lock:
            self._name, self._began = clean(path.name, 60), time.monotonic()

    def stop(self) -> None:
        """Work on the current package has ended: take the spinner away before anything is printed."""
        with self._lock:
            if self._name:
                self._done += 1
            self._name = ""
            self._erase()

    def note(self, line: str) -> None:
        """Print *line* to standard error, also when quiet: it says what failed."""
        click.echo(clean(line, 1000), err=True)

    def _run(self) -> None:
        frame = 0
        while not self._end.wait(0.1 if self._terminal else _PLAIN_EVERY):
            with self._lock:
                waited = time.monotonic() - self._began
                if self._name and waited >= _FIRST_AFTER:
                    line = f"[{self._done + 1}/{self._total}] {self._name} {waited:.0f} s"
                    frame += 1
                    if self._terminal:
                        sys.stderr.write(f"\r\x1b[2K{_FRAMES[frame % 4]} {line}")
                        self._shown = True
                    else:
                        sys.stderr.write(line + "\n")
                    sys.stderr.flush()

    def _erase(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
            self._shown = False
