"""Registered domains: what the whole list answers, by the rules of a host's own last label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publicsuffixlist import PublicSuffixList

from analyzer.domains import has_known_ending, registered_domain

WHOLE = PublicSuffixList(accept_unknown=False, accept_encoded_idn=False)
LABELS = st.sampled_from(
    ["a", "co", "com", "uk", "ck", "www", "github", "io", "公司", "cn", "xn--55qx5d", "kawasaki", "city", "jp", "zz", "COM"]
)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("shop.example.co.uk", "example.co.uk"),
        ("a.b.github.io", "b.github.io"),
        ("www.ck", "www.ck"),  # an exception to *.ck
        ("a.b.ck", "a.b.ck"),
        ("co.uk", None),
        ("a.internal", "a.internal"),
        ("10.0.0.1", None),
        ("localhost", None),
    ],
)
def test_what_somebody_registered(host: str, domain: str | None) -> None:
    assert registered_domain(host) == domain


@given(st.lists(LABELS, min_size=2, max_size=5).map(".".join))
def test_the_rules_of_the_last_label_decide(host: str) -> None:
    known = WHOLE.publicsuffix(host) is not None
    assert has_known_ending(host) == known
    if known:
        assert registered_domain(host) == WHOLE.privatesuffix(host)
