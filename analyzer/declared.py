"""What a store was told about data, against what the code does: Google Play's Data safety form.

Play Console exports the form as CSV: a row for each answer, with the question's id, the answer's id and its value. A data type
is declared when it is ticked, and *collected* or *shared* by the answers on its use. What the form calls collected is data that
leaves the device; code that reads data and may use the network can do that, so it is listed, with how well it is shown.
Source: https://support.google.com/googleplay/android-developer/answer/10787469.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from analyzer import limits
from analyzer.errors import UsageError
from analyzer.facts import Confidence, Owner, Place
from analyzer.judge import may_use_network
from analyzer.platform.knowledge import read_table
from analyzer.resources import rules_dir
from analyzer.result import ApiCallDoc, DataTypeDoc, DeclaredDoc, Evidence, Result

_MOST_EVIDENCE = 5
_TYPES, _USES = "PSL_DATA_TYPES_", "PSL_DATA_USAGE_RESPONSES:"
_SHARED = ("PSL_DATA_USAGE_ONLY_SHARED", "PSL_DATA_USAGE_BOTH_COLLECTED_AND_SHARED")
_COLLECTED = ("PSL_DATA_USAGE_ONLY_COLLECTED", "PSL_DATA_USAGE_BOTH_COLLECTED_AND_SHARED")
_NO_DATA = "PSL_DATA_COLLECTION_COLLECTS_PERSONAL_DATA"
_ASLEEP = frozenset({"unknown", "unreachable"})
_ORDER: tuple[Confidence, ...] = ("present", "reachable", "flow")


class DataType(Struct, frozen=True):
    """A type of data of the form and what in a package shows that it is touched; nothing can where all are empty.

    ``permissions``: one of them must be declared, where there are any; ``*`` stands for anything.
    """

    id: str
    label: str
    group: str
    categories: frozenset[str]
    library_kinds: frozenset[str]
    permissions: tuple[str, ...]

    @property
    def can_be_seen(self) -> bool:
        """Whether anything in a package would show it."""
        return bool(self.categories or self.library_kinds)


class Declaration(Struct, frozen=True):
    """What a form says: the types of data that are collected and those that are shared, by id; ``digest`` SHA-256 of the file."""

    collected: frozenset[str]
    shared: frozenset[str]
    digest: str


@cache
def load_data_types() -> Mapping[str, DataType]:
    """The types of the form, from ``play_data_types.tsv``. Raises ``RuleError``."""
    columns = ("id", "label", "group", "categories", "library_kinds", "permissions", "source")
    rows = read_table(rules_dir() / "knowledge/play_data_types.tsv", columns)
    return {
        name: DataType(name, label, group, frozenset(categories.split()), frozenset(kinds.split()), tuple(permissions.split()))
        for name, label, group, categories, kinds, permissions, _ in rows
    }


def read_declaration(path: Path) -> Declaration:
    """The declaration in an exported form. Raises ``UsageError`` when it is none."""
    mend = "Give the CSV file that Play Console exports under App content, Data safety."
    try:
        data = path.read_bytes()[: limits.DECLARED_BYTES + 1]
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    except UnicodeDecodeError:
        raise UsageError("is no text", where=str(path), mend=mend) from None
    if len(data) > limits.DECLARED_BYTES:
        raise UsageError(f"is over {limits.DECLARED_BYTES >> 20} MB", where=str(path), mend=mend)
    collected: set[str] = set()
    shared: set[str] = set()
    ticked: set[str] = set()
    known, form = load_data_types(), False
    for question, answer, value in _answers(text):
        form = form or question == _NO_DATA or question.startswith((_TYPES, _USES))
        if value.strip().lower() != "true":
            continue
        if question.startswith(_TYPES) and answer in known:
            ticked.add(answer)
        elif question.startswith(_USES):
            name = question.split(":")[1] if question.count(":") >= 2 else ""
            collected |= {name} if answer in _COLLECTED and name in known else set()
            shared |= {name} if answer in _SHARED and name in known else set()
    if not form:
        raise UsageError("is no export of a Data safety form", where=str(path), mend=mend)
    # A type that is ticked and whose use is not answered yet counts as collected.
    collected |= ticked - shared
    return Declaration(frozenset(collected), frozenset(shared), hashlib.sha256(data).hexdigest())


def _answers(text: str) -> Iterator[tuple[str, str, str]]:
    try:
        for row in csv.reader(text.splitlines()):
            if len(row) >= 3:
                yield row[0].strip(), row[1].strip(), row[2]
    except csv.Error:
        return


def with_declaration(result: Result, declaration: Declaration) -> Result:
    """*result* with the differences to *declaration*; unchanged where calls or libraries were not looked for."""
    if result.api_calls is None or result.libraries is None:
        return result
    declared = declaration.collected | declaration.shared
    permissions = {permission.name for permission in result.permissions or () if permission.declared}
    network = may_use_network(permissions, result.app.traits)
    undeclared: list[DataTypeDoc] = []
    agreeing: list[DataTypeDoc] = []
    unseen: list[DataTypeDoc] = []
    cannot_tell: list[DataTypeDoc] = []
    for name, kind in sorted(load_data_types().items()):
        evidence, strength = _shown(kind, result, permissions)
        told = name in declaration.collected, name in declaration.shared
        doc = DataTypeDoc(name, kind.label, kind.group, strength, evidence, *told)
        if name not in declared:
            undeclared += [doc] if evidence and network else []
        elif evidence:
            agreeing.append(doc)
        else:
            (unseen if kind.can_be_seen else cannot_tell).append(doc)
    lists = (tuple(undeclared), tuple(unseen), tuple(agreeing), tuple(cannot_tell))
    return msgspec.structs.replace(result, declared=DeclaredDoc("google-play", declaration.digest, *lists))


def _shown(kind: DataType, result: Result, permissions: Collection[str]) -> tuple[tuple[Evidence, ...], Confidence | None]:
    """What shows that data of this kind is touched, and how well: best by data that was followed off the device."""
    calls, libraries = result.api_calls or (), result.libraries or ()
    found: dict[Evidence, Confidence] = {}
    allowed = not kind.permissions or any(fnmatchcase(name, form) for name in permissions for form in kind.permissions)
    for flow in result.flows or ():
        source, sink = flow.source, flow.sink
        if allowed and source.category in kind.categories and sink.destination == "network" and source.owner is not None:
            to = f" to {sink.host}" if sink.host else ""
            text = f"{_who(source.owner)} reads it by {_short(source.api)}, and it is sent{to} by {_short(sink.api)}"
            found[Evidence(text, sink.place)] = "flow"
    recipients = {library.name for library in libraries if library.recipient}
    for call in calls if allowed else ():
        strength = _strength(call, recipients) if call.category in kind.categories else None
        if strength is not None:
            found[Evidence(f"{_who(call.owner)} calls {_short(call.api)}", call.place)] = strength
    for library in libraries:
        if library.kind in kind.library_kinds and library.recipient:
            place = library.evidence[0].place if library.evidence else None
            found[Evidence(f"{library.name} is there, a library for {library.kind}", place)] = "present"
    best = max(found.values(), key=_ORDER.index, default=None)
    ordered = sorted(found, key=lambda one: (-_ORDER.index(found[one]), one.text, one.place or Place("")))
    return tuple(ordered[:_MOST_EVIDENCE]), best


def _short(api: str) -> str:
    """A descriptor as people say it: class and method."""
    cls, _, member = api.partition("->")
    return f"{cls.rpartition('/')[2].rstrip(';').replace('$', '.')}.{member.partition('(')[0]}"


def _who(owner: Owner) -> str:
    return owner.name or ("the app" if owner.kind == "app" else "code of unknown origin")


def _strength(call: ApiCallDoc, recipients: Collection[str]) -> Confidence | None:
    """How well a call is shown to run for somebody who may send the data on; None when it is a toolkit's own doing."""
    triggers = call.triggers or ()
    behalf: Iterable[str] = [t.on_behalf_of.name if t.on_behalf_of.kind == "library" else "" for t in triggers if t.on_behalf_of]
    own = call.owner.kind != "library" or call.owner.name in recipients
    if not own and not any(name == "" or name in recipients for name in behalf):
        return None
    if triggers and all(trigger.kind == "unreachable" for trigger in triggers):
        return None
    return "reachable" if any(t.kind not in _ASLEEP and not t.assumed for t in triggers) else "present"
