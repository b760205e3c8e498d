"""Keys in a package are found where they are, and their values are in no output."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from analyzer.assess import assess
from analyzer.extractors.secret_shapes import masked
from analyzer.facts import Observation, Secret, load_observation, save_observation
from analyzer.facts.text import format_fact
from analyzer.policy import load_policy
from analyzer.reporting import FORMATS, Format, load_look, present
from analyzer.result import Result
from analyzer.scan import load_rules, observe

# The made-up values of samples/destinations/src/keys.
VALUES = (
    "AKIASAMPLEDESTKEYABC",
    "AIzaSyD3st1nat10nsSampleKey0123456789AB",
    "1:123456789012:android:0123456789abcdef",
    "0123456789abcdef0123456789abcdef",
    "sampleSampleSampleSample",
    "sampleAzureKeysampleAzureKey",
    "0000sampleSentryKey000000000000a",
)


@pytest.fixture(scope="module")
def seen() -> tuple[Observation, Result]:
    ruleset, watch = load_rules()
    observation = observe(Path(__file__).resolve().parents[2] / "samples/destinations/apk/keys.apk", watch)
    return observation, assess(observation, ruleset, load_policy())


def test_what_they_are_and_where(seen: tuple[Observation, Result]) -> None:
    found = {fact.kind: (fact.owner.kind, fact.at and fact.at.file) for fact in seen[0].facts if isinstance(fact, Secret)}
    assert found == {
        "aws-access-key": ("app", "classes.dex"),
        "azure-storage-key": ("unknown", "assets/store.json"),
        "firebase-app-id": ("unknown", "resources.arsc"),
        "google-api-key": ("app", "classes.dex"),
        "mixpanel-write-key": ("app", "classes.dex"),
        "sentry-write-key": ("unknown", "AndroidManifest.xml"),
        "slack-webhook": ("app", "classes.dex"),
    }


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_no_format_holds_a_value(seen: tuple[Observation, Result], name: Format) -> None:
    out = io.BytesIO()
    present(seen[1], name, out, load_look("en", None))
    text = unpacked(out.getvalue())
    assert text
    assert [value for value in VALUES if value in text] == []


def unpacked(data: bytes) -> str:
    """The text of a report; of a workbook that of all its parts."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return data.decode("utf-8")


def test_no_fact_holds_a_value_and_all_are_whole(seen: tuple[Observation, Result], tmp_path: Path) -> None:
    save_observation(seen[0], tmp_path / "seen.msgpack")
    text = "\n".join(map(format_fact, seen[0].facts)) + (tmp_path / "seen.msgpack").read_bytes().decode("latin-1")
    assert [value for value in VALUES if value in text] == []
    assert load_observation(tmp_path / "seen.msgpack") == seen[0]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("AIzaSyD3st1nat10nsSampleKey0123456789AB", "AIza…AB"), ("12345678", "1…"), ("ab", "…"), ("line\n" * 8, "line…ne")],
)
def test_masking(value: str, shown: str) -> None:
    assert masked(value) == shown
