"""Where data goes: the flows and hosts of a result, for those results that have them.

The parts ``flows`` and ``endpoints`` are documents of the shape of DESIGN section 9; what one of them lacks is unknown.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from msgspec import Struct

from analyzer.facts import Place
from analyzer.result import Result


class Destination(Struct, frozen=True, order=True):
    """Where a flow ends: the API, and the host and country where they are known."""

    api: str
    host: str | None = None
    country: str | None = None


class Host(Struct, frozen=True, order=True):
    """One host that the package names."""

    name: str
    country: str | None
    cleartext: bool | None
    pinned: bool | None
    owner: str | None


def country_code(value: Any) -> str | None:
    """The code of a country, which is ``{code, strength}`` or null."""
    code = value.get("code") if isinstance(value, dict) else value
    return code if isinstance(code, str) else None


def hosts(result: Result) -> list[Host] | None:
    """The hosts of the package by name; None when they were not looked for."""
    if result.endpoints is None:
        return None
    return sorted(
        Host(
            name=str(endpoint.get("host") or ""),
            country=country_code(endpoint.get("country")),
            cleartext=endpoint.get("cleartext"),
            pinned=endpoint.get("pinned"),
            owner=(endpoint.get("owner") or {}).get("name") or None,
        )
        for endpoint in result.endpoints
    )


def destinations(result: Result, places: Container[Place]) -> tuple[Destination, ...] | None:
    """Where the data read at *places* goes; None when flows were not followed."""
    if result.flows is None:
        return None
    countries = {host.name: host.country for host in hosts(result) or ()}
    found = set()
    for flow in result.flows:
        sink = flow.get("sink") or {}
        if _place(flow.get("source")) in places:
            host = sink.get("host")
            found.add(Destination(str(sink.get("api") or ""), host, countries.get(host) if host else None))
    return tuple(sorted(found, key=lambda d: (d.api, d.host or "", d.country or "")))


def _place(end: Any) -> Place | None:
    place = end.get("place") if isinstance(end, dict) else None
    if not isinstance(place, dict):
        return None
    return Place(str(place.get("file") or ""), place.get("method"), place.get("offset"))
