"""The matrix of docs/RUNTIMES.md says of each sample what a scan of it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analyzer.facts import ApiCall, ClipboardAccess, Gap, Payload
from analyzer.formats.hermes import versions
from analyzer.scan import observe

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs/RUNTIMES.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in TEXT.splitlines() if line.startswith("| ")][1:]
SAMPLES = {path.stem: path for path in (ROOT / "samples/runtimes").rglob("*.apk")}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2])
def test_row(row: list[str]) -> None:
    runtime, _, sample, version, names, joined, gaps = row
    facts = observe(SAMPLES[sample]).facts
    payloads = [fact for fact in facts if isinstance(fact, Payload)]
    assert [payload.kind for payload in payloads] == [runtime]
    assert (payloads[0].version or "-") == version
    assert ", ".join(payloads[0].uses) == names
    calls = [fact for fact in facts if isinstance(fact, (ApiCall, ClipboardAccess)) and fact.via == "script"]
    assert len(calls) == int(joined)
    assert sum(isinstance(fact, Gap) and fact.kind == "payload" for fact in facts) == int(gaps)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2])
def test_each_sample_has_a_twin_that_uses_nothing(row: list[str]) -> None:
    facts = observe(SAMPLES[row[2].replace("-use", "-unused")]).facts
    assert [payload.uses for payload in facts if isinstance(payload, Payload)] == [()]
    assert not any(isinstance(fact, (ApiCall, ClipboardAccess)) and fact.via == "script" for fact in facts)


def test_the_versions_of_bytecode_are_named() -> None:
    named = re.search(r"Hermes bytecode of the versions ([\d, ]+) and (\d+)", TEXT)
    assert named is not None
    assert tuple(map(int, [*named[1].split(", "), named[2]])) == versions()
