"""Decoders: methods that give back texts which the package holds in another form, and what they give at each of their calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from analyzer import limits
from analyzer.program.evaluation.shapes import Shapes, is_unreadable, looks_hidden, reveals, stands
from analyzer.program.evaluation.values import Array, Instance, StopError, StopKind, Unknown, Value, from_units
from analyzer.program.graph.linking import Linked
from analyzer.program.graph.tracking import Bodies

if TYPE_CHECKING:
    from analyzer.program.evaluation.given import Given
    from analyzer.program.evaluation.machine import Machine

_SAMPLE = 12
_MOST_EXHAUSTED = 3
_STATIC = 0x8
_LEAST_SUSPECT = 3  # calls of a method that could not be evaluated once


class Outcome(Struct, frozen=True):
    """What one call gives: its ``text``, or ``why`` not. ``hidden``: the text did not stand there before, or may not have."""

    node: int
    at: int
    text: str | None
    why: StopError | None
    hidden: bool


class Decoder(Struct, frozen=True):
    """A method that hides texts, and its calls. Of one that could not be evaluated no call has a text."""

    node: int
    outcomes: tuple[Outcome, ...]

    @property
    def decoded(self) -> tuple[Outcome, ...]:
        """The calls whose text is known."""
        return tuple(each for each in self.outcomes if each.text is not None)

    def reasons(self) -> Counter[tuple[StopKind, str]]:
        """Why the others are not, with their number."""
        return Counter((each.why.kind, each.why.what) for each in self.outcomes if each.why is not None)


class Decoders:
    """Finds the decoders of a package and evaluates them; everything once, and only when it is asked for."""

    def __init__(self, linked: Linked, bodies: Bodies, pure_methods: Path) -> None:
        self._linked = linked
        self._bodies = bodies
        self._pure_methods = pure_methods
        self._outcomes: dict[int, Outcome | None] = {}
        self._results: dict[tuple[int, tuple[object, ...]], str | StopError] = {}
        self._exhausted: Counter[int] = Counter()
        self._exhausting: dict[int, StopError] = {}

    @cached_property
    def _machine(self) -> Machine:
        # Imported for packages with a method of the shape only: most have none.
        from analyzer.program.evaluation.machine import Machine
        from analyzer.program.evaluation.pure_methods import load_pure_methods

        return Machine(self._linked, load_pure_methods(self._pure_methods))

    @cached_property
    def _given(self) -> Given:
        from analyzer.program.evaluation.given import Given

        return Given(self._machine)

    @cached_property
    def _candidates(self) -> tuple[list[int], list[int]]:
        return Shapes(self._linked).candidates()

    @cached_property
    def _shaped(self) -> frozenset[int]:
        return frozenset(self._candidates[0])

    @property
    def steps(self) -> int:
        """What all evaluations took so far."""
        return self._machine.steps

    @cached_property
    def found(self) -> tuple[Decoder, ...]:
        """The decoders of the package, in the order of its methods."""
        shaped, native = self._candidates
        found = [decoder for node in sorted(shaped) if (decoder := self._decoder(node)) is not None]
        found += [decoder for node in sorted(native) if (decoder := self._suspect(node, self._calls(node))) is not None]
        return tuple(found)

    @cached_property
    def cut(self) -> bool:
        """Whether there are more calls than are looked at."""
        return sum(len(self._linked.calls_to(node)) for node in self._shaped) > limits.DECODER_CALLS

    def text_at(self, node: int, at: int) -> str | None:
        """The text that the call at instruction *at* of *node* gives; None where it is of no decoder's shape or not known."""
        site = self._bodies.site(node, at) if self._shaped else None
        if site is None or int(self._linked.sites.target[site]) not in self._shaped:
            return None
        outcome = self._outcome(site)
        return outcome.text if outcome is not None else None

    def text_at_row(self, dex: int, row: int) -> str | None:
        """As ``text_at``, of instruction *row* of a DEX file."""
        nodes = self._linked.nodes_at(dex, row) if self._shaped else ()
        if not nodes:
            return None
        first = self._linked.dex_files[dex].instructions.first[self._linked.nodes.item[nodes[0]]]
        return self.text_at(nodes[0], row - int(first))

    @cached_property
    def texts(self) -> Mapping[tuple[int, int], str]:
        """The texts that calls of decoders give, by node and instruction."""
        return {(each.node, each.at): each.text for decoder in self.found for each in decoder.decoded if each.text is not None}

    def _calls(self, node: int) -> list[int]:
        return self._linked.calls_to(node)[: limits.DECODER_CALLS]

    def _decoder(self, node: int) -> Decoder | None:
        """*node* as a decoder: most of what it gives was hidden before."""
        calls = self._calls(node)
        sample = [outcome for site in calls[:_SAMPLE] if (outcome := self._outcome(site)) is not None]
        if not any(outcome.hidden for outcome in sample):
            return None
        outcomes = [outcome for site in calls if (outcome := self._outcome(site)) is not None]
        decoded = [outcome for outcome in outcomes if outcome.text is not None]
        if not decoded:
            return self._suspect(node, calls)
        return Decoder(node, tuple(outcomes)) if 2 * sum(outcome.hidden for outcome in decoded) >= len(decoded) else None

    def _suspect(self, node: int, calls: list[int]) -> Decoder | None:
        """*node* as a decoder that could not be evaluated, when it is called with what looks like hidden texts."""
        outcomes = [outcome for site in calls if (outcome := self._outcome(site)) is not None]
        hidden = sum(outcome.hidden for outcome in outcomes)
        return Decoder(node, tuple(outcomes)) if hidden >= _LEAST_SUSPECT and 2 * hidden >= len(outcomes) else None

    def _outcome(self, site: int) -> Outcome | None:
        """What the call gives; None where a method of a decoder's shape only hands on what it is given."""
        if site not in self._outcomes:
            self._outcomes[site] = None  # a call that asks for itself
            self._outcomes[site] = self._evaluated(site)
        return self._outcomes[site]

    def _evaluated(self, site: int) -> Outcome | None:
        sites = self._linked.sites
        caller, target = int(sites.caller[site]), int(sites.target[site])
        at = self._bodies.instruction(site)
        try:
            arguments = self._given.arguments(caller, at)
        except StopError as error:
            return Outcome(caller, at, None, error, hidden=False)
        if not int(self._linked.nodes.flags[target]) & _STATIC and not self._runs(target, arguments[:1]):
            if not any(map(is_unreadable, arguments)):
                return None
            why = StopError("argument", "is called on an object that is not known")
            return Outcome(caller, at, None, why, hidden=True)
        unknown = next((each for each in arguments if isinstance(each, Unknown)), None)
        if unknown is not None:
            if caller in self._shaped and unknown.why.kind == "argument":
                return None
            return Outcome(caller, at, None, unknown.why, hidden=looks_hidden(arguments))
        result = self._result(target, arguments)
        if isinstance(result, StopError):
            return Outcome(caller, at, None, result, hidden=looks_hidden(arguments))
        text = from_units(result)
        return Outcome(caller, at, text, None, hidden=reveals(arguments, text) and not stands(self._linked, text))

    def _runs(self, node: int, receiver: list[Value]) -> bool:
        """Whether a call on *receiver* is known to run *node*: it may be of a class that overrides it."""
        if not receiver or not isinstance(receiver[0], Instance):
            return False
        key = receiver[0].type_id << 32 | int(self._linked.nodes.key[node]) & 0xFFFFFFFF
        return int(self._linked.resolve(np.array([key], dtype=np.int64))[0]) == node

    def _result(self, node: int, arguments: list[Value]) -> str | StopError:
        """What the method gives for these arguments, each once."""
        key = (node, tuple(map(_key, arguments)))
        known = self._results.get(key)
        if known is None and self._exhausted[node] >= _MOST_EXHAUSTED:
            return self._exhausting[node]
        if known is None:
            try:
                value = self._machine.call(node, arguments)
                known = value if isinstance(value, str) else StopError("throws", "gives nothing")
                self._exhausted[node] = 0
            except StopError as error:
                known = error
                if error.kind == "budget":
                    self._exhausted[node] += 1
                    self._exhausting[node] = error
            self._results[key] = known
        return known


def _key(value: Value) -> object:
    """*value* as a key: what it holds, or which object it is."""
    if isinstance(value, Array):
        return (value.kind, *(item if isinstance(item, (int, str)) else id(item) for item in value.items))
    return value if isinstance(value, (int, str)) else id(value)
