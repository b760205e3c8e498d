"""The methods that evaluated code may run: what a reference means, and the code behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.code import MethodCode
from analyzer.program.evaluation.instructions import Instruction, instruction
from analyzer.program.evaluation.pure_methods import Operation
from analyzer.program.evaluation.values import FAULTS, Instance, StopError, Value
from analyzer.program.graph.linking import Linked

_STATIC, _NATIVE = 0x8, 0x100
_SHIFT = 32
_MEMBER = 0xFFFFFFFF


class Callee(Struct, frozen=True):
    """What a method reference means: the operation of a pure method, or key and node (-1: none) of one of the package.

    ``slots``: which of the argument registers hold a value (not the upper half of a long).
    """

    descriptor: str
    slots: tuple[int, ...]
    operation: Operation | None
    key: int
    node: int


class Body(NamedTuple):
    """The code of a method: its DEX file, number of registers, those of its arguments, the instructions taken apart so far."""

    code: MethodCode
    dex: int
    registers: int
    places: tuple[int, ...]
    known: list[Instruction | None]


class Methods:
    """The methods of a package, and the pure ones of the platform."""

    def __init__(self, linked: Linked, pure: Mapping[str, Operation]) -> None:
        self._linked = linked
        self._pure = pure
        self._bodies: dict[int, Body] = {}
        self._callees: dict[tuple[int, int], Callee] = {}

    def callee(self, dex: int, row: int, *, static: bool) -> Callee:
        """What method *row* of a DEX file means."""
        known = self._callees.get((dex, row))
        if known is None:
            known = self._callees[dex, row] = self._find_callee(dex, row, static=static)
        return known

    def _find_callee(self, dex: int, row: int, *, static: bool) -> Callee:
        file = self._linked.dex_files[dex]
        if row >= len(file.pools.methods):
            raise StopError("unsupported", "calls a method that is not there")
        at, slots = (0 if static else 1), [] if static else [0]
        for parameter in file.pools.parameter_types(int(file.pools.methods[row]["shape"])):
            slots.append(at)
            at += 2 if parameter in ("J", "D") else 1
        key = int(self._linked.ref_keys[dex][row])
        descriptor = file.pools.method(row)
        node = int(self._linked.resolve(np.array([key], dtype=np.int64))[0])
        return Callee(descriptor, tuple(slots), self._pure.get(descriptor) if node < 0 else None, key, node)

    def target(self, callee: Callee, opcode: int, arguments: Sequence[Value]) -> int:
        """The method of the package that a call runs."""
        node = callee.node
        if opcode in op.INVOKE_DISPATCHED:
            receiver = arguments[0] if arguments else 0
            if receiver == 0:
                raise StopError("throws", "throws NullPointerException")
            if isinstance(receiver, Instance):
                key = receiver.type_id << _SHIFT | callee.key & _MEMBER
                node = int(self._linked.resolve(np.array([key], dtype=np.int64))[0])
        if node < 0:
            made = "-><init>(" in callee.descriptor
            name = named(callee.descriptor)
            raise StopError("impure", f"makes a new {name.removesuffix('.<init>')}" if made else f"calls {name}")
        return node

    def body(self, node: int) -> Body:
        """The code of a method. Raises ``StopError`` when it has none."""
        known = self._bodies.get(node)
        if known is None:
            known = self._bodies[node] = self._read(node)
        return known

    def _read(self, node: int) -> Body:
        nodes = self._linked.nodes
        item, dex = int(nodes.item[node]), int(nodes.dex[node])
        if item < 0:
            native = int(nodes.flags[node]) & _NATIVE
            name = named(self._linked.descriptor(node))
            raise StopError("native", f"calls the native method {name}") if native else StopError("impure", f"calls {name}")
        file = self._linked.dex_files[dex]
        code, start = MethodCode(file, item), int(file.items.start[item])
        size, ins = int(file.units[start - 8]), int(file.units[start - 7])
        parameters = file.pools.parameter_types(int(file.pools.methods[int(nodes.method[node])]["shape"]))
        widths = [1] * (not int(nodes.flags[node]) & _STATIC) + [2 if each in ("J", "D") else 1 for each in parameters]
        places = tuple(size - ins + sum(widths[:index]) for index in range(len(widths)))
        return Body(code, dex, size, places, [None] * len(code))

    def instruction(self, node: int, at: int) -> Instruction:
        """Instruction *at* of *node*. Raises ``StopError``."""
        code, _, _, _, known = self.body(node)
        step = known[at]
        if step is None:
            try:
                step = known[at] = instruction(code, at)
            except FAULTS:
                raise StopError("unsupported", "holds code that no compiler makes") from None
        return step


def named(descriptor: str) -> str:
    """``java.lang.Thread.currentThread`` for a descriptor of a method or field."""
    holder, _, member = descriptor.partition("->")
    return f"{holder[1:-1].replace('/', '.')}.{member.partition('(')[0]}"[:200]
