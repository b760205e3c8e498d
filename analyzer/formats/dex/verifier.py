"""For what Android refuses a DEX file that can be read all the same: the checks of ART's verifier, over whole columns.

Source: AOSP art libdexfile dex_file_verifier.cc (CheckHeader, CheckMap, the Check... of each kind of item), as of 2024; only what
depends on one item's inside (annotations, values, handlers, debug information) is left out. A file that passes here may still be
refused there; one that does not pass here is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzer.formats.dex import opcodes
from analyzer.formats.dex.columns import among, distinct, stretched
from analyzer.formats.dex.header import CONTAINER_VERSION, HEADER_SIZE
from analyzer.formats.dex.pools import NO_INDEX

if TYPE_CHECKING:
    from analyzer.formats.dex.file import DexFile

_TYPE_LIST, _CLASS_DATA, _CODE, _STRING_DATA, _VALUES, _ANNOTATIONS = 0x1001, 0x2000, 0x2001, 0x2002, 0x2005, 0x2006
_HEADER_ITEM, _MAP_LIST = 0x0000, 0x1000
# The types of sections of the map (dex-format specification, "Type codes"); those of the tables in the order of the header.
_TABLES = (0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006)
_KINDS = frozenset({_HEADER_ITEM, *_TABLES, 7, 8, _MAP_LIST, *range(0x1001, 0x1004), *range(0x2000, 0x2007), 0xF000})
_DEFAULT_METHODS = 37  # the version from which a class must stand behind those that it inherits from
_MOST_SHORT = 0xFFFF
_FLAGS, _ONE_OF = 0x3FFFF, 0x7  # what a method may have; public, private and protected, of which it has one at most
_PRIVATE, _STATIC, _NATIVE, _ABSTRACT = 0x2, 0x8, 0x100, 0x400


class _Section(NamedTuple):
    """A section of the map: how many items, from where to where."""

    size: int
    start: int
    end: int


def refusals(dex: DexFile) -> Iterator[str]:
    """What Android refuses the file for, a clause each."""
    sections: dict[int, _Section] = {}
    yield from _header(dex)
    yield from _map(dex, sections)
    yield from _order(dex)
    yield from dex.pools.badly_written_texts()
    yield from _classes(dex)
    yield from _places(dex, sections)
    yield from _members(dex)
    yield from _code(dex)


def unknown_instructions(dex: DexFile) -> int:
    """How many methods have instructions that do not exist: Android loads the file and refuses their classes."""
    rows = dex.rows_with(opcodes.opcode_mask(opcodes.UNUSED))
    return len(distinct(dex.instructions.item[rows]))


def circular(dex: DexFile) -> int:
    """How many classes inherit from themselves, over however many others: Android does not load them."""
    defined = _definitions(dex)
    parent = _superclasses(dex, defined)
    if not (parent >= np.arange(len(parent))).any():
        return 0
    seen = np.append(parent, -1)  # the last stands for what has no superclass here
    for _ in range(max(1, len(parent).bit_length())):
        seen = np.where(seen >= 0, seen[seen], -1)
    return int((seen >= 0).sum())


def _header(dex: DexFile) -> Iterator[str]:
    words = struct.unpack_from("<20I", dex.data, dex.header.offset + 0x20)
    areas = [("link section", words[3], words[4])]
    if dex.header.version != CONTAINER_VERSION:
        areas.append(("data section", words[18], words[19]))
    for name, size, start in areas:
        if start + size > len(dex.data) or (start and not size):
            yield f"its {name} lies outside of it"
    tables = list(zip(words[6:18:2], words[7:18:2], strict=True))
    if any(start % 4 or (start and not size) for size, start in tables):
        yield "a table does not begin where one may"
    if max(tables[1][0], tables[2][0]) > _MOST_SHORT:
        yield "it has more types or prototypes than code can name"


def _map(dex: DexFile, sections: dict[int, _Section]) -> Iterator[str]:
    """The map against header and file; its sections are put into *sections*."""
    data, at = dex.data, dex.header.map_offset
    count = struct.unpack_from("<I", data, at)[0] if at + 4 <= len(data) else 0
    if not at or at % 4 or not count or at + 4 + 12 * count > len(data):
        yield "its map lies outside of it"
        return
    rows = [struct.unpack_from("<HHII", data, at + 4 + 12 * number) for number in range(min(count, len(_KINDS) + 1))]
    starts = [start for _, _, _, start in rows]
    kinds = [kind for kind, _, _, _ in rows]
    ordered = all(before < behind for before, behind in pairwise(starts))
    if len(set(kinds)) < len(kinds) or not _KINDS.issuperset(kinds) or not ordered:
        yield "its map lists what cannot be there"
        return
    if starts[-1] >= len(data):
        yield "its map lists what lies outside of it"
        return
    ends = [*starts[1:], len(data)]
    sections.update({kind: _Section(size, start, end) for (kind, _, size, start), end in zip(rows, ends, strict=True)})
    header = dex.header
    tables = (header.strings, header.types, header.protos, header.fields, header.methods, header.classes)
    listed = [sections.get(kind, _Section(0, 0, 0)) for kind in _TABLES]
    if any((table.size, table.offset) != each[:2] for table, each in zip(tables, listed, strict=True)):
        yield "its map and its header do not agree"
    elif header.version != CONTAINER_VERSION and _filled(data, sections):
        yield "there is something between its tables, or they overlap"


def _filled(data: bytes, sections: dict[int, _Section]) -> bool:
    """Whether between the header, the tables and what follows each is anything but zeros (CheckPadding)."""
    for kind, row in zip((_HEADER_ITEM, *_TABLES), (HEADER_SIZE, 4, 4, 12, 8, 8, 32), strict=True):
        section = sections.get(kind)
        end = section.start + section.size * row if section else 0
        if section and (end > section.end or data[end : section.end].strip(b"\0")):
            return True
    return False


def _order(dex: DexFile) -> Iterator[str]:
    pools = dex.pools
    types = pools.types
    if (types[1:] <= types[:-1]).any() or not pools.texts_are_sorted():
        yield "its names are not in order or occur twice, so that some may not have been found"
    for what, table in (("fields", pools.fields), ("methods", pools.methods)):
        key = (
            table["holder"].astype(np.uint64) << np.uint64(48) | table["name"].astype(np.uint64) << np.uint64(16) | table["shape"]
        )
        if (key[1:] <= key[:-1]).any():
            yield f"its {what} are not in order or occur twice"
    returns = pools.protos["returns"]
    if (returns[1:] < returns[:-1]).any():
        yield "its prototypes are not in order"


def _definitions(dex: DexFile) -> NDArray[np.int64]:
    """For each type the row of its first definition, -1 where it has none."""
    types = dex.pools.classes["type"].astype(np.int64)
    defined = np.full(len(dex.pools.types), -1, dtype=np.int64)
    defined[types[::-1]] = np.arange(len(types))[::-1]
    return defined


def _superclasses(dex: DexFile, defined: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each class definition the one of its superclass, -1 where that is not in this file."""
    supers = dex.pools.classes["superclass"].astype(np.int64)
    known = supers != NO_INDEX
    found = np.full(len(supers), -1, dtype=np.int64)
    found[known] = defined[supers[known]]
    return found


def _classes(dex: DexFile) -> Iterator[str]:
    classes = dex.pools.classes
    types = classes["type"].astype(np.int64)
    twice = len(types) - len(distinct(types))
    if twice:
        yield f"{twice} classes are defined twice, of which the first counts on older versions"
    if (classes["flags"] > _MOST_SHORT).any():
        yield "classes have flags that do not exist"
    flat, first = dex.pools.interfaces
    owner, _ = stretched(np.diff(first))
    if len(distinct(owner << 32 | flat)) < len(flat):
        yield "a class has an interface twice"
    if dex.header.version >= _DEFAULT_METHODS:
        own = np.arange(len(types))
        defined = _definitions(dex)
        ahead = _superclasses(dex, defined) > own
        if ahead.any() or (defined[flat] > owner).any() or (classes["superclass"] == types).any() or (flat == types[owner]).any():
            yield "classes stand before those that they inherit from"


def _places(dex: DexFile, sections: dict[int, _Section]) -> Iterator[str]:
    """Whether everything lies in the section in which the map says that things of its kind lie."""
    if not sections:
        return
    pools = dex.pools
    for what, kind, column, step in (
        ("interfaces of classes", _TYPE_LIST, pools.classes["interfaces"], 4),
        ("parameters of prototypes", _TYPE_LIST, pools.protos["parameters"], 4),
        ("annotations of classes", _ANNOTATIONS, pools.classes["annotations"], 4),
        ("data of classes", _CLASS_DATA, pools.classes["data"], 1),
        ("values of classes", _VALUES, pools.classes["values"], 1),
        ("code of methods", _CODE, dex.methods.code, 4),
        ("texts", _STRING_DATA, pools.string_offsets, 1),
    ):
        there = column if column.all() else column[column > 0]
        section = sections.get(kind, _Section(0, 0, 0))
        if len(there) and (there.min() < section.start or there.max() >= section.end or (there & step - 1).any()):
            yield f"{what} do not lie where its map says"


def _members(dex: DexFile) -> Iterator[str]:
    methods, pools = dex.methods, dex.pools
    flags = methods.flags
    if (pools.methods["holder"][methods.method] != pools.classes["type"][methods.class_def]).any():
        yield "a class defines methods of another"
    names = pools.methods["name"][methods.method]
    constructors = [row for row in (pools.find_string(b"<init>"), pools.find_string(b"<clinit>")) if row is not None]
    builds = among(names, constructors)
    if (((flags & (_PRIVATE | _STATIC) != 0) | builds) != methods.direct).any():
        yield "methods stand in the wrong one of a class's two lists"
    access = flags & _ONE_OF
    if (flags & ~np.int64(_FLAGS)).any() or (access & (access - 1)).any():
        yield "methods have flags that cannot be"
    if ((flags & (_NATIVE | _ABSTRACT) != 0) == (methods.code > 0)).any():
        yield "methods have no code and should, or have some and should not"
    key = methods.class_def << 32 | methods.method
    list_ = methods.class_def << 1 | ~methods.direct
    if ((list_[1:] == list_[:-1]) & (key[1:] < key[:-1])).any():
        yield "a class's methods are not in order"
    direct = np.zeros(len(pools.methods), dtype=bool)
    direct[methods.method[methods.direct]] = True
    if direct[methods.method[~methods.direct]].any():  # of one class, or of several
        listed = np.sort(key << 1 | methods.direct)
        if ((listed[1:] ^ listed[:-1]) == 1).any():
            yield "a method stands in both lists of its class"


def _code(dex: DexFile) -> Iterator[str]:
    items, units = dex.items, dex.units
    if len(items.layer_ends) > 1 or items.refused:
        yield "code items overlap"
    head = items.offset // 2
    registers, arguments, passed = units[head], units[head + 1], units[head + 2]
    if (arguments > registers).any() or ((passed > registers) & (passed > 5)).any():
        yield "methods have more arguments than registers"
