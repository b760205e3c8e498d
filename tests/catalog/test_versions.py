"""What an update changes, the history of an app, and the gate."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from analyzer.catalog.judging import Judging
from analyzer.catalog.versions import compare
from analyzer.documents import Change
from analyzer.facts import AppIdentity, Signer
from analyzer.result import PermissionDoc, Result
from analyzer.scan import Depth, observe
from tests.catalog.conftest import distinct_copy
from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def proxy(judging: Judging) -> Result:
    return judging.result(observe(Path(__file__).resolve().parents[2] / "samples/apk/exported-proxy.apk"))


def changed(result: Result, **values: Any) -> Result:
    return msgspec.structs.replace(result, **values)


def lines(changes: tuple[Change, ...]) -> list[tuple[str, str, str, bool | None]]:
    return [(change.section, change.kind, change.what, change.worse) for change in changes]


def test_the_same_app_has_no_changes_and_says_what_was_not_compared(proxy: Result) -> None:
    diff = compare(proxy, proxy)
    assert diff.changes == ()
    assert diff.not_compared == ()
    unseen = changed(proxy, libraries=None, endpoints=None)
    assert compare(unseen, proxy).not_compared == ("library", "host", "country")


def test_a_changed_signer_and_verdict(proxy: Result) -> None:
    signer = Signer("f" * 64, subject="CN=Other")
    new = changed(
        proxy,
        app=msgspec.structs.replace(proxy.app, signers=(signer,)),
        decision=msgspec.structs.replace(proxy.decision, verdict="block"),
    )
    first, second = compare(proxy, new).changes
    assert (first.section, first.kind, first.worse, first.after) == ("signer", "changed", True, f"{'f' * 64} (CN=Other)")
    assert (second.section, second.before, second.after, second.worse) == ("verdict", "review", "block", True)
    back = compare(new, proxy).changes
    assert [(c.section, c.worse) for c in back] == [("signer", True), ("verdict", False)]


def test_an_access_that_goes_is_better_and_one_that_comes_is_worse(proxy: Result) -> None:
    quiet = changed(proxy, clipboard=())
    (change,) = compare(proxy, quiet).changes
    assert (change.section, change.kind, change.worse, change.evidence) == ("access", "removed", False, ())
    (change,) = compare(quiet, proxy).changes
    assert (change.what, change.worse) == ("clipboard read: ClipboardManager.getPrimaryClip", True)
    assert change.after == "by the app itself: receiver"
    assert change.evidence[0].place is not None
    assert change.evidence[0].place.file == "classes.dex"


def test_what_starts_an_access_is_compared(proxy: Result) -> None:
    assert proxy.clipboard is not None
    (access, *rest) = proxy.clipboard
    assert access.triggers is not None
    clicked = msgspec.structs.replace(access, triggers=(msgspec.structs.replace(access.triggers[0], kind="user-action"),))
    old = changed(proxy, clipboard=(clicked, *rest))
    (change,) = compare(old, proxy).changes
    assert (change.kind, change.before, change.after, change.worse) == (
        "changed",
        "by the app itself: user-action",
        "by the app itself: receiver",
        True,
    )
    (change,) = compare(proxy, old).changes
    assert change.worse is None


def test_without_the_call_graph_triggers_are_not_compared(judging: Judging, apks: Path, proxy: Result) -> None:
    shallow = judging.result(observe(apks / "exported-proxy.apk", depth=Depth(reach=False)))
    changes = compare(proxy, shallow).changes
    assert [change for change in changes if change.section == "access"] == []
    assert ("gap", "added", "budget", True) in lines(changes)


def test_permissions_and_components(proxy: Result) -> None:
    assert proxy.components is not None
    contacts = PermissionDoc(
        "android.permission.READ_CONTACTS", True, None, False, "dangerous", None, False, (), "no call needs it"
    )
    used, own = msgspec.structs.replace(contacts, used=True), msgspec.structs.replace(contacts, name="p.OWN", custom=True)
    none = changed(proxy, permissions=())
    (change,) = compare(none, changed(proxy, permissions=(contacts,))).changes
    assert (change.what, change.after, change.worse) == ("android.permission.READ_CONTACTS", "dangerous, not used", True)
    (change,) = compare(changed(proxy, permissions=(contacts,)), none).changes
    assert (change.kind, change.worse) == ("removed", False)
    (change,) = compare(changed(proxy, permissions=(contacts,)), changed(proxy, permissions=(used,))).changes
    texts = ("changed", "dangerous, not used", "dangerous, used", True)
    assert (change.kind, change.before, change.after, change.worse) == texts
    older = msgspec.structs.replace(contacts, max_sdk=30)
    (change,) = compare(changed(proxy, permissions=(contacts,)), changed(proxy, permissions=(older,))).changes
    assert (change.before, change.after, change.worse) == ("dangerous, not used", "dangerous, up to API 30, not used", False)
    (change,) = compare(changed(proxy, permissions=(older,)), changed(proxy, permissions=(used,))).changes
    assert (change.kind, change.worse) == ("changed", True)
    (change,) = compare(none, changed(proxy, permissions=(own,))).changes
    assert (change.kind, change.worse) == ("added", None)
    closed = tuple(
        msgspec.structs.replace(c, permission="p.Q") if c.exported and c.kind == "receiver" else c for c in proxy.components
    )
    (change,) = compare(changed(proxy, components=closed), proxy).changes
    assert (change.section, change.kind, change.before, change.after, change.worse) == (
        "component",
        "changed",
        "with p.Q",
        "any app can start it",
        True,
    )


def test_diff_command(run: Run, apks: Path, tmp_path: Path) -> None:
    ran = run("diff", apks / "paste-button.apk", apks / "exported-proxy.apk", "--gate")
    assert ran.code == 1
    assert "The verdict changes from allow to review." in ran.out
    assert run("diff", apks / "exported-proxy.apk", apks / "paste-button.apk", "--gate").code == 0
    run("scan", apks / "keyboard.apk", "--reproducible", "-o", f"json={tmp_path}/a.json", "--save-observation", tmp_path)
    (saved,) = tmp_path.glob("*.msgpack")
    ran = run(
        "diff", f"{tmp_path}/a.json", saved, "-o", "json", "-o", f"html={tmp_path}/d.html", "-o", f"markdown={tmp_path}/d.md"
    )
    assert json.loads(ran.out)["changes"] == []
    assert (tmp_path / "d.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "d.md").exists()
    ran = run("diff", apks / "keyboard.apk", "none.apk")
    assert (ran.code, ran.out, ran.err) == (3, "", "apkvet: none.apk: no such file. Check the path.\n")
    assert run("diff", "a", "b", "-o", "xml").code == 2


def test_history_and_gate(run: Run, apks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, db = tmp_path / "apps", tmp_path / "c.db"
    folder.mkdir()
    shutil.copy(apks / "exported-proxy.apk", folder / "one.apk")
    assert run("catalog", "scan", folder, "--db", db, "-q", "--gate").code == 0
    distinct_copy(apks / "exported-proxy.apk", folder / "two.apk")
    ran = run("catalog", "scan", folder, "--db", db, "-q", "--gate")
    assert ran.code == 0
    assert ran.out == "org.apkvet.samples.proxy 7.0-beta → 7.0-beta: still review, 0 changes, 0 for the worse\n"
    _pretend_that_the_first_was_better(db)
    distinct_copy(apks / "exported-proxy.apk", folder / "three.apk", 3)
    ran = run("catalog", "scan", folder, "--db", db, "-q", "--gate")
    assert ran.code == 1
    assert "SIGNER CHANGED, allow → review" in ran.out
    assert run("catalog", "scan", folder, "--db", db, "-q", "--gate").code == 0
    ran = run("catalog", "history", "org.apkvet.samples.proxy", "--db", db, "--changes")
    assert ran.code == 0
    assert len([line for line in ran.out.splitlines() if line.startswith("7.0-beta")]) == 3
    assert "The app is signed by another key than before." in ran.out
    assert run("catalog", "history", "no.such.app", "--db", db).code == 2


def _pretend_that_the_first_was_better(db: Path) -> None:
    """Give all versions so far an observation without anything that asks for a review, and another signer."""
    from analyzer.catalog.packing import pack, unpack
    from analyzer.catalog.store import Store

    with Store(db, write=True) as store:
        for scan_id, packed in store.database.execute("SELECT id, observation FROM scan").fetchall():
            seen = unpack(packed)
            facts = tuple(fact for fact in seen.facts if isinstance(fact, AppIdentity))
            quiet = msgspec.structs.replace(seen, facts=(*facts, Signer("e" * 64)))
            store.database.execute("UPDATE scan SET observation = ? WHERE id = ?", (pack(quiet), scan_id))
        store.database.execute("UPDATE app SET version_code = 0")
