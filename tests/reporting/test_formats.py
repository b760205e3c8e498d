"""Every format of one real result against its golden file, and hostile text in all of them."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.engine import load_ruleset
from analyzer.facts import Owner, Place
from analyzer.policy import load_policy
from analyzer.reporting import FORMATS, Format, present
from analyzer.reporting.sanitize import clean
from analyzer.reporting.schema import schema_text
from analyzer.reporting.words import api_text, paragraph, place_text, reached
from analyzer.resources import reports_dir, rules_dir
from analyzer.result import Result
from analyzer.scan import scan

GOLDEN = Path(__file__).resolve().parent / "golden"
APKS = Path(__file__).resolve().parents[2] / "samples/apk"
_DIGEST = re.compile(r"\b([0-9a-f]{64}|(?<=policy default )[0-9a-f]{12}|(?<=rules )[0-9a-f]{12})\b")


@pytest.fixture(scope="module")
def result() -> Result:
    return scan(APKS / "exported-proxy.apk", load_ruleset([rules_dir()]), load_policy(), reproducible=True)[1]


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    path = tmp_path_factory.mktemp("x") / "x.apk"
    path.write_bytes(b"no package")
    result = scan(path, load_ruleset([rules_dir()]), load_policy(), reproducible=True)[1]
    text = msgspec.json.encode(result).decode().replace(str(path), "x.apk")
    return msgspec.json.decode(text, type=Result)


def rendered(result: Result, format_: Format, *, one_line: bool = False) -> str:
    out = io.BytesIO()
    present(result, format_, out, one_line=one_line)
    return out.getvalue().decode()


def redacted(text: str) -> str:
    """Digests of rules and policies change with every edit; the package's own stays in the catalog's test."""
    return _DIGEST.sub("<digest>", text)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("which", ["result", "failed"])
def test_golden(format_: Format, which: str, request: pytest.FixtureRequest) -> None:
    path = GOLDEN / f"{which}.{format_}"
    text = redacted(rendered(request.getfixturevalue(which), format_))
    if request.config.getoption("--update-golden"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_json_for_many_is_one_line(result: Result) -> None:
    assert rendered(result, "json", one_line=True).count("\n") == 1


def test_the_published_schema_is_current() -> None:
    assert (reports_dir() / "result.schema.json").read_text(encoding="utf-8") == schema_text()


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


def test_the_page_needs_no_network_and_no_script(result: Result) -> None:
    page = Page(rendered(result, "html"))
    assert not {"script", "link", "img", "iframe", "object", "form", "a"} & set(page.tags)
    assert not {"src", "href", "onclick", "style"} & {name for name, _ in page.attributes}
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'") in page.attributes
    assert {"main", "header", "footer", "h1", "h2", "th"} <= set(page.tags)


HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31m\u202egpj.\u2066 \ud800 [bold]*a*|" + "x" * 5000


@pytest.mark.parametrize("format_", FORMATS)
def test_hostile_text_neither_acts_nor_deceives(result: Result, format_: Format) -> None:
    app = msgspec.structs.replace(result.app, label=HOSTILE, file=HOSTILE, version_name=HOSTILE, package=HOSTILE)
    finding = msgspec.structs.replace((result.findings or ())[0], message=HOSTILE, owner=Owner("library", HOSTILE))
    hostile = msgspec.structs.replace(result, app=app, findings=(finding,))
    if format_ == "json":
        with pytest.raises(UnicodeEncodeError):
            rendered(hostile, format_)  # a lone surrogate has no UTF-8; facts carry it only escaped
        return
    text = rendered(hostile, format_)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\u2066" not in text
    assert "x" * 1000 not in text
    if format_ == "html":
        assert not {"script", "img"} & set(Page(text).tags)
    else:
        assert "[bold]" in text


@given(st.text(st.characters(exclude_categories=[]), max_size=400))
def test_clean_text_is_one_harmless_line(text: str) -> None:
    shown = clean(text)
    assert len(shown.splitlines()) <= 1
    assert len(shown) <= 300
    shown.encode("utf-8")
    assert clean(shown) == shown


def test_words() -> None:
    assert api_text("Landroid/provider/Settings$Secure;->getString(La;)V") == "Settings.Secure.getString()"
    assert api_text("Landroid/media/AudioRecord;-><init>(IIIII)V") == "new AudioRecord()"
    assert api_text("Landroid/os/Build;->SERIAL") == "Build.SERIAL"
    assert place_text(Place("classes.dex", "Lcom/a/B$C;->d(I)V", 0x12)) == "com.a.B.C.d() (classes.dex at 0012)"
    assert place_text(None) == "the package"


def test_the_paragraph_says_only_what_was_shown(result: Result, failed: Result) -> None:
    text = paragraph(result)
    assert text.startswith(
        "Clipboard proxy contains own code that reaches: clipboard, media and files. Code of the app itself reads"
    )
    assert "sends" not in text
    assert paragraph(failed) == "The package could not be analysed, so nothing can be said about what it does."


def test_what_is_reached_stands_against_what_is_declared(result: Result) -> None:
    rows = {row.category: (row.owners, row.permissions) for row in reached(result)}
    assert rows == {
        "clipboard": ((("the app itself", 1),), ()),
        "media-files": ((("the app itself", 1),), ("android.permission.WRITE_EXTERNAL_STORAGE",)),
    }
