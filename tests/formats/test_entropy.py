"""Entropy of bytes."""

from __future__ import annotations

from analyzer.formats.entropy import entropy


def test_entropy_is_in_bits_a_byte() -> None:
    assert entropy(b"") == 0
    assert entropy(b"aaaa") == 0
    assert entropy(b"abab") == 1
    assert entropy(bytes(range(256))) == 8
