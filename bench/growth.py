"""How cost grows with the size of the code: packages of 7 MB of DEX and more, merged from real ones, are scanned in turn.

usage: python bench/growth.py WORK_FOLDER APK...

The DEX files of the given packages are put, in the order of their size, under one manifest that names all their components,
until 7, 14, 28, 56 and 95 MB are reached (as far as the packages go). Printed are CPU seconds, seconds for each MB and peak
memory of ``apkvet scan`` with all three outputs. Needs Debian's aapt and android-framework-res.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

from analyzer.errors import ApkvetError
from analyzer.facts import Component
from analyzer.scan import observe

FRAMEWORK = "/usr/share/android-framework-res/framework-res.apk"
SIZES = (7, 14, 28, 56, 95)
_KINDS = {"activity", "service", "receiver", "provider"}


def manifest(components: dict[str, Component]) -> str:
    """A manifest with all *components*, as text."""
    lines: list[str] = []
    for name, component in sorted(components.items()):
        authority = f' android:authorities="merged.{len(lines)}"' if component.kind == "provider" else ""
        exported = str(component.exported).lower()
        lines.append(f'<{component.kind} android:name={quoteattr(name)} android:exported="{exported}"{authority}/>')
    head = '<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="org.apkvet.merged">'
    sdk = '<uses-sdk android:minSdkVersion="21" android:targetSdkVersion="33"/>'
    return f"{head}{sdk}<application>{''.join(lines)}</application></manifest>"


def merge(folder: Path, size: int, packages: list[Path]) -> tuple[Path, float]:
    """A package of about *size* MB of DEX, and how many MB it came to."""
    target = folder / f"merged-{size}.apk"
    components: dict[str, Component] = {}
    blobs: list[bytes] = []
    for package in packages:
        with zipfile.ZipFile(package) as archive:
            names = [name for name in archive.namelist() if re.fullmatch(r"classes\d*\.dex", name)]
            blobs += (archive.read(name) for name in names)
        found = (fact for fact in observe(package).facts if isinstance(fact, Component))
        components |= {c.name: c for c in found if c.kind in _KINDS and re.fullmatch(r"[\w.$]+", c.name)}
        if sum(map(len, blobs)) >= size * 1_000_000:
            break
    (folder / "AndroidManifest.xml").write_text(manifest(components), encoding="utf-8")
    command = ["aapt", "package", "-f", "-M", str(folder / "AndroidManifest.xml"), "-I", FRAMEWORK, "-F", str(target)]
    subprocess.run(command, check=True)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        for number, blob in enumerate(blobs, start=1):
            archive.writestr("classes.dex" if number == 1 else f"classes{number}.dex", blob)
    return target, sum(map(len, blobs)) / 1e6


def cost(package: Path, folder: Path) -> tuple[float, float]:
    """CPU seconds and peak megabytes of one scan."""
    outputs = [part for name in ("json", "html", "text") for part in ("-o", f"{name}={folder}/out.{name}")]
    command = [sys.executable, "-m", "analyzer.cli", "scan", str(package), *outputs]
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main(argv: list[str]) -> int:
    """Merge, scan, print."""
    if len(argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(argv[0])
    folder.mkdir(parents=True, exist_ok=True)
    packages = []
    for path in map(Path, argv[1:]):
        try:
            observation = observe(path)
        except ApkvetError:
            continue
        packages.append((observation.coverage.dex_bytes if observation.coverage else 0, path))
    ordered = [path for _, path in sorted(packages, reverse=True)]
    for size in SIZES:
        package, megabytes = merge(folder, size, ordered[::-1] if size < 14 else ordered)
        seconds, peak = cost(package, folder)
        print(
            f"{megabytes:6.1f} MB of DEX: {seconds:6.2f} s CPU, {seconds / megabytes:.3f} s a MB, peak {peak:5.0f} MB", flush=True
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
