"""Text from packages in every format: it neither acts nor deceives."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from analyzer.reporting import FORMATS, Format
from analyzer.reporting.markdown import code, escape
from analyzer.reporting.sanitize import cell_text, clean, json_safe
from analyzer.result import Result

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
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace(r"\|", "").count("|") for line in rows} == ({5} if format_ == "markdown" else set())


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
