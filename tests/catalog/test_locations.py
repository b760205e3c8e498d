"""Where packages are found: folders, globs, lists, stores, and names that are no text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from analyzer.catalog.judging import Judging
from analyzer.catalog.locations import Count, fetched, find_items, local_path
from analyzer.catalog.store import Store
from analyzer.errors import PackageError, UsageError
from tests.catalog.conftest import scan_all


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.apk", "a.APK", "sub/c.xapk", "sub/deep/d.aab", "sub/readme.txt", "e.jar"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def names(tree: Path, *sources: str) -> list[str]:
    return [os.path.relpath(item.location, tree) for item in find_items(sources)]


def test_folders_globs_and_files(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(tree, str(tree)) == ["a.APK", "b.apk", "sub/c.xapk", "sub/deep/d.aab"]
    assert names(tree, f"{tree}/*.apk") == ["b.apk"]
    assert names(tree, f"{tree}/**/*.xapk", f"{tree}/e.jar") == ["sub/c.xapk", "e.jar"]
    assert names(tree, f"{tree}/none.apk") == ["none.apk"]
    monkeypatch.chdir(tree / "sub")
    assert names(tree, "c.xapk", ".") == ["sub/c.xapk", "sub/c.xapk", "sub/deep/d.aab"]


def test_a_stamp_changes_with_the_file(tree: Path) -> None:
    (before,) = find_items([f"{tree}/b.apk"])
    os.utime(tree / "b.apk", (5, 5))
    (after,) = find_items([f"{tree}/b.apk"], "office")
    assert before.stamp is not None
    assert before.stamp != after.stamp
    assert (before.group, after.group) == (None, "office")
    (missing,) = find_items([f"{tree}/none.apk"])
    assert missing.stamp is None


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text_finds_its_file_again(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.apk")
    path.write_bytes(b"x")
    (item,) = find_items([str(tmp_path)])
    assert item.location.encode()
    assert local_path(item.location) == path
    with fetched(item.location) as found:
        assert found == path


def test_what_is_not_there_says_so(tmp_path: Path) -> None:
    for location, message in ((str(tmp_path / "none.apk"), "no such file"), (str(tmp_path), "is a folder")):
        with pytest.raises(PackageError, match=message), fetched(location):
            pass


def test_a_store_is_listed_and_fetched(tree: Path) -> None:
    pytest.importorskip("fsspec")
    found = list(find_items([f"file://{tree}"]))
    assert [item.location.removeprefix(f"file://{tree}/") for item in found] == ["a.APK", "b.apk", "sub/c.xapk", "sub/deep/d.aab"]
    assert all(item.stamp for item in found)
    assert [item.location for item in find_items([f"file://{tree}/*.apk"])] == [f"file://{tree}/b.apk"]
    with fetched(f"file://{tree}/b.apk") as path:
        assert (path.name, path.read_bytes()) == ("b.apk", b"x")
        assert path != tree / "b.apk"
    assert not path.exists()
    with pytest.raises(PackageError, match="cannot be fetched"), fetched(f"file://{tree}/none.apk"):
        pass
    with pytest.raises(UsageError, match="nonsense"):
        list(find_items(["nonsense://x/y.apk"]))


def test_a_catalog_over_a_store(apps: Path, tmp_path: Path, judging: Judging) -> None:
    pytest.importorskip("fsspec")
    with Store(tmp_path / "c.db", write=True) as store:
        events = scan_all(store, judging, [f"file://{apps}"])  # type: ignore[list-item]
        assert [event.state for event in events] == ["done"] * 3
        assert store.database.execute("SELECT location FROM apps WHERE package LIKE '%keyboard'").fetchall() == [
            (f"file://{apps}/keyboard.apk",)
        ]
        assert [event.state for event in scan_all(store, judging, [f"file://{apps}"])] == ["known"] * 3  # type: ignore[list-item]


def test_what_there_is_is_counted_beside_the_run(tree: Path) -> None:
    count = Count([str(tree), f"{tree}/none.apk"])
    while count.total is None:
        pass
    assert count.total == 5
    assert Count(["-"]).total is None
