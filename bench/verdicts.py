"""Verdicts of the three policies over a folder of saved observations, and which rules are silent or loud.

usage: python bench/verdicts.py OBSERVATIONS [--seed N]

Prints for each app its verdict and score under every shipped policy; how often each verdict falls; the rules that find
nothing and those that fire on more than 60 % of the apps; and ten apps that the default policy allows, drawn with the
seed, to be looked at by hand.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path

from analyzer.assess import assess
from analyzer.bench_rules import hits_of, load_observations, name_of
from analyzer.engine import load_ruleset
from analyzer.policy import load_policy, policy_names
from analyzer.resources import rules_dir
from analyzer.result import VERDICTS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("observations", type=Path)
    parser.add_argument("--seed", type=int, default=2611)
    options = parser.parse_args()
    ruleset, apps = load_ruleset([rules_dir()]), load_observations(options.observations)
    policies = {name: load_policy(name) for name in policy_names()}
    counts: dict[str, Counter[str]] = {name: Counter() for name in policies}
    allowed = []
    print(f"{'app':58} " + " ".join(f"{name:>12}" for name in policies))
    for app in sorted(apps, key=lambda app: (name_of(app), app.file)):
        cells = []
        for name, policy in policies.items():
            result = assess(app, ruleset, policy)
            counts[name][result.decision.verdict] += 1
            cells.append(f"{result.decision.verdict} {result.score.total if result.score else '-':>4}")
            if name == "default" and result.decision.verdict == "allow":
                allowed.append(app.file)
        print(f"{name_of(app)[:40]:40} {app.file[:17]:17} " + " ".join(f"{cell:>12}" for cell in cells))
    print(f"\n| policy | {' | '.join(VERDICTS)} |\n|---|{'---|' * len(VERDICTS)}")
    for name, found in counts.items():
        print(f"| `{name}` | {' | '.join(str(found[verdict]) for verdict in VERDICTS)} |")
    hits = hits_of(ruleset, apps)
    silent = sorted(rule_id for rule_id, found in hits.matched.items() if not found)
    loud = {rule_id: len(found) for rule_id, found in hits.matched.items() if len(found) > 0.6 * len(apps)}
    print(f"\n{len(silent)} of {len(ruleset.rules)} rules find nothing: {', '.join(silent)}")
    print(f"\non more than 60 % of {len(apps)} apps: {', '.join(f'{r} ({n})' for r, n in loud.items()) or 'none'}")
    drawn = random.Random(options.seed).sample(sorted(allowed), min(10, len(allowed)))
    print(f"\nallowed, drawn with seed {options.seed}:")
    for file in drawn:
        print(f"  {file}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
