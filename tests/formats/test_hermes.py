"""Hermes bytecode: the parts of real files, hostile ones, and what chance makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.errors import FormatError
from analyzer.extractors.runtimes.hermes_modules import hermes_modules
from analyzer.formats.hermes import HermesFile, is_hermes, versions
from analyzer.formats.hermes.opcodes import opcodes_of

PARTS = Path(__file__).resolve().parents[2] / "samples/runtimes/scripts/parts"
FILES = sorted(PARTS.glob("use-*.hbc"))
WANTED = {"getString", "RNCClipboard", "useClipboard"}


def number_of(path: Path) -> int:
    return int(path.stem.partition("-")[2])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_strings_functions_and_instructions(path: Path) -> None:
    file = HermesFile(path.read_bytes())
    assert (file.version, file.bad) == (number_of(path), 0)
    texts = {file.string(number) for number in range(file.string_count())}
    assert texts > WANTED | {"global", "default", "onPress", "TurboModuleRegistry"}
    assert set(file.find(WANTED).values()) == WANTED
    assert file.name(file.first) == "global"
    for number in range(len(file)):
        at, size, _ = file.function(number)
        instructions = [*file.instructions(number)]
        last = instructions[-1]
        assert instructions[0].at == at
        assert last.at + file.opcodes.lengths[file.data[last.at]] == at + size  # read to the end, to the byte
        assert any(instruction.name == "Ret" for instruction in instructions)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_modules_with_what_they_require(path: Path) -> None:
    modules = {module.number: module for module in hermes_modules(HermesFile(path.read_bytes()), WANTED)}
    assert {number: module.requires for number, module in modules.items()} == {
        0: (5, 6, 1), 1: (6, 2, 4), 2: (6, 3), 3: (5,), 4: (6, 2, 5), 5: (), 6: (),
    }  # fmt: skip
    assert modules[3].natives == {"RNCClipboard"}
    calls = [(call.callee.key, call.callee.path, call.inside) for call in modules[2].calls if call.callee.base == "require"]
    assert calls == [("1", ("default", "getString"), "getString")]


@pytest.mark.parametrize("version", versions())
def test_every_version_has_the_instructions_that_are_looked_for(version: int) -> None:
    names = set(opcodes_of(version).names)
    assert names >= {"GetById", "GetByIdShort", "TryGetById", "LoadConstString", "CreateClosure", "Call1", "Call4", "LoadParam"}
    assert all(1 <= length <= 32 for length in opcodes_of(version).lengths)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no Hermes bytecode"),
        (b"var a = 1;" * 40, "no Hermes bytecode"),
        (FILES[0].read_bytes()[:100], "no Hermes bytecode"),
        (FILES[0].read_bytes()[:300], "cut short"),
        (FILES[0].read_bytes()[:8] + (75).to_bytes(4, "little") + FILES[0].read_bytes()[12:], "version 75"),
        (FILES[0].read_bytes()[:40] + b"\xff\xff\xff\xff" + FILES[0].read_bytes()[44:], "cut short"),
    ],
    ids=["empty", "text", "within the header", "within the tables", "a version between releases", "four billion functions"],
)
def test_what_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        HermesFile(data)


@settings(max_examples=150)
@given(
    path=st.sampled_from(FILES),
    changes=st.lists(st.tuples(st.integers(12, 3600), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_damage_is_refused_or_read_within_the_file(path: Path, changes: list[tuple[int, int]]) -> None:
    data = bytearray(path.read_bytes())
    for at, value in changes:
        data[at % len(data)] = value
    if not is_hermes(bytes(data)):
        return
    try:
        file = HermesFile(bytes(data))
    except FormatError:
        return
    assert all(0 <= instruction.at < len(data) for number in range(len(file)) for instruction in file.instructions(number))
    assert all(0 <= call.at < len(data) for module in hermes_modules(file, WANTED) for call in module.calls)
