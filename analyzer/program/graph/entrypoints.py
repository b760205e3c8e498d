"""Where execution may begin, and what starts it (DESIGN section 6).

Three kinds: methods of enabled manifest components that the platform calls; methods of objects that the platform makes or draws
itself (views, fragments) once they exist; and callbacks, once an object is handed to the platform. The platform's part -
which method of which base is called for what - is data: ``rules/knowledge/entry_points.tsv`` and ``callbacks.tsv``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from analyzer.facts import TriggerKind
from analyzer.formats.dex.annotations import annotated_methods
from analyzer.platform.callbacks import Callbacks
from analyzer.program.app import App
from analyzer.program.graph.lambdas import MadeLambda
from analyzer.program.graph.layouts import Layouts
from analyzer.program.graph.linking import Linked
from analyzer.program.graph.members import Members
from analyzer.program.manifest import Manifest, ManifestComponent

_COMPONENT_DEFAULTS: Mapping[str, TriggerKind] = {
    "activity": "lifecycle",
    "service": "service",
    "receiver": "receiver",
    "provider": "provider",
}
_CLICK = "(Landroid/view/View;)V"
_OBJECT = "Ljava/lang/Object;"
_CONSTRUCTORS = ("<init>", "<clinit>")


class EntryPoint(Struct, frozen=True):
    """What starts a method, who else can, and the nodes of which one must run first (empty: nothing)."""

    kind: TriggerKind
    exported: bool = False
    permission: str | None = None
    needs: tuple[int, ...] = ()


class Callback(Struct, frozen=True):
    """What the platform makes of an object that was handed to it: a kind of trigger, or ``inherit``."""

    kind: TriggerKind | str


class EntryPoints:
    """Says of a node whether, and by what, the platform starts it."""

    def __init__(self, app: App, linked: Linked, members: Members, callbacks: Callbacks, layouts: Layouts) -> None:
        self._app = app
        self._members = members
        self._linked = linked
        self._callbacks = callbacks
        self._layouts = layouts
        self._kinds: dict[tuple[str, str], tuple[TriggerKind, str] | None] = {}
        self._declared: dict[tuple[str, str], bool] = {}
        self._handed: dict[tuple[str, str, str], Callback | None] = {}

    @cached_property
    def _components(self) -> dict[int, list[ManifestComponent]]:
        """The enabled components and the application's own classes, by type number."""
        found: dict[int, list[ManifestComponent]] = {}
        for component in platform_made(self._app.manifest):
            type_id = self._linked.types.number(_descriptor(component.target or component.name))
            if type_id is not None and self._linked.types.is_defined(type_id):
                found.setdefault(type_id, []).append(component)
        return found

    @cached_property
    def _above_components(self) -> frozenset[int]:
        """The component classes and the classes of the package that they inherit from."""
        found = set(self._components)
        for type_id in self._components:
            found.update(self._linked.types.above(type_id))
        return frozenset(found)

    @cached_property
    def _clicks(self) -> frozenset[str]:
        return frozenset(click.method + _CLICK for click in self._layouts.clicks)

    @cached_property
    def annotated(self) -> dict[int, tuple[TriggerKind, bool]]:
        """The nodes that carry an annotation by which other runtimes call them, with the kind of trigger.

        With True the objects are made by reflection as well.
        """
        linked, found = self._linked, {}
        for number, dex in enumerate(linked.dex_files):
            rows = {}
            for row, type_id in enumerate(linked.types.rows(number).tolist()):
                kind = self._callbacks.annotations.get(linked.types.names[type_id])
                if kind is not None:
                    rows[row] = kind
            for method, row in annotated_methods(dex, frozenset(rows)).items():
                for node in linked.find(linked.ref_keys[number][method : method + 1]).tolist():
                    if node >= 0:
                        found[node] = rows[row]
        return found

    def roots(self) -> list[int]:
        """The types of which the platform makes objects itself: components, and what layouts name."""
        named = (self._linked.types.number(cls) for cls in sorted(self._layouts.classes))
        reflected = (int(self._linked.nodes.key[node]) >> 32 for node, (_, made) in self.annotated.items() if made)
        return [*self._components, *(type_id for type_id in named if type_id is not None), *reflected]

    def names_called(self) -> frozenset[str]:
        """The names of methods that are called by what is no code of the package: layouts and other runtimes."""
        return frozenset({click.method for click in self._layouts.clicks} | {self._linked.name(node) for node in self.annotated})

    def component_of(self, node: int) -> list[int]:
        """The component classes whose objects run *node*."""
        if int(self._linked.nodes.key[node]) >> 32 not in self._above_components:
            return []
        if self._linked.nodes.direct[node]:
            return [int(self._linked.nodes.key[node]) >> 32]
        return [type_id for type_id in self._linked.inheritors(node) if type_id in self._components]

    def of(self, node: int) -> Iterator[EntryPoint]:
        """What starts *node*, apart from callbacks that are handed over."""
        member = self._linked.member(node)
        name = member.partition("(")[0]
        static = bool(int(self._linked.nodes.flags[node]) & 0x8) and name != "<clinit>"
        if static:
            return
        for type_id in self.component_of(node):
            for component in self._components.get(type_id, ()):
                kind = self._component_kind(component, self._linked.types.names[type_id], member, name)
                if kind is not None:
                    own = kind not in ("user-action", "keystroke", "paste-menu", "web-bridge")
                    yield EntryPoint(kind, component.exported and own, component.permission if own else None)
        if self._linked.nodes.direct[node]:
            return
        if node in self.annotated:
            kind, reflected = self.annotated[node]
            makers = () if reflected else self._makers(node)
            if reflected or makers:
                yield EntryPoint(kind, needs=makers)
        yield from self._made_by_platform(node, member)

    def _component_kind(self, component: ManifestComponent, cls: str, member: str, name: str) -> TriggerKind | None:
        if name in _CONSTRUCTORS:
            default = self._kind(cls, "*")
            return default[0] if default else _COMPONENT_DEFAULTS.get(component.kind)
        if member in self._clicks and component.kind in ("activity", "activity-alias"):
            return "user-action"
        known = self._kind(cls, member)
        return known[0] if known and known[1] == "manifest" else None

    def _made_by_platform(self, node: int, member: str) -> Iterator[EntryPoint]:
        """Views and fragments: the platform calls them once there is an object of their class."""
        known = self._kind(self._linked.holder(node), member)
        if known is None or known[1] != "instance":
            return
        linked = self._linked
        inheritors = linked.inheritors(node)
        if any(linked.types.names[type_id] in self._layouts.classes for type_id in inheritors):
            yield EntryPoint(known[0])
            return
        makers = self._makers(node)
        if makers:
            yield EntryPoint(known[0], needs=makers)

    def _makers(self, node: int) -> tuple[int, ...]:
        linked = self._linked
        return tuple(dict.fromkeys(maker for t in linked.inheritors(node) for maker, _ in linked.made(t)))

    def is_work(self, node: int) -> bool:
        """Whether *node* is what a work request runs."""
        known = self._kind(self._linked.holder(node), self._linked.member(node))
        return known is not None and known[1] == "work"

    def _kind(self, cls: str, member: str) -> tuple[TriggerKind, str] | None:
        """The kind of trigger of *member* on the class *cls*, and how its objects come to be; None: no entry point.

        The nearest base that names the method decides, else the nearest that takes all methods it declares.
        """
        key = (cls, member)
        if key not in self._kinds:
            self._kinds[key] = self._look_up(cls, member)
        return self._kinds[key]

    def _look_up(self, cls: str, member: str) -> tuple[TriggerKind, str] | None:
        name = member.partition("(")[0]
        bases = [base for base in self._app.hierarchy.ancestors(cls)[1:] if base in self._callbacks.entry_points]
        if member == "*":
            rows = (self._callbacks.entry_points[base].get("*") for base in bases)
            return next((row for row in rows if row is not None), None)
        for wanted in (name, "*"):
            for base in bases:
                row = self._callbacks.entry_points[base].get(wanted)
                if row is not None and self.declares(base, member):
                    return row
        return None

    def declares(self, cls: str, member: str) -> bool:
        """Whether *cls* or something above it, of the platform or a library, declares *member*."""
        key = (cls, member)
        known = self._declared.get(key)
        if known is None:
            above = self._app.hierarchy.ancestors(cls)
            known = self._declared[key] = any(self._members.declares(each, member) for each in above)
        return known

    def handed(self, node: int, declared: str) -> Callback | None:
        """What calling *node* is when an object of its class was handed over as a *declared*; None: nothing calls it."""
        return self._handed_over(declared, self._linked.holder(node), self._linked.member(node))

    def lambda_handed(self, made: MadeLambda, declared: str) -> Callback | None:
        """What running the body of a lambda is when it was handed over as a *declared*."""
        return self._handed_over(declared, made.interface, made.member)

    def _handed_over(self, declared: str, cls: str, member: str) -> Callback | None:
        key = (declared, cls, member)
        if key not in self._handed:
            self._handed[key] = self._callback(declared, cls, member)
        return self._handed[key]

    def _callback(self, declared: str, cls: str, member: str) -> Callback | None:
        """By the nearest related base for which there is a row; else unknown if the platform declares the member."""
        name = member.partition("(")[0]
        hierarchy = self._app.hierarchy
        upwards = hierarchy.ancestors(declared)
        downwards = [each for each in hierarchy.ancestors(cls)[1:] if declared in hierarchy.ancestors(each)]
        for wanted in (name, "*"):
            for each in (*downwards, *upwards):
                kind = self._callbacks.kinds.get(each, {}).get(wanted)
                if kind is not None and self.declares(each, member):
                    return Callback(kind)
        if self._kind(cls, member) is not None:
            return None  # an entry point of its own
        platform = any(self._members.in_platform(each, member) for each in (*downwards, *upwards) if each != _OBJECT)
        return Callback("unknown") if platform else None


def platform_made(manifest: Manifest) -> Iterator[ManifestComponent]:
    """The enabled components, and as components the application, its component factory and its backup agent."""
    for component in manifest.components:
        if component.enabled:
            yield component
    application = manifest.application
    for name in (application.name, application.component_factory):
        if name:
            yield ManifestComponent("activity", name)
    for name in manifest.instrumentation:
        yield ManifestComponent("service", name)
    if application.backup_agent:
        yield ManifestComponent("service", application.backup_agent)


def _descriptor(class_name: str) -> str:
    return f"L{class_name.replace('.', '/')};"
