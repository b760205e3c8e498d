"""Build the native libraries of the samples, for four processors, without the Android NDK.

usage: python samples/native/make.py [--check]

The libraries are committed: ``samples/build.py`` puts them into the packages as they are. ``--check`` builds them aside and
compares. It needs clang and lld (Debian 12: clang lld; CLANG and LLD name others) and a JDK for jni.h. Two makes of one version
give the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
NOTES = HERE.parent / "bundles/src/native"
TARGETS = {
    "arm64-v8a": "aarch64-linux-android21",
    "armeabi-v7a": "armv7a-linux-androideabi21",
    "x86_64": "x86_64-linux-android21",
    "x86": "i686-linux-android21",
}
HARDENED = ("-fstack-protector-all", "-Wl,-z,relro,-z,now", "-Wl,-s")
WEAK = ("-fno-stack-protector", "-Wl,-z,norelro", "-Wl,-z,execstack")


class Made(NamedTuple):
    """One library: whose (``notes`` is that of ``bundles``), its name, its source, for which processors, with which options."""

    sample: str
    library: str
    source: str
    abis: tuple[str, ...]
    options: tuple[str, ...]


ALL = tuple(TARGETS)
LIBRARIES = (
    Made("jni-clipboard", "libclip.so", "clipboard.c", ALL, HARDENED),
    Made("jni-class-only", "libclip.so", "class_only.c", ALL, HARDENED),
    Made("jni-table", "libtable.so", "registered.c", ("arm64-v8a", "armeabi-v7a", "x86_64"), HARDENED),
    Made("jni-table", "libtable.so", "registered.c", ("x86",), (*HARDENED, "-DWATCHES_DEBUGGERS")),
    Made("jni-tail", "libtail.so", "tail.c", ("arm64-v8a", "x86_64"), (*HARDENED, "-Wl,-O2", "-DNAME=read", "-DREADS")),
    Made("jni-tail", "libwhole.so", "tail.c", ("arm64-v8a", "x86_64"), (*HARDENED, "-Wl,-O2", "-DNAME=ask")),
    Made("native-built", "libwatched.so", "watched.c", ("arm64-v8a", "x86"), HARDENED),
    Made("native-built", "libweak.so", "watched.c", ("arm64-v8a",), WEAK),
    Made("native-built", "libpacked.so", "packed.c", ("arm64-v8a",), (*WEAK, "-Wl,-s", "-Wl,-N")),
    Made("notes", "libnotes.so", "notes.c", ("arm64-v8a", "x86_64"), HARDENED),
    Made("packer-marks", "libjiagu.so", "empty.c", ("arm64-v8a",), HARDENED),
)


def jni_header() -> Path:
    """The folder of the JDK's jni.h."""
    return Path(shutil.which("javac") or "javac").resolve().parents[1] / "include"


def random_bytes(size: int) -> bytes:
    """Bytes that look random and are always the same."""
    return b"".join(hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(size // 32))


def build(made: Made, abi: str, out: Path, work: Path) -> None:
    """One library for one processor."""
    out.parent.mkdir(parents=True, exist_ok=True)
    (work / "random.bin").write_bytes(random_bytes(16384))
    command = [os.environ.get("CLANG", "clang"), f"--target={TARGETS[abi]}", "-O1", "-fPIC", "-ffreestanding", "-nostdlib"]
    command += [
        "-nostdlibinc",
        "-shared",
        f"-fuse-ld={os.environ.get('LLD', 'lld')}",
        "-fvisibility=hidden",
        "-Wl,--build-id=none",
    ]
    command += ["-isystem", str(HERE / "c"), "-isystem", str(jni_header()), "-w", f"-Wl,-soname,{made.library}", *made.options]
    command += [str(HERE / "c" / made.source), "-o", str(out)]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{out.name} for {abi}:\n{done.stderr}")


def main(argv: list[str]) -> int:
    check, differing = "--check" in argv, 0
    with tempfile.TemporaryDirectory() as folder:
        for made in LIBRARIES:
            for abi in made.abis:
                held = NOTES if made.sample == "notes" else HERE / "src" / made.sample / "extra"
                committed = held / "lib" / abi / made.library
                out = Path(folder) / "out" / abi / made.library if check else committed
                build(made, abi, out, Path(folder))
                same = not check or (committed.exists() and committed.read_bytes() == out.read_bytes())
                differing += not same
                print(f"{'same' if same else 'DIFFERS'} {made.sample} {abi} {made.library}")
    return int(differing > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
