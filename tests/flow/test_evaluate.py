"""Constants: comparisons, arithmetic, texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.flow.evaluate import arithmetic, branches, fold, switch
from analyzer.flow.values import NULL_VALUE, UNKNOWN, ClassName, Range, Value, constant, integer, of_object

EQ, NE, LT, GE, GT, LE = range(6)
_COMPARE = [
    lambda a, b: a == b, lambda a, b: a != b, lambda a, b: a < b, lambda a, b: a >= b, lambda a, b: a > b, lambda a, b: a <= b,
]  # fmt: skip


@given(st.integers(0, 5), st.integers(-5, 5), st.integers(-5, 5))
def test_a_branch_on_two_numbers_goes_one_way(comparison: int, a: int, b: int) -> None:
    jumps = _COMPARE[comparison](a, b)
    assert branches(comparison, integer(a), integer(b)) == (jumps, not jumps)


@given(st.integers(0, 5), st.integers(-4, 4), st.integers(0, 4), st.integers(-4, 4), st.integers(0, 4))
def test_a_branch_on_ranges_may_go_where_any_pair_of_numbers_goes(comparison: int, a: int, up: int, b: int, more: int) -> None:
    left, right = Value(constants=frozenset({Range(a, a + up)})), Value(constants=frozenset({Range(b, b + more)}))
    ways = {_COMPARE[comparison](x, y) for x in range(a, a + up + 1) for y in range(b, b + more + 1)}
    assert branches(comparison, left, right) == (True in ways, False in ways)


@pytest.mark.parametrize(
    ("comparison", "left", "right", "ways"),
    [
        (EQ, of_object(3), None, (False, True)),  # an object is not null
        (NE, of_object(3), None, (True, False)),
        (EQ, NULL_VALUE, None, (True, False)),
        (EQ, of_object(3), of_object(4), (False, True)),
        (EQ, of_object(3), of_object(3), (True, True)),  # one abstract object may be two
        (EQ, UNKNOWN, None, (True, True)),
        (EQ, constant("a"), None, (False, True)),
        (EQ, constant("a"), constant("a"), (True, True)),  # the same text, perhaps not the same object
        (EQ, Value(frozenset({1}), constants=frozenset({Range(0, 0)})), None, (True, True)),
    ],
)
def test_branches_on_references(comparison: int, left: Value, right: Value | None, ways: tuple[bool, bool]) -> None:
    assert branches(comparison, left, right) == ways


@pytest.mark.parametrize(
    ("operation", "a", "b", "result"),
    [
        ("add", 2, 3, 5), ("sub", 2, 3, -1), ("rsub", 2, 3, 1), ("mul", 4, 3, 12), ("div", -7, 2, -3), ("rem", -7, 2, -1),
        ("and", 6, 3, 2), ("or", 6, 3, 7), ("xor", 6, 3, 5), ("shl", 1, 31, -(1 << 31)), ("shr", -8, 1, -4), ("cmp", 3, 2, 1),
    ],
)  # fmt: skip
def test_arithmetic_is_the_virtual_machines(operation: str, a: int, b: int, result: int) -> None:
    assert arithmetic(operation, integer(a), integer(b)) == frozenset({Range(result, result)})


@pytest.mark.parametrize(("operation", "b"), [("div", 0), ("rem", 0), ("real", 1), ("ushr", 1)])
def test_what_is_not_worked_out_is_unknown(operation: str, b: int) -> None:
    assert arithmetic(operation, integer(5), integer(b)) is None


def test_a_switch_takes_only_what_its_number_may_be() -> None:
    assert switch([1, 2, 21], Value(constants=frozenset({Range(0, 9)}))) == ([True, True, False], True)
    assert switch([1, 2], integer(2)) == ([False, True], False)
    assert switch([1, 2], UNKNOWN) == ([True, True], True)


@pytest.mark.parametrize(
    ("operation", "arguments", "result"),
    [
        ("concat", ("ab", "c"), "ab" + "c"),
        ("substring", ("abcdef", 2), "cdef"),
        ("substring", ("abcdef", 2, 4), "cd"),
        ("trim", (" a ",), "a"),
        ("replace", ("a.b", ".", "/"), "a/b"),
        ("reverse", ("abc",), "cba"),
        ("to-string", (42,), "42"),
    ],
)
def test_texts(operation: str, arguments: tuple[str | int, ...], result: str) -> None:
    given = [constant(a) if isinstance(a, str) else integer(a) for a in arguments]
    assert fold(operation, given) == frozenset({result})


def test_numbers_and_classes_from_texts() -> None:
    assert fold("length", [constant("abc")]) == frozenset({Range(3, 3)})
    assert fold("equals", [constant("a"), constant("b")]) == frozenset({Range(0, 0)})
    assert fold("parse-int", [constant("17")]) == frozenset({Range(17, 17)})
    assert fold("for-name", [constant("com.example.A")]) == frozenset({ClassName("Lcom/example/A;")})
    assert fold("load-class", [UNKNOWN, constant("com.example.A")]) == frozenset({ClassName("Lcom/example/A;")})
    assert fold("load-class", [UNKNOWN, UNKNOWN]) is None
    assert fold("random-below", [UNKNOWN, integer(30)]) == frozenset({Range(0, 29)})


@pytest.mark.parametrize(("operation", "arguments"), [("substring", ("ab", 5)), ("char-at", ("ab", 9)), ("parse-int", ("x",))])
def test_what_would_throw_is_unknown(operation: str, arguments: tuple[str | int, ...]) -> None:
    assert fold(operation, [constant(a) if isinstance(a, str) else integer(a) for a in arguments]) is None
