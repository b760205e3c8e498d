"""What an update changes: as a page, for a ticket, for a terminal, and as the document itself."""

from __future__ import annotations

from typing import BinaryIO, Literal, get_args

from analyzer.documents import Change, Diff, DiffSection
from analyzer.reporting.html import write_page
from analyzer.reporting.json import write_json
from analyzer.reporting.look import Look
from analyzer.reporting.markdown import write_markdown
from analyzer.reporting.sanitize import clean
from analyzer.reporting.words import Words

DiffFormat = Literal["text", "html", "json", "markdown"]
DIFF_FORMATS: tuple[DiffFormat, ...] = get_args(DiffFormat)
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def present_diff(diff: Diff, format_: DiffFormat, out: BinaryIO, look: Look) -> None:
    """Write *diff*. A changed signer always comes first."""
    if format_ == "json":
        write_json(diff, out, one_line=look.one_line)
    elif format_ == "html":
        write_page(out, look, "html/diff.html", **_values(diff, look.words))
    elif format_ == "markdown":
        write_markdown(out, look, "markdown/diff.md", **_values(diff, look.words))
    else:
        out.write("".join(f"{line}\n" for line in _lines(diff, look.words)).encode("utf-8", "replace"))


def sections(diff: Diff) -> list[tuple[DiffSection, list[Change]]]:
    """The changes by section, in the order of the vocabulary; what makes the app riskier comes first in each."""
    rank = {True: 0, None: 1, False: 2}
    found = []
    for section in get_args(DiffSection):
        own = [change for change in diff.changes if change.section == section]
        if own:
            found.append((section, sorted(own, key=lambda change: (rank[change.worse], change.kind, change.what))))
    return found


def sentences(diff: Diff, words: Words) -> list[str]:
    """What there is to know first: the signer, the verdict, the score, how many changes make it riskier."""
    t, old, new = words.t, diff.old, diff.new
    said = []
    if old.app.package != new.app.package:
        names = {"old": clean(old.app.package or old.app.file, 100), "new": clean(new.app.package or new.app.file, 100)}
        said.append(t("diff.other-app", **names))
    if any(change.section == "signer" for change in diff.changes):
        said.append(t("diff.signer-changed"))
    verdicts = {"old": t(f"verdict.short.{old.verdict}"), "new": t(f"verdict.short.{new.verdict}")}
    same = old.verdict == new.verdict
    said.append(t("diff.verdict-same", verdict=verdicts["new"]) if same else t("diff.verdict-changed", **verdicts))
    if old.score is not None and new.score is not None:
        scores = {"old": old.score, "new": new.score}
        said.append(t("diff.score-same", new=new.score) if old.score == new.score else t("diff.score-changed", **scores))
    kinds = {kind: sum(change.kind == kind for change in diff.changes) for kind in ("added", "removed", "changed")}
    said.append(t("diff.summary", **kinds) if diff.changes else t("diff.nothing"))
    worse = sum(change.worse is True for change in diff.changes)
    if worse:
        said.append(t.count("diff.worse-count", worse))
    return said


def values_text(change: Change) -> str:
    """What stands beside a change: ``before → after``, or the one of them there is."""
    parts = [clean(value, 300) for value in (change.before, change.after) if value is not None]
    return " → ".join(parts)


def _values(diff: Diff, words: Words) -> dict[str, object]:
    return {
        "diff": diff,
        "old": diff.old,
        "new": diff.new,
        "name": clean(diff.new.app.label or diff.new.app.package or diff.new.app.file, 60),
        "sections": sections(diff),
        "sentences": sentences(diff, words),
        "not_compared": [words.t(f"diff.section.{section}") for section in diff.not_compared],
        "values": values_text,
    }


def _lines(diff: Diff, words: Words) -> list[str]:
    t, old, new = words.t, diff.old.app, diff.new.app
    name = clean(new.label or new.package or new.file, 60)
    lines = [f"{name}  {clean(old.version_name or '?', 40)} → {clean(new.version_name or '?', 40)}", *sentences(diff, words)]
    for section, changes in sections(diff):
        lines += ["", t(f"diff.section.{section}")]
        for change in changes:
            mark = {True: f"  ({t('diff.worse')})", False: f"  ({t('diff.better')})", None: ""}[change.worse]
            beside = values_text(change)
            lines.append(f"{_SIGNS[change.kind]} {clean(change.what)}{f': {beside}' if beside else ''}{mark}")
    if diff.not_compared:
        names = t.listing([t(f"diff.section.{section}") for section in diff.not_compared])
        lines += ["", t("diff.not-compared", names=names)]
    return lines
