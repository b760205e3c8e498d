"""Rules over facts: what a rule may say, which match, and whether they are proven. Knows no package and no DEX."""

from analyzer.engine.matching import Match, Outcome, Undecided, explain, match, run_rules
from analyzer.engine.proving import Proof, print_tree, run_examples, write_skeleton
from analyzer.engine.ruleset import RuleSet, load_rule, load_ruleset
from analyzer.engine.schema import Rule

__all__ = [
    "Match",
    "Outcome",
    "Proof",
    "Rule",
    "RuleSet",
    "Undecided",
    "explain",
    "load_rule",
    "load_ruleset",
    "match",
    "print_tree",
    "run_examples",
    "run_rules",
    "write_skeleton",
]
