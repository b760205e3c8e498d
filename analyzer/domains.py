"""The domain that somebody registered, by the Public Suffix List that ``publicsuffixlist`` brings: no network, no list of ours.

Reading the list costs some hundredths of a second, so it is read when the first host is looked at.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


_FOR_TESTS = frozenset({"example", "test"})  # RFC 2606: they exist to be written, not to be reached


@cache
def registered_domain(host: str) -> str | None:
    """The part of *host* that one party holds: of ``shop.example.co.uk`` ``example.co.uk``; None for numbers and bare endings.

    Under an ending that is let out (``github.io``, ``s3.amazonaws.com``) it is the tenant's.
    """
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit():
        return None
    known = _endings().publicsuffix(host) is not None
    return _endings().privatesuffix(host) if known else ".".join(labels[-2:])


@cache
def has_known_ending(host: str) -> bool:
    """Whether the last label of *host* exists: a form like ``a@b.txt`` is no mail address."""
    return host.rpartition(".")[2] in _FOR_TESTS or _endings().publicsuffix(host) is not None


@cache
def _endings() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False, accept_encoded_idn=False)
