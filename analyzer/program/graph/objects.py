"""What one method does with the objects that pass through it: where each comes from and where it is handed on.

One forward pass over the instructions keeps, for each register, the set of places its object may come from (an *origin*); at
joins the sets are united, loops are repeated until nothing changes. What the pass yields for each origin is a list of
*uses*: an argument of a call, a store into a field, the return value. Only methods that a walk reaches are looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from analyzer.formats.dex import DexFile
from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.code import MethodCode

OriginKind = Literal["new", "param", "field", "call", "class", "string", "int", "cast"]
UseKind = Literal["arg", "put", "return", "into", "cast"]

_MAX_PASSES = 4
_MAX_INSTRUCTIONS = 20_000
_NOTHING: frozenset[Origin] = frozenset()


class Origin(NamedTuple):
    """Where an object comes from.

    ``value``: of ``new``, ``call`` and ``cast`` the instruction's number in the method, of ``param`` the position among the
    argument registers (0 is the receiver), of the others the row of field, type or string, or the integer itself.
    """

    kind: OriginKind
    value: int


class Use(NamedTuple):
    """What is done with an object at instruction ``at``: ``value`` is the argument's position or the row of field or type.

    ``into``: it is put into the objects ``holders`` (elements of an array).
    """

    kind: UseKind
    at: int
    value: int = 0
    holders: frozenset[Origin] = _NOTHING


class MethodObjects:
    """The objects of one method: ``uses`` by origin, in the order of the code."""

    def __init__(self, dex: DexFile, item: int) -> None:
        self.code = MethodCode(dex, item)
        self.uses: dict[Origin, dict[Use, None]] = {}
        self._registers = {}
        start = int(dex.items.start[item])
        count, ins = int(dex.units[start - 8]), int(dex.units[start - 7])
        self._run({count - ins + index: frozenset({Origin("param", index)}) for index in range(min(ins, count))})

    def at(self, instruction: int, position: int) -> frozenset[Origin]:
        """Where argument *position* of the call at *instruction* may come from."""
        return self._registers.get((instruction, position), _NOTHING)

    _registers: dict[tuple[int, int], frozenset[Origin]]

    def _run(self, start: dict[int, frozenset[Origin]]) -> None:
        code = self.code
        if len(code) > _MAX_INSTRUCTIONS:
            return
        joins = code.joins
        before_jump = {source for sources in joins.values() for source in sources if source >= 0}
        state = dict(start)
        saved: dict[int, dict[int, frozenset[Origin]]] = {}
        everything: dict[int, frozenset[Origin]] = dict(start)
        handlers = {at for at, sources in joins.items() if sources == (-1,) and at}
        steps = _Steps(self, state, everything)
        words, step, writes = code.words, steps.step, op.WRITES
        opcodes = [words[offset] & 0xFF for offset in code.offsets]
        quiet = [_HANDLERS[opcode] is None and opcode not in writes for opcode in opcodes]
        for _ in range(_MAX_PASSES):
            changed = False
            for at in range(len(opcodes)):
                if at in joins:
                    state = _joined(at, joins[at], saved, start, everything if at in handlers else None)
                    steps.state = state
                if not quiet[at]:
                    step(at)
                if at in before_jump and saved.get(at) != state:
                    saved[at] = dict(state)
                    changed = changed or bool(joins)
            if not changed or (not handlers and all(source < at for at, sources in joins.items() for source in sources)):
                break

    def note(self, origins: frozenset[Origin], use: Use) -> None:
        """Record *use* for each of *origins*."""
        for origin in origins:
            if origin.kind != "int":  # nobody follows a number
                self.uses.setdefault(origin, {})[use] = None

    def note_argument(self, at: int, position: int, origins: frozenset[Origin]) -> None:
        """Record that *origins* stand at argument *position* of the call at *at*."""
        known = self._registers.get((at, position))
        self._registers[(at, position)] = origins if known is None else known | origins
        self.note(origins, Use("arg", at, position))


def _joined(
    at: int,
    sources: tuple[int, ...],
    saved: dict[int, dict[int, frozenset[Origin]]],
    start: dict[int, frozenset[Origin]],
    everything: dict[int, frozenset[Origin]] | None,
) -> dict[int, frozenset[Origin]]:
    """The registers where control comes together: the union over all ways."""
    if everything is not None:
        return dict(everything)
    states = [start if source < 0 else saved[source] for source in sources if source < 0 or source in saved]
    if len(states) == 1:
        return dict(states[0])
    result: dict[int, frozenset[Origin]] = {}
    for one in states:
        for register, origins in one.items():
            known = result.get(register)
            result[register] = origins if known is None or known is origins else known | origins
    return result


class _Steps:
    """The effect of single instructions on the registers."""

    def __init__(
        self, method: MethodObjects, state: dict[int, frozenset[Origin]], everything: dict[int, frozenset[Origin]]
    ) -> None:
        self._method = method
        self._code = method.code
        self._words = method.code.words
        self._offsets = method.code.offsets
        self._everything = everything
        self.state = state

    def step(self, at: int) -> None:
        word = self._words[self._offsets[at]]
        handler = _HANDLERS[word & 0xFF]
        if handler is not None:
            handler(self, at, word)
        elif word & 0xFF in op.WRITES:
            self._clear(at)

    def _set(self, register: int, origins: frozenset[Origin]) -> None:
        self.state[register] = origins
        known = self._everything.get(register)
        if known is None or not origins <= known:
            self._everything[register] = origins if known is None else known | origins

    def _clear(self, at: int) -> None:
        register = self._code.destination(at)
        self.state.pop(register, None)
        if self._code.opcode(at) in op.WRITES_WIDE:
            self.state.pop(register + 1, None)

    def move(self, at: int, word: int) -> None:
        self._set(self._code.destination(at), self.state.get(self._code.move_source(at), _NOTHING))

    def result(self, at: int, word: int) -> None:
        self._set(word >> 8, frozenset({Origin("call", at - 1)}))

    def new(self, at: int, word: int) -> None:
        self._set(word >> 8, frozenset({Origin("new", at)}))

    def string(self, at: int, word: int) -> None:
        self._set(word >> 8, frozenset({Origin("string", self._code.pool_index(at))}))

    def class_(self, at: int, word: int) -> None:
        self._set(word >> 8, frozenset({Origin("class", self._code.pool_index(at))}))

    def integer(self, at: int, word: int) -> None:
        value = self._code.literal(at)
        if value is not None:
            self._set(self._code.destination(at), frozenset({Origin("int", value)}))

    def instance_get(self, at: int, word: int) -> None:
        self._set(word >> 8 & 0xF, frozenset({Origin("field", self._code.pool_index(at))}))

    def static_get(self, at: int, word: int) -> None:
        self._set(word >> 8, frozenset({Origin("field", self._code.pool_index(at))}))

    def instance_put(self, at: int, word: int) -> None:
        self._method.note(self.state.get(word >> 8 & 0xF, _NOTHING), Use("put", at, self._code.pool_index(at)))

    def static_put(self, at: int, word: int) -> None:
        self._method.note(self.state.get(word >> 8, _NOTHING), Use("put", at, self._code.pool_index(at)))

    def element_get(self, at: int, word: int) -> None:
        """What is taken out of an array comes from where the array comes from: it stands for its elements."""
        self._set(word >> 8, self.state.get(self._words[self._offsets[at] + 1] & 0xFF, _NOTHING))

    def element_put(self, at: int, word: int) -> None:
        holders = self.state.get(self._words[self._offsets[at] + 1] & 0xFF, _NOTHING)
        self._method.note(self.state.get(word >> 8, _NOTHING), Use("into", at, 0, holders))

    def new_array(self, at: int, word: int) -> None:
        self._set(word >> 8 & 0xF, frozenset({Origin("new", at)}))

    def filled_array(self, at: int, word: int) -> None:
        for register in self._code.call(at).registers:
            self._method.note(self.state.get(register, _NOTHING), Use("into", at, 0, frozenset({Origin("call", at)})))

    def returned(self, at: int, word: int) -> None:
        self._method.note(self.state.get(word >> 8, _NOTHING), Use("return", at))

    def invoke(self, at: int, word: int) -> None:
        for position, register in enumerate(self._code.call(at).registers):
            origins = self.state.get(register)
            if origins:
                self._method.note_argument(at, position, origins)

    def cast(self, at: int, word: int) -> None:
        """The object stays what it is, but only if it is of the type from here on."""
        origins = self.state.get(word >> 8, _NOTHING)
        if origins:
            self._method.note(origins, Use("cast", at, self._code.pool_index(at)))
            self._set(word >> 8, frozenset({Origin("cast", at)}))


_Handler = Callable[[_Steps, int, int], None]


def _handlers() -> tuple[_Handler | None, ...]:
    table: list[_Handler | None] = [None] * 256
    for opcodes, handler in (
        ((0x07, 0x08, 0x09), _Steps.move),
        ((0x01, 0x02, 0x03), _Steps.move),
        ((0x0C,), _Steps.result),
        ((0x11,), _Steps.returned),
        ((0x12, 0x13, 0x14, 0x15), _Steps.integer),
        ((0x1A, 0x1B), _Steps.string),
        ((0x1C,), _Steps.class_),
        ((0x1F,), _Steps.cast),
        ((0x22,), _Steps.new),
        ((0x23,), _Steps.new_array),
        ((0x24, 0x25), _Steps.filled_array),
        ((0x46,), _Steps.element_get),
        ((0x4D,), _Steps.element_put),
        ((0x54,), _Steps.instance_get),
        ((0x5B,), _Steps.instance_put),
        ((0x62,), _Steps.static_get),
        ((0x69,), _Steps.static_put),
        (tuple(op.INVOKES), _Steps.invoke),
    ):
        for opcode in opcodes:
            table[opcode] = handler
    return tuple(table)


_HANDLERS = _handlers()
