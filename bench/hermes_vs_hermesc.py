"""Hermes bytecode as apkvet reads it, against what the compiler itself prints of it.

usage: python bench/hermes_vs_hermesc.py HERMESC FILE.js...

Compiles each script and compares every string, every function's name and every instruction with its operands with
``hermesc -b -dump-bytecode``. The exit status is the number of differences, at most 100.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from analyzer.formats.hermes import HermesFile

_INSTRUCTION = re.compile(r"\[@ (\d+)\] (\w+)(.*)")
_OPERAND = re.compile(r"(-?[\d.e+-]+|nan|-?inf)<(\w+)>")
_STRING = re.compile(r"[si](\d+)\[(ASCII|UTF-16), \d+\.\.-?\d+\](?: #[0-9A-F]+)?: ?(.*)")


def dumped(compiler: str, file: Path) -> str:
    """What the compiler prints of a bytecode file."""
    command = [compiler, "-b", "-dump-bytecode", "-pretty-disassemble=false", str(file)]
    done = subprocess.run(command, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def rounded(value: float) -> str:
    """A number as the compiler prints doubles: seven digits."""
    return f"{value:.6e}" if value != int(value if abs(value) < 1e300 else 0) or abs(value) > 1e9 else str(int(value))


def functions(dump: str) -> Iterator[tuple[str, list[tuple[int, str, tuple[str, ...]]]]]:
    """The functions of a dump: name, instructions."""
    for part in re.split(r"^(?=(?:NC)?Function<|^Constructor<|^Generator)", dump, flags=re.MULTILINE)[1:]:
        name = re.match(r"\w+<(.*?)>\(\d+ params", part)
        found = []
        for at, opcode, rest in _INSTRUCTION.findall(part):
            found.append((int(at), opcode, tuple(rounded(float(value)) for value, _ in _OPERAND.findall(rest))))
        yield (name[1] if name else "?"), found


def differences(compiler: str, source: Path) -> Iterator[str]:
    """What differs for one script."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "x.hbc"
        subprocess.run([compiler, "-O", "-w", "-emit-binary", "-out", str(out), str(source)], check=True)
        dump, file = dumped(compiler, out), HermesFile(out.read_bytes())
    strings = {int(number): (kind, text) for number, kind, text in _STRING.findall(dump)}
    if len(strings) != file.string_count():
        yield f"{len(strings)} strings are printed, {file.string_count()} are read"
    for number, (kind, text) in strings.items():
        if (
            kind == "ASCII"
            and "\\x" not in text
            and file.string(number).strip() != text.strip()
            and "\n" not in file.string(number)
        ):
            yield f"string {number}: {text!r} is read as {file.string(number)!r}"
    printed = list(functions(dump))
    if len(printed) != len(file):
        yield f"{len(printed)} functions are printed, {len(file)} are read"
    for number, (name, wanted) in enumerate(printed[: len(file)]):
        if file.name(number) != name and "\\" not in name and "\n" not in file.name(number):
            yield f"function {number}: {name!r} is read as {file.name(number)!r}"
        begin = file.function(number).offset
        read = [
            (at - begin, opcode, tuple(rounded(float(value)) for value in args)) for at, opcode, args in file.instructions(number)
        ]
        if repr(read) != repr(wanted):
            at = next((i for i, pair in enumerate(zip(read, wanted, strict=False)) if repr(pair[0]) != repr(pair[1])), -1)
            shown = f"{wanted[at]} is read as {read[at]}" if at >= 0 else f"{len(wanted)} instructions, {len(read)} are read"
            yield f"function {number} {name}: {shown}"


def main() -> int:
    compiler, count = sys.argv[1], 0
    for path in map(Path, sys.argv[2:]):
        found = list(differences(compiler, path))
        count += len(found)
        print(f"{path.name}: {'equal' if not found else f'{len(found)} differences'}")
        for line in found[:10]:
            print(f"  {line}")
    return min(count, 100)


if __name__ == "__main__":
    sys.exit(main())
