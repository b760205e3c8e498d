"""What Android refuses a DEX file for is said of each trick, and of no file that it loads."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from analyzer.errors import FormatError
from analyzer.formats.dex import DexFile, open_dex
from analyzer.formats.dex.verifier import circular, refusals, unknown_instructions

SAMPLES = Path(__file__).resolve().parents[3] / "samples"
WRONG_LIST, TWICE = "methods stand in the wrong one of a class's two lists", "a method stands in both lists of its class"
SAID = {
    "dex-annotations": ["annotations of classes do not lie where its map says"],
    "dex-byte-order": [],
    "dex-class-twice": ["1 classes are defined twice, of which the first counts on older versions"],
    "dex-code-missing": ["methods have no code and should, or have some and should not"],
    "dex-code-overlap": ["code items overlap"],
    "dex-code-registers": ["methods have more arguments than registers"],
    "dex-code-shared": [],
    "dex-data": ["its data section lies outside of it"],
    "dex-debug-junk": [],
    "dex-flags": ["methods have flags that cannot be"],
    "dex-junk-behind": [],
    "dex-junk-between": ["there is something between its tables, or they overlap"],
    "dex-link": ["its link section lies outside of it"],
    "dex-long-numbers": [],
    "dex-map-counts": ["its map and its header do not agree"],
    "dex-map-junk": ["its map lies outside of it"],
    "dex-map-outside": ["its map lies outside of it"],
    "dex-map-short": ["data of classes do not lie where its map says"],
    "dex-method-both-lists": [WRONG_LIST, TWICE],
    "dex-method-twice": [],
    "dex-methods-unsorted": [WRONG_LIST, "a class's methods are not in order", TWICE],
    "dex-methods-wrong-list": [WRONG_LIST],
    "dex-source": [],
    "dex-string-bytes": ["texts have another length than they say", "texts are no MUTF-8"],
    "dex-string-length": ["texts have another length than they say"],
    "dex-string-twice": ["its names are not in order or occur twice, so that some may not have been found"],
    "dex-strings-unsorted": ["its names are not in order or occur twice, so that some may not have been found"],
    "dex-values": ["values of classes do not lie where its map says"],
    "dex-zeros-between": [],
}


def code_of(path: Path) -> list[DexFile]:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".dex")]
        return [dex for name in names for dex in open_dex(name, archive.read(name))]


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_of_a_trick(name: str) -> None:
    (dex,) = code_of(SAMPLES / f"hostile/apk/{name}.apk")
    assert list(refusals(dex)) == SAID[name]


def test_nothing_is_said_of_files_that_android_loads() -> None:
    for path in sorted((SAMPLES / "apk").glob("*.apk")):
        for dex in code_of(path):
            assert (dex.deviations, unknown_instructions(dex), circular(dex)) == ((), 0, 0), path


def test_every_file_of_a_container_is_looked_at() -> None:
    for name in ("dex-container", "dex-container-one"):
        for dex in code_of(SAMPLES / f"hostile/apk/{name}.apk"):
            assert (dex.header.version, dex.deviations) == (41, ())


def test_instructions_that_do_not_exist_and_classes_in_a_circle() -> None:
    (dex,) = code_of(SAMPLES / "hostile/apk/dex-unreachable.apk")
    assert (dex.deviations, unknown_instructions(dex)) == ((), 1)
    (dex,) = code_of(SAMPLES / "hostile/apk/dex-superclass-cycle.apk")
    assert (dex.deviations, circular(dex)) == ((), 1)


def test_a_file_cut_short_or_changed_ends_in_an_answer() -> None:
    with zipfile.ZipFile(SAMPLES / "hostile/apk/untouched.apk") as archive:
        good = archive.read("classes.dex")
    said: set[str] = set()
    for at in range(0x20, len(good), 3):
        changed = good[:at] + b"\xff\xff\x7f" + good[at + 3 :]
        try:
            (dex,) = open_dex("x", changed)
        except FormatError:
            continue
        said.update(refusals(dex))
        assert unknown_instructions(dex) >= circular(dex) - len(dex.pools.classes)
    assert len(said) > 15
