"""One assembly: what it is called, what it names of other assemblies, and where its methods lie."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from analyzer.errors import FormatError
from analyzer.formats.dotnet.pe import Streams, read_streams
from analyzer.formats.dotnet.tables import read_tables

Ints = NDArray[np.int64]

TYPE_REF, TYPE_DEF, METHOD_DEF, MEMBER_REF = 0x01, 0x02, 0x06, 0x0A
_ASSEMBLY, _ASSEMBLY_REF, _NESTED_CLASS, METHOD_SPEC = 0x20, 0x23, 0x29, 0x2B
_SCOPE_ASSEMBLY, _SCOPE_TYPE = 2, 3
_PARENT_DEF, _PARENT_REF = 0, 1
_EXTENDS_DEF, _EXTENDS_REF = 0, 1
_MAX_NAME = 512
_MAX_BASES = 16
_MAX_NESTING = 8
_MAX_TEXT = 1 << 16
_VOID = 0x01
_HAS_THIS, _EXPLICIT_THIS, _GENERIC = 0x20, 0x40, 0x10


class MemberRef(NamedTuple):
    """A member that the assembly names: ``type`` with its namespace, nested ones behind dots (``N.Outer.Inner``).

    ``scope`` is the assembly that the type is looked for in; empty for a type of the assembly itself.
    """

    token: int
    scope: str
    type: str
    name: str


class Shape(Struct, frozen=True):
    """What a call of a method does to the stack: how many parameters, whether on an object, whether something comes back."""

    parameters: int
    has_this: bool
    returns: bool


class Assembly:
    """An open assembly; nothing is decoded before it is asked for. ``name`` has no file ending."""

    def __init__(self, data: bytes, streams: Streams) -> None:
        self.data = data
        self.streams = streams
        if (tables := streams.by_name.get("#~")) is None:
            raise FormatError("the .NET metadata have no table stream")
        self.tables = read_tables(data, tables)
        named = self._column(_ASSEMBLY, 7)
        self.name = self.string(named[0]) if named else ""

    def _column(self, table: int, number: int) -> list[int]:
        """A column of a table; empty when the assembly has no such table."""
        there = self.tables.get(table)
        return there.column(number).tolist() if there is not None else []

    def string(self, index: int) -> str:
        """The text at *index* of the heap ``#Strings``; what is longer than any name is cut."""
        offset, size = self.streams.by_name.get("#Strings", (0, 0))
        if index >= size:
            return ""
        start, end = offset + index, offset + size
        stop = self.data.find(b"\0", start, min(end, start + _MAX_NAME))
        return self.data[start : stop if stop >= 0 else min(end, start + _MAX_NAME)].decode("utf-8", "replace")

    def user_string(self, index: int) -> str:
        """The literal at *index* of the heap ``#US``; empty when it lies outside."""
        blob = self._blob("#US", index)
        return blob[: min(len(blob) - len(blob) % 2, _MAX_TEXT)].decode("utf-16-le", "replace")

    def _blob(self, heap: str, index: int) -> bytes:
        """The bytes at *index* of a heap whose items carry their length (II.24.2.4)."""
        offset, size = self.streams.by_name.get(heap, (0, 0))
        if index >= size:
            return b""
        start, end = offset + index, offset + size
        head = self.data[start : start + 4]
        if head[0] < 0x80:
            width, length = 1, head[0]
        elif head[0] < 0xC0 and len(head) > 1:
            width, length = 2, (head[0] & 0x3F) << 8 | head[1]
        elif len(head) == 4:
            width, length = 4, int.from_bytes(head, "big") & 0x1FFFFFFF
        else:
            return b""
        start += width
        return self.data[start : start + length] if start + length <= end else b""

    @cached_property
    def references(self) -> tuple[str, ...]:
        """The names of the assemblies that this one refers to."""
        return tuple(self.string(index) for index in self._column(_ASSEMBLY_REF, 6))

    @property
    def reference_versions(self) -> list[tuple[str, tuple[int, int]]]:
        """The assemblies that this one refers to, each with its major and minor version."""
        versions = zip(self._column(_ASSEMBLY_REF, 0), self._column(_ASSEMBLY_REF, 1), strict=True)
        return list(zip(self.references, versions, strict=True))

    @cached_property
    def _type_refs(self) -> list[tuple[str, str]]:
        """Scope and full name of each row of TypeRef."""
        scopes, names, spaces = (self._column(TYPE_REF, number) for number in range(3))
        found: list[tuple[str, str]] = []
        for row in range(len(names)):
            parts, at = [], row
            for _ in range(_MAX_NESTING):
                parts.append(self.string(names[at]))
                kind, index = scopes[at] & 3, (scopes[at] >> 2) - 1
                if kind != _SCOPE_TYPE or not 0 <= index < len(names):
                    break
                at = index
            kind, index = scopes[at] & 3, (scopes[at] >> 2) - 1
            scope = self.references[index] if kind == _SCOPE_ASSEMBLY and 0 <= index < len(self.references) else ""
            space = self.string(spaces[at])
            found.append((scope, _joined(space, parts)))
        return found

    @cached_property
    def type_defs(self) -> list[str]:
        """The full name of each type that the assembly defines, in the order of its table."""
        names, spaces = self._column(TYPE_DEF, 1), self._column(TYPE_DEF, 2)
        outer = dict(zip(self._column(_NESTED_CLASS, 0), self._column(_NESTED_CLASS, 1), strict=True))
        found = []
        for row in range(len(names)):
            parts, at = [self.string(names[row])], row
            for _ in range(_MAX_NESTING):
                above = outer.get(at + 1, 0) - 1
                if not 0 <= above < len(names):
                    break
                at = above
                parts.append(self.string(names[at]))
            space = self.string(spaces[at])
            found.append(_joined(space, parts))
        return found

    def members(self, wanted: Callable[[str], bool]) -> Iterator[MemberRef]:
        """The members that are named of types of other assemblies whose full name is *wanted*."""
        table = self.tables.get(MEMBER_REF)
        if table is None:
            return
        types = {row: ref for row, ref in enumerate(self._type_refs) if wanted(ref[1])}
        parents = table.column(0)
        rows = np.flatnonzero((parents & 7 == _PARENT_REF) & np.isin((parents >> 3) - 1, np.fromiter(types, np.int64)))
        names = table.column(1)
        for row in rows.tolist():
            scope, name = types[(int(parents[row]) >> 3) - 1]
            yield MemberRef(MEMBER_REF << 24 | row + 1, scope, name, self.string(int(names[row])))

    def instantiations(self, tokens: set[int]) -> dict[int, int]:
        """The tokens of generic methods made of *tokens* (``Call<String>`` of ``Call``), with what each is made of."""
        table = self.tables.get(METHOD_SPEC)
        if table is None:
            return {}
        coded = table.column(0)
        base = np.where(coded & 1, MEMBER_REF << 24, METHOD_DEF << 24) | coded >> 1
        rows = np.flatnonzero(np.isin(base, np.fromiter(tokens, np.int64)))
        return {METHOD_SPEC << 24 | row + 1: int(base[row]) for row in rows.tolist()}

    @cached_property
    def bodies(self) -> tuple[Ints, Ints]:
        """Rows of MethodDef that have a body, by the file offset of the body, and these offsets."""
        table = self.tables.get(METHOD_DEF)
        addresses = table.column(0) if table is not None else np.zeros(0, dtype=np.int64)
        offsets = np.where(addresses > 0, self.streams.sections.offsets(addresses), -1)
        rows = np.flatnonzero((offsets >= 0) & (offsets < len(self.data)))
        rows = rows[np.argsort(offsets[rows], kind="stable")]
        return rows, offsets[rows]

    def method(self, row: int) -> str:
        """``Namespace.Type.Method`` of a row of MethodDef."""
        name, owner = self.string(self._method_names[row]), self._owner(row)
        return f"{self.type_defs[owner]}.{name}" if owner >= 0 else name

    @cached_property
    def _method_names(self) -> list[int]:
        return self._column(METHOD_DEF, 3)

    @cached_property
    def _first_methods(self) -> list[int]:
        return self._column(TYPE_DEF, 5)

    def _owner(self, row: int) -> int:
        """The row of the type that a row of MethodDef is of; -1 where it is of none."""
        return bisect_right(self._first_methods, row + 1) - 1

    def methods_of(self, type_name: str, name: str) -> list[int]:
        """The rows of the methods called *name* of the type of this assembly called *type_name*."""
        if type_name not in self.type_defs:
            return []
        owner = self.type_defs.index(type_name)
        ends = [*self._first_methods[owner + 1 :], len(self._method_names) + 1]
        rows = range(max(0, self._first_methods[owner] - 1), min(ends[0] - 1, len(self._method_names)))
        return [row for row in rows if self.string(self._method_names[row]) == name]

    def bases(self, row: int) -> list[str]:
        """The classes above the one that a row of MethodDef is of, nearest first, as far as this assembly names them."""
        extends = self._column(TYPE_DEF, 3)
        found: list[str] = []
        at = self._owner(row)
        while 0 <= at < len(extends) and len(found) < _MAX_BASES:
            kind, index = extends[at] & 3, (extends[at] >> 2) - 1
            at = -1
            if kind == _EXTENDS_DEF and 0 <= index < len(self.type_defs):
                found.append(self.type_defs[index])
                at = index
            elif kind == _EXTENDS_REF and 0 <= index < len(self._type_refs):
                found.append(self._type_refs[index][1])
        return found

    def shape(self, token: int) -> Shape | None:
        """What a call of the method *token* does to the stack; None where its signature cannot be read (II.23.2.1)."""
        number, row = token >> 24, (token & 0xFFFFFF) - 1
        if number == METHOD_SPEC and (table := self.tables.get(number)) is not None and 0 <= row < len(table):
            coded = int(table.rows["c0"][row])
            return self.shape((MEMBER_REF if coded & 1 else METHOD_DEF) << 24 | coded >> 1)
        column = {METHOD_DEF: "c4", MEMBER_REF: "c2"}.get(number)
        table = self.tables.get(number)
        if column is None or table is None or not 0 <= row < len(table):
            return None
        blob = self._blob("#Blob", int(table.rows[column][row]))
        return _shape(blob)


def _joined(space: str, parts: list[str]) -> str:
    """The full name of a type from its namespace and *parts*, the innermost first; cut like any name."""
    return ".".join([*([space] if space else []), *reversed(parts)])[:_MAX_NAME]


def _shape(blob: bytes) -> Shape | None:
    try:
        kind, at = blob[0], 1
        if kind & _GENERIC:
            _, at = _compressed(blob, at)
        count, at = _compressed(blob, at)
        while blob[at] in (0x1F, 0x20):  # custom modifiers of the result
            _, at = _compressed(blob, at + 1)
        return Shape(count, bool(kind & _HAS_THIS and not kind & _EXPLICIT_THIS), blob[at] != _VOID)
    except (IndexError, struct.error):
        return None


def _compressed(blob: bytes, at: int) -> tuple[int, int]:
    """A compressed number and where the next begins (II.23.2)."""
    first = blob[at]
    if first < 0x80:
        return first, at + 1
    if first < 0xC0:
        return (first & 0x3F) << 8 | blob[at + 1], at + 2
    return struct.unpack_from(">I", blob, at)[0] & 0x1FFFFFFF, at + 4


def open_assembly(data: bytes) -> Assembly:
    """The assembly whose file is *data*. Raises ``FormatError``."""
    return Assembly(data, read_streams(data))
