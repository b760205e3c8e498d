"""The domain that somebody registered, by the Public Suffix List that ``publicsuffixlist`` brings: no network, no list of ours.

Reading the whole list costs some hundredths of a second, so its rules are kept by their last label, which decides alone which of
them a host can meet; the library is given those.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.kept import kept

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
    endings = _endings(labels[-1].lower())
    known = endings.publicsuffix(host) is not None
    return endings.privatesuffix(host) if known else ".".join(labels[-2:])


@cache
def has_known_ending(host: str) -> bool:
    """Whether the last label of *host* exists: a form like ``a@b.txt`` is no mail address."""
    last = host.rpartition(".")[2]
    return last in _FOR_TESTS or _endings(last.lower()).publicsuffix(host) is not None


@cache
def _endings(last: str) -> PublicSuffixList:
    """The list's rules for hosts with this last label."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(source=_rules().get(last, ()), accept_unknown=False, accept_encoded_idn=False)


@cache
def _rules() -> dict[str, tuple[str, ...]]:
    from publicsuffixlist import PSLFILE

    data = Path(PSLFILE).read_bytes()
    return kept("suffixes", dict[str, tuple[str, ...]], [data], ("domains.py",), lambda: _by_last_label(data.decode()))


def _by_last_label(text: str) -> dict[str, tuple[str, ...]]:
    """The rules of the list, which is text: https://github.com/publicsuffix/list/wiki/Format."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        rule = line.split(" ")[0].strip().lower()
        if rule and not rule.startswith("//"):
            found.setdefault(rule.rpartition(".")[2].lstrip("!"), []).append(rule)
    return {last: tuple(rules) for last, rules in found.items()}
