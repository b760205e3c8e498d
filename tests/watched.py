"""Runs the command line under an audit hook that refuses the network and other programs, and writes outside of named folders.

usage: python tests/watched.py FOLDER[:FOLDER...] OUT COMMANDS

COMMANDS are lists of apkvet's arguments as JSON; what the first prints is OUT/0.out, exit codes are in OUT/codes.json. Without a
FOLDER ('') there is no hook.

Python raises an audit event before it opens a socket, looks up a name, starts a program, unpickles a class, or opens, makes, moves or
removes a file (https://docs.python.org/3/library/audit_events.html). Each refused event is a line on standard error that begins with
``refused:``, and the run ends with exit code 99. Native code raises no such events: ``bench/silence.py`` looks at the system calls.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

NETWORK = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "imaplib.", "poplib.", "telnetlib.", "nntplib.")
OWN_NAME = "socket.gethostname"  # the machine's own name, which a catalog's lock holds: nobody is asked
PROGRAMS = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.spawn",
    "os.posix_spawn",
    "os.startfile",
    "pty.spawn",
)
WRITING = {
    "os.mkdir": 0,
    "os.remove": 0,
    "os.rename": 1,
    "os.rmdir": 0,
    "os.link": 1,
    "os.symlink": 1,
    "os.truncate": 0,
    "os.chmod": 0,
}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Guard:
    """The hook. ``refused`` are the events that were not let through."""

    def __init__(self, folders: list[str]) -> None:
        self._folders = [os.path.realpath(folder) for folder in folders]
        self.refused: list[str] = []

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if (event.startswith(NETWORK) and event != OWN_NAME) or event in PROGRAMS or event == "pickle.find_class":
            self._refuse(f"{event} {args!r:.200}")
        elif event == "open":
            path, mode, flags = args
            writes = any(c in mode for c in "wax+") if isinstance(mode, str) else bool((flags or 0) & _WRITES)
            if writes and not self._inside(path):
                self._refuse(f"open {path!r} for writing")
        elif event in WRITING and not self._inside(args[WRITING[event]]):
            self._refuse(f"{event} {args!r:.200}")

    def _inside(self, path: object) -> bool:
        if isinstance(path, int):  # a file that is open already
            return True
        name = os.path.realpath(os.fsdecode(path))  # type: ignore[arg-type]
        return name == os.devnull or any(name == folder or name.startswith(folder + os.sep) for folder in self._folders)

    def _refuse(self, what: str) -> None:
        self.refused.append(what)
        raise PermissionError(f"refused: {what}")


def run(command: list[str], out: Path) -> int:
    """One run of apkvet with its standard output in a file; the exit code."""
    from analyzer.cli.main import main as apkvet

    before = os.dup(1)
    with out.open("wb") as file:
        os.dup2(file.fileno(), 1)
    try:
        apkvet(command)
    except SystemExit as ended:
        sys.stdout.flush()
        return int(ended.code or 0)
    finally:
        os.dup2(before, 1)
        os.close(before)
    return 0


def main() -> int:
    folders, out, commands = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
    guard = Guard(folders.split(":"))
    if folders:
        sys.addaudithook(guard)
    codes = [run(command, out / f"{number}.out") for number, command in enumerate(commands)]
    (out / "codes.json").write_text(json.dumps(codes))
    for what in guard.refused:
        sys.stderr.write(f"refused: {what}\n")
    return 99 if guard.refused else 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    sys.exit(main())
