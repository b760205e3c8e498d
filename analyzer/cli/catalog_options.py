"""Options that the commands about several apps share, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from analyzer.cli.options import trust_option

if TYPE_CHECKING:
    from analyzer.catalog.judging import Judging

F = TypeVar("F", bound=Callable[..., object])

db_option = click.option(
    "--db", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE", help="The catalog's database."
)


def judging_options(command: F) -> F:
    """What apps are judged by: ``--policy``, ``--rules``, ``--waivers``, ``--today``, ``--trust``."""
    for option in (
        trust_option,
        click.option("--today", type=click.DateTime(("%Y-%m-%d",)), metavar="DAY", help="The day waivers are looked at."),
        click.option("--waivers", type=click.Path(path_type=Path), metavar="FILE", help="What was agreed to be lived with."),
        click.option("--rules", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="More rules, as for scan."),
        click.option("--policy", metavar="NAME|FILE", help="Policy to judge by: default, strict, byod or a file."),
    ):
        command = option(command)
    return command


def catalog_judging(options: dict[str, Any]) -> Judging:
    """Rules, policy and waivers as ``judging_options`` give them. Raises ``RuleError``."""
    from analyzer.catalog.judging import Judging
    from analyzer.cli.scan import Settings, load_judging

    names = ("policy", "rules", "waivers", "today", "trust")
    settings = Settings(
        **{name: options[name] for name in names}, group=None, fail_on=None, reproducible=False, quiet=True, save=None
    )
    loaded = load_judging(settings)
    return Judging(loaded.ruleset, loaded.policy, loaded.agreed)
