"""The id tables of a DEX file as numpy columns, and text for single rows.

Rows are numbers into other tables; every column is checked against its table's size when it is opened, so that
later look-ups need no check. Text is decoded row by row, on demand, and kept.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.formats.dex.header import Header, Table
from analyzer.formats.dex.leb128 import MAX_LENGTH
from analyzer.formats.dex.mutf8 import decode_mutf8
from analyzer.formats.dex.stringdata import StringData, take_apart
from analyzer.formats.dex.texts import badly_written, strictly_sorted

_U4 = np.dtype("<u4")
_PROTO = np.dtype([("shorty", "<u4"), ("returns", "<u4"), ("parameters", "<u4")])
_MEMBER = np.dtype([("holder", "<u2"), ("shape", "<u2"), ("name", "<u4")])
_CLASS = np.dtype(
    [
        ("type", "<u4"),
        ("flags", "<u4"),
        ("superclass", "<u4"),
        ("interfaces", "<u4"),
        ("source", "<u4"),
        ("annotations", "<u4"),
        ("data", "<u4"),
        ("values", "<u4"),
    ]
)
NO_INDEX = 0xFFFFFFFF
# Single rows of the same tables, which numpy reads several times slower.
_PROTO_ROW, _MEMBER_ROW = struct.Struct("<III"), struct.Struct("<HHI")


class Pools:
    """Strings, types, prototypes, fields, methods and class definitions of one DEX file.

    Columns (numpy views, rows in file order): ``string_offsets``, ``types`` (string row), ``protos`` (shorty,
    returns, parameters), ``fields`` and ``methods`` (holder: type row; shape: type or proto row; name: string row),
    ``classes`` (class_def_item), ``interfaces`` (type rows of all classes one after another, and where each class's
    begin). Raises ``FormatError`` when a column points outside its table.
    """

    def __init__(self, data: bytes, header: Header) -> None:
        self._data = data
        self.string_offsets = _column(data, header.strings, _U4)
        self.types = _column(data, header.types, _U4)
        self.protos = _column(data, header.protos, _PROTO)
        self.fields = _column(data, header.fields, _MEMBER)
        self.methods = _column(data, header.methods, _MEMBER)
        self.classes = _column(data, header.classes, _CLASS)
        self._protos_at, self._methods_at = header.protos.offset, header.methods.offset
        self._strings: dict[int, str] = {}
        self._protos: dict[int, str] = {}
        self.bad_prototypes = 0
        self._check(len(data))

    def _check(self, size: int) -> None:
        strings, types = len(self.string_offsets), len(self.types)
        checks = (
            ("string offset", self.string_offsets, size),
            ("type name", self.types, strings),
            ("prototype's return type", self.protos["returns"], types),
            ("prototype's parameters", self.protos["parameters"], size - 4),
            ("field's class", self.fields["holder"], types),
            ("field's type", self.fields["shape"], types),
            ("field's name", self.fields["name"], strings),
            ("method's class", self.methods["holder"], types),
            ("method's prototype", self.methods["shape"], len(self.protos)),
            ("method's name", self.methods["name"], strings),
            ("class's type", self.classes["type"], types),
            ("class's data", self.classes["data"], size),
            ("class's interfaces", self.classes["interfaces"], size - 4),
        )
        for what, column, limit in checks:
            if len(column) and int(column.max()) >= limit:
                raise FormatError(f"a {what} points outside the file ({int(column.max())} of {limit})")
        supers = self.classes["superclass"]
        if ((supers >= types) & (supers != NO_INDEX)).any():
            raise FormatError("a class's superclass points outside the file")
        flat, lengths = self.type_lists(self.classes["interfaces"].astype(np.int64))
        self.interfaces = flat, np.concatenate([[0], np.cumsum(lengths)])

    @cached_property
    def _string_data(self) -> StringData | None:
        return take_apart(self._data, self.string_offsets)

    def raw_string(self, row: int) -> bytes:
        """The MUTF-8 bytes of string *row*, without its length and end; one without an end ends with the file."""
        known = self._string_data
        if known is not None:
            return known.raw[row].encode("latin-1")
        start = int(self.string_offsets[row])
        last = start + MAX_LENGTH
        while start < last and self._data[start : start + 1] >= b"\x80":
            start += 1
        start += 1
        end = self._data.find(b"\0", start)
        return self._data[start:] if end < 0 else self._data[start:end]

    def string(self, row: int) -> str:
        """String *row* as text; '' where code names one that is not there, which Android refuses."""
        if row >= len(self.string_offsets):
            return ""
        known = self._string_data
        if known is not None and row not in known.other:
            return known.raw[row]
        text = self._strings.get(row)
        if text is None:
            text = self._strings[row] = decode_mutf8(self.raw_string(row))
        return text

    def texts(self, rows: NDArray[Any]) -> list[str]:
        """Many strings at once, several times faster than one by one. Raises ``FormatError``."""
        known = self._string_data
        wanted: list[int] = rows.tolist()
        if known is None:
            return [self.string(row) for row in wanted]
        raw, other = known.raw, known.other
        return [raw[row] if row not in other else self.string(row) for row in wanted]

    @cached_property
    def type_names(self) -> list[str]:
        """The descriptors of all types."""
        return self.texts(self.types)

    def type(self, row: int) -> str:
        """The descriptor of type *row*, e.g. ``Landroid/content/Context;`` or ``[I``; '' where there is none."""
        names = self.type_names
        return names[row] if row < len(names) else ""

    def find_string(self, raw: bytes) -> int | None:
        """The row of the string whose MUTF-8 bytes are *raw*; strings are sorted, for ASCII in the order of their bytes."""
        row = self._string_place(raw)
        return row if row < len(self.string_offsets) and self.raw_string(row) == raw else None

    def strings_with_prefix(self, prefix: bytes) -> tuple[int, int]:
        """The range of string rows that start with *prefix*, which is ASCII: strings are sorted."""
        return self._string_place(prefix), self._string_place(prefix + b"\xff")

    def _string_place(self, raw: bytes) -> int:
        known = self._string_data
        if known is not None:
            return bisect_left(known.raw, raw.decode("latin-1"))
        return bisect_left(range(len(self.string_offsets)), raw, key=self.raw_string)

    def texts_are_sorted(self) -> bool:
        """Whether the strings are in order and each is there once: look-ups by name rest on that."""
        known = self._string_data
        return strictly_sorted(self._data, self.string_offsets) if known is None else known.in_order

    def badly_written_texts(self) -> tuple[str, ...]:
        """For what Android refuses the strings, a clause each."""
        known = self._string_data
        return tuple(badly_written(self._data, self.string_offsets)) if known is None else known.refusals

    def type_row(self, descriptor: str) -> int | None:
        """The row of the type *descriptor*; types follow the order of the strings."""
        raw, known = descriptor.encode("utf-8", "replace"), self._string_data
        if known is None:
            row = bisect_left(range(len(self.types)), raw, key=lambda at: self.raw_string(int(self.types[at])))
        else:
            row = bisect_left(self._type_rows, raw.decode("latin-1"), key=known.raw.__getitem__)
        return row if row < len(self.types) and self.type(row) == descriptor else None

    @cached_property
    def _type_rows(self) -> list[int]:
        return self.types.tolist()  # type: ignore[no-any-return]

    def rows_of_field(self, descriptor: str) -> frozenset[int]:
        """The rows of the fields ``Lcom/a/B;->name``, whatever their type."""
        holder, _, name = descriptor.partition("->")
        row = self.type_row(holder)
        rows = [] if row is None else np.flatnonzero(self.fields["holder"] == row).tolist()
        return frozenset(each for each in rows if self.string(int(self.fields[each]["name"])) == name)

    def type_list(self, offset: int) -> tuple[int, ...]:
        """The type rows of the type_list at byte *offset* (0: none)."""
        if offset == 0:
            return ()
        count = int.from_bytes(self._data[offset : offset + 4], "little")
        end = offset + 4 + 2 * count
        if end > len(self._data):
            raise FormatError(f"type list at {offset:#x} lies outside the file")
        rows = struct.unpack_from(f"<{count}H", self._data, offset + 4)
        if rows and max(rows) >= len(self.types):
            raise FormatError(f"type list at {offset:#x} names a type that does not exist")
        return rows

    def type_lists(self, offsets: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The type rows of many type_lists one after another, and the length of each (0 at offset 0). Raises ``FormatError``."""
        if (len(offsets) and int(offsets.max()) + 4 > len(self._data)) or (offsets & 1).any():
            lists = [self.type_list(offset) for offset in offsets.tolist()]  # tells what is wrong, or reads the odd ones
            flat = np.array([row for rows in lists for row in rows], dtype=np.int64)
            return flat, np.array([len(rows) for rows in lists], dtype=np.int64)
        units = np.frombuffer(self._data, "<u2", len(self._data) // 2)
        at = offsets >> 1
        length = np.where(offsets > 0, units[at] | units[at + 1].astype(np.int64) << 16, 0)
        if len(length) and (at + 2 + length).max() > len(units):
            raise FormatError("a type list lies outside the file")
        ends = np.cumsum(length)
        if len(ends) and int(ends[-1]) > limits.DEX_LISTED * len(units):
            raise FormatError("type lists overlap beyond reason")
        where = np.arange(int(length.sum())) - np.repeat(ends - length, length) + np.repeat(at + 2, length)
        rows = units[where].astype(np.int64)
        if len(rows) and int(rows.max()) >= len(self.types):
            raise FormatError("a type list names a type that does not exist")
        return rows, length

    @cached_property
    def parameters(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The type rows of the parameters of all prototypes one after another, and the length of each.

        Prototypes whose list cannot be read have none; ``bad_prototypes`` counts them.
        """
        offsets = self.protos["parameters"].astype(np.int64)
        try:
            return self.type_lists(offsets)
        except FormatError:
            lists = [self._list_or_none(offset) for offset in offsets.tolist()]
        self.bad_prototypes = sum(each is None for each in lists)
        flat = np.array([row for rows in lists for row in rows or ()], dtype=np.int64)
        return flat, np.array([len(rows or ()) for rows in lists], dtype=np.int64)

    def _list_or_none(self, offset: int) -> tuple[int, ...] | None:
        try:
            rows = self.type_list(offset)
        except FormatError:
            return None
        return rows if len(rows) <= limits.DEX_PARAMETERS else None

    def proto(self, row: int) -> str:
        """Prototype *row* as ``(parameters)return``; '' where there is none."""
        text = self._protos.get(row)
        if text is None:
            if row >= len(self.protos):
                return ""
            _, returns, _ = _PROTO_ROW.unpack_from(self._data, self._protos_at + _PROTO_ROW.size * row)
            text = self._protos[row] = f"({''.join(self.parameter_types(row))}){self.type(returns)}"
        return text

    def parameter_types(self, row: int) -> list[str]:
        """The parameter descriptors of prototype *row*, in order; none where their list lies outside the file."""
        if row >= len(self.protos):
            return []
        _, _, offset = _PROTO_ROW.unpack_from(self._data, self._protos_at + _PROTO_ROW.size * row)
        try:
            return [*map(self.type_names.__getitem__, self.type_list(offset))] if offset else []
        except FormatError:
            return []

    def method_member(self, row: int) -> str:
        """Method *row* without its class: ``name(parameters)return``; '' where code names one that is not there."""
        if row >= len(self.methods):
            return ""
        _, shape, name = _MEMBER_ROW.unpack_from(self._data, self._methods_at + _MEMBER_ROW.size * row)
        return self.string(name) + self.proto(shape)

    def method_holder(self, row: int) -> str:
        """The class that method *row* names."""
        if row >= len(self.methods):
            return ""
        holder, _, _ = _MEMBER_ROW.unpack_from(self._data, self._methods_at + _MEMBER_ROW.size * row)
        return self.type(holder)

    def method(self, row: int) -> str:
        """The full descriptor of method *row*: ``Lcom/a/B;->c(I)V``."""
        return f"{self.method_holder(row)}->{self.method_member(row)}"

    def field(self, row: int) -> str:
        """Field *row* as ``Lcom/a/B;->name`` (without its type, as code means it); '' where there is none."""
        if row >= len(self.fields):
            return ""
        holder, _, name = self.fields[row].tolist()
        return f"{self.type(holder)}->{self.string(name)}"


def _column(data: bytes, table: Table, dtype: np.dtype[Any]) -> NDArray[Any]:
    return np.frombuffer(data, dtype, table.size, table.offset if table.size else 0)
