"""Addresses in a text: of the web, of mail, and bare hosts. Forms only: whose they are is another question.

RFC 3986 for the parts of an address, RFC 1123 for host names. A host that is not complete in the text (``https://%s.example``,
``https://`` and no more) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from analyzer.facts import EndpointKind

PLAIN = frozenset({"http", "ws", "ftp", "mqtt"})
_SCHEMES = "https?|wss?|ftps?|mqtts?|gs|s3"
# Scheme, an optional user and password that is not kept, host, port, and what follows up to a blank or quote.
_URL = re.compile(
    rf"(?<![A-Za-z0-9+.-])({_SCHEMES})://(?:[^\s/@\"'<>]{{1,80}}@)?([A-Za-z0-9._-]{{1,253}})(?::[0-9]{{1,5}})?"
    r"(?![A-Za-z0-9._%{}$-])([/?#][!#-;=?-\[\]_a-z~]{0,400})?",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"(?<![A-Za-z0-9._%+/-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,4}[A-Za-z]{2,24})(?![\w-])"
)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}|localhost")
_NUMBERS = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])")
_BUCKETS = {"gs": "storage.googleapis.com", "s3": "s3.amazonaws.com"}
# An asset for a denser screen is named like an address: icon@2x.png.
_FILES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "svg", "js", "css", "json", "xml", "html", "java", "kt", "so", "zip"})
_LONGEST = 4000


class Address(Struct, frozen=True):
    """A host and how a text names it: ``url`` without what was asked (after ``?``), '' where only the host is there."""

    kind: EndpointKind
    host: str
    scheme: str
    url: str


def web_addresses(text: str) -> Iterator[Address]:
    """The complete web addresses in *text*."""
    for match in _URL.finditer(text[:_LONGEST]):
        scheme, host = match[1].lower(), match[2].lower().rstrip(".")
        path = (match[3] or "").partition("?")[0].partition("#")[0].rstrip(".,;)")
        if scheme in _BUCKETS:
            if len(host) > 2:
                yield Address("host", _BUCKETS[scheme], scheme, f"{scheme}://{host}{path[:120]}")
        elif is_host(host):
            yield Address("host", host, scheme, f"{scheme}://{host}{path[:120]}")


def mail_addresses(text: str) -> Iterator[Address]:
    """The domains of the mail addresses in *text*; the address itself may be a person's and is not kept."""
    for match in _MAIL.finditer(_URL.sub(" ", text[:_LONGEST])):  # a user before a host is no mail address
        host = match[1].lower()
        if host.rpartition(".")[2] not in _FILES:
            yield Address("mail", host, "mailto", "")


def bare_host(text: str) -> Address | None:
    """The host that *text* is, as a call takes it: with a port or path behind it or not."""
    host, _, _ = text.strip().partition("/")
    host, _, port = host.partition(":")
    host = host.lower().rstrip(".")
    return Address("host", host, "", "") if is_host(host) and (port.isdigit() or not port) else None


def is_host(host: str) -> bool:
    """Whether *host*, in lower case, is a host name with a dot, an address in numbers, or this device."""
    return _HOST.fullmatch(host) is not None or _NUMBERS.fullmatch(host) is not None
