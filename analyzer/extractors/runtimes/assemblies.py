"""The assemblies of one app: whose each is, which count, and what those that count call.

The runtime's and the framework's assemblies carry every capability in every app, so what they call is nobody's use. A library's
calls count when the app's own assemblies refer to it, directly or through other libraries; the app's own always do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from analyzer.errors import FormatError, RuleError
from analyzer.extractors.runtimes.managed_callbacks import Callback, Starts
from analyzer.extractors.runtimes.uses import ScriptUse
from analyzer.facts import Gap, Owner, Payload, PayloadKind, Place, TriggerKind
from analyzer.formats.dotnet import Assembly, Bodies, MemberRef, open_assembly
from analyzer.platform.knowledge import read_table

_APP = Owner("app")
_KINDS = ("framework", "library")
_LIFT = "An undamaged copy of the package, or the app's sources."


class Found(Struct, frozen=True):
    """An assembly as it lies in the package: the entry, its own place (``assemblies/assemblies.blob!App.dll``), and its bytes."""

    entry: str
    file: str
    data: bytes


class AssemblyOwners(Struct, frozen=True):
    """Whose an assembly is, by the beginning of its name: ``framework`` and ``library`` with the names of their makers' works."""

    framework: tuple[str, ...]
    library: tuple[tuple[str, str], ...]

    def is_framework(self, name: str) -> bool:
        """Whether the assembly is the runtime's or the framework's."""
        return any(_begins(name, prefix) for prefix in self.framework)

    def owner(self, name: str) -> Owner:
        """Whose an assembly outside of the framework is."""
        found = [(len(prefix), title) for prefix, title in self.library if _begins(name, prefix)]
        return Owner("library", max(found)[1]) if found else _APP


def _begins(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def load_assembly_owners(knowledge: Path) -> AssemblyOwners:
    """Read ``dotnet_assemblies.tsv``. Raises ``RuleError``."""
    path = knowledge / "dotnet_assemblies.tsv"
    rows = list(read_table(path, ("prefix", "kind", "name", "source")))
    for prefix, kind, name, _ in rows:
        if kind not in _KINDS or not prefix or not name:
            raise RuleError(f"the row of {prefix} has a value that is not known", where=str(path))
    framework = tuple(prefix for prefix, kind, _, _ in rows if kind == "framework")
    return AssemblyOwners(framework, tuple((prefix, name) for prefix, kind, name, _ in rows if kind == "library"))


class Opened(Struct, frozen=True):
    """The assemblies outside of the framework that could be read, and gaps for those that could not."""

    assemblies: tuple[tuple[Found, Assembly], ...]
    gaps: tuple[Gap, ...]


def open_all(found: Sequence[Found], owners: AssemblyOwners) -> Opened:
    """Open *found*, each different content once."""
    opened: list[tuple[Found, Assembly]] = []
    gaps: list[Gap] = []
    seen: set[bytes] = set()
    for each in found:
        if each.data in seen:  # the same for another ABI
            continue
        seen.add(each.data)
        try:
            assembly = open_assembly(each.data)
        except FormatError as error:
            gaps.append(unread(each.file, len(each.data), str(error)))
            continue
        if not owners.is_framework(assembly.name):
            opened.append((each, assembly))
    return Opened(tuple(opened), tuple(gaps))


def unread(file: str, size: int | None, why: str) -> Gap:
    """The gap of an assembly or a store that could not be read."""
    hides = "What the app's .NET code does."
    return Gap("payload", f".NET code could not be read: {why}.", size, could_hide=hides, would_lift=_LIFT, at=Place(file))


def payloads_of(
    kind: PayloadKind, opened: Opened, uses: Sequence[ScriptUse], version: Callable[[Sequence[Assembly]], str | None]
) -> Iterator[Payload]:
    """One payload for each entry that holds assemblies outside of the framework; *version* tells that of the runtime."""
    by_entry: dict[str, list[tuple[Found, Assembly]]] = {}
    for found, assembly in opened.assemblies:
        by_entry.setdefault(found.entry, []).append((found, assembly))
    for entry, held in sorted(by_entry.items()):
        files = {found.file for found, _ in held}
        used = tuple(sorted({use.name for use in uses if use.at.file in files}))
        size = sum(len(found.data) for found, _ in held)
        yield Payload(kind, entry, version([assembly for _, assembly in held]), used, size)


Spelled = Callable[[MemberRef, tuple[str | None, ...]], Iterator[str]]


class Wanted(Struct, frozen=True):
    """What is looked for: members of ``types``; ``spelled`` gives a call's names where it is wanted; ``callbacks`` start code."""

    owners: AssemblyOwners
    types: frozenset[str]
    spelled: Spelled
    callbacks: Mapping[Callback, TriggerKind]


def uses_of(kind: PayloadKind, opened: Opened, wanted: Wanted, gaps: list[Gap]) -> Iterator[ScriptUse]:
    """The wanted calls in the assemblies that count; what cannot be read of one is added to *gaps*."""
    counting = _counting(opened, wanted.owners)
    for found, assembly in opened.assemblies:
        if assembly.name not in counting:
            continue
        owner = wanted.owners.owner(assembly.name)
        try:
            members = {member.token: member for member in assembly.members(wanted.types.__contains__)}
            generic = assembly.instantiations(set(members))
            bodies = Bodies(assembly)
            starts = Starts(assembly, bodies, wanted.callbacks)
            for call in bodies.calls([*members, *generic]):
                member = members[generic.get(call.token, call.token)]
                for name in wanted.spelled(member, call.arguments):
                    yield ScriptUse(kind, name, Place(found.file, offset=call.offset), starts.of(call.caller), owner)
        except FormatError as error:
            gaps.append(unread(found.file, len(found.data), str(error)))


def _counting(opened: Opened, owners: AssemblyOwners) -> set[str]:
    """The names of the app's own assemblies, and of those that these refer to; of all where none is the app's own."""
    by_name = {assembly.name: assembly for _, assembly in opened.assemblies}
    reached = {name for name in by_name if owners.owner(name) == _APP} or set(by_name)
    waiting = list(reached)
    while waiting:
        for name in by_name[waiting.pop()].references:
            if name in by_name and name not in reached:
                reached.add(name)
                waiting.append(name)
    return reached
