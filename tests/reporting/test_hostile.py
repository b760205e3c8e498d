"""Text from packages in every format: it neither acts nor deceives."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import groupby
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from xml.etree.ElementTree import fromstring

import msgspec
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from analyzer.reporting import FORMATS, Format
from analyzer.reporting.markdown import code, escape
from analyzer.reporting.sanitize import cell_text, clean, json_safe
from analyzer.result import Result
from tests.reporting.conftest import HOSTILE

_OURS = frozenset({"schema_version"})  # what a reader of the document goes by
TEXTS = sorted(set(FORMATS) - {"xlsx"})


class Page(HTMLParser):
    """Collects what could act or reach out."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


@pytest.mark.parametrize("format_", TEXTS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_nothing_acts_on_a_terminal_or_reorders_text(
    format_: Format, language: str, hostile: Result, render: Callable[..., str]
) -> None:
    text = render(hostile, format_, language)
    for character in "\x1b\x9b\x00\u202e\u2066\u200b\ud800":
        assert character not in text
    if format_ != "json":  # the document itself keeps long text whole
        assert "x" * 4100 not in text


@pytest.mark.parametrize("which", ["result", "failed", "rich", "hostile"])
def test_the_page_needs_no_network_and_no_script(which: str, request: pytest.FixtureRequest, render: Callable[..., str]) -> None:
    page = Page(render(request.getfixturevalue(which), "html"))
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not {"src", "style", "srcset", "action"} & names
    assert not any(name.startswith("on") for name in names)
    assert all((value or "").startswith("#") for name, value in page.attributes if name == "href")
    (policy,) = [value for _, value in page.attributes if (value or "").startswith("default-src")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src 'none'" in policy
    assert "unsafe" not in policy
    assert {"main", "header", "footer", "h1", "h2"} <= set(page.tags)


def test_json_keeps_the_values(hostile: Result, render: Callable[..., str]) -> None:
    app = json.loads(render(hostile, "json"))["app"]
    assert app["label"].replace("\\ud800", "\ud800") == hostile.app.label


def test_xml_is_well_formed(hostile: Result, render: Callable[..., str]) -> None:
    assert fromstring(render(hostile, "junit")).tag == "testsuites"


@pytest.mark.parametrize("format_", ["markdown", "questions"])
def test_markdown_shows_text_as_it_is(format_: Format, hostile: Result, render: Callable[..., str]) -> None:
    text = render(hostile, format_)
    shown = Page(MarkdownIt("commonmark").enable("table").render(text))
    assert not {"script", "img", "a", "style"} & set(shown.tags)
    assert r"\@all \#1" in text
    assert r"http\://" in text
    assert r"www\.evil" in text
    tables = [list(lines) for is_row, lines in groupby(text.splitlines(), lambda line: line.startswith("|")) if is_row]
    assert len(tables) == (6 if format_ == "markdown" else 0)
    assert all(len({line.replace(r"\|", "").count("|") for line in table}) == 1 for table in tables)


@pytest.fixture(scope="module")
def poisoned(rich: Result) -> Result:
    """Hostile text in every field of the document whose type does not say what may stand there, whoever fills it."""
    made: Result = poison(rich, Result)
    return made


def poison(value: Any, kind: Any) -> Any:
    """*value* with each text of it, as far as its type *kind* allows any text, replaced."""
    if get_origin(kind) in (Union, UnionType):
        kinds = [each for each in get_args(kind) if each is not NoneType]
        fits = [each for each in kinds if isinstance(value, get_origin(each) or each)] if len(kinds) > 1 else kinds
        return poison(value, fits[0]) if fits and value is not None else value
    if kind is str and isinstance(value, str):
        return HOSTILE[:600]
    if isinstance(value, msgspec.Struct):
        hints = get_type_hints(type(value))
        return msgspec.structs.replace(
            value, **{name: poison(getattr(value, name), hints[name]) for name in value.__struct_fields__ if name not in _OURS}
        )
    arguments = [each for each in get_args(kind) if each is not Ellipsis]
    if isinstance(value, tuple) and len(arguments) == 1:
        return tuple(poison(each, arguments[0]) for each in value)
    if isinstance(value, dict):
        return {poison(key, arguments[0]): poison(each, arguments[1]) for key, each in value.items()}
    return value


def test_every_text_of_a_result_is_poisoned(poisoned: Result) -> None:
    text = str(poisoned)
    assert text.count("=HYPERLINK(") > 200
    assert "org.apkvet.samples" not in text


@pytest.mark.parametrize("format_", TEXTS)
def test_whoever_fills_a_field_nothing_acts(format_: Format, poisoned: Result, render: Callable[..., str]) -> None:
    text = render(poisoned, format_)
    for character in "\x1b\x9b\x00\u202e\u2066\u200b\ud800":
        assert character not in text
    if format_ == "html":
        page = Page(text)
        assert not {"script", "link", "img", "iframe", "object", "form", "base"} & set(page.tags)
        assert not any(name.startswith("on") or name in ("src", "style", "action") for name, _ in page.attributes)
        assert all((value or "").startswith("#") for name, value in page.attributes if name == "href")
    elif format_ == "junit":
        assert fromstring(text).tag == "testsuites"
    elif format_ in ("json", "sarif", "cyclonedx"):
        assert isinstance(json.loads(text), dict)
    elif format_ == "csv":
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert len({len(row) for row in rows}) == 1
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    elif format_ in ("markdown", "questions"):
        shown = Page(MarkdownIt("commonmark").enable("table").render(text))
        assert not {"script", "img", "a", "style"} & set(shown.tags)


def test_no_cell_of_a_workbook_is_a_formula_whoever_fills_it(poisoned: Result, raw: Callable[..., bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(raw(poisoned, "xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)


def test_the_policy_of_a_page_names_what_is_in_it(rich: Result, render: Callable[..., str]) -> None:
    text = render(rich, "html")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in text


@given(st.text(st.characters(exclude_categories=[]), max_size=400))
def test_clean_text_is_one_harmless_line(text: str) -> None:
    shown = clean(text)
    assert len(shown.splitlines()) <= 1
    assert len(shown) <= 300
    shown.encode("utf-8")
    assert clean(shown) == shown


def test_heaps_of_marks_are_cut_down() -> None:
    assert clean("e\u0301t\u00e9 " + "h" + "\u0335" * 40 + "i") == "e\u0301t\u00e9 h" + "\u0335" * 4 + "i"


@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_a_cell_never_starts_a_formula(text: str) -> None:
    assert not cell_text(text).lstrip().startswith(("=", "+", "-", "@"))


@given(
    st.recursive(
        st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    )
)
def test_escapes_in_json_change_no_value(value: object) -> None:
    safe = json_safe(json.dumps(value, ensure_ascii=False, indent=1))
    assert json.loads(safe) == value
    assert "\u202e" not in safe
    assert "\x9b" not in safe


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a_b_c", "a_b_c"),
        ("_b_", r"\_b\_"),
        ("# head", r"\# head"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("8.0.10", "8.0.10"),
        ("[x](y)", r"\[x\](y)"),
        ("http://a.b", r"http\://a.b"),
        ("a@b.c", r"a\@b.c"),
        ("&lt;", r"\&lt;"),
        ("a\nb", r"a\\u000ab"),
    ],
)
def test_markdown_escapes(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_a_code_span_cannot_be_left() -> None:
    assert code("a`b``c|d") == "`aˋbˋˋc│d`"
