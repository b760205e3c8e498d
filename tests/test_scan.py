"""A scan leaves nothing of a package behind: a worker of a catalog looks at thousands of them in one process."""

from __future__ import annotations

import ast
import gc
from pathlib import Path

import pytest

from analyzer.container.package import Package
from analyzer.formats.dex.file import DexFile
from analyzer.scan import Depth, load_rules, observe

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
PACKAGES = [SAMPLES / name for name in ("hidden/apk/xor-device-key.apk", "hidden/apk/object.apk", "apk/exported-proxy.apk")]


def held() -> set[int]:
    """The packages and DEX files that something refers to."""
    gc.collect()
    return {id(each) for each in gc.get_objects() if isinstance(each, (Package, DexFile))}


@pytest.mark.parametrize("path", PACKAGES, ids=lambda path: path.stem)
def test_nothing_of_a_package_outlives_its_scan(path: Path) -> None:
    before = held()
    observe(path, load_rules(())[1], Depth())
    assert held() <= before


def test_an_exception_that_is_kept_is_never_raised(root: Path) -> None:
    """It would keep the frames that it goes through for good, and with them all that was read of a package."""
    for path in sorted((root / "analyzer").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        kept = {
            target.id
            for node in tree.body
            if isinstance(node, (ast.Assign, ast.AnnAssign))
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        raised = {
            name.id for node in ast.walk(tree) if isinstance(node, ast.Raise) for name in [node.exc] if isinstance(name, ast.Name)
        }
        assert not kept & raised, path
    for path in sorted((root / "analyzer/program/evaluation").rglob("*.py")):
        nodes = [node.exc for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Raise)]
        ends = [end for exc in nodes for end in ([exc.body, exc.orelse] if isinstance(exc, ast.IfExp) else [exc])]
        assert not [ast.unparse(end) for end in ends if isinstance(end, ast.Attribute)], path
