"""CPU time of judging many saved observations, each decoded anew.

usage: python bench/judging.py OBSERVATIONS [COUNT] [--policy NAME]

OBSERVATIONS is a folder that ``apkvet scan --save-observation`` wrote; its files are taken in turn until COUNT (10,000) are
judged. Prints CPU seconds of the whole, and by part: decoding, rules, the rest of the result, encoding it as JSON.
"""

from __future__ import annotations

import gc
import sys
import time
from itertools import cycle, islice
from pathlib import Path

from analyzer.assess import assess
from analyzer.engine import load_ruleset, match
from analyzer.facts import load_observation
from analyzer.policy import load_policy
from analyzer.resources import rules_dir


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    files = sorted(Path(sys.argv[1]).glob("*.msgpack"))
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    ruleset, policy = load_ruleset([rules_dir()]), load_policy()
    gc.disable()  # as the command line does
    began = time.process_time()
    decoding = 0.0
    for number, path in enumerate(islice(cycle(files), count)):
        before = time.process_time()
        observation = load_observation(path)
        decoding += time.process_time() - before
        assess(observation, ruleset, policy)
        if number % 1000 == 999:
            gc.collect()
    total = time.process_time() - began
    observations = [load_observation(path) for path in files]
    before = time.process_time()
    for observation in observations:
        match(ruleset, observation.facts)
    rules = (time.process_time() - before) / len(files) * count
    print(f"{count:,} observations judged in {total:.1f} s of CPU: {1000 * total / count:.2f} ms each")
    print(f"decoding {decoding:.1f} s, rules about {rules:.1f} s, the rest {total - decoding - rules:.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
