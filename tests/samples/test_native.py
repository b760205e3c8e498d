"""Native and hidden code of the samples that are made for it is exactly that of the catalog."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from analyzer.assess import assess
from analyzer.facts import ApiCall, ClipboardAccess, Gap, NativeLibrary, Observation, Reach, Trait
from analyzer.policy import load_policy
from analyzer.result import Result
from analyzer.scan import load_rules, observe

ROOT = Path(__file__).resolve().parents[2] / "samples/native"
CATALOG: list[dict[str, Any]] = yaml.safe_load((ROOT / "catalog.yaml").read_text())["samples"]
Case = tuple[dict[str, Any], Observation, Result]


@pytest.fixture(scope="module", params=CATALOG, ids=lambda entry: entry["name"])
def case(request: pytest.FixtureRequest) -> Case:
    entry: dict[str, Any] = request.param
    ruleset, watch = load_rules()
    observation = observe(ROOT / "apk" / f"{entry['name']}.apk", watch)
    return entry, observation, assess(observation, ruleset, load_policy())


def test_libraries(case: Case) -> None:
    entry, observation, result = case
    lists = {"imports": "imports", "implements": "jni_exports", "names": "names", "hardening": "hardening", "marks": "marks",
             "contains": "contains"}  # fmt: skip
    found = [
        {"file": fact.file} | {name: list(getattr(fact, field)) for name, field in lists.items()}
        for fact in observation.facts
        if isinstance(fact, NativeLibrary)
    ]
    assert found == [{name: list[str]() for name in lists} | library for library in entry.get("libraries", ())]
    assert [doc.file for doc in result.native or ()] == [library["file"] for library in entry.get("libraries", ())]


def test_what_libraries_can_reach_is_told_with_what_may_start_it(case: Case) -> None:
    entry, observation, _ = case
    reached = [fact for fact in observation.facts if isinstance(fact, (ApiCall, ClipboardAccess)) and fact.via == "native"]
    starts = [fact for fact in observation.facts if isinstance(fact, Reach) and fact.at and fact.at.method is None]
    clipboard = [
        {"operation": fact.operation, "api": fact.api, "file": fact.at.file, "owner": fact.owner.kind,
         "starts": [reach.kind for reach in starts if reach.at and reach.at.file == fact.at.file]}
        for fact in reached
        if isinstance(fact, ClipboardAccess) and fact.at
    ]  # fmt: skip
    assert clipboard == entry.get("clipboard", [])
    apis = [
        {"api": fact.api, "file": fact.at.file, "owner": fact.owner.kind}
        for fact in reached
        if isinstance(fact, ApiCall) and fact.at
    ]
    assert apis == entry.get("apis", [])
    assert all(reach.assumed for reach in starts)


def test_the_place_of_what_can_be_reached_is_where_its_name_stands(case: Case) -> None:
    _, observation, _ = case
    for fact in observation.facts:
        if isinstance(fact, (ApiCall, ClipboardAccess)) and fact.via == "native" and fact.at and fact.at.offset is not None:
            name = fact.api.partition("->")[2].partition("(")[0].encode()
            data = (ROOT / "src" / str(observation.file).removesuffix(".apk") / "extra" / fact.at.file).read_bytes()
            assert data[fact.at.offset :].startswith(name + b"\0")


def test_what_may_be_called_is_never_more_than_present(case: Case) -> None:
    entry, _, result = case
    found = {finding.rule_id: finding.confidence for finding in result.findings or () if finding.category == "clipboard"}
    assert found == ({"clipboard-in-native-code": "present"} if entry.get("clipboard") else {})


def test_differences_between_processors(case: Case) -> None:
    entry, observation, _ = case
    differs = [fact.value for fact in observation.facts if isinstance(fact, Trait) and fact.name == "abi-differs"]
    assert differs == entry.get("differs", [])


def test_where_loaded_code_comes_from(case: Case) -> None:
    entry, observation, _ = case
    found: dict[str, list[str]] = {}
    for fact in observation.facts:
        if isinstance(fact, Trait) and fact.name == "code-loaded-from" and fact.at and fact.at.method:
            cls = fact.at.method.partition(";")[0].rpartition("/")[2]
            found[cls] = sorted([*found.get(cls, []), fact.value])
    assert found == entry.get("loads", {})


def test_gaps(case: Case) -> None:
    entry, observation, result = case
    found = [fact for fact in observation.facts if isinstance(fact, Gap) and fact.kind != "stage-not-run"]
    told = sorted((gap.kind, gap.at.file if gap.at else "", gap.why) for gap in found)
    wanted = sorted((gap["kind"], gap["file"], gap.get("why", "")) for gap in entry["gaps"])
    assert [(kind, file) for kind, file, _ in told] == [(kind, file) for kind, file, _ in wanted]
    assert {gap["why"] for gap in entry["gaps"] if "why" in gap} <= {why for _, _, why in told}
    assert all(gap.could_hide and gap.would_lift for gap in result.coverage.gaps if gap.kind != "stage-not-run")


def test_every_package_is_in_the_catalog_and_has_sources() -> None:
    names = sorted(entry["name"] for entry in CATALOG)
    assert names == sorted(path.stem for path in (ROOT / "apk").glob("*.apk"))
    assert names == sorted(path.name for path in (ROOT / "src").iterdir())
