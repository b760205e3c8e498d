"""Compare each rule's calls with a count made from ``dexdump -d``.

usage: python bench/rule_hits.py APK...

For every rule and each of its ``call`` and ``clipboard`` patterns: the set of (caller, offset) at which the pattern's APIs
are called directly, once from apkvet's facts (owners not looked at, argument conditions left out), once from dexdump's
listing. Prints a line for each pattern with calls, and each difference. Exit 1 when anything differs.
"""

from __future__ import annotations

import re
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import msgspec
from dex_vs_dexdump import read_dexdump

from analyzer.engine import load_ruleset
from analyzer.engine.pattern_schema import CallPattern, ClipboardPattern
from analyzer.engine.patterns import fact_test
from analyzer.engine.plans import leaves
from analyzer.facts import ApiCall, ClipboardAccess, Fact
from analyzer.platform.watch import Watch, load_watch
from analyzer.resources import rules_dir
from analyzer.scan import observe

Site = tuple[str, str, int, str]


def listed_calls(apk: Path) -> set[Site]:
    """(file, caller, offset, callee) of every invoke that dexdump lists."""
    calls: set[Site] = set()
    with zipfile.ZipFile(apk) as archive, tempfile.TemporaryDirectory() as folder:
        for name in archive.namelist():
            if re.fullmatch(r"classes\d*\.dex", name):
                listing = read_dexdump(Path(archive.extract(name, folder)))
                if listing is not None:
                    calls |= {(name, caller, offset, callee) for caller, offset, callee in listing.invokes}
    return calls


_TRIGGER = (
    "trigger", "exported", "returns_result", "on_behalf_of", "on_behalf_of_name", "entry_point", "not_entry_point", "assumed",
    "reached", "traced",
)  # fmt: skip
_CONTEXT = ("guarded", "guard", "replaced", "stored", "handed_back", "secret", "sensitive", "via", "gate")


def from_facts(pattern: CallPattern | ClipboardPattern, facts: Iterable[Fact]) -> set[Site]:
    """Where the pattern's APIs are called directly, by apkvet."""
    free = msgspec.structs.replace(pattern, owner=None, owner_name=None, not_owner_name=None)
    if isinstance(free, CallPattern):
        free = msgspec.structs.replace(free, argument=None)
    else:
        free = msgspec.structs.replace(free, removed=None, **dict.fromkeys(_CONTEXT))
    free = msgspec.structs.replace(free, **dict.fromkeys(_TRIGGER))
    test = fact_test(free) or bool
    kind = ApiCall if isinstance(free, CallPattern) else ClipboardAccess
    hits = [f for f in facts if isinstance(f, kind) and test(f) and f.via == "direct" and "(" in f.api and f.at]
    return {(f.at.file, f.at.method or "", f.at.offset or 0, f.api) for f in hits if f.at}


def from_listing(pattern: CallPattern | ClipboardPattern, calls: Iterable[Site], watch: Watch) -> set[Site]:
    """The same from dexdump's listing: calls whose callee is watched, in the pattern's category, and named by it."""
    globs = [pattern.api] if isinstance(pattern.api, str) else pattern.api or ["*"]
    regex = re.compile(
        "|".join("".join(".*" if p == "*" else re.escape(p) for p in re.split(r"(\*)", g)) for g in globs), re.DOTALL
    )
    found = set()
    for site in calls:
        callee = site[3]
        api = watch.methods.get(callee.partition("(")[0]) or watch.methods.get(callee)
        if api is None or api.only_with_argument or not regex.fullmatch(callee):
            continue
        if isinstance(pattern, CallPattern):
            wanted = [pattern.category] if isinstance(pattern.category, str) else pattern.category
            matches = api.operation is None and (wanted is None or api.category in wanted)
        else:
            operations = [pattern.operation] if isinstance(pattern.operation, str) else pattern.operation
            matches = api.operation not in (None, "watch-removal") and (operations is None or api.operation in operations)
        if matches:
            found.add(site)
    return found


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    watch, ruleset = load_watch(), load_ruleset([rules_dir()])
    differing = compared = total = 0
    for apk in map(Path, sys.argv[1:]):
        facts, calls = observe(apk).facts, listed_calls(apk)
        decided = {f.api.partition("(")[0] for f in facts if isinstance(f, ApiCall) and f.arg}
        for rule in ruleset.rules:
            for pattern in leaves(rule.match):
                if not isinstance(pattern, CallPattern | ClipboardPattern):
                    continue
                theirs = from_listing(pattern, calls, watch)
                names = {site[3].partition("(")[0] for site in theirs}
                ours = {
                    site
                    for site in from_facts(pattern, facts)
                    if site[3].partition("(")[0] in names or site[3].partition("(")[0] not in decided
                }
                compared += bool(ours or theirs)
                total += len(ours)
                if ours or theirs:
                    print(f"{apk.name[:36]:36} {rule.id:44} {len(ours):5} {len(theirs):5} {'' if ours == theirs else 'DIFFERS'}")
                for site in sorted(ours ^ theirs)[:5]:
                    print(f"    {'apkvet' if site in ours else 'dexdump'} only: {site}")
                differing += ours != theirs
    print(f"{compared} patterns with calls compared, {total} calls, {differing} differ")
    return int(differing > 0)


if __name__ == "__main__":
    raise SystemExit(main())
