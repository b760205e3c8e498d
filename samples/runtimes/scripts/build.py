"""Build the samples of this folder: packages whose code is JavaScript, as text and as Hermes bytecode, with twins.

usage: python samples/runtimes/scripts/build.py [VERSION=HERMESC...]

Packages are put together with fixed times, so the same parts give the same bytes. ``parts`` holds what other tools made: a DEX
file for each runtime (smali, by its classpath in SMALI_CP), binary manifests (aapt), and for each ``VERSION=HERMESC`` the bundles
in that version of Hermes bytecode. Without arguments and SMALI_CP only the packages are written anew, from the parts.
The npm packages hermes-engine, react-native (sdks/hermesc) and hermes-compiler carry a hermesc.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PARTS = HERE / "parts"
FRAMEWORK = "/usr/share/android-framework-res/framework-res.apk"
DEX = {
    "react": ("react", "ReactActivity", "ReactMethod", "ReactModule", "RNCClipboard"),
    "cordova": ("cordova", "CordovaPlugin", "CordovaClipboard"),
    "capacitor": ("capacitor", "CapacitorPlugin", "PluginMethod", "CapacitorClipboard"),
    "web": ("web",),
    "bridge": ("bridge", "Bridge"),
}
HERMES = (76, 90, 96, 99)


def main(compilers: dict[int, str]) -> None:
    """Make the parts for which there are tools, then the packages."""
    PARTS.mkdir(exist_ok=True)
    if "SMALI_CP" in os.environ:
        _make_dex(os.environ["SMALI_CP"])
        _make_manifest()
    for version, compiler in compilers.items():
        for name in ("use", "unused"):
            _make_bytecode(compiler, name, PARTS / f"{name}-{version}.hbc")
    (HERE / "apk").mkdir(exist_ok=True)
    for name, entries in packages().items():
        write(HERE / "apk" / f"{name}.apk", entries)


def packages() -> dict[str, dict[str, bytes]]:
    """The entries of each package by its name."""
    found: dict[str, dict[str, bytes]] = {}
    for name in ("use", "unused"):
        found[f"react-native-{name}"] = _package("react", {"assets/index.android.bundle": bundle(name)})
        for version in HERMES:
            code = (PARTS / f"{name}-{version}.hbc").read_bytes()
            found[f"hermes-{version}-{name}"] = _package("react", {"assets/index.android.bundle": code})
        for kind, folder in (("cordova", "assets/www/"), ("capacitor", "assets/public/")):
            common = _files(HERE / "assets" / kind / "common", "assets/www/" if kind == "cordova" else "assets/")
            found[f"{kind}-{name}"] = _package(kind, common | _files(HERE / "assets" / kind / name, folder))
        found[f"web-{name}"] = _package("web", _files(HERE / "assets/web" / name, "assets/"))
    found["web-bridge"] = _package("bridge", _files(HERE / "assets/web/bridge", "assets/"), "located.xml")
    return found


def bundle(name: str) -> bytes:
    """The bundle: the app's own module and the stand-ins of the libraries."""
    return b"".join((HERE / "assets/react" / f"{part}.js").read_bytes() for part in (name, "library"))


def write(path: Path, entries: dict[str, bytes]) -> None:
    """A package of *entries*, the same bytes each time."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)


def _package(dex: str, entries: dict[str, bytes], manifest: str = "manifest.xml") -> dict[str, bytes]:
    own = {"AndroidManifest.xml": (PARTS / manifest).read_bytes(), "classes.dex": (PARTS / f"{dex}.dex").read_bytes()}
    return own | entries


def _files(folder: Path, prefix: str) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {prefix + path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _make_dex(classpath: str) -> None:
    for name, sources in DEX.items():
        files = [str(HERE / "src" / f"{source}.smali") for source in sources]
        command = [
            "java",
            "-cp",
            classpath,
            "org.jf.smali.Main",
            "assemble",
            "-a",
            "24",
            "-o",
            str(PARTS / f"{name}.dex"),
            *files,
        ]
        subprocess.run(command, check=True)


def _make_manifest() -> None:
    permission = b'    <uses-permission android:name="android.permission.ACCESS_FINE_LOCATION"/>\n'
    for name, leave_out in (("manifest.xml", permission), ("located.xml", b"@none@")):
        with tempfile.TemporaryDirectory() as folder:
            source, out = Path(folder) / "AndroidManifest.xml", Path(folder) / "x.apk"
            source.write_bytes((HERE / "src/manifest.xml").read_bytes().replace(leave_out, b""))
            subprocess.run(["aapt", "package", "-f", "-M", str(source), "-I", FRAMEWORK, "-F", str(out)], check=True)
            with zipfile.ZipFile(out) as archive:
                (PARTS / name).write_bytes(archive.read("AndroidManifest.xml"))


def _make_bytecode(compiler: str, name: str, out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "index.js"
        source.write_bytes(bundle(name))
        # The sources' names are part of the file: a fixed one, relative, keeps the bytes the same.
        command = [compiler, "-O", "-w", "-emit-binary", "-out", str(out), "index.js"]
        subprocess.run(command, check=True, cwd=folder)


if __name__ == "__main__":
    main({int(version): compiler for version, _, compiler in (text.partition("=") for text in sys.argv[1:])})
