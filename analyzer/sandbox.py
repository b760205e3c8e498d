"""Look at a package inside of a sandbox: what a flaw in a parser could do, it could do to nothing.

Only looking touches a package's bytes, so only looking is locked in: a process of its own for each package, in bubblewrap's
namespaces (https://github.com/containers/bubblewrap), with no network, no capabilities, no files but the interpreter's, apkvet's
own and the package, all read-only, and nowhere to write. It hands out one message, an observation as msgpack of closed types;
rules, reports and databases stay outside.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from analyzer import limits
from analyzer.errors import PackageError, UsageError
from analyzer.facts import Gap, Observation
from analyzer.platform.watch import Watch, extended, load_watch
from analyzer.scan import FULL, Depth, observe, observed

_PROGRAM = "bwrap"
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives")
_INSIDE = "import sys; sys.path[:0] = sys.argv[1:]; from analyzer.sandbox import serve; serve()"
_MOST_COMPLAINTS = 400


class SandboxError(Exception):
    """The process in the sandbox ended without an answer: a fault of ours, or of what it looked at."""


class _Order(Struct, frozen=True):
    """What the process inside is asked: the package, how far to look, and what own rules add to the watch list."""

    path: str
    depth: Depth
    names: tuple[str, ...]


def check_sandbox() -> None:
    """Make sure that a sandbox can be had here. Raises ``UsageError``: nothing is ever scanned outside of it instead."""
    if shutil.which(_PROGRAM) is None:
        raise UsageError("--sandbox needs bubblewrap, which is not there", mend="Install it, or scan without --sandbox.")
    done = subprocess.run([*cage(Path(__file__)), "-c", ""], capture_output=True, text=True, check=False)
    if done.returncode:
        why = done.stderr.strip()[:_MOST_COMPLAINTS] or f"exit code {done.returncode}"
        raise UsageError(
            f"the sandbox cannot be started: {why}", mend="Allow unprivileged user namespaces, or scan without --sandbox."
        )


def observe_inside(path: Path, watch: Watch | None = None, depth: Depth = FULL) -> Observation:
    """As ``scan.observe``, by a process in a sandbox of its own.

    Raises ``PackageError`` when the package cannot be read, or the answer is about another file; ``SandboxError`` when that
    process ended without one.
    """
    if not path.exists():
        return observe(path, watch, depth)  # there are no bytes to look at: the error that says so
    file = path.resolve()
    order = msgspec.msgpack.encode(_Order(str(file), depth, _added(watch)))
    command = [*cage(file), "-c", _INSIDE, *_import_folders()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None and process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(order)
            process.stdin.close()
        answer = process.stdout.read(limits.ANSWER_BYTES + 1)
        if len(answer) > limits.ANSWER_BYTES:
            process.kill()
    try:
        observation = msgspec.msgpack.decode(answer, type=Observation)
    except msgspec.DecodeError:
        raise SandboxError(f"looking at it ended without an answer: {_end(process.returncode)}") from None
    if file.is_file() and observation.sha256 not in (None, _digest(file)):
        raise PackageError("what came out of the sandbox is about another file", where=str(path))
    if observation.error is not None:
        gap = next((fact for fact in observation.facts if isinstance(fact, Gap)), Gap("unreadable"))
        raise PackageError(gap.why, where=str(path), mend=gap.would_lift)
    return observation


def cage(path: Path) -> list[str]:
    """The beginning of a command line: bubblewrap with all its walls, and the interpreter, to which arguments can be added.

    Inside there are *path* and what Python and apkvet are made of, to be read, and nothing else.
    """
    command = [_PROGRAM, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    command += ["--setenv", "OPENBLAS_NUM_THREADS", "1", "--setenv", "LC_ALL", "C.UTF-8"]
    for real, name in _shown([*_SYSTEM, sys.base_prefix, sys.prefix, *_import_folders()]):
        command += ["--ro-bind-try", real, name]
    command += ["--proc", "/proc", "--dev", "/dev", "--ro-bind", str(path), str(path), "--remount-ro", "/"]
    return [*command, "--", sys.executable, "-I", "-B"]


def serve() -> None:
    """What runs inside: take the order, look, answer. Whatever happens, no file grows and no core is left."""
    import resource

    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(limit, (0, 0))
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Order)
    seen = observed(Path(order.path), extended(load_watch(), order.names), order.depth)
    sys.stdout.buffer.write(msgspec.msgpack.encode(seen))


def _added(watch: Watch | None) -> tuple[str, ...]:
    """What *watch* has beyond the built-in list, as ``extended`` takes it."""
    if watch is None:
        return ()
    return (*sorted(watch.methods.keys() - load_watch().methods.keys()), *(f"string {text}" for text in watch.strings))


def _import_folders() -> list[str]:
    """The folders from which this process imports: a checkout, the places of installed packages."""
    package = str(Path(__file__).resolve().parents[1])
    return list(dict.fromkeys(folder for folder in (package, *sys.path) if folder and Path(folder).is_dir()))


def _shown(names: list[str]) -> list[tuple[str, str]]:
    """What is shown inside, and under which names: whole folders where they are, and the names that are links from elsewhere."""
    found: list[tuple[str, str]] = []
    real = [str(Path(name).resolve()) for name in names]
    for name, shown in sorted(
        {*zip(real, real, strict=True), *zip(real, names, strict=True)}, key=lambda pair: (pair[0] != pair[1], pair)
    ):
        if not any(Path(shown).is_relative_to(there) for _, there in found):
            found.append((name, shown))
    return found


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _end(code: int) -> str:
    """How a process ended, in words; a negative code is a signal, which bubblewrap tells as 128 and more."""
    number = -code if code < 0 else code - 128
    names = {each.value: each.name for each in signal.Signals}
    return names.get(number, f"exit code {code}")
