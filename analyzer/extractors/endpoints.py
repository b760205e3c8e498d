"""Hosts that the package names: in texts that its code loads, in its resources and in its assets.

A host that is named is *carried*: whether it is talked to is another question. Which of them are mere names - XML namespaces,
licences, documentation - is decided later, by a table (``rules/knowledge/host_noise.tsv``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from analyzer.errors import PackageError
from analyzer.facts import Endpoint, Gap, Owner, Place
from analyzer.formats.dex import DexFile
from analyzer.program.app import App

_SCHEMES = ("http://", "https://", "ws://", "wss://", "ftp://", "mqtt://", "mqtts://")
_PLAIN = frozenset({"http", "ws", "ftp", "mqtt"})
# RFC 3986: scheme, an optional user and password that is not kept, host, port, and what follows up to a blank or quote.
_URL = re.compile(
    r"(https?|wss?|ftp|mqtts?)://(?:[^\s/@\"'<>]{1,80}@)?([A-Za-z0-9._-]{1,253})(?::[0-9]{1,5})?([/?#][!#-;=?-\[\]_a-z~]{0,400})?"
)
_BYTES_URL = re.compile(rb"(?:https?|wss?|ftp|mqtts?)://[!#-;=?-Z_a-z~]{4,400}")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|localhost")
_ASSETS = (".js", ".json", ".html", ".htm", ".xml", ".txt", ".properties", ".cfg", ".yml", ".yaml", ".ini", ".css")
_MOST_ASSET_BYTES = 16 << 20
_MOST_FACTS = 3000
_MOST_URLS = 5
_NOBODY = Owner("unknown")


class _Named(NamedTuple):
    """A host with one of its addresses, whose text it is and where."""

    host: str
    scheme: str
    url: str
    owner: Owner
    at: Place


def endpoint_facts(app: App) -> Iterator[Endpoint | Gap]:
    """A fact for each host, owner and file, with up to five addresses; the place is that of the first."""
    found: dict[tuple[str, Owner, str], list[_Named]] = {}
    cut = False
    for named in _all(app):
        key = (named.host, named.owner, named.at.file)
        if key not in found and len(found) >= _MOST_FACTS:
            cut = True
            continue
        found.setdefault(key, []).append(named)
    pinned = app.manifest.network_security.pinned_domains if app.manifest.network_security else ()
    for (host, owner, _), all_ in sorted(found.items(), key=lambda item: (item[0][0], item[0][1], item[0][2])):
        urls = tuple(dict.fromkeys(named.url for named in all_))[:_MOST_URLS]
        yield Endpoint(
            host,
            urls,
            owner,
            any(named.scheme in _PLAIN for named in all_),
            any(host == domain or host.endswith(f".{domain}") for domain in pinned),
            at=all_[0].at,
        )
    if cut:
        yield Gap("budget", f"More than {_MOST_FACTS} hosts are named; the first are listed.", could_hide="Further hosts.")


def _all(app: App) -> Iterator[_Named]:
    for dex in app.dex_files:
        yield from _in_code(app, dex)
    yield from _in_files(app)


def _in_code(app: App, dex: DexFile) -> Iterator[_Named]:
    """Addresses in string constants; strings are sorted, so those that begin with a scheme stand together."""
    loaded = dex.strings_loaded
    wanted = np.zeros(len(dex.pools.string_offsets) + 1, dtype=bool)
    for scheme in _SCHEMES:
        low, high = dex.pools.strings_with_prefix(scheme.encode("ascii"))
        wanted[low:high] = True
    for at in np.flatnonzero(wanted[loaded.target]).tolist():
        row = int(loaded.row[at])
        addresses = list(_addresses(dex.pools.string(int(loaded.target[at]))))
        for method in dex.methods_of_item(int(dex.instructions.item[row])) if addresses else ():
            name = int(dex.methods.method[method])
            owner = app.ownership.owner(dex.pools.method_holder(name))
            place = Place(dex.name, dex.pools.method(name), dex.offset_of(row))
            yield from (_Named(host, scheme, url, owner, place) for host, scheme, url in addresses)


def _in_files(app: App) -> Iterator[_Named]:
    """Addresses in the resource table and in text files of the assets; whose they are is not known."""
    left = _MOST_ASSET_BYTES
    for path in app.package.names():
        if path != "resources.arsc" and not (path.startswith(("assets/", "res/raw/")) and path.endswith(_ASSETS)):
            continue
        left -= app.package.size_of(path)
        if left < 0:
            return
        try:
            data = app.package.read(path)
        except PackageError:
            continue
        if path == "resources.arsc" and b"h\0t\0t\0p\0" in data:
            data += b" " + data.replace(b"\0", b"")  # a pool of two bytes a character
        texts = dict.fromkeys(match.decode("ascii") for match in _BYTES_URL.findall(data))
        yield from (_Named(host, scheme, url, _NOBODY, Place(path)) for text in texts for host, scheme, url in _addresses(text))


def _addresses(text: str) -> Iterable[tuple[str, str, str]]:
    """Host, scheme and address (without what follows a question mark) of each address in *text*."""
    for match in _URL.finditer(text[:2000]):
        host = match[2].lower().rstrip(".")
        if _HOST.fullmatch(host):
            path = (match[3] or "").partition("?")[0].partition("#")[0].rstrip(".,;)")
            yield host, match[1], f"{match[1]}://{host}{path[:120]}"
