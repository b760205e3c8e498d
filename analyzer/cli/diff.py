"""``apkvet diff``: what a new version of an app adds, removes and changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.cli.catalog_options import catalog_judging, judging_options
from analyzer.errors import UsageError

if TYPE_CHECKING:
    from analyzer.catalog.judging import Judging
    from analyzer.documents import Diff
    from analyzer.platform.watch import Watch
    from analyzer.reporting.diff import DiffFormat
    from analyzer.reporting.look import Look
    from analyzer.result import Result

_GATE = 1


@click.command("diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=FILE]", help="text, markdown, json or html. Default: text."
)
@judging_options
@click.option("--gate", is_flag=True, help="Exit 1 when the verdict is worse.")
@click.option("--lang", "language", default="en", metavar="LANG", help="Language of fixed texts: en, de.")
@click.option("--templates", type=click.Path(path_type=Path), metavar="DIR", help="Own templates and texts.")
def diff_command(old: Path, new: Path, outputs: tuple[str, ...], language: str, templates: Path | None, **options: Any) -> int:
    """Say what NEW changes against OLD: signer, verdict, permissions, accesses with what starts them, components and more.

    Each is a package or the folder of an app's splits, a saved result (.json) or a saved observation (.msgpack). A changed
    signer always comes first.

    \b
    Examples:
      apkvet diff app-1.0.apk app-2.0.apk
      apkvet diff app-1.0.apk app-2.0.apk -o markdown=update.md --gate
      apkvet diff saved/old.json app-2.0.apk -o html=update.html
    """
    from analyzer.catalog.updates import is_worse
    from analyzer.catalog.versions import compare
    from analyzer.reporting import load_look

    targets = parse_diff_outputs(outputs)
    look = load_look(language, templates)
    sides = Sides(options)
    diff = compare(sides.result(old), sides.result(new))
    write_diff(diff, targets, look)
    return _GATE if options["gate"] and is_worse(diff) else 0


class Sides:
    """Reads what is compared; rules and policy are loaded when the first package or observation needs them."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        self._judging: Judging | None = None
        self._watch: Watch | None = None

    def result(self, path: Path) -> Result:
        """The result of a package, or a saved one. Raises ``ApkvetError`` when it cannot be read."""
        from analyzer.facts import load_observation
        from analyzer.platform.watch import extended, load_watch
        from analyzer.result import load_result
        from analyzer.scan import observe

        if path.suffix == ".json":
            return load_result(path)
        if self._judging is None:
            self._judging = catalog_judging(self._options)
            self._watch = extended(load_watch(), self._judging.ruleset.extra_apis)
        observation = load_observation(path) if path.suffix == ".msgpack" else observe(path, self._watch)
        return self._judging.result(observation)


def parse_diff_outputs(values: tuple[str, ...]) -> list[tuple[DiffFormat, Path | None]]:
    """What ``-o`` asks for; text on standard output without it. Raises ``UsageError``."""
    from analyzer.reporting.diff import DIFF_FORMATS

    targets: list[tuple[DiffFormat, Path | None]] = []
    for value in values or ("text",):
        name, equals, target = value.partition("=")
        if name not in DIFF_FORMATS:
            raise UsageError(f"unknown format {name!r}", mend=f"Formats: {', '.join(DIFF_FORMATS)}.")
        if equals and not target:
            raise UsageError(f"no file after {value!r}", mend=f"Write -o {name}=FILE.")
        targets.append((name, Path(target) if target else None))
    if sum(path is None for _, path in targets) > 1:
        raise UsageError("only one format can go to standard output", mend="Give the others files: -o FORMAT=FILE.")
    return targets


def write_diff(diff: Diff, targets: list[tuple[DiffFormat, Path | None]], look: Look) -> None:
    """Write one comparison everywhere it should go. Raises ``UsageError`` when a file cannot be written."""
    import sys

    from analyzer.cli.files import whole_file
    from analyzer.reporting.diff import present_diff

    for format_, path in targets:
        if path is None:
            present_diff(diff, format_, sys.stdout.buffer, look)
            sys.stdout.buffer.flush()
        else:
            with whole_file(path) as out:
                present_diff(diff, format_, out, look)
