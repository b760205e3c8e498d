"""``apkvet facts``, ``render`` and ``completion``: look at what was seen, and write it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.cli.options import flow_options, report_options

if TYPE_CHECKING:
    from analyzer.depth import FlowMode


@click.command("facts")
@click.argument("app", type=click.Path(path_type=Path))
@click.option("--grep", metavar="TEXT", help="Only lines that hold this text; case does not matter.")
@click.option(
    "--rules",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Also look for what these rules name.",
)
@flow_options
def facts_command(app: Path, grep: str | None, folders: tuple[Path, ...], flow: FlowMode, implicit: bool) -> int:
    """Print what the analyzer sees in APP (a package, a folder of an app's splits or a saved observation), one line a fact.

    The lines paste as they are into the examples of a rule.

    \b
    Examples:
      apkvet facts app.apk
      apkvet facts app.apk --grep clipboard
      apkvet facts app.apk --grep 'flow ' --flow full
    """
    from analyzer.facts import format_fact, load_observation
    from analyzer.scan import Depth, load_rules, observe

    watch = load_rules(folders)[1] if folders else None
    depth = Depth(flow=flow, implicit=implicit)
    observation = load_observation(app) if app.suffix == ".msgpack" else observe(app, watch, depth)
    for fact in observation.facts:
        line = format_fact(fact)
        if grep is None or grep.lower() in line.lower():
            click.echo(line)
    return 0


@click.command("render")
@click.argument("result", type=click.Path(path_type=Path), metavar="RESULT.json")
@report_options
def render_command(result: Path, outputs: tuple[str, ...], language: str, templates: Path | None) -> int:
    """Write a saved result in another format; the package is not needed.

    \b
    Examples:
      apkvet render app.json -o html=app.html
      apkvet render app.json -o markdown --lang de
      apkvet render app.json -o html=app.html --templates our-templates
    """
    from analyzer.cli.outputs import parse_outputs, write_outputs
    from analyzer.reporting import load_look
    from analyzer.result import load_result

    targets, look = parse_outputs(outputs, [result]), load_look(language, templates)
    write_outputs(load_result(result), targets, look)
    return 0


@click.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion_command(shell: str) -> int:
    """Print the completion script for SHELL.

    \b
    Examples:
      apkvet completion bash > ~/.local/share/bash-completion/completions/apkvet
      apkvet completion fish > ~/.config/fish/completions/apkvet.fish
    """
    from click.shell_completion import get_completion_class

    from analyzer.cli.main import apkvet

    complete = get_completion_class(shell)
    if complete is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(complete(apkvet, {}, "apkvet", "_APKVET_COMPLETE").source())
    return 0
