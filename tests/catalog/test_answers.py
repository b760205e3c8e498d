"""What a catalog answers: queries that cannot change it, views that leave it, the queries of its guide."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest

from analyzer.catalog.judging import Judging
from analyzer.catalog.store import Store
from analyzer.catalog.tables import Asked
from analyzer.errors import UsageError
from tests.catalog.conftest import scan_all
from tests.cli.conftest import Run

GUIDE = Path(__file__).resolve().parents[2] / "docs/CATALOG.md"
QUERIES = re.findall(r"```sql\n(.*?)```", GUIDE.read_text(), re.DOTALL)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory, judging: Judging) -> Path:
    """A catalog of the samples and a file that is none."""
    folder = tmp_path_factory.mktemp("catalog")
    apks = Path(__file__).resolve().parents[2] / "samples/apk"
    (folder / "bad.apk").write_text("no package")
    clips = [apks.parent / f"clipbench/apk/{name}.apk" for name in ("compose", "paste-menu")]
    with Store(folder / "c.db", write=True) as store:
        scan_all(store, judging, [apks, *clips, folder])
    return folder / "c.db"


@pytest.mark.parametrize("sql", QUERIES)
def test_the_queries_of_the_guide_have_answers(sql: str, samples: Path) -> None:
    with Asked(samples) as asked:
        assert list(asked.query(sql).rows)


def test_the_guide_names_every_column(samples: Path) -> None:
    text = GUIDE.read_text()
    with Asked(samples) as asked:
        for view in asked.views:
            (line,) = re.findall(rf"^\| `{view}` \|.*", text, re.MULTILINE)
            line = text.split("| `accesses` |")[1].splitlines()[0] if view == "clipboard" else line
            for column in set(asked.view(view).columns) - {"package", "version_name", "sha256"}:
                assert f"`{column}`" in line, (view, column)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM app",
        "UPDATE app SET package = 'x'",
        "DROP VIEW apps",
        "CREATE TABLE x (y)",
        "ATTACH DATABASE '/tmp/other.db' AS other",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "VACUUM INTO '/tmp/copy.db'",
        "SELECT load_extension('x')",
        "BEGIN IMMEDIATE",
        "SELECT * FROM nothing",
        "SELECT 1; SELECT 2",
        "",
    ],
)
def test_a_query_can_only_ask(sql: str, samples: Path) -> None:
    before = samples.read_bytes()
    with Asked(samples) as asked, pytest.raises(UsageError):
        list(asked.query(sql).rows)
    assert samples.read_bytes() == before


def test_query_as_text_csv_and_lines(run: Run, samples: Path) -> None:
    sql = "SELECT package, verdict, score, failed FROM apps WHERE package LIKE '%.proxy' OR failed IS NOT NULL ORDER BY 1"
    ran = run("catalog", "query", sql, "--db", samples)
    assert ran.code == 0
    assert ran.out.splitlines()[0].split() == ["package", "verdict", "score", "failed"]
    assert re.search(r"^org\.apkvet\.samples\.proxy  review +\d+$", ran.out, re.MULTILINE)
    ran = run("catalog", "query", sql, "--db", samples, "--format", "csv")
    assert ran.out.splitlines()[1] == ",review,,is not an Android package: it is no ZIP file. Give an APK file."
    ran = run("catalog", "query", sql, "--db", samples, "--format", "jsonl")
    assert [json.loads(line)["verdict"] for line in ran.out.splitlines()] == ["review", "review"]


def test_hostile_text_is_harmless_in_every_form(run: Run, tmp_path: Path, judging: Judging, apps: Path) -> None:
    db = tmp_path / "c.db"
    with Store(db, write=True) as store:
        scan_all(store, judging, [apps / "keyboard.apk"])
        store.database.execute("UPDATE app SET label = ?", ("=cmd()\x1b[31m\u202e",))
    for format_ in ("text", "csv", "jsonl"):
        out = run("catalog", "query", "SELECT label FROM apps", "--db", db, "--format", format_).out
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert not any(line.startswith("=") for line in out.splitlines()) or format_ == "text"


def test_export(run: Run, samples: Path, tmp_path: Path) -> None:
    from pyarrow import parquet

    assert run("catalog", "export", "--db", samples, "--to", tmp_path / "csv").code == 0
    with Asked(samples) as asked:
        assert sorted(path.stem for path in (tmp_path / "csv").iterdir()) == sorted(asked.views)
        assert run("catalog", "export", "--db", samples, "--format", "parquet", "--to", tmp_path / "p").code == 0
        for view in asked.views:
            table = asked.view(view)
            rows = list(table.rows)
            stored = parquet.read_table(tmp_path / "p" / f"{view}.parquet")
            assert tuple(stored.column_names) == table.columns
            assert [tuple(row.values()) for row in stored.to_pylist()] == rows, view
    ran = run("catalog", "export", "--db", samples, "--format", "jsonl", "--view", "apps")
    with Asked(samples) as asked:
        assert len(ran.out.splitlines()) == len(list(asked.view("apps").rows)) > 10
    assert run("catalog", "export", "--db", samples).code == 2
    assert "Views: accesses" in run("catalog", "export", "--db", samples, "--view", "nonsense").err


def test_no_catalog_is_one_line(run: Run, tmp_path: Path) -> None:
    ran = run("catalog", "query", "SELECT 1", "--db", tmp_path / "none.db")
    assert (ran.code, ran.out) == (6, "")
    assert ran.err == f"apkvet: {tmp_path}/none.db: no such catalog. Make one: apkvet catalog scan FOLDER --db FILE.\n"
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE x (y)")
    database.close()
    assert run("catalog", "query", "SELECT 1", "--db", other).code == 6
