"""The group of commands, and the one place where failures become lines and exit codes."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from typing import NoReturn

import click

from analyzer import __version__
from analyzer.errors import ApkvetError

INTERRUPTED = 130

_COMMANDS = {
    "scan": ("analyzer.cli.scan", "scan_command", "Vet packages and write reports."),
    "facts": ("analyzer.cli.inspect", "facts_command", "Print what the analyzer sees, one line a fact."),
    "render": ("analyzer.cli.inspect", "render_command", "Write a saved result in another format."),
    "diff": ("analyzer.cli.diff", "diff_command", "What a new version of an app changes."),
    "compare": ("analyzer.cli.compare", "compare_command", "Apps side by side."),
    "catalog": ("analyzer.cli.catalog", "catalog_group", "Thousands of apps: scan, judge again, ask."),
    "explain": ("analyzer.cli.rules", "explain_command", "Print a rule's page."),
    "rules": ("analyzer.cli.rules", "rules_group", "List, show, start, test and check rules."),
    "policy": ("analyzer.cli.policy", "policy_group", "Say what a policy means, and try it on saved results."),
    "completion": ("analyzer.cli.inspect", "completion_command", "Print the shell completion script."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself."""
        if cmd_name not in _COMMANDS:
            return None
        import importlib

        module, attribute, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="apkvet")
def apkvet() -> None:
    """Vet Android apps by what they do with people's data: allow, review or block.

    \b
    Examples:
      apkvet scan app.apk
      apkvet scan app.apk -o html=report.html -o json=result.json
      apkvet scan *.apk --fail-on block
      apkvet facts app.apk --grep clipboard

    \b
    Exit codes: 0 done, 1 a verdict is at or above --fail-on, 2 usage,
    3 a package could not be read, 4 a rule or policy is invalid.
    """


def main(argv: list[str] | None = None) -> None:
    """Run the command line and exit."""
    # One thread is faster here: the arrays are small, and OpenBLAS spends 0.1 s of CPU on starting its threads.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A scan makes hundreds of thousands of values and hardly a cycle: collecting takes a tenth of the time and frees nothing.
    gc.disable()
    try:
        code = apkvet.main(args=argv, prog_name="apkvet", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ApkvetError as error:
        from analyzer.reporting.sanitize import clean

        click.echo(f"apkvet: {clean(error, 1000)}", err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("apkvet: interrupted", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read the output has enough; keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def program() -> NoReturn:
    """The command ``apkvet``: ``main`` in a process of its own.

    A process that ends gives everything back at once. Taking hundreds of thousands of values apart before, one by one, is a tenth
    of a scan, so it is left out: what was registered for the end is done, what was written is out, and that is all.
    """
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    if not isinstance(code, int) or threading.active_count() > 1:
        sys.exit(code)  # type: ignore[arg-type]  # what sys.exit was given
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)
    os._exit(code)
