"""Build the samples of sets, bundles and packed code, and compare them with the committed packages.

usage: python samples/bundles/make.py [--check]

One app, *notes*, three times: as a base with its splits (a feature with code, a language, two processors), as a universal APK
and as an app bundle; and *loader*, which loads code that it carries. The native library is built by ``samples/native/make.py``.
Needs what ``samples/build.py`` needs, and Debian's aapt2.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import build  # noqa: E402  # the builder of the other samples lies beside this folder

SOURCES = HERE / "src"
PASTE_ID = "0x80"
EPOCH = (1980, 1, 1, 0, 0, 0)
# BundleConfig: bundletool { version: "1.15.6" } (AOSP bundletool, config.proto).
CONFIG = b"\x0a\x08\x12\x061.15.6"
ABIS = ("arm64-v8a", "x86_64")
CODE = ("base", "paste", "plugin", "idle", "loader")


def elf(text: bytes) -> bytes:
    """A shared library for arm64 that has nothing but its header, and a text behind it."""
    identity = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = identity + (3).to_bytes(2, "little") + (183).to_bytes(2, "little") + (1).to_bytes(4, "little") + bytes(28)
    return header + (64).to_bytes(2, "little") + bytes(10) + b"\0" + text + b"\0"


def zipped(target: Path, entries: Sequence[tuple[str, bytes]]) -> Path:
    """A ZIP file whose bytes depend on nothing but *entries*."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name, EPOCH), data)
    return target


def entries_of(path: Path) -> list[tuple[str, bytes]]:
    """What a ZIP file holds, in the order of names."""
    with zipfile.ZipFile(path) as archive:
        return [(name, archive.read(name)) for name in sorted(archive.namelist())]


class Maker:
    """Builds everything in the folder *work*."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.out = work / "out"
        self.out.mkdir()
        self.stubs = build.compile_stubs(work)
        self.libraries = {
            abi: (f"lib/{abi}/libnotes.so", (SOURCES / f"native/lib/{abi}/libnotes.so").read_bytes()) for abi in ABIS
        }

    def all(self) -> None:
        """Every package, into ``out``."""
        base, paste = self.code("base/java", "base"), self.code("paste/java", "paste", "base")
        self.notes(base, paste)
        self.bundle(base, paste)
        self.loader()

    def notes(self, base: bytes, paste: bytes) -> None:
        """The set and the universal APK."""
        german = self.work / "german.apk"
        linked = self.link("base", "base.apk", "--split", f"{german}:de", manifest=needs_splits())
        feature = self.link("paste", "paste.apk", "-I", linked, "--package-id", PASTE_ID, "--allow-reserved-package-id")
        self.signed("base.apk", [*entries_of(linked), ("classes.dex", base)])
        self.signed("split_paste.apk", [*entries_of(feature), ("classes.dex", paste)])
        self.signed("split_config.de.apk", [*self.config("config.de"), *resources_of(german)])
        for abi, library in self.libraries.items():
            split = f"config.{abi.replace('-', '_')}"
            self.signed(f"split_{split}.apk", [*self.config(split), library])
        whole = self.link("universal", "whole.apk", manifest=self.merged())
        more = [("classes.dex", base), ("classes2.dex", paste), *self.libraries.values()]
        self.signed("universal.apk", [*entries_of(whole), *more])

    def bundle(self, base: bytes, paste: bytes) -> None:
        """The app bundle, out of what aapt2 links as protocol buffers."""
        linked = self.link("base", "base-proto.apk", "--proto-format")
        options = ("-I", self.work / "base.apk", "--package-id", PASTE_ID, "--allow-reserved-package-id", "--proto-format")
        feature = self.link("paste", "paste-proto.apk", *options)
        entries = [("BundleConfig.pb", CONFIG)]
        for module, path, dex in (("base", linked, base), ("paste", feature, paste)):
            entries += [(in_module(module, name), data) for name, data in entries_of(path)]
            entries.append((f"{module}/dex/classes.dex", dex))
        entries += [(f"base/{name}", data) for name, data in self.libraries.values()]
        unsigned = zipped(self.work / "unsigned.aab", entries)
        key = ["--ks", HERE.parent / "debug.p12", "--ks-pass", "pass:android", "--min-sdk-version", "23"]
        only = [f"--v{n}-signing-enabled={'true' if n == 1 else 'false'}" for n in (1, 2, 3, 4)]
        build.run("apksigner", "sign", *key, *only, "--out", self.out / "notes.aab", unsigned)

    def loader(self) -> None:
        """The app that loads code: a JAR, and a DEX file that is called a picture."""
        own = self.code("loader/java", "loader")
        plugin, idle = self.code("loader/plugin", "plugin"), self.code("loader/idle", "idle")
        jar = zipped(self.work / "plugin.jar", [("classes.dex", plugin)]).read_bytes()
        linked = self.link("loader", "loader-linked.apk")
        assets = [("assets/plugin.jar", jar), ("assets/picture.png", idle), ("assets/tools/run", elf(b"run"))]
        self.signed("loader.apk", [*entries_of(linked), ("classes.dex", own), *assets])

    def merged(self) -> str:
        """The base's manifest with the components of the feature, as a universal APK has it."""
        base = (SOURCES / "base/AndroidManifest.xml").read_text()
        paste = re.search(r"<activity.*</activity>", (SOURCES / "paste/AndroidManifest.xml").read_text(), re.DOTALL)
        assert paste is not None
        return base.replace("    </application>", f"{paste[0]}</application>")

    def config(self, name: str) -> list[tuple[str, bytes]]:
        """The manifest of a configuration split, in a list of entries."""
        text = (
            '<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="org.apkvet.samples.notes"'
            f' android:versionCode="7" split="{name}" configForSplit=""><application android:hasCode="false" /></manifest>'
        )
        linked = self.link("", f"{name}-linked.apk", manifest=text)
        return [(entry, data) for entry, data in entries_of(linked) if entry == "AndroidManifest.xml"]

    def link(self, source: str, name: str, *options: str | Path, manifest: str | None = None) -> Path:
        """What aapt2 makes of the manifest and resources of one source; of 'universal' those of both."""
        work = self.work / f"{name}.work"
        work.mkdir()
        file = SOURCES / source / "AndroidManifest.xml"
        if manifest is not None:
            file = work / "AndroidManifest.xml"
            file.write_text(manifest)
        folders = [SOURCES / one / "res" for one in (("base", "paste") if source == "universal" else (source,)) if one]
        compiled: list[str | Path] = []
        for number, folder in enumerate(folder for folder in folders if folder.is_dir()):
            flat = work / f"{number}.zip"
            build.run("aapt2", "compile", "--dir", folder, "-o", flat)
            compiled.append(flat)
        target = self.work / name
        build.run("aapt2", "link", "-I", build.FRAMEWORK, "--manifest", file, "-o", target, *options, *compiled)
        return target

    def code(self, folder: str, name: str, *against: str) -> bytes:
        """A DEX file of the sources in *folder*, compiled against other ones."""
        classes, dex = self.work / f"{name}-classes", self.work / f"{name}-dex"
        dex.mkdir()
        path = ":".join(map(str, [self.stubs, *(self.work / f"{one}-classes" for one in against)]))
        files = sorted((SOURCES / folder).rglob("*.java"))
        build.run("javac", "-nowarn", "--release", "8", "-cp", path, "-d", classes, *files)
        tool = ["java", "-cp", build.os.environ["R8_JAR"], "com.android.tools.r8.D8"]
        options = ["--release", "--min-api", "23", "--lib", self.stubs, "--output", dex]
        given = [part for one in against for part in ("--classpath", self.work / f"{one}-classes")]
        build.run(*tool, *options, *given, *sorted(classes.rglob("*.class")))
        return (dex / "classes.dex").read_bytes()

    def signed(self, name: str, entries: list[tuple[str, bytes]]) -> None:
        """A signed APK of *entries*."""
        unsigned = zipped(self.work / f"unsigned-{name}", entries)
        key = ["--ks", HERE.parent / "debug.p12", "--ks-pass", "pass:android", "--min-sdk-version", "23"]
        schemes = [f"--v{n}-signing-enabled={'true' if n in (2, 3) else 'false'}" for n in (1, 2, 3, 4)]
        build.run("apksigner", "sign", *key, *schemes, "--out", self.out / name, unsigned)


def needs_splits() -> str:
    """The base's manifest as a store delivers it: it says that it does not work alone."""
    setting = '<meta-data android:name="com.android.vending.splits.required" android:value="true" />'
    text = (SOURCES / "base/AndroidManifest.xml").read_text()
    text = text.replace("android:versionCode", 'android:isSplitRequired="true" android:versionCode', 1)
    return text.replace("    </application>", f"{setting}</application>")


def resources_of(path: Path) -> list[tuple[str, bytes]]:
    """The resource table of an APK and its files."""
    return [(name, data) for name, data in entries_of(path) if name != "AndroidManifest.xml"]


def in_module(module: str, name: str) -> str:
    """Where an entry of an APK lies in a module of a bundle."""
    return f"{module}/manifest/{name}" if name == "AndroidManifest.xml" else f"{module}/{name}"


def main(argv: list[str]) -> int:
    missing = [*build.missing_tools(), *([] if shutil.which("aapt2") else ["aapt2 (Debian: aapt)"])]
    if missing:
        print("Cannot build; missing:", *missing, sep="\n  ", file=sys.stderr)
        return 2
    differing = 0
    with tempfile.TemporaryDirectory() as folder:
        maker = Maker(Path(folder))
        maker.all()
        for built in sorted(maker.out.iterdir()):
            committed = HERE / "apk" / built.name
            same = committed.exists() and committed.read_bytes() == built.read_bytes()
            differing += not same
            print("same" if same else "DIFFERS", built.name, flush=True)
            if "--check" not in argv:
                committed.parent.mkdir(exist_ok=True)
                shutil.copy(built, committed)
    return int(differing > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
