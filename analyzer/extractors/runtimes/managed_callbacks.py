"""What starts a call in an assembly: the callbacks of pages, activities and scripts, and who calls what inside of the assembly.

From the method that holds a call the callers are looked for, nearest first, until one is a callback of a table: by its name, in a
class below the table's base, or as the handler of an event of the table (``add_Clicked``). Taking a method's address for anything
else is no call: when it runs is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast, get_args

from msgspec import Struct

from analyzer.errors import FormatError, RuleError
from analyzer.facts import PayloadKind, TriggerKind
from analyzer.formats.dotnet import Assembly, Bodies
from analyzer.formats.dotnet.assembly import METHOD_DEF
from analyzer.platform.knowledge import read_table

_KINDS = frozenset(get_args(TriggerKind))
_RUNTIMES = ("dotnet", "unity-mono")
_MOST_METHODS = 64
_MOST_STEPS = 512
_LDFTN = b"\xfe\x06"
_BEFORE_ADDING = 11  # ldftn and newobj of the delegate, as the compilers place them before the call that adds a handler
_ASYNC = re.compile(r"(.+)\.<(\w+)>[^.]*\.MoveNext")


class Callback(Struct, frozen=True):
    """A method that the runtime calls in classes below ``base``; or, as ``add_Event``, an event whose handlers it calls."""

    base: str
    method: str


Callbacks = dict[PayloadKind, dict[Callback, TriggerKind]]


def load_managed_callbacks(knowledge: Path) -> Callbacks:
    """Read ``managed_callbacks.tsv``. Raises ``RuleError``."""
    path = knowledge / "managed_callbacks.tsv"
    found: Callbacks = {}
    for runtime, base, methods, trigger, _ in read_table(path, ("runtime", "base", "methods", "trigger", "source")):
        if runtime not in _RUNTIMES or trigger not in _KINDS or not base:
            raise RuleError(f"the row of {base} has a value that is not known", where=str(path))
        rows = found.setdefault(cast(PayloadKind, runtime), {})
        rows.update({Callback(base, method): cast(TriggerKind, trigger) for method in methods.split(",")})
    return found


class Starts:
    """What starts the methods of one assembly, by the callbacks of its runtime."""

    def __init__(self, assembly: Assembly, bodies: Bodies, callbacks: Mapping[Callback, TriggerKind]) -> None:
        self._assembly = assembly
        self._bodies = bodies
        self._steps = _MOST_STEPS
        self._callbacks = callbacks
        self._methods = {callback.method for callback in callbacks}
        self._handlers: dict[int, TriggerKind] | None = None
        self._found: dict[int, TriggerKind] = {}

    def of(self, row: int) -> TriggerKind:
        """What starts the method in *row* of MethodDef; ``unknown`` where nothing is found."""
        if row not in self._found:
            try:
                self._found[row] = next(self._search(row), "unknown")
            except FormatError:  # the assembly is too large to look any further
                self._found[row] = "unknown"
        return self._found[row]

    def _search(self, row: int) -> Iterator[TriggerKind]:
        waiting, seen = [row], {row}
        while waiting and len(seen) <= _MOST_METHODS and self._steps:
            self._steps -= 1
            rows = [kick for each in waiting for kick in (each, *self._kicked_off(each))]
            seen.update(rows)
            for each in rows:
                if (kind := self._callback(each)) is not None:
                    yield kind
            found = self._bodies.calls([METHOD_DEF << 24 | each + 1 for each in rows])
            waiting = sorted({call.caller for call in found if call.runs} - seen)
            seen.update(waiting)

    def _kicked_off(self, row: int) -> list[int]:
        """The asynchronous method whose rest is the method ``MoveNext`` of a class of its own (``Page.<OnAppearing>d__1``)."""
        match = _ASYNC.fullmatch(self._assembly.method(row))
        return self._assembly.methods_of(match[1], match[2]) if match else []

    def _callback(self, row: int) -> TriggerKind | None:
        if self._handlers is None:
            self._handlers = dict(self._handled())
        name = self._assembly.method(row).rpartition(".")[2]
        if name in self._methods:
            for base in self._assembly.bases(row):
                if (kind := self._callbacks.get(Callback(base, name))) is not None:
                    return kind
        return self._handlers.get(row)

    def _handled(self) -> Iterator[tuple[int, TriggerKind]]:
        """The methods that are given to events of the table."""
        bases = {callback.base for callback in self._callbacks}
        events = {
            member.token: kind
            for member in self._assembly.members(bases.__contains__)
            if (kind := self._callbacks.get(Callback(member.type, member.name))) is not None
        }
        for call in self._bodies.calls(events):
            before = self._assembly.data[max(0, call.offset - _BEFORE_ADDING) : call.offset]
            token = int.from_bytes(before[2:6], "little")
            if before[:2] == _LDFTN and token >> 24 == METHOD_DEF:
                yield (token & 0xFFFFFF) - 1, events[call.token]
