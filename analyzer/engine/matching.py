"""Rules over facts: pure, and every match carries the facts that made it.

Each distinct pattern is tested once over the facts of its kind; conditions are then set logic over the facts found.
In scope ``class`` or ``method`` the facts with a place are parted by outermost class or method, and facts of the package
as a whole are seen in every part. ``not`` always looks at the whole part, whoever owns the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from analyzer.engine.patterns import FACT_OF, compile_pattern, trigger_test
from analyzer.engine.ruleset import RuleSet, children, leaves, pattern_of, references
from analyzer.engine.schema import CallPattern, ClipboardPattern, Condition, Pattern, Rule
from analyzer.facts import ApiCall, ClipboardAccess, Fact, Owner, Reach

Owned = ApiCall | ClipboardAccess
See = Callable[[Pattern], Sequence[Fact]]


class Match(Struct, frozen=True):
    """A rule that holds for one owner: ``facts`` in canonical order are its evidence.

    ``owner`` is None when no single owner's calls make the rule hold, or none are part of it. ``triggers`` are those of the calls
    that satisfy what the rule asks of them, or all. ``raised``: one severity higher than the rule's.
    """

    rule: Rule
    owner: Owner | None
    facts: tuple[Fact, ...]
    triggers: tuple[Reach, ...] = ()
    raised: bool = False


class TreeNode(Struct, frozen=True):
    """One node of an evaluated condition: what it is, whether it held, the facts that made it hold."""

    label: str
    held: bool
    facts: tuple[Fact, ...]
    children: tuple[TreeNode, ...] = ()


def match(ruleset: RuleSet, facts: Sequence[Fact]) -> list[Match]:
    """Every match of every rule over *facts*, which are in canonical order."""
    index = _Index(facts)
    matches: list[Match] = []
    evidence: dict[str, list[Fact]] = {}
    for rule in ruleset.rules:
        found = _match_rule(rule, index, evidence)
        if found:
            evidence[rule.id] = index.in_order({fact for m in found for fact in m.facts})
            matches += found
    return matches


def explain(rule: Rule, ruleset: RuleSet, facts: Sequence[Fact]) -> tuple[bool, TreeNode]:
    """Whether *rule* holds for *facts*, and its condition tree (in a narrower scope: of the part where most held)."""
    others = [r for r in ruleset.rules if r.id in set(references(rule.match))]
    index = _Index(facts)
    evidence: dict[str, list[Fact]] = {}
    for other in others:
        found = _match_rule(other, index, evidence)
        evidence[other.id] = index.in_order({fact for m in found for fact in m.facts})
    trees = [_tree(rule.match, see, evidence) for see in _parts(rule, index).values()] or [_tree(rule.match, index.see, evidence)]
    best = max(trees, key=_held_nodes)
    return any(tree.held for tree in trees), best


def _held_nodes(tree: TreeNode) -> tuple[bool, int]:
    count, todo = 0, [tree]
    while todo:
        node = todo.pop()
        count += node.held
        todo += node.children
    return tree.held, count


class _Index:
    """Facts by kind, and the answers of patterns that were asked before."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._by_kind: dict[type[Fact], list[Fact]] = {}
        self._by_category: dict[str | None, list[Fact]] | None = None
        self._triggers: dict[tuple[str, str | None] | None, list[Reach]] | None = None
        self._order = {}
        for position, fact in enumerate(facts):
            self._by_kind.setdefault(type(fact), []).append(fact)
            self._order[id(fact)] = position
        self._answers: dict[int, tuple[Pattern, Sequence[Fact]]] = {}

    def see(self, pattern: Pattern) -> Sequence[Fact]:
        """The facts that *pattern* matches."""
        known = self._answers.get(id(pattern))
        if known is None:
            candidates = self._candidates(pattern)
            test = compile_pattern(pattern, self.triggers) if candidates else bool
            known = self._answers[id(pattern)] = (pattern, [fact for fact in candidates if test(fact)])
        return known[1]

    def triggers(self, fact: Fact) -> Sequence[Reach]:
        """The triggers of a call: the ``Reach`` facts of the method that holds it."""
        if self._triggers is None:
            self._triggers = {}
            for reach in self._by_kind.get(Reach, ()):
                if isinstance(reach, Reach):
                    at = reach.at
                    self._triggers.setdefault((at.file, at.method) if at else None, []).append(reach)
        place = getattr(fact, "at", None)
        found = self._triggers.get((place.file, place.method) if place else None, ())
        return [reach for reach in found if reach.at is None or reach.at.offset in (None, place.offset if place else None)]

    def triggers_of(self, rule: Rule, facts: Iterable[Fact]) -> tuple[Reach, ...]:
        """The triggers of the calls among *facts* that the rule's patterns ask for."""
        patterns = [pattern for pattern in leaves(rule.match) if isinstance(pattern, (CallPattern, ClipboardPattern))]
        found: dict[Reach, None] = {}
        for fact in facts:
            if not isinstance(fact, Owned):
                continue
            tests = [trigger_test(pattern) for pattern in patterns if fact in self.see(pattern)]
            for reach in self.triggers(fact):
                if any(test is None or test(reach) for test in tests):
                    found[reach] = None
        return tuple(found)

    def _candidates(self, pattern: Pattern) -> Sequence[Fact]:
        """The facts that *pattern* can match: calls, of which there are many, by category."""
        kind = FACT_OF[type(pattern)]
        if not isinstance(pattern, CallPattern) or pattern.category is None:
            return self._by_kind.get(kind, ())
        if self._by_category is None:
            self._by_category = {}
            for fact in self._by_kind.get(kind, ()):
                self._by_category.setdefault(getattr(fact, "category", None), []).append(fact)
        categories = [pattern.category] if isinstance(pattern.category, str) else pattern.category
        return [fact for category in categories for fact in self._by_category.get(category, ())]

    def in_order(self, facts: Iterable[Fact]) -> list[Fact]:
        """*facts* in canonical order."""
        return sorted(facts, key=lambda fact: self._order[id(fact)])


def _match_rule(rule: Rule, index: _Index, evidence: Mapping[str, Sequence[Fact]]) -> list[Match]:
    parts = _parts(rule, index)
    collected: dict[Owner | None, set[Fact]] = {}
    for see in parts.values():
        held, facts = _evaluate(rule.match, see, see, evidence)
        if not held:
            continue
        for owner, own in _by_owner(rule, see, evidence, facts):
            collected.setdefault(owner, set()).update(own)
    canonical = {fact: fact for pattern in leaves(rule.match) for fact in index.see(pattern)}
    canonical |= {fact: fact for reference in references(rule.match) for fact in evidence.get(reference, ())}
    ordered = sorted(collected.items(), key=lambda item: (item[0] is None, item[0] or Owner("app")))
    matches: list[Match] = []
    for owner, facts in ordered:
        for raised, height in _by_height(rule, index, facts):
            part = tuple(index.in_order(canonical[f] for f in height))
            matches.append(Match(rule, owner, part, index.triggers_of(rule, part), raised))
    return matches


def _by_height(rule: Rule, index: _Index, facts: set[Fact]) -> list[tuple[bool, set[Fact]]]:
    """The facts parted into those that raise the severity and the rest; facts that are no calls go with both."""
    pattern = pattern_of(rule.raise_when) if rule.raise_when else None
    if pattern is None:
        return [(False, facts)]
    high = set(index.see(pattern)) & facts
    low = {fact for fact in facts if isinstance(fact, Owned)} - high
    rest = {fact for fact in facts if not isinstance(fact, Owned)}
    return [(raised, part | rest) for raised, part in ((True, high), (False, low)) if part]


def _by_owner(
    rule: Rule, see: See, evidence: Mapping[str, Sequence[Fact]], facts: set[Fact]
) -> list[tuple[Owner | None, set[Fact]]]:
    """The evidence parted by owner: each owner whose calls alone make the rule hold; else all of it, for nobody."""
    owners = sorted({fact.owner for fact in facts if isinstance(fact, Owned)})
    if len(owners) <= 1:
        return [(owners[0] if owners else None, facts)]
    found: list[tuple[Owner | None, set[Fact]]] = []
    for owner in owners:

        def own(pattern: Pattern, owner: Owner = owner) -> Sequence[Fact]:
            return [fact for fact in see(pattern) if not isinstance(fact, Owned) or fact.owner == owner]

        held, part = _evaluate(rule.match, own, see, evidence)
        if held and any(isinstance(fact, Owned) for fact in part):
            found.append((owner, part))
    return found or [(None, facts)]


def _parts(rule: Rule, index: _Index) -> dict[str, See]:
    """What the rule sees in each part of its scope; only parts that hold a fact of one of its patterns."""
    if rule.scope == "app":
        return {"": index.see}
    cut = _outermost_class if rule.scope == "class" else _method
    keys = {cut(fact) for pattern in leaves(rule.match) for fact in index.see(pattern)} - {""}

    def part(key: str) -> See:
        return lambda pattern: [fact for fact in index.see(pattern) if cut(fact) in ("", key)]

    return {key: part(key) for key in sorted(keys)}


def _method(fact: Fact) -> str:
    return (fact.at.method or "") if isinstance(fact, Owned) and fact.at else ""


def _outermost_class(fact: Fact) -> str:
    return _method(fact).partition(";")[0].partition("$")[0]


def _evaluate(condition: Condition, see: See, see_all: See, evidence: Mapping[str, Sequence[Fact]]) -> tuple[bool, set[Fact]]:
    """Whether *condition* holds, and all facts that make it hold. *see_all* is what ``not`` looks at."""
    pattern = pattern_of(condition)
    if pattern is not None:
        found = see(pattern)
        return bool(found), set(found)
    if condition.rule is not None:
        return bool(evidence.get(condition.rule)), set(evidence.get(condition.rule, ()))
    if condition.not_ is not None:
        return not _evaluate(condition.not_, see_all, see_all, evidence)[0], set()
    results = [_evaluate(child, see, see_all, evidence) for _, child in children(condition)]
    if condition.all is not None:
        held = all(result for result, _ in results)
    else:
        held = sum(result for result, _ in results) >= (condition.at_least.count if condition.at_least else 1)
    return held, {fact for result, facts in results if result for fact in facts} if held else set()


def _tree(condition: Condition, see: See, evidence: Mapping[str, Sequence[Fact]]) -> TreeNode:
    held, facts = _evaluate(condition, see, see, evidence)
    below = tuple(_tree(child, see, evidence) for _, child in children(condition))
    return TreeNode(_label(condition), held, () if below else tuple(sorted(facts, key=str)), below)


def _label(condition: Condition) -> str:
    """A node in words: its kind and the fields that its pattern gives."""
    pattern = pattern_of(condition)
    if pattern is not None:
        name = next(n for n in condition.__struct_fields__ if getattr(condition, n) is not None)
        given = ((n, getattr(pattern, n)) for n in pattern.__struct_fields__)
        return f"{name}: " + ", ".join(f"{n} {v}" for n, v in given if v is not None)
    if condition.rule is not None:
        return f"rule: {condition.rule}"
    if condition.at_least is not None:
        return f"at least {condition.at_least.count} of"
    return "all" if condition.all is not None else "any" if condition.any is not None else "not"
