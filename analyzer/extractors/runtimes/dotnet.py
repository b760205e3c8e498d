""".NET for Android, MAUI and Xamarin: the members that an app's assemblies call, wherever the assemblies are packed.

They are files of their own (``assemblies/``), in stores, compressed, or in the ``payload`` section of shared libraries
(``libassemblies.arm64-v8a.blob.so``, ``lib_App.dll.so``). A member of a binding is the platform's API itself
(``Android.Content.ClipboardManager.get_PrimaryClip``); its name follows a rule, so ``bindings.tsv`` holds such names beside those
of Essentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.container import Package
from analyzer.errors import FormatError
from analyzer.extractors.runtimes.assemblies import (
    AssemblyOwners,
    Found,
    Wanted,
    load_assembly_owners,
    open_all,
    payloads_of,
    unread,
    uses_of,
)
from analyzer.extractors.runtimes.bindings import Bindings
from analyzer.extractors.runtimes.managed_callbacks import load_managed_callbacks
from analyzer.extractors.runtimes.uses import RuntimeFound
from analyzer.facts import Gap
from analyzer.formats.assembly_store import STORE, payload_of, read_store, unpacked
from analyzer.formats.dotnet import Assembly, MemberRef
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.resources import rules_dir

_FILES = ("assemblies/", "lib/")
_ENDINGS = (".dll", ".blob", ".dll.so", ".blob.so")
_LIBRARY = re.compile(r"/lib[_-][^/]*\.dll\.so$|/libassemblies\.[^/]*\.blob\.so$")
_MOST_BYTES = 512 << 20
_BUNDLE = "/libmonodroid_bundle_app.so"


def read(graph: ProgramGraph, bindings: Bindings) -> RuntimeFound:
    """The assemblies of the package, and the calls of ``bindings`` in them."""
    package = graph.app.package
    owners = load_assembly_owners(rules_dir() / "knowledge")
    callbacks = load_managed_callbacks(rules_dir() / "knowledge")["dotnet"]
    gaps: list[Gap] = list(_bundles(package))
    found: list[Found] = []
    for file in _files(package):
        try:
            left = _MOST_BYTES - sum(len(each.data) for each in found)
            found.extend(_in_file(file, package.read(file), owners, gaps, left))
        except FormatError as error:
            gaps.append(unread(file, package.size_of(file), str(error)))
    opened = open_all(found, owners)
    names = bindings.names("dotnet")
    types = frozenset(name.partition("(")[0].rpartition(".")[0].removesuffix(".") for name in names)

    def spelled(member: MemberRef, arguments: tuple[str | None, ...]) -> Iterator[str]:
        name = f"{member.type}.{member.name}"
        yield from (spelling for spelling in (name, *(f"{name}({value})" for value in arguments if value)) if spelling in names)

    uses = tuple(uses_of("dotnet", opened, Wanted(owners, types, spelled, callbacks), gaps))
    return RuntimeFound(tuple(payloads_of("dotnet", opened, uses, _version)), uses, (*gaps, *opened.gaps))


def _files(package: Package) -> list[str]:
    """The entries that hold assemblies."""
    inner = [(name, package.inner(name)) for name in sorted(package.named(_FILES, _ENDINGS))]
    return [name for name, path in inner if path.startswith("assemblies/") or _LIBRARY.search(path)]


def _in_file(file: str, data: bytes, owners: AssemblyOwners, gaps: list[Gap], left: int) -> Iterator[Found]:
    """The assemblies of one entry, inflated to *left* bytes at most; a store's that are the framework's by name are left out."""
    held = payload_of(data) if file.endswith(".so") else memoryview(data)
    if held[:4] != STORE:
        yield Found(file, file, unpacked(held, left))
        return
    for number, packed in enumerate(read_store(held).assemblies):
        if packed.name is not None and owners.is_framework(_plain(packed.name)):
            continue
        place = f"{file}!{packed.name or number}"
        try:
            inflated = unpacked(packed.data, left)
            left -= len(inflated)
            yield Found(file, place, inflated)
        except FormatError as error:
            gaps.append(unread(place, len(packed.data), str(error)))


def _plain(name: str) -> str:
    """The name of an assembly in a store without culture and ending: ``fr/App.resources.dll`` is App.resources."""
    return name.rpartition("/")[2].removesuffix(".dll")


def _bundles(package: Package) -> Iterator[Gap]:
    """Assemblies that were linked into a shared library as compressed data, which is not read."""
    for file in package.named(("lib/",), (_BUNDLE,)):
        yield unread(file, package.size_of(file), "assemblies are bundled into a shared library")


def _version(assemblies: Sequence[Assembly]) -> str | None:
    """``.NET 8``, by the version of the base class library that the assemblies refer to; ``Mono`` for Xamarin's."""
    found = {
        f".NET {version[0]}" if name == "System.Runtime" else "Mono"
        for assembly in assemblies
        for name, version in assembly.reference_versions
        if (name == "System.Runtime" and version[0] >= 5) or name == "mscorlib"
    }
    return max(found, default=None, key=lambda name: (name != "Mono", len(name), name))
