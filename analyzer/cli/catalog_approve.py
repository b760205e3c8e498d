"""``apkvet catalog approve`` and ``approvals``: the record of who allowed what, and the list for the device management."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Any

import click

from analyzer.cli.catalog_options import db_option

_COLUMNS = (
    "package",
    "version_code",
    "sha256",
    "signers",
    "state",
    "why",
    "conditions",
    "until",
    "decided_by",
    "reason",
    "verdict",
    "decided_at",
)
_SHORT = ("package", "version_code", "state", "why", "until", "decided_by", "conditions")
_STATES = ("valid", "expired", "signer-changed", "updated", "worse", "revoked")


def _today(given: datetime.datetime | None) -> datetime.date:
    return given.date() if given else datetime.datetime.now().astimezone().date()


@click.command("approve")
@click.argument("app", metavar="SHA256|PACKAGE")
@db_option
@click.option("--by", required=True, metavar="NAME", help="Who decides and answers for it.")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@click.option(
    "--condition", "conditions", multiple=True, metavar="CONTROL", help="A control of the device management; may be repeated."
)
@click.option("--until", type=click.DateTime(("%Y-%m-%d",)), metavar="DAY", help="The last day of the approval.")
@click.option("--revoke", is_flag=True, help="Take the approval back.")
def approve_command(app: str, db: Path, **options: Any) -> int:
    """Record that an app of the catalog is approved (a package stands for its newest version), or no longer.

    The approval is of this very file and of who signed it. An update, a changed signer, a worse verdict or the end of the time
    reopens the question: see 'apkvet catalog approvals'.

    \b
    Examples:
      apkvet catalog approve com.example.app --db catalog.db --by 'J. Doe' --reason 'needed for travel' --until 2027-03-31
      apkvet catalog approve 1f0a22c4d9 --db catalog.db --by 'J. Doe' --reason 'work profile only' \\
        --condition DISALLOW_CROSS_PROFILE_COPY_PASTE
      apkvet catalog approve com.example.app --db catalog.db --by 'J. Doe' --reason 'sold to another owner' --revoke
    """
    from analyzer.catalog.approvals import Decision, decide, find_app
    from analyzer.catalog.store import Store
    from analyzer.reporting.sanitize import clean

    until = options["until"].date() if options["until"] else None
    decision = Decision(options["by"], options["reason"], options["conditions"], until, options["revoke"])
    with Store(db, write=True) as store:
        sha256 = find_app(store, app)
        decide(store, sha256, decision)
    click.echo(f"{'Revoked' if decision.revoke else 'Approved'}: {clean(app, 100)}, {sha256}")
    return 0


@click.command("approvals")
@db_option
@click.option("--format", "format_", type=click.Choice(("text", "csv", "jsonl", "json")), default="text", show_default=True)
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only these; may be repeated. Default: all.")
@click.option("--to", "path", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Default: standard output.")
@click.option("--today", type=click.DateTime(("%Y-%m-%d",)), metavar="DAY", help="The day it is asked of. Default: today.")
def approvals_command(db: Path, format_: str, states: tuple[str, ...], path: Path | None, today: datetime.datetime | None) -> int:
    """List what stands for each package: valid, or reopened and why. For the device management: --state valid --format csv.

    \b
    Examples:
      apkvet catalog approvals --db catalog.db
      apkvet catalog approvals --db catalog.db --state valid --format csv --to allowlist.csv
    """
    from analyzer.catalog.approvals import approvals
    from analyzer.catalog.store import Store
    from analyzer.catalog.tables import Table
    from analyzer.cli.files import whole_file
    from analyzer.cli.tables import write_json, write_table

    with Store(db) as store:
        found = [approval for approval in approvals(store, _today(today)) if not states or approval.state in states]
    columns: tuple[str, ...] = _COLUMNS if format_ != "text" else _SHORT
    rows = ([_flat(getattr(approval, name)) for name in columns] for approval in found)
    table = Table(columns, (tuple(row) for row in rows))

    def write(out: Any) -> None:
        if format_ == "json":
            write_json(found, out)
        else:
            write_table(table, format_, out)  # type: ignore[arg-type]  # click has checked it

    if path is None:
        write(sys.stdout.buffer)
        sys.stdout.buffer.flush()
    else:
        with whole_file(path) as out:
            write(out)
    return 0


def _flat(value: Any) -> Any:
    return " ".join(value) if isinstance(value, tuple) else value
