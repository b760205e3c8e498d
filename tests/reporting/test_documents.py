"""The overview of a catalog and the page of an update, on made-up documents."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from markdown_it import MarkdownIt

from analyzer.documents import (
    CATALOG_VERSION,
    DIFF_VERSION,
    AppRow,
    CatalogSummary,
    Change,
    Diff,
    DiffSide,
    Outlier,
    document_schema,
)
from analyzer.facts import Place, Severity
from analyzer.reporting import load_look
from analyzer.reporting.catalog import link, present_catalog, weight
from analyzer.reporting.diff import DIFF_FORMATS, DiffFormat, present_diff
from analyzer.reporting.sharing import shared
from analyzer.result import AppDoc, Evidence

GOLDEN = Path(__file__).resolve().parent / "golden"
_REDACTED = re.compile(r"(?<=sha256-)[\w+/=]{44}")
_BLOCKS = re.compile(r"<(style|script)>.*?</\1>", re.DOTALL)
HOSTILE = "<script>document.title='owned'</script>\x1b[31m\u202e|`=1+1`" + "x" * 900

CATALOG = CatalogSummary(
    CATALOG_VERSION,
    (
        AppRow(
            "a" * 64,
            "org.example.notes",
            "allow",
            "Notes",
            "1.0",
            4,
            "A",
            {"low": 1},
            (),
            "office",
            10,
            "CN=Notes",
            ("Gson",),
            (),
            certificates=("c0ffee" * 10 + "0000",),
        ),
        AppRow(
            "b" * 64,
            "org.example.keys",
            "block",
            "Keys",
            "2.0",
            90,
            "E",
            {"critical": 1, "high": 2},
            ("clipboard", "contacts"),
            "office",
            98,
            "CN=Keys",
            ("AdKit", "Gson"),
            ("collect.example",),
            page="apps/keys.html",
            certificates=("c0ffee" * 10 + "0000",),
        ),
        AppRow("c" * 64, "org.example.torn", "review", failed="timed out", group="kiosk"),
    ),
    (Outlier("b" * 64, "reads more kinds of data than 98 % of this catalog"), Outlier("f" * 64, "is not in it")),
    "Staff phones",
    "0" * 64,
    "default",
    "1" * 64,
)

DIFF = Diff(
    DIFF_VERSION,
    DiffSide(AppDoc("keys-1.apk", "a" * 64, package="org.example.keys", label="Keys", version_name="1.0", version_code=10), "allow", 12, "A"),
    DiffSide(AppDoc("keys-2.apk", "b" * 64, package="org.example.keys", label="Keys", version_name="2.0", version_code=20), "block", 90, "E"),
    (
        Change("permission", "added", "READ_CONTACTS", after="dangerous", worse=True),
        Change("permission", "removed", "CAMERA", before="dangerous", worse=False),
        Change(
            "access",
            "added",
            "Reads the clipboard",
            after="the app itself, whenever something is copied",
            worse=True,
            evidence=(Evidence("clipboard read", Place("classes.dex", "Lorg/example/K;->a()V", 4)),),
        ),
        Change("signer", "changed", "CN=Keys", before="aaaa", after="bbbb", worse=True),
        Change("trait", "changed", "target-sdk", before="33", after="34"),
    ),
    ("library", "host"),
)  # fmt: skip


def catalog(summary: CatalogSummary, language: str = "en", format_: str = "html") -> str:
    out = io.BytesIO()
    present_catalog(summary, out, load_look(language), format_)
    return out.getvalue().decode()


def diff(document: Diff, format_: DiffFormat, language: str = "en") -> str:
    out = io.BytesIO()
    present_diff(document, format_, out, load_look(language))
    return out.getvalue().decode()


def check(name: str, text: str, request: pytest.FixtureRequest) -> None:
    text = _BLOCKS.sub(r"<\1>…</\1>", _REDACTED.sub("<digest>", text))
    if request.config.getoption("--update-golden"):
        (GOLDEN / name).write_text(text, encoding="utf-8")
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


def test_golden_catalog(request: pytest.FixtureRequest) -> None:
    check("catalog.html", catalog(CATALOG), request)


@pytest.mark.parametrize("format_", DIFF_FORMATS)
def test_golden_diff(format_: DiffFormat, request: pytest.FixtureRequest) -> None:
    check(
        {"text": "diff.txt", "html": "diff.html", "json": "diff.json", "markdown": "diff.md"}[format_],
        diff(DIFF, format_),
        request,
    )


@pytest.mark.parametrize(("kind", "document"), [(CatalogSummary, CATALOG), (Diff, DIFF)])
def test_documents_fit_their_schema_and_read_back(kind: Any, document: Any) -> None:
    data = catalog(document, format_="json") if kind is CatalogSummary else diff(document, "json")
    jsonschema.Draft202012Validator(document_schema(kind)).validate(json.loads(data))
    assert msgspec.json.decode(data, type=kind) == document


def test_a_changed_signer_comes_first() -> None:
    lines = diff(DIFF, "text").splitlines()
    assert lines[1] == "The app is signed by another key than before."
    assert next(line for line in lines if line.startswith(("+", "-", "~"))) == "~ CN=Keys: aaaa → bbbb  (worse)"


def test_an_update_without_changes_and_two_different_apps() -> None:
    same = msgspec.structs.replace(DIFF, new=DIFF.old, changes=(), not_compared=())
    assert diff(same, "text").splitlines()[1:] == [
        "The verdict stays: allow.",
        "The score stays at 12.",
        "Nothing that is compared has changed.",
    ]
    other = msgspec.structs.replace(DIFF.new, app=msgspec.structs.replace(DIFF.new.app, package="org.other"))
    assert "These are two different apps: org.example.keys and org.other." in diff(
        msgspec.structs.replace(DIFF, new=other), "markdown"
    )


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("apps/a.html", "apps/a.html"),
        (None, None),
        ("javascript:alert(1)", None),
        ("//evil.example/a", None),
        ("../../etc/passwd", None),
        ("https://evil.example", None),
        ("/etc/passwd", None),
        ("a\n.html", None),
    ],
)
def test_links_lead_to_pages_beside_the_overview_only(page: str | None, shown: str | None) -> None:
    assert link(AppRow("a", "b", "allow", page=page)) == shown


def test_what_several_packages_share_is_told_the_most_common_first() -> None:
    rows = [
        AppRow("1", "a", "allow", libraries=("Gson", "Ads"), hosts=("x.example",), signer="CN=A", certificates=("k" * 64,)),
        AppRow("2", "b", "allow", libraries=("Gson", "Ads"), hosts=("y.example",), signer="CN=A", certificates=("k" * 64,)),
        AppRow("3", "c", "allow", libraries=("Gson",), signer="CN=A", certificates=("l" * 64,)),
        AppRow("4", "c", "allow", hosts=("y.example",), libraries=None, certificates=("l" * 64,)),
        AppRow("5", "d", "review", libraries=("Only here",)),
    ]
    found = {
        kind: [(one.name, one.note, one.packages, [a.sha256 for a in one.apps]) for one in of]
        for kind, of in shared(rows).items()
    }
    assert found == {
        "library": [("Gson", "", 3, ["1", "2", "3"]), ("Ads", "", 2, ["1", "2"])],
        "host": [("y.example", "", 2, ["2", "4"])],
        "signer": [("CN=A", "k" * 12, 2, ["1", "2"])],  # that two versions of c have one signer says nothing
    }


def test_one_worse_finding_outweighs_all_that_are_less_bad() -> None:
    better_to_worse: list[dict[Severity, int]] = [{}, {"info": 5}, {"low": 900}, {"high": 1}, {"high": 1, "low": 2}]
    apps = [AppRow("a", "b", "allow", severities=counts) for counts in better_to_worse]
    weights = [weight(app) for app in apps]
    assert weights == sorted(weights)
    assert len(set(weights)) == 5


@pytest.mark.parametrize("language", ["en", "de"])
def test_hostile_names_in_both(language: str) -> None:
    row = AppRow(
        HOSTILE,
        HOSTILE,
        "allow",
        HOSTILE,
        HOSTILE,
        1,
        HOSTILE,
        {},
        (),
        HOSTILE,
        1,
        HOSTILE,
        (HOSTILE,),
        (HOSTILE,),
        HOSTILE,
        HOSTILE,
        (HOSTILE,),
    )
    other = msgspec.structs.replace(row, sha256="b" * 64, package="b")
    page = catalog(CatalogSummary(1, (row, other), (Outlier(HOSTILE, HOSTILE),), HOSTILE, HOSTILE, HOSTILE, HOSTILE), language)
    assert page.count("<script>") == 1
    side = DiffSide(AppDoc(HOSTILE, HOSTILE, package=HOSTILE, label=HOSTILE, version_name=HOSTILE), "allow", 1, HOSTILE)
    change = Change("host", "added", HOSTILE, HOSTILE, HOSTILE, True, (Evidence(HOSTILE, Place(HOSTILE, HOSTILE)),))
    document = Diff(1, side, side, (change,))
    texts = [page, *(diff(document, format_, language) for format_ in DIFF_FORMATS)]
    for text in texts:
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<script>" not in diff(document, "html", language)
    assert "<script>" not in MarkdownIt("commonmark", {"html": True}).render(diff(document, "markdown", language))
