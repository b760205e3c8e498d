"""Observation to result: what did not run is null, what was not found is empty, what failed says so."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import msgspec
import pytest

from analyzer.engine import RuleSet, load_ruleset
from analyzer.errors import PackageError, ResultError
from analyzer.facts import Gap, Observation, load_observation, save_observation
from analyzer.policy import LoadedPolicy, load_policy
from analyzer.resources import rules_dir
from analyzer.result import Result, decode_result, encode_result, result_schema
from analyzer.scan import Judgement, assess, judge, observe, scan, unreadable

LATER = ("waivers", "declared", "catalog")


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return load_ruleset([rules_dir()])


@pytest.fixture(scope="module")
def policy() -> LoadedPolicy:
    return load_policy()


@pytest.fixture
def result(apks: Path, ruleset: RuleSet, policy: LoadedPolicy) -> Result:
    return scan(apks / "exported-proxy.apk", ruleset, policy, reproducible=True)[1]


def test_all_keys_are_there_and_later_stages_are_null(result: Result) -> None:
    document = msgspec.json.decode(encode_result(result))
    assert list(document) == [
        "schema_version", "app", "permissions", "components", "api_calls", "clipboard", "flows", "libraries", "endpoints", "secrets",
        "native", "payloads", "findings", "rules", "waivers", "declared", "score", "decision", "catalog", "coverage", "provenance",
        "other_hosts", "decoders",
    ]  # fmt: skip
    assert [name for name in LATER if document[name] is not None] == []
    assert document["provenance"]["timings"] is None
    assert [gap for gap in document["coverage"]["gaps"] if gap["kind"] == "stage-not-run"] == []


def test_the_document_is_valid_against_its_schema(result: Result) -> None:
    jsonschema.validate(msgspec.json.decode(encode_result(result)), result_schema())


def test_findings_of_the_proxy(result: Result) -> None:
    found = {f.rule_id: f for f in result.findings or ()}
    proxy = found["clipboard-proxy"]
    assert (proxy.severity, proxy.owner and proxy.owner.kind) == ("high", "app")
    places = {e.place.method for e in proxy.evidence if e.place}
    assert places == {
        "Lorg/apkvet/samples/proxy/ClipboardReceiver;->onReceive(Landroid/content/Context;Landroid/content/Intent;)V"
    }
    assert {"debuggable", "provider-open-to-all", "user-certificates-trusted"} <= set(found)
    assert result.decision.verdict == "review"


@pytest.mark.parametrize(
    ("name", "verdict", "rules"),
    [
        ("paste-button", "allow", {"clipboard-read-on-click", "clipboard-peek"}),
        (
            "clipboard-service",
            "review",
            {
                "clipboard-collected", "clipboard-history", "clipboard-written-down", "clipboard-read-on-change", "clipboard-watch",
                "background-components-open-to-all", "old-target-sdk", "starts-with-the-device",
            },
        ),
        ("over-privileged", "allow", {
            "unused-dangerous-permissions", "calendar-access", "contacts-access", "contacts-with-network", "backup-of-personal-data",
            "people-data-as-a-screen-opens",
        }),
        ("identifiers", "allow", {"hardware-identifiers", "android-id", "old-target-sdk", "personal-data-in-log"}),
        ("location-sdk", "review", {
            "personal-data-in-log",
            "location-own-code", "location-in-background", "location-read-in-background", "location-with-boot-receiver", "background-components-open-to-all",
            "backup-of-personal-data", "starts-with-the-device",
        }),
        ("keyboard", "review", {
            "clipboard-written-down",
            "clipboard-read-on-change", "clipboard-watch", "clipboard-peek", "clipboard-read-by-reflection",
            "clipboard-read-unknown-trigger", "asks-for-root", "runs-commands", "code-loaded-at-run-time", "javascript-bridge",
            "clipboard-watched-by-keyboard", "keyboard-with-network", "offers-a-keyboard",
        }),
    ],
)  # fmt: skip
def test_rules_that_fire(apks: Path, ruleset: RuleSet, policy: LoadedPolicy, name: str, verdict: str, rules: set[str]) -> None:
    _, result = scan(apks / f"{name}.apk", ruleset, policy)
    assert {f.rule_id for f in result.findings or ()} == rules
    assert result.decision.verdict == verdict


def test_an_unreadable_package_has_no_score_and_is_reviewed(tmp_path: Path, ruleset: RuleSet, policy: LoadedPolicy) -> None:
    path = tmp_path / "x.apk"
    path.write_bytes(b"no package")
    observation, result = scan(path, ruleset, policy)
    assert observation.error == f"{path}: is not an Android package: it is no ZIP file. Give an APK file."
    assert (result.score, result.findings, result.permissions, result.clipboard) == (None, None, None, None)
    assert (result.decision.verdict, [g.kind for g in result.coverage.gaps]) == ("review", ["unreadable"])
    jsonschema.validate(msgspec.json.decode(encode_result(result)), result_schema())


def test_a_bad_dex_file_is_a_gap_and_the_rest_is_read(
    apks: Path, dex_folder: Path, tmp_path: Path, ruleset: RuleSet, policy: LoadedPolicy
) -> None:
    import shutil
    import zipfile

    path = tmp_path / "x.apk"
    shutil.copy(apks / "paste-button.apk", path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(dex_folder / "malformed/truncated.dex", "classes2.dex")
        archive.write(dex_folder / "malformed/version-099.dex", "classes3.dex")
    observation, result = scan(path, ruleset, policy)
    gaps = {(g.kind, g.at and g.at.file) for g in observation.facts if isinstance(g, Gap) and g.kind != "stage-not-run"}
    assert gaps == {("bad-dex", "classes2.dex"), ("bad-code", "classes3.dex")}
    assert (result.coverage.dex_read, result.coverage.dex_total) == (2, 3)
    assert [access.operation for access in result.clipboard or ()] == ["peek", "read"]
    assert "minimum_coverage" in {clause.clause for clause in result.decision.reasons}


def test_observations_and_results_survive_being_saved(apks: Path, tmp_path: Path, ruleset: RuleSet, policy: LoadedPolicy) -> None:
    observation = observe(apks / "keyboard.apk")
    save_observation(observation, tmp_path / "o")
    assert load_observation(tmp_path / "o") == observation
    result = assess(observation, ruleset, policy)
    assert decode_result(encode_result(result)) == result


def test_judging_alone_says_what_the_result_says(apks: Path, tmp_path: Path, ruleset: RuleSet, policy: LoadedPolicy) -> None:
    broken = tmp_path / "broken.apk"
    broken.write_bytes(b"no package")
    for path in (apks / "exported-proxy.apk", apks / "clipboard-service.apk", broken):
        observation, result = scan(path, ruleset, policy)
        assert judge(observation, ruleset, policy) == Judgement.of(result)


def test_two_scans_give_the_same_bytes(apks: Path, ruleset: RuleSet, policy: LoadedPolicy) -> None:
    first, second = (encode_result(scan(apks / "multidex.apk", ruleset, policy, reproducible=True)[1]) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("data", [b"", b"{}", b'{"schema_version": 99}', b"\xff"])
def test_what_is_no_result_is_refused(data: bytes) -> None:
    with pytest.raises(ResultError):
        decode_result(data)


def test_an_observation_of_another_version_is_refused(tmp_path: Path) -> None:
    old = msgspec.structs.replace(unreadable(Path("x"), PackageError("y")), version=0)
    save_observation(old, tmp_path / "o")
    with pytest.raises(ResultError, match="version 0"):
        load_observation(tmp_path / "o")
    assert isinstance(old, Observation)
