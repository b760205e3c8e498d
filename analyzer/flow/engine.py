"""One run of the flow engine over a package: what is started, within which budget, and what comes out."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from analyzer.flow.code import Code
from analyzer.flow.components import Components, Parts
from analyzer.flow.conventions import Conventions
from analyzer.flow.foreign import Foreign
from analyzer.flow.intents import Intents
from analyzer.flow.interpreter import Interpreter
from analyzer.flow.machine import Budget, Machine, OutOfBudget, Reading, Sent
from analyzer.flow.models import Models
from analyzer.flow.specials import Specials
from analyzer.program.graph.program_graph import ProgramGraph

FAST = Budget(steps=300_000, plain=120_000)
FULL = Budget(steps=3_000_000, plain=1_200_000)


class Found(NamedTuple):
    """What a run found: the readings by number, what of them was sent where, the steps it took, and whether the budget ended it."""

    readings: tuple[Reading, ...]
    sent: tuple[Sent, ...]
    steps: int
    cut: bool


def run(
    graph: ProgramGraph,
    models: Models,
    conventions: Conventions,
    budget: Budget,
    *,
    relevant: Collection[int] = (),
    roots: Collection[str] | None = None,
    implicit: bool = False,
) -> Found:
    """Run the components of the package (*roots*: their classes, None: all) and tell which readings get into which calls.

    *relevant* are methods on known ways to readings: they are always run.
    """
    code = Code(graph)
    machine = Machine(code, models, budget, implicit=implicit)
    machine.relevant = frozenset(relevant)
    intents = Intents(machine, graph.app.manifest)
    specials = Specials(machine, intents, graph.layouts.passwords)
    foreign = Foreign(machine, conventions, specials)
    specials.foreign = foreign
    parts = Parts(machine, conventions, intents, specials, foreign, Interpreter(machine, foreign))
    cut = False
    ownership = graph.app.ownership
    views = [cls for cls in sorted(graph.layouts.classes) if ownership.owner(cls).kind != "library"]
    try:
        Components(parts).run([*intents.components, *views] if roots is None else roots)
    except OutOfBudget:
        cut = True
    sent = [each for each in machine.sent.values() if not _from_inside(machine.readings[each.reading], code, intents)]
    return Found(tuple(machine.readings), tuple(sent), machine.steps, cut)


def _from_inside(reading: Reading, code: Code, intents: Intents) -> bool:
    """Whether what a component receives was seen to come from the package itself: then its own readings tell the story."""
    return reading.received and code.linked.holder(reading.node) in intents.incoming
