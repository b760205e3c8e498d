"""The instructions of each bytecode version: names, operands and lengths, from ``opcodes.tsv``."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import NamedTuple

from analyzer.errors import FormatError

# Letters of the table as ``struct`` has them: registers, numbers, addresses relative to the instruction, doubles.
_FORMATS = {"r": "B", "R": "I", "b": "B", "w": "H", "d": "I", "a": "b", "A": "i", "i": "i", "f": "d"}


class Opcodes(NamedTuple):
    """The instructions of one version, by number: name, reader of the operands behind the first byte, length in bytes."""

    names: tuple[str, ...]
    operands: tuple[struct.Struct, ...]
    lengths: tuple[int, ...]

    def numbers(self, *names: str) -> dict[int, str]:
        """The numbers of those of *names* that this version has."""
        return {number: name for number, name in enumerate(self.names) if name in names}


@cache
def _table() -> dict[int, str]:
    lines = (Path(__file__).parent / "opcodes.tsv").read_text(encoding="utf-8").splitlines()
    return {int(version): opcodes for version, opcodes, _ in (line.split("\t") for line in lines[1:])}


def versions() -> tuple[int, ...]:
    """The versions that are known."""
    return tuple(_table())


@cache
def opcodes_of(version: int) -> Opcodes:
    """The instructions of *version*. Raises ``FormatError`` for one that is not known."""
    text = _table().get(version)
    if text is None:
        known = _table()
        raise FormatError(f"Hermes bytecode of version {version}; {min(known)} to {max(known)} are known, some of them not")
    names, operands = [], []
    for opcode in text.split():
        name, _, letters = opcode.partition(":")
        names.append(name)
        operands.append(struct.Struct("<" + "".join(_FORMATS[letter] for letter in letters)))
    return Opcodes(tuple(names), tuple(operands), tuple(1 + each.size for each in operands))
