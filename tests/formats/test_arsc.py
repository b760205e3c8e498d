"""Resource tables: what Android refuses is said, what it does not is not, and any bytes end in an answer."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.formats.arsc import Resources

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
NETWORK, LABEL = "@7F020000", "@7F030000"


def table_of(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read("resources.arsc")


GOOD = table_of(SAMPLES / "hostile/apk/untouched.apk")
REFUSED = "Android refuses the resource table: "


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("untouched", None),
        ("arsc-sparse", None),
        ("arsc-compact", None),
        ("arsc-junk", None),
        ("arsc-two-packages", None),
        ("arsc-tail", None),
        ("arsc-count-low", "it counts 0 packages and has 1"),
        ("arsc-size-high", "it says that it is longer than the file"),
        ("arsc-no-specification", "nothing specifies type 2; nothing specifies type 3"),
        ("arsc-pool-count", "of a pool of strings: it counts 1073741823 strings in 112 bytes"),
        ("arsc-pool-unterminated", "of a pool of strings: its last string has no end"),
        ("arsc-type-counts", "a type has 65536 entries"),
        ("arsc-type-overlap", "the entries of a type do not lie behind their table"),
        ("arsc-type-zero", "nothing specifies type 0"),
        ("arsc-unaligned", "a chunk is not in line with four bytes"),
    ],
)
def test_what_is_said_of_a_trick(name: str, problem: str | None) -> None:
    table = Resources(table_of(SAMPLES / f"hostile/apk/{name}.apk"))
    assert table.resolve(LABEL) == "Clipboard proxy"
    assert table.problem == (None if problem is None else REFUSED + problem)


def test_nothing_is_said_of_tables_that_android_loads() -> None:
    for path in sorted((SAMPLES / "apk").glob("*.apk")):
        with zipfile.ZipFile(path) as archive:
            table = Resources(archive.read("resources.arsc")) if "resources.arsc" in archive.namelist() else Resources(None)
        table.resolve(LABEL)
        assert table.problem is None, path


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=8), st.integers(0, len(GOOD)))
def test_any_changed_bytes_end_in_a_text_or_none(changes: list[tuple[int, int]], end: int) -> None:
    data = bytearray(GOOD)
    for at, byte in changes:
        data[at] = byte
    table = Resources(bytes(data[:end]))
    for resource in (NETWORK, LABEL):
        assert isinstance(table.resolve(resource), str | None)
    assert isinstance(table.named(["app_name", "label"]), dict)
