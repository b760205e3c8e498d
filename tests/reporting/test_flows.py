"""Flows in the reports: which come first, which are told quietly, and that every format tells them."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
import pytest

from analyzer.facts import Category, Destination, Owner, Place
from analyzer.reporting import Format, load_look
from analyzer.reporting.flows import flow_groups, flows_of, leaving
from analyzer.reporting.summary import highlights
from analyzer.result import Country, FlowDoc, FlowEnd, Result

WORDS = load_look().words
QUERY = "Landroid/content/ContentResolver;->query(Landroid/net/Uri;)Landroid/database/Cursor;"
SEND = "Ljava/io/OutputStream;->write([B)V"


def flow(
    category: Category, way: Destination, *, offset: int = 1, owner: Owner | None = None, host: str | None = None
) -> FlowDoc:
    place = Place("classes.dex", "La/B;->m()V", offset)
    source = FlowEnd(QUERY, place, owner or Owner("app"), category=category)
    country = Country("CN", "flow") if host else None
    sink = FlowEnd(SEND, msgspec.structs.replace(place, offset=90), Owner("app"), destination=way, host=host, country=country)
    return FlowDoc(source, sink, (), (), (), None)


@pytest.fixture
def many(result: Result) -> Result:
    flows = (
        flow("ipc", "network"),
        flow("ipc", "process-execution"),
        flow("contacts", "logs"),
        flow("contacts", "network", offset=7),
        flow("contacts", "network", offset=5),
        flow("contacts", "network", host="b.example"),
        flow("clipboard", "ipc", owner=Owner("library", "Ads")),
        flow("user-input", "files"),
    )
    return msgspec.structs.replace(result, flows=flows)


def test_what_matters_most_comes_first_and_what_others_send_in_last(many: Result) -> None:
    groups = flow_groups(many)
    shown = [(g.first.source.category, g.first.sink.destination, g.first.sink.host, 1 + len(g.others), g.quiet) for g in groups]
    assert shown == [
        ("clipboard", "ipc", None, 1, False),
        ("user-input", "files", None, 1, False),
        ("contacts", "network", "b.example", 1, False),
        ("contacts", "network", None, 2, False),
        ("ipc", "process-execution", None, 1, False),
        ("contacts", "logs", None, 1, False),
        ("ipc", "network", None, 1, True),
    ]
    assert groups[3].first.source.place == Place("classes.dex", "La/B;->m()V", 5)
    assert [f.source.category for f in leaving(many)] == ["clipboard", "user-input", "contacts", "contacts"]


def test_the_paragraph_names_what_leaves_by_where_it_goes(many: Result) -> None:
    assert (
        "Followed out of the app: clipboard to other apps; what is typed into password fields to a file; "
        "contacts to b.example (CN); contacts to the network."
    ) in WORDS.paragraph(many)


def test_data_that_no_watched_call_gives_has_a_line_of_its_own(many: Result) -> None:
    rows = {WORDS.highlight_what(row): row for row in highlights(many)}
    contacts = rows["Contacts"]
    assert WORDS.highlight_when(contacts) == "start not looked for"
    assert WORDS.highlight_where(contacts) == "b.example (CN), the network and the log"
    assert WORDS.highlight_where(rows["What is typed into password fields"]) == "a file"


def test_a_finding_knows_its_flows(result: Result) -> None:
    (answered,) = [finding for finding in result.findings or () if finding.rule_id == "clipboard-answered"]
    assert flows_of(answered, result) == list(result.flows or ())
    (proxy,) = [finding for finding in result.findings or () if finding.rule_id == "clipboard-proxy"]
    assert flows_of(proxy, result) == []
    hostile = msgspec.structs.replace(proxy, evidence=(msgspec.structs.replace(proxy.evidence[0], text="flow nothing ="),))
    assert flows_of(hostile, result) == []


def test_the_clipboard_knows_where_its_text_goes(result: Result) -> None:
    (read,) = [access for access in result.clipboard or () if access.operation == "read"]
    assert [(end.destination, end.api) for end in read.sinks or ()] == [
        ("ipc", "Landroid/content/BroadcastReceiver;->setResultData(Ljava/lang/String;)V")
    ]


def test_sarif_goes_from_source_to_sink(result: Result, render: Callable[..., str]) -> None:
    (run,) = json.loads(render(result, "sarif"))["runs"]
    (entry,) = [entry for entry in run["results"] if entry["ruleId"] == "clipboard-answered"]
    steps = entry["codeFlows"][0]["threadFlows"][0]["locations"]
    assert entry["codeFlows"][0]["message"]["text"] == "Clipboard → other apps"
    assert [step.get("kinds") for step in steps] == [["taint", "source"], *[None] * (len(steps) - 2), ["taint", "sink"]]
    assert [step["location"]["message"]["text"] for step in (steps[0], steps[-1])] == [
        "ClipboardManager.getPrimaryClip()",
        "BroadcastReceiver.setResultData()",
    ]


@pytest.mark.parametrize("format_", ["text", "html", "markdown"])
def test_every_report_has_the_section(many: Result, render: Callable[..., str], format_: Format) -> None:
    shown = render(many, format_)
    assert "Where data goes" in shown
    assert "Clipboard → other apps" in shown or "| Clipboard | Ads | start not looked for | other apps `a.B.m()" in shown
    assert ("One more way: what another app sends in goes on" in shown) == (format_ != "markdown")


def test_without_flows_the_page_says_which_it_is(result: Result, render: Callable[..., str]) -> None:
    assert "No data was followed to a way out of the app." in render(msgspec.structs.replace(result, flows=()), "html")
    assert "Data was not followed in this scan." in render(msgspec.structs.replace(result, flows=None), "html")
