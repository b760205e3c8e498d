"""``apkvet catalog query``, ``export`` and ``history``: what a catalog knows. They only read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

import click

from analyzer.cli.catalog_options import catalog_judging, db_option, judging_options
from analyzer.errors import UsageError

_FORMATS = ("csv", "jsonl", "parquet")


@click.command("query")
@click.argument("sql", metavar="SQL")
@db_option
@click.option("--format", "format_", type=click.Choice(("text", "csv", "jsonl")), default="text", show_default=True)
def query_command(sql: str, db: Path, format_: str) -> int:
    """Ask the catalog in SQL (SQLite's). Nothing can be changed this way.

    The views: apps, findings, accesses, clipboard, libraries, hosts, permissions, signers, gaps, locations, runs. Their columns
    are in docs/CATALOG.md; SELECT * FROM apps LIMIT 1 shows them, too.

    \b
    Examples:
      apkvet catalog query "SELECT package, score FROM apps ORDER BY score DESC LIMIT 10" --db catalog.db
      apkvet catalog query "SELECT DISTINCT package FROM libraries WHERE name = 'Firebase'" --db catalog.db --format csv
    """
    from analyzer.catalog.tables import Asked
    from analyzer.cli.tables import TableFormat, write_table

    with Asked(db) as asked:
        write_table(asked.query(sql), cast(TableFormat, format_), sys.stdout.buffer)
        sys.stdout.buffer.flush()
    return 0


@click.command("export")
@db_option
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="csv", show_default=True)
@click.option("--view", "views", multiple=True, metavar="NAME", help="Only this view; may be repeated. Default: all.")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Default: one view to standard output.",
)
def export_command(db: Path, format_: str, views: tuple[str, ...], folder: Path | None) -> int:
    """Write the catalog's views as files, one each: VIEW.csv, VIEW.jsonl or VIEW.parquet.

    Parquet needs pyarrow: pip install 'apkvet[parquet]'.

    \b
    Examples:
      apkvet catalog export --to tables/ --db catalog.db
      apkvet catalog export --format parquet --to tables/ --db catalog.db
      apkvet catalog export --view findings --format jsonl --db catalog.db
    """
    from analyzer.catalog.tables import Asked
    from analyzer.cli.files import whole_path
    from analyzer.cli.tables import TableFormat, write_parquet, write_table

    if folder is None and (len(views) != 1 or format_ == "parquet"):
        raise UsageError("nowhere to write to", mend="Give a folder: --to DIR; one view can go to standard output: --view NAME.")
    with Asked(db) as asked:
        for name in views or asked.views:
            table = asked.view(name)
            if folder is None:
                write_table(table, cast(TableFormat, format_), sys.stdout.buffer)
                sys.stdout.buffer.flush()
                continue
            path = folder / f"{name}.{format_}"
            with whole_path(path) as temporary:
                if format_ == "parquet":
                    rows = write_parquet(table, asked.types(name, table.columns), temporary)
                else:
                    with temporary.open("wb") as out:
                        rows = write_table(table, cast(TableFormat, format_), out)
            click.echo(f"{path}: {rows} rows", err=True)
    return 0


@click.command("history")
@click.argument("package")
@db_option
@judging_options
@click.option("--changes", is_flag=True, help="Also print what each version changes.")
@click.option("--lang", "language", default="en", metavar="LANG", help="Language of fixed texts: en, de.")
def history_command(package: str, db: Path, changes: bool, language: str, **options: Any) -> int:
    """List the versions of PACKAGE in the catalog, judged by today's rules, and what each changed.

    \b
    Examples:
      apkvet catalog history com.example.app --db catalog.db
      apkvet catalog history com.example.app --changes --db catalog.db
    """
    from analyzer.catalog.store import Store
    from analyzer.catalog.updates import history
    from analyzer.reporting import load_look
    from analyzer.reporting.diff import present_diff
    from analyzer.reporting.sanitize import clean

    look = load_look(language)
    count = 0
    with Store(db) as store:
        for version in history(store, catalog_judging(options), package):
            count += 1
            app, score = version.result.app, version.result.score
            parts = [version.result.decision.verdict, f"score {score.total}" if score else "no score"]
            if version.diff is not None:
                if any(change.section == "signer" for change in version.diff.changes):
                    parts.insert(0, "SIGNER CHANGED")
                worse = sum(change.worse is True for change in version.diff.changes)
                parts.append(f"{len(version.diff.changes)} changes, {worse} for the worse")
            name = f"{app.version_name} ({app.version_code})"
            click.echo(f"{clean(name, 60):24} {version.first_seen[:10]}  {(app.sha256 or '')[:12]}  {', '.join(parts)}")
            if changes and version.diff is not None:
                sys.stdout.flush()
                present_diff(version.diff, "text", sys.stdout.buffer, look)
                sys.stdout.buffer.flush()
                click.echo()
    if not count:
        raise UsageError(f"the catalog has no app {package!r}", mend="See: SELECT DISTINCT package FROM apps.")
    return 0
