"""Check every step of every trigger's path against ``dexdump -d``.

usage: python bench/trigger_places.py APK...

The instruction that dexdump lists at a step's offset must be a call of the method that the step names. Prints each that is
not, and the totals. Exit 1 when one is wrong.
"""

from __future__ import annotations

import sys
from pathlib import Path

from permission_places import listing, spelt

from analyzer.facts import Reach
from analyzer.scan import observe


def main() -> int:
    """Check the packages that the command line names."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    steps = wrong = 0
    for apk in map(Path, sys.argv[1:]):
        reaches = [fact for fact in observe(apk).facts if isinstance(fact, Reach) and fact.path]
        lines = listing(apk) if reaches else {}
        for step in {step for reach in reaches for step in reach.path}:
            steps += 1
            place = step.place
            line = lines.get((place.file, spelt(place.method or ""), place.offset or 0), "")
            holder, _, member = step.api.partition(";->")
            if not (line.startswith("invoke") and f"{holder};.{member.partition('(')[0]}:" in line):
                wrong += 1
                print(f"{apk.name} {place.method}+{place.offset:04x}: {step.api}: {line or 'no such instruction'}")
    print(f"{steps} steps, {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
