"""The terminal summary: verdict first, then what it rests on. Plain text without colour when not on a terminal."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, BinaryIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analyzer.reporting.agreements import waiver_rows
from analyzer.reporting.destinations import jurisdictions
from analyzer.reporting.flows import flow_groups
from analyzer.reporting.look import Look
from analyzer.reporting.naming import method_text, short_permission
from analyzer.reporting.natives import native_groups
from analyzer.reporting.sanitize import clean, harmless
from analyzer.reporting.summary import gap_groups, highlights, missing_stages, places_of, reached, traced, unstarted_calls
from analyzer.reporting.words import Words
from analyzer.result import ClipboardDoc, Finding, GapDoc, Result

_COLOURS = {"allow": "bold green", "review": "bold yellow", "block": "bold red"}
_SEVERITY_COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
_PLAIN_WIDTH = 110
_MOST_TRIGGERS = 8
_MOST_PLACES = 3
_MOST_HIGHLIGHTS, _MOST_UNDECIDED, _MOST_QUIET, _MOST_LIBRARIES = 8, 10, 6, 12
_MOST_FLOWS = 12
_MOST_GAPS = 8
_MOST_NAMES = _MOST_SPLITS = 12


def present(result: Result, out: BinaryIO, look: Look) -> None:
    """Write the summary to *out*; drawn for a terminal only if *out* is standard output and that is one."""
    terminal = out is sys.stdout.buffer and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    buffer = io.StringIO()
    console = _Console(
        file=buffer,
        force_terminal=terminal,
        no_color=not terminal,
        width=None if terminal else _PLAIN_WIDTH,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    _Summary(result, console, look.words).draw()
    lines = (line.rstrip() for line in buffer.getvalue().splitlines())
    out.write(("\n".join(lines) + "\n").encode("utf-8", "replace"))


class _Console(Console):
    """A console on which no text acts, whoever wrote it."""

    def render_str(self, text: str, **options: Any) -> Text:
        """*text* with its markup, and nothing else that means something to a terminal."""
        return super().render_str(harmless(text), **options)


class _Summary:
    """Draws the parts of one result on a console."""

    def __init__(self, result: Result, console: Console, words: Words) -> None:
        self._result, self._console, self._words, self._t = result, console, words, words.t

    def draw(self) -> None:
        """Everything, in the order in which it is asked for."""
        self._verdict()
        if self._result.score is not None:
            self._first()
            self._reached()
            self._clipboard()
            self._flows()
            self._traced()
            self._findings()
            self._hidden_texts()
            self._runtimes()
            self._natives()
            self._destinations()
            self._makers()
            self._declared()
            self._secrets()
            self._permissions()
            self._score()
            self._waivers()
        self._gaps()
        self._provenance()

    def _print(self, markup: str, style: str | None = None) -> None:
        self._console.print(markup, style=style)

    def _indented(self, markup: str, columns: int, style: str | None = None) -> None:
        self._console.print(Padding(markup, (0, 0, 0, columns)), style=style)

    def _head(self, title: str) -> None:
        self._print(f"\n[bold]{escape(title)}[/bold]")

    def _table(self, *columns: str) -> Table:
        drawn = box.SIMPLE_HEAD if self._console.is_terminal else None
        return Table(*columns, box=drawn, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))

    def _labels(self, *keys: str) -> Table:
        return self._table(*(self._t(key) for key in keys))

    def _verdict(self) -> None:
        result, t = self._result, self._t
        app, verdict = result.app, result.decision.verdict
        identity = " ".join(filter(None, (clean(app.package or "", 80), clean(app.version_name or "", 30))))
        score = result.score
        points = t("score.line", total=score.total, grade=score.grade) if score else t("score.none")
        if score and score.could_be_up_to is not None and score.could_be_up_to > score.total:
            points += f", {t('score.up-to-short', total=score.could_be_up_to)}"
        name = f"[bold]{escape(self._words.app(result))}[/bold]"
        self._print(f"[{_COLOURS[verdict]}]{t(f'verdict.{verdict}').upper()}[/]   {points}   {name}  {escape(identity)}")
        for clause in result.decision.reasons:
            self._indented(f"{t(f'verdict.short.{clause.verdict}')}: {escape(clean(clause.because, 400))}", 2)
        if not result.decision.reasons:
            self._indented(escape(t("note.no-clause", policy=self._words.policy(result))), 2)
        for clause in result.decision.overruled:
            words = f"{t('note.overruled')} {clean(clause.because, 400)}"
            self._indented(f"{t(f'verdict.short.{clause.verdict}')}: {escape(words)}", 2, "dim")
        self._print(f"\n{escape(self._words.paragraph(result))}")

    def _first(self) -> None:
        rows = highlights(self._result)
        if not rows:
            return
        self._head(self._t("first.caption"))
        table = self._labels("first.what", "first.who", "first.when", "first.where")
        for row in rows[:_MOST_HIGHLIGHTS]:
            when = self._words.highlight_when(row) + (f" ({self._t('first.anyone')})" if row.exported else "")
            what, who = self._words.highlight_what(row), self._words.highlight_who(row)
            table.add_row(what, escape(who), escape(when), escape(self._words.highlight_where(row)))
        self._console.print(table)
        if len(rows) > _MOST_HIGHLIGHTS:
            self._print(self._t.count("first.more", len(rows) - _MOST_HIGHLIGHTS))

    def _reached(self) -> None:
        rows = reached(self._result)
        if not rows:
            return
        self._head(self._t("section.reach"))
        table = self._labels("label.data", "label.owners", "label.permissions-declared")
        for row in rows:
            owners = ", ".join(f"{self._words.owner(o.owner)} {o.count}" for o in row.owners) or self._t("label.none")
            permissions = ", ".join(clean(p.rpartition(".")[2], 50) for p in row.permissions)
            table.add_row(self._words.category(row.category), escape(owners), escape(permissions))
        self._console.print(table)

    def _clipboard(self) -> None:
        if not self._result.clipboard:
            return
        self._head(self._t("section.clipboard"))
        table = self._labels("label.operation", "label.owner", "label.place")
        for access in self._result.clipboard:
            self._access(access, table)
        self._console.print(table)

    def _access(self, access: ClipboardDoc, table: Table) -> None:
        words, triggers = self._words, access.triggers or ()
        hidden = f", {self._t('via.decoded')}" if access.decoded_by else ""
        via = "" if access.via == "direct" else f" ({self._t(f'via.{access.via}')}{hidden})"
        table.add_row(access.operation + via, escape(words.owner(access.owner)), escape(words.place(access.place)))
        lines = [words.trigger(trigger) for trigger in triggers[:_MOST_TRIGGERS]]
        if len(triggers) > _MOST_TRIGGERS:
            lines.append(self._t.count("picture.path-more", len(triggers) - _MOST_TRIGGERS))
        for line in [*lines, *words.access_notes(access)]:
            table.add_row("", "", escape(f"  {line}"))

    def _flows(self) -> None:
        """Where data goes: a line for each way, then where it is read and passed on."""
        if self._result.flows is None:
            return
        words, groups = self._words, flow_groups(self._result)
        loud = [group for group in groups if not group.quiet]
        self._head(self._t("section.flows"))
        if not loud:
            self._print(escape(self._t("note.no-flows")))
        for group in loud[:_MOST_FLOWS]:
            flow = group.first
            self._print(f"{escape(words.flow_what(flow))} → {escape(words.flow_where(flow))}  [dim]{words.flow_when(flow)}[/dim]")
            lines = words.flow_notes(flow)
            if group.others:
                lines.append(self._t.count("label.more-places", len(group.others)))
            self._indented("\n".join(f"[dim]· {escape(line)}[/dim]" for line in lines), 2)
        if len(loud) > _MOST_FLOWS:
            self._print(self._t.count("label.and-more", len(loud) - _MOST_FLOWS))
        if len(groups) > len(loud):
            self._print(self._t.count("flow.quiet", len(groups) - len(loud)))

    def _traced(self) -> None:
        rows = traced(self._result)
        if not rows:
            return
        rows = [row for row in rows if row.kind not in ("unknown", "unreachable")]
        self._head(self._t("section.when"))
        table = self._labels("label.data", "label.when", "label.behalf", "label.calls")
        for row in rows:
            behalf = self._words.behalf(row.kind, row.behalf)
            table.add_row(self._words.category(row.category), self._t(f"trigger.{row.kind}"), escape(behalf), str(row.count))
        if rows:
            self._console.print(table)
        silent = unstarted_calls(self._result)
        if silent:
            self._print(self._t.count("note.no-start", silent))

    def _findings(self) -> None:
        findings = self._result.findings or ()
        self._head(f"{self._t('section.findings')} ({len(findings)})")
        for finding in findings:
            self._finding(finding)

    def _finding(self, finding: Finding) -> None:
        severity = f"{self._t(f'severity.{finding.severity}'):8}"
        waived = self._t("label.waived-because", reason=clean(finding.waived)) if finding.waived else ""
        note = f" [dim]({escape(waived)})[/dim]" if waived else ""
        self._print(f"[{_SEVERITY_COLOURS[finding.severity]}]{severity}[/] {escape(finding.title)}{note}")
        places = [self._words.place(place) for place in places_of(finding)]
        lines = [f"{escape(clean(finding.message))}  [dim]{finding.rule_id}[/dim]"]
        lines += [f"[dim]· {escape(place)}[/dim]" for place in places[:_MOST_PLACES]]
        if len(places) > _MOST_PLACES:
            lines.append(f"[dim]· {self._t.count('label.and-more', len(places) - _MOST_PLACES)}[/dim]")
        self._indented("\n".join(lines), 9)

    def _destinations(self) -> None:
        """Who may end up with data and under whose law: makers of libraries and hosts, by country."""
        found = jurisdictions(self._result)
        if not found:
            return
        self._head(self._t("section.jurisdictions"))
        table = self._labels("label.country", "label.sent-to", "label.libraries-of", "label.hosts-of", "label.hosts-ending")
        for each in found:
            parts = (each.libraries, each.hosts, each.ending_only)
            sent = escape(self._words.sent(each.sent))
            table.add_row(escape(clean(each.code, 4)), sent, *(escape(clean(", ".join(part), 400)) for part in parts))
        self._console.print(table)

    def _hidden_texts(self) -> None:
        """Texts that do not stand in the package, by the methods that give them."""
        decoders = self._result.decoders or ()
        if not decoders:
            return
        self._head(self._t("section.hidden-texts"))
        for decoder in decoders[:_MOST_LIBRARIES]:
            count = self._t("label.decoded", decoded=self._t.number(decoder.decoded), calls=self._t.number(decoder.calls))
            self._print(f"[bold]{escape(method_text(decoder.method))}[/bold] [dim]{escape(count)}[/dim]")
            shown = [clean(text.value, 120) for text in decoder.texts[:_MOST_NAMES]]
            more = len(decoder.texts) - len(shown)
            if shown:
                self._indented(escape(", ".join(shown) + (f" {self._t.count('label.and-more', more)}" if more else "")), 2)
        if len(decoders) > _MOST_LIBRARIES:
            self._print(self._t.count("label.and-more", len(decoders) - _MOST_LIBRARIES))

    def _runtimes(self) -> None:
        """Code of other runtimes, where it is, and what it calls."""
        payloads = self._result.payloads or ()
        if not payloads:
            return
        self._head(self._t("section.runtimes"))
        for payload in payloads[:_MOST_LIBRARIES]:
            self._print(f"[bold]{escape(self._words.runtime(payload))}[/bold] [dim]{escape(clean(payload.file, 120))}[/dim]")
            names = payload.uses[:_MOST_NAMES]
            more = len(payload.uses) - len(names)
            calls = self._t.listing([clean(name, 80) for name in names]) if names else self._t("label.nothing-watched")
            self._indented(
                escape(f"{self._t('label.calls')}: {calls}" + (f" {self._t.count('label.and-more', more)}" if more else "")), 2
            )
        if len(payloads) > _MOST_LIBRARIES:
            self._print(self._t.count("label.and-more", len(payloads) - _MOST_LIBRARIES))

    def _natives(self) -> None:
        """What native libraries can reach, name and import; how they were built is in the other formats."""
        groups = native_groups(self._result)
        if not groups:
            return
        self._head(self._t("section.native"))
        for group in groups[:_MOST_LIBRARIES]:
            parts = (
                (self._t("label.can-reach"), group.reaches),
                (self._t("label.imports"), group.watched),
                ("", (self._t("label.contains-libraries", names=", ".join(group.contains)),) if group.contains else ()),
                ("", (self._t("label.without", names=", ".join(group.lacks)),) if group.lacks else ()),
            )
            self._print(f"[bold]{escape(clean(group.name, 80))}[/bold] [dim]{escape(clean(', '.join(group.abis), 120))}[/dim]")
            for label, names in parts:
                if names:
                    more = f" {self._t.count('label.and-more', len(names) - _MOST_NAMES)}" if len(names) > _MOST_NAMES else ""
                    words = clean(", ".join(names[:_MOST_NAMES]), 400) + more
                    self._indented(escape(f"{label}: {words}" if label else words), 2)
        if len(groups) > _MOST_LIBRARIES:
            self._print(self._t.count("label.and-more", len(groups) - _MOST_LIBRARIES))

    def _makers(self) -> None:
        """What libraries that hand data to their makers do here."""
        found = [library for library in self._result.libraries or () if library.recipient]
        if not found:
            return
        self._head(self._t("section.libraries"))
        for library in found[:_MOST_LIBRARIES]:
            name = clean(" ".join(filter(None, (library.name, library.version))), 80)
            mark = f" ({self._t('label.renamed')})" if library.renamed else ""
            self._print(f"[bold]{escape(name)}[/bold]{escape(mark)}: {escape(self._words.library_story(library))}")
        if len(found) > _MOST_LIBRARIES:
            self._print(self._t.count("label.and-more", len(found) - _MOST_LIBRARIES))

    def _declared(self) -> None:
        lists = self._words.declared_lists(self._result)
        if not lists:
            return
        self._head(self._t("section.declared"))
        self._print(escape(self._t("note.declared")), "dim")
        for title, docs in lists:
            self._print(f"[bold]{escape(title)}[/bold]")
            for doc in docs:
                shown = clean(doc.evidence[0].text, 160) if doc.evidence else ""
                self._indented(escape(f"{clean(doc.label, 60)} ({clean(doc.group, 40)}){': ' if shown else ''}{shown}"), 2)

    def _secrets(self) -> None:
        if not self._result.secrets:
            return
        self._head(self._t("section.secrets"))
        self._print(escape(self._t("note.secrets")), "dim")
        table = self._labels("label.kind", "label.masked", "label.exposes", "label.place")
        for secret in self._result.secrets:
            parts = (
                clean(secret.kind, 40),
                clean(secret.masked, 40),
                clean(secret.exposes, 100),
                self._words.place(secret.place),
            )
            table.add_row(*map(escape, parts))
        self._console.print(table)

    def _permissions(self) -> None:
        if not self._result.permissions:
            return
        self._head(self._t("section.permissions"))
        table = self._labels("label.permission", "label.level", "label.declared", "label.used", "label.why-used")
        quiet = [p for p in self._result.permissions if p.declared and p.used is None and p.protection_level != "dangerous"]
        for permission in self._result.permissions:
            if permission in quiet and len(quiet) > _MOST_QUIET:
                continue
            level = (permission.protection_level or self._t("label.unknown")).partition("|")[0]
            name, why = short_permission(permission.name), clean(permission.why.partition(" (")[0], 70)
            declared, used = self._words.declared(permission), self._words.used(permission)
            table.add_row(escape(clean(name, 90)), escape(clean(level, 30)), declared, used, escape(why))
        self._console.print(table)
        if len(quiet) > _MOST_QUIET:
            self._print(self._t.count("note.quiet-permissions", len(quiet)))

    def _score(self) -> None:
        score = self._result.score
        if score is None:
            return
        self._head(self._t("section.score"))
        for line in score.lines:
            self._print(f"{line.points:+4}  {line.rule_id or self._t('score.cap'):44} {escape(line.because)}")
        self._print(f"{score.total:4}  {self._t('score.total')}")
        if score.could_be_up_to is None or score.could_be_up_to == score.total:
            return
        self._print(escape(self._t("score.up-to-head")))
        for unseen in score.unseen:
            self._print(f"{unseen.points:+4}  {unseen.kind or self._t('score.cap'):16} {escape(clean(unseen.because, 120))}")
        self._print(f"{score.could_be_up_to:4}  {escape(self._t('score.up-to-total'))}")

    def _waivers(self) -> None:
        rows = waiver_rows(self._result)
        if not rows:
            return
        self._head(self._t("section.waivers"))
        self._print(escape(self._words.waivers(self._result)))
        table = self._labels("label.state", "label.what", "label.reason", "label.answers", "label.until")
        for row in rows:
            waiver = row.waiver
            what = clean("; ".join(row.titles) or row.why or waiver.rule or waiver.fingerprint or "", 200)
            cells = (what, clean(waiver.reason, 200), clean(waiver.owner, 80), clean(waiver.expires, 30))
            table.add_row(self._t(f"waiver.{row.state}"), *map(escape, cells))
        self._console.print(table)

    def _gaps(self) -> None:
        t, coverage = self._t, self._result.coverage
        self._head(t("section.unseen"))
        if self._result.score is not None:
            methods, instructions = t.number(coverage.methods), t.number(coverage.instructions)
            share, read, total = self._words.percent(coverage.share), coverage.dex_read, coverage.dex_total
            self._print(t("note.coverage", read=read, total=total, methods=methods, instructions=instructions, share=share))
        for group in gap_groups(self._result):
            self._print(f"· {escape(t(f'gap.{group.kind}'))} {escape(self._words.gap_means(group))}")
            lines = [f"- {self._words.gap(gap)}{self._where(gap)}" for gap in group.gaps[:_MOST_GAPS]]
            if len(group.gaps) > _MOST_GAPS:
                lines.append(t.count("label.and-more", len(group.gaps) - _MOST_GAPS))
            self._indented(escape("\n".join(lines)), 2)
        for rule in coverage.undecided[:_MOST_UNDECIDED]:
            self._print(f"· {escape(t('note.undecided'))} {escape(clean(rule.title))} ({t(f'severity.{rule.severity}')})")
        if len(coverage.undecided) > _MOST_UNDECIDED:
            self._print(f"· {t.count('label.and-more', len(coverage.undecided) - _MOST_UNDECIDED)}")
        missing = missing_stages(self._result)
        if missing:
            self._print(f"· {escape(t('note.stages', names=t.listing([self._words.stage(name) for name in missing])))}")

    def _where(self, gap: GapDoc) -> str:
        return "" if gap.place is None else f" {self._words.place(gap.place)}"

    def _provenance(self) -> None:
        app, p, t = self._result.app, self._result.provenance, self._t
        self._head(t("section.provenance"))
        size = t("label.bytes", count=t.number(app.size or 0))
        digest = app.sha256 or t("label.unknown")
        self._print(f"{escape(clean(app.file, 120))}  {size}  {t('label.sha256')} {digest}")
        if app.splits:
            more = [t.count("label.and-more", len(app.splits) - _MOST_SPLITS)] if len(app.splits) > _MOST_SPLITS else []
            names = [*(clean(name, 60) for name in app.splits[:_MOST_SPLITS]), *more]
            self._print(f"{t('label.splits')} {escape(', '.join(names))}")
        for signer in app.signers or ():
            schemes, subject = ", ".join(signer.schemes), escape(clean(signer.subject, 120))
            self._print(f"{t('label.signed')} {subject} ({schemes}), {t('label.certificate')} {signer.sha256[:16]}…")
        if app.signers == ():
            self._print(t("note.not-signed"))
        policy = f"{t('label.policy')} {self._words.policy(self._result)} {p.policy_digest[:12]}"
        self._print(escape(f"apkvet {p.tool_version}, {policy}, {t('label.rules')} {p.ruleset_digest[:12]}"), style="dim")
