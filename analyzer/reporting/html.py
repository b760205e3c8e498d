"""The report as one HTML file: no network, no script, everything escaped, only our own style sheet allowed by its digest."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import groupby
from typing import Any, BinaryIO

from jinja2 import pass_context
from markupsafe import Markup

from analyzer.reporting import pictures
from analyzer.reporting.agreements import waiver_rows
from analyzer.reporting.asking import questions
from analyzer.reporting.destinations import hosts, jurisdictions
from analyzer.reporting.flows import flow_groups, flows_of
from analyzer.reporting.look import Look
from analyzer.reporting.natives import native_groups
from analyzer.reporting.sanitize import harmless
from analyzer.reporting.summary import (
    access_groups,
    gap_groups,
    highlights,
    is_started,
    missing_stages,
    places_of,
    reached,
    severity_counts,
    traced,
    unstarted,
)
from analyzer.reporting.templating import environment, render, source
from analyzer.reporting.words import Words
from analyzer.result import Result

MOST_PATHS, MOST_WAYS = 12, 12
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def present(result: Result, out: BinaryIO, look: Look) -> None:
    """Write the page for *result*."""
    words, done = look.words, result.score is not None
    rows = reached(result)
    permissions = result.permissions or ()
    accesses, flows = access_groups(result), flow_groups(result)
    write_page(
        out,
        look,
        "html/app.html",
        result=result,
        app=result.app,
        done=done,
        highlights=highlights(result),
        unstarted=unstarted(result),
        reached=rows,
        traced=[list(rows) for _, rows in groupby(traced(result), key=lambda row: row.category)],
        hosts=hosts(result),
        ways=_ways(result, words),
        jurisdictions=jurisdictions(result),
        questions=questions(result),
        severities=severity_counts(result.findings or ()),
        missing=missing_stages(result),
        matrix=pictures.matrix_picture(rows, words) if rows and done else None,
        accesses=accesses,
        flows=flows,
        natives=native_groups(result),
        gaps=gap_groups(result),
        flow_paths=[pictures.flow_picture(group.first, words) for group in flows[:MOST_PATHS] if not group.quiet],
        waivers=waiver_rows(result),
        paths=[pictures.path_picture(group.first, result, words) for group in accesses[:MOST_PATHS]],
        score_bar=pictures.score_picture(result.score, words) if result.score else None,
        score_parts=pictures.segments(result.score) if result.score else [],
        permission_chart=pictures.permission_picture(permissions, words) if permissions else None,
        permission_legend=pictures.legend(permissions, words),
    )


def _ways(result: Result, words: Words) -> dict[str, Markup]:
    """By fingerprint, a picture for each grave finding: of its flow, else of its first call that something starts."""
    calls = {call.place: call for call in result.api_calls or ()}
    shown: dict[str, Markup] = {}
    for finding in result.findings or ():
        if finding.severity not in ("critical", "high") or finding.waived is not None or len(shown) == MOST_WAYS:
            continue
        followed = next(iter(flows_of(finding, result)), None)
        if followed is not None:
            shown.setdefault(finding.fingerprint, pictures.flow_picture(followed, words))
            continue
        call = next((calls[p] for p in places_of(finding) if p in calls and is_started(calls[p])), None)
        if call is not None:
            shown.setdefault(finding.fingerprint, pictures.path_picture(call, result, words))
    return shown


def write_page(out: BinaryIO, look: Look, name: str, /, **values: Any) -> None:
    """Render one page and write it, with a policy that lets nothing in but its own style and script."""
    found = environment(look, escape_html=True)
    # With the context, for else the text is worked out when the template is compiled, and kept with it: an old style sheet.
    found.filters["raw"] = pass_context(lambda _, path: Markup(source(found, path)))
    page = harmless(render(found, name, **values))
    policy = (
        f"default-src 'none'; style-src {_digests(_STYLE, page)}; script-src {_digests(_SCRIPT, page)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    out.write(page.replace("{content-security-policy}", policy, 1).encode("utf-8", "replace"))


def _digests(pattern: re.Pattern[str], page: str) -> str:
    """The digests of the page's own blocks. Text from packages cannot be one: its angle brackets are escaped."""
    blocks = [hashlib.sha256(match[1].encode("utf-8", "replace")).digest() for match in pattern.finditer(page)]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in dict.fromkeys(blocks)) or "'none'"
