"""Texts in the code that rules ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from analyzer.extractors.hidden_texts import Text
from analyzer.facts import Constant, Gap, Place
from analyzer.formats.dex import DexFile
from analyzer.formats.dex.columns import among, distinct
from analyzer.program.app import App

_MOST = 2000
_LONGEST = 4096


def strings(app: App, wanted: Sequence[str], hidden: Sequence[Text] = ()) -> Iterator[Constant | Gap]:
    """A fact for each place where code loads a text that is one of the *wanted*, in which ``*`` stands for anything.

    *hidden* are texts that decoders give.
    """
    if not wanted:
        return
    parts = ("".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", text)) for text in wanted)
    regex = re.compile("|".join(parts), re.DOTALL)
    decoded = (
        Constant(each.value, each.owner, each.at, each.decoder) for each in hidden if regex.fullmatch(each.value[:_LONGEST])
    )
    loads = (fact for dex in app.dex_files for fact in _loads(app, dex, regex))
    for found, fact in enumerate(chain(decoded, loads)):
        if found == _MOST:
            hide = "Further texts that a rule asks for."
            yield Gap("budget", f"Of the texts that rules ask for only the first {_MOST} are listed.", could_hide=hide)
            return
        yield fact


def _loads(app: App, dex: DexFile, regex: re.Pattern[str]) -> Iterator[Constant]:
    loaded = dex.strings_loaded
    rows = distinct(loaded.target)
    texts = dict(zip(rows.tolist(), dex.pools.texts(rows), strict=True))
    hits = {row for row, text in texts.items() if regex.fullmatch(text[:_LONGEST])}
    if not hits:
        return
    for at in np.flatnonzero(among(loaded.target, hits)).tolist():
        row = int(loaded.row[at])
        for method in dex.methods_of_item(int(dex.instructions.item[row])):
            name = int(dex.methods.method[method])
            place = Place(dex.name, dex.pools.method(name), dex.offset_of(row))
            yield Constant(texts[int(loaded.target[at])], app.ownership.owner(dex.pools.method_holder(name)), place)
