"""The parsed whole of one package, as the extractors get it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from analyzer.container import Package
from analyzer.errors import FormatError
from analyzer.facts import Coverage, Gap, Place
from analyzer.formats.dex import DexFile, open_dex
from analyzer.formats.dex.verifier import circular, unknown_instructions
from analyzer.program.hierarchy import Hierarchy, Platform
from analyzer.program.manifest import Manifest
from analyzer.program.ownership import Ownership, OwnerTables
from analyzer.program.packed import loads_code, packed_code
from analyzer.program.renamed import RenamedCode
from analyzer.resources import rules_dir

_BYTES_PER_INSTRUCTION_WHEN_UNREAD = 4


class App(Struct):
    """One package: its container, manifest, readable DEX files, class hierarchy and owners, with what is missing.

    ``unread_bytes`` is the size of DEX files that could not be read. ``packed_code`` are the names of DEX files that lie packed
    in the package: Android does not load them, code of the app may. They come last, so that the app's own classes count
    where both define one.
    """

    package: Package
    manifest: Manifest
    dex_files: list[DexFile]
    hierarchy: Hierarchy
    ownership: Ownership
    renamed: RenamedCode
    unread_bytes: int = 0
    gaps: list[Gap] = []
    packed_code: frozenset[str] = frozenset()

    def coverage(self) -> Coverage:
        """How much of the code was read; an unreadable DEX file counts by its size."""
        read = sum(len(dex.instructions.position) for dex in self.dex_files)
        unread = self.unread_bytes // _BYTES_PER_INSTRUCTION_WHEN_UNREAD
        lost = sum(gap.size or 0 for gap in self.gaps if gap.kind == "bad-code")
        total = read + unread + lost
        failed = len({gap.at.file for gap in self.gaps if gap.kind in ("bad-dex", "unsupported-dex") and gap.at})
        return Coverage(
            dex_read=len(self.dex_files),
            dex_total=len(self.dex_files) + failed,
            dex_bytes=sum(dex.header.end - dex.header.offset for dex in self.dex_files) + self.unread_bytes,
            methods=sum(len(dex.methods.method) for dex in self.dex_files),
            instructions=read,
            share_permille=1000 * read // total if total else 1000,
        )


def build_app(package: Package, manifest: Manifest, platform: Platform, tables: OwnerTables) -> App:
    """Open every DEX file of *package*; one that cannot be read becomes a gap and the rest is still there."""
    gaps: list[Gap] = []
    dex_files, unread = _read_dex(package, package.dex_names(), gaps)
    packed: list[DexFile] = []
    if package.nested:
        names = packed_code(package.nested, loads_code=loads_code(dex_files, rules_dir() / "watch/apis.tsv"))
        for one in package.nested:
            if not set(names).isdisjoint(one.dex):
                package.admit(one)
        packed, more = _read_dex(package, names, gaps)
        dex_files, unread = dex_files + packed, unread + more
    renamed = RenamedCode(dex_files, tables.marks)
    ownership = Ownership(tables, manifest.package, manifest.main_classes(), renamed.owner)
    hierarchy = Hierarchy(dex_files, platform)
    return App(package, manifest, dex_files, hierarchy, ownership, renamed, unread, gaps, frozenset(dex.name for dex in packed))


def _read_dex(package: Package, names: Sequence[str], gaps: list[Gap]) -> tuple[list[DexFile], int]:
    """The DEX files with these names, and the size of those that cannot be read; why goes into *gaps*."""
    dex_files: list[DexFile] = []
    unread = 0
    for name in names:
        try:
            opened = open_dex(name, package.read(name))
            for dex in opened:
                gaps.extend(_code_gaps(dex))
            dex_files.extend(opened)
        except FormatError as error:
            size = package.size_of(name)
            unread += size
            gaps.append(_bad_dex(name, size, str(error)))
    return dex_files, unread


def _bad_dex(name: str, size: int, why: str) -> Gap:
    unknown = re.search(r"version \d+ is not known", why) is not None
    return Gap(
        "unsupported-dex" if unknown else "bad-dex",
        why=why,
        size=size,
        could_hide="Everything that the code of this file does.",
        would_lift="A newer apkvet." if unknown else "An undamaged copy of the package.",
        at=Place(name),
    )


def _code_gaps(dex: DexFile) -> Iterator[Gap]:
    """What the sweep of one file could not read; reading it here also finds damage that only shows in the code."""
    hide = "What these methods do."
    if dex.deviations:
        why = f"The file was read, and Android refuses it: {'; '.join(dex.deviations)}."
        yield Gap("bad-code", why, could_hide="Another reading of the code.", at=Place(dex.name))
    odd = unknown_instructions(dex)
    if odd:
        why = f"{odd} methods have instructions that do not exist; Android refuses their classes."
        yield Gap("bad-code", why, count=odd, could_hide=hide, at=Place(dex.name))
    round_ = circular(dex)
    if round_:
        why = f"{round_} classes inherit from themselves; Android does not load them."
        yield Gap("bad-code", why, count=round_, could_hide="What these classes do.", at=Place(dex.name))
    bad = dex.methods.bad
    if bad:
        why = f"The data of {bad} classes could not be read as a whole; Android refuses that."
        yield Gap("bad-code", why, count=bad, could_hide=hide, at=Place(dex.name))
    if dex.items.bad:
        why = f"{dex.items.bad} methods have code outside the file."
        yield Gap("bad-code", why, count=dex.items.bad, could_hide=hide, at=Place(dex.name))
    if dex.instructions.cut:
        why = f"The last instruction of {dex.instructions.cut} methods runs over their end."
        yield Gap("bad-code", why, count=dex.instructions.cut, could_hide=hide, at=Place(dex.name))
    if len(dex.items.layer_ends) > 1 or dex.items.refused:
        why = f"Code items overlap; {dex.items.refused} of them were left out."
        yield Gap("overlapping-code", why, count=dex.items.refused or None, could_hide=hide, at=Place(dex.name))
