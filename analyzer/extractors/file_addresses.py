"""Addresses in a package's other files: resources, text files among the assets, and native libraries.

Native libraries are searched in one build of each (they hold the same texts), assets and libraries up to a number of bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.errors import FormatError
from analyzer.extractors.addresses import Address, mail_addresses, web_addresses
from analyzer.facts import Gap, Place
from analyzer.program.app import App

_SCHEME = re.compile(rb"(?:https?|wss?|ftps?|mqtts?|gs|s3)\Z", re.IGNORECASE)
_URL_BYTES = re.compile(rb"://[!#-;=?-\[\]_a-z~]{3,400}")
_MAIL_BYTES = re.compile(rb"@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_LOCAL = re.compile(rb"[A-Za-z0-9._%+-]{1,64}\Z")
_TEXTS = (
    ".js",
    ".bundle",
    ".json",
    ".html",
    ".htm",
    ".xml",
    ".txt",
    ".properties",
    ".cfg",
    ".yml",
    ".yaml",
    ".ini",
    ".css",
    ".env",
)
_MOST_ASSET_BYTES = 16 << 20
_MOST_NATIVE_BYTES = 24 << 20
_ABIS = ("arm64-v8a", "armeabi-v7a", "armeabi", "x86_64", "x86")


def file_addresses(app: App) -> Iterator[tuple[Address, Place] | Gap]:
    """The addresses in each file, and a gap where files were left out for their size."""
    if app.package.has("resources.arsc"):
        yield from _in_file(app, "resources.arsc", wide=True)
    names = app.package.names()
    texts = [path for path in names if path.startswith(("assets/", "res/raw/")) and path.lower().endswith(_TEXTS)]
    for what, paths, most in (("assets", texts, _MOST_ASSET_BYTES), ("native libraries", _libraries(app), _MOST_NATIVE_BYTES)):
        left, skipped = most, 0
        for path in paths:
            size = app.package.size_of(path)
            if size > left:
                skipped += 1
                continue
            left -= size
            yield from _in_file(app, path, mails=what == "assets")
        if skipped:
            why = f"{skipped} of {len(paths)} {what} were not searched for hosts: together they are over {most >> 20} MB."
            yield Gap("budget", why, count=skipped, could_hide="Hosts that are named there.")


def _libraries(app: App) -> list[str]:
    """One build of each native library, that of the first ABI that has it, the small ones first."""
    paths = [path for path in app.package.names() if path.startswith("lib/") and path.endswith(".so") and path.count("/") == 2]
    found: dict[str, str] = {}
    for path in sorted(paths, key=lambda path: (_ABIS.index(abi) if (abi := path.split("/")[1]) in _ABIS else len(_ABIS), path)):
        found.setdefault(path.rpartition("/")[2], path)
    return sorted(found.values(), key=lambda path: (app.package.size_of(path), path))


def _in_file(app: App, path: str, *, wide: bool = False, mails: bool = True) -> Iterator[tuple[Address, Place] | Gap]:
    try:
        data = app.package.read(path)
    except FormatError as error:
        yield Gap("bad-container", str(error), could_hide="Hosts that are named there.", at=Place(path))
        return
    if wide and b":\0/\0/\0" in data:
        data += b" " + data.replace(b"\0", b"")  # a pool of two bytes a character
    texts: dict[str, None] = {}
    for match in _URL_BYTES.finditer(data):
        scheme = _SCHEME.search(data, max(0, match.start() - 6), match.start())
        if scheme is not None:
            texts[data[scheme.start() : match.end()].decode("ascii")] = None
    for text in texts:
        yield from ((address, Place(path)) for address in web_addresses(text))
    if mails:
        yield from ((address, Place(path)) for address in _mails(data))


def _mails(data: bytes) -> Iterator[Address]:
    texts: dict[str, None] = {}
    for match in _MAIL_BYTES.finditer(data):
        local = _LOCAL.search(data, max(0, match.start() - 64), match.start())
        if local is not None:
            texts[(local[0] + match[0]).decode("ascii")] = None
    for text in texts:
        yield from mail_addresses(text)
