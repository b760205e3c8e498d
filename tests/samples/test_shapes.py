"""Apps shaped like what people install: the three policies let the harmless ones through, and say why they stop the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.assess import assess
from analyzer.engine import RuleSet, load_ruleset
from analyzer.policy import load_policy, policy_names
from analyzer.resources import rules_dir
from analyzer.result import VERDICTS
from analyzer.scan import observe

APKS = Path(__file__).resolve().parents[2] / "samples/apk"

# Verdict and score by byod, default and strict; then the rules of medium severity and up.
SHAPES: dict[str, tuple[tuple[str, str, str], set[str]]] = {
    "shape-keyboard": (("review", "review", "review"), set()),  # it sees what is typed: a person looks
    "shape-bank": (("allow", "allow", "allow"), set()),
    "shape-chat": (("allow", "allow", "review"), {"contacts-with-network"}),
    "shape-launcher": (("allow", "allow", "review"), {"installed-apps-unlimited"}),
    "shape-ad-game": (("allow", "review", "review"), {"location-with-advertising-id", "accepts-any-certificate"}),
    "paste-button": (("allow", "allow", "allow"), set()),
    "keyboard": (
        ("block", "review", "block"),
        {
            "asks-for-root", "clipboard-read-by-reflection", "clipboard-read-on-change", "clipboard-read-unknown-trigger",
            "clipboard-watched-by-keyboard", "code-loaded-at-run-time", "keyboard-with-network",
        },
    ),
    "location-sdk": (
        ("allow", "review", "review"),
        {"location-in-background", "location-read-in-background", "location-with-boot-receiver"},
    ),
    "clipboard-service": (("block", "review", "block"), {"clipboard-collected", "clipboard-history", "clipboard-read-on-change"}),
    "clipboard-onresume": (
        ("block", "review", "block"),
        {"clipboard-read-on-screen-open", "clipboard-sent", "clipboard-sent-unasked"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return load_ruleset([rules_dir()])


@pytest.mark.parametrize("name", SHAPES)
def test_verdicts(name: str, ruleset: RuleSet) -> None:
    verdicts, rules = SHAPES[name]
    observation = observe(APKS / f"{name}.apk")
    results = [assess(observation, ruleset, load_policy(policy)) for policy in policy_names()]
    assert tuple(result.decision.verdict for result in results) == verdicts
    _, default, strict = verdicts
    assert VERDICTS.index(strict) >= VERDICTS.index(default)
    assert {f.rule_id for f in results[0].findings or () if f.severity not in ("info", "low")} == rules
