"""Writes ``opcodes.tsv`` from Hermes's public instruction lists: ``python -m analyzer.formats.hermes.build CHECKOUT``.

CHECKOUT is a clone of the Hermes repository. Of ``include/hermes/BCGen/HBC/BytecodeList.def`` only the facts are taken: names of
instructions in the order of their numbers, and the types of their operands.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# The versions that releases of Hermes and React Native write, each with a branch that has it.
RELEASES = {
    74: "release-v0.5",
    76: "release-v0.7",
    84: "release-v0.8",
    85: "rn/0.69-stable",
    89: "rn/0.70-stable",
    90: "rn/0.71-stable",
    94: "rn/0.72-stable",
    96: "rn/0.74-stable",
    98: "250829098.0.0-stable",
    99: "260318099.0.0-stable",
}
_LIST = "include/hermes/BCGen/HBC/BytecodeList.def"
_LETTERS = {
    "Reg8": "r",
    "Reg32": "R",
    "UInt8": "b",
    "UInt16": "w",
    "UInt32": "d",
    "Addr8": "a",
    "Addr32": "A",
    "Imm32": "i",
    "Double": "f",
}
_OPCODE = re.compile(r"DEFINE_(OPCODE|JUMP)_(\d)\((\w+)((?:,\s*\w+)*)\)")


def opcodes(text: str) -> Iterator[str]:
    """``Name:operands`` of each instruction in *text*, a BytecodeList.def, in the order of their numbers."""
    text = re.sub(r"#ifdef HERMES_RUN_WASM.*?#endif", "", text, flags=re.DOTALL)  # not in builds for React Native
    text = re.sub(r"^#define (?:.*\\\n)*.*$|//.*$", "", text, flags=re.MULTILINE)
    for macro, count, name, operands in _OPCODE.findall(text):
        if macro == "JUMP":
            registers = "r" * (int(count) - 1)
            yield f"{name}:a{registers}"
            yield f"{name}Long:A{registers}"
        else:
            letters = "".join(_LETTERS[operand.strip()] for operand in operands.split(",") if operand.strip())
            yield f"{name}:{letters}" if letters else name


def main(checkout: Path) -> None:
    """Write the table beside this module."""
    rows = ["version\topcodes\tsource"]
    for version, branch in RELEASES.items():
        command = ["git", "-C", str(checkout), "show", f"{branch}:{_LIST}"]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rows.append(f"{version}\t{' '.join(opcodes(text))}\tHermes (MIT), {_LIST} of {branch}")
    (Path(__file__).parent / "opcodes.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
