"""``apkvet catalog report``: the overview as one page, and a page for each app."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import click

from analyzer.cli.catalog_options import catalog_judging, db_option, judging_options


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@db_option
@judging_options
@click.option("--title", metavar="TEXT", help="What the catalog is called.")
@click.option("--no-pages", is_flag=True, help="Only the overview, not a page for each app.")
@click.option("--all-versions", is_flag=True, help="Every version of each package, not only the newest.")
@click.option("--lang", "language", default="en", metavar="LANG", help="Language of fixed texts: en, de.")
@click.option("--templates", type=click.Path(path_type=Path), metavar="DIR", help="Own templates and texts.")
@click.option("-q", "--quiet", is_flag=True, help="Only the exit code.")
def report_command(folder: Path, db: Path, title: str | None, language: str, templates: Path | None, **options: Any) -> int:
    """Write the catalog as pages: DIR/index.html, sortable and searchable, DIR/index.json, and DIR/apps/SHA256.html.

    Percentiles compare with the whole catalog and, where apps have groups, within these. The overview shows the verdicts as they
    were last judged ('catalog judge'); the pages of the apps are judged as the options here say.

    \b
    Examples:
      apkvet catalog report report/ --db catalog.db --title 'Staff phones'
      apkvet catalog report report/ --db catalog.db --no-pages
    """
    from analyzer.catalog.store import Store
    from analyzer.catalog.summary import summarise
    from analyzer.cli.files import whole_file
    from analyzer.reporting import load_look
    from analyzer.reporting.catalog import present_catalog

    look = load_look(language, templates)
    pages = not options["no_pages"]
    with Store(db) as store:
        summary = summarise(store, every_version=options["all_versions"], pages="apps" if pages else None, title=title)
        for name, format_ in (("index.html", "html"), ("index.json", "json")):
            with whole_file(folder / name) as out:
                present_catalog(summary, out, look, format_)
        if pages:
            _write_pages(
                store, [app.sha256 for app in summary.apps if app.sha256], folder / "apps", look, catalog_judging(options)
            )
    if not options["quiet"]:
        click.echo(f"{folder / 'index.html'}: {len(summary.apps)} apps", err=True)
    return 0


def _write_pages(store: Any, digests: list[str], folder: Path, look: Any, judging: Any) -> None:
    import msgspec

    from analyzer.catalog.summary import Standings
    from analyzer.cli.files import whole_file
    from analyzer.reporting import present

    standings = Standings(store)
    for number, sha256 in enumerate(digests):
        app = store.app(sha256)
        result = msgspec.structs.replace(judging.result(app.observation_or_why(), app.group), catalog=standings.document(sha256))
        with whole_file(folder / f"{sha256}.html") as out:
            present(result, "html", out, look)
        if number % 200 == 199:
            gc.collect()  # automatic collection is off in the command line
