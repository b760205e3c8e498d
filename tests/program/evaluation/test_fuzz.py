"""Random bytecode never ends an evaluation with anything but a result or a reason, nor beyond its limits."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer import limits
from analyzer.program.evaluation.machine import Machine
from analyzer.program.evaluation.values import Array, StopError, Value
from tests.program.evaluation.conftest import PURE, code_start, decoders_of, dex_of, linked_of, method

ARGUMENTS: dict[str, list[Value]] = {
    "xor": ["\x0c\x56\x1d"], "caesar": ["abc", 7], "table": [1], "chunks": [0x12345], "base64": ["aGk="],
    "fog": [Array("B", [1, 2]), Array("B", [3])],
}  # fmt: skip
NAMES = st.sampled_from(sorted(ARGUMENTS))


@cache
def places(name: str) -> tuple[tuple[int, int], ...]:
    """Where the code of the decoder's class and of its caller lies."""
    linked = linked_of(dex_of(name))
    return tuple(code_start(linked, node) for node in range(len(linked.nodes.key)) if int(linked.nodes.item[node]) >= 0)


@settings(max_examples=150)
@given(name=NAMES, units=st.binary(min_size=2, max_size=60))
def test_random_code(name: str, units: bytes) -> None:
    data = bytearray(dex_of(name))
    linked = linked_of(bytes(data))
    at, length = code_start(linked, method(linked, "d("))
    code = units[: len(units) // 2 * 2][: 2 * length]
    data[at : at + len(code)] = code
    linked = linked_of(bytes(data))
    machine = Machine(linked, PURE)
    try:
        machine.call(method(linked, "d("), ARGUMENTS[name])
    except StopError as error:
        assert error.what
    assert machine.steps <= 8 * limits.DECODER_STEPS  # the method, and the initialisers that it needs


@settings(max_examples=150)
@given(name=NAMES, changes=st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=6))
def test_changed_code(name: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(dex_of(name))
    spots = [at + offset for at, length in places(name) for offset in range(2 * length)]
    for where, byte in changes:
        data[spots[where % len(spots)]] = byte
    decoders = decoders_of(bytes(data))
    for decoder in decoders.found:
        for outcome in decoder.outcomes:
            assert (outcome.text is None) == (outcome.why is not None)
    assert decoders.steps <= 30 * limits.DECODER_STEPS
