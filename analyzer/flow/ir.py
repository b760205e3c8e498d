"""Method bodies decoded once for the interpreter: instructions as tuples, basic blocks, exception handlers.

Formats and meanings: Dalvik bytecode and Dalvik executable instruction formats specifications; handlers: dex-format, "code_item".
A register pair (long, double) is kept in its first register.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, auto
from typing import Any

from msgspec import Struct

from analyzer.errors import FormatError
from analyzer.flow.order import ranks
from analyzer.flow.values import UNKNOWN, ClassName, Value, constant, integer
from analyzer.formats.dex import DexFile
from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.code import MethodCode
from analyzer.formats.dex.leb128 import read_uleb128

_LARGEST = 20_000


class Op(IntEnum):
    """The kinds of instruction that the interpreter knows; the operands of each are in the comment."""

    SET = auto()  # register, value
    MOVE = auto()  # register, from
    RESULT = auto()  # register
    CAUGHT = auto()  # register
    RETURN = auto()  # register or -1
    THROW = auto()  # register
    GOTO = auto()  # block
    IF = auto()  # comparison, register, register or -1, block, next block
    SWITCH = auto()  # register, ((key, block), ...), next block
    CAST = auto()  # register, type row
    TEST_TYPE = auto()  # register, from, type row
    LENGTH = auto()  # register, array
    NEW = auto()  # register, type row
    ARRAY = auto()  # register, size register, type row
    FILLED = auto()  # registers, type row
    ARRAY_GET = auto()  # register, array, index, whether it is an object
    ARRAY_PUT = auto()  # register, array, index
    GET = auto()  # register, object, field row
    PUT = auto()  # register, object, field row
    GET_STATIC = auto()  # register, field row
    PUT_STATIC = auto()  # register, field row
    INVOKE = auto()  # opcode, method row, registers
    CUSTOM = auto()  # registers
    UNARY = auto()  # register, from
    BINARY = auto()  # operation, register, left, right
    LITERAL = auto()  # operation, register, left, number
    NEXT = auto()  # block: falls through


Instruction = tuple[Any, ...]  # the kind and its operands, see Op
THROWING = frozenset(
    {Op.THROW, Op.CAST, Op.NEW, Op.ARRAY, Op.ARRAY_GET, Op.ARRAY_PUT, Op.GET, Op.PUT, Op.INVOKE, Op.CUSTOM, Op.BINARY, Op.LENGTH}
)


class Handler(Struct, frozen=True):
    """Where control goes when a *type* (a row of the type table, None: anything) is thrown."""

    type: int | None
    block: int


class Block(Struct, frozen=True):
    """``first`` to ``last`` (excluded) of the instructions; ``handlers`` of the try block it is in; what may follow."""

    first: int
    last: int
    handlers: tuple[Handler, ...]
    follows: tuple[int, ...]


class Body(Struct, frozen=True):
    """A method's code. ``at`` gives of each decoded instruction the number in ``MethodCode``, ``rank`` of each block its turn:
    loops are gone through before what follows them.
    """

    registers: int
    arguments: int
    code: tuple[Instruction, ...]
    at: tuple[int, ...]
    blocks: tuple[Block, ...]
    rank: tuple[int, ...]


def decode(dex: DexFile, item: int) -> Body | None:
    """The body of code item *item*; None when it is larger than anybody writes by hand."""
    method = MethodCode(dex, item)
    if not 0 < len(method) <= _LARGEST:
        return None
    start = int(dex.items.start[item])
    return _Decoder(dex, method, int(dex.units[start - 8]), int(dex.units[start - 7]), _tries(dex, item)).body()


class _Units(Struct, frozen=True):
    """One instruction: its number and opcode, the upper byte of its first unit (also as two halves), its second unit."""

    at: int
    opcode: int
    high: int
    low4: int
    high4: int
    second: int


class _Try(Struct, frozen=True):
    first: int
    last: int
    handlers: tuple[tuple[int | None, int], ...]


class _Decoder:
    def __init__(self, dex: DexFile, method: MethodCode, registers: int, arguments: int, tries: list[_Try]) -> None:
        self._dex = dex
        self._method = method
        self._registers = registers
        self._arguments = min(arguments, registers)
        self._tries = tries
        self._index = {offset: at for at, offset in enumerate(method.offsets)}

    def body(self) -> Body:
        method = self._method
        starts = self._block_starts()
        block_of = {at: number for number, at in enumerate(starts)}
        code: list[Instruction] = []
        places: list[int] = []
        blocks: list[Block] = []
        for number, first in enumerate(starts):
            end = starts[number + 1] if number + 1 < len(starts) else len(method)
            begin = len(code)
            for at in range(first, end):
                instruction = self._instruction(at, block_of)
                if instruction is not None:
                    code.append(instruction)
                    places.append(at)
            if method.opcode(end - 1) not in op.ENDS and method.opcode(end - 1) not in op.BRANCHES:
                code.append((Op.NEXT, number + 1 if end < len(method) else -1))
                places.append(end - 1)
            blocks.append(Block(begin, len(code), self._handlers(method.offset(first), block_of), _follows(code[-1])))
        return Body(
            self._registers,
            self._arguments,
            tuple(code),
            tuple(places),
            tuple(blocks),
            ranks([(*block.follows, *(handler.block for handler in block.handlers)) for block in blocks]),
        )

    def _block_starts(self) -> list[int]:
        method, starts = self._method, {0}
        for at in range(len(method)):
            if method.opcode(at) in op.BRANCHES:
                starts.update(target for _, target in method.branch_targets(at))
                starts.add(at + 1)
            elif method.opcode(at) in op.ENDS:
                starts.add(at + 1)
        for each in self._tries:
            for offset in (each.first, each.last, *(target for _, target in each.handlers)):
                if offset in self._index:
                    starts.add(self._index[offset])
        return sorted(at for at in starts if at < len(method))

    def _handlers(self, offset: int, block_of: dict[int, int]) -> tuple[Handler, ...]:
        for each in self._tries:
            if each.first <= offset < each.last:
                return tuple(Handler(t, block_of[self._index[a]]) for t, a in each.handlers if a in self._index)
        return ()

    def _instruction(self, at: int, block_of: dict[int, int]) -> Instruction | None:
        method = self._method
        word, second = method.words[method.offset(at)], method.words[method.offset(at) + 1]
        opcode = word & 0xFF
        if opcode in op.BRANCHES:
            return self._branch(at, opcode, block_of)
        form = _FORMS[opcode]
        return None if form is None else form(self, _Units(at, opcode, word >> 8, word >> 8 & 0xF, word >> 12, second))

    def move(self, u: _Units) -> Instruction:
        """A move between registers, of any width."""
        return (Op.MOVE, self._method.destination(u.at), self._method.move_source(u.at))

    def constant(self, u: _Units) -> Instruction:
        """A number, text or class."""
        return (Op.SET, self._method.destination(u.at), self._constant(u.at, u.opcode))

    def filled(self, u: _Units) -> Instruction:
        """An array made of registers."""
        third = self._method.words[self._method.offset(u.at) + 2]
        registers = self._method.call(u.at).registers if u.opcode == 0x24 else tuple(range(third, third + u.high))
        return (Op.FILLED, registers, u.second)

    def invoke(self, u: _Units) -> Instruction:
        """A call."""
        call = self._method.call(u.at)
        return (Op.INVOKE, u.opcode, call.method, call.registers)

    def custom(self, u: _Units) -> Instruction:
        """A call site that is linked while the app runs."""
        return (Op.CUSTOM, self._method.call(u.at).registers)

    def _constant(self, at: int, opcode: int) -> Value:
        method = self._method
        pools = self._dex.pools
        if opcode in (op.CONST_STRING, op.CONST_STRING_JUMBO):
            row = method.pool_index(at)
            return constant(pools.string(row)) if row < len(pools.string_offsets) else UNKNOWN
        if opcode == op.CONST_CLASS:
            row = method.pool_index(at)
            return constant(ClassName(pools.type(row))) if row < len(pools.types) else UNKNOWN
        number = method.literal(at)
        if number is None:
            words = method.words[method.offset(at) + 1 : method.offset(at) + 5]
            if opcode == 0x16:
                number = _signed(words[0], 16)
            elif opcode == 0x17:
                number = _signed(words[0] | words[1] << 16, 32)
            elif opcode == 0x18:
                number = _signed(words[0] | words[1] << 16 | words[2] << 32 | words[3] << 48, 64)
            else:
                number = _signed(words[0] << 48, 64)
        return integer(number)

    def _branch(self, at: int, opcode: int, block_of: dict[int, int]) -> Instruction:
        method, words = self._method, self._method.words
        targets = [(key, block_of[target]) for key, target in method.branch_targets(at)]
        following = block_of.get(at + 1, -1)
        word = words[method.offset(at)]
        if opcode in op.GOTOS:
            return (Op.GOTO, targets[0][1] if targets else -1)
        if opcode in (op.PACKED_SWITCH, op.SPARSE_SWITCH):
            return (Op.SWITCH, word >> 8, tuple(targets), following)
        target = targets[0][1] if targets else -1
        if opcode < 0x38:
            return (Op.IF, opcode - 0x32, word >> 8 & 0xF, word >> 12, target, following)
        return (Op.IF, opcode - 0x38, word >> 8, -1, target, following)


def _follows(last: Instruction) -> tuple[int, ...]:
    kind = last[0]
    found: tuple[int, ...]
    if kind in (Op.GOTO, Op.NEXT):
        found = (last[1],)
    elif kind is Op.IF:
        found = (last[4], last[5])
    elif kind is Op.SWITCH:
        found = (*(block for _, block in last[2]), last[3])
    else:
        found = ()
    return tuple(dict.fromkeys(block for block in found if block >= 0))


_OPERATIONS = ("add", "sub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr", "ushr")
_LITERALS = ("add", "rsub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr", "ushr")


def _operation(number: int) -> str:
    """Of int and long the operation, of float and double just that it is one."""
    return _OPERATIONS[number % 11] if number < 22 else "real"


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def _tries(dex: DexFile, item: int) -> list[_Try]:
    """The try blocks of a code item, in code units from its first instruction; what is malformed is left out."""
    start, end = int(dex.items.start[item]), int(dex.items.end[item])
    count = int(dex.units[start - 5])
    if not count:
        return []
    table = end + (end - start) % 2
    words = dex.units[table : table + 4 * count].tolist()
    lists = 2 * table + 8 * count
    found = []
    for row in range(len(words) // 4):
        first, length, offset = words[4 * row] | words[4 * row + 1] << 16, words[4 * row + 2], words[4 * row + 3]
        try:
            found.append(_Try(first, first + length, _catches(dex.data, lists + offset)))
        except FormatError:
            continue
    return found


def _catches(data: bytes, at: int) -> tuple[tuple[int | None, int], ...]:
    size, end = read_uleb128(data, at)
    bits = 7 * (end - at)
    size = _signed(size & ((1 << bits) - 1), bits)
    at = end
    found: list[tuple[int | None, int]] = []
    for _ in range(min(abs(size), 1000)):
        type_row, at = read_uleb128(data, at)
        address, at = read_uleb128(data, at)
        found.append((type_row, address))
    if size <= 0:
        address, at = read_uleb128(data, at)
        found.append((None, address))
    return tuple(found)


_Form = Callable[["_Decoder", _Units], Instruction]


def _forms() -> tuple[_Form | None, ...]:
    """How each opcode is decoded; branches apart. What is not named does nothing that matters here."""
    table: list[_Form | None] = [None] * 256
    ranges: tuple[tuple[int, int, _Form], ...] = (
        (0x01, 0x09, _Decoder.move),
        (0x0A, 0x0C, lambda _, u: (Op.RESULT, u.high)),
        (0x0D, 0x0D, lambda _, u: (Op.CAUGHT, u.high)),
        (0x0E, 0x0E, lambda _, u: (Op.RETURN, -1)),
        (0x0F, 0x11, lambda _, u: (Op.RETURN, u.high)),
        (0x12, 0x1C, _Decoder.constant),
        (0x1F, 0x1F, lambda _, u: (Op.CAST, u.high, u.second)),
        (0x20, 0x20, lambda _, u: (Op.TEST_TYPE, u.low4, u.high4, u.second)),
        (0x21, 0x21, lambda _, u: (Op.LENGTH, u.low4, u.high4)),
        (0x22, 0x22, lambda _, u: (Op.NEW, u.high, u.second)),
        (0x23, 0x23, lambda _, u: (Op.ARRAY, u.low4, u.high4, u.second)),
        (0x24, 0x25, _Decoder.filled),
        (0x27, 0x27, lambda _, u: (Op.THROW, u.high)),
        (0x2D, 0x31, lambda _, u: (Op.BINARY, "cmp", u.high, u.second & 0xFF, u.second >> 8)),
        (0x44, 0x4A, lambda _, u: (Op.ARRAY_GET, u.high, u.second & 0xFF, u.second >> 8, u.opcode == 0x46)),
        (0x4B, 0x51, lambda _, u: (Op.ARRAY_PUT, u.high, u.second & 0xFF, u.second >> 8)),
        (0x52, 0x58, lambda _, u: (Op.GET, u.low4, u.high4, u.second)),
        (0x59, 0x5F, lambda _, u: (Op.PUT, u.low4, u.high4, u.second)),
        (0x60, 0x66, lambda _, u: (Op.GET_STATIC, u.high, u.second)),
        (0x67, 0x6D, lambda _, u: (Op.PUT_STATIC, u.high, u.second)),
        (0x6E, 0x72, _Decoder.invoke),
        (0x74, 0x78, _Decoder.invoke),
        (0x7B, 0x8F, lambda _, u: (Op.UNARY, u.low4, u.high4)),
        (0x90, 0xAF, lambda _, u: (Op.BINARY, _operation(u.opcode - 0x90), u.high, u.second & 0xFF, u.second >> 8)),
        (0xB0, 0xCF, lambda _, u: (Op.BINARY, _operation(u.opcode - 0xB0), u.low4, u.low4, u.high4)),
        (0xD0, 0xD7, lambda _, u: (Op.LITERAL, _LITERALS[u.opcode - 0xD0], u.low4, u.high4, _signed(u.second, 16))),
        (0xD8, 0xE2, lambda _, u: (Op.LITERAL, _LITERALS[u.opcode - 0xD8], u.high, u.second & 0xFF, _signed(u.second >> 8, 8))),
        (0xFA, 0xFD, _Decoder.custom),
        (0xFE, 0xFF, lambda _, u: (Op.SET, u.high, UNKNOWN)),
    )
    for first, last, form in ranges:
        table[first : last + 1] = [form] * (last + 1 - first)
    return tuple(table)


_FORMS = _forms()
