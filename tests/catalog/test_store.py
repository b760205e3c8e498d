"""The database: what it refuses, what it survives, who may write to it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from analyzer.catalog.database import APPLICATION_ID, open_for_reading, open_for_writing, schema_version
from analyzer.catalog.judging import Judging
from analyzer.catalog.packing import pack, unpack
from analyzer.catalog.rejudge import Changed, Rejudged, judge_again
from analyzer.catalog.store import Store
from analyzer.errors import CatalogError
from analyzer.policy import load_policy
from analyzer.scan import load_rules, observe
from tests.catalog.conftest import scan_all


def test_a_new_catalog_has_today_s_schema(tmp_path: Path) -> None:
    database = open_for_writing(tmp_path / "c.db")
    assert database.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert database.execute("PRAGMA user_version").fetchone() == (schema_version(),)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    views = {name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")}
    assert views == {
        "apps", "approvals", "findings", "accesses", "clipboard", "libraries", "hosts", "permissions", "signers", "gaps", "locations", "runs"
    }  # fmt: skip
    for view in views:
        assert database.execute(f"SELECT * FROM {view}").fetchall() == []
    database.close()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        ("CREATE TABLE x (y)", "is not a catalog of apkvet"),
        (f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 999; CREATE TABLE x (y)", "Update apkvet."),
        (None, "is not a catalog of apkvet"),
    ],
)
def test_other_files_are_refused_and_left_alone(tmp_path: Path, make: str | None, message: str) -> None:
    path = tmp_path / "c.db"
    if make is None:
        path.write_bytes(b"just some text, long enough to be looked at" * 50)
    else:
        with sqlite3.connect(path) as database:
            database.executescript(make)
        database.close()
    before = path.read_bytes()
    for opened in (open_for_writing, open_for_reading):
        with pytest.raises(CatalogError, match=message):
            opened(path)
    assert path.read_bytes() == before


def test_reading_needs_a_catalog_and_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no such catalog"):
        open_for_reading(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []
    open_for_writing(tmp_path / "c.db").close()
    database = open_for_reading(tmp_path / "c.db")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.execute("DELETE FROM app")
    database.close()


def test_an_older_schema_is_brought_up_to_date_by_a_writer_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from analyzer.catalog import database as module

    path = tmp_path / "c.db"
    open_for_writing(path).close()
    migrations = module._migrations()
    monkeypatch.setattr(module, "_migrations", lambda: [*migrations, "ALTER TABLE app ADD COLUMN extra TEXT;\n"])
    with pytest.raises(CatalogError, match="Bring it up to date"):
        open_for_reading(path)
    database = open_for_writing(path)
    assert database.execute("SELECT extra FROM app").fetchall() == []
    assert database.execute("PRAGMA user_version").fetchone() == (len(migrations) + 1,)
    database.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from analyzer.catalog import database as module

    path = tmp_path / "c.db"
    open_for_writing(path).close()
    migrations = module._migrations()
    monkeypatch.setattr(module, "_migrations", lambda: [*migrations, "CREATE TABLE extra (x);\nnonsense;\n"])
    with pytest.raises(CatalogError, match="syntax error"):
        open_for_writing(path)
    monkeypatch.undo()
    database = open_for_reading(path)
    assert database.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'extra'").fetchone() == (0,)
    assert database.execute("SELECT * FROM apps").fetchall() == []
    database.close()


def test_there_is_one_writer(tmp_path: Path) -> None:
    with Store(tmp_path / "c.db", write=True):
        with pytest.raises(CatalogError, match="another run is using this catalog"):
            Store(tmp_path / "c.db", write=True)
        Store(tmp_path / "c.db").__exit__(None, None, None)
    Store(tmp_path / "c.db", write=True).__exit__(None, None, None)


def test_a_full_disk_is_one_clear_error_and_keeps_what_is_there(tmp_path: Path, apps: Path, judging: Judging) -> None:
    path = tmp_path / "c.db"
    with Store(path, write=True) as store:
        scan_all(store, judging, [apps / "keyboard.apk"])
        pages = store.database.execute("PRAGMA page_count").fetchone()[0]
        store.database.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(CatalogError, match=r"full.*make space and run the same command again"):
            scan_all(store, judging, [apps])
    with Store(path) as store:
        assert store.database.execute("SELECT package, verdict FROM apps").fetchall() == [
            ("org.apkvet.samples.keyboard", "review")
        ]
        assert store.database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_observations_come_back_as_they_were(apks: Path) -> None:
    seen = observe(apks / "exported-proxy.apk")
    assert unpack(pack(seen)) == seen
    with pytest.raises(CatalogError, match="damaged"):
        unpack(pack(seen)[:-9])
    with pytest.raises(CatalogError, match="version 999"):
        import msgspec

        unpack(pack(msgspec.structs.replace(seen, version=999)))


def test_judging_again_opens_no_package(tmp_path: Path, apps: Path, judging: Judging) -> None:
    (apps / "bad.apk").write_text("no package")
    with Store(tmp_path / "c.db", write=True) as store:
        scan_all(store, judging, [apps])
        for path in apps.iterdir():
            path.unlink()
        *_, same = judge_again(store, judging)
        assert same == Rejudged(4, {"allow": 2, "review": 2}, [], 0, 0, 0)  # type: ignore[arg-type]
        strict = Judging(judging.ruleset, load_policy("strict"))
        *_, sums = judge_again(store, strict)
        assert (sums.apps, sums.need_rescan) == (4, 0)
        assert Changed("org.apkvet.samples.keyboard", "review", "block") in sums.changed
        assert store.database.execute("SELECT DISTINCT policy FROM judgement").fetchall() == [("strict",)]
        assert store.database.execute("SELECT verdict FROM apps WHERE failed IS NOT NULL").fetchall() == [("review",)]


def test_judging_again_says_how_many_apps_were_not_looked_at_with_today_s_watch_list(
    tmp_path: Path, apps: Path, judging: Judging
) -> None:
    with Store(tmp_path / "c.db", write=True) as store:
        scan_all(store, judging, [apps])
        ruleset, _ = load_rules()
        *_, sums = judge_again(store, Judging(ruleset.looked_for(frozenset({"Lorg/x/New;->api"}), "newer"), load_policy()))
        assert (sums.apps, sums.need_rescan) == (3, 3)
        # a damaged observation is a failure of one app
        store.database.execute("UPDATE scan SET observation = x'00' WHERE id = 1")
        *_, sums = judge_again(store, judging)
        assert (sums.apps, sums.need_rescan, sums.unreadable) == (2, 0, 1)
        assert store.database.execute("SELECT count(*) FROM judgement").fetchone() == (3,)
