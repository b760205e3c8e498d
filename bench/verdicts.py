"""Verdicts of the three policies over a folder of saved observations, and which rules are silent or loud.

usage: python bench/verdicts.py OBSERVATIONS [--seed N]

Prints as Markdown: how often each verdict falls; each app's verdict and score under every shipped policy; how many apps each
rule fires on, the rules that find nothing and those that fire on more than 60 % of the apps; and ten apps that the
default policy allows, drawn with the seed, to be looked at by hand. VERDICTS.md is its output.
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
    rows = []
    for app in sorted(apps, key=lambda app: (name_of(app), app.file)):
        cells = []
        for name, policy in policies.items():
            result = assess(app, ruleset, policy)
            counts[name][result.decision.verdict] += 1
            cells.append(f"{result.decision.verdict} {result.score.total if result.score else '-'}")
            if name == "default" and result.decision.verdict == "allow":
                allowed.append(app.file)
        rows.append(f"| {name_of(app)} | {app.file} | {' | '.join(cells)} |")
    print(f"# Verdicts over {len(apps)} packages\n\n| policy | {' | '.join(VERDICTS)} |\n|---|{'---|' * len(VERDICTS)}")
    for name, found in counts.items():
        print(f"| `{name}` | {' | '.join(str(found[verdict]) for verdict in VERDICTS)} |")
    print(f"\n| app | file | {' | '.join(policies)} |\n|---|---|{'---|' * len(policies)}")
    print("\n".join(rows))
    hits = hits_of(ruleset, apps)
    print("\n## Apps by rule\n\n| rule | severity | apps |\n|---|---|---|")
    for rule in sorted(ruleset.rules, key=lambda rule: (-len(hits.matched[rule.id]), rule.id)):
        if hits.matched[rule.id]:
            print(f"| {rule.id} | {rule.severity} | {len(hits.matched[rule.id])} |")
    silent = sorted(rule_id for rule_id, found in hits.matched.items() if not found)
    loud = {rule_id: len(found) for rule_id, found in hits.matched.items() if len(found) > 0.6 * len(apps)}
    print(f"\n{len(silent)} of {len(ruleset.rules)} rules find nothing: {', '.join(silent)}.")
    print(f"\nOn more than 60 % of the apps: {', '.join(f'{r} ({n})' for r, n in loud.items()) or 'none'}.")
    drawn = random.Random(options.seed).sample(sorted(allowed), min(10, len(allowed)))
    print(f"\nAllowed by `default`, drawn with seed {options.seed}: {', '.join(drawn)}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
