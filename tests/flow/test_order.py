"""Blocks in turn, and what depends on a branch."""

from __future__ import annotations

import pytest

from analyzer.flow.control import regions
from analyzer.flow.ir import Block, Body
from analyzer.flow.order import ranks

DIAMOND = [(1, 2), (3,), (3,), ()]
LOOP = [(1,), (4, 2), (3,), (1,), ()]  # 1 is the head: out to 4, in to 2
NESTED = [(1,), (6, 2), (5, 3), (4,), (2,), (1,), ()]


def _body(after: list[tuple[int, ...]]) -> Body:
    return Body(0, 0, (), (), tuple(Block(0, 0, (), following) for following in after), ranks(after))


@pytest.mark.parametrize(
    ("after", "order"),
    [
        (DIAMOND, [0, 2, 1, 3]),
        (LOOP, [0, 1, 2, 3, 4]),
        (NESTED, [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_loops_are_gone_through_before_what_follows_them(after: list[tuple[int, ...]], order: list[int]) -> None:
    turns = ranks(after)
    assert sorted(range(len(after)), key=lambda number: turns[number]) == order


@pytest.mark.parametrize(
    ("after", "depends"),
    [
        (DIAMOND, {0: {1, 2}}),
        (LOOP, {1: {1, 2, 3}}),
        ([(1, 2), (), ()], {0: {1, 2}}),  # both return: everything behind depends
        ([(1, 2), (2,), ()], {0: {1}}),
        ([(0, 1), ()], {0: {0}}),
    ],
)
def test_what_runs_only_because_of_a_branch(after: list[tuple[int, ...]], depends: dict[int, set[int]]) -> None:
    assert {number: set(region) for number, region in regions(_body(after)).items()} == depends
