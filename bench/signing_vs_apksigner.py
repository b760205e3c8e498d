"""Certificates, lineage and stamps of packages: apkvet's reading against apksigner's.

usage: python bench/signing_vs_apksigner.py APK...

apksigner verifies and prints nothing of a package that does not verify; those are listed apart. Needs Debian's apksigner.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from analyzer.container import open_package
from analyzer.container.signing import read_signers
from analyzer.errors import ApkvetError
from analyzer.facts import Trait

_CERTIFICATE = re.compile(r"^Signer .*certificate SHA-256 digest: ([0-9a-f]{64})", re.MULTILINE)
_STAMP = re.compile(r"^Source Stamp Signer certificate SHA-256 digest: ([0-9a-f]{64})", re.MULTILINE)


def theirs(path: Path) -> tuple[set[str], set[str], str] | None:
    """Certificates of all API levels, stamps, and the schemes that verified; None when nothing did."""
    certificates: set[str] = set()
    stamps: set[str] = set()
    schemes: set[str] = set()
    verified = False
    for level in ("18", "24", "28"):
        command = [
            "apksigner",
            "verify",
            "--print-certs",
            "-v",
            "--min-sdk-version",
            level,
            "--max-sdk-version",
            level,
            str(path),
        ]
        text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        if text.startswith("Verifies"):
            verified = True
            certificates |= set(_CERTIFICATE.findall(text))
            stamps |= set(_STAMP.findall(text))
            schemes |= set(re.findall(r"using (v[0-9.]+) scheme .*: true", text))
    return (certificates, stamps, " ".join(sorted(schemes))) if verified else None


def ours(path: Path) -> tuple[set[str], set[str], str]:
    """The same from apkvet."""
    with open_package(path) as package:
        signers, notes = read_signers(package)
    stamps = {note.value for note in notes if isinstance(note, Trait) and note.name == "source-stamp"}
    return {s.sha256 for s in signers}, stamps, " ".join(sorted({scheme for s in signers for scheme in s.schemes}))


def main(argv: list[str]) -> int:
    """Print a line for each difference and the sums."""
    same = differing = unverified = 0
    for path in map(Path, argv):
        try:
            own = ours(path)
        except ApkvetError as error:
            print(f"{path.name}: {error}")
            continue
        other = theirs(path)
        if other is None:
            unverified += 1
            print(f"{path.name}: apksigner does not verify it; apkvet reads {own[2] or 'no signature'}")
        elif own[:2] == other[:2]:
            same += 1
        else:
            differing += 1
            print(f"{path.name}: apkvet {own}, apksigner {other}")
    print(f"{same} the same, {differing} differing, {unverified} that apksigner does not verify")
    return int(differing > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
