"""The samples for Flutter, Unity and .NET hold what their catalog says: one call joined for each, nothing for the twins."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import Struct

from analyzer.assess import assess
from analyzer.engine import RuleSet, load_ruleset
from analyzer.facts import ApiCall, ClipboardAccess, Gap, Payload, PayloadKind, Reach
from analyzer.policy import load_policy
from analyzer.resources import rules_dir
from analyzer.scan import Depth, observe
from analyzer.yamlfile import load_yaml

ROOT = Path(__file__).resolve().parents[2] / "samples/runtimes"


class PayloadTruth(Struct, frozen=True, forbid_unknown_fields=True):
    kind: PayloadKind
    file: str
    version: str
    size: int
    uses: tuple[str, ...]


class CallTruth(Struct, frozen=True, forbid_unknown_fields=True, order=True):
    file: str
    offset: int
    api: str
    owner: str
    trigger: str


class SampleTruth(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    story: str
    payloads: tuple[PayloadTruth, ...]
    calls: tuple[CallTruth, ...]
    findings: tuple[str, ...]
    gaps: tuple[str, ...]


class Catalog(Struct, frozen=True, forbid_unknown_fields=True):
    samples: tuple[SampleTruth, ...]


SAMPLES = {sample.name: sample for sample in load_yaml(ROOT / "flutter_unity_dotnet.yaml", Catalog).samples}


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return load_ruleset([rules_dir()])


@pytest.mark.parametrize("name", SAMPLES)
def test_holds_what_the_catalog_says(name: str, ruleset: RuleSet) -> None:
    truth = SAMPLES[name]
    observation = observe(ROOT / f"apk/{name}.apk", depth=Depth(flow="off"))
    found = [fact for fact in observation.facts if isinstance(fact, Payload)]
    assert [PayloadTruth(p.kind, p.file, p.version or "", p.size or 0, p.uses) for p in found] == list(truth.payloads)
    triggers = {fact.at: fact.kind for fact in observation.facts if isinstance(fact, Reach)}
    calls = [fact for fact in observation.facts if isinstance(fact, (ApiCall, ClipboardAccess)) and fact.via == "script"]
    told = [CallTruth(c.at.file, c.at.offset or 0, c.api, c.owner.kind, triggers[c.at]) for c in calls if c.at]
    assert sorted(told) == sorted(truth.calls)
    assert [fact.why for fact in observation.facts if isinstance(fact, Gap) and fact.kind == "payload"] == list(truth.gaps)
    result = assess(observation, ruleset, load_policy("default"))
    files = {call.at.file for call in calls if call.at}
    resting = [
        finding.rule_id
        for finding in result.findings or ()
        if finding.severity != "info" and any(each.place and each.place.file in files for each in finding.evidence)
    ]
    assert sorted(resting) == list(truth.findings)


def test_a_plug_in_that_dart_does_not_ask_is_not_started() -> None:
    """The gap on the paste menu leaves nothing open of other plug-ins: the snapshot was read whole."""
    facts = observe(ROOT / "apk/flutter-text-field.apk", depth=Depth(flow="off")).facts
    plugin = "Lcom/baseflow/geolocator/GeolocatorPlugin;->onMethodCall("
    found = [fact.kind for fact in facts if isinstance(fact, Reach) and fact.at and (fact.at.method or "").startswith(plugin)]
    assert found == ["unreachable"]
