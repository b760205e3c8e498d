"""Whether rules are proven and complete: their own examples, and what a lint can see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from analyzer.engine.matching import STAGES, Answer, TreeNode, explain
from analyzer.engine.ruleset import RuleSet
from analyzer.engine.schema import Example, Rule
from analyzer.errors import FormatError, RuleError
from analyzer.facts import format_fact, parse_facts, sort_facts

REFERENCE_SCHEMES = frozenset({"masvs", "maswe", "nist-mtc", "attack", "cwe", "play-data-safety", "url"})


_SHORTEST_PROSE = 10


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


def lint(rule: Rule, ruleset: RuleSet) -> Iterator[str]:
    """What is wrong or missing in *rule*, one sentence each."""
    yield from _form(rule, ruleset)
    yield from _prose(rule)
    for expected in ("match", "no match"):
        if not any(example.expect == expected for example in rule.examples):
            yield f"no example shows a {expected!r}"
    for outcome in run_examples(rule, ruleset):
        if not outcome.right:
            yield f"example {outcome.example.name!r} should give {outcome.example.expect!r} and does not"
    yield from _twins(rule, ruleset)


def _form(rule: Rule, ruleset: RuleSet) -> Iterator[str]:
    path = ruleset.paths.get(rule.id)
    if path is not None and path.parent.name != rule.category:
        yield f"the category {rule.category!r} is not the folder's name {path.parent.name!r}"
    if not rule.references:
        yield "there are no references"
    for scheme in rule.references:
        if scheme not in REFERENCE_SCHEMES:
            yield f"the reference scheme {scheme!r} is not one of {', '.join(sorted(REFERENCE_SCHEMES))}"


def _prose(rule: Rule) -> Iterator[str]:
    for name in rule.docs.__struct_fields__:
        if len(getattr(rule.docs, name).strip()) < _SHORTEST_PROSE:
            yield f"docs.{name} says nothing"
    if rule.title.endswith(".") or not rule.title[:1].isupper():
        yield "the title is to be a sentence without a full stop"


def _twins(rule: Rule, ruleset: RuleSet) -> Iterator[str]:
    """Two rules with one condition are one rule."""
    for other in ruleset.rules:
        if other.id < rule.id and other.match == rule.match and other.scope == rule.scope:
            yield f"the condition is that of {other.id!r}"


def skeleton(rule_id: str) -> str:
    """The text of a new rule file, to be filled in."""
    title = rule_id.replace("-", " ").capitalize()
    return f"""id: {rule_id}
title: {title}
category: clipboard
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


def write_skeleton(rule_id: str, folder: Path) -> Path:
    """Write a new rule file into *folder*. Raises ``RuleError`` when there is one already."""
    path = folder / f"{rule_id}.yaml"
    if path.exists():
        raise RuleError("is there already", where=str(path), mend="Choose another id.")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(skeleton(rule_id), encoding="utf-8")
    return path
