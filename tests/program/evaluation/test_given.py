"""What callers give: constants across joins and loops, and never a guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.program.evaluation.given import Given
from analyzer.program.evaluation.machine import Machine
from analyzer.program.evaluation.values import StopError, Unknown, Value
from analyzer.program.graph.linking import Linked
from tests.program.evaluation.conftest import PURE, linked_of

FOLDER = Path(__file__).resolve().parents[3] / "samples/dex"
UNKNOWN = "?"


@pytest.fixture(scope="module")
def linked() -> Linked:
    return linked_of((FOLDER / "constants-035.dex").read_bytes())


def shown(value: Value) -> object:
    return UNKNOWN if isinstance(value, Unknown) else value


@pytest.mark.parametrize(
    ("method", "constants"),
    [
        ("straight", ["text", 7]),
        ("moved", ["text", -1]),
        ("overwritten", ["second"]),
        ("other_on_one_way", [UNKNOWN, 1]),
        ("loop", ["kept"]),
        ("changed_in_loop", [UNKNOWN]),
        ("parameter", [UNKNOWN, 3]),
        ("after_handler", [UNKNOWN]),
    ],
)
def test_arguments(linked: Linked, method: str, constants: list[object]) -> None:
    given = Given(Machine(linked, PURE))
    sites = linked.sites
    found = []
    for site in range(len(sites.caller)):
        caller = int(sites.caller[site])
        dex = linked.dex_files[0]
        at = int(sites.row[site]) - int(dex.instructions.first[linked.nodes.item[caller]])
        row = int(dex.units[dex.instructions.position[sites.row[site]] + 1])
        if linked.name(caller) == method and dex.pools.method(row).startswith("La/B;->call"):
            try:
                arguments = given.arguments(caller, at)
            except StopError:
                arguments = []
            if int(sites.opcode[site]) not in (0x71, 0x77):
                arguments = arguments[1:]
            found.append([shown(each) for each in arguments][: len(constants)])
    assert found == [constants]
