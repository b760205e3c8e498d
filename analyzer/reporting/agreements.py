"""What became of waivers, as rows that every format can show."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from analyzer.result import Finding, Result, Waiver

State = Literal["applied", "expired", "unused"]


class WaiverRow(Struct, frozen=True):
    """One waiver for this package: what became of it, the titles of the findings it is about, and why where it does nothing."""

    state: State
    waiver: Waiver
    titles: tuple[str, ...]
    why: str = ""


def waiver_rows(result: Result) -> list[WaiverRow]:
    """The waivers of *result*: applied, expired, unused."""
    if result.waivers is None:
        return []
    found = {finding.fingerprint: finding for finding in result.findings or ()}
    rows = [WaiverRow("applied", item.waiver, _titles(item.findings, found)) for item in result.waivers.applied]
    rows += [WaiverRow("expired", item.waiver, _titles(item.findings, found)) for item in result.waivers.expired]
    return rows + [WaiverRow("unused", item.waiver, (), item.why) for item in result.waivers.unused]


def _titles(fingerprints: tuple[str, ...], found: dict[str, Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found[fingerprint].title for fingerprint in fingerprints if fingerprint in found))
