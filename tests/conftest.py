"""Fixtures that all tests share: the sample packages and one way to rewrite golden files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest

from analyzer.container import open_package
from analyzer.platform.callbacks import load_callbacks
from analyzer.platform.hierarchy import load_hierarchy
from analyzer.program.app import build_app
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.program.manifest import read_manifest
from analyzer.program.ownership import load_owner_tables
from analyzer.resources import rules_dir

# No test asserts a time, nor does hypothesis: on a busy machine its default deadline fails what is right.
hypothesis.settings.register_profile("apkvet", deadline=None)
hypothesis.settings.load_profile("apkvet")

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


@pytest.fixture
def clip_graph() -> Iterator[Callable[[str], ProgramGraph]]:
    """Opens the call graph of a ClipBench sample by its name."""
    with ExitStack() as stack:

        def opened(name: str) -> ProgramGraph:
            package = stack.enter_context(open_package(ROOT / f"samples/clipbench/apk/{name}.apk"))
            app = build_app(package, read_manifest(package)[0], load_hierarchy(), load_owner_tables(rules_dir() / "knowledge"))
            return ProgramGraph(app, load_callbacks())

        yield opened
