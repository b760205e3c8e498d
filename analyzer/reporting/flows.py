"""Flows of data as a report tells them: like ones together, what leaves the app first, what other apps send in last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from msgspec import Struct

from analyzer.errors import FormatError
from analyzer.facts import Category, Flow, Place
from analyzer.facts.text import parse_fact
from analyzer.reporting.destinations import WAYS
from analyzer.result import Finding, FlowDoc, Result

_CATEGORIES: tuple[Category, ...] = get_args(Category)
# The clipboard is what this tool is asked about first, then what people type, then the others as the vocabulary orders them.
_SOURCES: tuple[Category, ...] = ("clipboard", "user-input", *(c for c in _CATEGORIES if c not in ("clipboard", "user-input")))
_KEPT = ("logs", "storage")  # where data stays with the app, or nearly


class FlowGroup(Struct, frozen=True):
    """Flows that differ only in places and ways: one to show in full, and the others."""

    first: FlowDoc
    others: tuple[FlowDoc, ...]

    @property
    def quiet(self) -> bool:
        """Whether it is what other apps sent in, which is their data, and nothing is started with it."""
        return self.first.source.category == "ipc" and self.first.sink.destination != "process-execution"


def flow_groups(result: Result) -> list[FlowGroup]:
    """The flows, those first that leave the app with what matters most; quiet ones at the end."""
    groups: dict[object, list[FlowDoc]] = {}
    for flow in sorted(result.flows or (), key=_order):
        source, sink = flow.source, flow.sink
        key = (source.category, source.api, source.owner, sink.destination, sink.host, sink.owner, flow.labels)
        groups.setdefault(key, []).append(flow)
    made = [FlowGroup(first, tuple(others)) for first, *others in groups.values()]
    return sorted(made, key=lambda group: group.quiet)


def _order(flow: FlowDoc) -> tuple[bool, int, bool, int, str, Place, Place]:
    source, sink = flow.source, flow.sink
    way = WAYS.index(sink.destination) if sink.destination else len(WAYS)
    kept = sink.destination in _KEPT
    library = source.owner is None or source.owner.kind != "app"
    category = _SOURCES.index(source.category) if source.category else len(_SOURCES)
    return kept, category, library, way, sink.host or "~", source.place or Place(""), sink.place or Place("")


def leaving(result: Result) -> list[FlowDoc]:
    """The flows of people's data that leave the app: neither into its own storage or log, nor what others sent in."""
    return [
        group.first
        for group in flow_groups(result)
        if group.first.source.category != "ipc" and group.first.sink.destination not in _KEPT
    ]


def is_callback(flow: FlowDoc) -> bool:
    """Whether the data is what Android calls a method of the package with, and so nothing in the package asks for it."""
    return flow.source.place is not None and flow.source.api == flow.source.place.method


def flows_of(finding: Finding, result: Result) -> list[FlowDoc]:
    """The flows among the evidence of a finding."""
    ends = set(_ends(evidence.text for evidence in finding.evidence))
    return [flow for flow in result.flows or () if (flow.source.category, flow.source.place, flow.sink.place) in ends]


def _ends(evidence: Iterable[str]) -> Iterable[tuple[str, Place | None, Place | None]]:
    for text in evidence:
        if text.startswith("flow "):
            try:
                fact = parse_fact(text)
            except FormatError:
                continue  # a saved result may hold anything
            if isinstance(fact, Flow):
                yield fact.source, fact.at, fact.sink_at
