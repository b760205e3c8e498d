"""Native libraries: a fact for each file, the watched APIs that they can reach, and what differs between processors.

A native library is read for what it imports, implements and names. What its code does with that is not followed, so a watched
API is told as *can be reached* (``via`` native): its class, method and overload stand in one library. That is evidence of a
capability, and such an access is never more than *present*. Libraries of one name are one library, built for several processors.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.extractors.native import NativeFacts
from analyzer.extractors.native_apis import ApiNames, NamedApi
from analyzer.extractors.native_methods import JavaSide, Joined
from analyzer.extractors.native_tables import NativeTables, load_native_tables
from analyzer.facts import ApiCall, ClipboardAccess, Fact, Gap, NativeLibrary, Owner, Place, Trait
from analyzer.formats.elf import LARGEST, ElfFile, open_elf
from analyzer.platform.watch import Watch
from analyzer.program.app import App
from analyzer.program.graph.linking import Linked
from analyzer.program.ownership import UNKNOWN

_MOST_GAPS = 20
_MOST_NAMES = 200
_PACKED_BITS = 7.6  # machine code has 5 to 7 bits a byte, what is packed or encrypted nearly 8
_ABIS = ("arm64-v8a", "armeabi-v7a", "x86_64", "x86", "riscv64", "armeabi", "mips64", "mips")
_HIGH_ENTROPY = "code of high entropy"
_HIDES = "What its code does: calls by names that it puts together, files, connections."
_LIFTS = "A look at its code, or a run of the app."


class _Read(Struct, frozen=True):
    """One file as it was read. ``offsets`` say where the names of watched APIs stand."""

    fact: NativeLibrary
    apis: tuple[NamedApi, ...] = ()
    offsets: Mapping[str, int] = {}
    joined: Joined = Joined((), ())


def read_libraries(app: App, linked: Linked, watch: Watch, knowledge: Path, paths: Sequence[str]) -> NativeFacts:
    """Everything about the native libraries at *paths*. Raises ``RuleError``."""
    tables = load_native_tables(knowledge)
    files = sorted(paths, key=lambda path: _order(app.package.inner(path)))
    reader = _Reader(app, linked, watch, tables)
    facts: list[Fact] = []
    reads: list[_Read] = []
    for path in files[: limits.NATIVE_FILES]:
        try:
            reads.append(reader.read(path))
        except FormatError as error:
            size = app.package.size_of(path)
            facts.append(
                Gap("native", f"The library could not be read: {error.what}", size, None, "All that it does.", at=Place(path))
            )
    if len(files) > limits.NATIVE_FILES:
        why = f"{len(files) - limits.NATIVE_FILES} native libraries were left out."
        facts.append(
            Gap("too-large", why, count=len(files) - limits.NATIVE_FILES, could_hide=_HIDES, at=Place(files[limits.NATIVE_FILES]))
        )
    groups: dict[str, list[_Read]] = {}
    for read in reads:
        groups.setdefault(_file(read.fact.file), []).append(read)
    accesses = [access for name, group in groups.items() for access in _accesses(group, _owner(name, group, app, linked, tables))]
    facts += (read.fact for read in reads)
    facts += _differences(groups)
    facts += _packed(groups, tables)
    facts += _not_followed(groups)
    facts += _not_found(reader.java, reads)
    implements = {read.fact.file: read.joined.nodes for read in reads}
    return NativeFacts(tuple(facts), tuple(accesses), implements)


def _file(path: str) -> str:
    return path.rpartition("/")[2]


def _abi(inner: str) -> str:
    return inner.removeprefix("lib/").partition("/")[0]


def _order(inner: str) -> tuple[str, int, str]:
    """By name, then by how common the processor is; *inner* is the path as it is in an APK."""
    abi = _abi(inner)
    return _file(inner), _ABIS.index(abi) if abi in _ABIS else len(_ABIS), inner


class _Reader:
    """Reads files, equal ones once."""

    def __init__(self, app: App, linked: Linked, watch: Watch, tables: NativeTables) -> None:
        self.java = JavaSide(linked)
        self._package = app.package
        self._names = ApiNames(watch)
        self._tables = tables
        self._known: dict[str, _Read] = {}

    def read(self, path: str) -> _Read:
        """One file. Raises ``FormatError``."""
        if self._package.size_of(path) > LARGEST:
            raise FormatError("it is larger than the limit", where=path)
        data = self._package.read(path)
        digest = hashlib.sha256(data).hexdigest()
        known = self._known.get(digest)
        if known is None:
            known = self._known[digest] = self._read(open_elf(data, path), data)
        fact = known.fact
        named = NativeLibrary(
            path,
            _abi(self._package.inner(path)),
            fact.imports,
            fact.jni_exports,
            fact.names,
            fact.hardening,
            fact.marks,
            fact.contains,
            len(data),
        )
        return replace(known, fact=named)

    def _read(self, elf: ElfFile, data: bytes) -> _Read:
        tables = self._tables
        all_texts = elf.texts | elf.tails.keys() if elf.tails else elf.texts
        apis = tuple(self._names.named(all_texts, elf.signatures))
        joined = self.java.joined(elf.exports, elf.native_methods, all_texts)
        texts = tables.texts_among(all_texts)
        readable = {text.decode("ascii", "replace") for text in texts if len(text) <= _LONGEST and _PRINTABLE.fullmatch(text)}
        fact = NativeLibrary(
            "",
            imports=tuple(sorted(elf.imports & tables.functions)),
            jni_exports=tuple(sorted([*self.java.descriptors(joined.nodes), *joined.unknown])),
            names=tuple(sorted([*(api.api for api in apis), *readable])[:_MOST_NAMES]),
            hardening=elf.hardening,
            marks=tuple(sorted(set(_marks(elf, tables)))),
            contains=tuple(sorted(set(_contained(elf, tables)))),
        )
        offsets = {api.api: elf.offset_of_text(api.text) or 0 for api in apis}
        return _Read(fact, apis, offsets, joined)


_LONGEST = 120
_PRINTABLE = re.compile(rb"[ -~]+")


def _marks(elf: ElfFile, tables: NativeTables) -> Iterator[str]:
    """What is odd about a file, in words."""
    if elf.is_stripped:
        yield "stripped"
    if not elf.sections:
        yield "no section table"
    if any(s.kind == "LOAD" and "w" in s.allows and "x" in s.allows for s in elf.segments):
        yield "writable code"
    if elf.has_text_relocations:
        yield "text relocations"
    if elf.code_entropy() >= _PACKED_BITS:
        yield _HIGH_ENTROPY
    names = {"section": [section.name for section in elf.sections], "symbol": elf.exports}
    for mark in tables.marks:
        if mark.form.encode() in elf.data if mark.where == "bytes" else mark.fits_any(names[mark.where]):
            yield mark.mark


def _contained(elf: ElfFile, tables: NativeTables) -> Iterator[str]:
    """Well-known libraries that are linked in; the version only where one, and no more than one, is named."""
    there = elf.holds(version.marker for version in tables.versions)
    for version in tables.versions:
        if version.marker in there:
            found = {match[1].decode("ascii", "replace") for match in elf.matches(version.pattern)}
            if found:
                yield f"{version.library} {found.pop()}".strip() if len(found) == 1 else version.library


def _owner(file: str, group: Sequence[_Read], app: App, linked: Linked, tables: NativeTables) -> Owner:
    """Whose library it is: of whoever declares the methods that it implements; where that says nothing, what its name says."""
    owners = {app.ownership.owner(linked.holder(node)) for read in group for node in read.joined.nodes} - {UNKNOWN}
    if len(owners) == 1:
        return owners.pop()
    return Owner("library", tables.owners[file]) if file in tables.owners else UNKNOWN


def _accesses(group: Sequence[_Read], owner: Owner) -> Iterator[ApiCall | ClipboardAccess]:
    """The watched APIs that a library can reach, each once: in the file for the most common processor that names it."""
    seen: set[str] = set()
    for read in group:
        for api in read.apis:
            if api.api not in seen:
                seen.add(api.api)
                at = Place(read.fact.file, None, read.offsets[api.api])
                if api.operation is not None and api.operation != "watch-removal":
                    yield ClipboardAccess(api.operation, api.api, owner, "native", at=at)
                else:
                    yield ApiCall(api.api, api.category, owner, "native", None, api.arguments, at)


def _differences(groups: Mapping[str, Sequence[_Read]]) -> Iterator[Trait]:
    """What a library has for one processor and lacks for another: the package does not do the same on all devices."""
    everywhere = sorted({read.fact.abi for group in groups.values() for read in group})
    for name, group in groups.items():
        by_abi = {read.fact.abi: read.fact for read in group}
        lacking = [abi for abi in everywhere if abi not in by_abi]
        at = Place(group[0].fact.file)
        if lacking:
            yield Trait("abi-differs", f"{name}: not there for {', '.join(lacking)}", at)
        for about in ("imports", "jni_exports", "names", "contains"):
            values = {abi: frozenset(getattr(fact, about)) for abi, fact in by_abi.items()}
            common = frozenset.intersection(*values.values())
            more = {abi: sorted(found - common) for abi, found in values.items() if found - common}
            if more:
                words = "; ".join(f"{abi} {_some(found)}" for abi, found in sorted(more.items()))
                yield Trait("abi-differs", f"{name}, {_ABOUT[about]}: {words}", at)


_ABOUT = {"imports": "imported", "jni_exports": "implemented", "names": "named", "contains": "contained"}


def _some(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _packed(groups: Mapping[str, Sequence[_Read]], tables: NativeTables) -> Iterator[Gap]:
    """A gap for each library whose code is hidden by a packer."""
    hiding = {_HIGH_ENTROPY, *(mark.mark for mark in tables.marks if mark.hides == "code")}
    for name, group in groups.items():
        marks = sorted(hiding & {mark for read in group for mark in read.fact.marks})
        if marks:
            size, at = sum(read.fact.size or 0 for read in group), Place(group[0].fact.file)
            yield Gap("packed", f"{name}: {', '.join(marks)}.", size, None, _HIDES, "The library before it was packed.", at)


def _not_followed(groups: Mapping[str, Sequence[_Read]]) -> Iterator[Gap]:
    """A gap for each library: its code was not followed. Very many are summed up."""
    for number, (name, group) in enumerate(groups.items()):
        size, at = sum(read.fact.size or 0 for read in group), Place(group[0].fact.file)
        if number == _MOST_GAPS:
            rest = list(groups.values())[_MOST_GAPS:]
            size = sum(read.fact.size or 0 for group in rest for read in group)
            why = f"Nor was the code of {len(rest)} further libraries."
            yield Gap("native", why, size, len(rest), _HIDES, _LIFTS, at)
            return
        abis = f" ({len(group)} processors)" if len(group) > 1 else ""
        why = f"{name}{abis} was read for what it imports, implements and names; what its code does was not followed."
        yield Gap("native", why, size, None, _HIDES, _LIFTS, at)


def _not_found(java: JavaSide, reads: Sequence[_Read]) -> Iterator[Gap]:
    """Native methods that no library of the package is seen to implement: made at run time, or elsewhere."""
    missing = java.missing({node for read in reads for node in read.joined.nodes})
    if missing:
        names = java.descriptors(missing)
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        why = f"Where native methods are implemented cannot be seen: {min(names)}{more}."
        yield Gap(
            "native", why, None, len(missing), "What these methods do.", _LIFTS, Place(reads[0].fact.file) if reads else None
        )
