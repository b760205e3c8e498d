"""apkvet talks to nobody, starts nothing and writes nowhere but where it was told to: every command under a hook that refuses it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WATCHED = ROOT / "tests/watched.py"
FORMATS = ("text", "json", "html", "markdown", "csv", "sarif", "xlsx", "junit", "cyclonedx", "questions")


COMMANDS = (
    "scan {apk} --reproducible " + " ".join(f"-o {name}={{work}}/app.{name}" for name in FORMATS),
    "scan {apk} {other} {root}/README.md --flow full --implicit -o json --reproducible --save-observation {work}/o",
    "facts {other}",
    "render {work}/app.json -o html={work}/again.html",
    "scan {other} -o json={work}/other.json --reproducible",
    "diff {work}/app.json {work}/other.json",
    "compare {work}/app.json {work}/other.json",
    "rules bench {work}/o",
    "policy check strict {work}/app.json {work}/other.json",
    "catalog judge --db {work}/c.db",
    "catalog query --db {work}/c.db SELECT~package~FROM~apps~ORDER~BY~package",
    "catalog report --db {work}/c.db {work}/pages",
)


def ran(folder: Path, *command: object, temporary: bool = True) -> subprocess.CompletedProcess[str]:
    """A run of its own, with caches and temporary files in *folder*."""
    for name in ("cache", "temporary"):
        (folder / name).mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": str(folder / "cache"),
        **({"TMPDIR": str(folder / "temporary")} if temporary else {}),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        [sys.executable, *map(str, command)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def commands(work: Path) -> list[list[str]]:
    """The commands, for the folder *work*."""
    names = {
        "apk": ROOT / "samples/apk/clipboard-onresume.apk",
        "other": ROOT / "samples/apk/exported-proxy.apk",
        "root": ROOT,
        "work": work,
    }
    return [[word.format(**names).replace("~", " ") for word in command.split()] for command in COMMANDS]


def outputs(work: Path) -> dict[str, bytes]:
    """Everything that the commands wrote, without what names the folder or is a database."""
    files = [path for path in sorted(work.rglob("*")) if path.is_file() and path.suffix not in (".db", ".db-lock", ".xlsx")]
    return {
        str(path.relative_to(work)): path.read_bytes().replace(str(work).encode(), b"WORK")
        for path in files
        if "cache" not in path.parts and path.suffix != ".msgpack"
    }


def test_every_command_says_the_same_without_network_programs_and_other_files(tmp_path: Path) -> None:
    """The catalog is scanned without the hook: its workers are processes of their own."""
    found = {}
    for name in ("free", "watched"):
        work = tmp_path / name
        work.mkdir()
        scan = ("-m", "analyzer.cli", "catalog", "scan", ROOT / "samples/apk/clipboard-onresume.apk", "--db", work / "c.db", "-q")
        assert ran(work, *scan, temporary=False).returncode == 0
        done = ran(work, WATCHED, work if name == "watched" else "", work, json.dumps(commands(work)))
        assert (done.returncode, [line for line in done.stderr.splitlines() if line.startswith(("refused", "Trace"))]) == (0, [])
        assert list((work / "temporary").iterdir()) == []
        found[name] = outputs(work)
    assert json.loads(found["free"]["codes.json"]) == [0, 3, *([0] * (len(COMMANDS) - 2))]
    assert {f"app.{name}" for name in FORMATS} - {"app.xlsx"} <= found["free"].keys()
    assert found["free"].keys() == found["watched"].keys()
    assert [name for name, data in found["free"].items() if found["watched"][name] != data] == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import socket; socket.socket()", "socket.__new__"),
        ("import socket; socket.getaddrinfo('localhost', 80)", "socket.getaddrinfo"),
        ("import os; os.system('true')", "os.system"),
        ("import subprocess; subprocess.run(['true'])", "subprocess.Popen"),
        ("open('/tmp/apkvet-refused', 'w')", "open '/tmp/apkvet-refused' for writing"),
        ("import os; os.mkdir('/tmp/apkvet-refused')", "os.mkdir"),
        ("import pickle; pickle.loads(b'cos\\nsystem\\n.')", "pickle.find_class"),
    ],
)
def test_the_hook_refuses(tmp_path: Path, code: str, said: str) -> None:
    """Without this the other tests would prove nothing."""
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.watched import Guard\n"
        f"sys.addaudithook(guard := Guard([{str(tmp_path)!r}]))\n"
        f"try:\n    exec({code!r})\nexcept PermissionError as error:\n    print(error)"
    )
    done = ran(tmp_path, "-c", program)
    assert said in done.stdout, done
