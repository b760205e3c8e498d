"""Whole DEX files: the committed fixtures against what dexdump says of them, and damaged ones."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import FormatError
from analyzer.formats.dex import DexFile, open_dex
from analyzer.formats.dex.verifier import circular, unknown_instructions

FOLDER = Path(__file__).resolve().parents[3] / "samples/dex"
READ_BY_DEXDUMP = sorted(path.name.removesuffix(".truth.tsv") for path in FOLDER.glob("*.truth.tsv"))


def listing(dex: DexFile) -> Counter[str]:
    """The lines of a truth file, from apkvet's columns."""
    lines: Counter[str] = Counter()
    for item in range(len(dex.items.offset)):
        size = int(dex.instructions.first[item + 1] - dex.instructions.first[item])
        for row in dex.methods_of_item(item):
            lines[f"size\t{dex.pools.method(int(dex.methods.method[row]))}\t{size}"] += 1
    for kind, xrefs, name in (
        ("invoke", dex.invokes, dex.pools.method),
        ("string", dex.strings_loaded, lambda row: dex.pools.string(row).encode("unicode_escape").decode()),
    ):
        for row, target in zip(xrefs.row.tolist(), xrefs.target.tolist(), strict=True):
            for method in dex.methods_of_item(int(dex.instructions.item[row])):
                caller = dex.pools.method(int(dex.methods.method[method]))
                lines[f"{kind}\t{caller}\t{dex.offset_of(row):04x}\t{name(target)}"] += 1
    return lines


def truth(name: str) -> Counter[str]:
    return Counter((FOLDER / f"{name}.truth.tsv").read_text().splitlines())


def read(name: str) -> list[DexFile]:
    return open_dex(name, (FOLDER / f"{name}.dex").read_bytes())


@pytest.mark.parametrize("name", READ_BY_DEXDUMP)
def test_reads_what_dexdump_reads(name: str) -> None:
    (dex,) = read(name)
    assert listing(dex) == truth(name)
    assert (dex.items.bad, dex.items.refused, dex.instructions.cut, dex.methods.bad) == (0, 0, 0, 0)


def test_the_truth_covers_every_version_and_both_dynamic_invokes() -> None:
    assert {name[-3:] for name in READ_BY_DEXDUMP} == {"035", "037", "038", "039"}
    assert any("MethodHandle;->invokeExact" in line for line in truth("dynamic-038"))


def test_version_040_reads_like_039() -> None:
    (dex,) = read("payloads-040")
    assert dex.header.version == 40
    assert listing(dex) == truth("payloads-039")


def test_a_container_of_version_041_holds_both_files() -> None:
    first, second = read("container-041")
    assert (first.name, second.name) == ("container-041", "container-041!1")
    assert (first.header.offset, second.header.offset) == (0, first.header.end)
    assert listing(first) == truth("payloads-035")
    assert listing(second) == truth("payloads-039")


def test_methods_that_share_a_code_item_both_have_its_code() -> None:
    (dex,) = read("shared-code-035")
    shared = [dex.methods_of_item(item) for item in range(len(dex.items.offset))]
    assert [len(rows) for rows in shared].count(2) == 1


def test_code_items_that_overlap_are_each_read_in_full() -> None:
    (dex,) = read("payloads-035")
    item = int(dex.items.offset[0])
    data = bytearray(dex.data)
    # The first item's size is made to reach into the second: two layers, nothing lost of the second.
    struct.pack_into("<I", data, item + 12, int(dex.items.end[1] - dex.items.start[0]))
    (changed,) = open_dex("x", bytes(data))
    assert len(changed.items.layer_ends) == 2
    row = changed.items.offset.tolist().index(int(dex.items.offset[1]))
    size = changed.instructions.first[row + 1] - changed.instructions.first[row]
    assert size == dex.instructions.first[2] - dex.instructions.first[1]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("not-a-dex", "does not start with the DEX magic"),
        ("truncated", "a string offset points outside the file"),
        ("header-only", "string table"),
        ("string-outside", "string offset points outside"),
        ("class-data-outside", "class's data points outside"),
        ("superclass-outside", "superclass points outside"),
    ],
)
def test_a_damaged_file_is_refused_with_the_reason(name: str, message: str) -> None:
    data = (FOLDER / "malformed" / f"{name}.dex").read_bytes()
    with pytest.raises(FormatError, match=message):
        open_dex(name, data)


def test_a_table_that_is_said_to_be_too_long_has_as_many_rows_as_the_map_says() -> None:
    (dex,) = open_dex("x", (FOLDER / "malformed/huge-string-table.dex").read_bytes())
    assert listing(dex) == truth("payloads-035")
    assert dex.deviations[0] == f"its string table is said to have 2147483647 rows and has room for {dex.header.strings.size}"


def test_a_version_that_is_not_known_is_read_like_the_others_and_said() -> None:
    (dex,) = open_dex("x", (FOLDER / "malformed/version-099.dex").read_bytes())
    assert listing(dex) == truth("payloads-035")
    assert dex.deviations == ("DEX version 099 is not known, and was read like those that are",)
    with pytest.raises(FormatError, match="version 099 is not known"):
        open_dex("x", (FOLDER / "malformed/version-099.dex").read_bytes()[:0x70])


GOOD = (FOLDER / "both-039.dex").read_bytes()


@given(st.lists(st.tuples(st.integers(0x20, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=12))
def test_any_changed_bytes_end_in_a_reading_or_a_refusal(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for at, value in changes:
        data[at] = value
    try:
        for dex in open_dex("x", bytes(data)):
            listing(dex)
            assert all("\n" not in clause for clause in dex.deviations)
            assert circular(dex) >= 0 <= unknown_instructions(dex)
    except FormatError:
        pass


@given(st.integers(0, len(GOOD) - 1))
def test_any_truncation_is_refused_or_said(length: int) -> None:
    try:
        (dex,) = open_dex("x", GOOD[:length])
    except FormatError:
        return
    assert f"it says that it has {len(GOOD)} bytes and has {length}" in dex.deviations


@pytest.mark.skipif(not shutil.which("dexdump"), reason="install dexdump (Debian: apt install dexdump)")
def test_the_sample_packages_read_as_dexdump_reads_them(root: Path, apks: Path, tmp_path: Path) -> None:
    for apk in apks.glob("*.apk"):
        with zipfile.ZipFile(apk) as archive:
            names = [name for name in archive.namelist() if name.endswith(".dex")]
            assert names
    script = root / "bench/dex_vs_dexdump.py"
    done = subprocess.run(
        [sys.executable, script, apks, FOLDER / "both-039.dex"], capture_output=True, text=True, cwd=root, check=False
    )
    assert done.stdout.splitlines()[-1].endswith(": 0 differences")
    assert done.returncode == 0
