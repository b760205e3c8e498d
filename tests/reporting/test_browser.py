"""The pages in a real Chromium, offline: what is seen first, that nothing runs or is fetched, that they print, sort and can be read by all."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from analyzer.reporting import load_look
from analyzer.reporting.catalog import present_catalog
from analyzer.reporting.diff import present_diff

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here; install it to test the pages (Debian: apt-get install chromium)"
)
SCREENS = [(1280, 800), (390, 844)]
PAGES = ["result", "failed", "rich", "hostile"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory, raw: Callable[..., bytes], request: pytest.FixtureRequest) -> Path:
    """All pages as files: those of apps, the overview of a made-up catalog of 5,000 apps, an update."""
    folder = tmp_path_factory.mktemp("pages")
    for name in PAGES:
        (folder / f"{name}.html").write_bytes(raw(request.getfixturevalue(name), "html"))
    (folder / "rich.de.html").write_bytes(raw(request.getfixturevalue("rich"), "html", "de"))
    bench = _module(Path(__file__).resolve().parents[2] / "bench/catalog_page.py")
    documents = _module(Path(__file__).resolve().parent / "test_documents.py")
    for name, summary in {"catalog": bench.made_up_catalog(5000), "small": documents.CATALOG}.items():
        with (folder / f"{name}.html").open("wb") as out:
            present_catalog(summary, out, load_look())
    with (folder / "diff.html").open("wb") as out:
        present_diff(documents.DIFF, "html", out, load_look())
    return folder


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Tab:
    """A page opened offline, with all that it said and asked for."""

    def __init__(self, browser: Any, path: Path, size: tuple[int, int] = SCREENS[0], scheme: str = "light") -> None:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, offline=True)
        self.page = context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.goto(path.as_uri())

    def close(self) -> None:
        self.page.context.close()


@pytest.fixture
def tab(browser: Any, pages: Path) -> Iterator[Callable[..., Tab]]:
    opened: list[Tab] = []

    def call(name: str, size: tuple[int, int] = SCREENS[0], scheme: str = "light") -> Tab:
        opened.append(Tab(browser, pages / f"{name}.html", size, scheme))
        return opened[-1]

    yield call
    for one in opened:
        one.close()


@pytest.mark.parametrize("size", SCREENS, ids=str)
@pytest.mark.parametrize("name", [*PAGES, "rich.de", "small", "diff"])
def test_opens_offline_in_silence_and_fits_the_screen(name: str, size: tuple[int, int], tab: Callable[..., Tab]) -> None:
    opened = tab(name, size)
    assert opened.said == []
    assert opened.asked == [opened.page.url]
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert "owned" not in opened.page.title().replace("document.title='owned'", "")


@pytest.mark.parametrize("size", SCREENS, ids=str)
@pytest.mark.parametrize("name", PAGES)
def test_the_verdict_is_seen_without_scrolling(name: str, size: tuple[int, int], tab: Callable[..., Tab]) -> None:
    box = tab(name, size).page.locator(".verdict").bounding_box()
    assert 0 <= box["y"] < box["y"] + box["height"] < size[1]


def test_the_first_screen_holds_the_table_to_decide_from(tab: Callable[..., Tab]) -> None:
    box = tab("rich").page.locator(".first-table").bounding_box()
    assert box["y"] + box["height"] < 800


def test_dark_mode_is_dark(tab: Callable[..., Tab]) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    assert tab("result").page.evaluate(ground) == "rgb(253, 253, 252)"
    assert tab("result", scheme="dark").page.evaluate(ground) == "rgb(22, 24, 27)"


@pytest.mark.parametrize(
    ("name", "scheme", "options"),
    [
        *((name, "light", "{}") for name in ("result", "failed", "rich", "hostile", "small", "diff")),
        *((name, "dark", "{runOnly: ['color-contrast']}") for name in ("rich", "small", "diff")),
    ],
)
def test_axe_finds_no_serious_violation(name: str, scheme: str, options: str, tab: Callable[..., Tab]) -> None:
    page = tab(name, scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run(document, {options})")["violations"]
    serious = [(v["id"], [n["html"][:200] for n in v["nodes"]][:3]) for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []


@pytest.mark.parametrize("name", ["rich", "hostile", "diff", "small"])
def test_on_paper_nothing_is_cut_and_everything_is_open(name: str, tab: Callable[..., Tab]) -> None:
    page = tab(name, (694, 1000)).page  # A4 less the margins, in CSS pixels
    page.emulate_media(media="print")
    cut = page.evaluate(
        "[...document.querySelectorAll('.scroll, table, svg')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map((e) => e.tagName + e.className.baseVal + e.textContent.slice(0, 80))"
    )
    assert cut == []
    hidden = page.evaluate(
        "[...document.querySelectorAll('details > *:not(summary)')].filter((e) => !e.checkVisibility({contentVisibilityAuto: true})).length"
    )
    assert hidden == 0
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def names(page: Any) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('#apps tbody tr')].map((row) => row.querySelector('bdi').textContent)"
    )
    return found


def test_the_overview_of_5000_apps_sorts_filters_and_searches(tab: Callable[..., Tab]) -> None:
    opened = tab("catalog")
    page, status = opened.page, opened.page.locator("#status")
    assert status.text_content() == "5,000 of 5,000 shown"
    scores = "[...document.querySelectorAll('#apps tbody tr')].map((row) => Number(row.dataset.n))"
    assert page.evaluate(scores) == sorted(page.evaluate(scores), reverse=True)
    assert page.evaluate(scores)[0] == 100
    page.get_by_role("button", name="App", exact=True).click()
    assert names(page)[0] == "Anchor Anchor"
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    page.get_by_role("button", name="App", exact=True).click()
    assert names(page)[0] == "Winter Winter"
    page.get_by_role("button", name="Next").click()
    assert page.locator("#page").text_content() == "Page 2 of 50"
    page.get_by_label("Search").fill("RIVER.stone anchor")  # in the package's name; the other in its libraries, signer or name
    assert set(names(page)) == {"River Stone"}
    page.get_by_label("Search").fill("")
    page.locator("input[value=allow]").uncheck()
    page.locator("input[value=review]").uncheck()
    assert page.evaluate("[...new Set([...document.querySelectorAll('#apps tbody tr')].map((row) => row.dataset.v))]") == [
        "block"
    ]
    page.get_by_label("Reaches").select_option("clipboard")
    page.get_by_label("Group").select_option("kiosk")
    assert page.evaluate(
        "[...document.querySelectorAll('#apps tbody tr')].every((row) => row.dataset.c.split(' ').includes('clipboard') && row.dataset.g === 'kiosk')"
    )
    page.get_by_label("Search").fill("no such app")
    assert status.text_content() == "0 of 5,000 shown"
    assert page.locator("#empty").is_visible()
    assert opened.said == []


def test_what_apps_share_narrows_the_table_down(tab: Callable[..., Tab]) -> None:
    opened = tab("small")
    page = opened.page
    page.get_by_text("What several apps have in common: 1 library, 0 hosts, 1 signer").click()
    page.locator("summary", has_text="Gson").click()
    page.get_by_role("button", name="Show these apps in the table").locator("visible=true").click()
    assert names(page) == ["Keys", "Notes"]
    assert page.locator("#narrowed").text_content().startswith("Only apps with Gson.")
    page.get_by_role("button", name="Show all").click()
    assert len(names(page)) == 3
    assert not page.locator("#narrowed").is_visible()
    assert opened.said == []


def test_without_scripts_the_overview_is_the_whole_table(browser: Any, pages: Path) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((pages / "small.html").as_uri())
    assert page.locator("#apps tbody tr").count() == 3
    assert not page.locator("#controls").is_visible()
    context.close()


def test_the_page_can_be_walked_with_the_keyboard(tab: Callable[..., Tab]) -> None:
    page = tab("rich").page
    seen = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.tagName"))
    assert {"#reach", "#clipboard", "#findings"} <= seen
