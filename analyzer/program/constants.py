"""Which constants reach the arguments of a call: a backward walk inside the calling method.

From the call, each argument's register is followed back to the instruction that wrote it, through moves, casts,
calls that hand an argument through (``Uri.parse``), and across joins where every way in brings the same constant.
Demand-driven: only methods that hold a watched call with an interesting argument are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from analyzer.formats.dex import DexFile
from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.code import Call, MethodCode

_MAX_STEPS = 400


class _Loop:
    """The value on a way that only leads back to where the walk came from: it adds nothing."""


_LOOP = _Loop()
Value = str | _Loop | None


class ArgumentResolver:
    """Finds constant arguments of calls in one DEX file.

    *hand_through* maps the descriptor of a method to the argument that it returns: -1 the receiver, else the index
    of a declared parameter. A constant is text: a string as it is, an integer in decimal, a class as its descriptor, a
    static field that is read as ``Lcom/a/B;->NAME``. *decoded* says what the call at an instruction row gives, when it is one
    of a decoder of the package.
    """

    def __init__(
        self, dex: DexFile, hand_through: Mapping[str, int], decoded: Callable[[int], str | None] = lambda row: None
    ) -> None:
        self._dex = dex
        self._decoded = decoded
        self._hand_through = hand_through
        self._code: dict[int, MethodCode] = {}
        self._slots: dict[tuple[int, bool], tuple[int, ...]] = {}

    def arguments(self, row: int, wanted: tuple[int, ...]) -> dict[int, str]:
        """The constants among the declared parameters *wanted* (counted from 0) of the invoke at instruction *row*."""
        item = int(self._dex.instructions.item[row])
        code = self._method_code(item)
        at = row - int(self._dex.instructions.first[item])
        call = code.call(at)
        slots = self._parameter_slots(call)
        found = {}
        for index in wanted:
            if index < len(slots) and slots[index] < len(call.registers):
                value = _Walk(self, code, row - at).before(at, call.registers[slots[index]])
                if isinstance(value, str):
                    found[index] = value
        return found

    def _method_code(self, item: int) -> MethodCode:
        code = self._code.get(item)
        if code is None:
            code = self._code[item] = MethodCode(self._dex, item)
        return code

    def _parameter_slots(self, call: Call) -> tuple[int, ...]:
        """For each declared parameter the index into the call's registers: long and double take two."""
        static = call.opcode in op.INVOKE_STATICS
        key = (call.method, static)
        slots = self._slots.get(key)
        if slots is None:
            at, places = (0 if static else 1), []
            for parameter in self._dex.pools.parameter_types(int(self._dex.pools.methods[call.method]["shape"])):
                places.append(at)
                at += 2 if parameter in ("J", "D") else 1
            slots = self._slots[key] = tuple(places)
        return slots

    def handed_through(self, call: Call) -> int | None:
        """The register whose value the result of *call* carries on, or None."""
        index = self._hand_through.get(self._dex.pools.method(call.method))
        if index is None or not call.registers:
            return None
        if index == -1:
            return call.registers[0]
        slots = self._parameter_slots(call)
        return call.registers[slots[index]] if index < len(slots) and slots[index] < len(call.registers) else None

    def decoded(self, row: int) -> str | None:
        """The text that the call at instruction *row* gives, when a decoder of the package makes it."""
        return self._decoded(row)

    def pool_constant(self, opcode: int, index: int) -> str | None:
        """The constant that a const-string, const-class or sget loads."""
        pools = self._dex.pools
        if opcode in (op.CONST_STRING, op.CONST_STRING_JUMBO):
            return pools.string(index) if index < len(pools.string_offsets) else None
        if opcode == op.CONST_CLASS:
            return pools.type(index) if index < len(pools.types) else None
        return pools.field(index) if index < len(pools.fields) else None


class _Walk:
    """One backward walk; its steps are counted, so that hostile code ends it instead of the run."""

    def __init__(self, resolver: ArgumentResolver, code: MethodCode, first: int) -> None:
        self._resolver = resolver
        self._code = code
        self._first = first  # the row of the method's first instruction
        self._steps = 0
        self._seen: set[tuple[int, int]] = set()

    def before(self, at: int, register: int) -> Value:
        """The constant in *register* before instruction *at* runs, or None."""
        code = self._code
        while True:
            self._steps += 1
            if self._steps > _MAX_STEPS:
                return None
            sources = code.sources(at)
            if sources is not None:
                if (at, register) in self._seen:
                    return _LOOP
                self._seen.add((at, register))
                return self._join(sources, register)
            at -= 1
            if at < 0:
                return None
            if code.writes(at, register):
                return self._written(at, register)

    def _join(self, sources: tuple[int, ...], register: int) -> Value:
        """The value on all ways that lead here, if it is one."""
        result: Value = _LOOP
        for source in sources:
            if source < 0:
                return None
            value = self._written(source, register) if self._code.writes(source, register) else self.before(source, register)
            if value is None or (isinstance(value, str) and isinstance(result, str) and value != result):
                return None
            if isinstance(value, str):
                result = value
        return result

    def _written(self, at: int, register: int) -> Value:
        """The value that instruction *at* writes into *register*."""
        code = self._code
        opcode = code.opcode(at)
        if code.destination(at) != register:
            return None  # the second half of a pair
        if opcode in op.MOVES:
            return self.before(at, code.move_source(at))
        if opcode in op.MOVE_RESULTS:
            call = code.call(at - 1) if at and code.is_invoke(at - 1) else None
            source = self._resolver.handed_through(call) if call else None
            if source is None:
                return self._resolver.decoded(self._first + at - 1) if call else None
            return self.before(at - 1, source)
        if opcode in op.POOL_CONSTANTS or opcode in op.SGETS:
            return self._resolver.pool_constant(opcode, code.pool_index(at))
        literal = code.literal(at)
        return None if literal is None else str(literal)
