"""Compare the reading of app bundles with aapt2's: every XML document and every string of the modules' resources.

usage: python bench/bundle_vs_aapt2.py BUNDLE.aab...

aapt2 (Debian: aapt) converts a module into an APK; what apkvet reads out of the bundle's protocol buffers must be what it reads out
of the binary documents and tables that aapt2 writes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from analyzer.errors import FormatError
from analyzer.formats.arsc import Resources
from analyzer.formats.axml import XmlElement, read_axml
from analyzer.formats.proto_resources import ProtoResources
from analyzer.formats.proto_xml import parse_proto_xml


def converted(bundle: zipfile.ZipFile, module: str, work: Path) -> dict[str, bytes]:
    """The module as an APK, by aapt2."""
    source, target = work / f"{module}.apk", work / f"{module}-binary.apk"
    with zipfile.ZipFile(source, "w") as archive:
        for name in bundle.namelist():
            if name.startswith((f"{module}/res/", f"{module}/resources.pb", f"{module}/manifest/")):
                path = name.partition("/")[2].removeprefix("manifest/")
                archive.writestr(path, bundle.read(name))
    subprocess.run(["aapt2", "convert", "--output-format", "binary", "-o", target, source], check=True, capture_output=True)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def differences(ours: XmlElement, theirs: XmlElement, path: str = "") -> list[str]:
    """Where two documents differ."""
    here = f"{path}/{ours.tag}"
    if ours.tag != theirs.tag or ours.text.strip() != theirs.text.strip():
        return [f"{here}: {ours.tag} {ours.text!r}, {theirs.tag} {theirs.text!r}"]
    found = [
        f"{here}@{name}: {ours.attributes.get(name)!r}, {theirs.attributes.get(name)!r}"
        for name in ours.attributes.keys() | theirs.attributes.keys()
        if ours.attributes.get(name) != theirs.attributes.get(name)
    ]
    if len(ours.children) != len(theirs.children):
        return [*found, f"{here}: {len(ours.children)} children, {len(theirs.children)}"]
    for one, other in zip(ours.children, theirs.children, strict=True):
        found += differences(one, other, here)
    return found


def compared(bundle: zipfile.ZipFile, module: str, work: Path) -> tuple[int, int, list[str]]:
    """How many documents and resources of a module were compared, and what differs."""
    theirs = converted(bundle, module, work)
    documents, values, found = 0, 0, list[str]()
    for name, data in theirs.items():
        if name.endswith(".xml") and not name.startswith("res/raw/"):
            inner = f"manifest/{name}" if name == "AndroidManifest.xml" else name
            documents += 1
            try:
                lines = differences(parse_proto_xml(bundle.read(f"{module}/{inner}")), read_axml(data))
            except FormatError as error:
                lines = [str(error)]
            found += [f"{module}/{inner}: {line}" for line in lines]
    if "resources.arsc" in theirs:
        own, table = ProtoResources(bundle.read(f"{module}/resources.pb")), Resources(theirs["resources.arsc"])
        for key, entry in own._entries.items():
            if entry.kind == "id":
                continue  # names without a value
            values += 1
            one, other = own.resolve(f"@{key:08X}"), table.resolve(f"@{key:08X}")
            if one != other:
                found.append(f"{module} {key:#x}: {one!r}, {other!r}")
    return documents, values, found


def main(argv: list[str]) -> int:
    bad = 0
    for file in argv:
        with zipfile.ZipFile(file) as bundle, tempfile.TemporaryDirectory() as work:
            modules = [name.partition("/")[0] for name in bundle.namelist() if name.endswith("/manifest/AndroidManifest.xml")]
            for module in modules:
                documents, values, found = compared(bundle, module, Path(work))
                print(*found[:20], f"{file} {module}: {documents} documents, {values} resources", sep="\n")
                bad += len(found)
    print(f"{bad} differences")
    return int(bad > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
