"""Sign one sample in the ways that Android knows: ``python samples/signing/make.py [--check]``.

Needs Debian's apksigner. ``debug.p12`` (of the samples) and ``second.p12`` (password ``android``) are keys for these samples
only. The packages are the same at every run.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
BASE = HERE.parent / "apk/paste-button.apk"
FIRST = ("--ks", str(HERE.parent / "debug.p12"), "--ks-pass", "pass:android")
SECOND = ("--ks", str(HERE / "second.p12"), "--ks-pass", "pass:android")


def schemes(*on: int) -> list[str]:
    """The options that switch exactly these schemes on."""
    return [f"--v{n}-signing-enabled={'true' if n in on else 'false'}" for n in (1, 2, 3, 4)]


def run(*command: str) -> None:
    """Run apksigner; its output is shown only when it fails."""
    done = subprocess.run(["apksigner", *command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"apksigner failed:\n{done.stdout}{done.stderr}")


def unsigned(target: Path) -> None:
    """The base without its signature."""
    with zipfile.ZipFile(BASE) as source, zipfile.ZipFile(target, "w") as out:
        for info in source.infolist():
            if not info.filename.startswith("META-INF/"):
                out.writestr(zipfile.ZipInfo(info.filename), source.read(info), info.compress_type)


def make(folder: Path) -> None:
    """Write every package into *folder*."""
    base, lineage = folder / "base", str(folder / "lineage")
    unsigned(base)
    sign = ("sign", "--min-sdk-version", "21")
    run(*sign, *FIRST, *schemes(1), "--out", str(folder / "v1-only.apk"), str(base))
    run(*sign, *FIRST, *schemes(2), "--out", str(folder / "v2-only.apk"), str(base))
    run("rotate", "--out", lineage, "--old-signer", *FIRST, "--new-signer", *SECOND)
    rotated = (*FIRST, "--next-signer", *SECOND, "--lineage", lineage)
    run(*sign, *rotated, *schemes(1, 2, 3), "--out", str(folder / "rotated.apk"), str(base))
    stamp = ("--stamp-signer", *SECOND)
    run(*sign, *FIRST, *schemes(1, 2, 3), *stamp, "--out", str(folder / "stamped.apk"), str(base))
    base.unlink()
    Path(lineage).unlink()


def main(argv: list[str]) -> int:
    """Write the packages, or compare them with those that are there."""
    if shutil.which("apksigner") is None:
        print("Cannot build; missing: apksigner", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        differing = 0
        for built in sorted(folder.iterdir()):
            if built.suffix != ".apk":
                continue
            committed = HERE / built.name
            if "--check" not in argv:
                shutil.copy(built, committed)
            same = committed.exists() and committed.read_bytes() == built.read_bytes()
            differing += not same
            print("same" if same else "DIFFERS", built.name)
    return int(differing > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
