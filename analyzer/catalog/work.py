"""The words of a catalog's work: what is to be looked at, how far, and how looking ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from msgspec import Struct

from analyzer import limits
from analyzer.facts import Observation
from analyzer.platform.watch import Watch
from analyzer.scan import Depth, observe

FailureKind = Literal["unreadable", "location", "timeout", "memory", "crash", "killed", "fault"]
"""Why there is no observation: it is no package, could not be fetched, cost too much, the worker died, apkvet failed."""

RETRIED: frozenset[FailureKind] = frozenset({"timeout", "memory", "crash", "killed", "fault"})
"""Failures that a smaller depth may avoid; the others would be the same again."""


class Budget(Struct, frozen=True):
    """What one package may cost: wall-clock seconds, and bytes of address space beyond what the worker has at its start."""

    seconds: float = limits.APP_SECONDS
    memory: int = limits.APP_MEMORY


class Item(Struct, frozen=True):
    """A package to look at. ``stamp`` changes when the file does (size and time, or the store's tag); None: cannot be told."""

    location: str
    stamp: str | None = None
    group: str | None = None


class Content(Struct, frozen=True):
    """What is at a location: SHA-256 and size in bytes."""

    sha256: str
    size: int


class Seen(Struct, frozen=True):
    """An observation, packed by ``pack``, and what it cost: CPU in milliseconds, the worker's peak of memory in KiB."""

    packed: bytes
    cpu_ms: int
    peak_kb: int


class Failure(Struct, frozen=True):
    """Why there is none, in one line."""

    kind: FailureKind
    reason: str


Observer = Callable[[Path, Watch, Depth], Observation]


class WorkerSettings(Struct, frozen=True):
    """What every worker is given: the budget, the APIs that only own rules name, and the function that looks."""

    budget: Budget = Budget()
    extra_apis: frozenset[str] = frozenset()
    observer: Observer = observe
