"""observe, assess, scan: from a package file to a result. The only module that names every stage.

``observe`` is the slow half, a function of the package, this version of apkvet and the watch list. ``assess`` is the
fast half, a function of an observation, the rules and the policy; it never opens a package.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

from analyzer import __version__
from analyzer.assess import Agreed, Judgement, assess, judge
from analyzer.container import open_package
from analyzer.depth import FULL, Depth
from analyzer.engine import RuleSet, load_ruleset
from analyzer.errors import ApkvetError
from analyzer.extractors.api_calls import api_calls
from analyzer.extractors.blind_spots import blind_spots
from analyzer.extractors.clipboard import clipboard_facts
from analyzer.extractors.code_addresses import load_address_calls
from analyzer.extractors.endpoints import endpoint_facts
from analyzer.extractors.file_search import search_files
from analyzer.extractors.hidden_files import hidden_files, load_hiding_tables
from analyzer.extractors.hidden_texts import HiddenTexts
from analyzer.extractors.libraries import library_facts, load_library_tables
from analyzer.extractors.loaded_code import load_code_sources, loaded_code
from analyzer.extractors.manifest_facts import manifest_facts
from analyzer.extractors.native import native_facts
from analyzer.extractors.overrides import load_overrides, overrides
from analyzer.extractors.packed import packed_facts
from analyzer.extractors.permissions import load_context, permission_facts
from analyzer.extractors.reach import load_traced, reach_facts, reach_into_native, reach_of_flows
from analyzer.extractors.runtimes.payloads import payload_facts
from analyzer.extractors.secret_shapes import load_secret_tables
from analyzer.extractors.secrets import Secrets
from analyzer.extractors.signers import signer_facts
from analyzer.extractors.strings import strings
from analyzer.facts import Coverage, Fact, Gap, Observation, Reach, sort_facts
from analyzer.facts.observation import OBSERVATION_VERSION
from analyzer.platform.callbacks import load_callbacks
from analyzer.platform.hierarchy import load_hierarchy
from analyzer.platform.tables import API_LEVEL
from analyzer.platform.watch import Watch, extended, load_watch
from analyzer.policy import LoadedPolicy
from analyzer.program.app import build_app
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.program.hand_through import load_hand_through
from analyzer.program.manifest import read_manifest
from analyzer.program.ownership import load_owner_tables
from analyzer.resources import rules_dir
from analyzer.result import Result

__all__ = ["FULL", "Agreed", "Depth", "Judgement", "assess", "judge", "load_rules", "observe", "observed", "scan", "unreadable"]

_NO_GRAPH = Gap(
    "budget",
    "The call graph was left out to stay within the budget: what starts each call was not worked out.",
    could_hide="When data is read, and on whose behalf.",
    would_lift="A scan with more time and memory.",
)
_NO_FLOWS = Gap(
    "stage-not-run",
    "The stage 'flow' was left out: where data goes was not followed.",
    could_hide="Where data goes after it is read.",
    would_lift="A scan with --flow fast.",
)


def load_rules(folders: Sequence[Path] = (), *, drafts: bool = False) -> tuple[RuleSet, Watch]:
    """The built-in rules with those of *folders*, and what is to be looked for, the APIs that these rules name included.

    Raises ``RuleError``.
    """
    watch = load_watch()
    ruleset = load_ruleset([rules_dir(), *folders], drafts=drafts)
    extra = ruleset.names_beyond(watch.methods)
    watch = extended(watch, extra)
    return ruleset.looked_for(extra, watch.digest), watch


def observe(path: Path, watch: Watch | None = None, depth: Depth = FULL) -> Observation:
    """What the package at *path* contains, as facts. Opens nothing else and runs nothing of it.

    What *depth* leaves out is a gap.

    Raises ``PackageError`` when the file cannot be read as an Android package at all; everything smaller is a gap.
    """
    watch = watch or load_watch()
    knowledge = rules_dir() / "knowledge"
    clock = _Clock()
    with open_package(path) as package:
        clock.lap("container")
        manifest, gaps = read_manifest(package)
        facts: list[Fact] = [*manifest_facts(manifest), *gaps]
        clock.lap("manifest")
        facts += signer_facts(package, knowledge)
        clock.lap("signers")
        app = build_app(package, manifest, load_hierarchy(), load_owner_tables(knowledge))
        clock.lap("dex")
        callbacks = load_callbacks()
        graph = ProgramGraph(app, callbacks)
        hidden = HiddenTexts(graph)
        clock.lap("decoders")
        found: list[Fact] = [
            *overrides(app, graph.linked, load_overrides(rules_dir())),
            *strings(app, watch.strings, hidden.texts),
        ]
        found += hidden.facts()
        clock.lap("overrides")
        calls = [*api_calls(app, graph.linked, watch, load_hand_through(knowledge / "hand_through.tsv"), graph.decoders)]
        clock.lap("calls")
        native = native_facts(app, graph.linked, watch, knowledge)
        calls += native.accesses
        clock.lap("native")
        reached: list[Fact] = [_NO_GRAPH]
        if depth.reach:
            calls = hidden.marked(clipboard_facts(graph, calls, watch, knowledge))
            clock.lap("clipboard")
            categories = load_traced(knowledge)
            reached = [*reach_facts(graph, calls, categories)]
            reached += reach_into_native(graph, native.accesses, native.implements, categories)
            clock.lap("reach")
        traced = [fact for fact in reached if isinstance(fact, Reach)]
        payloads = payload_facts(graph, calls, traced if depth.reach else None, watch, knowledge)
        reached = [*(fact for fact in reached if not isinstance(fact, Reach)), *payloads.reached]
        clock.lap("payloads")
        flows: list[Fact] = [_NO_FLOWS]
        if depth.reach and depth.flow != "off":
            from analyzer.extractors.flows import flow_facts, load_flow_knowledge

            flow_knowledge = load_flow_knowledge(rules_dir(), callbacks)
            flows = [*flow_facts(graph, [*calls, *reached], flow_knowledge, depth.flow, implicit=depth.implicit)]
            flows += reach_of_flows(graph, [*calls, *reached, *flows])
            clock.lap("flow")
        calls += payloads.calls
        facts += [*payloads.facts, *native.facts, *calls, *reached, *flows, *found]
        facts += permission_facts(manifest, calls, load_context(watch))
        facts += [*app.gaps, *package.gaps, *blind_spots(facts), *packed_facts(app)]
        facts += [*hidden_files(app, load_hiding_tables(knowledge)), *loaded_code(graph, calls, load_code_sources(knowledge))]
        clock.lap("permissions")
        facts += library_facts(app, graph.linked, load_library_tables(knowledge))
        clock.lap("libraries")
        secret_tables = load_secret_tables(knowledge)
        in_files = search_files(app, secret_tables)
        hosts = endpoint_facts(app, graph, load_address_calls(knowledge), in_files.addresses, hidden.texts)
        facts += [*in_files.notes, *hidden.marked(hosts)]
        clock.lap("endpoints")
        secrets = Secrets(app, graph, secret_tables, in_files.secrets, hidden.texts)
        facts = [*secrets.hide(facts), *secrets.facts]
        clock.lap("secrets")
        return Observation(
            version=OBSERVATION_VERSION,
            tool_version=__version__,
            watch_digest=watch.digest,
            file=_encodable(path.name or path.resolve().name),
            sha256=package.sha256,
            size=package.size,
            stages=tuple(stage for stage in depth.stages if package.kind != "bundle" or stage != "signers"),
            facts=tuple(sort_facts(facts)),
            coverage=app.coverage(),
            timings=clock.laps,
            platform_api_level=API_LEVEL,
        )


def scan(
    path: Path,
    ruleset: RuleSet,
    policy: LoadedPolicy,
    agreed: Agreed | None = None,
    *,
    depth: Depth = FULL,
    reproducible: bool = False,
) -> tuple[Observation, Result]:
    """Observe and judge one package. A package that cannot be read gives a result that says so, never an exception."""
    observation = observed(path, None, depth)
    return observation, assess(observation, ruleset, policy, agreed, reproducible=reproducible)


def observed(path: Path, watch: Watch | None = None, depth: Depth = FULL) -> Observation:
    """As ``observe``; of a package that cannot be read the observation that says so."""
    try:
        return observe(path, watch, depth)
    except ApkvetError as error:
        return unreadable(path, error)


def unreadable(path: Path, error: ApkvetError) -> Observation:
    """The observation of a package that could not be read: no facts but the gap, and the one line that says why."""
    try:
        size, sha256 = (None, None) if path.is_dir() else (path.stat().st_size, _sha256(path))
    except OSError:
        size, sha256 = None, None
    gap = Gap("unreadable", why=_encodable(error.what), size=size, could_hide="Everything.", would_lift=error.mend)
    return Observation(
        version=OBSERVATION_VERSION,
        tool_version=__version__,
        watch_digest="",
        file=_encodable(path.name or path.resolve().name),
        sha256=sha256,
        size=size,
        facts=(gap,),
        coverage=Coverage(),
        error=_encodable(str(error)),
    )


def _encodable(text: str) -> str:
    """*text* without the lone surrogates that stand for undecodable bytes of a file name."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _sha256(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Clock:
    """CPU milliseconds by stage."""

    def __init__(self) -> None:
        self.laps: dict[str, int] = {}
        self._last = time.process_time()

    def lap(self, stage: str) -> None:
        now = time.process_time()
        self.laps[stage] = round(1000 * (now - self._last))
        self._last = now
