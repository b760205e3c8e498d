"""Addresses and secrets in a package's other files: resources, text files among the assets, and native libraries.

Native libraries are searched in one build of each (they hold the same texts), assets and libraries up to a number of bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from analyzer import limits
from analyzer.errors import FormatError
from analyzer.extractors.addresses import Address, bare_host, mail_addresses, web_addresses
from analyzer.extractors.secret_shapes import KEY, Found, SecretTables, secrets_in
from analyzer.facts import Gap, Place, Trait
from analyzer.formats.arsc import Resources
from analyzer.program.app import App
from analyzer.program.documents import resource_table

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
_MOST_NATIVE_BYTES = 8 << 20
_LISTS, _MOST_BYTES_OF_A_LIST = (".txt", ".yaml", ".yml"), 1 << 20  # larger ones are dictionaries and models
_CREDIT = re.compile(r"(?:library|define|license)_\w+")
_BUCKET, _PROJECT = "google_storage_bucket", "project_id"
_ABIS = ("arm64-v8a", "armeabi-v7a", "armeabi", "x86_64", "x86")


class InFiles(Struct, frozen=True):
    """What the files hold: ``addresses`` and ``secrets`` with their files, what else they say, and what was left out."""

    addresses: list[tuple[Address, Place]]
    secrets: list[tuple[Found, Place]]
    notes: list[Trait | Gap]


def search_files(app: App, tables: SecretTables) -> InFiles:
    """Read each file once and look for everything."""
    found = InFiles([], [], [])
    for part in app.package.parts:
        if app.package.has(part.resources):
            _in_file(app, part.resources, tables, found, resources=True)
    texts = [path for path in app.package.named(("assets/", "res/raw/")) if path.lower().endswith(_TEXTS)]
    for what, paths, most in (("assets", texts, limits.ASSET_BYTES), ("native libraries", _libraries(app), _MOST_NATIVE_BYTES)):
        left, skipped = most, 0
        for path in paths:
            size = app.package.size_of(path)
            if size > left or (size > _MOST_BYTES_OF_A_LIST and path.lower().endswith(_LISTS)):
                skipped += 1
                continue
            left -= size
            _in_file(app, path, tables, found)
        if skipped:
            why = f"{skipped} of {len(paths)} {what} were not searched for hosts and keys: they are too large."
            found.notes.append(Gap("budget", why, count=skipped, could_hide="Hosts and keys that are named there."))
    return found


def _libraries(app: App) -> list[str]:
    """One build of each native library, that of the first ABI that has it, the small ones first."""
    inner = app.package.inner
    paths = [path for path in app.package.named(("lib/",), (".so",)) if inner(path).count("/") == 2]
    order = {path: _ABIS.index(abi) if (abi := inner(path).split("/")[1]) in _ABIS else len(_ABIS) for path in paths}
    found: dict[str, str] = {}
    for path in sorted(paths, key=lambda path: (order[path], path)):
        found.setdefault(path.rpartition("/")[2], path)
    return sorted(found.values(), key=lambda path: (app.package.size_of(path), path))


def _in_file(app: App, path: str, tables: SecretTables, found: InFiles, *, resources: bool = False) -> None:
    place = Place(path)
    try:
        data = app.package.read(path)
    except FormatError as error:
        found.notes.append(Gap("bad-container", str(error), could_hide="Hosts and keys that are named there.", at=place))
        return
    credits: set[str] = set()
    if resources:
        table = resource_table(app.package, data)
        credits = _in_resources(table, place, tables, found)
        data = table.texts()
    found.addresses.extend((address, place) for address in _webs(data) if address.url not in credits)
    if not app.package.inner(path).startswith("lib/"):  # mail addresses in native libraries are their authors'
        found.addresses.extend((address, place) for address in _mails(data))
    if len(data) <= limits.KEY_BYTES:  # what an app itself writes is small; engines, dictionaries and the like hold no keys
        found.secrets.extend((secret, place) for _, secret in secrets_in(data, tables.shapes))


def _in_resources(resources: Resources, place: Place, tables: SecretTables, found: InFiles) -> set[str]:
    """What resources say by their names: Firebase's build plugin writes a project's settings into such.

    Returns the addresses that are credits: AboutLibraries keeps the makers of a thousand libraries in such, used here or not.
    """
    texts = resources.named([*tables.resources, _BUCKET, _PROJECT])
    for name, value in texts.items():
        if name in tables.resources and KEY.fullmatch(value):
            found.secrets.append((Found(tables.resources[name][0], value, tables.resources[name][1]), place))
    bucket = bare_host(texts.get(_BUCKET, ""))
    if bucket is not None:
        found.addresses.append((bucket, place))
    if re.fullmatch(r"[a-z][a-z0-9-]{3,30}", texts.get(_PROJECT, "")) and "google_app_id" in texts:
        found.notes.append(Trait("firebase-project", texts[_PROJECT], at=place))
    credits = [*(address for text in resources.named_like("library_", _CREDIT).values() for address in web_addresses(text))]
    found.addresses.extend((replace(address, kind="credit"), place) for address in credits)
    return {address.url for address in credits}


def _webs(data: bytes) -> Iterator[Address]:
    texts: dict[str, None] = {}
    for match in _URL_BYTES.finditer(data):
        scheme = _SCHEME.search(data, max(0, match.start() - 6), match.start())
        if scheme is not None:
            texts[data[scheme.start() : match.end()].decode("ascii")] = None
    for text in texts:
        yield from web_addresses(text)


def _mails(data: bytes) -> Iterator[Address]:
    texts: dict[str, None] = {}
    for match in _MAIL_BYTES.finditer(data):
        local = _LOCAL.search(data, max(0, match.start() - 64), match.start())
        if local is not None:
            texts[(local[0] + match[0]).decode("ascii")] = None
    for text in texts:
        yield from mail_addresses(text)
