"""ClipBench in the tests: every sample's accesses, triggers, owners, guards, severities and flows are exactly the catalog's."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from analyzer.engine import RuleSet, load_ruleset
from analyzer.policy import LoadedPolicy, load_policy
from analyzer.resources import rules_dir

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "samples/clipbench"
CATALOG: list[dict[str, Any]] = yaml.safe_load((FOLDER / "catalog.yaml").read_text(encoding="utf-8"))["clipbench"]


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("clipbench", ROOT / "bench/clipbench.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def judged() -> tuple[RuleSet, LoadedPolicy]:
    return load_ruleset([rules_dir()]), load_policy()


@pytest.mark.parametrize("entry", CATALOG, ids=lambda entry: entry["name"])
def test_sample(entry: dict[str, Any], bench: ModuleType, judged: tuple[RuleSet, LoadedPolicy]) -> None:
    verdict = bench.judge(entry, *judged)
    assert verdict.accesses == []
    assert verdict.flows == []


def test_every_package_has_sources_and_answers() -> None:
    names = sorted(entry["name"] for entry in CATALOG)
    assert names == sorted(path.stem for path in (FOLDER / "apk").glob("*.apk"))
    assert names == sorted(path.name for path in (FOLDER / "src").iterdir())
    for entry in CATALOG:
        assert hashlib.sha256((FOLDER / "apk" / f"{entry['name']}.apk").read_bytes()).hexdigest() == entry["sha256"]


def test_a_wrong_answer_is_told(bench: ModuleType) -> None:
    access = CATALOG[0]["accesses"][0]
    other = access | {"severity": "critical"}
    flow = next(entry["flows"][0] for entry in CATALOG if entry["flows"])
    assert bench.differences([access], [access]) == []
    assert len(bench.differences([access], [other])) == 2
    assert len(bench.differences([], [other])) == 1
    assert bench.flow_differences([flow], [flow]) == []
    assert len(bench.flow_differences([flow], [flow | {"host": "other.example"}])) == 2
    assert len(bench.flow_differences([], [flow])) == 1
    assert len(bench.flow_differences([flow], [])) == 1
    assert len(bench.flow_differences([flow], [flow, flow])) == 1
    assert len(bench.flow_differences([flow], [flow | {"category": "contacts"}])) == 2
