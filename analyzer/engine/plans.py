"""Conditions made ready for matching, once for a rule set: trees of nodes over tests, one test for each distinct pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, Literal

import msgspec
from msgspec import Struct

from analyzer.engine.field_tests import Test
from analyzer.engine.pattern_schema import CallPattern, ClipboardPattern, Pattern, StringPattern
from analyzer.engine.patterns import FACT_OF, api_test, exact_names, fact_test, trigger_test
from analyzer.engine.schema import Condition, Rule
from analyzer.facts import Fact, Reach, Stage


class Leaf(Struct, frozen=True, eq=False, dict=True):
    """One distinct pattern; leaves are numbered from 0. ``stage`` finds facts of its ``kind``.

    ``names`` are the exact APIs and the texts asked for, which must have been looked for. Its tests are made when it first meets
    a fact: of the patterns of all rules, few do in one app.
    """

    number: int
    pattern: Pattern
    kind: type[Fact]
    stage: Stage | None
    names: frozenset[str]

    @cached_property
    def test(self) -> Test | None:
        """Of the fact alone; None when any will do."""
        return fact_test(self.pattern)

    @cached_property
    def trigger(self) -> Callable[[Reach], bool] | None:
        """Of one of the fact's triggers; None: no matter."""
        return trigger_test(self.pattern)

    @cached_property
    def api(self) -> Callable[[str], bool] | None:
        """Of the API of calls; None when any will do."""
        return api_test(self.pattern)

    @cached_property
    def categories(self) -> tuple[str, ...] | None:
        """The categories by which calls are looked up; None: all."""
        wanted = self.pattern.category if isinstance(self.pattern, CallPattern) else None
        return (wanted,) if isinstance(wanted, str) else tuple(wanted) if wanted else None

    @cached_property
    def among(self) -> frozenset[str] | None:
        """The names of which a permission or trait must have one, by which these are looked up; None: any."""
        return exact_names(self.pattern)

    @cached_property
    def reached(self) -> bool | None:
        """Whether anything may start the fact, of all its triggers; None: no matter."""
        return self.pattern.reached if isinstance(self.pattern, (CallPattern, ClipboardPattern)) else None

    @cached_property
    def traced(self) -> bool | None:
        """Whether the fact has triggers at all; None: no matter."""
        return self.pattern.traced if isinstance(self.pattern, (CallPattern, ClipboardPattern)) else None

    @cached_property
    def asks_triggers(self) -> bool:
        """Whether it can only be told once triggers were worked out."""
        return self.trigger is not None or self.reached is not None or self.traced is True


class Node(Struct, frozen=True, eq=False):
    """One node of a condition: ``all``, ``any``, ``at_least`` (``count`` of its children), ``not``, ``rule`` or a leaf."""

    kind: Literal["all", "any", "at_least", "not", "rule", "leaf"]
    condition: Condition
    children: tuple[Node, ...] = ()
    count: int = 0
    rule: str = ""
    leaf: Leaf | None = None

    @property
    def label(self) -> str:
        """The node in words: its kind and the fields that its pattern gives."""
        return _label(self.condition)


class Plan(Struct, frozen=True, eq=False):
    """A rule with its condition made ready; ``raised`` is the pattern that raises its severity."""

    rule: Rule
    root: Node
    leaves: tuple[Leaf, ...]
    references: tuple[str, ...]
    raised: Leaf | None

    @property
    def names(self) -> frozenset[str]:
        """The exact APIs that its patterns ask for."""
        return frozenset().union(*(leaf.names for leaf in self.leaves))


class Planner:
    """Makes plans; equal patterns share a leaf."""

    def __init__(self) -> None:
        self._leaves: dict[tuple[type[Pattern], bytes], Leaf] = {}

    def plan(self, rule: Rule) -> Plan:
        """The plan of *rule*."""
        root = self._node(rule.match)
        raised = self._node(rule.raise_when).leaf if rule.raise_when else None
        return Plan(rule, root, tuple(_leaves(root)), tuple(_references(root)), raised)

    def _node(self, condition: Condition) -> Node:
        pattern = pattern_of(condition)
        if pattern is not None:
            return Node("leaf", condition, leaf=self._leaf(pattern))
        if condition.rule is not None:
            return Node("rule", condition, rule=condition.rule)
        below = tuple(self._node(child) for _, child in children(condition))
        if condition.not_ is not None:
            return Node("not", condition, below)
        if condition.at_least is not None:
            return Node("at_least", condition, below, condition.at_least.count)
        return Node("all" if condition.all is not None else "any", condition, below)

    def _leaf(self, pattern: Pattern) -> Leaf:
        key = type(pattern), msgspec.json.encode(pattern)
        if key not in self._leaves:
            kind, stage = FACT_OF[type(pattern)]
            self._leaves[key] = Leaf(len(self._leaves), pattern, kind, stage, frozenset(_asked_for(pattern)))
        return self._leaves[key]


STRING = "string "
"""Stands before a text, where names of things to look for are listed."""


def _asked_for(pattern: Pattern) -> Iterator[str]:
    """What has to be looked for: the methods that a pattern of calls names without ``*``, the texts of one of strings."""
    if isinstance(pattern, CallPattern) and pattern.api is not None:
        apis = [pattern.api] if isinstance(pattern.api, str) else pattern.api
        yield from (api for api in apis if "*" not in api and "->" in api)
    elif isinstance(pattern, StringPattern):
        yield from (STRING + text for text in ([pattern.value] if isinstance(pattern.value, str) else pattern.value))


def children(condition: Condition) -> list[tuple[str, Condition]]:
    """The conditions directly under *condition*, each with its name in the path."""
    found = []
    for name, nodes in (
        ("all", condition.all),
        ("any", condition.any),
        ("at_least.of", condition.at_least and condition.at_least.of),
    ):
        found += [(f"{name}[{i}]", child) for i, child in enumerate(nodes or ())]
    return [*found, *([("not", condition.not_)] if condition.not_ is not None else [])]


_INNER = ("all", "any", "not_", "at_least", "rule")


def pattern_of(condition: Condition) -> Pattern | None:
    """The pattern of a leaf, or None for an inner node."""
    given: Any = next(
        (value for name in condition.__struct_fields__ if name not in _INNER and (value := getattr(condition, name)) is not None),
        None,
    )
    pattern: Pattern | None = given
    return pattern


def leaves(condition: Condition) -> Iterator[Pattern]:
    """All patterns in *condition*."""
    pattern = pattern_of(condition)
    if pattern is not None:
        yield pattern
    for _, child in children(condition):
        yield from leaves(child)


def references(condition: Condition) -> Iterator[str]:
    """All rules that *condition* refers to."""
    if condition.rule is not None:
        yield condition.rule
    for _, child in children(condition):
        yield from references(child)


def _leaves(node: Node) -> Iterator[Leaf]:
    if node.leaf is not None:
        yield node.leaf
    for child in node.children:
        yield from _leaves(child)


def _references(node: Node) -> Iterator[str]:
    if node.kind == "rule":
        yield node.rule
    for child in node.children:
        yield from _references(child)


def _label(condition: Condition) -> str:
    pattern = pattern_of(condition)
    if pattern is not None:
        name = next(n for n in condition.__struct_fields__ if getattr(condition, n) is pattern)
        given = ((n, getattr(pattern, n)) for n in pattern.__struct_fields__)
        return f"{name}: " + ", ".join(f"{n} {v}" for n, v in given if v is not None)
    if condition.rule is not None:
        return f"rule: {condition.rule}"
    if condition.at_least is not None:
        return f"at least {condition.at_least.count} of"
    return "all" if condition.all is not None else "any" if condition.any is not None else "not"
