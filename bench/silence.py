"""Nobody is contacted: scans a folder with and without the network, and looks at the system calls of one scan.

usage: python bench/silence.py FOLDER [--strace APK]

Every package below FOLDER is scanned twice, once under the audit hook of ``tests/watched.py`` (no sockets, no names looked up, no
programs, no files but the named ones); the results must be the same bytes. With ``--strace`` one scan runs under strace: printed
are the system calls that open sockets, and the files that were opened for writing, outside of the named output and the cache.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_WRITES = re.compile(
    r'openat\([^"]*"([^"]+)"[^)]*O_(?:WRONLY|RDWR|CREAT)|\b(?:rename|unlink|mkdir|symlink|link)(?:at)?\([^"]*"([^"]+)"'
)


def environment(folder: Path) -> dict[str, str]:
    """Caches and temporary files below *folder*; nothing compiled is written."""
    for name in ("cache", "temporary"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    own = {"XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder / "temporary"), "PYTHONPATH": str(ROOT)}
    return {**os.environ, **own, "PYTHONDONTWRITEBYTECODE": "1"}


def corpus(folder: Path, work: Path) -> None:
    packages = sorted(path for path in folder.rglob("*") if path.suffix in (".apk", ".aab", ".aar", ".xapk", ".apks", ".apkm"))
    found = {}
    for name, allowed in (("free", ""), ("watched", work)):
        out = work / name
        out.mkdir()
        command = ["scan", *map(str, packages), "-q", "-o", f"json={out}/results/", "-o", f"html={out}/pages/", "--reproducible"]
        run = [sys.executable, str(ROOT / "tests/watched.py"), str(allowed), str(out), json.dumps([command])]
        done = subprocess.run(run, env=environment(work), capture_output=True, text=True, check=False)
        refused = [line for line in done.stderr.splitlines() if line.startswith("refused:")]
        print(f"{name}: exit code {done.returncode}, {len(refused)} refused", *refused[:5], sep="\n  ")
        found[name] = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file() and p.parent != out}
    same = found["free"] == found["watched"]
    print(f"{len(packages)} packages, {len(found['free'])} files: {'the same bytes' if same else 'DIFFERENT'}")


def traced(apk: Path, work: Path) -> None:
    log = work / "strace.txt"
    scan = [
        sys.executable,
        "-m",
        "analyzer.cli",
        "scan",
        str(apk),
        "-q",
        "-o",
        f"json={work}/one.json",
        "-o",
        f"html={work}/one.html",
    ]
    subprocess.run(["strace", "-f", "-o", str(log), *scan], env=environment(work), check=False)
    lines = log.read_text(errors="replace").splitlines()
    sockets = [line for line in lines if re.search(r"\b(socket|connect|sendto|sendmsg|bind|listen)\(", line)]
    names = {name for line in lines for match in _WRITES.finditer(line) if "= -1" not in line for name in match.groups() if name}
    outside = sorted(name for name in names if not name.startswith(str(work)) and name != os.devnull)
    started = [line for line in lines if "execve(" in line]
    print(
        f"{apk.name}: {len(lines)} system calls, {len(sockets)} on sockets, {len(started)} programs (itself)",
        *sockets[:5],
        sep="\n  ",
    )
    print(f"written outside of the outputs and the cache: {outside or 'nothing'}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--strace", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if options.folder:
            corpus(options.folder, Path(name))
        if options.strace:
            traced(options.strace.resolve(), Path(name))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
