"""Methods are evaluated as Java would run them, within their limits, and end with the reason where they cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analyzer import limits
from analyzer.program.evaluation.machine import Machine
from analyzer.program.evaluation.values import Array, StopError
from tests.program.evaluation.conftest import PURE, decoders_of, dex_of, linked_of, method

Patched = Callable[[str, list[int]], tuple[Machine, int]]


def test_xor_is_evaluated() -> None:
    linked = linked_of(dex_of("xor"))
    machine = Machine(linked, PURE)
    assert machine.call(method(linked, "d("), ["\x0c\x56\x1d"]) == "ged"  # 0x0c^'k', 0x56^'3', 0x1d^'y'


def test_arguments_that_are_changed_stay_changed_only_within_one_evaluation() -> None:
    """``table`` keeps what it made in a static array: the next evaluation begins as if it had not."""
    linked = linked_of(dex_of("table"))
    machine = Machine(linked, PURE)
    node = method(linked, "d(")
    first, steps = machine.call(node, [0]), machine.steps
    assert machine.call(node, [0]) == first == "clipboard"
    assert machine.steps - steps > 20  # made anew


def test_an_array_that_a_decoder_changes_is_the_callers() -> None:
    linked = linked_of(dex_of("fog"))
    data, key = Array("B", [65 ^ 1, 66 ^ 1]), Array("B", [1])
    assert Machine(linked, PURE).call(method(linked, "d([B"), [data, key]) == "AB"
    assert data.items == [65, 66]


@pytest.mark.parametrize(
    ("units", "kind", "what"),
    [
        ([0x0028], "budget", f"takes more than {limits.DECODER_STEPS:,} steps"),  # goto +0
        ([0x0014, 0, 1, 0x0023, 0xFFFF], "unsupported", "makes an array of floating-point numbers"),
        ([0x0027], "throws", "throws an exception"),
        ([0x1012, 0x0093 | 0x0100, 0x0000], "throws", "throws ArithmeticException"),  # div-int v1, v0, v0 with 0
        ([0x00A6, 0x0000], "unsupported", "counts with floating-point numbers"),
        ([0x001C, 0x0000], "unsupported", "holds an instruction that is not evaluated"),
        ([0x001A, 0xFFFF], "unsupported", "names a text that is not there"),
        ([0x0060, 0xFFFF], "unsupported", "names a field that is not there"),
        ([0x0071, 0xFFFF, 0x0000], "unsupported", "calls a method that is not there"),
        ([0x7F29, 0x7FFF], "unsupported", "jumps into the middle of an instruction"),
        ([0x0000], "unsupported", "runs over its end"),
    ],
)
def test_what_cannot_be_evaluated_ends_with_the_reason(patched: Patched, units: list[int], kind: str, what: str) -> None:
    if units[0] == 0x1012:
        units = [0x0012, *units[1:]]
    machine, node = patched("xor", units)
    with pytest.raises(StopError) as raised:
        machine.call(node, ["abc"])
    assert (raised.value.kind, raised.value.what) == (kind, what)


def test_calls_within_each_other_end_at_a_limit(patched: Patched) -> None:
    machine, node = patched("xor", [])
    linked = machine.linked
    row = int(linked.nodes.method[node])
    machine, node = patched("xor", [0x1071, row, 0x0000])  # d(v0), again and again
    with pytest.raises(StopError) as raised:
        machine.call(node, ["abc"])
    assert raised.value.kind in ("budget", "unsupported")


def test_depth(patched: Patched) -> None:
    plain, node = patched("xor", [])
    start = int(plain.linked.dex_files[0].items.start[plain.linked.nodes.item[node]])
    registers, ins = plain.linked.dex_files[0].units[start - 8 : start - 6].tolist()
    row = int(plain.linked.nodes.method[node])
    machine, node = patched("xor", [0x1071, row, registers - ins])
    with pytest.raises(StopError) as raised:
        machine.call(node, ["abc"])
    assert raised.value.what == f"calls more than {limits.DECODER_DEPTH} methods within each other"


def test_elements(patched: Patched) -> None:
    plain, _ = patched("xor", [])
    row = plain.linked.dex_files[0].pools.type_row("[C")
    assert row is not None
    machine, node = patched("xor", [0x0014, 0x0001, 0x0001, 0x0023, row])  # const v0, 65537; new-array v0, v0, [C
    with pytest.raises(StopError) as raised:
        machine.call(node, ["abc"])
    assert (raised.value.kind, raised.value.what) == (
        "budget",
        f"makes an array of more than {limits.DECODED_ELEMENTS:,} elements",
    )


def test_all_evaluations_of_a_package_share_a_budget(patched: Patched) -> None:
    machine, node = patched("xor", [0x0028])
    for _ in range(limits.DECODER_STEPS_IN_ALL // limits.DECODER_STEPS):
        with pytest.raises(StopError, match="takes more than"):
            machine.call(node, ["abc"])
    before = machine.steps
    with pytest.raises(StopError, match=f"takes more than {limits.DECODER_STEPS_IN_ALL:,} steps for the package"):
        machine.call(node, ["abc"])
    assert machine.steps == before <= limits.DECODER_STEPS_IN_ALL


def test_a_method_that_exhausts_its_budget_is_not_tried_at_every_call() -> None:
    decoders = decoders_of(dex_of("caesar-endless"))
    (decoder,) = decoders.found
    assert len(decoder.outcomes) == 5
    assert not decoder.decoded
    assert 3 * limits.DECODER_STEPS <= decoders.steps < 4 * limits.DECODER_STEPS


def test_calls_beyond_the_limit_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DECODER_CALLS", 3)
    decoders = decoders_of(dex_of("xor"))
    (decoder,) = decoders.found
    assert len(decoder.outcomes) == 3
    assert decoders.cut
    monkeypatch.undo()
    assert not decoders_of(dex_of("xor")).cut


def test_how_far_back_arguments_are_sought(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DECODER_LOOK_BACK", 1)
    assert not any(decoder.decoded for decoder in decoders_of(dex_of("fog")).found)


def test_a_field_that_other_code_sets_is_no_constant() -> None:
    (decoder,) = decoders_of(dex_of("base64-set-key")).found
    assert decoder.reasons() == {("state", "reads org.apkvet.samples.hidden.base64setkey.D.key, which other code sets"): 5}


def test_classes_that_need_each_other_end_at_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DECODER_DEPTH", 0)
    linked = linked_of(dex_of("table"))
    with pytest.raises(StopError) as raised:
        Machine(linked, PURE).call(method(linked, "d("), [0])
    assert raised.value.kind == "budget"
