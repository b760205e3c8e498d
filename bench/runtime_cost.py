"""What code of other runtimes adds to a scan: each sample with its payload against the same package without it.

usage: python bench/runtime_cost.py [RUNS]

Every scan is a process of its own, so that the imports of a reader count; CPU milliseconds of the stages ``native`` and ``payloads``
and of the whole, medians of RUNS (5), with and without in turns.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
PAYLOAD = ("assets/", "lib/", "assemblies/")
_SCAN = """import json, sys
from pathlib import Path
from analyzer.scan import Depth, observe
print(json.dumps(observe(Path(sys.argv[1]), depth=Depth(flow="off")).timings))"""


def without(path: Path, target: Path) -> Path:
    """The package without what its payload is made of."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            if not name.startswith(PAYLOAD):
                made.writestr(name, source.read(name))
    return target


def cost(path: Path) -> tuple[int, int, int]:
    """Native, payloads, all of one scan."""
    done = subprocess.run([sys.executable, "-c", _SCAN, str(path)], capture_output=True, text=True, check=True)
    laps: dict[str, int] = json.loads(done.stdout)
    return laps["native"], laps["payloads"], sum(laps.values())


def main(argv: list[str]) -> int:
    runs = int(argv[0]) if argv else 5
    use = sorted((SAMPLES / "runtimes").rglob("apk/*-use.apk")) + sorted((SAMPLES / "native/apk").glob("jni-*.apk"))
    print(f"{'sample':22} {'native':>14} {'payloads':>14} {'all':>14}   with, without; CPU ms, medians of {runs}")
    with tempfile.TemporaryDirectory() as folder:
        for path in use:
            bare = without(path, Path(folder) / "bare.apk")
            laps = [(cost(path), cost(bare)) for _ in range(runs)]
            columns = [[statistics.median(lap[side][stage] for lap in laps) for side in (0, 1)] for stage in range(3)]
            print(f"{path.stem:22} " + " ".join(f"{held:6.0f} {lacking:6.0f} " for held, lacking in columns), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
