"""The column helpers against numpy's own answers and plain Python."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analyzer.formats.dex.columns import among, distinct, distinct_rows, grouped, numbered, ranges, stretched

NUMBERS = st.lists(st.integers(0, 2**40), max_size=30).map(lambda values: np.array(values, dtype=np.int64))
ROWS = st.lists(st.integers(0, 60), max_size=30).map(lambda values: np.array(values, dtype=np.uint32))


@given(NUMBERS | ROWS)
def test_distinct_values_rows_and_numbers_are_those_of_numpy(values: np.ndarray) -> None:
    unique, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    assert distinct(values).tolist() == unique.tolist()
    assert [column.tolist() for column in distinct_rows(values)] == [unique.tolist(), first.tolist()]
    assert [column.tolist() for column in numbered(values)] == [unique.tolist(), inverse.tolist()]


@given(NUMBERS | ROWS, st.sets(st.integers(0, 60), max_size=5))
def test_among_says_which_values_are_wanted(values: np.ndarray, wanted: set[int]) -> None:
    assert among(values, wanted).tolist() == [value in wanted for value in values.tolist()]


@given(st.lists(st.integers(0, 4), max_size=8))
def test_stretched_counts_up_in_each_row(counts: list[int]) -> None:
    row, index = stretched(np.array(counts, dtype=np.int64))
    expected = [(row, index) for row, count in enumerate(counts) for index in range(count)]
    assert [*zip(row.tolist(), index.tolist(), strict=True)] == expected


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8), st.data())
def test_ranges_are_the_entries_of_the_rows(counts: list[int], data: st.DataObject) -> None:
    first = np.concatenate([[0], np.cumsum(counts)])
    rows = data.draw(st.lists(st.integers(0, len(counts) - 1), max_size=6))
    expected = [entry for row in rows for entry in range(first[row], first[row + 1])]
    assert ranges(first, np.array(rows, dtype=np.int64)).tolist() == expected


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=20))
def test_grouped_keeps_the_order_of_the_values(pairs: list[tuple[int, int]]) -> None:
    pairs.sort(key=lambda pair: pair[0])
    expected: dict[int, tuple[int, ...]] = {}
    for key, value in pairs:
        expected[key] = (*expected.get(key, ()), value)
    keys, values = (np.array([pair[i] for pair in pairs], dtype=np.int64) for i in range(2))
    assert grouped(keys, values) == expected
