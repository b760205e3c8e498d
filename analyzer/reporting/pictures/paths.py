"""The way to the data as a picture: what starts it → where that begins → the access → what it is tested for → where it goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup
from msgspec import Struct

from analyzer.facts import Owner
from analyzer.reporting.destinations import destinations
from analyzer.reporting.flows import is_callback
from analyzer.reporting.naming import short_method, short_permission
from analyzer.reporting.pictures.svg import Svg, fit, text_width
from analyzer.reporting.sanitize import clean
from analyzer.reporting.summary import Call, asked_by_scripts, is_open, ordered
from analyzer.reporting.words import Words
from analyzer.result import ClipboardDoc, FlowDoc, FlowEnd, Result, TriggerDoc

_BOX, _GAP, _LINE, _PAD = 172.0, 52.0, 15.0, 9.0
_HEAD, _SPACE = 22.0, 12.0
_SIZE, _BOLD = 11.5, 1.1  # bold letters are wider
_MOST_WAYS, _MOST_SINKS, _MOST_GUARDS = 4, 4, 3


class Node(Struct, frozen=True):
    """A box: its lines, the first of them strong; ``note`` stands out, ``kind`` is a class of the style sheet."""

    lines: tuple[str, ...]
    note: str = ""
    kind: str = ""
    warns: bool = False

    @property
    def height(self) -> float:
        """How high the box is drawn."""
        return (len(self.lines) + bool(self.note)) * _LINE + 2 * _PAD


class Column(Struct, frozen=True):
    """What stands under one heading. ``links`` are the words on the lines that lead on from each box."""

    head: str
    nodes: tuple[Node, ...]
    links: tuple[str, ...] = ()


def path_picture(call: Call, result: Result, words: Words) -> Markup:
    """The picture of one access with its nearest triggers."""
    columns = path_columns(call, result, words)
    said = " → ".join("; ".join(" ".join((*node.lines, node.note)).strip() for node in column.nodes) for column in columns)
    return _draw(columns, Svg(words.t("picture.path"), said))


def flow_picture(flow: FlowDoc, words: Words) -> Markup:
    """The picture of one flow: what starts the reading → the reading → what is done on the way → where it goes."""
    columns = flow_columns(flow, words)
    said = " → ".join("; ".join(" ".join((*node.lines, node.note)).strip() for node in column.nodes) for column in columns)
    return _draw(columns, Svg(words.t("picture.flow"), said))


def flow_columns(flow: FlowDoc, words: Words) -> list[Column]:
    """The columns of the picture of a flow."""
    t, source, sink = words.t, flow.source, flow.sink
    columns = _starts(flow.triggers or (), source.owner, words) if flow.triggers else []
    if not columns:
        start = Node((words.flow_when(flow),), kind="" if is_callback(flow) else "open")
        columns = [Column(t("picture.path-trigger"), (start,))]
    passed = (t.count("picture.calls", len(flow.path)),) if flow.path else ()
    read = _end(source, words.flow_what(flow), "access", words)
    columns.append(Column(t("picture.path-api"), (read,), () if flow.guards or flow.labels else passed))
    if flow.guards:
        columns.append(Column(t("picture.path-guard"), (_guards(flow.guards, words),), () if flow.labels else passed))
    if flow.labels:
        done = Node(tuple(t(f"flow.label.{label}") for label in flow.labels))
        columns.append(Column(t("picture.flow-labels"), (done,), passed))
    columns.append(Column(t("picture.path-sink"), (_end(sink, words.way(sink.destination), "sink", words),)))
    if sink.host:
        country = (clean(sink.country.code, 20),) if sink.country else ()
        columns.append(Column(t("picture.path-host"), (Node((clean(sink.host, 60), *country), kind="sink"),)))
    return columns


def _end(end: FlowEnd, what: str, kind: str, words: Words) -> Node:
    """One end of a flow: what it is, the call, whose code."""
    name, method = short_method(end.api)
    owner = (f"{words.t('picture.path-owner')} {words.owner(end.owner)}",) if end.owner else ()
    return Node((what, name, *((f".{method}()",) if method else ()), *owner), kind=kind)


def path_columns(call: Call, result: Result, words: Words) -> list[Column]:
    """The columns of the picture; those of which nothing is known to show are left out."""
    t = words.t
    columns = _starts(call.triggers or (), call.owner, words)
    columns.append(Column(t("picture.path-api"), (_access(call, words),)))
    if isinstance(call, ClipboardDoc) and call.guards:
        columns.append(Column(t("picture.path-guard"), (_guards(call.guards, words),)))
    return columns + _ends(call, result, words)


def _starts(all_triggers: Iterable[TriggerDoc], owner: Owner | None, words: Words) -> list[Column]:
    """What starts it, and beside it where that begins, if anything says so."""
    t = words.t
    triggers = ordered(all_triggers)
    shown = triggers[:_MOST_WAYS]
    starts = [_trigger(trigger, words) for trigger in shown] or [Node((t("trigger.short.unknown"),), kind="open")]
    if len(triggers) > len(shown):
        starts.append(Node((t.count("picture.path-more", len(triggers) - len(shown)),), kind="open"))
    columns = [Column(t("picture.path-trigger"), tuple(starts))]
    if any(trigger.entry_point for trigger in shown):
        entries = tuple(_entry(trigger, owner, words) for trigger in shown)
        links = tuple(t.count("picture.calls", len(trigger.path)) if trigger.path else "" for trigger in shown)
        columns.append(Column(t("picture.path-entry"), entries, links))
    return columns


def _guards(guards: Sequence[str], words: Words) -> Node:
    literals = tuple(f"“{clean(guard, 60)}”" for guard in guards[:_MOST_GUARDS])
    more = len(guards) - len(literals)
    return Node(literals, words.t.count("list.more", more) if more else "")


def _trigger(trigger: TriggerDoc, words: Words) -> Node:
    t = words.t
    note, kind = "", "open" if trigger.kind in ("unknown", "unreachable") else ""
    if trigger.exported:
        permission = short_permission(trigger.permission) if trigger.permission else ""
        note = t("picture.exported-with", permission=permission) if permission else t("picture.exported")
    text = t(f"trigger.short.{trigger.kind}")
    lines = (t("trigger.assumed", words=text),) if trigger.assumed and trigger.kind != "unknown" else (text,)
    return Node(lines, note, kind, is_open(trigger))


def _entry(trigger: TriggerDoc, owner: Owner | None, words: Words) -> Node:
    if not trigger.entry_point:
        return Node((words.t("picture.start-unknown"),), kind="open")
    name, method = short_method(trigger.entry_point)
    lines = (name, f".{method}()")
    behalf = trigger.on_behalf_of
    return Node((*lines, words.t("label.for-whom", behalf=words.owner(behalf))) if behalf not in (None, owner) else lines)


def _access(call: Call, words: Words) -> Node:
    name, method = short_method(call.api)
    lines = (name, f".{method}", f"{words.t('picture.path-owner')} {words.owner(call.owner)}")
    note = "" if call.via == "direct" else words.t(f"via.{call.via}")
    return Node(lines if method else (name, lines[2]), note, "access", call.via in ("reflection", "native", "script"))


def _ends(call: Call, result: Result, words: Words) -> list[Column]:
    t = words.t
    nodes = []
    if isinstance(call, ClipboardDoc):
        back = "handed-back-script" if asked_by_scripts(call) else "handed-back"
        for key, places in ((back, call.handed_back_at), ("replaced", call.replaced_at), ("kept", call.stored_at)):
            if places:
                nodes.append(Node((t(f"picture.{key}"),), kind="sink"))
        if call.operation in ("clear", "mark-sensitive", "write", "peek") and not nodes:
            return []
    found = destinations(result, {call.place})
    hosts = []
    for destination in (found or ())[:_MOST_SINKS]:
        name, method = short_method(destination.api)
        nodes.append(Node((words.way(destination.way), name, *((f".{method}()",) if method else ())), kind="sink"))
        if destination.host:
            country = (clean(destination.country, 20),) if destination.country else ()
            hosts.append(Node((clean(destination.host, 60), *country), kind="sink"))
    if not nodes:
        nodes = [Node((t("picture.untraced" if found is None else "first.nowhere"),), kind="open")]
    columns = [Column(t("picture.path-sink"), tuple(nodes))]
    if hosts:
        columns.append(Column(t("picture.path-host"), tuple(dict.fromkeys(hosts))))
    return columns


def _draw(columns: Sequence[Column], svg: Svg) -> Markup:
    heights = [sum(node.height + _SPACE for node in column.nodes) - _SPACE for column in columns]
    pairs = (len(columns) > 2 and len(columns[0].nodes) >= len(columns[1].nodes) > 1) or (
        len(columns) > 2 and len(columns[1].nodes) == 1
    )
    rows = _row_heights(columns[0], columns[1]) if pairs else []
    if rows:
        heights[0] = heights[1] = sum(rows) + _SPACE * (len(rows) - 1)
    height = _HEAD + max(heights) + 4
    middles: list[list[float]] = []
    for number, column in enumerate(columns):
        x = number * (_BOX + _GAP) + 1
        svg.text(x, 12, column.head, "head")
        own = rows[: len(column.nodes)] if rows and number < 2 else [node.height for node in column.nodes]
        y = _HEAD + (max(heights) - heights[number]) / 2
        middles.append([])
        for node, room in zip(column.nodes, own, strict=True):
            middle = y + room / 2
            _box(svg, node, x, middle)
            middles[-1].append(middle)
            y += room + _SPACE
    for number in range(len(columns) - 1):
        _links(svg, columns[number], middles[number], middles[number + 1], number)
    return svg.drawing(len(columns) * (_BOX + _GAP) - _GAP + 2, height, "path-picture")


def _row_heights(first: Column, second: Column) -> list[float]:
    """The heights of the rows that the first two columns share: each trigger stands beside its entry point."""
    return [max(node.height, second.nodes[row].height if row < len(second.nodes) else 0) for row, node in enumerate(first.nodes)]


def _box(svg: Svg, node: Node, x: float, middle: float) -> None:
    y = middle - node.height / 2
    svg.add("rect", x=x, y=y, width=_BOX, height=node.height, rx=5, class_=f"box {node.kind}".strip())
    lines = [(line, "strong" if row == 0 else "line") for row, line in enumerate(node.lines)]
    if node.note:
        lines.append((node.note, "note" if node.warns else "line"))
    for row, (line, class_) in enumerate(lines):
        room = (_BOX - 2 * _PAD) / (1 if class_ == "line" else _BOLD)
        svg.text(x + _PAD, y + _PAD + (row + 0.75) * _LINE, fit(line, room, _SIZE), class_)


def _links(svg: Svg, column: Column, here: Sequence[float], there: Sequence[float], number: int) -> None:
    """Lines to the next column: row by row where both have as many boxes as ways, else all to all through one knot."""
    start = number * (_BOX + _GAP) + 1 + _BOX
    end = start + _GAP - 6
    beside = number == 0 and len(there) in (len(here), len(here) - 1) and abs(here[0] - there[0]) < 1
    for row, y in enumerate(here):
        targets = there[row : row + 1] if beside else there
        for target in targets:
            bend = (start + end) / 2
            svg.add(
                "path", d=f"M{start:.1f} {y:.1f}C{bend:.1f} {y:.1f} {bend:.1f} {target:.1f} {end:.1f} {target:.1f}", class_="link"
            )
        words = column.links[row] if row < len(column.links) else ""
        if words:
            svg.text(start + 3, y - 5, words if text_width(words, 9.5) < _GAP else words.split()[0], "small")
    for target in there:
        svg.add("path", d=f"M{end:.1f} {target - 4:.1f}l6 4l-6 4z", class_="arrow")
