"""The forms of secrets: found wherever they stand, and only where nothing belongs to them before or behind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.extractors.secret_shapes import SecretTables, load_secret_tables, masked, secrets_in
from analyzer.resources import rules_dir

KEY = b"AKIASAMPLEDESTKEYABC"


@pytest.fixture(scope="module")
def tables() -> SecretTables:
    return load_secret_tables(rules_dir() / "knowledge")


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (KEY, ["aws-access-key"]),
        (b'key="' + KEY + b'"', ["aws-access-key"]),
        (KEY + b" " + KEY, ["aws-access-key", "aws-access-key"]),
        (b"X" + KEY, []),
        (KEY + b"D", []),
        (KEY[:-1], []),
        (b"", []),
        (b"AK", []),
        (b"https://hooks.slack.com/services/T0SAMPLE0/B0SAMPLE0/sampleSampleSampleSample", ["slack-webhook"]),
        (b"eu-west-1:01234567-89ab-cdef-0123-456789abcdef", ["aws-cognito-pool"]),
    ],
)
def test_forms(tables: SecretTables, data: bytes, kinds: list[str]) -> None:
    assert [found.kind for _, found in secrets_in(data, tables.shapes)] == kinds


@given(before=st.binary(max_size=30), after=st.binary(max_size=30))
def test_a_key_is_found_between_any_bytes(before: bytes, after: bytes) -> None:
    tables = load_secret_tables(rules_dir() / "knowledge")
    data = before + b"\0" + KEY + b"\0" + after
    assert (len(before) + 1, KEY.decode()) in [(at, found.value) for at, found in secrets_in(data, tables.shapes)]


@given(st.text(min_size=12))
def test_a_masked_value_is_not_the_value(value: str) -> None:
    assert value not in masked(value)
    assert len(masked(value)) <= 7
