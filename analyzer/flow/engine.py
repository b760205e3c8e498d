"""One run of the flow engine over a package: what is started, within which budget, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

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

_KEPT = frozenset({"logs", "storage"})
FAST = Budget(steps=100_000, plain=20_000, plain_each=4_000)
FULL = Budget(steps=2_000_000, plain=800_000, plain_each=100_000)


class Targets(Struct, frozen=True):
    """What is worth running, the most important first.

    ``relevant``: methods on known ways to readings. ``components``: classes of components; ``methods``: other methods that
    the platform calls,
    whose objects were not seen being made.
    """

    relevant: frozenset[int] = frozenset()
    components: tuple[str, ...] = ()
    methods: tuple[int, ...] = ()


class Found(Struct, frozen=True):
    """What a run found.

    The readings by number, what of them was sent where, the steps it took, whether the budget
    ended it, the methods in which the engine failed, with the error, and the calls by which data gets into
    native code, with what is called; how often a method of the app was not run once more.
    """

    readings: Mapping[int, Reading]
    sent: tuple[Sent, ...]
    steps: int
    cut: bool
    faults: Mapping[int, str]
    into_native: Mapping[tuple[int, int], str]
    left_out: int


def run(
    graph: ProgramGraph,
    models: Models,
    conventions: Conventions,
    budget: Budget,
    targets: Targets,
    *,
    implicit: bool = False,
) -> Found:
    """Run the components of the package, those of *targets* first, and tell which readings get into which calls."""
    code = Code(graph)
    machine = Machine(code, models, budget, implicit=implicit)
    machine.relevant = targets.relevant
    machine.decoded = graph.decoders.texts
    intents = Intents(machine, graph.app.manifest)
    specials = Specials(machine, intents, graph.layouts.passwords)
    foreign = Foreign(machine, conventions, specials)
    specials.foreign = foreign
    parts = Parts(machine, conventions, intents, specials, foreign, Interpreter(machine, foreign))
    cut = False
    ownership = graph.app.ownership
    views = [cls for cls in sorted(graph.layouts.classes) if ownership.owner(cls).kind != "library"]
    try:
        Components(parts).run(targets.components, (*sorted(intents.components), *views), targets.methods)
    except OutOfBudget:
        cut = True
    sent = [each for each in machine.sent.values() if not _says_nothing(each, machine.readings[each.reading], code, intents)]
    return Found(machine.readings, tuple(sent), machine.steps, cut, machine.faults, machine.into_native, machine.left_out)


def _says_nothing(sent: Sent, reading: Reading, code: Code, intents: Intents) -> bool:
    """What other apps send and what stays on the device is nobody's concern.

    What comes from the package itself is told by its own readings.
    """
    if not reading.received:
        return False
    return sent.into.destination in _KEPT or code.linked.holder(reading.node) in intents.incoming
