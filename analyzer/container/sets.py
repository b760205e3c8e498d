"""Sets of APKs that are one app: a base and its splits, in a ZIP file of a store or tool, or in a folder.

``.apks`` is what bundletool builds (``splits/``, ``standalones/``, ``instant/``, ``asset-slices/``, ``universal.apk``:
https://developer.android.com/tools/bundletool), ``.xapk`` and ``.apkm`` are those of stores, with a description beside the
APKs that nothing is taken from: what an APK is, its own manifest says, as for Android.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from analyzer.container.archive import Archive
from analyzer.container.heads import Head, missing_parts, packages_of, read_head, split_file
from analyzer.container.package import Part, apk_part
from analyzer.errors import FormatError, PackageError
from analyzer.facts import Gap, Place

_APK = ".apk"
_UNIVERSAL = "universal.apk"
_STANDALONE, _INSTANT = "standalones/", "instant/"
_NAME = re.compile(r"[A-Za-z0-9_.]{1,200}")
_WHOLE = "All APKs of one build of the app, fetched again."
_EACH = "Name the APKs one by one, or use: apkvet catalog scan."


class Member(Struct, frozen=True):
    """One APK of a set: its name there, its content, what its manifest says."""

    name: str
    archive: Archive
    head: Head


class Chosen(Struct, frozen=True):
    """The parts of the app, the base first, and what is missing, left out or does not fit."""

    parts: list[Part]
    gaps: list[Gap]


def names_in(archive: Archive) -> tuple[list[str], int]:
    """The APKs of a set that are one app, and how many hold the same app for other devices or ways to install it."""
    names = sorted(name for name in archive.entries if name.lower().endswith(_APK))
    others = [name for name in names if name.startswith((_STANDALONE, _INSTANT))]
    chosen = [name for name in names if name not in others]
    if not chosen:
        chosen = [name for name in names if name.startswith(_STANDALONE)]
    whole = [name for name in chosen if name.rpartition("/")[2] == _UNIVERSAL]
    chosen = whole[:1] or chosen
    return chosen, len(names) - len(chosen)


def is_variants(names: Iterable[str]) -> bool:
    """Whether a set may hold one APK in several builds, for different devices: bundletool's do."""
    return any(name == "toc.pb" or name.startswith((_STANDALONE, "splits/")) for name in names)


def files_in(folder: Path) -> list[Path]:
    """The APKs in *folder*, not below it. Raises ``PackageError``."""
    try:
        files = sorted(file for file in folder.iterdir() if file.name.lower().endswith(_APK) and file.is_file())
    except OSError as error:
        raise PackageError(f"cannot be listed: {error.strerror}", where=str(folder)) from None
    if not files:
        mend = "Give a package, or the folder that holds an app's base and splits; for a folder of apps: apkvet catalog scan."
        raise PackageError("is a folder without APK files", where=str(folder), mend=mend)
    return files


def choose(opened: Sequence[tuple[str, Archive]], where: Path, *, variants: bool, broken: Sequence[Gap], others: int) -> Chosen:
    """Which of the APKs are the app.

    *broken* are gaps of APKs that could not be opened, *others* the number of APKs that were left aside from the start. Raises
    ``PackageError`` when there is no base, or more than one app.
    """
    gaps = list(broken)
    members: list[Member] = []
    for name, archive in opened:
        try:
            members.append(Member(name, archive, read_head(archive)))
        except FormatError as error:
            gaps.append(unreadable(name, archive.size, error))
    base, more = _base([member for member in members if member.head.split is None], where, len(members), variants, gaps)
    splits: dict[str, Member] = {}
    others += more
    for member in sorted((m for m in members if m.head.split is not None), key=lambda m: (m.head.min_sdk, m.name)):
        name = member.head.split or ""
        if member.head.package != base.head.package:
            other, own = packages_of([member.head])[0], packages_of([base.head])[0]
            why = f"{member.name} is a split of {other}, not of {own}; it was left out."
            gaps.append(_misfit(why, member, "Whatever is in it."))
        elif name in splits:
            others += 1
        else:
            splits[name] = member
    parts, taken = [apk_part(base.archive, "", base.head)], set[str]()
    for name, member in sorted(splits.items()):
        if member.head.version_code != base.head.version_code:
            why = f"The split {name} is of version {member.head.version_code}, the base of {base.head.version_code}."
            gaps.append(_misfit(why, member, "What the right version of this part does."))
        member.archive.place(f"{_file(member, name, taken)}!")
        parts.append(apk_part(member.archive, name, member.head))
    gaps += missing_parts(base.head, [member.head for member in splits.values()])
    if others:
        why = (
            f"{others} APKs of the set hold parts of this app for other devices or ways to install it; they were not looked into."
        )
        gaps.append(Gap("split", why, None, others, "What differs in them.", "Those APKs, scanned by themselves."))
    return Chosen(parts, gaps)


def unreadable(name: str, size: int, error: FormatError) -> Gap:
    """The gap for an APK of a set that cannot be opened."""
    return Gap("split", f"A part of the set cannot be read: {error.what}.", size, None, "Everything in it.", _WHOLE, Place(name))


def _base(bases: list[Member], where: Path, count: int, variants: bool, gaps: list[Gap]) -> tuple[Member, int]:
    """The base, and how many others hold the same app. Raises ``PackageError``."""
    place = str(where)
    if not bases:
        if not count:
            first = f": {gaps[0].at.file} {gaps[0].why.partition(': ')[2].rstrip('.')}" if gaps and gaps[0].at else ""
            raise PackageError(f"holds no APK that can be read{first}", where=place, mend="Fetch it again.")
        mend = "Add the base APK (base.apk) of the same version."
        raise PackageError(f"is a set of splits ({count}) without its base APK", where=place, mend=mend)
    packages = packages_of(member.head for member in bases)
    if len(packages) > 1:
        shown = ", ".join(packages[:3]) + (", ..." if len(packages) > 3 else "")
        raise PackageError(f"holds {len(packages)} apps, not one: {shown}", where=place, mend=_EACH)
    if len(bases) > 1 and not variants:
        what = f"holds {len(bases)} base APKs of {packages[0]}: several versions or builds of it"
        raise PackageError(what, where=place, mend=_EACH)
    if len(bases) == count:  # whole apps for different devices: the largest shows most
        return max(bases, key=lambda member: (member.archive.size, member.name)), len(bases) - 1
    return min(bases, key=lambda member: (member.head.min_sdk, member.name)), len(bases) - 1


def _file(member: Member, name: str, taken: set[str]) -> str:
    """What a split's file is called in places: a name that Android would refuse is not used, nor one twice."""
    file = split_file(name if _NAME.fullmatch(name) else re.sub(r"[^A-Za-z0-9_.]", "_", member.name))
    while file in taken:
        file = f"{file.removesuffix(_APK)}_{_APK}"
    taken.add(file)
    return file


def _misfit(why: str, member: Member, hides: str) -> Gap:
    return Gap("split", why, member.archive.size, None, hides, _WHOLE, Place(member.name))
