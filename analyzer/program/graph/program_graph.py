"""The package's code as one graph: everything that a walk over methods and calls needs, each part built when asked for."""

from __future__ import annotations

from functools import cached_property

from analyzer.platform.callbacks import Callbacks
from analyzer.program.app import App
from analyzer.program.evaluation.decoders import Decoders
from analyzer.program.graph.calls import CallGraph
from analyzer.program.graph.entrypoints import EntryPoints
from analyzer.program.graph.fields import FieldLoads
from analyzer.program.graph.lambdas import Lambdas
from analyzer.program.graph.layouts import Layouts, read_layouts
from analyzer.program.graph.linking import Linked
from analyzer.program.graph.liveness import Liveness
from analyzer.program.graph.loaded import loaded_classes
from analyzer.program.graph.members import Members
from analyzer.program.graph.merged import MergedClasses
from analyzer.program.graph.starts import ComponentStarts
from analyzer.program.graph.tracking import Bodies, References, Tracker
from analyzer.program.graph.triggers import TriggerSearch
from analyzer.resources import rules_dir


class ProgramGraph:
    """The parts of the graph. A package without watched calls never builds any of them."""

    def __init__(self, app: App, callbacks: Callbacks) -> None:
        self.app = app
        self._callbacks = callbacks

    @cached_property
    def linked(self) -> Linked:
        """One numbering over all DEX files."""
        return Linked(self.app.dex_files, self.app.hierarchy)

    @cached_property
    def members(self) -> Members:
        """Who declares a method."""
        return Members(self.app.hierarchy)

    @cached_property
    def layouts(self) -> Layouts:
        """What the layouts name."""
        return read_layouts(self.app.package, lambda cls: self.app.hierarchy.definition(cls) is not None)

    @cached_property
    def entries(self) -> EntryPoints:
        """Where execution may begin."""
        return EntryPoints(self.app, self.linked, self.members, self._callbacks, self.layouts)

    @cached_property
    def live(self) -> Liveness:
        """What may run at all."""
        names = self.members.platform_names | self.entries.names_called() | self._callbacks.names
        return Liveness(self.linked, self.lambdas, self.entries.roots(), names, loaded_classes(self.linked, self.app.packed_code))

    @cached_property
    def lambdas(self) -> Lambdas:
        """The lambdas that the runtime makes."""
        return Lambdas(self.linked)

    @cached_property
    def bodies(self) -> Bodies:
        """The objects of single methods."""
        return Bodies(self.linked)

    @cached_property
    def decoders(self) -> Decoders:
        """The methods that give back hidden texts."""
        return Decoders(self.linked, self.bodies, rules_dir() / "knowledge/pure_methods.tsv")

    @cached_property
    def references(self) -> References:
        """What method references mean."""
        return References(self.linked, self.live, self.app.hierarchy, self.members, self._callbacks)

    @cached_property
    def loads(self) -> FieldLoads:
        """Where fields are read."""
        return FieldLoads(self.linked, self.live)

    @cached_property
    def merged(self) -> MergedClasses:
        """Classes that a minifier merged."""
        return MergedClasses(self.linked, self.live, self.bodies)

    @cached_property
    def calls(self) -> CallGraph:
        """Who calls what."""
        tracker = Tracker(self.linked, self.live, self.references, self.bodies, self.loads)
        return CallGraph(self.linked, self.members, self.lambdas, tracker, self.merged)

    @cached_property
    def triggers(self) -> TriggerSearch:
        """What starts a method."""
        return TriggerSearch(self.calls, self.entries, ComponentStarts(self.calls, self.entries, self.app.manifest))
