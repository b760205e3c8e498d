"""Several apps side by side: is one worse than its peers? By data, who reads it and what starts that, and where it may go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from analyzer.catalog.rows import access_groups
from analyzer.extractors.reach import load_traced
from analyzer.resources import rules_dir
from analyzer.result import Result

NOT_LOOKED_FOR = "not looked for"


class PeerRow(Struct, frozen=True):
    """One question with an answer for each app, in their order. An empty answer: looked for, and none found."""

    section: str
    what: str
    answers: tuple[str, ...]


class PeerTable(Struct, frozen=True):
    """The apps' names and what is asked of each."""

    apps: tuple[str, ...]
    rows: tuple[PeerRow, ...]


def side_by_side(results: Sequence[Result]) -> PeerTable:
    """The comparison of *results*. Rows that are empty for all apps are left out."""
    rows = [
        PeerRow("decision", "verdict", tuple(result.decision.verdict for result in results)),
        PeerRow("decision", "score", tuple(str(result.score.total) if result.score else "failed" for result in results)),
        *_data(results),
        PeerRow("permissions", "dangerous, declared", tuple(_permissions(result) for result in results)),
        PeerRow("openness", "components any app can start", tuple(_open(result) for result in results)),
        PeerRow("destinations", "hosts", tuple(_names(_hosts(result)) for result in results)),
        PeerRow("destinations", "libraries", tuple(_libraries(result) for result in results)),
        PeerRow("findings", "high and critical", tuple(_grave(result) for result in results)),
        PeerRow("blind spots", "what was not seen", tuple(_gaps(result) for result in results)),
    ]
    return PeerTable(tuple(_name(result) for result in results), tuple(row for row in rows if any(row.answers)))


def _name(result: Result) -> str:
    app = result.app
    return f"{app.label or app.package or app.file} {app.version_name or ''}".strip()


def _data(results: Sequence[Result]) -> list[PeerRow]:
    """A row for each category of personal data that any of the apps touches: owners with what starts them."""
    traced = load_traced(rules_dir() / "knowledge")
    cells: dict[str, list[str]] = defaultdict(lambda: [""] * len(results))
    for number, result in enumerate(results):
        owners: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for key in access_groups(result):
            if key.category in traced:
                name = (
                    key.owner
                    if key.owner_kind == "library" and key.owner
                    else {"app": "the app"}.get(key.owner_kind, key.owner_kind)
                )
                what = f"{key.category} {key.operation}" if key.operation else key.category
                owners[what][name] |= set((key.triggers or "not worked out").split(","))
        for what, by_owner in owners.items():
            cells[what][number] = "; ".join(f"{owner}: {', '.join(sorted(kinds))}" for owner, kinds in sorted(by_owner.items()))
    return [PeerRow("data", what, tuple(answers)) for what, answers in sorted(cells.items())]


def _permissions(result: Result) -> str:
    names = [p.name for p in result.permissions or () if p.declared and (p.protection_level or "").startswith("dangerous")]
    return " ".join(sorted(name.rpartition(".")[2] for name in names))


def _open(result: Result) -> str:
    count = sum(c.exported and c.enabled and not c.permission for c in result.components or ())
    return str(count) if result.components is not None else NOT_LOOKED_FOR


def _names(found: Iterable[str] | None) -> str:
    return NOT_LOOKED_FOR if found is None else ", ".join(sorted(found))


def _libraries(result: Result) -> str:
    return _names(None if result.libraries is None else (library.name for library in result.libraries))


def _hosts(result: Result) -> list[str] | None:
    if result.endpoints is None:
        return None
    return [f"{host.host} ({host.country.code})" if host.country else host.host for host in result.endpoints]


def _grave(result: Result) -> str:
    grave = {f.title for f in result.findings or () if f.severity in ("high", "critical") and f.waived is None}
    return "; ".join(sorted(grave))


def _gaps(result: Result) -> str:
    kinds = {gap.kind for gap in result.coverage.gaps} - {"stage-not-run"}
    return ", ".join(sorted(kinds))
