"""One numbering of types, members and methods over all DEX files of a package, as arrays.

Each DEX file has its own tables; a call from one file into another can only be followed when both speak of the same
numbers. Names are interned once a file, everything after that is integer columns: which method a reference means
(resolution up the superclasses: JVMS 5.4.3.3, as ART does it), who calls it, and who inherits from whom.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from analyzer.formats.dex import DexFile
from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.columns import Ints, begins, numbered, ranges
from analyzer.program.graph.this_uses import hands_on_this
from analyzer.program.graph.types import Types, interned, numbering
from analyzer.program.hierarchy import Hierarchy

_NONE = np.zeros(0, dtype=np.int64)
_SHIFT = 32
_INTERFACE = 0x200


class Nodes(Struct, frozen=True):
    """Every method that a class of the package defines; rows are *node* numbers.

    ``key`` type and member in one number, ``dex`` number of the DEX file, ``method`` row of its method table, ``flags``
    access flags, ``item`` row of its code items (-1: no code), ``direct`` static, private or constructor.
    """

    key: Ints
    dex: Ints
    method: Ints
    flags: Ints
    item: Ints
    direct: NDArray[np.bool_]


class Sites(Struct, frozen=True):
    """Every invoke: the calling node, DEX file, instruction row, key of the reference, opcode and resolved node (or -1)."""

    caller: Ints
    dex: Ints
    row: Ints
    key: Ints
    opcode: NDArray[np.uint8]
    target: Ints


class Linked:
    """The package's methods and calls under one numbering.

    A class that is defined twice counts where it is loaded first. Keys combine type and member: ``type << 32 | member``.
    """

    def __init__(self, dex_files: Sequence[DexFile], hierarchy: Hierarchy) -> None:
        self.dex_files = tuple(dex_files)
        self.types = Types(self.dex_files, hierarchy)
        self._type_rows = [self.types.rows(number) for number in range(len(self.dex_files))]
        names: defaultdict[str, int] = numbering()
        protos: defaultdict[bytes, int] = numbering()
        shapes = [_method_shapes(dex, rows, names, protos) for dex, rows in zip(self.dex_files, self._type_rows, strict=True)]
        self._members, inverse = numbered(np.concatenate([_NONE, *shapes]))
        bounds = np.cumsum([0, *map(len, shapes)]).tolist()
        members = [inverse[low:high] for low, high in pairwise(bounds)]
        self.ref_keys: list[Ints] = [
            types[dex.pools.methods["holder"]] << _SHIFT | member if len(types) else _NONE
            for dex, types, member in zip(self.dex_files, self._type_rows, members, strict=True)
        ]
        self._member_names = list(names)

    @cached_property
    def nodes(self) -> Nodes:
        """The defined methods, in order of DEX file and class data."""
        parts: list[tuple[NDArray[Any], ...]] = []
        for number, (dex, types, keys) in enumerate(zip(self.dex_files, self._type_rows, self.ref_keys, strict=True)):
            m = dex.methods
            row_class = types[dex.pools.classes["type"].astype(np.int64)] if len(types) else _NONE
            wins = (self.types.defined[row_class] == number) & (self.types.class_row[row_class] == np.arange(len(row_class)))
            keep = np.flatnonzero(wins[m.class_def])
            order = np.argsort(dex.items.offset, kind="stable")
            offsets = dex.items.offset[order]
            code = m.code[keep]
            at = np.minimum(np.searchsorted(offsets, code), max(len(offsets) - 1, 0))
            has = (code > 0) & (offsets[at] == code) if len(offsets) else np.zeros(len(code), dtype=bool)
            item = np.where(has, order[at] if len(order) else -1, -1)
            numbers = np.full(len(keep), number)
            parts.append((keys[m.method[keep]], numbers, m.method[keep], m.flags[keep], item, m.direct[keep]))
        columns = [np.concatenate([_NONE, *(part[i] for part in parts)]) for i in range(6)]
        return Nodes(columns[0], columns[1], columns[2], columns[3], columns[4], columns[5].astype(bool))

    @cached_property
    def _node_order(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.nodes.key, kind="stable")
        return order, self.nodes.key[order]

    def find(self, keys: Ints) -> Ints:
        """The nodes that define exactly these keys, -1 where there is none."""
        order, ordered = self._node_order
        if not len(ordered):
            return np.full(len(keys), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
        return np.where(ordered[at] == keys, order[at], -1)

    def resolve(self, keys: Ints) -> Ints:
        """The nodes that references *keys* mean: the class itself, then its superclasses; -1 when none defines it."""
        result = self.find(keys)
        todo = np.flatnonzero(result < 0)
        cls, member = keys[todo] >> _SHIFT, keys[todo] & 0xFFFFFFFF
        for _ in range(256):  # deeper than any real hierarchy; ends the cycles of hostile files
            cls = self.types.superclass[cls]
            going = cls >= 0
            todo, cls, member = todo[going], cls[going], member[going]
            if not len(todo):
                break
            found = self.find(cls << _SHIFT | member)
            result[todo] = found
            going = found < 0
            todo, cls, member = todo[going], cls[going], member[going]
        return result

    @cached_property
    def sites(self) -> Sites:
        """Every invoke of every defined method."""
        parts: list[tuple[Ints, ...]] = []
        opcodes: list[NDArray[np.uint8]] = []
        for number, (dex, keys) in enumerate(zip(self.dex_files, self.ref_keys, strict=True)):
            rows, targets = dex.invokes
            caller, which = self._holders(number, rows)
            resolved = np.full(len(keys), -1, dtype=np.int64)
            used = np.flatnonzero(np.bincount(targets, minlength=len(keys)))
            resolved[used] = self.resolve(keys[used])
            if which is not None:
                rows, targets = rows[which], targets[which]
            parts.append((caller, np.full(len(rows), number), rows, keys[targets], resolved[targets]))
            opcodes.append(dex.opcode[rows])
        columns = [np.concatenate([_NONE, *(part[i] for part in parts)]) for i in range(5)]
        opcode = np.concatenate(opcodes) if opcodes else np.zeros(0, dtype=np.uint8)
        return Sites(columns[0], columns[1], columns[2], columns[3], opcode, columns[4])

    @cached_property
    def _by_target(self) -> tuple[Ints, Ints]:
        target = self.sites.target
        called = np.flatnonzero(target >= 0)
        targets = target[called]
        return called[np.argsort(targets.astype(np.int32), kind="stable")], begins(targets, len(self.nodes.key))

    def calls_to(self, node: int) -> list[int]:
        """The sites whose reference resolves to *node*."""
        order, first = self._by_target
        return order[first[node] : first[node + 1]].tolist()  # type: ignore[no-any-return]

    @cached_property
    def _by_key(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.sites.key, kind="stable")
        return order, self.sites.key[order]

    def calls_of(self, keys: Iterable[int]) -> list[int]:
        """The sites that name exactly one of the references *keys*."""
        wanted = np.array(sorted(keys), dtype=np.int64)
        order, ordered = self._by_key
        low, high = np.searchsorted(ordered, wanted), np.searchsorted(ordered, wanted, side="right")
        return [site for a, b in zip(low.tolist(), high.tolist(), strict=True) if a < b for site in order[a:b].tolist()]

    @cached_property
    def sites_by_caller(self) -> tuple[Ints, Ints]:
        """The sites in order of their calling node, and where those of each node begin."""
        caller = self.sites.caller
        return np.argsort(caller.astype(np.int32), kind="stable"), begins(caller, len(self.nodes.key))

    def calls_in(self, node: int) -> list[int]:
        """The sites in *node*."""
        order, first = self.sites_by_caller
        return order[first[node] : first[node + 1]].tolist()  # type: ignore[no-any-return]

    def calls_above(self, node: int) -> list[int]:
        """The virtual and interface calls that name the node's member on a class or interface above its own."""
        key = int(self.nodes.key[node])
        member = key & 0xFFFFFFFF
        if self.nodes.direct[node]:
            return []
        above = self.calls_of(parent << _SHIFT | member for parent in self.types.above(key >> _SHIFT))
        return [site for site in above if int(self.sites.opcode[site]) in op.INVOKE_DISPATCHED]

    @cached_property
    def _by_member(self) -> tuple[Ints, Ints]:
        members = self.nodes.key & 0xFFFFFFFF
        own = np.flatnonzero((self.nodes.item >= 0) & ~self.nodes.direct)
        order = own[np.argsort(members[own], kind="stable")]
        return order, members[order]

    def same_member(self, member: int, among: NDArray[np.bool_]) -> list[tuple[int, int]]:
        """The virtual methods with code that have this name and prototype, of the nodes *among*, each with its class."""
        order, members = self._by_member
        low, high = np.searchsorted(members, [member, member + 1])
        nodes = order[low:high]
        nodes = nodes[among[nodes]]
        return [*zip(nodes.tolist(), (self.nodes.key[nodes] >> _SHIFT).tolist(), strict=True)]

    def overriders(self, key: int, among: NDArray[np.bool_]) -> list[int]:
        """The nodes below the class of *key* that define its member, of those *among*: what a virtual call may also mean."""
        cls = key >> _SHIFT
        return [node for node, own in self.same_member(key & 0xFFFFFFFF, among) if cls in self.types.above_set(own)]

    def rivals(self, node: int, among: NDArray[np.bool_]) -> Iterator[int]:
        """The other nodes that a call through a class above *node* may mean, of those *among*."""
        key = int(self.nodes.key[node])
        above = self.types.above_set(key >> _SHIFT)
        for other, own in self.same_member(key & 0xFFFFFFFF, among):
            if other != node and not above.isdisjoint(self.types.above_set(own)):
                yield other

    def overrides(self, key: int) -> bool:
        """Whether the member of *key* may be one that a class above, or the platform, calls: no root class of its own."""
        return bool(self.types.above(key >> _SHIFT))

    def inheritors(self, node: int) -> list[int]:
        """The classes whose objects run *node* for its member: its own and those below that do not override it."""
        key = int(self.nodes.key[node])
        type_id, member = key >> _SHIFT, key & 0xFFFFFFFF
        found, stack = [], [type_id]
        while stack:
            current = stack.pop()
            found.append(current)
            for child in self.types.children(current):
                keys = np.array([child << _SHIFT | member], dtype=np.int64)
                if child not in found and self.find(keys)[0] < 0:
                    stack.append(child)
        return found

    @cached_property
    def _made(self) -> tuple[Ints, Ints, Ints]:
        """Every new-instance: type numbers in order, with DEX file and instruction row."""
        parts: list[tuple[Ints, Ints, Ints]] = []
        for number, (dex, types) in enumerate(zip(self.dex_files, self._type_rows, strict=True)):
            rows = np.flatnonzero(dex.opcode == op.NEW_INSTANCE)
            target = dex.units[np.minimum(dex.instructions.position[rows] + 1, len(dex.units) - 1)].astype(np.int64)
            good = target < len(types)
            rows, target = rows[good], types[target[good]]
            good = self.types.defined[target] >= 0
            parts.append((target[good], np.full(int(good.sum()), number), rows[good]))
        target, dex_number, row = (np.concatenate([_NONE, *(part[i] for part in parts)]) for i in range(3))
        order = np.argsort(target, kind="stable")
        return target[order], dex_number[order], row[order]

    def made(self, type_id: int) -> list[tuple[int, int]]:
        """Where objects of exactly this class of the package are made: node and instruction within it."""
        types, dex, row = self._made
        low, high = np.searchsorted(types, [type_id, type_id + 1])
        found = []
        for number, instruction in zip(dex[low:high].tolist(), row[low:high].tolist(), strict=True):
            found += [(node, instruction - self._first(node)) for node in self.nodes_at(number, instruction)]
        return found

    def _first(self, node: int) -> int:
        dex = self.dex_files[int(self.nodes.dex[node])]
        return int(dex.instructions.first[self.nodes.item[node]])

    @cached_property
    def _by_item(self) -> list[tuple[Ints, Ints]]:
        """For each DEX file the nodes in order of their code item, and where those of each item begin."""
        found = []
        for number in range(len(self.dex_files)):
            own = np.flatnonzero((self.nodes.dex == number) & (self.nodes.item >= 0))
            items = self.nodes.item[own]
            found.append((own[np.argsort(items, kind="stable")], begins(items, len(self.dex_files[number].items.offset))))
        return found

    def nodes_at(self, dex: int, row: int) -> list[int]:
        """The nodes whose code holds instruction *row* of DEX file *dex*: nearly always one."""
        order, first = self._by_item[dex]
        item = self.dex_files[dex].instructions.item[row]
        return order[first[item] : first[item + 1]].tolist()  # type: ignore[no-any-return]

    @cached_property
    def _methods_by_class(self) -> tuple[Ints, Ints]:
        holders = self.nodes.key >> _SHIFT
        return np.argsort(holders, kind="stable"), begins(holders, len(self.types.names))

    def methods_of(self, type_id: int) -> list[int]:
        """The nodes of the class."""
        order, first = self._methods_by_class
        return order[first[type_id] : first[type_id + 1]].tolist()  # type: ignore[no-any-return]

    def node_of(self, descriptor: str) -> int | None:
        """The node of a full method descriptor, or None."""
        cls, _, member = descriptor.partition("->")
        type_id = self.types.number(cls)
        for node in self.methods_of(type_id) if type_id is not None else ():
            if self.dex_files[int(self.nodes.dex[node])].pools.method_member(int(self.nodes.method[node])) == member:
                return node
        return None

    def descriptor(self, node: int) -> str:
        """The full descriptor of a node."""
        return self.dex_files[int(self.nodes.dex[node])].pools.method(int(self.nodes.method[node]))

    def return_type(self, node: int) -> str:
        """The return type of a node."""
        pools = self.dex_files[int(self.nodes.dex[node])].pools
        return pools.type(int(pools.protos[int(pools.methods[int(self.nodes.method[node])]["shape"])]["returns"]))

    def holder(self, node: int) -> str:
        """The class of a node."""
        return self.types.names[int(self.nodes.key[node]) >> _SHIFT]

    def member(self, node: int) -> str:
        """``name(parameters)return`` of a node."""
        return self.dex_files[int(self.nodes.dex[node])].pools.method_member(int(self.nodes.method[node]))

    def name(self, node: int) -> str:
        """The name of a node's method."""
        return self.member_name(int(self.nodes.key[node]))

    def member_name(self, key: int) -> str:
        """The method's name in *key*."""
        return self._member_names[int(self._members[key & 0xFFFFFFFF]) >> _SHIFT]

    def members_named(self, names: frozenset[str]) -> NDArray[np.bool_]:
        """For each member number whether its method has one of *names*."""
        wanted = np.array([name in names for name in self._member_names], dtype=bool)
        return wanted[self._members >> _SHIFT] if len(wanted) else np.zeros(0, dtype=bool)

    def named(self, name: str) -> NDArray[np.bool_]:
        """For each node whether its method has this name."""
        if name not in self._member_names:
            return np.zeros(len(self.nodes.key), dtype=bool)
        number = self._member_names.index(name)
        found: NDArray[np.bool_] = self._members[self.nodes.key & 0xFFFFFFFF] >> _SHIFT == number
        return found

    def uses_by_node(self, opcodes: NDArray[np.bool_], *, fields: bool) -> tuple[Ints, Ints]:
        """The package's types that instructions of these *opcodes* name, in order of the node, and where each node's begin.

        With *fields* the instructions name fields, and the fields' classes are meant.
        """
        parts: list[tuple[Ints, Ints]] = []
        for number, (dex, types) in enumerate(zip(self.dex_files, self._type_rows, strict=True)):
            rows = dex.rows_with(opcodes)
            target = dex.units[np.minimum(dex.instructions.position[rows] + 1, len(dex.units) - 1)].astype(np.int64)
            table = types[dex.pools.fields["holder"]] if fields and len(types) else types
            good = target < len(table)
            rows, used = rows[good], table[target[good]]
            good = self.types.defined[used] >= 0
            parts.append(self._spread(number, rows[good], used[good]))
        node, used = (np.concatenate([_NONE, *(part[i] for part in parts)]) for i in range(2))
        return used[np.argsort(node, kind="stable")], begins(node, len(self.nodes.key))

    def _spread(self, dex: int, rows: Ints, values: Ints) -> tuple[Ints, Ints]:
        """For instruction *rows* the nodes that hold them, several where methods share code, and their values."""
        nodes, which = self._holders(dex, rows)
        return nodes, values if which is None else values[which]

    def _holders(self, dex: int, rows: Ints) -> tuple[Ints, Ints | None]:
        """The nodes that hold instruction *rows*, and the indices of their rows; None where each is held by one node."""
        by_item, first = self._by_item[dex]
        own = self.dex_files[dex].instructions.item[rows]
        low = first[own]
        held = first[own + 1] - low
        if (held == 1).all():
            return by_item[low], None
        return by_item[ranges(first, own)], np.repeat(np.arange(len(rows)), held)

    @cached_property
    def _hands_on_this(self) -> list[NDArray[np.bool_]]:
        return [hands_on_this(dex) for dex in self.dex_files]

    def hands_on_this(self, node: int) -> bool:
        """Whether *node* may do something else with ``this`` than call a method of it."""
        item = int(self.nodes.item[node])
        return item >= 0 and bool(self._hands_on_this[int(self.nodes.dex[node])][item])


def _method_shapes(dex: DexFile, types: Ints, names: defaultdict[str, int], protos: defaultdict[bytes, int]) -> Ints:
    """For each row of the method table its name and prototype in one number."""
    methods = dex.pools.methods
    rows, inverse = numbered(methods["name"])
    name = interned(names, dex.pools.texts(rows))[inverse] if len(rows) else _NONE
    flat, first = _prototypes(dex, types)
    raw, ends = flat.astype(np.int32).tobytes(), (4 * first).tolist()
    proto = interned(protos, [raw[low:high] for low, high in pairwise(ends)])
    return name << _SHIFT | proto[methods["shape"]] if len(methods) else _NONE


def _prototypes(dex: DexFile, types: Ints) -> tuple[Ints, Ints]:
    """All prototypes one after another as type numbers, the return type first; and where each begins."""
    protos = dex.pools.protos
    parameters, lengths = dex.pools.parameters
    first = np.concatenate([[0], np.cumsum(lengths + 1)])
    rows = np.zeros(int(first[-1]), dtype=np.int64)
    is_return = np.zeros(len(rows), dtype=bool)
    is_return[first[:-1]] = True
    rows[is_return] = protos["returns"]
    rows[~is_return] = parameters
    return (types[rows] if len(types) else _NONE), first
