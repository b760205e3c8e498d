"""The calls of chosen members in method bodies, with the literals that they are given.

Only methods that hold one of the wanted tokens are decoded: their bytes are searched for first, what was found is then checked
by decoding the method from its start. Literals are followed over the stack within straight code, and unknown where ways meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from msgspec import Struct

from analyzer.errors import FormatError
from analyzer.formats.dotnet.assembly import Assembly
from analyzer.formats.dotnet.opcodes import (
    CALLI,
    CALLS,
    ENDS,
    LDFTN,
    LDSTR,
    LDVIRTFTN,
    LONG_BRANCHES,
    NEWOBJ,
    OPCODES,
    PREFIX,
    SHORT_BRANCHES,
    SWITCH,
)

_TINY, _FAT = 2, 3
_FAT_HEADER = 12
_MAX_HITS = 100_000
_MAX_STACK = 1 << 10
_MAX_ARGUMENTS = 16
_MAX_CODE = 2 << 20
_USER_STRING = 0x70


class Call(Struct, frozen=True):
    """A call of *token*: the row of the calling method, the file offset of the instruction, and its arguments.

    An argument is the literal that is passed, or None. Taking a method's address (for a delegate) counts as a call without
    arguments, but the method does not run (``runs``) then.
    """

    caller: int
    offset: int
    token: int
    arguments: tuple[str | None, ...]
    runs: bool


class _Instruction(Struct, frozen=True):
    offset: int
    code: int
    operand: int
    end: int


class Bodies:
    """The method bodies of one assembly. Each is decoded when it is first asked for, and all together up to a limit."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._rows, starts = assembly.bodies
        self._starts = starts
        self._bounds = [*starts.tolist(), len(assembly.data)]
        self._left = _MAX_CODE
        self._decoded: dict[int, list[Call]] = {}

    def calls(self, tokens: Iterable[int]) -> Iterator[Call]:
        """Every call of one of *tokens*, method by method. Raises ``FormatError`` when there is too much to look at."""
        wanted = set(tokens)
        at = np.searchsorted(self._starts, _positions(self._assembly.data, wanted), side="right") - 1
        for index in sorted({index for index in at.tolist() if index >= 0}):
            yield from (call for call in self._of(index) if call.token in wanted)

    def _of(self, index: int) -> list[Call]:
        """All calls of one method."""
        if index not in self._decoded:
            begin, end = _code(self._assembly.data, self._bounds[index], self._bounds[index + 1])
            self._left -= end - begin
            if self._left < 0:
                raise FormatError("the methods of a .NET assembly are too long to be read")
            self._decoded[index] = list(_calls_of(self._assembly, int(self._rows[index]), (begin, end)))
        return self._decoded[index]


def _positions(data: bytes, tokens: set[int]) -> list[int]:
    """Where the bytes of one of *tokens* stand."""
    found: list[int] = []
    for token in sorted(tokens):
        bytes_ = token.to_bytes(4, "little")
        at = data.find(bytes_)
        while at >= 0 and len(found) < _MAX_HITS:
            found.append(at)
            at = data.find(bytes_, at + 1)
    return found


def _calls_of(assembly: Assembly, row: int, code: tuple[int, int]) -> Iterator[Call]:
    instructions = list(_decode(assembly.data, *code))
    targets = _targets(assembly.data, instructions)
    stack: list[str | None] = []
    for each in instructions:
        if each.offset in targets:
            stack = [None] * len(stack)
        taken = _step(assembly, each, stack)
        if each.code in CALLS:
            yield Call(row, each.offset, each.operand, tuple(taken[:_MAX_ARGUMENTS]), each.code not in (LDFTN, LDVIRTFTN))
        if each.code in ENDS or len(stack) > _MAX_STACK:
            stack.clear()


def _code(data: bytes, start: int, following: int) -> tuple[int, int]:
    """Where the instructions of the body at *start* begin and end (II.25.4), before the *following* body; empty when damaged."""
    head = data[start]
    if head & 3 == _TINY:
        begin, size = start + 1, head >> 2
    elif head & 3 == _FAT and start + _FAT_HEADER <= len(data):
        begin = start + 4 * (data[start + 1] >> 4)
        size = int.from_bytes(data[start + 4 : start + 8], "little")
    else:
        return start, start
    return begin, max(begin, min(begin + size, following))


def _decode(data: bytes, at: int, end: int) -> Iterator[_Instruction]:
    """The instructions from *at* up to *end*; ends early at one that the standard does not know."""
    while at < end:
        start, code = at, data[at]
        at += 1
        if code == PREFIX and at < end:
            code = code << 8 | data[at]
            at += 1
        known = OPCODES.get(code)
        if known is None or at + known.operand > end:
            return
        operand = int.from_bytes(data[at : at + known.operand], "little")
        at += known.operand
        if code == SWITCH:
            at += 4 * operand
            if at > end:
                return
        yield _Instruction(start, code, operand, at)


def _targets(data: bytes, instructions: list[_Instruction]) -> set[int]:
    """The offsets that branches lead to."""
    found: set[int] = set()
    for each in instructions:
        if each.code in SHORT_BRANCHES:
            found.add(each.end + (each.operand ^ 0x80) - 0x80)
        elif each.code in LONG_BRANCHES:
            found.add(each.end + (each.operand ^ 0x80000000) - 0x80000000)
        elif each.code == SWITCH:
            table = np.frombuffer(data, "<i4", each.operand, each.end - 4 * each.operand)
            found.update((table.astype(np.int64) + each.end).tolist())
    return found


def _step(assembly: Assembly, each: _Instruction, stack: list[str | None]) -> list[str | None]:
    """Carry out one instruction on the stack; what a call takes from it, without the object it is made on."""
    pops, pushes = OPCODES[each.code].pops, OPCODES[each.code].pushes
    taken: list[str | None] = []
    if each.code == CALLI:
        stack.clear()
    elif each.code in CALLS and each.code not in (LDFTN, LDVIRTFTN):
        shape = assembly.shape(each.operand)
        if shape is None:
            stack.clear()
            return taken
        taken = _pop(stack, min(shape.parameters, _MAX_STACK))
        if shape.has_this and each.code != NEWOBJ:
            _pop(stack, 1)
        pushes = int(shape.returns or each.code == NEWOBJ)
    else:
        _pop(stack, pops)
    if each.code == LDSTR:
        stack.append(assembly.user_string(each.operand & 0xFFFFFF) if each.operand >> 24 == _USER_STRING else None)
    else:
        stack.extend([None] * pushes)
    return taken


def _pop(stack: list[str | None], count: int) -> list[str | None]:
    """The topmost *count* values in the order they were put there; unknown ones where the stack is not known that deep."""
    there = stack[-count:] if count else []
    if there:
        del stack[-len(there) :]
    return [None] * (count - len(there)) + there
