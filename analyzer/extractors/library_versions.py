"""Versions that a library's own code states: in its ``BuildConfig``, in a field that is known to hold it, in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from analyzer.extractors.library_marks import Mark
from analyzer.facts import Library, Place
from analyzer.formats.dex import DexFile
from analyzer.formats.dex.values import static_strings
from analyzer.program.app import App

_VERSION = re.compile(r"[0-9]+(?:\.[0-9A-Za-z]+){1,4}(?:[-+][0-9A-Za-z.-]{1,30})?")
_BY_DEFAULT = "1.0"  # what Android's build tools write for a module that states no version
_BUILD_FIELDS = ("VERSION_NAME", "LIBRARY_VERSION_NAME", "SDK_VERSION", "LIB_VERSION")


def library_versions(app: App, marks: Sequence[Mark]) -> Iterator[Library]:
    """A fact for each version that is stated; the app's own is not among them."""
    fields = [mark for mark in marks if mark.where == "version-field"]
    texts = [mark for mark in marks if mark.where == "version-text"]
    for dex in app.dex_files:
        yield from _build_configs(app, dex)
        yield from _fields(dex, fields)
        yield from _texts(dex, texts)


def _build_configs(app: App, dex: DexFile) -> Iterator[Library]:
    for cls, row in dex.class_rows.items():
        if not cls.endswith("/BuildConfig;"):
            continue
        owner = app.ownership.by_name(cls)
        if owner.kind == "library" and owner.name:
            values = static_strings(dex, row)
            for name in _BUILD_FIELDS:
                version = dex.pools.string(values[name]) if name in values else ""
                if _VERSION.fullmatch(version) and version != _BY_DEFAULT:
                    yield Library(owner.name, version, evidence=f"field {_java(cls)}.{name}", at=Place(dex.name))
                    break


def _fields(dex: DexFile, marks: Sequence[Mark]) -> Iterator[Library]:
    for mark in marks:
        cls, _, name = mark.form.partition("->")
        row = dex.class_rows.get(cls)
        value = static_strings(dex, row).get(name) if row is not None else None
        found = _VERSION.search(dex.pools.string(value)) if value is not None else None
        if found is not None:
            yield Library(mark.library, found[0], evidence=f"field {_java(cls)}.{name}", at=Place(dex.name))


def _texts(dex: DexFile, marks: Sequence[Mark]) -> Iterator[Library]:
    """Texts such as ``okhttp/3.12.0``; only those that code loads."""
    for mark in marks:
        low, high = dex.pools.strings_with_prefix(mark.form.encode("ascii"))
        for row in range(low, min(high, low + 20)):
            version = dex.pools.string(row).removeprefix(mark.form)
            if not _VERSION.fullmatch(version):
                continue
            loads = np.flatnonzero(dex.strings_loaded.target == row).tolist()
            if loads:
                at = int(dex.strings_loaded.row[loads[0]])
                methods = dex.methods_of_item(int(dex.instructions.item[at]))
                method = dex.pools.method(int(dex.methods.method[methods[0]])) if methods else None
                place = Place(dex.name, method, dex.offset_of(at) if methods else None)
                yield Library(mark.library, version, evidence=f"text {mark.form}{version}", at=place)


def _java(cls: str) -> str:
    return cls[1:-1].replace("/", ".")
