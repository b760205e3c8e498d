"""What is kept between runs: as good as working it out, never old, torn or another user's."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from msgspec import Struct

from analyzer import kept as module
from analyzer.engine import load_ruleset
from analyzer.errors import RuleError
from analyzer.kept import kept
from analyzer.platform.watch import load_watch
from analyzer.policy import load_policy
from analyzer.resources import cache_dir, rules_dir


class Thing(Struct, frozen=True):
    name: str
    count: int


class Maker:
    """Counts how often it is asked."""

    def __init__(self, thing: Thing) -> None:
        self.thing = thing
        self.asked = 0

    def __call__(self) -> Thing:
        self.asked += 1
        return self.thing


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/apkvet/kept"


def test_the_same_sources_are_worked_out_once(cache: Path) -> None:
    make = Maker(Thing("a", 1))
    assert kept("thing", Thing, [b"x", b"y"], ["kept.py"], make) == Thing("a", 1)
    assert kept("thing", Thing, [b"x", b"y"], ["kept.py"], make) == Thing("a", 1)
    assert make.asked == 1
    assert len([*cache.iterdir()]) == 1


def test_other_sources_code_or_version_are_worked_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Maker(Thing("a", 1))
    kept("thing", Thing, [b"x", b"y"], ["kept.py"], make)
    kept("thing", Thing, [b"xy", b""], ["kept.py"], make)
    kept("thing", Thing, [b"x", b"y"], ["errors.py"], make)
    monkeypatch.setattr(module, "__version__", "other")
    kept("thing", Thing, [b"x", b"y"], ["kept.py"], make)
    assert make.asked == 4


@pytest.mark.parametrize("change", ["cut", "flipped", "stamp", "empty", "other type"])
def test_a_damaged_file_is_replaced(cache: Path, change: str) -> None:
    make = Maker(Thing("a", 1))
    kept("thing", Thing, [b"x"], [], make)
    (path,) = cache.iterdir()
    good = path.read_bytes()
    if change == "other type":
        path.unlink()
        kept("thing", int, [b"x"], [], lambda: 7)
    else:
        spoilt = {"cut": good[:-1], "flipped": good[:-1] + b"\xff", "stamp": b"\0" + good[1:], "empty": b""}
        path.write_bytes(spoilt[change])
    assert kept("thing", Thing, [b"x"], [], make) == Thing("a", 1)
    assert make.asked == 2
    assert path.read_bytes() == good


def test_what_fails_is_not_kept(cache: Path) -> None:
    def fail() -> Thing:
        raise RuleError("wrong")

    for _ in range(2):
        with pytest.raises(RuleError, match="wrong"):
            kept("thing", Thing, [b"x"], [], fail)
    assert [*cache.iterdir()] == []


def test_a_source_that_cannot_be_read_keeps_nothing(tmp_path: Path, cache: Path) -> None:
    sources = ((tmp_path / name).read_bytes() for name in ("none",))
    assert kept("thing", Thing, sources, [], Maker(Thing("a", 1))) == Thing("a", 1)
    assert [*cache.iterdir()] == []


def test_only_a_few_of_a_name_stay(cache: Path) -> None:
    for number in range(12):
        kept("thing", Thing, [bytes([number])], [], Maker(Thing("a", number)))
    kept("another", Thing, [b""], [], Maker(Thing("b", 0)))
    assert sorted(path.name.partition("-")[0] for path in cache.iterdir()) == ["another", *["thing"] * 8]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no user ids")
def test_a_folder_that_others_may_write_to_is_not_used(cache: Path) -> None:
    assert cache_dir("kept") == cache
    cache.chmod(0o777)
    assert cache_dir("kept") is None
    make = Maker(Thing("a", 1))
    kept("thing", Thing, [b"x"], [], make)
    kept("thing", Thing, [b"x"], [], make)
    assert make.asked == 2


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert cache_dir("kept") is None
    assert kept("thing", Thing, [b"x"], [], Maker(Thing("a", 1))) == Thing("a", 1)


def test_rules_policy_and_watch_list_are_the_same_when_they_were_kept(cache: Path) -> None:
    first = load_ruleset([rules_dir()]), load_policy("strict"), load_watch()
    assert sorted(path.name.partition("-")[0] for path in cache.iterdir()) == ["policy", "rules", "watch"]
    again = load_ruleset([rules_dir()]), load_policy("strict"), load_watch()
    for one, other in ((first[0].rules, again[0].rules), (first[0].paths, again[0].paths), (first[0].digest, again[0].digest)):
        assert one == other
    assert first[1] == again[1]
    assert [vars(watch) for watch in (first[2], again[2])] == [vars(first[2])] * 2


def test_an_edited_rule_is_seen_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(rules_dir() / "lists", folder / "lists")
    (folder / "app").mkdir()
    path = Path(shutil.copy(rules_dir() / "app/debuggable.yaml", folder / "app"))
    before = load_ruleset([folder]).rules[0]
    path.write_text(path.read_text().replace(before.title, "Another title"))
    assert load_ruleset([folder]).rules[0].title == "Another title"
    path.write_text(path.read_text().replace("title:", "titel:"))
    with pytest.raises(RuleError, match="titel"):
        load_ruleset([folder])
