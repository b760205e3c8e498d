"""One wheel carries rules/ and reports/ and works from any directory."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


def built(out: Path, **environment: str) -> Path:
    """The wheel of this checkout, built into the folder *out*."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("install hatchling (pip install hatchling)")
    root = Path(__file__).resolve().parents[1]
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(out)!r}))"
    command, variables = [sys.executable, "-c", code], {**os.environ, **environment}
    done = subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def test_the_same_source_makes_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    """Whenever and by whomever it is built: in another time zone and language, with other random numbers."""
    again = built(tmp_path, TZ="Asia/Tokyo", LC_ALL="C", PYTHONHASHSEED="7", HOME=str(tmp_path))
    assert (again.name, again.read_bytes()) == (wheel.name, wheel.read_bytes())


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
