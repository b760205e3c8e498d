"""The report as one HTML file: no network, no script, everything escaped."""

from __future__ import annotations

from typing import BinaryIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analyzer.facts import GAP_SENTENCES
from analyzer.reporting import words
from analyzer.reporting.sanitize import clean
from analyzer.resources import reports_dir
from analyzer.result import Result


def present(result: Result, out: BinaryIO) -> None:
    """Write the page for *result*."""
    folder = reports_dir() / "html"
    environment = Environment(
        loader=FileSystemLoader(folder, encoding="utf-8"),
        autoescape=True,  # by itself Jinja2 goes by the template's suffix
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clean": clean,
        "owner": words.owner_text,
        "api": words.api_text,
        "place": words.place_text,
        "used": words.used_text,
        "trigger": words.trigger_text,
        "behalf": words.behalf_text,
        "access_notes": words.access_notes,
        "gate": words.gate_text,
        "permille": lambda share: f"{share / 10:.1f}",
        "thousands": lambda number: f"{number or 0:,}",
    }
    page = environment.get_template("app.html").render(
        result=result,
        style=(folder / "style.css").read_text(encoding="utf-8"),
        paragraph=words.paragraph(result),
        reached=words.reached(result),
        traced=words.traced(result),
        verdict=words.VERDICT_WORDS[result.decision.verdict],
        severities=words.severity_counts(result.findings or ()),
        gap_sentences=GAP_SENTENCES,
    )
    out.write(page.encode("utf-8", "replace"))
