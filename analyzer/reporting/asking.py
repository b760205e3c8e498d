"""Which questions an app's findings raise for its vendor: one for each rule that asks one, worst first."""

from __future__ import annotations

from msgspec import Struct

from analyzer.facts import Place
from analyzer.reporting.summary import SEVERITIES
from analyzer.result import Finding, Result


class Question(Struct, frozen=True):
    """What to ask, what was seen that raises it, and one place."""

    text: str
    seen: tuple[str, ...]
    place: Place | None


def questions(result: Result) -> list[Question]:
    """The questions of all findings that are neither waived nor mere information; findings of one rule ask once."""
    groups: dict[str, list[Finding]] = {}
    for finding in sorted(result.findings or (), key=lambda f: SEVERITIES.index(f.severity)):
        if finding.waived is None and finding.severity != "info":
            groups.setdefault(finding.rule_id, []).append(finding)
    asked = []
    for rule_id, findings in groups.items():
        rule = (result.rules or {}).get(rule_id)
        if rule is None or "?" not in rule.docs.ask_vendor:  # some say that there is nothing to ask
            continue
        places = (evidence.place for finding in findings for evidence in finding.evidence if evidence.place is not None)
        messages = dict.fromkeys(finding.message for finding in findings)
        asked.append(Question(rule.docs.ask_vendor, tuple(messages), next(places, None)))
    return asked
