"""What starts the watched calls of a folder of packages: a table, and a few call sites to check by hand.

usage: python bench/trigger_table.py [--seed N] [--sample N] APK...

A call site is *reachable* when a certain path leads to it from an entry point, *assumed* when only paths with an assumed
step do, *unreachable* when none does and nothing could name its class, else *unknown*. Of the reachable ones the number of
triggers is told; many triggers for one call site say as little as none. The sample is drawn with Python's ``random``.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from pathlib import Path

from analyzer.engine import load_ruleset
from analyzer.policy import load_policy
from analyzer.resources import rules_dir
from analyzer.result import ApiCallDoc, ClipboardDoc
from analyzer.scan import scan

Access = ApiCallDoc | ClipboardDoc


def state(access: Access) -> str:
    """Which of the four the call site is."""
    triggers = access.triggers or ()
    if all(t.kind == "unreachable" for t in triggers):
        return "unreachable"
    if not any(t.entry_point for t in triggers):
        return "unknown"
    return "assumed" if all(t.assumed for t in triggers) else "reachable"


def show(file: str, access: Access) -> None:
    """Print one call site with its triggers and paths."""
    place = access.place
    print(f"\n{file}: {access.api} in {place.method} ({place.file}+{place.offset or 0:04x}): {state(access)}")
    for t in access.triggers or ():
        print(f"  {t.kind} {t.entry_point}{' assumed' if t.assumed else ''}")
        for step in t.path:
            print(f"    {step.place.method} +{step.place.offset or 0:04x} -> {step.api}")


def main(argv: list[str]) -> int:
    """Scan, count, draw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("packages", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=2611)
    parser.add_argument("--sample", type=int, default=20)
    options = parser.parse_args(argv)
    ruleset, policy = load_ruleset([rules_dir()]), load_policy()
    found: list[tuple[str, Access]] = []
    for path in sorted(options.packages):
        try:
            result = scan(path, ruleset, policy, reproducible=True)[1]
        except OSError as error:
            print(f"{path}: {error}", file=sys.stderr)
            continue
        calls: list[Access] = [*(result.clipboard or ()), *(result.api_calls or ())]
        found += ((path.name, call) for call in calls if call.triggers is not None)
    counts = Counter(state(access) for _, access in found)
    for name in ("reachable", "assumed", "unknown", "unreachable"):
        print(f"{name:12} {counts[name]:6} {100 * counts[name] / max(len(found), 1):5.1f} %")
    sizes = sorted(len(access.triggers or ()) for _, access in found if state(access) in ("reachable", "assumed"))
    if sizes:
        print(
            f"triggers of a call site: median {sizes[len(sizes) // 2]}, 90th percentile {sizes[9 * len(sizes) // 10]}, most {sizes[-1]}"
        )
    for file, access in random.Random(options.seed).sample(found, min(options.sample, len(found))):
        show(file, access)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
