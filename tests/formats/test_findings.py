"""Inputs that a fuzzer once got something else out of than a reading or a refusal; named for what reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.errors import FormatError
from analyzer.formats.axml import read_axml
from analyzer.formats.dex import open_dex

FINDINGS = sorted((Path(__file__).parent / "findings").iterdir())


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: path.name)
def test_a_finding_ends_in_a_reading_or_a_refusal(path: Path) -> None:
    data, reader = path.read_bytes(), path.name.partition("-")[0]
    try:
        assert open_dex("x", data) if reader == "dex" else read_axml(data)
    except FormatError as error:
        assert "\n" not in str(error)
