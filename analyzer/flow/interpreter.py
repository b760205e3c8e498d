"""Runs methods with abstract values. A call into the package is run with the heap as it is at that point.

So a summary is never more general than what is really passed. Whether a call is worth running is asked of ``worth``: always when
personal data gets into it or when it is on a known way to a reading, else within a smaller budget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.flow.frame import Frame, Outcome, Start
from analyzer.flow.heap import Heap
from analyzer.flow.machine import Machine, OutOfBudget
from analyzer.flow.site import can_hold
from analyzer.flow.steps import STEPS
from analyzer.flow.values import UNKNOWN, Marks, Value

if TYPE_CHECKING:
    from analyzer.flow.foreign import Foreign

_OFTEN, _TOO_OFTEN = 12, 240  # runs of one method for one component: of a library, of the app itself
_SMALL = 60  # code units: getters and factories of libraries


class Interpreter:
    """Runs methods of one package. ``foreign`` does what calls out of the package do."""

    def __init__(self, machine: Machine, foreign: Foreign) -> None:
        self.machine = machine
        self.code = machine.code
        self.foreign = foreign
        self.steps = STEPS
        self._running: list[int] = []
        self._pure: dict[object, Value] = {}
        self.control: Marks = {}
        self._libraries: dict[int, bool] = {}

    def run(self, node: int, arguments: list[Value], heap: Heap, context: int, *, plain: bool = False) -> Outcome | None:
        """Run *node* with *arguments* by register.

        The heap is not changed. None when it has no body or runs already too often.
        """
        if self._running.count(node) > 1 or len(self._running) >= self.machine.budget.depth:
            return None
        self._running.append(node)
        self.machine.runs[node] = self.machine.runs.get(node, 0) + 1
        try:
            body = self.code.body(node)
            return None if body is None else Frame(self, Start(node, body, arguments, heap.fork(), context, plain)).run()
        except OutOfBudget:
            raise
        except Exception as error:  # a fault in one method must not cost the others
            self.machine.faults.setdefault(node, f"{type(error).__name__}: {error}")
            return None
        finally:
            self._running.pop()

    def worth(self, node: int, arguments: list[Value], heap: Heap) -> bool | None:
        """Whether to run a call: True because data is involved, False as a plain one, None not at all."""
        machine = self.machine
        runs = machine.runs.get(node, 0)
        if runs >= _OFTEN and (runs >= _TOO_OFTEN or self._is_library(node)):
            machine.left_out += not self._is_library(node)
            return None
        if node in machine.relevant:
            return True
        if machine.hot and any(heap.is_hot(value) for value in arguments):
            return True
        budget = machine.budget
        if (
            len(self._running) >= budget.plain_depth
            or machine.plain >= machine.plain_until
            or self.code.size(node) > budget.plain_size
        ):
            return None
        if not self._is_library(node):
            return False
        return False if self.code.size(node) <= _SMALL and not (self._running and self._is_library(self._running[-1])) else None

    def _is_library(self, node: int) -> bool:
        known = self._libraries.get(node)
        if known is None:
            owner = self.code.graph.app.ownership.owner(self.code.linked.holder(node))
            known = self._libraries[node] = owner.kind == "library"
        return known

    def call(self, node: int, arguments: list[Value], heap: Heap, context: int) -> Outcome | None:
        """Run *node* if it is worth it; None: not run."""
        worth = self.worth(node, arguments, heap)
        if worth is None:
            return None
        if worth:
            return self.run(node, arguments, heap, context)
        key = (node, tuple((v.objects, v.constants) for v in arguments))
        known = self._pure.get(key)
        if known is not None and not self.control:
            return Outcome(known, heap)
        touched = self.machine.touched
        outcome = self.run(node, arguments, heap, context, plain=True)
        if outcome is not None and outcome.heap is not None and outcome.thrown is None and touched == self.machine.touched:
            self._pure[key] = outcome.value
        return outcome

    def initialise(self, cls: str, heap: Heap, context: int) -> Heap:
        """Run the static initialiser of a class of the package once; the heap afterwards."""
        machine = self.machine
        if cls in machine.initialised:
            return heap
        machine.initialised.add(cls)
        node = self.code.named_static(cls, "<clinit>")
        if node is None:
            return heap
        machine.touched += 1
        outcome = self.call(node, [], heap, machine.context(context, node, -1))
        return heap if outcome is None or outcome.heap is None else outcome.heap

    def unknown(self, type_: str, key: object) -> Value:
        """Some value of a declared type that nothing is known of: an object of its own where it can hold something."""
        if not type_ or not can_hold(type_):
            return UNKNOWN
        return Value(frozenset({self.machine.object(key, type_, symbolic=True)}))
