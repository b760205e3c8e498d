"""A machine over the code of a sample, in which the code of its decoder may be replaced."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from analyzer.formats.dex import open_dex
from analyzer.platform.hierarchy import load_hierarchy
from analyzer.program.evaluation.decoders import Decoders
from analyzer.program.evaluation.machine import Machine
from analyzer.program.evaluation.pure_methods import load_pure_methods
from analyzer.program.graph.linking import Linked
from analyzer.program.graph.tracking import Bodies
from analyzer.program.hierarchy import Hierarchy
from analyzer.resources import rules_dir

SAMPLES = Path(__file__).resolve().parents[3] / "samples/hidden/apk"
TABLE = rules_dir() / "knowledge/pure_methods.tsv"
PURE = load_pure_methods(TABLE)


def dex_of(name: str) -> bytes:
    """The DEX file of a sample."""
    with zipfile.ZipFile(SAMPLES / f"{name}.apk") as package:
        return package.read("classes.dex")


def linked_of(data: bytes) -> Linked:
    """The numbering of a DEX file's methods."""
    dex_files = open_dex("classes.dex", data)
    return Linked(dex_files, Hierarchy(dex_files, load_hierarchy()))


def decoders_of(data: bytes) -> Decoders:
    """The decoders of a DEX file."""
    linked = linked_of(data)
    return Decoders(linked, Bodies(linked), TABLE)


def method(linked: Linked, start: str) -> int:
    """The node of the method of class ``D`` whose member begins like this."""
    return next(
        n for n in range(len(linked.nodes.key)) if linked.holder(n).endswith("/D;") and linked.member(n).startswith(start)
    )


def code_start(linked: Linked, node: int) -> tuple[int, int]:
    """Where the code of *node* lies in the file, in bytes, and its length in code units."""
    dex, item = linked.dex_files[int(linked.nodes.dex[node])], int(linked.nodes.item[node])
    start, end = int(dex.items.start[item]), int(dex.items.end[item])
    return 2 * start, end - start


@pytest.fixture
def patched() -> Callable[[str, list[int]], tuple[Machine, int]]:
    """A machine over a sample in whose decoder ``d`` the first code units are these, and the decoder's node."""

    def make(name: str, units: list[int]) -> tuple[Machine, int]:
        data = bytearray(dex_of(name))
        linked = linked_of(bytes(data))
        node = method(linked, "d(")
        at, length = code_start(linked, node)
        assert len(units) <= length
        padded = units + [0] * (length - len(units))  # nop
        data[at : at + 2 * length] = b"".join(unit.to_bytes(2, "little") for unit in padded)
        linked = linked_of(bytes(data))
        return Machine(linked, PURE), method(linked, "d(")

    return make
