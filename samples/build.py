"""Build the sample apps from source and compare them with the committed packages.

usage: python samples/build.py [--check] [NAME...]

Without ``--check`` the packages in ``samples/apk`` are written anew; with it they are built aside and compared byte for
byte. The build is deterministic. It needs a JDK (javac, java), Debian's aapt, zipalign, apksigner and
android-framework-res, and R8's jar, which the environment variable R8_JAR names.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FRAMEWORK = Path("/usr/share/android-framework-res/framework-res.apk")
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


def build(name: str, stubs: Path, work: Path) -> Path:
    """One signed package."""
    source, out = HERE / "src" / name, work / name
    out.mkdir(parents=True)
    folders = [folder for folder in (source / "dex2", source / "java") if folder.is_dir()]
    classes = stubs
    dex: list[Path] = []
    for folder in folders:
        target = out / f"{folder.name}-classes"
        path = os.pathsep.join(map(str, [stubs, *(out / f"{f.name}-classes" for f in folders)]))
        run("javac", "-nowarn", "--release", "8", "-cp", path, "-d", target, *sorted(folder.rglob("*.java")))
        dex.append(_dex(target, classes, out / f"{folder.name}-dex"))
    unsigned = out / "unsigned.apk"
    resources: list[str | Path] = ["-S", source / "res"] if (source / "res").is_dir() else []
    run("aapt", "package", "-f", "-M", source / "AndroidManifest.xml", "-I", FRAMEWORK, "-F", unsigned, *resources)
    for number, file in enumerate(reversed(dex), start=1):
        entry = out / ("classes.dex" if number == 1 else f"classes{number}.dex")
        shutil.copy(file, entry)
        run("aapt", "add", unsigned, entry.name, cwd=out)
    run("zipalign", "-f", "-p", "4", unsigned, out / "aligned.apk")
    signed = out / f"{name}.apk"
    schemes: list[str | Path] = [f"--v{n}-signing-enabled={'true' if n < 4 else 'false'}" for n in (1, 2, 3, 4)]
    key: list[str | Path] = ["--ks", HERE / "debug.p12", "--ks-pass", "pass:android", "--min-sdk-version", "21"]
    run("apksigner", "sign", *key, *schemes, "--out", signed, out / "aligned.apk")
    return signed


def _dex(classes: Path, library: Path, out: Path) -> Path:
    out.mkdir()
    files = sorted(classes.rglob("*.class"))
    d8 = ["java", "-cp", os.environ["R8_JAR"], "com.android.tools.r8.D8", "--release", "--min-api", "23"]
    run(*d8, "--lib", library, "--classpath", classes, "--output", out, *files)
    return out / "classes.dex"


def main(argv: list[str]) -> int:
    check = "--check" in argv
    missing = missing_tools()
    if missing:
        print("Cannot build; missing:", *missing, sep="\n  ", file=sys.stderr)
        return 2
    known = sorted(folder.name for folder in (HERE / "src").iterdir())
    names = [arg for arg in argv if not arg.startswith("-")] or known
    differing = 0
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        stubs = compile_stubs(work)
        for name in names:
            built, committed = build(name, stubs, work), HERE / "apk" / f"{name}.apk"
            digest = hashlib.sha256(built.read_bytes()).hexdigest()
            if not check:
                shutil.copy(built, committed)
            same = committed.exists() and hashlib.sha256(committed.read_bytes()).hexdigest() == digest
            differing += not same
            print(f"{'same' if same else 'DIFFERS'} {digest} {name}")
    return int(differing > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
