"""The stage ``native``: whether a package has native libraries, and what was found in them.

What reads them is imported only when there is one, so that a package without any pays for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from analyzer.facts import ApiCall, ClipboardAccess, Fact
from analyzer.platform.watch import Watch
from analyzer.program.app import App
from analyzer.program.graph.linking import Linked


class NativeFacts(Struct, frozen=True):
    """What was found: facts, the accesses among them, and for each file the nodes of the Java methods that it implements."""

    facts: tuple[Fact, ...] = ()
    accesses: tuple[ApiCall | ClipboardAccess, ...] = ()
    implements: Mapping[str, tuple[int, ...]] = {}


def native_facts(app: App, linked: Linked, watch: Watch, knowledge: Path) -> NativeFacts:
    """Everything about the native libraries of a package; nothing is done for one without any. Raises ``RuleError``."""
    files = app.package.named(("lib/",), (".so",))
    if not files:
        return NativeFacts()
    from analyzer.extractors.native_files import read_libraries

    return read_libraries(app, linked, watch, knowledge, files)
