"""Marks of packers, files that look random, holes in the numbering of DEX files: told where they are, and nowhere else."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from analyzer.container import open_package
from analyzer.errors import RuleError
from analyzer.extractors.hidden_files import HidingTables, hidden_files, load_hiding_tables
from analyzer.facts import Gap, Trait
from analyzer.platform.hierarchy import load_hierarchy
from analyzer.program.app import App, build_app
from analyzer.program.manifest import read_manifest
from analyzer.program.ownership import load_owner_tables
from analyzer.resources import rules_dir

KNOWLEDGE = rules_dir() / "knowledge"
TABLES = load_hiding_tables(KNOWLEDGE)


def random_bytes(size: int) -> bytes:
    return b"".join(hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(size // 32))


@contextmanager
def package(apks: Path, tmp_path: Path, more: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Iterator[App]:
    """The sample ``identifiers`` with *more* files."""
    path = tmp_path / "more.apk"
    with zipfile.ZipFile(apks / "identifiers.apk") as given, zipfile.ZipFile(path, "w", compression) as archive:
        for name in given.namelist():
            archive.writestr(name, given.read(name))
        for name, data in more.items():
            archive.writestr(name, data)
    with open_package(path) as opened:
        manifest, _ = read_manifest(opened)
        yield build_app(opened, manifest, load_hierarchy(), load_owner_tables(KNOWLEDGE))


def told(app: App, tables: HidingTables = TABLES) -> list[tuple[str, str, str]]:
    found = hidden_files(app, tables)
    return [
        (f.kind if isinstance(f, Gap) else f.name, f.at.file if f.at else "", f.why if isinstance(f, Gap) else "") for f in found
    ]


RANDOM = "The file looks random and is of no format that apkvet knows."


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    ("name", "data", "is_told"),
    [
        ("assets/x.bin", random_bytes(8192), True),
        ("assets/x.png", random_bytes(8192), True),  # a name says nothing
        ("x", random_bytes(8192), True),
        ("assets/x.bin", b"\x89PNG" + random_bytes(8192), False),
        ("assets/x.bin", b"\0\0\0\x18ftypmp42" + random_bytes(8192), False),
        ("assets/x.bin", random_bytes(2048), False),
        ("assets/x.bin", bytes(8192), False),
        ("assets/x.bin", random_bytes(8192) + bytes(8192), False),
    ],
)
def test_files_that_look_random(apks: Path, tmp_path: Path, compression: int, name: str, data: bytes, is_told: bool) -> None:
    with package(apks, tmp_path, {name: data}, compression) as app:
        assert told(app) == ([("opaque", name, RANDOM)] if is_told else [])


def test_very_many_such_files_are_summed_up(apks: Path, tmp_path: Path) -> None:
    with package(apks, tmp_path, {f"assets/{n}.bin": random_bytes(4096 + 32 * n) for n in range(8)}) as app:
        found = [f for f in hidden_files(app, TABLES) if isinstance(f, Gap)]
    assert [gap.at.file for gap in found if gap.at] == [f"assets/{n}.bin" for n in (7, 6, 5, 4, 3, 2)]
    assert (found[-1].count, found[-1].why) == (3, "3 further files look random and are of no format that apkvet knows.")
    assert found[-1].size == 3 * 4096 + 32 * 3


@pytest.mark.parametrize(
    ("name", "packer"),
    [
        ("lib/arm64-v8a/libjiagu.so", "360 Jiagu"),
        ("assets/libjiagu_x86.so", "360 Jiagu"),
        ("lib/x86/libDexHelper-x86.so", "Bangcle"),
        ("assets/ijm_lib/armeabi/libexec.so", "Ijiami"),
        ("lib/arm64-v8a/libpairipcore.so", "Google Play automatic protection"),
        ("lib/arm64-v8a/libjiaguo.so", None),
        ("assets/other/libjiagu.so", None),
        ("res/raw/ijiami.dat", None),
    ],
)
def test_marks_of_packers(apks: Path, tmp_path: Path, name: str, packer: str | None) -> None:
    with package(apks, tmp_path, {name: b"x"}) as app:
        assert [(kind, file) for kind, file, _ in told(app)] == ([("packed", name)] if packer else [])
        assert all(f"Marks of {packer}: " in why for _, _, why in told(app))


@pytest.mark.parametrize(
    ("names", "behind"),
    [((), []), ((2,), []), ((2, 3), []), ((3,), ["classes3.dex"]), ((2, 4, 5), ["classes4.dex", "classes5.dex"])],
)
def test_dex_files_behind_a_hole(apks: Path, tmp_path: Path, names: tuple[int, ...], behind: list[str]) -> None:
    with zipfile.ZipFile(apks / "identifiers.apk") as given:
        dex = given.read("classes.dex")
    with package(apks, tmp_path, {f"classes{n}.dex": dex for n in names}) as app:
        found = [f for f in hidden_files(app, TABLES) if isinstance(f, Trait)]
    assert [(trait.name, trait.value) for trait in found] == [("dex-behind-hole", name) for name in behind]


@pytest.mark.parametrize(
    ("file", "row"),
    [("packers.tsv", "somewhere\tx\ty\tz"), ("known_formats.tsv", "zero\t00\tx\ty"), ("known_formats.tsv", "0\txx\tx\ty")],
)
def test_a_row_that_makes_no_sense_is_refused(tmp_path: Path, file: str, row: str) -> None:
    for name in ("packers.tsv", "known_formats.tsv"):
        (tmp_path / name).write_bytes((KNOWLEDGE / name).read_bytes())
    with (tmp_path / file).open("a", encoding="utf-8") as table:
        table.write(f"{row}\n")
    with pytest.raises(RuleError):
        load_hiding_tables(tmp_path)
