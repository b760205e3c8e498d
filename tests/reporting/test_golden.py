"""Every format of three results against its golden file; ``--update-golden`` writes them all anew."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from analyzer.reporting import BINARY, FORMATS, SUFFIXES, Format
from analyzer.reporting.schema import schema_text
from analyzer.resources import reports_dir
from analyzer.result import Result, encode_result

GOLDEN = Path(__file__).resolve().parent / "golden"
_CHANGING = re.compile(
    r"(?<=policy default )[0-9a-f]{12}|(?<=Policy default )[0-9a-f]{12}|(?<=[Rr]ules )[0-9a-f]{12}|(?<=for kiosk )[0-9a-f]{12}|(?<=sha256-)[\w+/=]{44}|\b[0-9a-f]{64}\b"
)
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


def redacted(text: str) -> str:
    """Digests of rules, policies and style sheets change with every edit; the package's own stays in the catalog's test."""
    return _STYLE.sub("<style>…</style>", _CHANGING.sub("<digest>", text))


def cells(data: bytes) -> str:
    """A workbook as text: one line a row."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return "".join(
        f"{sheet.title}: " + " | ".join("" if value is None else str(value) for value in row) + "\n"
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
    )


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("which", ["result", "failed", "rich"])
def test_golden(format_: Format, which: str, request: pytest.FixtureRequest, raw: Callable[..., bytes]) -> None:
    path = GOLDEN / f"{which}{SUFFIXES[format_]}"
    data = raw(request.getfixturevalue(which), format_)
    text = redacted(cells(data) if format_ in BINARY else data.decode())
    if request.config.getoption("--update-golden"):
        path.write_text(text, encoding="utf-8", newline="")
    with path.open(encoding="utf-8", newline="") as file:
        assert text == file.read()


@pytest.mark.parametrize("language", ["de"])
def test_golden_page_in_another_language(
    language: str, rich: Result, request: pytest.FixtureRequest, render: Callable[..., str]
) -> None:
    path = GOLDEN / f"rich.{language}.html"
    text = redacted(render(rich, "html", language))
    if request.config.getoption("--update-golden"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_json_for_many_is_one_line(result: Result, render: Callable[..., str]) -> None:
    assert render(result, "json", one_line=True).count("\n") == 1


def test_the_published_schema_is_current() -> None:
    assert (reports_dir() / "result.schema.json").read_text(encoding="utf-8") == schema_text()


def test_every_format_is_the_same_in_every_locale_time_zone_and_hash_seed(rich: Result, tmp_path: Path, root: Path) -> None:
    (tmp_path / "r.json").write_bytes(encode_result(rich))
    machines = {
        "a": {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": "1"},
        "b": {"LC_ALL": "de_DE.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "2"},
    }
    for name, variables in machines.items():
        outputs = [f"-o{format_}={tmp_path}/{name}{SUFFIXES[format_]}" for format_ in FORMATS]
        command = [sys.executable, "-m", "analyzer.cli", "render", f"{tmp_path}/r.json", *outputs]
        subprocess.run(command, cwd=root, env={**os.environ, **variables}, check=True)
    for format_ in FORMATS:
        assert (tmp_path / f"a{SUFFIXES[format_]}").read_bytes() == (tmp_path / f"b{SUFFIXES[format_]}").read_bytes(), format_
