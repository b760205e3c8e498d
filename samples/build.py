"""Build the sample apps from source and compare them with the committed packages.

usage: python samples/build.py [--check] [NAME...]

Without ``--check`` the packages are written anew; with it they are built aside and compared byte for byte. The build is
deterministic. It needs a JDK (javac, java), Debian's aapt, zipalign, apksigner and android-framework-res, and R8's jar,
which the environment variable R8_JAR names.

A sample is a folder with AndroidManifest.xml, ``java`` and, where it has them, ``dex2`` (sources of a second DEX file),
``res``, ``assets``, ``extra`` (files that are added as they are), ``given`` (sources that are compiled against and not packed),
``keep.pro`` (shrunk, renamed and optimised by R8 under these rules) and ``options.txt`` (flags for D8). The general samples are
in ``src`` and ``apk``, those of ClipBench in ``clipbench``, those with libraries and hosts in ``destinations``,
those with hidden texts in ``hidden`` (their sources: ``hidden/make.py``),
those with native and hidden code in ``native`` (their libraries: ``native/make.py``).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
FRAMEWORK = Path("/usr/share/android-framework-res/framework-res.apk")
SETS = (HERE, HERE / "clipbench", HERE / "destinations", HERE / "hidden", HERE / "native", HERE / "runtimes")
TOOLS = ("javac", "java", "jar", "aapt", "zipalign", "apksigner")


def missing_tools() -> list[str]:
    """What has to be installed before anything can be built, in words; empty when all is there."""
    missing = [f"{tool} (Debian: openjdk-17-jdk-headless aapt zipalign apksigner)" for tool in TOOLS if not shutil.which(tool)]
    if not FRAMEWORK.exists():
        missing.append("framework-res.apk (Debian: android-framework-res)")
    if not Path(os.environ.get("R8_JAR", "")).is_file():
        missing.append("R8: set R8_JAR to the path of r8.jar")
    return missing


def run(*command: str | Path, cwd: Path | None = None) -> None:
    """Run one tool; its output is shown only when it fails."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def compile_stubs(work: Path) -> Path:
    """The stand-ins for the platform's classes, as class files."""
    out = work / "stubs"
    run("javac", "-nowarn", "--release", "8", "-d", out, *sorted((HERE / "stubs").rglob("*.java")))
    run("jar", "--create", "--file", work / "stubs.jar", "-C", out, ".")
    return work / "stubs.jar"


def build(source: Path, stubs: Path, work: Path) -> Path:
    """One signed package."""
    name = source.name
    out = work / name
    out.mkdir(parents=True)
    folders = [folder for folder in (source / "dex2", source / "java") if folder.is_dir()]
    given = out / "given"
    if (source / "given").is_dir():
        run("javac", "-nowarn", "--release", "8", "-cp", stubs, "-d", given, *sorted((source / "given").rglob("*.java")))
    dex: list[Path] = []
    for folder in folders:
        target = out / f"{folder.name}-classes"
        path = os.pathsep.join(map(str, [stubs, given, *(out / f"{f.name}-classes" for f in folders)]))
        run("javac", "-nowarn", "--release", "8", "-cp", path, "-d", target, *sorted(folder.rglob("*.java")))
        dex.append(_dex(source, target, stubs, out / f"{folder.name}-dex"))
    unsigned = out / "unsigned.apk"
    resources: list[str | Path] = ["-S", source / "res"] if (source / "res").is_dir() else []
    resources += ["-A", source / "assets"] if (source / "assets").is_dir() else []
    run("aapt", "package", "-f", "-M", source / "AndroidManifest.xml", "-I", FRAMEWORK, "-F", unsigned, *resources)
    for number, file in enumerate(reversed(dex), start=1):
        entry = out / ("classes.dex" if number == 1 else f"classes{number}.dex")
        shutil.copy(file, entry)
        run("aapt", "add", unsigned, entry.name, cwd=out)
    extra = source / "extra"
    for file in sorted(file for file in extra.rglob("*") if file.is_file()) if extra.is_dir() else ():
        run("aapt", "add", unsigned, file.relative_to(extra), cwd=extra)
    run("zipalign", "-f", "-p", "4", unsigned, out / "aligned.apk")
    signed = out / f"{name}.apk"
    schemes: list[str | Path] = [f"--v{n}-signing-enabled={'true' if n < 4 else 'false'}" for n in (1, 2, 3, 4)]
    key: list[str | Path] = ["--ks", HERE / "debug.p12", "--ks-pass", "pass:android", "--min-sdk-version", "21"]
    run("apksigner", "sign", *key, *schemes, "--out", signed, out / "aligned.apk")
    return signed


def _dex(source: Path, classes: Path, library: Path, out: Path) -> Path:
    out.mkdir()
    files = sorted(classes.rglob("*.class"))
    options = (source / "options.txt").read_text().split() if (source / "options.txt").exists() else []
    tool = ["java", "-cp", os.environ["R8_JAR"], "com.android.tools.r8."]
    common: list[str | Path] = ["--release", "--min-api", str(_lowest_api(source, options)), "--lib", library, "--output", out]
    if (source / "keep.pro").exists():
        tool[-1] += "R8"
        common += ["--lib", library.with_name("java.jar"), "--pg-conf", source / "keep.pro"]
    else:
        tool[-1] += "D8"
        common += ["--classpath", classes, *options]
    run(*tool, *common, *files)
    return out / "classes.dex"


def _lowest_api(source: Path, options: list[str]) -> int:
    """23, so that the DEX files of all samples are of version 035; with own options, what the manifest says."""
    found = re.search(r'minSdkVersion="(\d+)"', (source / "AndroidManifest.xml").read_text())
    return int(found[1]) if options and found else 23


def java_classes(work: Path) -> Path:
    """Java's own classes as of release 8, which R8 shrinks against: from the JDK's table of older releases."""
    table = Path(shutil.which("javac") or "javac").resolve().parents[1] / "lib/ct.sym"
    with zipfile.ZipFile(table) as source, zipfile.ZipFile(work / "java.jar", "w") as target:
        seen: set[str] = set()
        for entry in source.namelist():
            releases, _, path = entry.partition("/")
            if "8" in releases and path.endswith(".sig"):
                name = path.partition("/")[2].removesuffix(".sig") + ".class"  # without the module's name
                if name not in seen:
                    seen.add(name)
                    target.writestr(name, source.read(entry))
    return work / "java.jar"


def main(argv: list[str]) -> int:
    check = "--check" in argv
    missing = missing_tools()
    if missing:
        print("Cannot build; missing:", *missing, sep="\n  ", file=sys.stderr)
        return 2
    names = {arg for arg in argv if not arg.startswith("-")}
    sources = [folder for place in SETS for folder in sorted((place / "src").iterdir()) if not names or folder.name in names]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        work = Path(folder)
        stubs = compile_stubs(work)
        java_classes(work)
        differing = sum(pool.map(lambda source: _make(source, stubs, work, check=check), sources))
    return int(differing > 0)


def _make(source: Path, stubs: Path, work: Path, *, check: bool) -> bool:
    """Build one sample; whether it differs from the committed package."""
    built, committed = build(source, stubs, work), source.parents[1] / "apk" / f"{source.name}.apk"
    digest = hashlib.sha256(built.read_bytes()).hexdigest()
    if not check:
        committed.parent.mkdir(exist_ok=True)
        shutil.copy(built, committed)
    same = committed.exists() and hashlib.sha256(committed.read_bytes()).hexdigest() == digest
    print(f"{'same' if same else 'DIFFERS'} {digest} {source.name}", flush=True)
    return not same


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
