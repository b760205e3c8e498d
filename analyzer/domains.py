"""The domain that somebody registered, by the Public Suffix List that ``publicsuffixlist`` brings: no network, no list of ours.

Reading the whole list costs some hundredths of a second, so its rules are kept by their last label, and the library is given
those that a host can meet by its last two.
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
    endings = _endings(*labels[-2:])
    known = endings.publicsuffix(host) is not None
    return endings.privatesuffix(host) if known else ".".join(labels[-2:])


@cache
def has_known_ending(host: str) -> bool:
    """Whether the last label of *host* exists: a form like ``a@b.txt`` is no mail address."""
    before, _, last = host.rpartition(".")
    return last in _FOR_TESTS or _endings(before.rpartition(".")[2], last).publicsuffix(host) is not None


@cache
def _endings(second: str, last: str) -> PublicSuffixList:
    """The list's rules for hosts with these last two labels."""
    from publicsuffixlist import PublicSuffixList

    fitting = ("", "*", second.lower())
    rules = _rules().get(last.lower(), "").split()
    rules = [rule for rule in rules if rule.lstrip("!").rpartition(".")[0].rpartition(".")[2] in fitting]
    return PublicSuffixList(source=rules, accept_unknown=False, accept_encoded_idn=False)


@cache
def _rules() -> dict[str, str]:
    """The rules of the list by their last label, with blanks between them."""
    from publicsuffixlist import PSLFILE

    data = Path(PSLFILE).read_bytes()
    return kept("suffixes", dict[str, str], [data], ("domains.py",), lambda: _by_last_label(data.decode()))


def _by_last_label(text: str) -> dict[str, str]:
    """The rules of the list, which is text: https://github.com/publicsuffix/list/wiki/Format."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        rule = line.split(" ")[0].strip().lower()
        if rule and not rule.startswith("//"):
            found.setdefault(rule.rpartition(".")[2].lstrip("!"), []).append(rule)
    return {last: " ".join(rules) for last, rules in found.items()}
