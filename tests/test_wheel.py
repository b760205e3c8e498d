"""One wheel carries rules/ and reports/ and works from any directory."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("install hatchling (pip install hatchling)")
    root = Path(__file__).resolve().parents[1]
    out = tmp_path_factory.mktemp("wheel")
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(out)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(out / done.stdout.split()[-1]) as wheel:
        wheel.extractall(out / "site")
    return out / "site"


def apkvet(site: Path, cwd: Path, *args: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    # -P: without it Python would look for the package in the current directory first.
    command = [sys.executable, "-P", "-m", "analyzer.cli", *args]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_carries_the_data_folders(unpacked: Path, root: Path) -> None:
    for folder in ("rules", "reports"):
        shipped = sorted(
            str(p.relative_to(unpacked / "analyzer" / folder)) for p in (unpacked / "analyzer" / folder).rglob("*") if p.is_file()
        )
        assert shipped == sorted(str(p.relative_to(root / folder)) for p in (root / folder).rglob("*") if p.is_file())


def test_the_wheel_works_from_another_directory(unpacked: Path, apks: Path, tmp_path: Path) -> None:
    assert "ALLOW" in apkvet(unpacked, tmp_path, "scan", str(apks / "paste-button.apk"), "-o", "text", "-o", "html=page.html")
    assert (tmp_path / "page.html").is_file()
    assert apkvet(unpacked, tmp_path, "rules", "lint").endswith(", 0 problems\n")
