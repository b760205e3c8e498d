"""Waivers: applied, expired or unused, always listed; and every mistake in a file of them is told."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec
import pytest

from analyzer.assess import Agreed, assess
from analyzer.engine import RuleSet, load_ruleset
from analyzer.errors import RuleError
from analyzer.facts import Observation
from analyzer.policy import load_policy
from analyzer.resources import rules_dir
from analyzer.result import Result, decode_result, encode_result
from analyzer.scan import observe
from analyzer.waivers import load_waivers

TODAY = datetime.date(2026, 11, 25)
PACKAGE = "org.apkvet.samples.proxy"
SIGNER = "0" * 64


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return load_ruleset([rules_dir()])


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Observation:
    return observe(Path(__file__).parents[1] / "samples/apk/exported-proxy.apk")


def waived(tmp_path: Path, ruleset: RuleSet, observation: Observation, text: str) -> Result:
    path = tmp_path / "waivers.yaml"
    path.write_text(text)
    return assess(observation, ruleset, load_policy(), Agreed(load_waivers(path, ruleset.by_id), TODAY))


def waiver(**given: str) -> str:
    fields = {"package": PACKAGE, "rule": "clipboard-proxy", "owner": "Ada", "reason": "A test helper.", "expires": "2026-11-25"}
    lines = [f"{name}: {value}" for name, value in (fields | given).items() if value]
    return "  - " + "\n    ".join(lines) + "\n"


def test_without_waivers_nothing_is_said_of_them(ruleset: RuleSet, proxy: Observation) -> None:
    result = assess(proxy, ruleset, load_policy())
    assert (result.waivers, result.provenance.waivers_digest) == (None, None)


def test_a_waiver_holds_on_its_last_day_and_is_listed(tmp_path: Path, ruleset: RuleSet, proxy: Observation) -> None:
    before = assess(proxy, ruleset, load_policy())
    result = waived(tmp_path, ruleset, proxy, "waivers:\n" + waiver())
    finding = next(f for f in result.findings or () if f.rule_id == "clipboard-proxy")
    assert finding.waived == "A test helper."
    assert result.waivers is not None
    assert [(a.waiver.owner, a.findings) for a in result.waivers.applied] == [("Ada", (finding.fingerprint,))]
    assert (result.waivers.expired, result.waivers.unused, result.waivers.elsewhere) == ((), (), 0)
    assert before.score
    assert result.score
    assert "clipboard-proxy" not in {line.rule_id for line in result.score.lines}
    assert result.score.total <= before.score.total
    assert decode_result(encode_result(result)) == result


def test_a_fingerprint_waives_one_finding(tmp_path: Path, ruleset: RuleSet, proxy: Observation) -> None:
    found = assess(proxy, ruleset, load_policy()).findings or ()
    result = waived(tmp_path, ruleset, proxy, "waivers:\n" + waiver(rule="", fingerprint=found[0].fingerprint))
    assert [f.fingerprint for f in result.findings or () if f.waived] == [found[0].fingerprint]


def test_an_expired_waiver_does_nothing_and_says_what_it_would_waive(
    tmp_path: Path, ruleset: RuleSet, proxy: Observation
) -> None:
    result = waived(tmp_path, ruleset, proxy, "waivers:\n" + waiver(expires="2026-11-24"))
    assert [f for f in result.findings or () if f.waived] == []
    assert result.waivers is not None
    assert [len(e.findings) for e in result.waivers.expired] == [1]
    before = assess(proxy, ruleset, load_policy())
    assert (result.score, result.decision) == (before.score, before.decision)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"rule": "location-own-code"}, "There is no such finding."),
        ({"versions": "{first: 8}"}, "It is for other versions; this one is 7."),
        ({"versions": "{last: 6}"}, "It is for other versions; this one is 7."),
        ({"signer": SIGNER}, "It is for another signer."),
    ],
)
def test_an_unused_waiver_is_listed_with_its_reason(
    tmp_path: Path, ruleset: RuleSet, proxy: Observation, given: dict[str, str], why: str
) -> None:
    result = waived(tmp_path, ruleset, proxy, "waivers:\n" + waiver(**given))
    assert result.waivers is not None
    assert ([u.why for u in result.waivers.unused], result.waivers.applied) == ([why], ())
    assert [f for f in result.findings or () if f.waived] == []


def test_a_waiver_is_for_its_versions_and_signer(tmp_path: Path, ruleset: RuleSet, proxy: Observation) -> None:
    result = assess(proxy, ruleset, load_policy())
    assert result.app.signers
    text = waiver(versions="{first: 7, last: 7}", signer=result.app.signers[0].sha256)
    result = waived(tmp_path, ruleset, proxy, "waivers:\n" + text + waiver(package="com.other"))
    assert result.waivers is not None
    assert (len(result.waivers.applied), result.waivers.elsewhere) == (1, 1)


def test_a_package_that_cannot_be_read_has_no_score_and_no_waivers(tmp_path: Path, ruleset: RuleSet, proxy: Observation) -> None:
    failed = msgspec.structs.replace(proxy, error="x.apk: broken", facts=(), stages=())
    result = waived(tmp_path, ruleset, failed, "waivers:\n" + waiver())
    assert (result.score, result.findings, result.waivers, result.decision.verdict) == (None, None, None, "review")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rule": "clipboard-proxi"}, "names the unknown rule 'clipboard-proxi'. Did you mean 'clipboard-proxy'?"),
        ({"rule": ""}, "needs either a rule or a fingerprint"),
        ({"fingerprint": "'" + "0" * 32 + "'"}, "needs either a rule or a fingerprint"),
        ({"rule": "", "fingerprint": "12"}, "expected `str | null`, got `int`"),
        ({"rule": "", "fingerprint": "12ab"}, "'12ab' is no fingerprint. Copy the 32 digits"),
        ({"package": "'com.*'"}, "is no package. Name one package"),
        ({"expires": "2026-02-30"}, "'2026-02-30' is no day. Write it as 2027-03-31."),
        ({"expires": "next year"}, "is no day"),
        ({"expires": ""}, "missing required field `expires`"),
        ({"owner": "' '"}, "has no owner"),
        ({"reason": "''"}, "has no reason"),
        ({"signer": "AB"}, "is no signer"),
        ({"versions": "{first: 9, last: 3}"}, "end before they begin"),
        ({"version": "9"}, "unknown field `version` at $.waivers[0]. Did you mean `versions`?"),
    ],
)
def test_a_mistake_is_refused(tmp_path: Path, ruleset: RuleSet, given: dict[str, str], message: str) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text("waivers:\n" + waiver(**given))
    with pytest.raises(RuleError) as caught:
        load_waivers(path, ruleset.by_id)
    assert message in str(caught.value)


def test_one_waiver_twice_is_refused(tmp_path: Path, ruleset: RuleSet) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text("waivers:\n" + waiver() + waiver())
    with pytest.raises(RuleError, match="there twice"):
        load_waivers(path, ruleset.by_id)
