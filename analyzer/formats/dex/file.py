"""One DEX file: its tables, its methods, its code, and who calls what, each computed once when asked for."""

from __future__ import annotations

import struct
import zlib
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import FormatError
from analyzer.formats.dex import opcodes
from analyzer.formats.dex.classdata import EncodedMethods, read_encoded_methods
from analyzer.formats.dex.header import KNOWN_VERSIONS, Header, read_headers
from analyzer.formats.dex.pools import NO_INDEX, Pools
from analyzer.formats.dex.sweep import CodeItems, Instructions, Ints, Units, read_code_items, sweep
from analyzer.formats.dex.verifier import refusals

_INVOKES = opcodes.opcode_mask(opcodes.INVOKES | opcodes.INVOKE_POLYMORPHICS)
_SGETS = opcodes.opcode_mask(opcodes.SGETS)
_STRINGS = opcodes.opcode_mask(frozenset({opcodes.CONST_STRING, opcodes.CONST_STRING_JUMBO}))


class Xrefs(NamedTuple):
    """References from code: ``row`` of the instruction, ``target`` row of the table it names."""

    row: Ints
    target: Ints


class DexFile:
    """One DEX file of a package, as columns over its bytes.

    ``name`` is the entry's path; of a container's second and later files with ``!1``, ``!2`` behind it.
    """

    def __init__(self, name: str, data: bytes, header: Header) -> None:
        self.name = name
        self.data = data
        self.header = header
        self.pools = Pools(data, header)
        self.units: Units = np.frombuffer(data, "<u2", len(data) // 2)

    @cached_property
    def deviations(self) -> tuple[str, ...]:
        """For what Android refuses this file though it was read, a clause each."""
        found = list(self.header.deviations)
        start, end = self.header.offset, self.header.checked_end
        if zlib.adler32(memoryview(self.data)[start + 12 : end]) != self.header.checksum:
            found.append("its checksum does not match")
        found += refusals(self)
        lists_read = self.pools.parameters
        if lists_read and self.pools.bad_prototypes:
            found.append(f"the parameters of {self.pools.bad_prototypes} prototypes lie outside of it")
        return tuple(found)

    @cached_property
    def text_region(self) -> tuple[int, int]:
        """From the first text's bytes to the end of the last, in the order of the file."""
        offsets = self.pools.string_offsets
        if not len(offsets):
            return 0, 0
        last = self.data.find(b"\0", int(offsets.max()) + 1)
        return int(offsets.min()), last if last > 0 else len(self.data)

    @cached_property
    def methods(self) -> EncodedMethods:
        """The methods that this file's classes define."""
        return read_encoded_methods(self.data, self.pools)

    @cached_property
    def items(self) -> CodeItems:
        """The distinct code items of this file's methods."""
        return read_code_items(self.units, self.methods.code)

    @cached_property
    def instructions(self) -> Instructions:
        """The start of every instruction."""
        return sweep(self.units, self.items)

    @cached_property
    def opcode(self) -> NDArray[np.uint8]:
        """The opcode of every instruction, in the order of ``instructions``."""
        return self.units.take(self.instructions.position).astype(np.uint8)

    def rows_with(self, mask: NDArray[np.bool_]) -> Ints:
        """The instructions whose opcode is one of those of *mask* (``opcode_mask``)."""
        # Compared with the ends of each run of opcodes: that takes a tenth of the time of looking each one up.
        flags, opcode = mask.tobytes(), self.opcode
        found = np.zeros(len(opcode), dtype=bool)
        low = flags.find(1)
        while low >= 0:
            high = flags.find(0, low) if 0 in flags[low:] else len(flags)
            found |= opcode == low if high == low + 1 else opcode - np.uint8(low) <= high - low - 1
            low = flags.find(1, high)
        return np.flatnonzero(found)

    @cached_property
    def invokes(self) -> Xrefs:
        """Every invoke of a method (not invoke-custom): instruction row and method row."""
        return self._xrefs(_INVOKES, len(self.pools.methods))

    @cached_property
    def static_reads(self) -> Xrefs:
        """Every read of a static field: instruction row and field row."""
        return self._xrefs(_SGETS, len(self.pools.fields))

    @cached_property
    def strings_loaded(self) -> Xrefs:
        """Every const-string and const-string/jumbo: instruction row and string row."""
        rows = self.rows_with(_STRINGS)
        at = self.instructions.position[rows]
        last = len(self.units) - 1
        target = self.units[np.minimum(at + 1, last)].astype(np.int64)
        jumbo = self.opcode[rows] == opcodes.CONST_STRING_JUMBO
        target[jumbo] |= self.units[np.minimum(at[jumbo] + 2, last)].astype(np.int64) << 16
        good = (target < len(self.pools.string_offsets)) & (at + 1 <= last)
        return Xrefs(rows, target) if good.all() else Xrefs(rows[good], target[good])

    def _xrefs(self, mask: NDArray[np.bool_], limit: int) -> Xrefs:
        rows = self.rows_with(mask)
        at = self.instructions.position[rows] + 1
        target = self.units[np.minimum(at, len(self.units) - 1)].astype(np.int64)
        good = (at < len(self.units)) & (target < limit)
        return Xrefs(rows, target) if good.all() else Xrefs(rows[good], target[good])

    @cached_property
    def _methods_by_item(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.methods.code, kind="stable")
        codes = self.methods.code[order]
        by_offset = np.argsort(self.items.offset, kind="stable")
        first = np.empty(len(by_offset), dtype=np.int64)
        first[by_offset] = np.searchsorted(codes, self.items.offset[by_offset])
        return order, first

    def methods_of_item(self, item: int) -> list[int]:
        """The rows of ``methods`` that share code item *item*: nearly always one."""
        order, first = self._methods_by_item
        at, offset, codes = int(first[item]), self.items.offset[item], self.methods.code
        rows: list[int] = []
        while at < len(order) and codes[order[at]] == offset:
            rows.append(int(order[at]))
            at += 1
        return rows

    @cached_property
    def _methods_by_class(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.methods.class_def, kind="stable")
        return self.methods.class_def[order], self.methods.method[order]

    def methods_of_class(self, class_row: int) -> list[int]:
        """The rows of the method table that class definition *class_row* defines."""
        classes, methods = self._methods_by_class
        low, high = np.searchsorted(classes, [class_row, class_row + 1])
        rows: list[int] = methods[low:high].tolist()
        return rows

    def offset_of(self, row: int) -> int:
        """The offset of instruction *row* from its method's start, in code units."""
        return int(self.instructions.position[row] - self.items.start[self.instructions.item[row]])

    @cached_property
    def class_rows(self) -> dict[str, int]:
        """The class definitions by descriptor; of a class that is defined twice the first counts, as on Android."""
        names = self.pools.type_names
        classes = [names[row] for row in self.pools.classes["type"].tolist()]
        rows = dict(zip(classes, range(len(classes)), strict=True))
        if len(rows) < len(classes):
            rows |= dict(zip(reversed(classes), reversed(range(len(classes))), strict=True))
        return rows

    def supertypes(self, class_row: int) -> tuple[str, ...]:
        """Superclass first, then interfaces, of class definition *class_row*."""
        superclass, interfaces, first = self._supertypes
        own = superclass[class_row]
        rows = interfaces[first[class_row] : first[class_row + 1]]
        names = self.pools.type_names
        return tuple([names[row] for row in (rows if own == NO_INDEX else [own, *rows])])

    @cached_property
    def _supertypes(self) -> tuple[list[int], list[int], list[int]]:
        interfaces, first = self.pools.interfaces
        return self.pools.classes["superclass"].tolist(), interfaces.tolist(), first.tolist()


def open_dex(name: str, data: bytes) -> list[DexFile]:
    """The DEX file *data* (several in a container), tables checked; code is read when it is asked for.

    Raises ``FormatError``.
    """
    try:
        headers = read_headers(data)
        return [DexFile(name if i == 0 else f"{name}!{i}", data, header) for i, header in enumerate(headers)]
    except (ValueError, OverflowError, struct.error) as error:
        raise FormatError(f"not a readable DEX file: {error}") from None
    except FormatError as error:
        version = data[4:7]
        if data[:4] == b"dex\n" and version.isdigit() and int(version) not in KNOWN_VERSIONS:
            raise FormatError(f"DEX version {int(version):03d} is not known") from None
        raise error
