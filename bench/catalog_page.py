"""The overview of a made-up catalog in the Chromium that is installed: how long sorting, filtering and searching take.

Run: ``python bench/catalog_page.py [--apps 5000] [--keep FILE]``. Times are of the page's own clock, from the click or key
to the end of the layout that follows; medians of five.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from analyzer.documents import CATALOG_VERSION, AppRow, CatalogSummary, Outlier
from analyzer.facts import Severity
from analyzer.reporting import load_look
from analyzer.reporting.catalog import present_catalog
from analyzer.reporting.summary import DATA_CATEGORIES, SEVERITIES
from analyzer.result import Verdict

_WORDS = [
    "river",
    "stone",
    "cloud",
    "paper",
    "lantern",
    "garden",
    "copper",
    "violet",
    "harbour",
    "meadow",
    "signal",
    "thread",
    "winter",
    "maple",
    "anchor",
    "ember",
]


def made_up_catalog(apps: int) -> CatalogSummary:
    """A catalog with names, scores and groups drawn with a fixed seed."""
    draw = random.Random(2611)
    rows = []
    for number in range(apps):
        score = min(100, int(draw.expovariate(1 / 18)))
        verdict: Verdict = "block" if score >= 75 else "review" if score >= 25 else "allow"
        severities: dict[Severity, int] = {s: n for s in SEVERITIES if (n := draw.randint(0, 3 if score > 20 else 1))}
        name = " ".join(draw.choice(_WORDS).title() for _ in range(2))
        failed = "timed out" if draw.random() < 0.01 else None
        rows.append(
            AppRow(
                sha256=f"{draw.getrandbits(256):064x}",
                package=f"com.example.{name.replace(' ', '.').lower()}{number}",
                verdict="review" if failed else verdict,
                label=name,
                version_name=f"{draw.randint(1, 9)}.{draw.randint(0, 30)}",
                score=None if failed else score,
                grade=None if failed else "ABCDE"[min(score // 20, 4)],
                severities={} if failed else severities,
                categories=tuple(c for c in DATA_CATEGORIES if draw.random() < score / 160),
                group=draw.choice(("office", "kiosk", "field")),
                percentile=None if failed else min(99, int(score * 1.4)),
                signer=f"CN={(signer := draw.choice(_WORDS))}",
                libraries=tuple(draw.sample(_WORDS, 3)) + tuple(f"Library {n}" for n in draw.sample(range(300), 20)),
                hosts=tuple(f"host{n}.example" for n in draw.sample(range(2000), 15)),
                certificates=(hashlib.sha256(signer.encode()).hexdigest(),),
                failed=failed,
                page=f"apps/{number}.html",
            )
        )
    worst = sorted(rows, key=lambda row: -(row.score or 0))[:5]
    outliers = tuple(Outlier(row.sha256, f"reaches {len(row.categories)} kinds of data") for row in worst)
    return CatalogSummary(CATALOG_VERSION, tuple(rows), outliers, "Staff phones", "0" * 64, "default", "1" * 64)


def timed(page: Any, action: str) -> float:
    """Milliseconds of *action*, a JavaScript statement, with the layout it causes."""
    script = f"() => {{ const t = performance.now(); {action}; document.body.offsetHeight; return performance.now() - t; }}"
    return statistics.median(float(page.evaluate(script)) for _ in range(5))


ACTIONS = {
    "next page": "document.getElementById('next').click()",
    "sort by name": "document.querySelectorAll('#apps thead button')[0].click()",
    "sort by score": "document.querySelectorAll('#apps thead button')[2].click()",
    "sort by findings": "document.querySelectorAll('#apps thead button')[3].click()",
    "filter: not blocked": "const b = document.querySelector('input[value=block]'); b.click()",
    "filter by category": "const s = document.getElementById('category'); s.selectedIndex = (s.selectedIndex + 1) % s.options.length; "
    "s.dispatchEvent(new Event('input', {bubbles: true}))",
    "apps with one library": "document.querySelector('.thing button').click()",
    "search for one word": "const q = document.getElementById('search'); q.value = q.value ? '' : 'river'; "
    "q.dispatchEvent(new Event('input', {bubbles: true}))",
}


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apps", type=int, default=5000)
    parser.add_argument("--keep", type=Path, help="write the page here and keep it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = (options.keep or Path(folder) / "index.html").resolve()
        start = time.process_time()
        with path.open("wb") as out:
            present_catalog(made_up_catalog(options.apps), out, load_look())
        print(f"{options.apps} apps, {path.stat().st_size / 1e6:.1f} MB, rendered in {time.process_time() - start:.2f} s of CPU")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(path.as_uri())
        loaded = page.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart")
        print(f"{'open the page':20} {loaded:7.0f} ms")
        for name, action in ACTIONS.items():
            print(f"{name:20} {timed(page, action):7.1f} ms")
        browser.close()


if __name__ == "__main__":
    main()
