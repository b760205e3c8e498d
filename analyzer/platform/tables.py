"""Loads the committed platform tables, each only when it is asked for."""

import zlib
from bisect import bisect_right
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

DATA = Path(__file__).resolve().parent / "data"
API_LEVEL = 35
"""The Android API level that the tables describe."""

T = TypeVar("T")


class PermissionRow(Struct, frozen=True, array_like=True):
    """A platform permission: protection level as AOSP spells it (``dangerous|instant``), runtime group, since."""

    protection_level: str | None
    group: str | None
    since: int | None


class ApiNeed(Struct, frozen=True, array_like=True):
    """What a method needs: ``mode`` is all, any, any? (one of them, not known which) or value (an argument decides)."""

    mode: str
    permissions: tuple[str, ...]
    conditional: str
    source: str


def load_table(name: str, shape: type[T]) -> T:
    """The table *name* as *shape*."""
    return msgspec.msgpack.decode(zlib.decompress((DATA / f"{name}.msgpack.z").read_bytes()), type=shape)


def load_permissions() -> dict[str, PermissionRow]:
    """Platform permissions by name."""
    return load_table("permissions", dict[str, PermissionRow])


def load_api_needs() -> dict[str, ApiNeed]:
    """Permission needs by method descriptor."""
    return load_table("api_needs", dict[str, ApiNeed])


def load_method_names() -> frozenset[str]:
    """The names of all methods, constructors apart, of the platform's public API."""
    return frozenset(zlib.decompress((DATA / "method_names.txt.z").read_bytes()).decode("ascii").split("\n"))


class Blocks(Struct, frozen=True):
    """Rows by class, sorted and parted: ``first`` is the first class of each block, a block a compressed map of its own."""

    first: list[str]
    blocks: list[bytes]


def load_members() -> dict[str, list[str]]:
    """Public and protected methods by class."""
    table = msgspec.msgpack.decode((DATA / "members.blocks").read_bytes(), type=Blocks)
    found: dict[str, list[str]] = {}
    for block in table.blocks:
        found |= msgspec.msgpack.decode(zlib.decompress(block), type=dict[str, list[str]])
    return found


class PlatformMembers:
    """Public and protected methods of the platform's classes. An app asks for few of them: a block is read when it is needed."""

    def __init__(self) -> None:
        self._table = msgspec.msgpack.decode((DATA / "members.blocks").read_bytes(), type=Blocks)
        self._blocks: dict[int, dict[str, msgspec.Raw]] = {}
        self._known: dict[str, frozenset[str]] = {}

    def of(self, cls: str) -> frozenset[str]:
        """The methods that *cls* declares, as ``name(parameters)return``; empty when it is no class of the platform."""
        known = self._known.get(cls)
        if known is None:
            row = self._block(bisect_right(self._table.first, cls) - 1).get(cls)
            known = frozenset() if row is None else msgspec.msgpack.decode(row, type=frozenset[str])
            self._known[cls] = known
        return known

    def _block(self, number: int) -> dict[str, msgspec.Raw]:
        if number < 0:
            return {}
        if number not in self._blocks:
            rows = zlib.decompress(self._table.blocks[number])
            self._blocks[number] = msgspec.msgpack.decode(rows, type=dict[str, msgspec.Raw])
        return self._blocks[number]


def load_lifecycles() -> dict[str, list[str]]:
    """Lifecycle methods by component base class."""
    return load_table("lifecycles", dict[str, list[str]])
