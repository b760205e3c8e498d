"""ULEB128: the vectorised reading equals the plain one on anything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import FormatError
from analyzer.formats.dex.leb128 import read_uleb128, read_uleb128_run


def encode(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


@pytest.mark.parametrize(
    ("data", "value"), [(b"\x00", 0), (b"\x7f", 127), (b"\x80\x7f", 16256), (b"\xff\xff\xff\xff\x0f", 2**32 - 1)]
)
def test_examples_of_the_specification(data: bytes, value: int) -> None:
    assert read_uleb128(data, 0) == (value, len(data))


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_a_run_decodes_to_what_was_encoded(values: list[int]) -> None:
    parts = [encode(value) for value in values]
    run = read_uleb128_run(np.frombuffer(b"".join(parts), np.uint8))
    assert run.values.tolist() == values
    assert run.starts.tolist() == [sum(map(len, parts[:i])) for i in range(len(parts))]


@given(st.binary(max_size=40))
def test_a_run_agrees_with_single_reads_on_any_bytes(data: bytes) -> None:
    run = read_uleb128_run(np.frombuffer(data, np.uint8))
    for start, value in zip(run.starts.tolist(), run.values.tolist(), strict=True):
        if any(byte < 0x80 for byte in data[start : start + 5]):
            assert read_uleb128(data, start)[0] == value & 0xFFFFFFFF


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff\xff\xff\xff\xff\x01"])
def test_a_number_without_end_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        read_uleb128(data, 0)
