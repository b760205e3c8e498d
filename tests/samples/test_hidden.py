"""What the samples with hidden texts hide is worked out where it can be, and said where it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from analyzer.assess import assess
from analyzer.facts import ApiCall, ClipboardAccess, Endpoint, Flow, Gap, HiddenText, Observation, TextDecoder
from analyzer.policy import load_policy
from analyzer.result import Result
from analyzer.scan import load_rules, observe

ROOT = Path(__file__).resolve().parents[2] / "samples/hidden"
CATALOG: dict[str, Any] = yaml.safe_load((ROOT / "catalog.yaml").read_text())
Case = tuple[dict[str, Any], Observation, Result]


@pytest.fixture(scope="module", params=CATALOG["samples"], ids=lambda entry: entry["name"])
def case(request: pytest.FixtureRequest) -> Case:
    entry: dict[str, Any] = request.param
    ruleset, watch = load_rules()
    observation = observe(ROOT / "apk" / f"{entry['name']}.apk", watch)
    return entry, observation, assess(observation, ruleset, load_policy())


def holder(entry: dict[str, Any]) -> str:
    return f"Lorg/apkvet/samples/hidden/{entry['name'].replace('-', '')}"


def test_decoders(case: Case) -> None:
    entry, observation, result = case
    found = [
        (fact.method, fact.calls, fact.decoded, fact.owner.kind) for fact in observation.facts if isinstance(fact, TextDecoder)
    ]
    wanted = [(f"{holder(entry)}/D;->{entry['decoder']}", entry["calls"], entry["decoded"], "app")] if "decoder" in entry else []
    assert found == wanted
    assert [(doc.method, doc.calls, doc.decoded, doc.owner.kind) for doc in result.decoders or ()] == wanted


def test_texts_with_the_place_of_the_call(case: Case) -> None:
    entry, observation, result = case
    found = [fact for fact in observation.facts if isinstance(fact, HiddenText)]
    assert sorted(fact.value for fact in found) == (sorted(CATALOG["texts"]) if entry.get("decoded") else [])
    for fact in found:
        assert fact.decoder == f"{holder(entry)}/D;->{entry['decoder']}"
        assert fact.at is not None
        assert fact.at.method == f"{holder(entry)}/MainActivity;->onResume()V"
    assert sorted(text.value for doc in result.decoders or () for text in doc.texts) == sorted(fact.value for fact in found)


def test_what_is_called_by_hidden_names(case: Case) -> None:
    entry, observation, _ = case
    decoder = f"{holder(entry)}/D;->{entry['decoder']}" if entry.get("decoded") else None
    wanted = CATALOG["clipboard"]
    clipboard = [fact for fact in observation.facts if isinstance(fact, ClipboardAccess)]
    assert [(fact.operation, fact.via, fact.decoded_by) for fact in clipboard] == (
        [(wanted["operation"], wanted["via"], decoder)] if decoder else []
    )
    identifier = CATALOG["identifier"]
    identifiers = [
        (fact.api, fact.decoded_by, [argument.value for argument in fact.arg])
        for fact in observation.facts
        if isinstance(fact, ApiCall) and (fact.category, fact.api) == (identifier["category"], identifier["api"])
    ]
    assert identifiers == ([(identifier["api"], decoder, [identifier["argument"]])] if decoder else [])
    hosts = [(fact.host, fact.decoded_by) for fact in observation.facts if isinstance(fact, Endpoint)]
    assert hosts == ([(CATALOG["host"], decoder)] if decoder else [])


def test_the_clipboard_is_followed_to_the_hidden_host(case: Case) -> None:
    entry, observation, _ = case
    flows = [(fact.source, fact.sink, fact.host) for fact in observation.facts if isinstance(fact, Flow)]
    wanted = [("clipboard", "network", CATALOG["host"]), ("phone-ids", "network", CATALOG["host"])]
    assert sorted(flows) == (wanted if entry.get("decoded") else [])


def test_what_stays_hidden_is_a_gap_with_the_reason(case: Case) -> None:
    entry, observation, _ = case
    gaps = [fact for fact in observation.facts if isinstance(fact, Gap) and fact.kind == "hidden-text"]
    assert [gap.count for gap in gaps] == ([entry["calls"]] if "why" in entry else [])
    for gap in gaps:
        assert entry["why"] in gap.why
        assert gap.at is not None
        assert gap.at.method == f"{holder(entry)}/MainActivity;->onResume()V"


def test_findings(case: Case) -> None:
    entry, _, result = case
    found = {finding.rule_id for finding in result.findings or ()}
    assert ("hides-its-texts" in found) == ("decoder" in entry)
    assert ("texts-stay-hidden" in found) == ("why" in entry)
    assert result.decision.verdict == ("review" if "decoder" in entry else "allow")
    assert ("calls-by-hidden-names" in found) == bool(entry.get("decoded"))
    assert ("clipboard-read-by-reflection" in found) == bool(entry.get("decoded"))
