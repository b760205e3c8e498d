"""Unity: what an app's scripts call of the engine and, through ``AndroidJavaObject``, of Java by name.

With the Mono backend the scripts are assemblies, and calls are read as calls. With IL2CPP they are machine code; what is left
are names and literals. A literal belongs to code that was kept, so the name of a method of Java, which only ``AndroidJavaObject``
could be given, shows the call. A method of the engine that was kept shows nothing, since the engine's own input fields keep it:
so it is a gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.container import Package
from analyzer.errors import FormatError
from analyzer.extractors.runtimes.assemblies import Found, Wanted, load_assembly_owners, open_all, payloads_of, unread, uses_of
from analyzer.extractors.runtimes.bindings import Bindings
from analyzer.extractors.runtimes.managed_callbacks import load_managed_callbacks
from analyzer.extractors.runtimes.uses import RuntimeFound, ScriptUse
from analyzer.facts import Gap, Payload, Place
from analyzer.formats.dotnet import Assembly, MemberRef
from analyzer.formats.il2cpp import Metadata, open_metadata
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.resources import rules_dir

_DATA = "assets/bin/Data/"
_METADATA = f"{_DATA}Managed/Metadata/global-metadata.dat"
# Small files first: each begins with the version of the editor that made it.
_VERSIONED = ("globalgamemanagers", "mainData", "Resources/unity_builtin_extra", "unity default resources", "data.unity3d")
_MOST_FOR_VERSION = 64 << 20
_VERSION = re.compile(rb"\b(\d{1,4}\.\d{1,3}\.\d{1,3}[abfp]\d{1,3})\b")
_JAVA = re.compile(r"AndroidJavaObject\.Call\((\w+)\)")
_JAVA_TYPES = ("UnityEngine.AndroidJavaObject", "UnityEngine.AndroidJavaClass")
_JAVA_CALLS = frozenset({"Call", "CallStatic"})
_LIFT = "A run of the app, or its C# sources."


def read(graph: ProgramGraph, bindings: Bindings) -> RuntimeFound:
    """The metadata and assemblies of the package, and the calls of ``bindings`` in them."""
    package = graph.app.package
    version = _version(package)
    compiled = _compiled(package, bindings.names("unity-il2cpp"), version)
    managed = _managed(package, bindings.names("unity-mono"), version)
    return RuntimeFound((*compiled.payloads, *managed.payloads), (*compiled.uses, *managed.uses), (*compiled.gaps, *managed.gaps))


def _version(package: Package) -> str | None:
    """The version of the Unity editor that built the app."""
    for name in _VERSIONED:
        for file in package.named((_DATA + name,)):
            if package.size_of(file) > _MOST_FOR_VERSION:
                continue
            try:
                match = _VERSION.search(package.read(file)[:256])
            except FormatError:
                continue
            if match is not None:
                return match[1].decode("ascii")
    return None


def _compiled(package: Package, names: frozenset[str], version: str | None) -> RuntimeFound:
    """What IL2CPP left of the scripts."""
    java = {match[1]: name for name in names if (match := _JAVA.fullmatch(name))}
    payloads: list[Payload] = []
    uses: list[ScriptUse] = []
    gaps: list[Gap] = []
    for file in package.named((_METADATA,)):
        size = package.size_of(file)
        found: list[ScriptUse] = []
        own = version
        try:
            metadata = open_metadata(package.read(file))
            own = f"{version}, metadata {metadata.version}" if version else f"metadata {metadata.version}"
            if any(metadata.methods(name) for name in _JAVA_TYPES):
                literals = metadata.literals(frozenset(java))
                found = [ScriptUse("unity-il2cpp", java[text], Place(file, offset=at)) for text, at in literals]
            gaps.extend(_engine(file, metadata, names - set(java.values())))
        except FormatError as error:
            gaps.append(_unread(file, size, error))
        uses.extend(found)
        payloads.append(Payload("unity-il2cpp", file, own, tuple(sorted({use.name for use in found})), size))
    return RuntimeFound(tuple(payloads), tuple(uses), tuple(gaps))


def _engine(file: str, metadata: Metadata, names: frozenset[str]) -> Iterator[Gap]:
    """The engine's members that were kept: whether scripts call them is in machine code."""
    kept = sorted(name for name in names if name.rpartition(".")[2] in metadata.methods(name.rpartition(".")[0]))
    if kept:
        yield Gap(
            "payload",
            f"Members of the engine were kept, and calls of them are machine code, which is not read: {', '.join(kept)}.",
            count=len(kept),
            could_hide="Use of the clipboard, the location, the camera or the microphone through the engine.",
            would_lift=_LIFT,
            at=Place(file),
        )


def _unread(file: str, size: int, error: FormatError) -> Gap:
    why = f"What IL2CPP left of the scripts could not be read: {error}."
    return Gap("payload", why, size, could_hide="What the app's scripts do.", would_lift=_LIFT, at=Place(file))


def _managed(package: Package, names: frozenset[str], version: str | None) -> RuntimeFound:
    """The scripts' assemblies of the Mono backend."""
    owners = load_assembly_owners(rules_dir() / "knowledge")
    callbacks = load_managed_callbacks(rules_dir() / "knowledge")["unity-mono"]
    gaps: list[Gap] = []
    found: list[Found] = []
    for file in sorted(package.named((f"{_DATA}Managed/",), (".dll",))):
        if owners.is_framework(file.rpartition("/")[2].removesuffix(".dll")):
            continue
        try:
            found.append(Found(file, file, package.read(file)))
        except FormatError as error:
            gaps.append(unread(file, package.size_of(file), str(error)))
    opened = open_all(found, owners)
    types = frozenset({*_JAVA_TYPES, *(name.rpartition(".")[0] for name in names if not _JAVA.fullmatch(name))})

    def spelled(member: MemberRef, arguments: tuple[str | None, ...]) -> Iterator[str]:
        if member.type in _JAVA_TYPES and member.name in _JAVA_CALLS:
            name = f"AndroidJavaObject.Call({arguments[0]})" if arguments else ""
        else:
            name = f"{member.type}.{member.name}"
        if name in names:
            yield name

    uses = tuple(uses_of("unity-mono", opened, Wanted(owners, types, spelled, callbacks), gaps))

    def told(_: Sequence[Assembly]) -> str | None:
        return version

    return RuntimeFound(tuple(payloads_of("unity-mono", opened, uses, told)), uses, (*gaps, *opened.gaps))
