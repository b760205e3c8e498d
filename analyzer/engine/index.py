"""The index of rules at the end of ``rules/README.md``: ``python -m analyzer.engine.index`` writes it."""

from __future__ import annotations

import typing
from typing import get_args

from msgspec import Struct

from analyzer.engine.pattern_schema import CallPattern, ClipboardPattern, FlowPattern, ReachPattern
from analyzer.engine.patterns import FACT_OF
from analyzer.engine.plans import leaves
from analyzer.engine.ruleset import RuleSet, is_draft, load_ruleset
from analyzer.engine.schema import Condition
from analyzer.facts import Severity, TriggerKind
from analyzer.resources import rules_dir

HEAD = "## Index\n"


def rules_by_trigger(ruleset: RuleSet) -> dict[str, list[str]]:
    """For each kind of trigger the rules that ask for it."""
    found: dict[str, list[str]] = {}
    for rule in sorted(ruleset.rules, key=lambda rule: rule.id):
        asked: set[str] = set()
        for pattern in leaves(rule.match):
            if isinstance(pattern, (CallPattern, ClipboardPattern, FlowPattern, ReachPattern)) and pattern.trigger is not None:
                asked |= {pattern.trigger} if isinstance(pattern.trigger, str) else set(pattern.trigger)
        for kind in asked:
            found.setdefault(kind, []).append(rule.id)
    return found


def pattern_table() -> str:
    """The table of patterns with their fields, for the guide."""
    rows = ["| pattern | matches a fact by |\n|---|---|\n"]
    for name, hint in typing.get_type_hints(Condition).items():
        pattern = next((arm for arm in typing.get_args(hint) if arm in FACT_OF), None)
        if pattern is not None:
            fields = ", ".join(_field_words(field, kind) for field, kind in typing.get_type_hints(pattern).items())
            rows.append(f"| `{name}` | {fields} |\n")
    return "".join(rows)


def _field_words(name: str, hint: object) -> str:
    inner = next((arm for arm in typing.get_args(hint) if isinstance(arm, type) and issubclass(arm, Struct)), None)
    return name if inner is None else f"{name} {{{', '.join(inner.__struct_fields__)}}}"


def index_text(ruleset: RuleSet) -> str:
    """The index: two tables of coverage, then for each category a table of its rules, and the drafts of the nursery."""
    drafts = [rule for rule in ruleset.rules if is_draft(ruleset.paths[rule.id])]
    shipped = [rule for rule in ruleset.rules if not is_draft(ruleset.paths[rule.id])]
    severities = get_args(Severity)[::-1]
    parts = [HEAD, f"\n{len(shipped)} rules.\n\n### Rules by category and severity\n\n"]
    parts.append(f"| category | {' | '.join(severities)} | all |\n|---|{'---|' * (len(severities) + 1)}\n")
    for category in sorted({rule.category for rule in shipped}):
        own = [rule.severity for rule in shipped if rule.category == category]
        counts = " | ".join(str(own.count(severity) or "") for severity in severities)
        parts.append(f"| {category} | {counts} | {len(own)} |\n")
    parts.append("\n### Rules by trigger\n\n| trigger | rules | which |\n|---|---|---|\n")
    by_trigger = rules_by_trigger(RuleSet(shipped, ruleset.files, ""))
    for kind in get_args(TriggerKind):
        names = by_trigger.get(kind, [])
        parts.append(f"| `{kind}` | {len(names)} | {', '.join(names)} |\n")
    for category in sorted({rule.category for rule in shipped}):
        parts.append(f"\n### {category}\n\n| rule | severity | what |\n|---|---|---|\n")
        own_rules = sorted((rule for rule in shipped if rule.category == category), key=lambda rule: rule.id)
        parts += [f"| [{rule.id}]({category}/{rule.id}.yaml) | {rule.severity} | {rule.title} |\n" for rule in own_rules]
    parts.append("\n### Nursery\n\nDrafts: scans leave them out.\n\n| rule | severity | what |\n|---|---|---|\n")
    parts += [
        f"| [{rule.id}](nursery/{rule.category}/{rule.id}.yaml) | {rule.severity} | {rule.title} |\n"
        for rule in sorted(drafts, key=lambda rule: rule.id)
    ]
    return "".join(parts)


if __name__ == "__main__":
    path = rules_dir() / "README.md"
    text = path.read_text(encoding="utf-8")
    before, _, rest = text[: text.index(HEAD)].partition("| pattern |")
    text = before + pattern_table() + rest[rest.index("\n\n") + 1 :] + HEAD
    path.write_text(text[: text.index(HEAD)] + index_text(load_ruleset([rules_dir()], drafts=True)), encoding="utf-8")
