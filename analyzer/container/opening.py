"""Opening a path: which kind of package it is, and in one line what it is when it is none."""

from __future__ import annotations

import stat
from contextlib import ExitStack
from pathlib import Path

from analyzer.container.archive import MANIFEST, Archive, Limits, Meter
from analyzer.container.bundle import is_bundle, read_bundle
from analyzer.container.nested import find_nested
from analyzer.container.package import Contents, Kind, Located, Package, Part, apk_part, located
from analyzer.container.sets import Chosen, choose, files_in, is_variants, names_in, unreadable
from analyzer.errors import FormatError, PackageError
from analyzer.facts import Gap, Place

_AGAIN = "Fetch the package again."
_ELSEWHERE = -1


def open_package(path: Path, limits: Limits | None = None) -> Package:
    """Open the app at *path*: an APK, a set of APKs (.apks, .xapk, .apkm, another ZIP file or a folder of them), a bundle (.aab).

    Raises ``PackageError``, with what to do about it, for anything that is not a readable Android app.
    """
    with ExitStack() as opened:
        opener = _Opener(path, limits or Limits(), opened)
        return opener.folder() if path.is_dir() else opener.file()


class _Opener:
    """Opens one path; what it opens is closed with *opened*, or with the package."""

    def __init__(self, path: Path, limits: Limits, opened: ExitStack) -> None:
        self._path, self._limits, self._opened = path, limits, opened
        self._meter = Meter()

    def folder(self) -> Package:
        """The set of APKs that a folder holds."""
        files = files_in(self._path)
        self._guard(len(files))
        archives: list[tuple[str, Archive]] = []
        broken: list[Gap] = []
        for file in files:
            try:
                archives.append((file.name, self._archive(file)))
            except FormatError as error:
                broken.append(unreadable(file.name, file.stat().st_size, error))
        chosen = choose(archives, self._path, variants=False, broken=broken, others=0)
        return self._package("set", chosen, files, {})

    def file(self) -> Package:
        """What a file is."""
        try:
            archive = self._archive(self._path)
        except FormatError as error:
            mend = "Give an APK file." if error.what == "is no ZIP file" else _AGAIN
            what = "is not an Android package: it is no ZIP file" if error.what == "is no ZIP file" else error.what
            raise PackageError(what, where=str(self._path), mend=mend) from None
        names = archive.entries.keys()
        if MANIFEST in names:
            if "classes.jar" in names and "classes.dex" not in names:
                mend = "Scan an app that contains it."
                raise PackageError("is an Android library (AAR), not an app", where=str(self._path), mend=mend)
            return self._package("apk", Chosen([apk_part(archive)], []), [self._path], {})
        if is_bundle(archive):
            parts, entries = read_bundle(archive)
            if not parts or parts[0].name:
                raise PackageError("is an app bundle without a base module", where=str(self._path), mend=_AGAIN)
            return self._package("bundle", Chosen(parts, []), [self._path], entries)
        chosen, others = names_in(archive)
        if not chosen:
            what = "is no Android package: it has no AndroidManifest.xml"
            raise PackageError(what, where=str(self._path), mend="Give an APK file.")
        return self._set(archive, chosen, others)

    def _set(self, outer: Archive, names: list[str], others: int) -> Package:
        self._guard(len(names))
        archives: list[tuple[str, Archive]] = []
        broken: list[Gap] = []
        for name in names:
            try:
                file = self._opened.enter_context(outer.unpacked(name, self._limits.entry_bytes))
                archives.append((name, Archive(file, "", self._limits, self._meter)))
            except FormatError as error:
                broken.append(unreadable(name, outer.entries[name].size, error))
        chosen = choose(archives, self._path, variants=is_variants(outer.entries), broken=broken, others=others)
        chosen.gaps.extend(outer.gaps)
        # Files that a store lays beside the app on the device.
        beside = {name: Located(outer, entry, name, _ELSEWHERE) for name, entry in outer.entries.items() if name.endswith(".obb")}
        return self._package("set", chosen, [self._path], beside)

    def _package(self, kind: Kind, chosen: Chosen, files: list[Path], more: dict[str, Located]) -> Package:
        entries: dict[str, Located] = {}
        if kind != "bundle":
            for number, part in enumerate(chosen.parts):
                chosen.gaps.extend(_joined(entries, dict(located(part.archive, number))))
        gaps = [*chosen.gaps, *_joined(entries, more)]
        found = find_nested(list(entries.items()), self._limits, self._meter, self._opened)
        gaps += [*found.gaps, *_joined(entries, found.entries)]
        parts: tuple[Part, ...] = tuple(chosen.parts)
        contents = Contents(kind, parts, entries, tuple(found.files), gaps)
        return Package(self._path, files, contents, self._opened.pop_all())

    def _guard(self, count: int) -> None:
        if count > self._limits.parts:
            what = f"has {count} APKs, more than the limit of {self._limits.parts}"
            raise PackageError(what, where=str(self._path))

    def _archive(self, path: Path) -> Archive:
        """The ZIP file at *path*. Raises ``PackageError`` when it cannot be opened, ``FormatError`` when it is none."""
        where = str(path)
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise PackageError("is not a regular file", where=where, mend="Give a package file.")
            file = self._opened.enter_context(path.open("rb"))
        except FileNotFoundError:
            raise PackageError("no such file", where=where, mend="Check the path.") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise PackageError(f"cannot be opened: {reason}", where=where, mend="Check the path and its permissions.") from None
        if not path.stat().st_size:
            raise PackageError("is empty", where=where, mend=_AGAIN)
        return Archive(file, "", self._limits, self._meter)


def _joined(entries: dict[str, Located], more: dict[str, Located]) -> list[Gap]:
    """Put *more* into *entries*, where a file is called as one in an archive the other is hidden: a gap for each such name."""
    both = sorted(entries.keys() & more.keys()) if entries else []
    entries.update((name, one) for name, one in more.items() if name not in entries)
    why = "A file has the name that a file within an archive has here; the first is read."
    return [Gap("duplicate-entry", why, more[name].entry.size, None, "The other file.", at=Place(name)) for name in both[:20]]
