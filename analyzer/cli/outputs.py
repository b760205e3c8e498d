"""Where results go: ``-o FORMAT[=FILE]``, checked before anything is scanned, files written whole or not at all."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from analyzer.cli.files import whole_file
from analyzer.errors import UsageError
from analyzer.reporting import BINARY, FORMATS, SUFFIXES, Format, Look, present
from analyzer.result import Result

# What makes sense once on a stream, however many packages there are.
_STREAMS: frozenset[Format] = frozenset({"text", "json", "markdown", "questions"})
_UNSAFE_IN_NAMES = r"[^A-Za-z0-9._-]"


class Output(NamedTuple):
    """One ``-o``: a format, and a file, a folder, a template with ``{package}`` or ``{sha256}``, or None for stdout."""

    format: Format
    target: str | None


def parse_outputs(values: Sequence[str], packages: Sequence[Path]) -> list[Output]:
    """The outputs that *values* ask for; text on stdout when there are none.

    Raises ``UsageError`` for an unknown format, several formats on stdout, one file for several packages, or a file that
    is one of the packages.
    """
    outputs = []
    for value in values or ("text",):
        name, equals, target = value.partition("=")
        if name not in FORMATS:
            raise UsageError(f"unknown format {name!r}", mend=f"Formats: {', '.join(FORMATS)}.")
        if equals and not target:
            raise UsageError(f"no file after {value!r}", mend=f"Write -o {name}=FILE.")
        output = Output(name, target or None)
        _check(output, packages)
        outputs.append(output)
    if sum(output.target is None for output in outputs) > 1:
        raise UsageError("only one format can go to standard output", mend="Give the others files: -o FORMAT=FILE.")
    return outputs


def _check(output: Output, packages: Sequence[Path]) -> None:
    target = output.target
    if target is None:
        if output.format not in _STREAMS and len(packages) > 1:
            mend = f"Give a folder: -o {output.format}=FOLDER/."
            raise UsageError(f"several documents of the format {output.format} cannot go to standard output", mend=mend)
        if output.format in BINARY and sys.stdout.isatty():
            raise UsageError(f"{output.format} is not for a terminal", mend=f"Write -o {output.format}=FILE.")
        return
    if len(packages) > 1 and not (_is_folder(target) or "{package}" in target or "{sha256}" in target):
        mend = "Give a folder (ending in /) or put {package} or {sha256} into the name."
        raise UsageError(f"one file for {len(packages)} packages: {target}", mend=mend)
    if any(Path(target).resolve() == package.resolve() for package in packages):
        raise UsageError(f"the output {target} is one of the packages", mend="Choose another name.")


def _is_folder(target: str) -> bool:
    return target.endswith(("/", os.sep)) or Path(target).is_dir()


def write_outputs(result: Result, outputs: Sequence[Output], look: Look) -> None:
    """Write one result everywhere it should go. Where the look asks for it, JSON on stdout is one line a result.

    Raises ``UsageError`` when a file cannot be written.
    """
    for output in outputs:
        if output.target is None:
            present(result, output.format, sys.stdout.buffer, look)
            sys.stdout.buffer.flush()
        else:
            with whole_file(_path(result, output)) as file:
                present(result, output.format, file, replace(look, one_line=False))


def _path(result: Result, output: Output) -> Path:
    """The file of one result; what comes from the package is made safe as a file name."""
    app = result.app
    package = re.sub(_UNSAFE_IN_NAMES, "_", app.package or app.file)[:120]
    target = output.target or ""
    if _is_folder(target):
        return Path(target) / f"{re.sub(_UNSAFE_IN_NAMES, '_', app.file)[:120]}{SUFFIXES[output.format]}"
    return Path(target.replace("{package}", package).replace("{sha256}", app.sha256 or "unreadable"))
