"""The samples of script runtimes against their catalog: what is used, where, by what started, and what carries it out."""

from __future__ import annotations

import importlib.util
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from analyzer.engine import RuleSet, load_ruleset
from analyzer.extractors.runtimes.hermes_modules import hermes_modules
from analyzer.formats.hermes import HermesFile
from analyzer.policy import LoadedPolicy, load_policy
from analyzer.reporting import load_look
from analyzer.resources import rules_dir
from analyzer.result import Result
from analyzer.scan import scan

FOLDER = Path(__file__).resolve().parents[2] / "samples/runtimes/scripts"
READ = "Landroid/content/ClipboardManager;->getPrimaryClip()Landroid/content/ClipData;"


def packages() -> Iterator[dict[str, Any]]:
    for entry in yaml.safe_load((FOLDER / "catalog.yaml").read_text(encoding="utf-8"))["packages"]:
        for version in entry.get("versions", [None]):
            known = {"version": f"bytecode {version}"} if version else {}
            yield {**entry, **known, "name": entry["name"].replace("VERSION", str(version))}


PACKAGES = list(packages())


@pytest.fixture(scope="module")
def judged() -> tuple[RuleSet, LoadedPolicy]:
    return load_ruleset([rules_dir()]), load_policy()


def scanned(name: str, judged: tuple[RuleSet, LoadedPolicy]) -> Result:
    return scan(FOLDER / "apk" / f"{name}.apk", *judged, reproducible=True)[1]


def place_of(read: dict[str, str], data: bytes) -> int:
    """The byte at which the catalog says that a script asks."""
    if "inside" in read:
        modules = hermes_modules(HermesFile(data), {read["name"]})
        calls = [call for module in modules for call in module.calls if call.callee.words[-1:] == (read["name"],)]
        return next(call.at for call in calls if call.inside == read["inside"])
    text = read.get("element") or read["at"]
    begin = data.index(text.encode())
    assert data.count(text.encode()) == 1
    if "element" in read:
        return begin + len("Capacitor.Plugins.Clipboard.")  # a handler's script is counted from its element on
    return data.index(text.partition("(")[0].rstrip(")").rpartition(".")[2].encode(), begin)


@pytest.mark.parametrize("entry", PACKAGES, ids=lambda entry: entry["name"])
def test_sample(entry: dict[str, Any], judged: tuple[RuleSet, LoadedPolicy]) -> None:
    result = scanned(entry["name"], judged)
    (payload,) = result.payloads or ()
    assert (payload.kind, payload.version, list(payload.uses)) == (entry["kind"], entry["version"], entry["uses"])
    accesses = result.clipboard or ()
    with zipfile.ZipFile(FOLDER / "apk" / f"{entry['name']}.apk") as archive:
        expected = [
            ("read", READ, "app", read["file"], place_of(read, archive.read(read["file"])), [read["trigger"]])
            for read in entry["read"]
        ]
    found = [
        (a.operation, a.api, a.owner.kind, a.place.file, a.place.offset, [t.kind for t in a.triggers or ()])
        for a in accesses
        if a.via == "script"
    ]
    assert sorted(found) == sorted(expected)
    assert all(a.gate for a in accesses if a.via == "script")
    if "carrier" in entry:
        (carrier,) = (a for a in accesses if a.via != "script")
        assert carrier.place.method == entry["carrier"]["method"]
        assert {t.kind for t in carrier.triggers or ()} == {entry["carrier"]["trigger"]}
        unused = "can read or watch the clipboard, and nothing in the package uses that."
        assert (unused in load_look().words.paragraph(result)) == (entry["carrier"]["trigger"] == "unreachable")
        assert {t.on_behalf_of for t in carrier.triggers or ()} == {None}
        asked_at = {(t.path[0].place.file, t.path[0].place.offset) for t in carrier.triggers or () if t.path}
        assert asked_at == {(file, at) for _, _, _, file, at, _ in expected}
    assert {f.rule_id: f.severity for f in result.findings or ()} == entry["findings"]
    assert [gap.why for gap in result.coverage.gaps if gap.kind == "payload"] == []


def test_a_page_that_asks_the_apps_own_object(judged: tuple[RuleSet, LoadedPolicy]) -> None:
    """The method of the bridge is asked for by a page of the package, at the place of the call."""
    result = scanned("web-bridge", judged)
    (call,) = (call for call in result.api_calls or () if call.category == "location")
    (trigger,) = call.triggers or ()
    assert (trigger.kind, trigger.entry_point) == (
        "web-bridge",
        "Lorg/apkvet/scripts/Bridge;->where()Landroid/location/Location;",
    )
    page = (FOLDER / "assets/web/bridge/index.html").read_bytes()
    assert (trigger.path[0].place.file, trigger.path[0].place.offset) == ("assets/index.html", page.index(b"where()"))
    assert {finding.rule_id for finding in result.findings or ()} >= {"personal-data-for-web-pages", "javascript-bridge"}


def test_the_packages_are_what_the_build_makes(tmp_path: Path) -> None:
    """The committed packages hold what ``build.py`` puts together, byte for byte."""
    spec = importlib.util.spec_from_file_location("build_scripts", FOLDER / "build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    names = {path.stem for path in (FOLDER / "apk").glob("*.apk")}
    assert set(build.packages()) == names
    assert {entry["name"] for entry in PACKAGES} | {"web-bridge"} == names
    for name, entries in build.packages().items():
        with zipfile.ZipFile(FOLDER / "apk" / f"{name}.apk") as archive:
            assert {entry: archive.read(entry) for entry in archive.namelist()} == entries, name
