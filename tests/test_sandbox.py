"""A package looked at inside of a sandbox: the same is seen, and what looks can do nothing else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec
import pytest

from analyzer import limits, sandbox
from analyzer.errors import PackageError, UsageError
from analyzer.platform.watch import extended, load_watch
from analyzer.sandbox import SandboxError, cage, check_sandbox, observe_inside
from analyzer.scan import Depth, observe
from tests.cli.conftest import Ran, Run, run

__all__ = ["run"]  # the fixture of the command line's tests


@pytest.fixture(scope="module", autouse=True)
def _walls() -> None:
    try:
        check_sandbox()
    except UsageError as error:
        pytest.skip(f"needs bubblewrap and user namespaces: {error}")


def test_the_same_is_seen(apks: Path) -> None:
    apk = apks / "clipboard-onresume.apk"
    watch = extended(load_watch(), {"Ljava/io/File;->length", "string hello"})
    for given, depth in ((None, Depth()), (watch, Depth(flow="off"))):
        outside, inside = observe(apk, given, depth), observe_inside(apk, given, depth)
        assert msgspec.structs.replace(inside, timings={}) == msgspec.structs.replace(outside, timings={})


@pytest.mark.parametrize("name", ["README.md", "samples", "none.apk"])
def test_what_cannot_be_read_is_told_in_the_same_words(root: Path, name: str) -> None:
    said = []
    for look in (observe, observe_inside):
        with pytest.raises(PackageError) as error:
            look(root / name)
        said.append(str(error.value))
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import socket; socket.create_connection(('192.0.2.1', 80), 5)", "Network is unreachable"),
        ("open('/x', 'w')", "Read-only file system"),
        ("import os, pathlib; pathlib.Path(os.path.dirname(os.__file__), 'x.py').write_text('')", "Read-only file system"),
        ("open('/etc/passwd')", "No such file or directory"),
        ("open('HERE')", "No such file or directory"),
        ("import os; os.mount", "has no attribute"),
    ],
)
def test_the_walls(root: Path, tmp_path: Path, code: str, why: str) -> None:
    """*HERE* is a file beside the package's folder, which the process outside may read."""
    beside = tmp_path / "secret"
    beside.write_text("x")
    command = [*cage(root / "samples/apk/keyboard.apk"), "-c", code.replace("HERE", str(beside))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert why in done.stderr


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("import sys; sys.exit(7)", "exit code 7"),
        ("print('no observation')", "exit code 0"),
    ],
)
def test_an_end_without_an_answer(apks: Path, monkeypatch: pytest.MonkeyPatch, program: str, why: str) -> None:
    monkeypatch.setattr(sandbox, "_INSIDE", program)
    with pytest.raises(SandboxError, match=f"ended without an answer: {why}"):
        observe_inside(apks / "keyboard.apk")


def test_an_answer_about_another_file_is_refused(apks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = msgspec.structs.replace(observe(apks / "keyboard.apk"), timings={})
    answer = msgspec.msgpack.encode(other)
    monkeypatch.setattr(sandbox, "_INSIDE", f"import sys; sys.stdout.buffer.write({answer!r})")
    with pytest.raises(PackageError, match="about another file"):
        observe_inside(apks / "multidex.apk")


def test_an_answer_that_is_too_long_is_cut_off(apks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ANSWER_BYTES", 1_000)
    with pytest.raises(SandboxError, match="ended without an answer"):
        observe_inside(apks / "keyboard.apk")


def test_on_the_command_line(run: Run, apks: Path, root: Path, tmp_path: Path) -> None:
    def lines(*options: str) -> tuple[int, list[str], str]:
        ran: Ran = run("scan", apks / "keyboard.apk", root / "README.md", "-o", f"csv={tmp_path}/{len(options)}/", *options)
        files = sorted((tmp_path / str(len(options))).iterdir())
        return ran.code, [file.read_text() for file in files], ran.err

    assert lines("--sandbox") == lines()


def test_in_a_catalog(run: Run, apks: Path, tmp_path: Path) -> None:
    assert run("catalog", "scan", apks / "keyboard.apk", "--db", tmp_path / "c.db", "--sandbox", "-q", "-j", "1").code == 0
    ran = run("catalog", "query", "SELECT package, verdict FROM apps", "--db", tmp_path / "c.db", "--format", "csv")
    assert ran.out.splitlines()[1:] == ["org.apkvet.samples.keyboard,review"]


def test_without_bubblewrap_nothing_is_scanned(run: Run, apks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    ran = run("scan", apks / "keyboard.apk", "--sandbox")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "apkvet: --sandbox needs bubblewrap, which is not there. Install it, or scan without --sandbox.\n"
