"""What one method does with the objects that pass through it: where each comes from and where it is handed on.

Two questions, each answered by a walk of its own over the instructions and only when it is asked. *What becomes of an object*
goes forward with the set of registers that may hold it, as the bits of one number: where control comes together the sets
are united, loops are repeated until nothing changes. *Where does an argument come from* goes back from its register to
the instructions that may have written it (an *origin* each).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from analyzer.formats.dex import DexFile
from analyzer.formats.dex.code import MethodCode
from analyzer.program.graph.effects import Effect, Effects

OriginKind = Literal["new", "param", "field", "call", "class", "string", "int", "cast"]
UseKind = Literal["arg", "put", "return", "into", "cast"]

_MAX_PASSES = 8
_MAX_INSTRUCTIONS = 20_000
_NOTHING: frozenset[Origin] = frozenset()
_JOIN, _JUMP = 1, 2


class Origin(Struct, frozen=True):
    """Where an object comes from.

    ``value``: of ``new``, ``call`` and ``cast`` the instruction's number in the method, of ``param`` the position among the
    argument registers (0 is the receiver), of the others the row of field, type or string, or the integer itself.
    """

    kind: OriginKind
    value: int


class Use(Struct, frozen=True):
    """What is done with an object at instruction ``at``: ``value`` is the argument's position or the row of field or type.

    ``into``: it is put into the objects ``holders`` (elements of an array).
    """

    kind: UseKind
    at: int
    value: int = 0
    holders: frozenset[Origin] = _NOTHING


class MethodObjects:
    """The objects of one method. Of a method with more than 20,000 instructions nothing is said.

    *effects* may be shared by many methods.
    """

    def __init__(self, dex: DexFile, item: int, effects: Effects | None = None) -> None:
        self.code = MethodCode(dex, item)
        start = int(dex.items.start[item])
        registers, ins = int(dex.units[start - 8]), int(dex.units[start - 7])
        self._first_in, self._ins = registers - ins, min(ins, registers)
        self._effects: list[tuple[int, Effect]] = []
        self._by_instruction: dict[int, Effect] = {}
        self._sweep: list[tuple[int, int, int, Effect | None]] | None = None
        self._uses: dict[Origin, tuple[Use, ...]] = {}
        self._origins: dict[tuple[int, int], frozenset[Origin]] = {}
        if len(self.code) <= _MAX_INSTRUCTIONS:
            self._effects = (effects or Effects()).of(self.code)
            self._by_instruction = dict(self._effects)

    def uses(self, origin: Origin) -> tuple[Use, ...]:
        """What is done with the objects of *origin*, in the order of the code."""
        known = self._uses.get(origin)
        if known is None:
            known = self._uses[origin] = tuple(_Forward(self, origin).run()) if origin.kind != "int" else ()
        return known

    def at(self, instruction: int, position: int) -> frozenset[Origin]:
        """Where argument *position* of the call at *instruction* may come from."""
        effect = self._by_instruction.get(instruction)
        if effect is None or effect.kind != "invoke" or position >= len(effect.registers):
            return _NOTHING
        return self.held(instruction, effect.registers[position])

    def origins(self) -> Iterable[Origin]:
        """The constants, fields and new objects that the code names, in its order."""
        for at, effect in self._effects:
            origin = self._made(at, effect)
            if origin is not None and origin.kind not in ("int", "call", "cast"):
                yield origin

    def invokes(self) -> list[int]:
        """The calls of the method, in order."""
        return [at for at, effect in self._effects if effect.kind == "invoke"]

    def put_into(self, fields: frozenset[int]) -> list[frozenset[Origin]]:
        """For each store into one of the *fields* (rows) where the stored object may come from."""
        return [self.held(at, e.source) for at, e in self._effects if e.kind == "put" and self.code.pool_index(at) in fields]

    def held(self, instruction: int, register: int) -> frozenset[Origin]:
        """Where the object that *register* holds before *instruction* may come from."""
        key = (instruction, register)
        known = self._origins.get(key)
        if known is None:
            known = self._origins[key] = frozenset(self._backward(instruction, register))
        return known

    def _backward(self, instruction: int, register: int) -> set[Origin]:
        """Goes back over all ways to *instruction*; each register is looked for once at each join."""
        joins, effects = self.code.joins, self._by_instruction
        found: set[Origin] = set()
        seen: set[tuple[int, int]] = set()
        stack = [(instruction, register)]
        while stack:
            at, register = stack.pop()
            while True:
                if at in joins or at == 0:
                    if (at, register) not in seen:
                        seen.add((at, register))
                        self._arrived(at, register, found, stack)
                    break
                at -= 1
                if self._written(at, effects.get(at), register, found, stack):
                    break
        return found

    def _arrived(self, at: int, register: int, found: set[Origin], stack: list[tuple[int, int]]) -> None:
        """What *register* may hold at a join or at the start: asked of each instruction from which control comes."""
        sources = self.code.joins.get(at, (-1,))
        if at and sources == (-1,):
            self._anywhere(register, found, stack)
            return
        for source in sources:
            if source < 0:
                self._given(register, found)
            elif not self._written(source, self._by_instruction.get(source), register, found, stack):
                stack.append((source, register))

    def _anywhere(self, register: int, found: set[Origin], stack: list[tuple[int, int]]) -> None:
        """An exception handler: whatever the register held at any time in the method."""
        self._given(register, found)
        for at, effect in self._effects:
            if effect.writes >> register & 1:
                self._written(at, effect, register, found, stack)

    def _given(self, register: int, found: set[Origin]) -> None:
        if 0 <= register - self._first_in < self._ins:
            found.add(Origin("param", register - self._first_in))

    def _written(self, at: int, effect: Effect | None, register: int, found: set[Origin], stack: list[tuple[int, int]]) -> bool:
        """What the instruction *at* puts into *register*; False when it does not write it."""
        if effect is None or not effect.writes >> register & 1:
            return False
        origin = self._made(at, effect)
        if origin is not None:
            found.add(origin)
        elif effect.kind in ("move", "element"):
            stack.append((at, effect.source))
        return True

    def _made(self, at: int, effect: Effect) -> Origin | None:
        """The origin that instruction *at* is."""
        kind = effect.kind
        if kind in ("new", "cast"):
            return Origin(kind, at)
        if kind == "result":
            return Origin("call", at - 1)
        if kind in ("string", "class", "field"):
            return Origin(kind, self.code.pool_index(at))
        if kind == "int":
            value = self.code.literal(at)
            return None if value is None else Origin("int", value)
        return None

    def seeds(self, origin: Origin) -> tuple[int, dict[int, int]]:
        """The registers, as bits, that hold the objects of *origin* from the start, and those that instructions put them into."""
        if origin.kind == "param":
            return (1 << self._first_in + origin.value if origin.value < self._ins else 0), {}
        if origin.kind in ("new", "cast", "call"):
            at = origin.value + (origin.kind == "call")
            effect = self._by_instruction.get(at)
            return 0, {at: effect.writes} if effect is not None and self._made(at, effect) == origin else {}
        return 0, {at: e.writes for at, e in self._effects if e.kind == origin.kind and self._made(at, e) == origin}

    @property
    def sweep(self) -> list[tuple[int, int, int, Effect | None]]:
        """What a walk forward has to look at: instruction, whether it joins or jumps, the registers it touches, its effect."""
        if self._sweep is None:
            marks = dict.fromkeys(self.code.joins, _JOIN)
            for sources in self.code.joins.values():
                for source in sources:
                    if source >= 0:
                        marks[source] = marks.get(source, 0) | _JUMP
            steps = sorted({*marks, *self._by_instruction})
            effects = self._by_instruction
            last = len(self.code)
            self._sweep = [
                (at, marks.get(at, 0), e.reads | e.writes if (e := effects.get(at)) else 0, e) for at in steps if at < last
            ]
        return self._sweep


class _Forward:
    """The walk with one object: ``state`` is the set of registers that may hold it, as bits."""

    def __init__(self, objects: MethodObjects, origin: Origin) -> None:
        self._objects = objects
        self._start, self._seeds = objects.seeds(origin)
        self._uses: dict[Use, None] = {}
        self._saved: dict[int, int] = {}
        self._ever = self._start  # registers that held it at any time: what an exception handler may find

    def run(self) -> dict[Use, None]:
        """Walk until nothing changes."""
        if not self._start and not self._seeds:
            return self._uses
        joins = self._objects.code.joins
        backward = any(source >= at or (source < 0 < at) for at, sources in joins.items() for source in sources)
        for _ in range(_MAX_PASSES):
            before = (self._ever, dict(self._saved))
            self._pass()
            if not backward or before == (self._ever, self._saved):
                break
        return self._uses

    def _pass(self) -> None:
        """Once over the instructions, in their order."""
        seeds, state = self._seeds, self._start
        for at, mark, touched, effect in self._objects.sweep:
            if mark & _JOIN:
                state = self._joined(at)
            if effect is not None:
                if state & touched:
                    state = self._step(at, effect, state)
                if at in seeds:
                    state |= seeds[at]
                self._ever |= state
            if mark & _JUMP:
                self._saved[at] = state

    def _joined(self, at: int) -> int:
        """The registers where control comes together: the union over all ways."""
        sources = self._objects.code.joins[at]
        if at and sources == (-1,):
            return self._ever
        state = 0
        for source in sources:
            state |= self._saved.get(source, 0) if source >= 0 else self._start
        return state

    def _step(self, at: int, effect: Effect, state: int) -> int:
        """Note what is done with the object, and say which registers may hold it afterwards."""
        kind, source = effect.kind, effect.source
        if kind == "invoke":
            for position, register in enumerate(effect.registers):
                if state >> register & 1:
                    self._uses[Use("arg", at, position)] = None
            return state
        holds = source >= 0 and state >> source & 1
        if kind in ("move", "element"):
            return state | effect.writes if holds else state & ~effect.writes
        if kind == "cast":
            self._uses[Use("cast", at, self._objects.code.pool_index(at))] = None
        elif kind == "put" and holds:
            self._uses[Use("put", at, self._objects.code.pool_index(at))] = None
        elif kind == "return" and holds:
            self._uses[Use("return", at)] = None
        elif kind == "into" and holds:
            self._uses[Use("into", at, 0, self._objects.held(at, effect.registers[0]))] = None
        elif kind == "filled":
            self._uses[Use("into", at, 0, frozenset({Origin("call", at)}))] = None
        return state & ~effect.writes
