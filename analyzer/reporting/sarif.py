"""SARIF 2.1.0: findings as results, flows of data and triggers as code flows, waivers as suppressions, gaps as notifications.

The package is the first artifact; its files are nested in it (``parentIndex``, SARIF 3.24.8). A place in code is a logical
location: the method's descriptor, with the offset in 16-bit code units as a property, as there are no source lines.
"""

from __future__ import annotations

from typing import Any, BinaryIO
from urllib.parse import quote

from analyzer.facts import Place, Severity
from analyzer.reporting.flows import flows_of
from analyzer.reporting.json import write_json
from analyzer.reporting.look import Look
from analyzer.reporting.naming import api_text, method_text
from analyzer.reporting.sanitize import clean
from analyzer.reporting.summary import ordered, places_of, triggers_at
from analyzer.reporting.words import Words
from analyzer.result import Finding, FlowDoc, Result, RuleDoc, TriggerDoc

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
# What code scanning services sort by; the middle of the ranges that CVSS 3.1 calls critical, high, medium and low.
_SCORES: dict[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0", "info": "0.0"}
_LONGEST = 1000
_MOST_FLOWS = 10

Json = dict[str, Any]


def present(result: Result, out: BinaryIO, look: Look) -> None:
    """Write the log of *result*: one run."""
    write_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [_Run(result, look.words).document()]}, out)


class _Run:
    """Builds the one run: it numbers rules and artifacts as they are met."""

    def __init__(self, result: Result, words: Words) -> None:
        self._result, self._words = result, words
        self._triggers = triggers_at(result)
        self._rules = {rule_id: number for number, rule_id in enumerate(sorted(result.rules or {}))}
        self._artifacts: dict[str, int] = {}

    def document(self) -> Json:
        result, app = self._result, self._result.app
        results = [self._finding(finding) for finding in result.findings or ()]
        notes = [self._gap(number) for number in range(len(result.coverage.gaps))]
        package: Json = {"location": {"uri": _uri(app.file)}, "roles": ["analysisTarget"]}
        if app.sha256:
            package["hashes"] = {"sha-256": app.sha256}
        if app.size is not None:
            package["length"] = app.size
        nested = [{"location": {"uri": _uri(file)}, "parentIndex": 0} for file in self._artifacts]
        rules = sorted((result.rules or {}).items())
        return {
            "tool": {
                "driver": {
                    "name": "apkvet",
                    "version": result.provenance.tool_version,
                    "language": "en",
                    "rules": [self._rule(rule_id, rule) for rule_id, rule in rules],
                }
            },
            "automationDetails": {"id": f"apkvet/{clean(app.package or app.file, 200)}"},
            "invocations": [{"executionSuccessful": result.score is not None, "toolExecutionNotifications": notes}],
            "artifacts": [package, *nested],
            "results": results,
            "properties": {
                "verdict": result.decision.verdict,
                "reasons": [clean(clause.because, _LONGEST) for clause in result.decision.reasons],
                "score": result.score.total if result.score else None,
                "package": clean(app.package, 200) if app.package else None,
                "version": clean(app.version_name, 200) if app.version_name else None,
            },
        }

    def _rule(self, rule_id: str, rule: RuleDoc) -> Json:
        found = [finding for finding in self._result.findings or () if finding.rule_id == rule_id]
        severity: Severity = found[0].severity if found else "info"
        docs, t = rule.docs, self._words.t
        parts = [
            (None, docs.what),
            (t("label.why"), docs.why),
            (t("label.benign"), docs.benign),
            (t("label.ask"), docs.ask_vendor),
            (t("label.limits"), docs.limits),
        ]
        tags = [f"external/{ref.scheme}/{ref.id}" for ref in rule.references]
        return {
            "id": rule_id,
            "name": "".join(word.capitalize() for word in rule_id.split("-")),
            "shortDescription": {"text": found[0].title if found else rule_id},
            "fullDescription": {"text": docs.what},
            "help": {
                "text": "\n".join(f"{head}: {text}" if head else text for head, text in parts),
                "markdown": "\n\n".join(f"**{head}**: {text}" if head else text for head, text in parts),
            },
            "defaultConfiguration": {"level": _LEVELS[severity]},
            "properties": {"tags": ["security", "privacy", *tags], "security-severity": _SCORES[severity]},
        }

    def _finding(self, finding: Finding) -> Json:
        places = places_of(finding)
        entry: Json = {
            "ruleId": finding.rule_id,
            "ruleIndex": self._rules[finding.rule_id],
            "level": _LEVELS[finding.severity],
            "message": {"text": clean(finding.message, _LONGEST)},
            "locations": [self._location(places[0] if places else None)],
            "partialFingerprints": {"apkvet/v1": finding.fingerprint},
            "properties": {
                "severity": finding.severity,
                "confidence": finding.confidence,
                "category": finding.category,
                "owner": self._words.owner(finding.owner),
                "onBehalfOf": self._words.owner(finding.on_behalf_of) if finding.on_behalf_of else None,
            },
        }
        if places[1:]:
            entry["relatedLocations"] = [{"id": n, **self._location(place)} for n, place in enumerate(places[1:], 1)]
        flows = [self._data_flow(flow) for flow in flows_of(finding, self._result)]
        flows += [self._flow(trigger, place) for place in places for trigger in ordered(self._triggers.get(place, ()))]
        if flows:
            entry["codeFlows"] = flows[:_MOST_FLOWS]
        if finding.waived is not None:
            justification = clean(finding.waived, _LONGEST)
            entry["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justification}]
        return entry

    def _flow(self, trigger: TriggerDoc, place: Place) -> Json:
        steps = [self._step(step.place, api_text(step.api)) for step in trigger.path]
        if not steps and trigger.entry_point:
            steps = [self._step(Place(place.file, trigger.entry_point), method_text(trigger.entry_point))]
        flow = {"locations": [*steps, self._step(place, self._words.place(place))]}
        return {"message": {"text": self._words.trigger(trigger)}, "threadFlows": [flow]}

    def _data_flow(self, flow: FlowDoc) -> Json:
        """The way of data: where it is read, the calls that it passes, where it is passed on."""
        steps = [self._step(step.place, api_text(step.api)) for step in flow.path]
        source, sink = (
            {**self._step(end.place or Place(""), api_text(end.api)), "kinds": ["taint", kind]}
            for end, kind in ((flow.source, "source"), (flow.sink, "sink"))
        )
        text = f"{self._words.flow_what(flow)} → {self._words.flow_where(flow)}"
        return {"message": {"text": text}, "threadFlows": [{"locations": [source, *steps, sink]}]}

    def _step(self, place: Place, text: str) -> Json:
        return {"location": {**self._location(place), "message": {"text": text}}}

    def _location(self, place: Place | None) -> Json:
        if place is None or not place.file:
            return {"physicalLocation": {"artifactLocation": {"uri": _uri(self._result.app.file), "index": 0}}}
        index = self._artifacts.setdefault(place.file, len(self._artifacts) + 1)
        location: Json = {"physicalLocation": {"artifactLocation": {"uri": _uri(place.file), "index": index}}}
        if place.method:
            logical = {"fullyQualifiedName": clean(place.method, _LONGEST), "kind": "function", "name": method_text(place.method)}
            location["logicalLocations"] = [logical]
        if place.offset is not None:
            location["properties"] = {"codeUnitOffset" if place.method else "byteOffset": place.offset}
        return location

    def _gap(self, number: int) -> Json:
        gap = self._result.coverage.gaps[number]
        text = " ".join(filter(None, (self._words.t(f"gap.{gap.kind}"), clean(gap.why, _LONGEST))))
        note: Json = {"descriptor": {"id": gap.kind}, "level": "note", "message": {"text": text}}
        if gap.place is not None:
            note["locations"] = [self._location(gap.place)]
        return note


def _uri(path: str) -> str:
    """A relative reference: what is no part of a path is percent-encoded, a lone surrogate is a question mark."""
    return quote(path.encode("utf-8", "replace")[:1000].lstrip(b"/"), safe="/!$&'()*+,;=@~") or "package"
