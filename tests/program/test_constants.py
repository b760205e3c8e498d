"""Constants at call sites: through moves, joins and calls that hand an argument through; never a guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.formats.dex import DexFile, open_dex
from analyzer.program.constants import ArgumentResolver

FOLDER = Path(__file__).resolve().parents[2] / "samples/dex"
PARSE = "Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;"


@pytest.fixture(scope="module")
def dex() -> DexFile:
    return open_dex("constants", (FOLDER / "constants-035.dex").read_bytes())[0]


@pytest.mark.parametrize(
    ("method", "constants"),
    [
        ("straight", {0: "text", 1: "7"}),
        ("moved", {0: "text", 1: "-1"}),
        ("overwritten", {0: "second"}),
        ("same_on_both_ways", {0: "both", 1: "1"}),
        ("other_on_one_way", {1: "1"}),
        ("loop", {0: "kept"}),
        ("changed_in_loop", {}),
        ("parameter", {1: "3"}),
        ("handed_through", {0: "content://sms"}),
        ("field_and_class", {0: "La/B;->FIELD"}),
        ("wide_before", {1: "5"}),
        ("half_of_a_pair_is_no_constant", {}),
        ("after_handler", {}),
        ("switched", {0: "case", 1: "1"}),
    ],
)
def test_arguments(dex: DexFile, method: str, constants: dict[int, str]) -> None:
    resolver = ArgumentResolver(dex, {PARSE: 0})
    found = []
    for row, target in zip(dex.invokes.row.tolist(), dex.invokes.target.tolist(), strict=True):
        (caller,) = dex.methods_of_item(int(dex.instructions.item[row]))
        name = dex.pools.method_member(int(dex.methods.method[caller])).partition("(")[0]
        if name == method and dex.pools.method(target).startswith("La/B;->call"):
            found.append(resolver.arguments(row, (0, 1)))
    assert found == [constants]
