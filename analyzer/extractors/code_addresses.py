"""Addresses in the code of a package: in its texts, in the initial values of its fields, and put together at run time.

A text is searched where it stands. What a method puts together from pieces (``"https://" + HOST + path``) is worked out where it
loads a text that begins an address without naming its host, and at calls that take a host or address (``address_calls.tsv``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from analyzer.errors import RuleError
from analyzer.extractors.addresses import Address, bare_host, mail_addresses, web_addresses
from analyzer.extractors.hidden_texts import Text
from analyzer.extractors.named_calls import named_calls
from analyzer.facts import Owner, Place
from analyzer.formats.dex import DexFile
from analyzer.formats.dex.values import classes_with_text, static_strings
from analyzer.platform.knowledge import read_table
from analyzer.program.app import App
from analyzer.program.folding import Folder
from analyzer.program.graph.program_graph import ProgramGraph

_MARKS = (re.compile(rb"://"), re.compile(rb"@[A-Za-z0-9-]{1,63}\.[A-Za-z]"))  # each begins with a letter that is sought fast
_MOST_UNLOADED = 200
_MOST_SITES = 4000
_NOBODY = Owner("unknown")
PIN = "pin"  # the scheme of a host that code only names to pin its certificates
_TAKES = ("address", "host", "pin")


class Named(Struct, frozen=True):
    """An address, whose text it is and where."""

    address: Address
    owner: Owner
    at: Place


class AddressCalls(Struct, frozen=True):
    """Calls that take a host or an address: class to names of its methods, each with the argument and what it is."""

    by_class: dict[str, dict[str, tuple[int, str]]]


def load_address_calls(knowledge: Path) -> AddressCalls:
    """Read ``address_calls.tsv``. Raises ``RuleError``."""
    found: dict[str, dict[str, tuple[int, str]]] = {}
    path = knowledge / "address_calls.tsv"
    for api, position, takes, _ in read_table(path, ("api", "position", "takes", "source")):
        holder, _, member = api.partition("->")
        if takes not in _TAKES or not position.isdigit():
            raise RuleError(f"the row of {api} needs a position and one of {', '.join(_TAKES)}", where=str(path))
        found.setdefault(holder, {})[member] = int(position), takes
    return AddressCalls(found)


def code_addresses(app: App, graph: ProgramGraph, calls: AddressCalls, hidden: Sequence[Text] = ()) -> Iterator[Named]:
    """Every address in the DEX files, in their order; first those of *hidden* texts."""
    folder = Folder(graph)
    for text in hidden:
        for address in (*web_addresses(text.value), *mail_addresses(text.value)):
            yield Named(address, text.owner, text.at)
    for number, dex in enumerate(app.dex_files):
        texts = _Texts(app, dex)
        yield from texts.found()
        yield from _Assembled(app, graph, folder, number).found(texts.unfinished, calls)


class _Texts:
    """The texts of one DEX file that hold an address; ``unfinished`` are the rows of those that begin one without a host."""

    def __init__(self, app: App, dex: DexFile) -> None:
        self._app = app
        self._dex = dex
        self._rows: dict[int, tuple[Address, ...]] = {}
        self.unfinished: list[int] = []
        for row in self._marked():
            text = dex.pools.string(row)
            addresses = (*web_addresses(text), *mail_addresses(text))
            if addresses:
                self._rows[row] = addresses
            elif "://" in text:
                self.unfinished.append(row)

    def _marked(self) -> list[int]:
        """The rows of the texts that hold what every address holds."""
        offsets = self._dex.pools.string_offsets.astype(np.int64)
        if not len(offsets):
            return []
        order = np.argsort(offsets, kind="stable")
        ordered = offsets[order]
        found = [match.start() for mark in _MARKS for match in mark.finditer(self._dex.data, *self._dex.text_region)]
        rows = order[np.searchsorted(ordered, np.array(found, dtype=np.int64), side="right") - 1] if found else order[:0]
        return sorted(set(rows.tolist()))

    def found(self) -> Iterator[Named]:
        dex, left = self._dex, set(self._rows)
        wanted = np.zeros(len(dex.pools.string_offsets) + 1, dtype=bool)
        wanted[list(self._rows)] = True
        loaded = dex.strings_loaded
        for at in np.flatnonzero(wanted[loaded.target]).tolist():
            row, target = int(loaded.row[at]), int(loaded.target[at])
            left.discard(target)
            for method in dex.methods_of_item(int(dex.instructions.item[row])):
                name = int(dex.methods.method[method])
                owner = self._app.ownership.owner(dex.pools.method_holder(name))
                place = Place(dex.name, dex.pools.method(name), dex.offset_of(row))
                yield from (Named(address, owner, place) for address in self._rows[target])
        if left:
            yield from self._unloaded(left)

    def _unloaded(self, left: set[int]) -> Iterator[Named]:
        """Texts that no instruction loads: values of fields, else annotations and the like, whose class is not looked for."""
        dex = self._dex
        for class_row in classes_with_text(dex, sorted(left)[:_MOST_UNLOADED]):
            cls = dex.pools.type(int(dex.pools.classes["type"][class_row]))
            for row in static_strings(dex, class_row).values():
                if row in self._rows:
                    left.discard(row)
                    owner = self._app.ownership.owner(cls)
                    place = Place(dex.name, f"{cls}-><clinit>()V")
                    yield from (Named(address, owner, place) for address in self._rows[row])
        for row in sorted(left):
            yield from (Named(address, _NOBODY, Place(dex.name)) for address in self._rows[row])


class _Assembled:
    """Addresses that the methods of one DEX file put together."""

    def __init__(self, app: App, graph: ProgramGraph, folder: Folder, number: int) -> None:
        self._app = app
        self._graph = graph
        self._folder = folder
        self._number = number
        self._dex = app.dex_files[number]

    def found(self, unfinished: list[int], calls: AddressCalls) -> Iterator[Named]:
        """What is built around *unfinished* texts, then what is handed to *calls*."""
        dex = self._dex
        wanted = np.zeros(len(dex.pools.string_offsets) + 1, dtype=bool)
        wanted[unfinished] = True
        loads = np.flatnonzero(wanted[dex.strings_loaded.target])[:_MOST_SITES]
        rows = dex.strings_loaded.row[loads].tolist()
        nodes = {node for row in rows for node in self._graph.linked.nodes_at(self._number, row)}
        for node in sorted(nodes):
            for at in self._builds(node):
                text = self._folder.template(node, at)
                yield from self._named(node, at, web_addresses(text))
        for node, at, (position, takes) in named_calls(self._graph, self._number, calls.by_class):
            text = self._folder.argument(node, at, position) or ""
            if takes == "address":
                yield from self._named(node, at, web_addresses(text))
            else:
                host = bare_host(text.removeprefix("*").removeprefix("*").removeprefix("."))
                yield from self._named(node, at, (replace(host, scheme=PIN) if takes == "pin" else host,) if host else ())

    def _builds(self, node: int) -> list[int]:
        """The calls of a method that hand out a text that was put together."""
        objects = self._graph.bodies.objects(node)
        return [at for at in objects.invokes() if self._folder.hands_out_text(node, at)] if objects else []

    def _named(self, node: int, at: int, addresses: Iterable[Address]) -> Iterator[Named]:
        for address in addresses:
            linked = self._graph.linked
            offset = self._dex.offset_of(int(self._dex.instructions.first[linked.nodes.item[node]]) + at)
            place = Place(self._dex.name, linked.descriptor(node), offset)
            yield Named(address, self._app.ownership.owner(linked.holder(node)), place)
