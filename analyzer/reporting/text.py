"""The terminal summary: verdict first, then what it rests on. Plain text without colour when not on a terminal."""

from __future__ import annotations

import io
import os
import sys
from typing import BinaryIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from analyzer.facts import GAP_SENTENCES
from analyzer.reporting.sanitize import clean
from analyzer.reporting.words import (
    VERDICT_WORDS,
    access_notes,
    owner_text,
    paragraph,
    place_text,
    reached,
    traced,
    trigger_text,
    used_text,
)
from analyzer.result import Result

_COLOURS = {"allow": "bold green", "review": "bold yellow", "block": "bold red"}
_SEVERITY_COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_PLAIN_WIDTH = 110
_MOST_TRIGGERS = 8
_MOST_PLACES = 3


def present(result: Result, out: BinaryIO) -> None:
    """Write the summary to *out*; drawn for a terminal only if *out* is standard output and that is one."""
    terminal = out is sys.stdout.buffer and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        force_terminal=terminal,
        no_color=not terminal,
        width=None if terminal else _PLAIN_WIDTH,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    _draw(result, console)
    lines = (line.rstrip() for line in buffer.getvalue().splitlines())
    out.write(("\n".join(lines) + "\n").encode("utf-8", "replace"))


def _draw(result: Result, console: Console) -> None:
    _verdict(result, console)
    if result.score is not None:
        _reached(result, console)
        _clipboard(result, console)
        _traced(result, console)
        _findings(result, console)
        _permissions(result, console)
        _score(result, console)
    _gaps(result, console)
    _provenance(result, console)


def _head(console: Console, title: str) -> None:
    console.print(f"\n[bold]{title}[/bold]")


def _verdict(result: Result, console: Console) -> None:
    app = result.app
    name = escape(clean(app.label or app.package or app.file, 60))
    identity = " ".join(filter(None, (clean(app.package or "", 80), clean(app.version_name or "", 30))))
    verdict = result.decision.verdict
    score = f"   score {result.score.total} of 100, grade {result.score.grade}" if result.score else "   no score"
    console.print(f"[{_COLOURS[verdict]}]{VERDICT_WORDS[verdict].upper()}[/]{score}   [bold]{name}[/bold]  {escape(identity)}")
    for clause in result.decision.reasons:
        console.print(f"  {clause.verdict}: {escape(clean(clause.because, 400))}")
    if not result.decision.reasons:
        console.print("  No clause of the policy asks for more.")
    console.print(f"\n{escape(paragraph(result))}")


def _table(console: Console, *columns: str) -> Table:
    return Table(
        *columns, box=None if not console.is_terminal else box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0)
    )


def _reached(result: Result, console: Console) -> None:
    rows = reached(result)
    if not rows:
        return
    _head(console, "What its code reaches")
    table = _table(console, "data", "call sites by owner", "permissions declared")
    for row in rows:
        owners = ", ".join(f"{owner} {count}" for owner, count in row.owners) or "none"
        table.add_row(row.name, escape(owners), escape(", ".join(clean(p.rpartition(".")[2], 50) for p in row.permissions)))
    console.print(table)


def _clipboard(result: Result, console: Console) -> None:
    if not result.clipboard:
        return
    _head(console, "Clipboard")
    table = _table(console, "operation", "owner", "via", "where")
    for access in result.clipboard:
        table.add_row(access.operation, escape(owner_text(access.owner)), access.via, escape(place_text(access.place)))
        for trigger in (access.triggers or ())[:_MOST_TRIGGERS]:
            table.add_row("", "", "", escape(f"  {trigger_text(trigger)}"))
        if len(access.triggers or ()) > _MOST_TRIGGERS:
            table.add_row("", "", "", f"  and {len(access.triggers or ()) - _MOST_TRIGGERS} more ways")
        for note in access_notes(access):
            table.add_row("", "", "", escape(f"  {note}"))
    console.print(table)


def _traced(result: Result, console: Console) -> None:
    rows = traced(result)
    if not rows:
        return
    _head(console, "When personal data is accessed")
    table = _table(console, "data", "when", "on behalf of", "calls")
    for row in rows:
        table.add_row(row.category, row.when, escape(row.behalf), str(row.count))
    console.print(table)


def _findings(result: Result, console: Console) -> None:
    _head(console, f"Findings ({len(result.findings or ())})")
    for finding in result.findings or ():
        waived = f" [dim](waived: {escape(clean(finding.waived))})[/dim]" if finding.waived else ""
        console.print(f"[{_SEVERITY_COLOURS[finding.severity]}]{finding.severity:8}[/] {escape(finding.title)}{waived}")
        console.print(f"         {escape(clean(finding.message))}  [dim]{finding.rule_id}[/dim]")
        placed = [e for e in finding.evidence if e.place is not None]
        for evidence in placed[:_MOST_PLACES]:
            console.print(f"         · {escape(place_text(evidence.place))}", style="dim")
        if len(placed) > _MOST_PLACES:
            console.print(f"         · and {len(placed) - _MOST_PLACES} more places", style="dim")


def _permissions(result: Result, console: Console) -> None:
    if not result.permissions:
        return
    _head(console, "Permissions")
    table = _table(console, "permission", "level", "declared", "used", "why")
    for permission in result.permissions:
        declared = f"up to API {permission.max_sdk}" if permission.max_sdk else "yes" if permission.declared else "no"
        level = (permission.protection_level or "unknown").partition("|")[0]
        name = clean(permission.name, 90).removeprefix("android.permission.")
        table.add_row(escape(name), level, declared, used_text(permission), escape(clean(permission.why.partition(" (")[0], 70)))
    console.print(table)


def _score(result: Result, console: Console) -> None:
    if result.score is None:
        return
    _head(console, "Score")
    for line in result.score.lines:
        what = line.rule_id or "cap"
        console.print(f"{line.points:+4}  {what:44} {escape(line.because)}")
    console.print(f"{result.score.total:4}  total")


def _gaps(result: Result, console: Console) -> None:
    _head(console, "Not seen")
    coverage = result.coverage
    if result.score is not None:
        share = f"{coverage.share / 10:.1f}"
        console.print(
            f"{coverage.dex_read} of {coverage.dex_total} DEX files, {coverage.instructions:,} instructions, "
            f"{share} % of the code read."
        )
    later = [gap for gap in coverage.gaps if gap.kind == "stage-not-run"]
    for gap in coverage.gaps:
        if gap.kind != "stage-not-run":
            console.print(f"· {GAP_SENTENCES[gap.kind]} {escape(clean(gap.why))}")
    if later:
        names = ", ".join(gap.why.split("'")[1] for gap in later if "'" in gap.why)
        console.print(f"· Stages that this version does not have: {names}.")


def _provenance(result: Result, console: Console) -> None:
    app, p = result.app, result.provenance
    _head(console, "Provenance")
    console.print(f"{escape(clean(app.file, 120))}  {app.size or 0:,} bytes  SHA-256 {app.sha256 or 'unknown'}")
    for signer in app.signers or ():
        schemes = ", ".join(signer.schemes)
        console.print(f"signed by {escape(clean(signer.subject, 120))} ({schemes}), certificate {signer.sha256[:16]}…")
    if app.signers == ():
        console.print("not signed")
    console.print(
        f"apkvet {p.tool_version}, policy {result.decision.policy} {p.policy_digest[:12]}, rules {p.ruleset_digest[:12]}",
        style="dim",
    )
