"""Sets of APKs: which of them are one app, what is missing or does not fit, in which words."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from analyzer.container import Limits, Package, open_package
from analyzer.container.heads import Head, missing_parts
from analyzer.container.signing import read_signers
from analyzer.errors import PackageError
from analyzer.facts import Gap
from analyzer.program.manifest import read_manifest

PARTS = ("base.apk", "split_config.arm64_v8a.apk", "split_config.de.apk", "split_config.x86_64.apk", "split_paste.apk")
SPLITS = ("config.arm64_v8a", "config.de", "config.x86_64", "paste")


@pytest.fixture
def parts(root: Path) -> Path:
    """The folder of APKs and the bundle of one app."""
    return root / "samples/bundles/apk"


def zipped(target: Path, *entries: tuple[str, Path | bytes]) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in entries:
            archive.writestr(name, content if isinstance(content, bytes) else content.read_bytes())
    return target


def apks(target: Path, parts: Path) -> Path:
    """As bundletool builds it: in ``splits/`` under names of its own, a second build of the base beside."""
    names = ("base-master.apk", "base-arm64_v8a.apk", "base-de.apk", "base-x86_64.apk", "paste-master.apk")
    splits = [(f"splits/{name}", parts / part) for name, part in zip(names, PARTS, strict=True)]
    return zipped(target, ("toc.pb", b"\x0a\x00"), *splits, ("standalones/standalone-arm64_v8a.apk", parts / "universal.apk"))


def xapk(target: Path, parts: Path) -> Path:
    content = [(name, parts / name) for name in PARTS]
    return zipped(target, ("manifest.json", b'{"package_name": "ignored"}'), ("icon.png", b"\x89PNG"), *content)


def apkm(target: Path, parts: Path) -> Path:
    return zipped(target, ("info.json", b"{}"), *((name, parts / name) for name in reversed(PARTS)))


def folder(target: Path, parts: Path) -> Path:
    target.mkdir()
    for name in PARTS:
        shutil.copy(parts / name, target)
    (target / "notes.txt").write_text("left beside")
    return target


def splits_gaps(package: Package) -> list[Gap]:
    return [gap for gap in package.gaps if gap.kind == "split"]


@pytest.mark.parametrize("make", [apks, xapk, apkm, folder])
def test_a_set_is_one_app_whatever_holds_it(tmp_path: Path, parts: Path, make: Callable[[Path, Path], Path]) -> None:
    with open_package(make(tmp_path / "notes", parts)) as package:
        assert package.kind == "set"
        assert package.splits == SPLITS
        assert package.dex_names() == ["classes.dex", "split_paste.apk!classes.dex"]
        assert package.named(("lib/",), (".so",)) == [
            "split_config.arm64_v8a.apk!lib/arm64-v8a/libnotes.so",
            "split_config.x86_64.apk!lib/x86_64/libnotes.so",
        ]
        assert package.read("split_paste.apk!classes.dex")[:4] == b"dex\n"
        assert package.find("classes.dex") == "classes.dex"
        assert package.find("classes.dex", package.parts[4]) == "split_paste.apk!classes.dex"
        manifest, gaps = read_manifest(package)
    assert gaps == []
    assert [component.name for component in manifest.components] == [
        "org.apkvet.samples.notes.MainActivity",
        "org.apkvet.samples.notes.paste.PasteActivity",
    ]
    assert manifest.application.label == "Notes"


def test_the_digest_of_a_file_is_its_own_and_of_a_folder_that_of_its_digests(tmp_path: Path, parts: Path) -> None:
    file = xapk(tmp_path / "notes.xapk", parts)
    with open_package(file) as package:
        assert (package.sha256, package.size) == (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_size)
    digests = sorted(hashlib.sha256((parts / name).read_bytes()).hexdigest() for name in PARTS)
    with open_package(folder(tmp_path / "notes", parts)) as package:
        assert package.sha256 == hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()
        assert package.size == sum((parts / name).stat().st_size for name in PARTS)


def test_apks_for_other_devices_are_left_aside_and_told(tmp_path: Path, parts: Path) -> None:
    with open_package(apks(tmp_path / "notes.apks", parts)) as package:
        (gap,) = splits_gaps(package)
    assert (gap.count, gap.why.startswith("1 APKs of the set hold parts of this app for other devices")) == (1, True)


@pytest.mark.parametrize("name", ["standalones/standalone-x86.apk", "universal.apk"])
def test_a_set_without_splits_is_its_whole_apk(tmp_path: Path, parts: Path, name: str) -> None:
    file = zipped(tmp_path / "notes.apks", ("toc.pb", b""), (name, parts / "universal.apk"))
    with open_package(file) as package:
        assert (package.splits, package.dex_names()) == ((), ["classes.dex", "classes2.dex"])
        assert package.gaps == []


def test_of_whole_apks_for_several_devices_the_largest_is_looked_at(tmp_path: Path, parts: Path) -> None:
    entries = [
        ("standalones/standalone-x86.apk", parts / "base.apk"),
        ("standalones/standalone-arm.apk", parts / "universal.apk"),
    ]
    with open_package(zipped(tmp_path / "notes.apks", *entries)) as package:
        assert package.dex_names() == ["classes.dex", "classes2.dex"]
        assert [gap.count for gap in splits_gaps(package)] == [1]


def test_files_that_a_store_lays_beside_the_app_are_looked_into(tmp_path: Path, parts: Path, root: Path) -> None:
    obb = zipped(tmp_path / "data", ("code.bin", root / "samples/dex/payloads-035.dex")).read_bytes()
    path = "Android/obb/org.apkvet.samples.notes/main.7.obb"
    with open_package(zipped(tmp_path / "notes.xapk", ("base.apk", parts / "base.apk"), (path, obb))) as package:
        assert [one.path for one in package.nested] == [f"{path}!code.bin"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (PARTS[1:], "is a set of splits (4) without its base APK. Add the base APK"),
        (("base.apk", "universal.apk"), "holds 2 base APKs of org.apkvet.samples.notes: several versions or builds of it"),
        (("base.apk", "loader.apk"), "holds 2 apps, not one: org.apkvet.samples.loader, org.apkvet.samples.notes"),
        ((), "is a folder without APK files"),
    ],
)
def test_what_is_not_one_app_is_refused_in_one_line(tmp_path: Path, parts: Path, names: tuple[str, ...], message: str) -> None:
    place = tmp_path / "apps"
    place.mkdir()
    for name in names:
        shutil.copy(parts / name, place)
    with pytest.raises(PackageError) as caught:
        open_package(place)
    assert str(caught.value).startswith(f"{place}: {message}")
    assert "\n" not in str(caught.value)


def test_too_many_parts_are_refused(tmp_path: Path, parts: Path) -> None:
    with pytest.raises(PackageError, match="has 5 APKs, more than the limit of 3"):
        open_package(apkm(tmp_path / "notes.apkm", parts), Limits(parts=3))


def test_a_part_that_cannot_be_read_is_told_and_the_others_are_read(tmp_path: Path, parts: Path) -> None:
    file = zipped(tmp_path / "notes.apkm", ("base.apk", parts / "universal.apk"), ("split_x.apk", b"PK\x03\x04" + bytes(90)))
    with open_package(file) as package:
        assert [(gap.at and gap.at.file, gap.size, gap.why) for gap in splits_gaps(package)] == [
            ("split_x.apk", 94, "A part of the set cannot be read: is a damaged or truncated ZIP file.")
        ]
        assert package.dex_names() == ["classes.dex", "classes2.dex"]


def test_a_split_of_another_app_is_left_out(tmp_path: Path, parts: Path, apks: Path) -> None:
    file = zipped(
        tmp_path / "mixed.zip",
        ("base.apk", apks / "paste-button.apk"),
        *((name, parts / name) for name in PARTS[1:2]),
    )
    with open_package(file) as package:
        assert package.splits == ()
        (gap,) = splits_gaps(package)
    assert gap.why == (
        "split_config.arm64_v8a.apk is a split of org.apkvet.samples.notes, not of org.apkvet.samples.paste; it was left out."
    )


def test_a_split_that_somebody_else_signed_is_told(tmp_path: Path, parts: Path) -> None:
    unsigned = tmp_path / "split_paste.apk"
    with zipfile.ZipFile(parts / "split_paste.apk") as source:
        zipped(unsigned, *((name, source.read(name)) for name in source.namelist()))
    with open_package(zipped(tmp_path / "notes.zip", ("base.apk", parts / "base.apk"), ("p.apk", unsigned))) as package:
        signers, notes = read_signers(package)
    assert len(signers) == 1
    assert [(gap.at.file, gap.why) for gap in notes if isinstance(gap, Gap) and gap.at] == [
        ("split_paste.apk", "The split paste is not signed like the base.")
    ]


BASE = Head("a", 1, None, 21)


@pytest.mark.parametrize(
    ("base", "splits", "why"),
    [
        (replace(BASE, incomplete=True), [], "The base says that it does not work without splits; there are none."),
        (replace(BASE, requires=frozenset({"base__abi"})), [], "The base asks for splits of the types base__abi, which are not there."),
        (BASE, [Head("a", 1, "config.x86", 21, needs=("camera",))], "The split config.x86 is for or uses the split camera, which is not there."),
        (replace(BASE, split="camera"), [], "This is the split camera of an app, without its base."),
    ],
)  # fmt: skip
def test_what_a_set_lacks_is_told(base: Head, splits: list[Head], why: str) -> None:
    assert [(gap.kind, gap.why) for gap in missing_parts(base, splits)] == [("split", why)]


@pytest.mark.parametrize(
    ("base", "splits"),
    [
        (BASE, []),
        (replace(BASE, incomplete=True), [Head("a", 1, "config.x86", 21)]),
        (replace(BASE, requires=frozenset({"base__abi"})), [Head("a", 1, "config.x86", 21, provides=frozenset({"base__abi"}))]),
        (BASE, [Head("a", 1, "camera", 21), Head("a", 1, "camera.config.x86", 21, needs=("camera",))]),
        (BASE, [Head("a", 1, "config.x86", 21, needs=("base",))]),
    ],
)
def test_a_set_that_lacks_nothing_has_no_gap(base: Head, splits: list[Head]) -> None:
    assert [*missing_parts(base, splits)] == []
