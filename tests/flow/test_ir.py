"""Decoded bodies against the sweep over columns, for every method of the samples and of the DEX fixtures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analyzer.container import open_package
from analyzer.errors import FormatError
from analyzer.flow.ir import Op, decode
from analyzer.formats.dex import DexFile, open_dex
from analyzer.formats.dex import opcodes as op

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted((ROOT / "samples/apk").glob("*.apk"))
FIXTURES = sorted((ROOT / "samples/dex").glob("*.dex"))


def _files(path: Path) -> list[DexFile]:
    if path.suffix == ".dex":
        return open_dex(path.name, path.read_bytes())
    with open_package(path) as package:
        return [dex for name in package.dex_names() for dex in open_dex(name, package.read(name))]


@pytest.mark.parametrize("path", [*PACKAGES, *FIXTURES], ids=lambda path: path.name)
def test_every_instruction_is_in_its_place(path: Path) -> None:
    seen = 0
    for dex in _files(path):
        rows, targets = dex.invokes
        for item in range(len(dex.items.offset)):
            body = decode(dex, item)
            if body is None:
                continue
            seen += 1
            assert list(body.at) == sorted(body.at), "instructions in order"
            first, last = int(dex.instructions.first[item]), int(dex.instructions.first[item + 1])
            inside = (rows >= first) & (rows < last) & np.isin(dex.opcode[rows], sorted(op.INVOKES))
            found = [(at, ins[2]) for at, ins in zip(body.at, body.code, strict=True) if ins[0] is Op.INVOKE]
            expected = zip((rows[inside] - first).tolist(), np.asarray(targets)[inside].tolist(), strict=True)
            assert found == list(expected), "every call, with its method"
            _check_blocks(body.blocks, len(body.code))
            assert body.arguments <= body.registers
            reached = [turn for turn in body.rank if turn]
            assert len(reached) == len(set(reached)), "a turn for each block that is reached"
    assert seen, "no method was looked at"


def _check_blocks(blocks: tuple, size: int) -> None:  # type: ignore[type-arg]
    assert blocks[0].first == 0
    assert blocks[-1].last == size
    for number, block in enumerate(blocks):
        assert block.first < block.last
        assert number == 0 or block.first == blocks[number - 1].last
        for following in (*block.follows, *(handler.block for handler in block.handlers)):
            assert 0 <= following < len(blocks)


@pytest.mark.parametrize("path", sorted((ROOT / "samples/dex/malformed").glob("*")), ids=lambda path: path.name)
def test_damaged_code_ends_in_a_body_or_an_error_never_in_a_loop(path: Path) -> None:
    try:
        files = open_dex(path.name, path.read_bytes())
        items = [(dex, item) for dex in files for item in range(len(dex.items.offset))]
    except FormatError:
        return  # refused before any method is looked at
    for dex, item in items:
        body = decode(dex, item)
        assert body is None or body.blocks
