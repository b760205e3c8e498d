"""Inputs that a fuzzer once got something else out of than a reading or a refusal; named for what reads them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from analyzer.container import Limits
from analyzer.container.archive import Archive, Meter
from analyzer.errors import FormatError
from analyzer.formats.axml import read_axml
from analyzer.formats.dex import open_dex
from analyzer.formats.elf import open_elf

READERS: dict[str, Callable[[bytes], object]] = {
    "dex": lambda data: open_dex("x", data),
    "axml": read_axml,
    "zip": lambda data: Archive(io.BytesIO(data), "", Limits(), Meter()),
    "elf": lambda data: open_elf(data, "x").tails,
}
FINDINGS = sorted((Path(__file__).parent / "findings").iterdir())


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: path.name)
def test_a_finding_ends_in_a_reading_or_a_refusal(path: Path) -> None:
    data, reader = path.read_bytes(), path.name.partition("-")[0]
    try:
        READERS[reader](data)
    except FormatError as error:
        assert "\n" not in str(error)
