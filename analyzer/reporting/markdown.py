"""Markdown: the report as a ticket or a pull-request comment.

Everything that a template prints is escaped, so that text from a package is never markup, a link, a mention or an HTML tag.
"""

from __future__ import annotations

import re
from typing import Any, BinaryIO

from markupsafe import Markup

from analyzer.reporting.agreements import waiver_rows
from analyzer.reporting.flows import flow_groups
from analyzer.reporting.look import Look
from analyzer.reporting.natives import native_groups
from analyzer.reporting.sanitize import clean
from analyzer.reporting.summary import gap_groups, highlights, missing_stages, places_of, severity_counts, unstarted
from analyzer.reporting.templating import environment, render
from analyzer.result import Result

_SPECIAL = re.compile(r"([\\`*\[\]<>|~$&@#]|(?<!\w)_|_(?!\w))")
_LINKS = re.compile(r"(?i)(:(?=//)|(?<=\bwww)\.|(?<=\bmailto):|(?<=\bxmpp):)")
_START = re.compile(r"^(\s*)(?:(\d+)([.)])(?=\s|$)|([-+=]))")
_BLANK_LINES = re.compile(r"\n{3,}")


def escape(value: Any) -> str:
    """*value* as text that Markdown shows as it is; markup that a template made itself stays."""
    if isinstance(value, Markup):
        return str(value)
    text = _LINKS.sub(r"\\\1", _SPECIAL.sub(r"\\\1", clean(value, 2000)))
    return _START.sub(lambda m: f"{m[1]}{m[2]}\\{m[3]}" if m[2] else f"{m[1]}\\{m[4]}", text)


def code(value: Any) -> Markup:
    """*value* as a code span that nothing in it can leave; in a table too."""
    text = clean(value, 200).replace("`", "\u02cb").replace("|", "\u2502")
    return Markup(f"`{text}`") if text.strip() else Markup("")


def present(result: Result, out: BinaryIO, look: Look) -> None:
    """Write the report of *result*, short enough for a comment."""
    write_markdown(
        out,
        look,
        "markdown/app.md",
        result=result,
        highlights=highlights(result),
        flows=[group for group in flow_groups(result) if not group.quiet],
        unstarted=unstarted(result),
        severities=severity_counts(result.findings or ()),
        missing=missing_stages(result),
        natives=native_groups(result),
        gaps=gap_groups(result),
        waivers=waiver_rows(result),
    )


def write_markdown(out: BinaryIO, look: Look, name: str, /, **values: Any) -> None:
    """Render one template, everything it prints escaped for Markdown."""
    found = environment(look, escape_html=False, finalize=escape)
    found.filters |= {"code": code, "places": places_of}
    text = render(found, name, **values)
    out.write((_BLANK_LINES.sub("\n\n", text).strip() + "\n").encode("utf-8", "replace"))
