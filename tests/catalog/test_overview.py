"""The overview, standings, approvals and peers."""

from __future__ import annotations

import csv
import datetime
import io
import json
import shutil
from pathlib import Path

import msgspec
import pytest

from analyzer.catalog.approvals import Decision, approvals, decide, find_app
from analyzer.catalog.judging import Judging
from analyzer.catalog.peers import side_by_side
from analyzer.catalog.rejudge import judge_again
from analyzer.catalog.store import Store
from analyzer.catalog.summary import Percentiles, Standings, summarise
from analyzer.documents import CatalogSummary
from analyzer.errors import UsageError
from analyzer.policy import load_policy
from analyzer.result import CatalogDoc
from analyzer.scan import observe
from tests.catalog.conftest import distinct_copy, scan_all
from tests.cli.conftest import Run

PROXY = "org.apkvet.samples.proxy"
DAY = datetime.date(2026, 6, 1)


@pytest.mark.parametrize(
    ("values", "value", "standing"),
    [
        ([], 5, (None, None)),
        ([5], 5, (None, None)),
        ([1, 2, 3, 4], 4, (75, None)),
        ([1, 1, 1, 9], 1, (0, None)),
        ([1, 2], None, (None, None)),
    ],
)
def test_percentiles(values: list[int], value: int | None, standing: tuple[int | None, int | None]) -> None:
    assert Percentiles((None, one) for one in values).of(value) == standing


def test_percentiles_in_groups() -> None:
    standings = Percentiles([("a", 1), ("a", 2), ("b", 3), ("b", 4), (None, 5), ("b", None)])
    assert standings.of(4, "b") == (60, 50)
    assert standings.of(5, None) == (80, None)


@pytest.fixture
def db(tmp_path: Path, judging: Judging, apks: Path) -> Path:
    """A catalog of four apps, one of which is no package, and a location that is not there."""
    folder = tmp_path / "apps"
    folder.mkdir()
    for name in ("exported-proxy", "paste-button", "keyboard"):
        shutil.copy(apks / f"{name}.apk", folder)
    (folder / "bad.apk").write_text("no package")
    with Store(tmp_path / "c.db", write=True) as store:
        scan_all(store, judging, [folder, tmp_path / "none.apk"], group="office")
    return tmp_path / "c.db"


def test_the_overview_has_every_app_the_failed_ones_first(db: Path) -> None:
    with Store(db) as store:
        summary = summarise(store, pages="apps", title="Phones")
    assert [(app.package, app.verdict, app.failed is not None, app.group) for app in summary.apps] == [
        ("bad.apk", "review", True, "office"),
        ("none.apk", "review", True, "office"),
        ("org.apkvet.samples.keyboard", "review", False, "office"),
        (PROXY, "review", False, "office"),
        ("org.apkvet.samples.paste", "allow", False, "office"),
    ]
    proxy = summary.apps[3]
    assert (proxy.percentile, proxy.categories, proxy.page) == (33, ("media-files", "clipboard"), f"apps/{proxy.sha256}.html")
    assert proxy.severities["high"] == 3
    assert (summary.title, summary.policy) == ("Phones", "default")


def test_only_the_newest_version_is_shown_unless_all_are_asked_for(
    db: Path, judging: Judging, apks: Path, tmp_path: Path
) -> None:
    newer = distinct_copy(apks / "exported-proxy.apk", tmp_path / "newer.apk")
    with Store(db, write=True) as store:
        scan_all(store, judging, [newer])
        store.database.execute("UPDATE app SET version_code = 9000, signers = 'other' WHERE file = 'newer.apk'")
        summary = summarise(store)
        assert len(summary.apps) == 5
        assert [outlier.why for outlier in summary.outliers] == ["versions are signed by different keys"]
        assert len(summarise(store, every_version=True).apps) == 6


def test_standings_of_one_app(db: Path) -> None:
    with Store(db) as store:
        document = Standings(store).document(find_app(store, PROXY))
    assert document == CatalogDoc(
        apps=4,
        group="office",
        score_percentile=33,
        score_percentile_in_group=33,
        categories=2,
        categories_percentile=66,
        categories_percentile_in_group=66,
        same_signer=("org.apkvet.samples.keyboard", "org.apkvet.samples.paste"),
        same_libraries={},
        same_hosts={},
    )


def test_report_command(run: Run, db: Path, tmp_path: Path) -> None:
    ran = run("catalog", "report", tmp_path / "r", "--db", db, "--title", "Phones", "-q")
    assert (ran.code, ran.err) == (0, "")
    summary = msgspec.json.decode((tmp_path / "r/index.json").read_bytes(), type=CatalogSummary)
    pages = {app.page for app in summary.apps if app.page}
    assert pages == {f"apps/{path.name}" for path in (tmp_path / "r/apps").iterdir()}
    assert len(pages) == 4
    assert "Phones" in (tmp_path / "r/index.html").read_text()


def stand(store: Store, day: datetime.date = DAY) -> list[tuple[str, str]]:
    return [(approval.state, approval.why) for approval in approvals(store, day)]


def test_an_approval_holds_until_something_reopens_it(db: Path, judging: Judging, apks: Path, tmp_path: Path) -> None:
    with Store(db, write=True) as store:
        decision = Decision("J. Doe", "travel", ("DISALLOW_CROSS_PROFILE_COPY_PASTE", "max-sdk=34"), datetime.date(2026, 12, 31))
        decide(store, find_app(store, PROXY), decision)
        (approval,) = approvals(store, DAY)
        assert (approval.package, approval.state, approval.conditions, approval.until) == (
            PROXY,
            "valid",
            decision.conditions,
            "2026-12-31",
        )
        assert stand(store, datetime.date(2026, 12, 31)) == [("valid", "")]
        assert stand(store, datetime.date(2027, 1, 1)) == [("expired", "it ended on 2026-12-31")]
        for _ in judge_again(store, Judging(judging.ruleset, load_policy("strict"))):
            pass
        assert stand(store) == [("worse", "the verdict was review and is block")]
        scan_all(store, judging, [distinct_copy(apks / "exported-proxy.apk", tmp_path / "newer.apk")])
        store.database.execute("UPDATE app SET version_code = 9000 WHERE file = 'newer.apk'")
        assert stand(store) == [("updated", "version 7.0-beta (9000) is in the catalog")]
        store.database.execute("UPDATE app SET signers = 'other' WHERE file = 'newer.apk'")
        assert stand(store) == [("signer-changed", "version 7.0-beta (9000) is signed by another key")]
        decide(store, find_app(store, PROXY), Decision("J. Doe", "looked at again"))
        assert stand(store) == [("valid", "")]
        decide(store, find_app(store, PROXY), Decision("J. Doe", "sold", revoke=True))
        assert stand(store) == [("revoked", "sold")]
        assert store.database.execute("SELECT count(*) FROM approvals").fetchone() == (3,)


def test_what_cannot_be_approved(db: Path) -> None:
    with Store(db, write=True) as store:
        (failed,) = store.database.execute("SELECT sha256 FROM app WHERE failed IS NOT NULL").fetchone()
        with pytest.raises(UsageError, match="could not be looked at"):
            decide(store, find_app(store, failed[:12]), Decision("J", "x"))
        with pytest.raises(UsageError, match="is no condition"):
            decide(store, find_app(store, PROXY), Decision("J", "x", ("a, b",)))
        with pytest.raises(UsageError, match="--by is empty"):
            decide(store, find_app(store, PROXY), Decision(" ", "x"))
        with pytest.raises(UsageError, match=r"has no app 'no\.such\.app'"):
            find_app(store, "no.such.app")


def test_approve_commands(run: Run, db: Path, tmp_path: Path) -> None:
    options = (
        "--by",
        "J. Doe",
        "--reason",
        "=cmd()",
        "--condition",
        "DISALLOW_CROSS_PROFILE_COPY_PASTE",
        "--until",
        "2026-12-31",
    )
    ran = run("catalog", "approve", PROXY, "--db", db, *options)
    assert ran.code == 0
    assert ran.out.startswith(f"Approved: {PROXY}, ")
    listed = ("catalog", "approvals", "--db", db, "--today", "2026-06-01", "--state", "valid")
    (row,) = csv.DictReader(io.StringIO(run(*listed, "--format", "csv").out))
    assert (row["package"], row["state"], row["conditions"], row["reason"]) == (
        PROXY,
        "valid",
        "DISALLOW_CROSS_PROFILE_COPY_PASTE",
        "'=cmd()",
    )
    assert run(*listed, "--format", "json", "--to", tmp_path / "a.json").code == 0
    (document,) = json.loads((tmp_path / "a.json").read_text())
    assert document["conditions"] == ["DISALLOW_CROSS_PROFILE_COPY_PASTE"]
    assert run("catalog", "approvals", "--db", db, "--today", "2027-06-01", "--state", "valid").out.count("\n") == 1
    assert run("catalog", "approve", "no.such.app", "--db", db, *options).code == 2


def test_apps_side_by_side(judging: Judging, apks: Path) -> None:
    table = side_by_side([judging.result(observe(apks / f"{name}.apk")) for name in ("exported-proxy", "paste-button")])
    answers = {(row.section, row.what): row.answers for row in table.rows}
    assert table.apps == ("Clipboard proxy 7.0-beta", "Paste button 1.1")
    assert answers["decision", "verdict"] == ("review", "allow")
    assert answers["data", "clipboard read"] == ("the app: receiver", "the app: user-action")
    assert answers["findings", "high and critical"] == (
        "Hands the clipboard to any app that asks; Other apps get the clipboard as an answer; Reads the clipboard in the background",
        "",
    )


def test_compare_command(run: Run, apks: Path, tmp_path: Path) -> None:
    both = (apks / "exported-proxy.apk", apks / "paste-button.apk")
    ran = run("compare", *both)
    assert ran.code == 0
    assert (
        "  clipboard read\n    Clipboard proxy 7.0-beta  the app: receiver\n    Paste button 1.1          the app: user-action\n"
        in ran.out
    )
    assert run("compare", *both, "-o", f"markdown={tmp_path}/p.md").code == 0
    assert "| data | clipboard read | the app: receiver | the app: user-action |" in (tmp_path / "p.md").read_text()
    assert len(json.loads(run("compare", *both, "-o", "json").out)["apps"]) == 2
    assert run("compare", *both, "-o", "csv").out.startswith("section,what,Clipboard proxy 7.0-beta,Paste button 1.1\r\n")
    assert run("compare", both[0]).code == 2
    assert run("compare", *both, "-o", "xml").code == 2
