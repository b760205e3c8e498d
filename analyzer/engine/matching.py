"""Rules over facts: pure, and every match carries the facts that made it.

Each distinct pattern is tested once over the facts of its kind; conditions are then set logic over the facts found, with
three answers: it holds, it does not, or it cannot be told, because it asks for something that was not looked for. In a
scope narrower than ``app`` the facts with a place are parted by component, outermost class or method, and facts of the
package as a whole are seen in every part. ``not`` always looks at the whole part, whoever owns the facts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, get_args

from msgspec import Struct
from msgspec.structs import replace

from analyzer.engine.facts_index import FactsIndex, Found, See, owner_of
from analyzer.engine.plans import Leaf, Node, Plan
from analyzer.engine.ruleset import RuleSet
from analyzer.engine.schema import Rule
from analyzer.facts import Fact, Owner, Reach, Stage

STAGES: frozenset[Stage] = frozenset(get_args(Stage))

Answer = bool | None
"""Whether a condition holds; None when it cannot be told."""


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


class Undecided(Struct, frozen=True):
    """A rule that cannot be told: for want of ``stages``, or of ``not_watched`` APIs that were not looked for."""

    rule: Rule
    stages: tuple[Stage, ...]
    not_watched: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """What the rules of a set say of one app."""

    matches: list[Match]
    undecided: list[Undecided]


class TreeNode(Struct, frozen=True):
    """One node of an evaluated condition: what it is, whether it held (None: not told), the facts that made it hold."""

    label: str
    held: Answer
    facts: tuple[Fact, ...]
    children: tuple[TreeNode, ...] = ()


class _Ruled(Struct, frozen=True):
    """What is known of a rule that others refer to; of one that cannot be told, for want of what."""

    held: Answer
    facts: Found
    stages: frozenset[Stage] = frozenset()
    names: frozenset[str] = frozenset()


_Known = dict[str, _Ruled]


def match(ruleset: RuleSet, facts: Sequence[Fact]) -> list[Match]:
    """Every match of every rule over *facts*, which are in canonical order; as if all stages had run."""
    return run_rules(ruleset, facts, STAGES).matches


def run_rules(ruleset: RuleSet, facts: Sequence[Fact], stages: Collection[Stage], unwatched: Collection[str] = ()) -> Outcome:
    """Every match of every rule over *facts*, and the rules that cannot be told.

    *facts* are in canonical order and stem from *stages*; *unwatched* APIs were not looked for.
    """
    index = FactsIndex(facts, stages, unwatched)
    outcome = Outcome([], [])
    known: _Known = {}
    for plan in ruleset.plans:
        ruled = _run(plan, index, known, outcome)
        if plan.rule.id in ruleset.referred:
            known[plan.rule.id] = ruled
    return outcome


def explain(rule: Rule, ruleset: RuleSet, facts: Sequence[Fact], stages: Collection[Stage] = STAGES) -> tuple[Answer, TreeNode]:
    """Whether *rule* holds for *facts*, and its condition tree (in a narrower scope: of the part where most held)."""
    index = FactsIndex(facts, stages)
    known: _Known = {}
    for plan in ruleset.plans:
        if plan.rule.id in ruleset.needed_by(rule.id):
            known[plan.rule.id] = _run(plan, index, known, Outcome([], []))
    plan = ruleset.plan(rule.id)
    parts = [*index.parts(plan).values()] or [index.see]
    best = max((_tree(plan.root, see, index, known) for see in parts), key=_held_nodes)
    return best.held, best


def _held_nodes(tree: TreeNode) -> tuple[int, int]:
    count, todo = 0, [tree]
    while todo:
        node = todo.pop()
        count += node.held is True
        todo += node.children
    return {True: 2, None: 1, False: 0}[tree.held], count


def _run(plan: Plan, index: FactsIndex, known: _Known, outcome: Outcome) -> _Ruled:
    """Evaluate one rule, add its matches or that it cannot be told to *outcome*, and say what others may build on."""
    if _may(plan.root, index, known) is False:
        return _Ruled(False, {})
    parts = index.parts(plan)
    answers: list[Answer] = []
    collected: dict[Owner | None, Found] = {}
    for see in parts.values():
        held, facts = _evaluate(plan.root, _View(see, see, index, known))
        answers.append(held)
        if held:
            for owner, own in _by_owner(plan, see, index, known, facts):
                collected.setdefault(owner, {}).update(own)
    if collected:
        matches = _matches(plan, index, collected)
        outcome.matches.extend(matches)
        return _Ruled(True, {id(fact): fact for found in matches for fact in found.facts})
    if not parts:
        answers.append(_evaluate(plan.root, _View(index.see, index.see, index, known))[0])
    if None not in answers:
        return _Ruled(False, {})
    stages, names = _missing(plan, index, known)
    outcome.undecided.append(Undecided(plan.rule, tuple(sorted(stages)), tuple(sorted(names))))
    return _Ruled(None, {}, frozenset(stages), frozenset(names))


def _matches(plan: Plan, index: FactsIndex, collected: dict[Owner | None, Found]) -> list[Match]:
    matches: list[Match] = []
    for owner, facts in sorted(collected.items(), key=lambda item: (item[0] is None, item[0] or Owner("app"))):
        for raised, height in _by_height(plan, index, facts):
            part = tuple(index.in_order(height.values()))
            matches.append(Match(plan.rule, owner, part, index.triggers_of(plan, part), raised))
    return matches


def _by_height(plan: Plan, index: FactsIndex, facts: Found) -> list[tuple[bool, Found]]:
    """The facts parted into those that raise the severity and the rest; facts that are no calls go with both."""
    if plan.raised is None:
        return [(False, facts)]
    raising = {id(fact) for fact in index.see(plan.raised)}
    rest = {key: fact for key, fact in facts.items() if owner_of(fact) is None}
    high = {key: fact for key, fact in facts.items() if key in raising and key not in rest}
    low = {key: fact for key, fact in facts.items() if key not in raising and key not in rest}
    return [(raised, part | rest) for raised, part in ((True, high), (False, low)) if part]


def _by_owner(plan: Plan, see: See, index: FactsIndex, known: _Known, facts: Found) -> list[tuple[Owner | None, Found]]:
    """The evidence parted by owner: each owner whose calls alone make the rule hold; else all of it, for nobody."""
    owners = sorted({owner for fact in facts.values() if (owner := owner_of(fact)) is not None})
    if len(owners) <= 1:
        return [(owners[0] if owners else None, facts)]
    found: list[tuple[Owner | None, Found]] = []
    for owner in owners:

        def own(leaf: Leaf, owner: Owner = owner) -> Sequence[Fact]:
            return [fact for fact in see(leaf) if owner_of(fact) in (None, owner)]

        held, part = _evaluate(plan.root, _View(own, see, index, known))
        if held and any(owner_of(fact) is not None for fact in part.values()):
            found.append((owner, part))
    return found or [(None, facts)]


class _View(Struct, frozen=True):
    """What a condition sees: the facts of one part and owner, those of the whole part (for ``not``), other rules."""

    see: See
    see_all: See
    facts: FactsIndex
    known: _Known


def _evaluate(node: Node, view: _View) -> tuple[Answer, Found]:
    """Whether the condition holds, and all facts that make it hold."""
    if node.leaf is not None:
        facts = view.see(node.leaf)
        if facts:
            return True, {id(fact): fact for fact in facts}
        return (None if view.facts.unknown(node.leaf) else False), {}
    if node.kind == "rule":
        ruled = view.known[node.rule]
        return ruled.held, ruled.facts
    if node.kind == "not":
        held, _ = _evaluate(node.children[0], replace(view, see=view.see_all))
        return (None if held is None else not held), {}
    results = [_evaluate(child, view) for child in node.children]
    held = _joined(node, [result for result, _ in results])
    if not held:
        return held, {}
    found: Found = {}
    for result, facts_ in results:
        if result:
            found.update(facts_)
    return True, found


def _joined(node: Node, answers: Sequence[Answer]) -> Answer:
    """What an inner node makes of its children's answers (Kleene's three-valued logic)."""
    if node.kind == "all":
        return False if False in answers else None if None in answers else True
    if node.kind == "any":
        return _any(answers)
    sure = sum(answer is True for answer in answers)
    possible = sum(answer is not False for answer in answers)
    return True if sure >= node.count else None if possible >= node.count else False


def _any(answers: Iterable[Answer]) -> Answer:
    answers = tuple(answers)
    return True if True in answers else None if None in answers else False


def _may(node: Node, index: FactsIndex, known: _Known) -> Answer:
    """Whether the condition can hold in any part: False rules it out, None is that it cannot be told. Cheap."""
    if node.leaf is not None:
        return index.answer(node.leaf)
    if node.kind == "rule":
        return known[node.rule].held
    if node.kind == "not":
        return True
    if node.kind == "at_least":
        return _joined(node, [_may(child, index, known) for child in node.children])
    ends = node.kind == "any"  # the answer of one child that settles the whole
    told = True
    for child in node.children:
        answer = _may(child, index, known)
        if answer is ends:
            return ends
        told = told and answer is not None
    return not ends if told else None


def _missing(plan: Plan, index: FactsIndex, known: _Known) -> tuple[set[Stage], set[str]]:
    stages: set[Stage] = set()
    names: set[str] = set()
    for leaf in plan.leaves:
        if not index.see(leaf):
            more, apis = index.missing(leaf)
            stages |= more
            names |= apis
    for reference in plan.references:
        stages |= known[reference].stages
        names |= known[reference].names
    return stages, names


def _tree(node: Node, see: See, index: FactsIndex, known: _Known) -> TreeNode:
    held, facts = _evaluate(node, _View(see, see, index, known))
    below = tuple(_tree(child, see, index, known) for child in node.children)
    return TreeNode(node.label, held, () if below else tuple(index.in_order(facts.values())), below)
