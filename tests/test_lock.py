"""requirements.lock goes with pyproject.toml: every package is there, in a version that is asked for, with its digests."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCKED = {
    name: (version, hashes)
    for name, version, hashes in re.findall(r"^([\w-]+)==(\S+)((?: \\\n +--hash=sha256:\w{64})*)", LOCK, re.M)
}


def test_every_dependency_is_locked_in_a_version_that_is_asked_for() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    for requirement in map(Requirement, asked):
        version, _ = LOCKED[requirement.name.lower().replace("_", "-")]
        assert requirement.specifier.contains(version), requirement


def test_every_package_has_its_digests() -> None:
    assert len(LOCKED) == len(re.findall(r"^[\w-]+==", LOCK, re.M)) > 40
    assert all(hashes for _, hashes in LOCKED.values())
