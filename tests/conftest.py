"""Fixtures that all tests share: the sample packages and one way to rewrite golden files."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew; look at the difference")


@pytest.fixture
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def apks() -> Path:
    """The folder of built sample packages."""
    return ROOT / "samples/apk"


@pytest.fixture
def dex_folder() -> Path:
    """The folder of DEX fixtures."""
    return ROOT / "samples/dex"
