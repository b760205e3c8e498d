"""Pictures: what they show, that it adds up, that it fits, and what they say in words."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.facts import Owner, Place
from analyzer.reporting import load_look
from analyzer.reporting.pictures import (
    flow_picture,
    legend,
    matrix_picture,
    path_picture,
    permission_picture,
    score_picture,
    segments,
)
from analyzer.reporting.pictures.matrix import columns_of
from analyzer.reporting.pictures.paths import flow_columns, path_columns
from analyzer.reporting.pictures.permissions import permission_rows
from analyzer.reporting.pictures.svg import Svg, element, fit, text_width
from analyzer.reporting.summary import OwnerCalls, Reached
from analyzer.result import FlowEnd, PermissionDoc, Result, Score

WORDS = load_look().words
SVG = "{http://www.w3.org/2000/svg}"


def shapes(picture: str, class_: str) -> list[Element]:
    return [e for e in fromstring(picture).iter() if class_ in (e.get("class") or "").split()]


def texts(picture: str) -> list[str]:
    return [e.text or "" for e in fromstring(picture).iter(f"{SVG}text")]


def test_the_path_goes_from_the_trigger_to_the_host(rich: Result) -> None:
    assert rich.clipboard is not None
    columns = path_columns(rich.clipboard[0], rich, WORDS)
    assert [(column.head, [(*node.lines, node.note) for node in column.nodes]) for column in columns] == [
        ("when", [("broadcast", "any app can start it")]),
        ("begins in", [("ClipboardReceiver", ".onReceive()", "")]),
        ("access", [("ClipboardManager", ".getPrimaryClip", "code of the app itself", "")]),
        ("tested against", [("“^[A-Z0-9]{34}$”", "“bitcoin:”", "")]),
        ("goes to", [("the app that asked", ""), ("kept", ""), ("the network", "OutputStream", ".write()", "")]),
        ("host", [("collect.example", "CN", "")]),
    ]
    picture = path_picture(rich.clipboard[0], rich, WORDS)
    assert len(shapes(picture, "box")) == 8
    assert (fromstring(picture).get("aria-label") or "").startswith(
        "The way to the data: broadcast any app can start it → ClipboardReceiver"
    )


def test_where_nothing_was_traced_the_picture_says_so(result: Result) -> None:
    assert result.clipboard is not None
    access = msgspec.structs.replace(result.clipboard[0], handed_back_at=(), stored_at=(), triggers=None)
    columns = path_columns(access, msgspec.structs.replace(result, flows=None), WORDS)
    assert [node.lines for column in columns for node in column.nodes] == [
        ("not known",),
        ("ClipboardManager", ".getPrimaryClip", "code of the app itself"),
        ("not traced",),
    ]


def test_a_flow_goes_from_its_start_over_what_is_done_to_its_host(rich: Result) -> None:
    (flow,) = rich.flows or ()
    columns = flow_columns(flow, WORDS)
    assert [(column.head, [(*node.lines, node.note) for node in column.nodes]) for column in columns] == [
        ("when", [("broadcast", "any app can start it")]),
        ("begins in", [("ClipboardReceiver", ".onReceive()", "")]),
        ("access", [("Clipboard", "ClipboardManager", ".getPrimaryClip()", "code of the app itself", "")]),
        ("tested against", [("“bitcoin:”", "")]),
        ("on the way", [("encoded", "")]),
        ("goes to", [("the network", "OutputStream", ".write()", "code of Example SDK", "")]),
        ("host", [("collect.example", "CN", "")]),
    ]
    assert [column.links for column in columns] == [(), ("",), (), (), ("2 calls",), (), ()]
    assert len(shapes(flow_picture(flow, WORDS), "box")) == 7


def test_a_flow_of_what_android_hands_in_says_so(rich: Result) -> None:
    (flow,) = rich.flows or ()
    method = "La/Tracker;->onLocationChanged(Landroid/location/Location;)V"
    source = FlowEnd(method, Place("classes.dex", method, 0), Owner("app"), category="location")
    handed = msgspec.structs.replace(flow, source=source, triggers=None, guards=(), labels=())
    assert [node.lines[0] for column in flow_columns(handed, WORDS) for node in column.nodes] == [
        "Android calls it", "Location", "the network", "collect.example"
    ]  # fmt: skip
    unknown = msgspec.structs.replace(flow, triggers=None)
    assert flow_columns(unknown, WORDS)[0].nodes[0].lines == ("start not looked for",)


def test_many_ways_are_counted(result: Result) -> None:
    assert result.clipboard is not None
    trigger = (result.clipboard[0].triggers or ())[0]
    access = msgspec.structs.replace(result.clipboard[0], triggers=(trigger,) * 7)
    assert [node.lines for node in path_columns(access, result, WORDS)[0].nodes] == [*[("broadcast",)] * 4, ("and 3 more ways",)]
    fromstring(path_picture(access, result, WORDS))


CATEGORIES = st.dictionaries(st.sampled_from(["app", "clipboard", "location", "network", "camera"]), st.integers(0, 60))


@given(CATEGORIES)
def test_the_bar_adds_up(by_category: dict[str, int]) -> None:
    score = Score(min(100, sum(by_category.values())), "A", by_category, ())
    assert sum(points for _, points in segments(score)) == sum(by_category.values())
    picture = score_picture(score, WORDS)
    unit = 998 / max(100, sum(by_category.values()))
    counted = sum(float(part.get("width") or 0) + 1 for part in shapes(picture, "part"))
    cut = sum(float(part.get("width") or 0) + 1 for part in shapes(picture, "cut"))
    assert counted == pytest.approx(score.total * unit, abs=0.5)
    assert cut == pytest.approx(max(0, sum(by_category.values()) - 100) * unit, abs=0.5)


def permission(name: str, level: str | None, declared: bool, used: bool | None) -> PermissionDoc:
    return PermissionDoc(name, declared, None, False, level, None, used, (), "")


PERMISSIONS = [
    permission("android.permission.CAMERA", "dangerous", True, False),
    permission("android.permission.READ_SMS", "dangerous", True, True),
    permission("android.permission.INTERNET", "normal|instant", True, None),
    permission("org.example.OWN", None, False, True),
]


def test_permissions_are_squares_by_level_and_state() -> None:
    assert [(level, [p.name for p in own]) for level, own in permission_rows(PERMISSIONS)] == [
        ("dangerous", ["android.permission.READ_SMS", "android.permission.CAMERA"]),
        ("normal", ["android.permission.INTERNET"]),
        ("other", ["org.example.OWN"]),
    ]
    picture = permission_picture(PERMISSIONS, WORDS)
    assert [len(shapes(picture, f"state-{state}")) for state in ("used", "unused", "unknown", "undeclared")] == [1, 1, 1, 1]
    assert shapes(picture, "state-unused")[0][0].text == "CAMERA: declared, not used"
    assert [(state, count) for state, _, count in legend(PERMISSIONS, WORDS)] == [
        ("used", 1),
        ("unknown", 1),
        ("unused", 1),
        ("undeclared", 1),
    ]


def test_the_matrix_has_a_column_for_each_owner_and_one_for_the_rest() -> None:
    app, owners = Owner("app"), [Owner("library", f"Lib {n:02}") for n in range(12)]
    rows = [
        Reached("location", (OwnerCalls(app, 1, True), *(OwnerCalls(o, 2, False) for o in owners)), ("android.permission.ACCESS_FINE_LOCATION",)),
        Reached("contacts", (OwnerCalls(owners[11], 5, True),), ()),
    ]  # fmt: skip
    assert columns_of(rows) == [app, owners[11], *owners[:6]]
    picture = matrix_picture(rows, WORDS)
    assert "others" in texts(picture)
    assert len(shapes(picture, "dot")) == 2
    assert len(shapes(picture, "ring")) == 8
    assert [e.text for e in shapes(picture, "count")] == ["1", "2", "2", "2", "2", "2", "2", "2", "10", "5"]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), st.floats(5, 300), st.floats(6, 20))
def test_fitted_text_fits(text: str, width: float, size: float) -> None:
    shown = fit(text, width, size)
    assert shown == text or shown.endswith("…")
    assert text_width(shown, size) <= max(width, text_width("…", size))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_texts_are_escaped(text: str) -> None:
    svg = Svg(text, text)
    svg.text(0, 0, text)
    svg.add("rect", element("title", text), class_=text)
    drawn = fromstring(svg.drawing(1, 1, "x"))
    assert [e.text or "" for e in drawn.iter() if e.tag in (f"{SVG}text", f"{SVG}title")] == [text, text]
    assert not re.search(r"<(?!/?(svg|text|rect|title)\b)", svg.drawing(1, 1, "x"))
