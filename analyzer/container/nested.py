"""Files within a package that are code or packages themselves, found by their first bytes, whatever they are called.

An archive is opened, also one within it, up to a depth; its entries become entries of the package, because an app that unpacks it
has them. An APK with a manifest is an app of its own: of it the DEX files are given, for an app that loads them, and its
libraries and assets with them. Archives and code that lie within such an app's assets are counted and not opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from msgspec import Struct

from analyzer.container.archive import MANIFEST, Archive, Limits, Meter
from analyzer.container.heads import Head, read_head
from analyzer.container.package import Located, Nested, is_loaded_dex, located
from analyzer.errors import FormatError
from analyzer.facts import Gap, GapKind, Place

_ZIP, _DEX, _ELF = b"PK\x03\x04", b"dex\n", b"\x7fELF"
_SMALLEST = 52  # the header of a 32-bit ELF file; a DEX file has 112 bytes, a ZIP file with an entry 98
_NOT_HELD = -1
_HELD = ("lib/", "assets/")
_HIDES = "Code and data that the file holds."


class Found(Struct, frozen=True):
    """What is packed within: files that are code, further entries of the package, and what could not be looked into."""

    files: list[Nested]
    entries: dict[str, Located]
    gaps: list[Gap]


def find_nested(entries: Sequence[tuple[str, Located]], limits: Limits, meter: Meter, closing: ExitStack) -> Found:
    """Look through *entries*, by their names in the package. Archives that are opened are closed with *closing*."""
    return _Search(limits, meter, closing).through(entries)


class _Search:
    def __init__(self, limits: Limits, meter: Meter, closing: ExitStack) -> None:
        self._limits, self._meter, self._closing = limits, meter, closing
        self._found = Found([], {}, [])
        self._opened = 0

    def through(self, entries: Sequence[tuple[str, Located]]) -> Found:
        todo = [(name, one, 1) for name, one in entries]
        for name, one, depth in todo:  # grows while archives are opened
            if one.entry.size < _SMALLEST or (one.part >= 0 and is_loaded_dex(one.inner)):
                continue
            magic = one.archive.begins(one.entry)[:4]
            if magic == _DEX:
                self._found.files.append(Nested(name, "dex", one.entry.size, None, (name,)))
            elif magic == _ELF and not one.inner.startswith("lib/"):
                self._found.files.append(Nested(name, "elf", one.entry.size))
            elif magic == _ZIP:
                todo += [(inner, held, depth + 1) for inner, held in self._archive(name, one, depth)]
        return self._found

    def _archive(self, name: str, one: Located, depth: int) -> list[tuple[str, Located]]:
        """The entries of the archive that the entry *name* is; none when it is an app, or cannot be opened."""
        size = one.entry.size
        if depth > self._limits.nested_depth:
            return self._not_opened(
                "nested", f"lies {depth} packages deep; {self._limits.nested_depth} are looked into", name, size
            )
        if self._opened >= self._limits.nested_files:
            return self._not_opened("budget", f"is one of more than {self._limits.nested_files} archives", name, size)
        if size > self._limits.nested_bytes:
            return self._not_opened("too-large", f"has more than {self._limits.nested_bytes} bytes", name, size)
        self._opened += 1
        try:
            file = self._closing.enter_context(one.archive.unpacked(one.entry.name, self._limits.nested_bytes))
            archive = Archive(file, f"{name}!", self._limits, self._meter)
        except FormatError as error:
            return self._not_opened("nested", f"could not be opened: {error.what}", name, size)
        entries = list(located(archive, _NOT_HELD))
        head = _head(archive)
        if head is None:
            self._found.entries.update(entries)
            return entries
        self._found.files.append(_app(name, size, head, entries))
        self._found.entries.update((path, one) for path, one in entries if is_loaded_dex(one.inner))
        return []

    def _not_opened(self, kind: GapKind, why: str, name: str, size: int) -> list[tuple[str, Located]]:
        would = "That file, taken out and scanned by itself."
        self._found.gaps.append(Gap(kind, f"An archive within the package {why}.", size, None, _HIDES, would, Place(name)))
        return []


def _app(name: str, size: int, head: Head, entries: Sequence[tuple[str, Located]]) -> Nested:
    """An app of its own: its DEX files, what else can be read of it with these, and how much is neither."""
    dex = tuple(path for path, one in entries if is_loaded_dex(one.inner))
    held = tuple((path, one) for path, one in entries if one.inner.startswith(_HELD) and not _is_packed(one))
    taken = {*dex, *(path for path, _ in held)}
    others = [one.entry.size for path, one in entries if path not in taken]
    return Nested(name, "app", size, head, dex, held, len(others), sum(others))


def _is_packed(one: Located) -> bool:
    """Whether an entry is code or an archive that something would have to unpack or start."""
    magic = one.archive.begins(one.entry)[:4]
    return magic in (_ZIP, _DEX) or (magic == _ELF and not one.inner.startswith("lib/"))


def _head(archive: Archive) -> Head | None:
    """The manifest of an APK; None when the archive has none that can be read."""
    if MANIFEST not in archive.entries:
        return None
    try:
        head = read_head(archive)
    except FormatError:
        return None
    return head if head.package else None
