"""``apkvet compare``: several apps side by side."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from analyzer.cli.catalog_options import judging_options
from analyzer.errors import UsageError

_FORMATS = ("text", "markdown", "csv", "json")


@click.command("compare")
@click.argument("apps", nargs=-1, required=True, metavar="A B...", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "output", default="text", metavar="FORMAT[=FILE]", help="text, markdown, csv or json. Default: text."
)
@judging_options
def compare_command(apps: tuple[Path, ...], output: str, **options: Any) -> int:
    """Put apps side by side: is one worse than its peers?

    By kind of data, who reads it and what starts that; permissions, what other apps can start, destinations, grave findings and
    what could not be seen. Each app is a package or the folder of its splits, a saved result (.json) or a saved
    observation (.msgpack).

    \b
    Examples:
      apkvet compare scanner-a.apk scanner-b.apk scanner-c.apk
      apkvet compare saved/a.json saved/b.json -o markdown=peers.md
    """
    from analyzer.catalog.peers import side_by_side
    from analyzer.cli.diff import Sides
    from analyzer.cli.files import whole_file
    from analyzer.cli.peer_tables import write_peers

    name, _, target = output.partition("=")
    if name not in _FORMATS:
        raise UsageError(f"unknown format {name!r}", mend=f"Formats: {', '.join(_FORMATS)}.")
    if len(apps) < 2:
        raise UsageError("one app has no peers", mend="Name two or more.")
    sides = Sides(options)
    table = side_by_side([sides.result(path) for path in apps])
    if target:
        with whole_file(Path(target)) as out:
            write_peers(table, name, out)
    else:
        write_peers(table, name, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    return 0
