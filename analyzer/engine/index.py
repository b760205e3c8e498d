"""The index of rules at the end of ``rules/README.md``: ``python -m analyzer.engine.index`` writes it."""

from __future__ import annotations

from analyzer.engine.ruleset import RuleSet, load_ruleset
from analyzer.resources import rules_dir

HEAD = "## Index\n"


def index_text(ruleset: RuleSet) -> str:
    """The index: for each category a table of its rules."""
    parts = [HEAD]
    for category in sorted({rule.category for rule in ruleset.rules}):
        parts.append(f"\n### {category}\n\n| rule | severity | what |\n|---|---|---|\n")
        own = sorted((rule for rule in ruleset.rules if rule.category == category), key=lambda rule: rule.id)
        parts += [f"| [{rule.id}]({category}/{rule.id}.yaml) | {rule.severity} | {rule.title} |\n" for rule in own]
    return "".join(parts)


if __name__ == "__main__":
    path = rules_dir() / "README.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index(HEAD)] + index_text(load_ruleset([rules_dir()])), encoding="utf-8")
