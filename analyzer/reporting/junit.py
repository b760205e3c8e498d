"""The verdict and the findings as JUnit XML, so that a CI job shows them.

The verdict is one case and each finding another. A finding of low severity or worse fails; what is only information passes,
what is waived is skipped, and a package that could not be analysed is an error.
"""

from __future__ import annotations

from typing import BinaryIO
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from analyzer.reporting.look import Look
from analyzer.reporting.sanitize import clean
from analyzer.reporting.summary import places_of
from analyzer.reporting.words import Words
from analyzer.result import Finding, Result

_LONGEST = 1000
_MOST_PLACES = 20


def present(result: Result, out: BinaryIO, look: Look) -> None:
    """Write the test suite of *result*."""
    words = look.words
    name = clean(result.app.package or result.app.file, 160)
    suite = Element("testsuite", name=name)
    _verdict(SubElement(suite, "testcase", classname=name, name=words.t("label.verdict")), result, words)
    seen: dict[str, int] = {}
    for finding in result.findings or ():
        label = f"{finding.title} ({words.owner(finding.owner)})"
        seen[label] = seen.get(label, 0) + 1
        number = f" {seen[label]}" if seen[label] > 1 else ""
        case = SubElement(
            suite, "testcase", classname=clean(f"{name}.{finding.rule_id}", _LONGEST), name=clean(f"{label}{number}", _LONGEST)
        )
        _finding(case, finding, words)
    for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(1 for _ in suite.iter(tag))))
    root = Element("testsuites", {key: value for key, value in suite.attrib.items() if key != "name"}, name="apkvet")
    root.append(suite)
    indent(root)
    out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8") + b"\n")


def _verdict(case: Element, result: Result, words: Words) -> None:
    because = "\n".join(clean(f"{clause.verdict}: {clause.because}", _LONGEST) for clause in result.decision.reasons)
    verdict = result.decision.verdict
    if result.score is None:
        SubElement(case, "error", message=words.t("paragraph.failed")).text = because
    elif verdict != "allow":
        SubElement(case, "failure", message=words.t(f"verdict.means.{verdict}"), type=verdict).text = because


def _finding(case: Element, finding: Finding, words: Words) -> None:
    lines = [clean(finding.message, _LONGEST), *map(words.place, places_of(finding)[:_MOST_PLACES])]
    if finding.waived is not None:
        SubElement(case, "skipped", message=words.t("label.waived-because", reason=clean(finding.waived, _LONGEST)))
    elif finding.severity == "info":
        SubElement(case, "system-out").text = "\n".join(lines)
    else:
        SubElement(case, "failure", message=lines[0], type=finding.severity).text = "\n".join(lines[1:])
