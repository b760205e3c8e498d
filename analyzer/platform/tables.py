"""Loads the committed platform tables, each only when it is asked for."""

import zlib
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


def load_members() -> dict[str, list[str]]:
    """Public and protected methods by class."""
    return load_table("members", dict[str, list[str]])


def load_lifecycles() -> dict[str, list[str]]:
    """Lifecycle methods by component base class."""
    return load_table("lifecycles", dict[str, list[str]])
