"""Classes that a minifier merged into one, told apart again by the number that each object carries.

R8 merges small classes of one shape: every constructor call passes a constant that is kept in an int field, and each method
begins with a switch over it. Taken as one class, all callbacks that were merged seem to run each other's code. Here the
numbers with which an instruction can be reached are worked out, and the numbers with which objects are made.
"""

from __future__ import annotations

from msgspec import Struct

from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.code import MethodCode
from analyzer.program.graph.linking import Linked
from analyzer.program.graph.liveness import Liveness
from analyzer.program.graph.objects import Origin
from analyzer.program.graph.tracking import Bodies

Ids = frozenset[int]

_IGET, _IPUT, _IF_EQZ, _IF_NEZ = 0x52, 0x59, 0x38, 0x39
_MOST_MAKERS = 60


class _Merged(Struct, frozen=True):
    """The field that holds the number, as a descriptor, and the numbers by the places that make objects."""

    field: str
    made: dict[tuple[int, int], int]

    @property
    def all(self) -> Ids:
        return frozenset(self.made.values())


class MergedClasses:
    """Answers are kept."""

    def __init__(self, linked: Linked, live: Liveness, bodies: Bodies) -> None:
        self._linked = linked
        self._live = live
        self._bodies = bodies
        self._classes: dict[int, _Merged | None] = {}
        self._reached: dict[int, dict[int, Ids] | None] = {}

    def ids_at(self, node: int, instruction: int) -> Ids | None:
        """The numbers of the objects that run this instruction of *node*; None: all, or the class is not a merged one."""
        if node not in self._reached:
            self._reached[node] = self._reach(node)
        reached = self._reached[node]
        return None if reached is None else reached.get(instruction, frozenset())

    def splits(self, node: int) -> bool:
        """Whether *node* is an instance method of a merged class."""
        nodes = self._linked.nodes
        static = int(nodes.flags[node]) & 0x8
        return not static and self._linked.name(node) != "<init>" and self._merged(int(nodes.key[node]) >> 32) is not None

    def id_of(self, type_id: int, maker: int, at: int) -> int | None:
        """The number of the object that *maker* makes at instruction *at*."""
        merged = self._merged(type_id)
        return None if merged is None else merged.made.get((maker, at))

    def _merged(self, type_id: int) -> _Merged | None:
        if type_id not in self._classes:
            self._classes[type_id] = self._look_at(type_id)
        return self._classes[type_id]

    def _look_at(self, type_id: int) -> _Merged | None:
        """The class as a merged one, if every constructor keeps a number and every object gets a constant one."""
        linked = self._linked
        if len(self._makers(type_id)) < 2:  # one object needs no telling apart
            return None
        constructors = [node for node in linked.methods_of(type_id) if linked.name(node) == "<init>"]
        kept = {node: self._kept(node) for node in constructors}
        for field in sorted(set.intersection(*map(set, kept.values()))) if kept else ():
            positions = {node: fields[field] for node, fields in kept.items()}
            made = self._numbers(type_id, positions)
            if made and len(set(made.values())) > 1:
                return _Merged(field, made)
        return None

    def _kept(self, constructor: int) -> dict[str, int]:
        """The int fields of its own that a constructor fills from a parameter, with the parameter's position."""
        code, this = self._code(constructor)
        if code is None:
            return {}
        pools = self._linked.dex_files[int(self._linked.nodes.dex[constructor])].pools
        found: dict[str, int] = {}
        for at in range(len(code)):
            word = code.words[code.offsets[at]]
            if word & 0xFF == _IPUT and word >> 12 == this and (word >> 8 & 0xF) > this:
                row = code.pool_index(at)
                if row < len(pools.fields):
                    found[pools.field(row)] = (word >> 8 & 0xF) - this
        return found

    def _numbers(self, type_id: int, positions: dict[int, int]) -> dict[tuple[int, int], int] | None:
        """The constants that live code passes where it makes objects of the class; None when one is not known."""
        makers = self._makers(type_id)
        if len(makers) > _MOST_MAKERS:
            return None
        made = {}
        for maker, at in makers:
            number = self._number(maker, at, positions)
            if number is None:
                return None
            made[(maker, at)] = number
        return made

    def _makers(self, type_id: int) -> list[tuple[int, int]]:
        return [place for place in self._linked.made(type_id) if self._live.methods[place[0]]]

    def _number(self, maker: int, at: int, positions: dict[int, int]) -> int | None:
        objects = self._bodies.objects(maker)
        for use in objects.uses(Origin("new", at)) if objects else ():
            site = self._bodies.site(maker, use.at) if use.kind == "arg" and use.value == 0 else None
            position = positions.get(int(self._linked.sites.target[site])) if site is not None else None
            if position is not None and objects is not None:
                values = [origin.value for origin in objects.at(use.at, position) if origin.kind == "int"]
                return values[0] if len(values) == 1 else None
        return None

    def _code(self, node: int) -> tuple[MethodCode | None, int]:
        """A method's code and the register of its ``this``."""
        objects = self._bodies.objects(node)
        if objects is None:
            return None, 0
        dex = self._linked.dex_files[int(self._linked.nodes.dex[node])]
        start = int(dex.items.start[self._linked.nodes.item[node]])
        return objects.code, int(dex.units[start - 8]) - int(dex.units[start - 7])

    def _reach(self, node: int) -> dict[int, Ids] | None:
        """For each instruction of an instance method of a merged class the numbers with which it is reached."""
        nodes = self._linked.nodes
        merged = self._merged(int(nodes.key[node]) >> 32) if self.splits(node) else None
        if merged is None:
            return None
        code, this = self._code(node)
        if code is None:
            return None
        pools = self._linked.dex_files[int(nodes.dex[node])].pools
        reads = {
            at
            for at in range(len(code))
            if code.opcode(at) == _IGET
            and code.words[code.offsets[at]] >> 12 == this
            and code.pool_index(at) < len(pools.fields)
            and pools.field(code.pool_index(at)) == merged.field
        }
        return _flow(code, reads, merged.all) if reads else None


def _flow(code: MethodCode, reads: set[int], everything: Ids) -> dict[int, Ids]:
    """Carry the numbers forward from the method's start; a branch over the number splits them."""
    reached: dict[int, Ids] = {0: everything}
    todo = [0, *(at for at, sources in code.joins.items() if sources == (-1,) and at)]
    reached.update(dict.fromkeys(todo, everything))
    while todo:
        at = todo.pop()
        for onward, ids in _onward(code, at, reached[at], reads):
            known = reached.get(onward, frozenset())
            if not ids <= known and onward < len(code):
                reached[onward] = known | ids
                todo.append(onward)
    return reached


def _onward(code: MethodCode, at: int, ids: Ids, reads: set[int]) -> list[tuple[int, Ids]]:
    """Where control goes behind instruction *at*, and with which of *ids*."""
    opcode = code.opcode(at)
    following = [] if opcode in op.ENDS else [(at + 1, ids)]
    if opcode not in op.BRANCHES:
        return following
    targets = code.branch_targets(at)
    register = code.words[code.offsets[at]] >> 8
    if not _holds_number(code, at, register, reads):
        return following + [(target, ids) for _, target in targets]
    if opcode in (_IF_EQZ, _IF_NEZ):
        zero, others = ids & {0}, ids - {0}
        jump, fall = (zero, others) if opcode == _IF_EQZ else (others, zero)
        return [(at + 1, fall), *((target, jump) for _, target in targets)]
    if opcode in (op.PACKED_SWITCH, op.SPARSE_SWITCH):
        keys = frozenset(key for key, _ in targets if key is not None)
        return [(at + 1, ids - keys), *((target, ids & {key}) for key, target in targets if key is not None)]
    return following + [(target, ids) for _, target in targets]


def _holds_number(code: MethodCode, at: int, register: int, reads: set[int]) -> bool:
    """Whether *register* was last written, going straight back, by a read of the number."""
    for before in range(at - 1, -1, -1):
        if code.writes(before, register):
            return before in reads
    return False
