"""Draw packages and print every permission verdict with what supports it, for checking by hand.

usage: python bench/permission_review.py FOLDER SEED [COUNT]

Draws COUNT (default ten) readable packages that declare a permission with the random SEED, and prints for each permission its verdict and
why; under *used* the first calls, under *not used* how often the names of methods that need it occur anywhere in the DEX files'
method tables: what a person then looks up in the disassembly.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from analyzer.container import open_package
from analyzer.errors import ApkvetError
from analyzer.facts import Permission, format_place
from analyzer.formats.dex import open_dex
from analyzer.platform.watch import load_watch
from analyzer.scan import observe


def method_names(apk: Path) -> set[str]:
    """``class->name`` of every method that the DEX files name."""
    names = set()
    with open_package(apk) as package:
        for entry in package.dex_names():
            for dex in open_dex(entry, package.read(entry)):
                names |= {dex.pools.method(row).partition("(")[0] for row in range(len(dex.pools.methods))}
    return names


def review(apk: Path) -> int:
    """Print the verdicts of one package; returns how many."""
    facts = [fact for fact in observe(apk).facts if isinstance(fact, Permission)]
    named, needs = method_names(apk), load_watch().needs.by_api
    print(f"\n== {apk.name}")
    for fact in facts:
        verdict = {True: "used", False: "NOT USED", None: "cannot tell"}[fact.used]
        print(f"{verdict:12} {'declared' if fact.declared else 'not declared':12} {fact.name}: {fact.why}")
        for use in fact.used_by[:2]:
            print(f"      {use.owner.kind} {use.owner.name} {use.api} {format_place(use.place) if use.place else ''}")
        if fact.used is False:
            guarded = sorted(
                {api.partition("(")[0] for api, group in needs.items() if any(fact.name in n.permissions for n in group)}
            )
            near = [
                api
                for api in guarded
                if any(name.endswith(api.partition("->")[2]) and api.split("->")[0] in name for name in named)
            ]
            print(f"      {len(guarded)} calls would need it; named in the method tables: {near or 'none'}")
    return len(facts)


def main() -> int:
    if len(sys.argv) not in (3, 4):
        print(__doc__, file=sys.stderr)
        return 2
    packages = []
    for path in sorted(Path(sys.argv[1]).iterdir()):
        try:
            if any(isinstance(fact, Permission) and fact.declared for fact in observe(path).facts):
                packages.append(path)
        except ApkvetError:
            continue
    drawn = random.Random(int(sys.argv[2])).sample(packages, int(sys.argv[3]) if len(sys.argv) == 4 else 10)
    print(f"seed {sys.argv[2]}: {len(drawn)} of {len(packages)} packages")
    print(f"\n{sum(review(path) for path in sorted(drawn))} verdicts")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
