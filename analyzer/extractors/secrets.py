"""Keys and tokens in the package that open a store of people's data. Their values are kept in no fact."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import msgspec
import numpy as np

from analyzer.extractors.hidden_texts import Text
from analyzer.extractors.named_calls import named_calls
from analyzer.extractors.secret_shapes import KEY, Found, SecretTables, forms_in, masked, secrets_in
from analyzer.facts import Fact, Owner, Place, Secret
from analyzer.formats.dex import DexFile
from analyzer.program.app import App
from analyzer.program.folding import Folder
from analyzer.program.graph.program_graph import ProgramGraph

_NOBODY = Owner("unknown")


class Secrets:
    """The secrets of one package. ``facts`` says what they are, ``hide`` takes their values out of all other facts."""

    def __init__(
        self,
        app: App,
        graph: ProgramGraph,
        tables: SecretTables,
        in_files: Iterable[tuple[Found, Place]],
        hidden: Iterable[Text] = (),
    ) -> None:
        found: dict[tuple[str, str], tuple[Found, Owner, Place]] = {}
        for one, owner, place in (
            *_in_code(app, graph, tables),
            *_in_hidden(hidden, tables),
            *((found, _NOBODY, place) for found, place in in_files),
            *_in_manifest(app, tables),
        ):
            found.setdefault((one.kind, one.value), (one, owner, place))
        self.facts = [Secret(one.kind, masked(one.value), one.exposes, owner, place) for one, owner, place in found.values()]
        self._values = sorted({one.value for one, _, _ in found.values()}, key=lambda value: (-len(value), value))
        self._packed = [value.encode() for value in self._values]

    def hide(self, facts: Iterable[Fact]) -> list[Fact]:
        """*facts* without the values: an argument or address may hold one."""
        return [*(map(self._hidden, facts) if self._values else facts)]

    def _hidden(self, fact: Fact) -> Fact:
        packed = msgspec.msgpack.encode(fact)
        if not any(value in packed for value in self._packed):
            return fact
        plain = msgspec.to_builtins(fact)
        hidden = _replaced(plain, self._values)
        return fact if hidden is plain else msgspec.convert(hidden, type(fact))


def _replaced(value: Any, secrets: Collection[str]) -> Any:
    """*value* with each of *secrets* masked in its texts; the same object where there is none."""
    if isinstance(value, str):
        for secret in secrets:
            if secret in value:
                value = value.replace(secret, masked(secret))
        return value
    if isinstance(value, dict):
        parts = {key: _replaced(part, secrets) for key, part in value.items()}
        return parts if any(parts[key] is not value[key] for key in parts) else value
    if isinstance(value, (list, tuple)):
        items = [_replaced(part, secrets) for part in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def _in_code(app: App, graph: ProgramGraph, tables: SecretTables) -> Iterator[tuple[Found, Owner, Place]]:
    folder = Folder(graph)
    for number, dex in enumerate(app.dex_files):
        yield from _in_texts(app, dex, tables)
        for node, at, (position, kind, exposes) in named_calls(graph, number, tables.calls):
            value = folder.argument(node, at, position)
            if value is not None and KEY.fullmatch(value):
                linked = graph.linked
                offset = dex.offset_of(int(dex.instructions.first[linked.nodes.item[node]]) + at)
                place = Place(dex.name, linked.descriptor(node), offset)
                yield Found(kind, value, exposes), app.ownership.owner(linked.holder(node)), place


def _in_hidden(hidden: Iterable[Text], tables: SecretTables) -> Iterator[tuple[Found, Owner, Place]]:
    for text in hidden:
        for _, found in secrets_in(text.value.encode("utf-8", "replace"), tables.shapes):
            yield found, text.owner, text.at


def _in_texts(app: App, dex: DexFile, tables: SecretTables) -> Iterator[tuple[Found, Owner, Place]]:
    low, high = dex.text_region
    # A DEX text has its length before it, so what stands around is looked at in the text itself.
    places = [low + at for at, _, _ in forms_in(dex.data[low:high], tables.shapes)]
    if not places:
        return
    offsets = dex.pools.string_offsets.astype(np.int64)
    order = np.argsort(offsets, kind="stable")
    rows = set(order[np.searchsorted(offsets[order], places, side="right") - 1].tolist())
    texts = ((row, found) for row in sorted(rows) for _, found in secrets_in(dex.pools.raw_string(row), tables.shapes))
    for row, found in texts:
        loads = np.flatnonzero(dex.strings_loaded.target == row).tolist()
        instruction = int(dex.strings_loaded.row[loads[0]]) if loads else None
        methods = dex.methods_of_item(int(dex.instructions.item[instruction])) if instruction is not None else []
        if instruction is None or not methods:
            yield found, _NOBODY, Place(dex.name)
            continue
        name = int(dex.methods.method[methods[0]])
        owner = app.ownership.owner(dex.pools.method_holder(name))
        yield found, owner, Place(dex.name, dex.pools.method(name), dex.offset_of(instruction))


def _in_manifest(app: App, tables: SecretTables) -> Iterator[tuple[Found, Owner, Place]]:
    for name, (kind, exposes) in tables.settings.items():
        value = app.manifest.metadata.get(name)
        if value is not None and KEY.fullmatch(value):
            yield Found(kind, value, exposes), _NOBODY, Place("AndroidManifest.xml")
    for value in app.manifest.metadata.values():
        for _, found in secrets_in(value.encode("ascii", "replace"), tables.shapes):
            yield found, _NOBODY, Place("AndroidManifest.xml")
