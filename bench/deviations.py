"""What other readers make of the hostile packages: a table of deviations against tools, each run for real.

usage: python bench/deviations.py [--apk-info PYTHON] [--write]

Each tool reads the packages of samples/hostile in a process of its own, within a time limit. A cell says what it still sees of the
untouched app: its package name (name), its declared permissions (permissions), its DEX file (code; androguard and apkvet: the method
that reads the clipboard; apkInspector and apk-info: the bytes). ``all`` is all three, ``-`` nothing, ``wrong`` another package's name,
``hangs`` that the time was over. PYTHON is the interpreter of an environment with apk-info (PyPI). --write replaces DEVIATIONS.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / "samples/hostile"
PATIENCE = 60
NAME = "org.apkvet.samples.proxy"
PERMISSIONS = ["android.permission.INTERNET", "android.permission.WRITE_EXTERNAL_STORAGE"]
_SEEN = ("name", "permissions", "code")

# A program for each tool: it reads lines with paths, and answers each with a line of JSON: name, permissions, code.
_LOOP = """
import io, json, sys, contextlib
for line in sys.stdin:
    found = {"name": None, "permissions": [], "code": False}
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            look(line.strip(), found)
        except BaseException as error:
            found["error"] = type(error).__name__
    print(json.dumps(found), flush=True)
"""
PROGRAMS = {
    "androguard": """
from loguru import logger
logger.disable("androguard")
from androguard.core.apk import APK
from androguard.core.dex import DEX
def look(path, found):
    apk = APK(path)
    found["name"], found["permissions"] = apk.get_package(), sorted(apk.get_permissions())
    found["code"] = any(
        method.get_name() == "getPrimaryClip" for data in apk.get_all_dex() for method in DEX(data).get_methods()
        ) or any("getPrimaryClip" in DEX(data).get_strings() for data in apk.get_all_dex())
""",
    "apkInspector": """
import re
from apkInspector.headers import ZipEntry
from apkInspector.axml import get_manifest
def look(path, found):
    archive = ZipEntry.parse(io.BytesIO(open(path, "rb").read()))
    text = get_manifest(io.BytesIO(archive.read("AndroidManifest.xml")))
    root = re.search(r"<manifest[^>]*", text)
    found["name"] = re.search(r'[ ]package="([^"]*)"', root[0])[1]
    found["permissions"] = sorted(re.findall(r'<uses-permission[^>]*android:name="([^"]*)"', text))
    found["code"] = archive.read("classes.dex")[:4] == b"dex\\n"
""",
    "apk-info": """
import apk_info
def look(path, found):
    apk = apk_info.APK(path)
    found["name"], found["permissions"] = apk.get_package_name(), sorted(apk.get_permissions())
    data = apk.read("classes.dex")[0]
    found["code"] = bytes(data[:4]) == b"dex\\n"
""",
    "apkvet": """
from pathlib import Path
from analyzer.facts import AppIdentity, ClipboardAccess, Permission
from analyzer.scan import Depth, observe
def look(path, found):
    facts = observe(Path(path), depth=Depth(flow="off")).facts
    found["name"] = next((fact.package for fact in facts if isinstance(fact, AppIdentity)), None)
    found["permissions"] = sorted(f.name for f in facts if isinstance(f, Permission) and f.declared)
    found["code"] = any(isinstance(fact, ClipboardAccess) and fact.operation == "read" for fact in facts)
""",
}


class Tool:
    """A tool in a process of its own, started anew when it has ended."""

    def __init__(self, name: str, python: str) -> None:
        self.name = name
        self._command = [python, "-c", PROGRAMS[name] + _LOOP]
        self._process: subprocess.Popen[str] | None = None

    def look(self, path: Path) -> str:
        """The cell of the table for the package at *path*."""
        try:
            done = subprocess.run(self._command, input=f"{path}\n", capture_output=True, text=True, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            return "hangs"
        return cell(done.stdout)

    def look_at_all(self, paths: list[Path]) -> list[str]:
        """All cells in one go where the process survives it, else one process a package."""
        lines = "".join(f"{path}\n" for path in paths)
        limit = PATIENCE + 2 * len(paths)
        try:
            done = subprocess.run(self._command, input=lines, capture_output=True, text=True, timeout=limit, check=False)
        except subprocess.TimeoutExpired:
            return [self.look(path) for path in paths]
        answers = done.stdout.splitlines()
        return [cell(line) for line in answers] if len(answers) == len(paths) else [self.look(path) for path in paths]


def cell(answer: str) -> str:
    """What an answer amounts to."""
    if not answer.strip():
        return "ends the process"
    found = json.loads(answer)
    if found["name"] not in (None, "", NAME):
        return "wrong"
    right = (found["name"] == NAME, found["permissions"] == PERMISSIONS, found["code"])
    seen = [what for what, is_right in zip(_SEEN, right, strict=True) if is_right]
    return "all" if len(seen) == len(_SEEN) else ", ".join(seen) or "-"


def main() -> int:
    """Print the table; exit status 1 where another tool sees what apkvet does not."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--apk-info", metavar="PYTHON")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    entries = yaml.safe_load((FOLDER / "catalog.yaml").read_text(encoding="utf-8"))["samples"]
    paths = [FOLDER / f"apk/{entry['name']}.apk" for entry in entries]
    names = [name for name in PROGRAMS if name != "apk-info" or options.apk_info]
    columns = {}
    for name in names:
        columns[name] = Tool(name, options.apk_info if name == "apk-info" else sys.executable).look_at_all(paths)
        print(name, dict(Counter(columns[name])), file=sys.stderr, flush=True)
    lines = ["| package | what it does | Android | " + " | ".join(names) + " |", "|---" * (3 + len(names)) + "|"]
    lines += [
        f"| {entry['name']} | {entry['trick']} | {entry['android']} | " + " | ".join(columns[name][row] for name in names) + " |"
        for row, entry in enumerate(entries)
    ]
    behind = [
        f"{entry['name']}: {name} {columns[name][row]}, apkvet {columns['apkvet'][row]}"
        for row, entry in enumerate(entries)
        for name in names
        if seen(columns[name][row]) - seen(columns["apkvet"][row])
    ]
    summary = []
    for name in names:
        whole = [entry["android"] for row, entry in enumerate(entries) if columns[name][row] == "all"]
        summary.append(
            f"| {name} | {whole.count('installs')} | {len(whole) - whole.count('installs')} | {columns[name].count('wrong')} |"
        )
    kinds = Counter(entry["android"] for entry in entries)
    head = [
        f"| tool | all of {kinds['installs']} that Android installs | of {len(entries) - kinds['installs']} others | a wrong name |"
    ]
    text = "\n".join([*head, "|---|---|---|---|", *summary, "", *lines, ""])
    print(text)
    print("behind:", *behind or ["nowhere"], sep="\n")
    if options.write:
        usage = __doc__.partition("Each tool")
        intro = (
            "# Deviations\n\nWritten by `python bench/deviations.py --write`. " + (usage[1] + usage[2]).replace("\n", " ").strip()
        )
        (HERE / "DEVIATIONS.md").write_text(f"{intro}\n\n{text}", encoding="utf-8")
    return int(bool(behind))


def seen(answer: str) -> set[str]:
    """What a cell says is seen."""
    return set(_SEEN) if answer == "all" else {what for what in _SEEN if what in answer.split(", ")}


if __name__ == "__main__":
    raise SystemExit(main())
