"""Whether rules are proven by their own examples, and the start of a new one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from analyzer.engine.matching import STAGES, Answer, TreeNode, explain
from analyzer.engine.ruleset import RuleSet
from analyzer.engine.schema import Example, Rule
from analyzer.errors import FormatError, RuleError
from analyzer.facts import format_fact, parse_facts, sort_facts


class Proof(Struct, frozen=True):
    """One example of a rule: whether the rule did what it expects, and the condition tree."""

    rule: Rule
    example: Example
    matched: Answer
    tree: TreeNode

    @property
    def came_out(self) -> str:
        """What the rule made of the example, in the words of ``expect``."""
        return {True: "match", False: "no match", None: "undecided"}[self.matched]

    @property
    def right(self) -> bool:
        """Whether the example came out as expected."""
        return self.came_out == self.example.expect


def run_examples(rule: Rule, ruleset: RuleSet) -> list[Proof]:
    """Every example of *rule*. Raises ``RuleError`` when an example's facts do not parse."""
    outcomes = []
    for example in rule.examples:
        try:
            facts = sort_facts(parse_facts(example.facts))
        except FormatError as error:
            raise RuleError(f"example {example.name!r}: {error}", where=str(ruleset.paths.get(rule.id, rule.id))) from None
        matched, tree = explain(rule, ruleset, facts, STAGES - set(example.without))
        outcomes.append(Proof(rule, example, matched, tree))
    return outcomes


def print_tree(tree: TreeNode, depth: int = 0) -> Iterator[str]:
    """The lines of an evaluated condition: ✓, ✗ or ? (cannot be told), the node, and under a leaf the facts that matched."""
    yield f"{'  ' * depth}{ {True: '✓', False: '✗', None: '?'}[tree.held] } {tree.label}"
    for fact in tree.facts[:5]:
        yield f"{'  ' * (depth + 1)}  {format_fact(fact)[:160]}"
    for child in tree.children:
        yield from print_tree(child, depth + 1)


def skeleton(rule_id: str, category: str) -> str:
    """The text of a new rule file, to be filled in."""
    title = rule_id.replace("-", " ").capitalize()
    return f"""id: {rule_id}
title: {title}
category: {category}
severity: low
scope: app
match:
  clipboard: {{operation: read, owner: app}}
message: "Reads the clipboard at {{count}} places."
docs:
  what: What the rule finds, in one sentence.
  why: Why that matters to the people whose data it is.
  benign: When it is harmless, and how to tell.
  ask_vendor: What to ask the vendor of the app?
  limits: What the rule cannot see.
references:
  masvs: [MASVS-PRIVACY-1]
examples:
  - name: what it should find
    expect: match
    facts: |
      clipboard read
  - name: what it should leave alone
    expect: no match
    facts: |
      clipboard write
"""


def write_skeleton(rule_id: str, category: str, folder: Path) -> Path:
    """Write a new rule file into *folder*. Raises ``RuleError`` when there is one already."""
    path = folder / f"{rule_id}.yaml"
    if path.exists():
        raise RuleError("is there already", where=str(path), mend="Choose another id.")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(skeleton(rule_id, category), encoding="utf-8")
    return path
