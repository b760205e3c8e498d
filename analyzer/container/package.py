"""A package as named entries: one APK, a set of APKs that are one app, or an app bundle.

``open_package`` finds out what a path holds; everything behind it sees names, whatever the package is. The names of a base's
entries are as in the APK; entries of a split stand behind ``split_NAME.apk!``, those of an archive within the package behind
its own name and ``!``, those of a bundle are the bundle's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple

from msgspec import Struct

from analyzer.container.archive import MANIFEST, Archive, Entry
from analyzer.container.heads import Head
from analyzer.errors import FormatError
from analyzer.facts import Gap

_CHUNK = 1 << 20
_DEX_NAME = re.compile(r"classes([2-9]|[1-9]\d+)?\.dex")

Kind = Literal["apk", "set", "bundle"]


class Part(Struct, frozen=True):
    """One APK of a set, or one module of a bundle; the base is ``name`` ''.

    ``archive`` holds it, ``manifest`` and ``resources`` are the names of its manifest and resource table in the package. ``head``
    is known of the parts of a set.
    """

    name: str
    archive: Archive
    manifest: str
    resources: str
    head: Head | None = None


class Nested(Struct, frozen=True):
    """A file within the package that its first bytes show to be code or an app: where, what, how large.

    ``dex``: code that may be loaded; ``elf``: a native program or library outside of ``lib/``; ``app``: an APK with a manifest of
    its own (``head``), whose DEX files are ``dex``. Its libraries and assets are ``held`` back until ``Package.admit``; what is
    neither is counted by ``others`` and ``other_bytes``, and so are archives and code within it that no place is made for.
    """

    path: str
    kind: Literal["dex", "elf", "app"]
    size: int
    head: Head | None = None
    dex: tuple[str, ...] = ()
    held: tuple[tuple[str, Located], ...] = ()
    others: int = 0
    other_bytes: int = 0


class Located(Struct, frozen=True):
    """Where an entry is: its archive, itself, its path as in an APK, and in which part (-1: in an archive within one)."""

    archive: Archive
    entry: Entry
    inner: str
    part: int


class Contents(NamedTuple):
    """What a package was found to be: ``parts``, base first; all entries by name; what is packed within; what is missing."""

    kind: Kind
    parts: tuple[Part, ...]
    entries: dict[str, Located]
    nested: tuple[Nested, ...]
    gaps: list[Gap]


class Package:
    """An open package. Use as a context manager; ``gaps`` grows as entries are read.

    ``size`` in bytes and ``sha256`` (hex) are of the file. Of a folder: the sum of its APKs, and the SHA-256 of their SHA-256 in
    hex, sorted, each on a line (``sha256sum *.apk | cut -c1-64 | sort | sha256sum``).
    """

    def __init__(self, path: Path, files: Sequence[Path], contents: Contents, closing: ExitStack) -> None:
        self.path = path
        self.size = sum(file.stat().st_size for file in files)
        digests = sorted(map(_sha256, files))
        together = "".join(f"{digest}\n" for digest in digests)
        self.sha256 = hashlib.sha256(together.encode()).hexdigest() if path.is_dir() else digests[0]
        self.kind, self.parts, self._entries, self.nested, self._gaps = contents
        self._closing = closing
        self._files = {file: _state(file) for file in files}

    @property
    def gaps(self) -> list[Gap]:
        """What could not be seen: of the set, and of the entries read so far."""
        archives = {id(part.archive): part.archive for part in self.parts}
        archives |= {id(one.archive): one.archive for one in self._entries.values()}
        changed = [file.name for file, state in self._files.items() if _state(file) != state]
        gaps = [
            Gap("bad-container", f"The file {name} changed while it was read.", could_hide="What it holds now.")
            for name in changed
        ]
        return [*self._gaps, *gaps, *(gap for archive in archives.values() for gap in archive.gaps)]

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the splits or feature modules."""
        return tuple(part.name for part in self.parts[1:])

    def __enter__(self) -> Package:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all files."""
        self._closing.close()

    def names(self) -> Sequence[str]:
        """The names of all entries, in directory order, the base's first."""
        return tuple(self._entries)

    def named(self, beginnings: tuple[str, ...] = ("",), endings: tuple[str, ...] = ("",)) -> list[str]:
        """The names of entries with one of these beginnings and endings, in directory order.

        The beginning is that of the path as it is in an APK: ``lib/`` finds ``split_x.apk!lib/x86/libx.so`` and a bundle's
        ``base/lib/x86/libx.so``, too.
        """
        found = ((name, located.inner) for name, located in self._entries.items())
        return [name for name, inner in found if inner.startswith(beginnings) and inner.endswith(endings)]

    def admit(self, nested: Nested) -> None:
        """Make the libraries and assets of a packed app entries of the package: its code is read as the package's own."""
        self._entries.update(nested.held)

    def inner(self, name: str) -> str:
        """The path of the entry *name* as it is in an APK."""
        return self._entries[name].inner

    def find(self, inner: str, part: Part | None = None) -> str | None:
        """The name of the entry with this path in an APK, that of *part* or else the base first; None where there is none."""
        wanted = 0 if part is None else self.parts.index(part)
        found = {located.part: name for name, located in self._entries.items() if located.inner == inner and located.part >= 0}
        return found.get(wanted, found.get(min(found, default=0)))

    def has(self, name: str) -> bool:
        """Whether there is an entry of this name."""
        return name in self._entries

    def size_of(self, name: str) -> int:
        """The inflated size that the directory states for *name*."""
        return self._entries[name].entry.size

    def shrinks(self, name: str) -> bool:
        """Whether *name* is stored in less than nine tenths of its size: what looks random does not get shorter."""
        entry = self._entries[name].entry
        return 10 * entry.stored < 9 * entry.size

    def dex_names(self) -> list[str]:
        """The DEX files in loading order, part by part: classes.dex, classes2.dex, ..., also behind a hole in the numbering."""
        numbered = {
            (located.part, int(match[1] or 1)): name
            for name, located in self._entries.items()
            if located.part >= 0 and (match := _DEX_NAME.fullmatch(located.inner))
        }
        return [numbered[number] for number in sorted(numbered)]

    def read(self, name: str) -> bytes:
        """The inflated bytes of entry *name*.

        Raises ``FormatError`` when there is none, it is damaged, or it is larger than the limits allow.
        """
        located = self._entries.get(name)
        if located is None:
            raise FormatError("no such entry", where=name)
        return located.archive.read(located.entry.name)


def apk_part(archive: Archive, name: str = "", head: Head | None = None) -> Part:
    """The part that an APK is."""
    return Part(name, archive, archive.prefix + MANIFEST, f"{archive.prefix}resources.arsc", head)


def located(archive: Archive, part: int) -> Iterable[tuple[str, Located]]:
    """The entries of an archive that is laid out like an APK, with their names in the package."""
    return ((archive.prefix + name, Located(archive, entry, name, part)) for name, entry in archive.entries.items())


def is_loaded_dex(inner: str) -> bool:
    """Whether Android itself loads the entry with this path in an APK as code."""
    return _DEX_NAME.fullmatch(inner) is not None


def _state(path: Path) -> tuple[int, int, int] | None:
    """What changes with a file's contents."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
