"""What the interpreter asks of a package's code: bodies, what a reference means, which method a call runs."""

from __future__ import annotations

import re

from msgspec import Struct

from analyzer.flow.ir import Body, decode
from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.classdata import static_fields
from analyzer.program.graph.program_graph import ProgramGraph

_MOST_TARGETS = 4
_MEMBER = 0xFFFFFFFF
_STATIC = 0x8
PRIMITIVES = frozenset("ZBSCIJFDV")
_TYPE = re.compile(r"\[*(?:[ZBSCIJFD]|L[^;]+;)")


class Callee(Struct, frozen=True):
    """A method reference: ``key`` in the numbering of ``Linked``, the class it names and its number, name, prototype, types.

    ``registers``: for each declared parameter its position among the call's registers.
    """

    key: int
    type_id: int
    holder: str
    name: str
    prototype: str
    parameters: tuple[str, ...]
    registers: tuple[int, ...]
    returns: str
    static: bool

    @property
    def api(self) -> str:
        """The descriptor."""
        return f"{self.holder}->{self.name}{self.prototype}"


class FieldName(Struct, frozen=True):
    """A field reference: ``field`` names it on the heap, ``api`` is its descriptor without the type, ``own``: of the package."""

    field: str
    api: str
    holder: str
    type: str
    own: bool


class Code:
    """Bodies and references of one package, each looked up once."""

    def __init__(self, graph: ProgramGraph) -> None:
        self.graph = graph
        self.linked = graph.linked
        self.types = graph.linked.types
        self.hierarchy = graph.app.hierarchy
        nodes = graph.linked.nodes
        self._nodes = dict(zip(nodes.key.tolist(), range(len(nodes.key)), strict=True))
        self._items: list[int] = nodes.item.tolist()
        self._dex: list[int] = nodes.dex.tolist()
        self._flags: list[int] = nodes.flags.tolist()
        self._direct: list[bool] = nodes.direct.tolist()
        self._bodies: dict[int, Body | None] = {}
        self._callees: dict[tuple[int, int, bool], Callee] = {}
        self._fields: dict[tuple[int, int, bool], FieldName] = {}
        self._dispatched: dict[tuple[int, int], int | None] = {}
        self._by_name: dict[str, dict[str, list[int]]] = {}
        self._parameters: dict[int, tuple[str, ...]] = {}
        self._declared: dict[tuple[str, str, str], str] = {}
        self._statics: dict[str, frozenset[str]] = {}
        self._below: dict[tuple[int, int], tuple[int, ...]] = {}

    def dex_of(self, node: int) -> int:
        """The number of the DEX file that defines *node*."""
        return self._dex[node]

    def has_code(self, node: int) -> bool:
        """Whether *node* is not abstract or native."""
        return self._items[node] >= 0

    def is_static(self, node: int) -> bool:
        """Whether *node* has no receiver."""
        return bool(self._flags[node] & _STATIC)

    def is_native(self, node: int) -> bool:
        """Whether *node* is native."""
        return bool(self._flags[node] & 0x100)

    def size(self, node: int) -> int:
        """The code units of *node*."""
        dex = self.linked.dex_files[self._dex[node]]
        item = self._items[node]
        return int(dex.items.end[item]) - int(dex.items.start[item]) if item >= 0 else 0

    def body(self, node: int) -> Body | None:
        """The decoded body; None without code."""
        if node not in self._bodies:
            item = self._items[node]
            self._bodies[node] = decode(self.linked.dex_files[self._dex[node]], item) if item >= 0 else None
        return self._bodies[node]

    def type_name(self, dex: int, row: int) -> str:
        """The descriptor of a row of the type table; empty when there is no such row."""
        rows = self.types.rows(dex)
        return self.types.names[int(rows[row])] if row < len(rows) else ""

    def callee(self, dex: int, row: int, opcode: int) -> Callee | None:
        """What the method row of a DEX file means in a call with *opcode*."""
        static = opcode in op.INVOKE_STATICS
        found = self._callees.get((dex, row, static))
        if found is None:
            pools = self.linked.dex_files[dex].pools
            if row >= len(pools.methods):
                return None
            member = pools.method_member(row)
            name, _, rest = member.partition("(")
            parameters = tuple(pools.parameter_types(int(pools.methods[row]["shape"])))
            at, places = (0 if static else 1), []
            for parameter in parameters:
                places.append(at)
                at += 2 if parameter in ("J", "D") else 1
            key = int(self.linked.ref_keys[dex][row])
            found = Callee(
                key,
                key >> 32,
                self.types.names[key >> 32],
                name,
                "(" + rest,
                parameters,
                tuple(places),
                rest.partition(")")[2],
                static,
            )
            self._callees[(dex, row, static)] = found
        return found

    def declared(self, callee: Callee) -> str:
        """The descriptor of what is called, of the class of the platform or library that declares it."""
        known = self._declared.get((callee.holder, callee.name, callee.prototype))
        if known is None:
            member = callee.name + callee.prototype
            above = [cls for cls in self.hierarchy.ancestors(callee.holder) if self.hierarchy.definition(cls) is None]
            cls = next((cls for cls in above if self.graph.members.in_platform(cls, member)), callee.holder)
            known = self._declared[(callee.holder, callee.name, callee.prototype)] = f"{cls}->{member}"
        return known

    def field(self, dex: int, row: int, *, static: bool) -> FieldName | None:
        """What a field row of a DEX file means."""
        found = self._fields.get((dex, row, static))
        if found is None:
            pools = self.linked.dex_files[dex].pools
            if row >= len(pools.fields):
                return None
            holder, _, name = pools.field(row).partition("->")
            name = name.partition(":")[0]
            type_ = pools.type(int(pools.fields[row]["shape"]))
            own = self.hierarchy.definition(holder) is not None
            if static and own:
                holder = self._declaring(holder, pools.field(row).partition("->")[2])
            field = f"{holder}->{name}" if static else f"{name}:{type_}"
            found = self._fields[(dex, row, static)] = FieldName(field, f"{holder}->{name}", holder, type_, own)
        return found

    def _declaring(self, cls: str, field: str) -> str:
        """The class of the package that defines the static field which a reference through *cls* means (JVMS 5.4.3.2)."""
        for ancestor in self.hierarchy.ancestors(cls):
            definition = self.hierarchy.definition(ancestor)
            if definition is None:
                continue
            known = self._statics.get(ancestor)
            if known is None:
                pools = definition.dex.pools
                rows = static_fields(definition.dex.data, int(pools.classes["data"][definition.row]))
                known = self._statics[ancestor] = frozenset(
                    pools.field(row).partition("->")[2] for row in rows if row < len(pools.fields)
                )
            if field in known:
                return ancestor
        return cls

    def exact(self, type_id: int, member: int) -> int | None:
        """The node that a call of *member* on an object of exactly this class runs; None when it is not in the package."""
        key = (type_id, member)
        if key not in self._dispatched:
            self._dispatched[key] = self._look_up(type_id, member)
        return self._dispatched[key]

    def _look_up(self, type_id: int, member: int) -> int | None:
        current = type_id
        for _ in range(128):
            if current < 0:
                break
            node = self._nodes.get(current << 32 | member)
            if node is not None:
                return node if self.has_code(node) or self.is_native(node) else None
            current = int(self.types.superclass[current])
        above = self.types.above_set(type_id)
        defaults = [node for node, own in self.linked.same_member(member, self.graph.live.methods) if own in above]
        return defaults[0] if len(defaults) == 1 else None

    def below(self, callee: Callee) -> tuple[int, ...]:
        """The live nodes that a virtual call may run when nothing is known of its receiver; empty when they are too many."""
        if not self.types.is_defined(callee.type_id):
            return ()  # a platform's type: its models say more than a guess at who implements it
        key = (callee.type_id, callee.key & _MEMBER)
        found = self._below.get(key)
        if found is None:
            own = self.exact(*key)
            nodes = [] if own is None else [own]
            live = self.graph.live.methods
            nodes = [node for node in nodes if live[node]]
            nodes += [node for node in self.linked.overriders(callee.key, live) if node not in nodes]
            found = self._below[key] = tuple(nodes) if len(nodes) <= _MOST_TARGETS else ()
        return found

    def method(self, cls: str, name: str) -> list[int]:
        """The nodes named *name* that objects of the class have, own ones before inherited ones of the package."""
        return self._methods(cls).get(name, [])

    def _methods(self, cls: str) -> dict[str, list[int]]:
        known = self._by_name.get(cls)
        if known is None:
            known = self._by_name[cls] = {}
            seen: set[int] = set()
            for ancestor in self.hierarchy.ancestors(cls):
                type_id = self.types.number(ancestor)
                for node in self.linked.methods_of(type_id) if type_id is not None and self.types.is_defined(type_id) else ():
                    member = int(self.linked.nodes.key[node]) & _MEMBER
                    if member not in seen and self.has_code(node):
                        seen.add(member)
                        known.setdefault(self.linked.name(node), []).append(node)
        return known

    def named_static(self, cls: str, name: str) -> int | None:
        """The class's own method of this name, for ``<clinit>``."""
        type_id = self.types.number(cls)
        if type_id is None or not self.types.is_defined(type_id):
            return None
        for node in self.linked.methods_of(type_id):
            if self.linked.name(node) == name and self.has_code(node):
                return node
        return None

    def parameters(self, node: int) -> tuple[str, ...]:
        """The declared parameter types of *node*."""
        known = self._parameters.get(node)
        if known is None:
            pools = self.linked.dex_files[self._dex[node]].pools
            row = int(self.linked.nodes.method[node])
            known = self._parameters[node] = tuple(pools.parameter_types(int(pools.methods[row]["shape"])))
        return known

    def inherits(self, cls: str, base: str) -> bool:
        """Whether *cls* is *base* or inherits from it."""
        return base in self.hierarchy.ancestors(cls)

    def constructors(self, cls: str, count: int) -> list[int]:
        """The constructors of the class with this many parameters."""
        type_id = self.types.number(cls)
        nodes = self.linked.methods_of(type_id) if type_id is not None and self.types.is_defined(type_id) else ()
        return [n for n in nodes if self.linked.name(n) == "<init>" and self.has_code(n) and len(self.parameters(n)) == count]

    def field_type(self, cls: str, name: str) -> str:
        """The type of a field of the package's class, empty when no reference in the package names it."""
        for ancestor in self.hierarchy.ancestors(cls):
            definition = self.hierarchy.definition(ancestor)
            if definition is None:
                continue
            pools = definition.dex.pools
            for row in range(len(pools.fields)):
                descriptor = pools.field(row)
                if descriptor.startswith(f"{ancestor}->{name}") and descriptor.partition("->")[2].partition(":")[0] == name:
                    return pools.type(int(pools.fields[row]["shape"]))
        return ""

    def platform_prototypes(self, cls: str, name: str, count: int) -> list[str]:
        """The prototypes of the platform's methods of this name and number of parameters, that the class has."""
        found = []
        for ancestor in self.hierarchy.ancestors(cls):
            for member in sorted(self.graph.members.of_platform(ancestor)):
                if member.partition("(")[0] == name:
                    prototype = member[len(name) :]
                    if len(self.split(prototype)[0]) == count:
                        found.append(prototype)
        return found

    @staticmethod
    def split(prototype: str) -> tuple[tuple[str, ...], str]:
        """Parameter types and return type of ``(..)R``."""
        inner, _, returns = prototype[1:].partition(")")
        return tuple(_TYPE.findall(inner)), returns
