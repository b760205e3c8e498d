"""``apkvet catalog``: thousands of apps, scanned once, judged again at will, asked about."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analyzer.cli.catalog_answers import export_command, history_command, query_command
from analyzer.cli.catalog_approve import approvals_command, approve_command
from analyzer.cli.catalog_options import catalog_judging, db_option, judging_options
from analyzer.cli.catalog_report import report_command
from analyzer.cli.options import flow_options, sandbox_option
from analyzer.errors import UsageError

if TYPE_CHECKING:
    from types import FrameType

    from analyzer.catalog.cluster import DaskCluster
    from analyzer.catalog.judging import Judging
    from analyzer.catalog.pool import Decide, LocalPool
    from analyzer.catalog.store import Store
    from analyzer.catalog.work import WorkerSettings

_GATE, _FAILED, _INTERRUPTED = 1, 5, 130
_SIZES = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


@click.group("catalog")
def catalog_group() -> None:
    """Scan a catalog of apps, judge it again, ask it questions.

    \b
    Examples:
      apkvet catalog scan apps/ --db catalog.db
      apkvet catalog judge --db catalog.db --policy strict
      apkvet catalog query "SELECT package, score FROM apps WHERE verdict = 'block'" --db catalog.db
      apkvet catalog export --format csv --to tables/ --db catalog.db
      apkvet catalog history com.example.app --db catalog.db
      apkvet catalog report report/ --db catalog.db

    \b
    Exit codes: 0 done, 1 --gate found a verdict made worse, 2 usage, 4 a rule or policy is invalid,
    5 an app failed, 6 the database cannot be used, 130 interrupted.
    """


@catalog_group.command("scan")
@click.argument("sources", nargs=-1, required=True, metavar="PATH...")
@db_option
@judging_options
@click.option(
    "--group", metavar="NAME", help="The group of devices or people these apps are for; a policy may have overrides for it."
)
@click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Worker processes. Default: one for each processor.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="Most time for one app.",
)
@click.option("--memory", default="2G", show_default=True, metavar="SIZE", help="Most memory for one app, as 800M or 2G (Linux).")
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler whose workers look at the apps, as tcp://host:8786.")
@flow_options
@click.option(
    "--no-call-graph", is_flag=True, help="Look less deeply: not when data is read, on whose behalf and where it goes. Fastest."
)
@sandbox_option
@click.option("--retry-failed", is_flag=True, help="Try those again that ran out of time or memory, or crashed.")
@click.option("--checksum", is_flag=True, help="Read every file to tell whether it changed; else size and time tell.")
@click.option("--gate", is_flag=True, help="Exit 1 when the verdict of an updated app is worse than that of the version before.")
@click.option("-q", "--quiet", is_flag=True, help="No progress on standard error.")
def scan_command(sources: tuple[str, ...], db: Path, quiet: bool, **options: Any) -> int:
    """Scan packages into a catalog; what is done already is not done again.

    A PATH is a file, a folder with everything below it, a glob, a location like s3://bucket/apps/, or - for a list on standard
    input, one a line. Run the same command again after whatever ended it: it goes on.

    \b
    Examples:
      apkvet catalog scan apps/ --db catalog.db
      apkvet catalog scan apps/ --db catalog.db --jobs 8 --timeout 120 --memory 4G
      apkvet catalog scan apps/ --db catalog.db --flow off
      find /srv -name '*.apk' | apkvet catalog scan - --db catalog.db --policy strict --quiet
      apkvet catalog scan apps/ --db catalog.db --gate
      apkvet catalog scan s3://our-apps/ --db catalog.db --scheduler tcp://scheduler:8786
    """
    from analyzer.catalog.locations import Count, find_items
    from analyzer.catalog.run import Plan, Run
    from analyzer.catalog.store import Store
    from analyzer.catalog.work import Budget, WorkerSettings
    from analyzer.cli.catalog_progress import CatalogProgress
    from analyzer.sandbox import check_sandbox, observe_inside
    from analyzer.scan import Depth, observe

    if options["sandbox"] and options["scheduler"] is None:
        check_sandbox()
    budget = Budget(options["timeout"], _size(options["memory"]))
    depth = Depth(reach=not options["no_call_graph"], flow=options["flow"], implicit=options["implicit"])
    plan = Plan(depth, budget, options["retry_failed"], not options["checksum"])
    jobs, group = options["jobs"] or _processors(), options["group"]
    judging = catalog_judging(options)
    with Store(db, write=True) as store:
        run = Run(store, judging, plan)
        settings = WorkerSettings(budget, judging.ruleset.extra_apis, observe_inside if options["sandbox"] else observe)
        with (
            _executor(options["scheduler"], jobs, settings, run.decide) as pool,
            CatalogProgress(db, quiet=quiet, count=None if quiet else Count(sources)) as progress,
            _interrupts(run.stop, pool.kill, progress.note) as interrupted,
        ):
            for event in run.events(find_items(_listed(sources), group), pool):
                progress.show(event, pool.current())
        progress.summary(interrupted=bool(interrupted))
        worse = _show_updates(store, judging) if not interrupted else 0
    if interrupted:
        return _INTERRUPTED
    if worse and options["gate"]:
        return _GATE
    return _FAILED if progress.failed else 0


def _show_updates(store: Store, judging: Judging) -> int:
    """Say which apps this run found updated; returns how many verdicts are worse."""
    from analyzer.catalog.updates import is_worse, updates
    from analyzer.reporting.sanitize import clean

    worse = 0
    for diff in updates(store, judging, store.run_id):
        worse += is_worse(diff)
        old, new = diff.old, diff.new
        signer = any(change.section == "signer" for change in diff.changes)
        parts = ["SIGNER CHANGED"] if signer else []
        parts.append(f"{old.verdict} → {new.verdict}" if old.verdict != new.verdict else f"still {new.verdict}")
        if old.score != new.score:
            parts.append(f"score {old.score} → {new.score}")
        risky = sum(change.worse is True for change in diff.changes)
        parts.append(f"{len(diff.changes)} changes, {risky} for the worse")
        names = f"{new.app.package} {old.app.version_name} → {new.app.version_name}"
        click.echo(f"{clean(names, 200)}: {', '.join(parts)}")
    return worse


def _executor(scheduler: str | None, jobs: int, settings: WorkerSettings, decide: Decide) -> LocalPool | DaskCluster:
    """Who looks at the apps: processes here, or a cluster."""
    if scheduler is None:
        from analyzer.catalog.pool import LocalPool

        return LocalPool(jobs, settings, decide)
    from analyzer.catalog.cluster import DaskCluster

    return DaskCluster(scheduler, settings)


def _processors() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _size(text: str) -> int:
    number, unit = text[:-1], text[-1:].upper()
    if unit in _SIZES and number.replace(".", "", 1).isdigit():
        return int(float(number) * _SIZES[unit])
    raise UsageError(f"{text!r} is no size", mend="Write it as 800M or 2G.")


def _listed(sources: tuple[str, ...]) -> Iterator[str]:
    """The sources, with the lines of standard input in place of ``-``."""
    for source in sources:
        if source == "-":
            yield from (line.rstrip("\n") for line in sys.stdin if line.strip())
        else:
            yield source


@contextmanager
def _interrupts(stop: Callable[[], None], kill: Callable[[], None], note: Callable[[str], None]) -> Iterator[list[int]]:
    """The first Ctrl-C lets the apps at work finish, the second gives them up. Yields the signals so far."""
    got: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        got.append(number)
        stop()
        if len(got) == 1:
            note("Finishing the apps at work. Press Ctrl-C again to give them up.")
        else:
            kill()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield got
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@catalog_group.command("judge")
@db_option
@judging_options
@click.option("-q", "--quiet", is_flag=True, help="Only the exit code.")
def judge_command(db: Path, quiet: bool, **options: Any) -> int:
    """Judge a catalog again, from what is stored; no package is opened.

    Run this after a change of rules, policy or waivers. It says which verdicts changed, and how many apps need a new scan because
    the rules now ask for something that was not looked for.

    \b
    Examples:
      apkvet catalog judge --db catalog.db
      apkvet catalog judge --db catalog.db --policy our-policy.yaml --waivers waivers.yaml
    """
    from analyzer.catalog.rejudge import judge_again
    from analyzer.catalog.store import Store
    from analyzer.reporting.sanitize import clean

    judging = catalog_judging(options)
    with Store(db, write=True) as store:
        *_, sums = judge_again(store, judging)
    if quiet:
        return 0
    verdicts = ", ".join(f"{sums.verdicts[verdict]} {verdict}" for verdict in ("allow", "review", "block"))
    click.echo(f"{sums.apps} apps judged: {verdicts}. {len(sums.changed)} verdicts changed, {sums.worse} for the worse.")
    for change in sums.changed[:50]:
        click.echo(f"  {change.before:6} → {change.after:6}  {clean(change.package, 100)}")
    if len(sums.changed) > 50:
        click.echo(f"  … and {len(sums.changed) - 50} more")
    if sums.unreadable:
        click.echo(f"{sums.unreadable} apps keep their verdicts: another version of apkvet stored them. Scan them again.")
    if sums.need_rescan:
        click.echo(f"{sums.need_rescan} apps were looked at with another watch list: run 'apkvet catalog scan' for them again.")
    return 0


for _command in (report_command, query_command, export_command, history_command, approve_command, approvals_command):
    catalog_group.add_command(_command)
