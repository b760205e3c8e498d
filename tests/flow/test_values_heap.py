"""Values and the heap: joins only add, forks go their own ways, containers keep their parts apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analyzer.flow.heap import ANY, CONTENT, Element, Fixed, Heap
from analyzer.flow.values import NOTHING, UNKNOWN, Range, Trace, Value, constant, joined, labelled, of_object

_MARKS = st.dictionaries(st.tuples(st.integers(-2, 3), st.just(())), st.just(Trace(0, 0, "", None)), max_size=3)
_CONSTANTS = st.one_of(st.none(), st.frozensets(st.integers(0, 3).map(lambda n: Range(n, n)), max_size=3))
_VALUES = st.builds(Value, st.frozensets(st.integers(1, 4), max_size=3), _MARKS, _CONSTANTS)


@given(_VALUES, _VALUES, _VALUES)
def test_a_join_holds_what_both_hold_in_any_order(a: Value, b: Value, c: Value) -> None:
    assert a.join(b).same(b.join(a))
    assert a.join(a).same(a)
    whole = a.join(b).join(c)
    assert whole.same(a.join(b.join(c)))
    for each in (a, b, c):
        assert each.objects <= whole.objects
        assert each.marks.keys() <= whole.marks.keys()
        assert whole.constants is None or (each.constants is not None and each.constants <= whole.constants)


def test_many_constants_are_any() -> None:
    assert joined(constant(str(n)) for n in range(4)).constants == frozenset({"0", "1", "2", "3"})
    assert joined(constant(str(n)) for n in range(5)).constants is None


def test_labels_are_told_once_and_in_order() -> None:
    marks = labelled(labelled({(1, ()): Trace(0, 0, "", None)}, ("hashed",)), ("encoded", "hashed"))
    assert list(marks) == [(1, ("encoded", "hashed"))]


_STORES = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from(["f:I", CONTENT, Element("k"), ANY]), _VALUES, st.booleans()), max_size=12
)


def _filled(stores: list[tuple[int, object, Value, bool]], heap: Heap) -> Heap:
    for number, field, value, strong in stores:
        heap.put(number, field, value, strong=strong)  # type: ignore[arg-type]
    return heap


@given(_STORES, _STORES, _STORES)
def test_forks_go_their_own_ways_and_joins_take_in_everything(base: list, one: list, two: list) -> None:  # type: ignore[type-arg]
    first = _filled(base, Heap())
    second = first.fork()
    before = {n: dict(first.fields(n)) for n in range(41)}
    _filled(two, second)
    assert {n: dict(first.fields(n)) for n in range(41)} == before
    _filled(one, first)
    both = first.fork()
    both.join(second)
    assert not both.fork().join(second), "a second join changes nothing"
    for source in (first, second):
        for number in range(41):
            for field, value in source.fields(number).items():
                kept = both.get(number, field)
                assert kept is not None
                assert value.objects <= kept.objects
                assert value.marks.keys() <= kept.marks.keys()


def _marked(number: int) -> Value:
    return Value(marks={(number, ()): Trace(0, 0, "", None)})


def test_a_part_with_a_known_key_is_separate_and_an_unknown_one_may_be_any() -> None:
    heap = Heap()
    heap.put(1, Element("a"), _marked(1), strong=True)
    heap.put(1, Element("b"), _marked(2), strong=True)
    assert set(heap.held(1, "a").marks) == {(1, ())}
    assert set(heap.held(1, None).marks) == {(1, ()), (2, ())}
    assert heap.held(1, "c") is NOTHING
    heap.put(1, ANY, _marked(3), strong=False)
    assert set(heap.held(1, "a").marks) == {(1, ()), (3, ())}


def test_fixed_parts_are_no_parts_that_a_program_names() -> None:
    heap = Heap()
    heap.put(1, Element(Fixed("data")), _marked(1), strong=True)
    assert heap.held(1, None) is NOTHING
    assert heap.held(1, "data") is NOTHING
    assert set(heap.held(1, Fixed("data")).marks) == {(1, ())}
    heap.mix(1)
    assert heap.get(1, Element(Fixed("data"))) is not None


def test_a_strong_store_forgets_and_clear_forgets_all_but_fields() -> None:
    heap = Heap()
    heap.put(1, "text:Ljava/lang/String;", _marked(1), strong=True)
    heap.put(1, "text:Ljava/lang/String;", constant(""), strong=True)
    assert not heap.fields(1)["text:Ljava/lang/String;"].marks
    heap.put(1, CONTENT, _marked(2), strong=False)
    heap.put(1, Element("k"), _marked(3), strong=True)
    heap.clear(1)
    assert list(heap.fields(1)) == ["text:Ljava/lang/String;"]


def test_what_a_container_holds_is_handed_over_whole_and_an_objects_own_fields_are_not() -> None:
    heap = Heap()
    heap.put(1, Element("user"), of_object(2), strong=True)
    heap.put(2, "name:Ljava/lang/String;", _marked(5), strong=True)
    assert set(heap.deep_marks(of_object(1))) == {(5, ())}
    assert not heap.deep_marks(of_object(2))
    assert set(heap.deep_marks(of_object(2), fields=True)) == {(5, ())}
    assert heap.is_hot(of_object(1))


def test_what_other_apps_sent_is_not_hot() -> None:
    heap = Heap()
    heap.put(1, CONTENT, _marked(-1), strong=False)
    assert not heap.is_hot(of_object(1))
    assert UNKNOWN.join(_marked(0)).marks
