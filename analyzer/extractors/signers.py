"""Who signed the package, and which store says that it delivered it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analyzer.container import Package
from analyzer.container.signing import read_signers
from analyzer.facts import Fact, Gap
from analyzer.platform.knowledge import read_table


def signer_facts(package: Package, knowledge: Path) -> Iterator[Fact]:
    """Certificates, marks and gaps; keys that everybody has are those of ``public_keys.tsv``. Raises ``RuleError``."""
    public = frozenset(row[0] for row in read_table(knowledge / "public_keys.tsv", ("sha256", "name", "source")))
    signers, notes = read_signers(package, public)
    yield from (*signers, *notes)
    if package.kind == "bundle":
        yield Gap(
            "stage-not-run",
            "The stage 'signers' was left out: whoever uploads a bundle signs it, and a store what devices get of it.",
            could_hide="Who signs the app that is installed.",
            would_lift="The APKs that a device gets from the store.",
        )
