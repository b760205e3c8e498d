"""Words for what a result says, in the language of a catalog. Shared by all formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.facts import Destination as Way
from analyzer.facts import Gate, Owner, Place, TriggerKind
from analyzer.reporting.destinations import Destination, Sent
from analyzer.reporting.flows import is_callback, leaving
from analyzer.reporting.messages import Messages
from analyzer.reporting.naming import api_text, method_text, short_permission
from analyzer.reporting.sanitize import clean
from analyzer.reporting.summary import (
    DATA_CATEGORIES,
    TRIGGER_ORDER,
    GapGroup,
    Highlight,
    Reached,
    asked_by_scripts,
    is_certain,
    is_started,
    is_unused,
    may_hide_code,
    missing_stages,
    ordered,
    reached,
)
from analyzer.result import (
    Clause,
    ClipboardDoc,
    DataTypeDoc,
    FlowDoc,
    GapDoc,
    LibraryDoc,
    PayloadDoc,
    PermissionDoc,
    Result,
    TriggerDoc,
)

_MOST_NAMED, _MOST_KINDS = 6, 3
_MOST_GUARDS = 8


class Words:
    """Phrases of one language for the parts of a result. Everything from a package in them is cleaned, nothing is escaped."""

    def __init__(self, messages: Messages) -> None:
        self.t = messages

    def app(self, result: Result) -> str:
        """The app's name, or what comes nearest."""
        return clean(result.app.label or result.app.package or result.app.file, 60)

    def owner(self, owner: Owner | None) -> str:
        """An owner in words."""
        if owner is None:
            return self.t("owner.several")
        return clean(owner.name, 60) if owner.kind == "library" else self.t(f"owner.{owner.kind}")

    def whose(self, owner: Owner) -> str:
        """An owner in a sentence on what somebody's code does."""
        return self.t("owner.unknown-code") if owner.kind == "unknown" else self.owner(owner)

    def category(self, category: str) -> str:
        """A category's name; that of a rule's own category is the id itself."""
        try:
            return self.t(f"category.{category}")
        except KeyError:
            return clean(category, 60)

    def place(self, place: Place | None) -> str:
        """Where: the method in Java's spelling, the file and the offset as disassemblers print it."""
        if place is None:
            return self.t("place.package")
        method, file = method_text(place.method), clean(place.file, 80)
        if place.offset is None:
            return self.t("place.in", method=method, file=file) if method else file
        offset = f"{place.offset:04x}"
        if method:
            return self.t("place.in-at", method=method, file=file, offset=offset)
        return self.t("place.file-at", file=file, offset=offset)

    def trigger(self, trigger: TriggerDoc) -> str:
        """A trigger in words: what starts it and where, who else can, what comes back, what is assumed."""
        foreign = trigger.kind == "unknown" and trigger.entry_point
        words = self.t("trigger.foreign" if foreign else f"trigger.{trigger.kind}")
        if trigger.entry_point:
            words = self.t("trigger.entry", words=words, method=method_text(trigger.entry_point))
        if trigger.exported:
            other = self.another_app(trigger)
            words += "; " + (self.t("trigger.and-gets", words=other) if trigger.returns_result else other)
        elif trigger.returns_result:
            words += "; " + self.t("trigger.goes-back")
        if trigger.assumed and trigger.kind not in ("unknown", "unreachable"):
            words = self.t("trigger.assumed", words=words)
        return words

    def another_app(self, trigger: TriggerDoc) -> str:
        """Who else can start an exported entry point."""
        if trigger.permission:
            return self.t("trigger.another-app-with", permission=clean(trigger.permission, 80))
        return self.t("trigger.another-app")

    def behalf(self, kind: str, behalf: Owner | None) -> str:
        """On whose behalf a trigger of a kind runs."""
        if behalf is not None:
            return self.owner(behalf)
        return self.t("owner.behalf-unknown" if kind in ("unknown", "unreachable") else "owner.behalf-nobody")

    def access_notes(self, access: ClipboardDoc) -> list[str]:
        """What the code around a clipboard access does, one sentence per thing that was shown."""
        notes = []
        if access.guards:
            literals = self.t.listing([f"\u201c{clean(g, 80)}\u201d" for g in access.guards], _MOST_GUARDS)
            notes.append(self.t("access.guards", literals=literals))
        if access.secret:
            state = {True: "secret-marked", False: "secret-unmarked", None: "secret"}[access.sensitive]
            notes.append(self.t(f"access.{state}", names=", ".join(clean(s, 60) for s in access.secret)))
        back = () if is_unused(access) else access.handed_back_at
        for key, places in (
            ("stored", access.stored_at),
            ("handed-back-script" if asked_by_scripts(access) else "handed-back", back),
            ("replaced", access.replaced_at),
            ("removed", access.removed_at),
        ):
            notes += [self.t(f"access.{key}", place=self.place(place)) for place in places]
        if access.operation == "watch" and not access.removed_at:
            notes.append(self.t("access.never-removed"))
        return notes

    def gate(self, gate: Gate) -> str:
        """What Android does about an access on a range of API levels, in words."""
        effect = clean(gate.effect, 400)
        if gate.api_to is None:
            return self.t("gate.open", first=gate.api_from, effect=effect)
        if gate.api_from == gate.api_to:
            return self.t("gate.one", first=gate.api_from, effect=effect)
        return self.t("gate.range", first=gate.api_from, last=gate.api_to, effect=effect)

    def used(self, permission: PermissionDoc) -> str:
        """Whether a permission is used: yes, no, or cannot be told."""
        return self.t({True: "used.yes", False: "used.no", None: "used.unknown"}[permission.used])

    def declared(self, permission: PermissionDoc) -> str:
        """Whether a permission is declared, and up to which API level."""
        if permission.max_sdk:
            return self.t("declared.until", level=permission.max_sdk)
        return self.t("declared.yes" if permission.declared else "declared.no")

    def yes_no(self, value: bool | None) -> str:
        """Yes, no, or unknown."""
        return self.t({True: "declared.yes", False: "declared.no", None: "label.unknown"}[value])

    def percent(self, permille: int) -> str:
        """A share of whole permille as percent."""
        return self.t("number.percent", value=self.t.number(permille / 10, 1))

    def gap(self, gap: GapDoc) -> str:
        """Why something was not seen, and how large it is."""
        size = "" if gap.size is None else f" ({self.t('label.bytes', count=self.t.number(gap.size))})"
        return f"{clean(gap.why, 600).removesuffix('.')}{size}."

    def gap_means(self, group: GapGroup) -> str:
        """What gaps could hide, and what would lift them."""
        hides = self.t("label.hide", what=clean(group.could_hide, 300)) if group.could_hide else ""
        lifts = self.t("label.lift", what=clean(group.would_lift, 300)) if group.would_lift else ""
        return " ".join(filter(None, (hides, lifts)))

    def clause(self, clause: Clause, result: Result, most: int = 3) -> tuple[str, str]:
        """Why a clause fired, and the findings it rests on, the worst of them named and the others counted."""
        found = {finding.fingerprint: finding.title for finding in result.findings or ()}
        titles = list(dict.fromkeys(found[fingerprint] for fingerprint in clause.findings if fingerprint in found))
        because = clause.because.removesuffix(f" ({'; '.join(titles)})") if titles else clause.because
        shown = [clean(title, 160) for title in titles[:most]]
        more = f" {self.t.count('label.and-more', len(titles) - most)}" if titles[most:] else ""
        return clean(because, 600), "; ".join(shown) + more

    def policy(self, result: Result) -> str:
        """The policy's name, with its group."""
        name = clean(result.decision.policy, 60)
        return self.t("note.policy-group", policy=name, group=clean(result.decision.group, 60)) if result.decision.group else name

    def waivers(self, result: Result) -> str:
        """How many waivers were applied, expired and unused, and on which day."""
        doc = result.waivers
        if doc is None:
            return ""
        counts = (("applied", doc.applied), ("expired", doc.expired), ("unused", doc.unused))
        said = [self.t.count(f"waiver.count.{state}", len(items)) for state, items in counts if items]
        return self.t("waiver.sentence", counts=self.t.listing(said), day=clean(doc.judged_on, 30))

    def stage(self, name: str) -> str:
        """What a stage looks for; a stage without words is named by its id."""
        try:
            return self.t(f"stage.{name}")
        except KeyError:
            return clean(name, 60)

    def destination(self, destination: Destination) -> str:
        """Where a flow ends, in words."""
        way = self.way(destination.way)
        if destination.host is None:
            return way
        host, country = clean(destination.host, 80), clean(destination.country or "", 20)
        return self.t("first.host-in", host=host, country=country) if country else host

    def way(self, way: Way | None) -> str:
        """The kind of way out that data takes, in words."""
        return self.t(f"destination.{way}") if way else self.t("label.unknown")

    def flow_where(self, flow: FlowDoc) -> str:
        """Where a flow ends: the host where it is known, else the kind of way out."""
        found = Destination.of(flow)
        return self.destination(found) if found else self.t("label.unknown")

    def flow_what(self, flow: FlowDoc) -> str:
        """Which data flows, with a capital letter."""
        words = self.t("flow.received") if flow.source.category == "ipc" else self.category(flow.source.category or "")
        return words[:1].upper() + words[1:]

    def flow_when(self, flow: FlowDoc) -> str:
        """What starts the reading, worst first."""
        if not flow.triggers:
            return self.t("flow.handed-in" if is_callback(flow) else "flow.not-looked")
        return self._kinds(list(dict.fromkeys(trigger.kind for trigger in ordered(flow.triggers))))

    def flow_notes(self, flow: FlowDoc) -> list[str]:
        """What is known of the way: where the data is read and passed on, by whom, what is done to it, what it is tested for."""
        source, sink, notes = flow.source, flow.sink, []
        for key, end in (("flow.handed-in-at" if is_callback(flow) else "flow.read-at", source), ("flow.passed-on-at", sink)):
            owner = self.whose(end.owner) if end.owner else self.t("label.unknown")
            notes.append(self.t(key, api=api_text(end.api), owner=owner, place=self.place(end.place)))
        if flow.labels:
            notes.append(self.t("flow.labels", labels=self.t.listing([self.t(f"flow.label.{label}") for label in flow.labels])))
        if flow.guards:
            literals = self.t.listing([f"\u201c{clean(g, 80)}\u201d" for g in flow.guards], _MOST_GUARDS)
            notes.append(self.t("access.guards", literals=literals))
        return notes

    def highlight_what(self, row: Highlight) -> str:
        """What a line of the first screen is about."""
        words = self.t(f"operation.{row.operation}") if row.operation else self.category(row.category)
        words = words if row.permitted else self.t("first.not-permitted", data=words)
        return words[:1].upper() + words[1:]

    def highlight_who(self, row: Highlight) -> str:
        """Whose code does it."""
        return self.t.listing([self.owner(owner) for owner in row.owners], 3)

    def highlight_when(self, row: Highlight) -> str:
        """When, worst first."""
        return self._kinds(row.kinds) if row.kinds else self.t("flow.handed-in" if row.handed_in else "flow.not-looked")

    def _kinds(self, kinds: Sequence[TriggerKind]) -> str:
        shown = [self.t(f"trigger.short.{kind}") for kind in kinds[:_MOST_KINDS]]
        more = [self.t.count("list.more", len(kinds) - _MOST_KINDS)] if kinds[_MOST_KINDS:] else []
        return ", ".join([*shown, *more])

    def highlight_where(self, row: Highlight) -> str:
        """Where it goes, as far as that is known."""
        parts = [self.t("first.back")] * row.handed_back + [self.t("first.kept")] * row.kept
        said = {"ipc": row.handed_back, "storage": row.kept}
        parts += [self.destination(d) for d in row.destinations or () if not said.get(d.way)]
        if not parts:
            return self.t("first.untraced" if row.destinations is None else "first.nowhere")
        return self.t.listing(list(dict.fromkeys(parts)), 3)

    def paragraph(self, result: Result) -> str:
        """One plain paragraph for somebody with half a minute; it says only what was shown."""
        t = self.t
        if result.score is None:
            return t("paragraph.failed")
        rows = _asked_for(result)
        by_kind: dict[str, list[str]] = {"app": [], "library": [], "unknown": []}
        for row in rows:  # each category once: by the app's own code, else by a library's, else by code of unknown origin
            kinds = {each.owner.kind for each in row.owners}
            for found in (found for kind, found in by_kind.items() if kind in kinds):
                found.append(self.category(row.category))
                break
        own = by_kind["app"]
        name = self.app(result)
        data = t.listing(own, _MOST_NAMED)
        none = "paragraph.own-none-seen" if may_hide_code(result) else "paragraph.own-none"
        sentences = [t("paragraph.own", name=name, data=data) if own else t(none, name=name)]
        for kind, key in (("library", "paragraph.libraries"), ("unknown", "paragraph.unknown-code")):
            if by_kind[kind]:
                sentences.append(t(key, data=t.listing(by_kind[kind], _MOST_NAMED)))
        sentences += self._seats(result)
        sentences.append(self._clipboard_sentence(result))
        sentences += self._flows_sentence(result)
        sentences += self._runtimes(result)
        unused = [short_permission(p.name) for p in result.permissions or () if p.declared and p.used is False]
        if unused:
            sentences.append(t.count("paragraph.unused", len(unused), names=t.listing(unused, _MOST_NAMED)))
        if "flow" in missing_stages(result) or result.flows is None:
            sentences.append(t("paragraph.no-flow"))
        unseen = [gap for gap in result.coverage.gaps if gap.kind != "stage-not-run"]
        if unseen:
            sentences.append(t.count("paragraph.unseen", len(unseen)))
        if result.catalog is not None and result.catalog.score_percentile is not None:
            sentences.append(self.standing(result))
        return " ".join(sentences)

    def standing(self, result: Result) -> str:
        """Where the app stands in its catalog, and in its group there."""
        catalog = result.catalog
        if catalog is None or catalog.score_percentile is None or catalog.categories_percentile is None:
            return self.t("catalog.nothing")
        score, kinds = self._share(catalog.score_percentile), self._share(catalog.categories_percentile)
        said = self.t("catalog.standing", apps=self.t.number(catalog.apps), score=score, kinds=kinds)
        own, of_kinds = catalog.score_percentile_in_group, catalog.categories_percentile_in_group
        if catalog.group is None or own is None or of_kinds is None:
            return said
        group = clean(catalog.group, 60)
        return f"{said} {self.t('catalog.in-group', group=group, score=self._share(own), kinds=self._share(of_kinds))}"

    def _share(self, percent: int) -> str:
        return self.t("number.percent", value=percent)

    def _flows_sentence(self, result: Result) -> list[str]:
        """Which data was followed out of the app, and to where."""
        flows: dict[str, list[str]] = {}
        for flow in leaving(result):
            flows.setdefault(self.flow_where(flow), []).append(self.category(flow.source.category or ""))
        said = [
            self.t("paragraph.flow", data=self.t.listing(list(dict.fromkeys(data)), _MOST_NAMED), where=where)
            for where, data in flows.items()
        ]
        return [self.t("paragraph.flows", flows="; ".join(said[:_MOST_NAMED]))] if said else []

    def _seats(self, result: Result) -> list[str]:
        """Who may end up with data and where they sit: makers of libraries, known owners of hosts."""
        makers = [(library.vendor or library.name, library.country) for library in result.libraries or () if library.recipient]
        owners = [(endpoint.vendor, endpoint.country) for endpoint in result.endpoints or () if endpoint.vendor]
        sentences = []
        for key, found in (("paragraph.makers", makers), ("paragraph.hosts", owners)):
            names = {clean(name, 60).rstrip("."): country for name, country in sorted(found, key=lambda each: each[0])}
            shown = [
                self.t("library.in", maker=name, country=clean(country.code, 4)) if country else name
                for name, country in names.items()
            ]
            sentences += [self.t(key, names=self.t.listing(shown, _MOST_NAMED))] if shown else []
        return sentences

    def library_story(self, library: LibraryDoc) -> str:
        """What a library does here, in one sentence: who makes it and where, what it reads and when, which hosts it names."""
        t = self.t
        maker = clean(library.vendor or t("library.maker-unknown"), 60)
        seat = t("library.in", maker=maker, country=clean(library.country.code, 4)) if library.country else maker
        parts = []
        for use in [use for use in library.uses if use.category in DATA_CATEGORIES][:_MOST_NAMED]:
            kinds = sorted((k for k in use.triggers if k in TRIGGER_ORDER), key=TRIGGER_ORDER.index)[:_MOST_KINDS]
            started = [t(f"trigger.short.{kind}") for kind in kinds if kind not in ("unknown", "unreachable")]
            data = self.category(use.category)
            parts.append(t("library.when", data=data, when=t.listing(started, _MOST_KINDS)) if started else data)
        does = t("library.reads", data=t.listing(parts, _MOST_NAMED)) if parts else t("library.reads-nothing")
        if library.permissions:
            names = t.listing([short_permission(name) for name in library.permissions], _MOST_NAMED)
            does = t("library.with-permissions", does=does, permissions=names)
        does += self._ends_in(library)
        hosts = t.listing([clean(host, 80) for host in library.hosts], 3)
        return t("library.story-with-hosts" if hosts else "library.story", maker=seat, does=does, hosts=hosts)

    def _ends_in(self, library: LibraryDoc) -> str:
        """Which data was followed into a library's own code, and to where it takes it."""
        ends: dict[str, dict[str, None]] = {}
        for flow in library.flows or ():
            way = Destination(flow.destination, "", flow.host)
            ends.setdefault(self.destination(way), {})[self.category(flow.category)] = None
        said = [
            self.t("paragraph.flow", data=self.t.listing(list(data), _MOST_NAMED), where=where) for where, data in ends.items()
        ]
        return self.t("library.sends", flows="; ".join(said[:_MOST_NAMED])) if said else ""

    def sent(self, sent: Sequence[Sent]) -> str:
        """Data that was followed to a country, with the host or library it goes to."""
        by_end: dict[str, list[str]] = {}
        for each in sent:
            by_end.setdefault(clean(each.to, 80), []).append(self.category(each.category))
        return "; ".join(
            self.t("paragraph.flow", data=self.t.listing(data, _MOST_NAMED), where=to) for to, data in by_end.items()
        )

    def runtime(self, payload: PayloadDoc) -> str:
        """The runtime that code is for, with the version of its format or of itself."""
        name = self.t(f"runtime.{payload.kind}")
        version = clean(payload.version or "", 60).removeprefix(f"{name} ")
        return f"{name} ({version})" if version else name

    def declared_lists(self, result: Result) -> list[tuple[str, Sequence[DataTypeDoc]]]:
        """The differences to what a store was told, most telling first, each list with its title."""
        told = result.declared
        if told is None:
            return []
        lists = (
            ("undeclared", told.undeclared),
            ("not-observed", told.not_observed),
            ("agreeing", told.agreeing),
            ("cannot-tell", told.cannot_tell),
        )
        return [(self.t(f"told.{name}"), docs) for name, docs in lists if docs]

    def _runtimes(self, result: Result) -> Iterator[str]:
        """One sentence for each runtime beside DEX: what its code calls of what was looked for."""
        found: dict[str, tuple[set[str], set[str]]] = {}
        for payload in result.payloads or ():
            versions, uses = found.setdefault(payload.kind, (set(), set()))
            versions.update((payload.version,) if payload.version else ())
            uses.update(payload.uses)
        for kind, (versions, uses) in found.items():
            name = self.t(f"runtime.{kind}")
            told = [clean(version, 40).removeprefix(f"{name} ") for version in sorted(versions)]
            name = f"{name} ({', '.join(told[:2])})" if told else name
            if uses:
                called = [clean(use, 60) for use in sorted(uses)]
                yield self.t("paragraph.runtime", name=name, uses=self.t.listing(called, _MOST_NAMED))
            else:
                yield self.t("paragraph.runtime-none", name=name)

    def _clipboard_sentence(self, result: Result) -> str:
        accesses = [a for a in result.clipboard or () if a.operation in ("read", "watch")]
        possible = list(dict.fromkeys(self.whose(a.owner) for a in accesses if a.via == "native"))
        idle = list(dict.fromkeys(self.whose(a.owner) for a in accesses if is_unused(a)))
        reads = [a for a in accesses if a.via != "native" and not is_unused(a)]
        if possible and not reads:
            return self.t("paragraph.clipboard-native", owners=self.t.listing(possible, 3))
        if idle and not reads and not may_hide_code(result):
            return self.t("paragraph.clipboard-unused", owners=self.t.listing(idle, 3))
        if idle and not reads:
            return self.t("paragraph.clipboard-unused-seen", owners=self.t.listing(idle, 3))
        if not reads:
            return self.t("paragraph.clipboard-none-seen" if may_hide_code(result) else "paragraph.clipboard-none")
        parts = []
        for owner in dict.fromkeys(a.owner for a in sorted(reads, key=lambda a: (not is_started(a), a.owner.kind != "app"))):
            certain = {t.kind for a in reads if a.owner == owner for t in a.triggers or () if is_certain(t)}
            kinds = [self.t(f"trigger.{kind}") for kind in sorted(certain, key=TRIGGER_ORDER.index)]
            when = self.t.listing(kinds, _MOST_KINDS) if kinds else self.t("paragraph.no-start")
            parts.append(self.t("paragraph.reader", owner=self.whose(owner), when=when))
        sentence = self.t("paragraph.clipboard-read", readers=self.t.listing(parts, 3))
        watchers = self.t.listing(list(dict.fromkeys(self.whose(a.owner) for a in reads if a.operation == "watch")), 3)
        return f"{sentence} {self.t('paragraph.clipboard-watched', watchers=watchers)}" if watchers else sentence


def _asked_for(result: Result) -> list[Reached]:
    """What code reaches, without a clipboard that nothing uses: a sentence of its own says so."""
    unused = all(map(is_unused, result.clipboard or ()))
    return [row for row in reached(result) if not (unused and row.category == "clipboard")]
