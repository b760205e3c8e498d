"""One object going through the states of its lifecycle."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from analyzer.flow.code import Code
from analyzer.flow.conventions import CALLBACKS, Turn
from analyzer.flow.heap import Heap
from analyzer.flow.machine import Callback
from analyzer.flow.values import Value, of_object

MADE = "made"
_MOST_TURNS = 3
_BETWEEN = frozenset({"paused", "stopped", "running"})  # other components may run before the next state


class Life(Struct, frozen=True):
    """Whose life: the object, its class, the calling context, the turns that its states may take.

    ``nested``: within the life of a component, as a fragment's.
    """

    number: int
    cls: str
    context: int
    turns: tuple[Turn, ...]
    nested: bool = False


class Platform(Protocol):
    """What a life asks of the platform that runs it."""

    code: Code
    world: Heap

    def call(self, callback: Callback, cls: str, heap: Heap, context: int) -> tuple[Heap, Value]:
        """Call a method."""

    def callbacks(self, heap: Heap, context: int, done: dict[Callback, int], instances: dict[int, int]) -> bool:
        """Run what was asked to be called."""

    def user_methods(self, cls: str, turns: tuple[Turn, ...]) -> list[int]:
        """Methods that belong to no state."""

    def finished(self, cls: str, name: str, value: Value) -> None:
        """A method of the lifecycle returned."""

    def join(self, heap: Heap) -> None:
        """What is left behind."""


class Lifecycle:
    """One object going through its states."""

    def __init__(self, components: Platform, life: Life) -> None:
        self._components = components
        self._life = life
        self._turns: dict[str, list[Turn]] = {}
        for turn in life.turns:
            self._turns.setdefault(turn.state, []).append(turn)
        self._receiver = of_object(life.number)
        self._users = components.user_methods(life.cls, life.turns)
        self._done: dict[Callback, int] = {}
        self._instances: dict[int, int] = {life.number: 1}

    def run(self, heap: Heap) -> None:
        """Live from *heap* on, until no state changes; what is left behind is joined to the world."""
        states = {MADE: heap}
        counts: dict[Turn, int] = {}
        todo = [MADE]
        while todo:
            state = todo.pop(0)
            for turn in self._turns.get(state, ()):
                if counts.get(turn, 0) >= _MOST_TURNS:
                    continue
                counts[turn] = counts.get(turn, 0) + 1
                after = self._turn(turn, states[state])
                if turn.next in _BETWEEN and not self._life.nested:
                    after = _both(after, self._components.world)
                known = states.get(turn.next)
                if known is None:
                    states[turn.next] = after.fork()
                elif not known.join(after):
                    continue
                if turn.next not in todo:
                    todo.append(turn.next)
        for after in states.values():
            self._components.join(after)

    def _turn(self, turn: Turn, heap: Heap) -> Heap:
        components = self._components
        if turn.method == CALLBACKS:
            return self._callbacks(heap)
        nodes = components.code.method(self._life.cls, turn.method)
        if not nodes:
            return heap
        result = heap
        for node in nodes:
            after, value = components.call(Callback(self._receiver, node), self._life.cls, heap, self._life.context)
            components.finished(self._life.cls, turn.method, value)
            result = after if result is heap else _both(result, after)
        return result

    def _callbacks(self, heap: Heap) -> Heap:
        components = self._components
        current = heap.fork()
        for _ in range(2):
            changed = False
            for node in self._users:
                after, _ = components.call(Callback(self._receiver, node), self._life.cls, current, self._life.context)
                changed = current.join(after) or changed
            if not self._life.nested:
                changed = components.callbacks(current, self._life.context, self._done, self._instances) or changed
            if not changed:
                break
        return current


def _both(first: Heap, second: Heap) -> Heap:
    result = first.fork()
    result.join(second)
    return result
