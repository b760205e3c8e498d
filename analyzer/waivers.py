"""Waivers: what an organisation has agreed to live with, for how long and who answers for it.

A waived finding stays in the report and costs nothing. Nothing is dropped silently: what was applied, what has expired and
what waives nothing are all listed.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from analyzer.errors import RuleError, nearest
from analyzer.facts import AppIdentity
from analyzer.result import AppliedWaiver, Finding, UnusedWaiver, Waiver, WaiversDoc
from analyzer.yamlfile import parse_yaml, read_bytes

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PACKAGE = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


class WaiverFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of waivers."""

    waivers: list[Waiver]


class LoadedWaivers(Struct, frozen=True):
    """Waivers and the SHA-256 of their file."""

    waivers: tuple[Waiver, ...]
    digest: str


def load_waivers(path: Path, rules: Collection[str]) -> LoadedWaivers:
    """The waivers in *path*; *rules* are the ids that they may name. Raises ``RuleError``."""
    data = read_bytes(path)
    loaded = parse_yaml(data, WaiverFile, str(path))
    for number, waiver in enumerate(loaded.waivers):
        _check(waiver, f"waivers[{number}]", str(path), rules)
        if waiver in loaded.waivers[:number]:
            raise RuleError(f"waivers[{number}] is there twice", where=str(path))
    return LoadedWaivers(tuple(loaded.waivers), hashlib.sha256(data).hexdigest())


def _check(waiver: Waiver, at: str, where: str, rules: Collection[str]) -> None:
    if (waiver.rule is None) == (waiver.fingerprint is None):
        raise RuleError(f"{at} needs either a rule or a fingerprint", where=where)
    if waiver.rule is not None and waiver.rule not in rules:
        mend = nearest(waiver.rule, rules, "See 'apkvet rules list'.")
        raise RuleError(f"{at} names the unknown rule {waiver.rule!r}", where=where, mend=mend)
    for name, value, form, mend in (
        ("fingerprint", waiver.fingerprint, _FINGERPRINT, "Copy the 32 digits from a report."),
        ("signer", waiver.signer, _SHA256, "Use the certificate's SHA-256: 64 hexadecimal digits in lower case."),
        ("package", waiver.package, _PACKAGE, "Name one package; what holds for all apps belongs into the policy."),
    ):
        if value is not None and not form.fullmatch(value):
            raise RuleError(f"{at}: {value!r} is no {name}", where=where, mend=mend)
    for name in ("owner", "reason"):
        if not getattr(waiver, name).strip():
            raise RuleError(f"{at} has no {name}", where=where)
    try:
        if not _DAY.fullmatch(waiver.expires):
            raise ValueError
        datetime.date.fromisoformat(waiver.expires)
    except ValueError:
        raise RuleError(f"{at}: {waiver.expires!r} is no day", where=where, mend="Write it as 2027-03-31.") from None
    versions = waiver.versions
    if versions and versions.first is not None and versions.last is not None and versions.first > versions.last:
        raise RuleError(f"{at}: versions end before they begin", where=where)


def apply_waivers(
    findings: Sequence[Finding], loaded: LoadedWaivers, identity: AppIdentity, signers: Collection[str], today: datetime.date
) -> tuple[tuple[Finding, ...], WaiversDoc]:
    """The findings with those waived that a waiver in force names, and what became of every waiver for this package."""
    day = today.isoformat()
    reasons: dict[str, str] = {}
    applied: list[AppliedWaiver] = []
    expired: list[AppliedWaiver] = []
    unused: list[UnusedWaiver] = []
    own = [waiver for waiver in loaded.waivers if waiver.package == identity.package]
    for waiver in own:
        hits = tuple(f.fingerprint for f in findings if waiver.rule == f.rule_id or waiver.fingerprint == f.fingerprint)
        why = _not_for(waiver, identity, signers)
        if waiver.expires < day:
            expired.append(AppliedWaiver(waiver, () if why else hits))
        elif why or not hits:
            unused.append(UnusedWaiver(waiver, why or "There is no such finding."))
        else:
            applied.append(AppliedWaiver(waiver, hits))
            reasons |= {hit: waiver.reason for hit in hits if hit not in reasons}
    waived = tuple(msgspec.structs.replace(f, waived=reasons[f.fingerprint]) if f.fingerprint in reasons else f for f in findings)
    elsewhere = len(loaded.waivers) - len(own)
    return waived, WaiversDoc(day, tuple(applied), tuple(expired), tuple(unused), elsewhere)


def _not_for(waiver: Waiver, identity: AppIdentity, signers: Collection[str]) -> str:
    """Why *waiver* is not for this very package; empty when it is."""
    versions, code = waiver.versions, identity.version_code
    if versions is not None:
        if code is None:
            return "The package has no version code."
        if (versions.first is not None and code < versions.first) or (versions.last is not None and code > versions.last):
            return f"It is for other versions; this one is {code}."
    if waiver.signer is not None and set(signers) != {waiver.signer}:
        return "It is for another signer."
    return ""
