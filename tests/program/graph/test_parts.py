"""The parts of the call graph, each on a sample that shows it; ClipBench has the whole."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from analyzer.facts import Owner
from analyzer.program.graph.objects import Origin
from analyzer.program.graph.program_graph import ProgramGraph

Opener = Callable[[str], ProgramGraph]


def node(graph: ProgramGraph, descriptor: str) -> int:
    found = graph.linked.node_of(descriptor)
    assert found is not None, descriptor
    return found


def test_linking_resolves_up_the_superclasses_and_counts_calls(clip_graph: Opener) -> None:
    graph = clip_graph("dispatch")
    linked = graph.linked
    package = "Lorg/apkvet/clip/dispatch/"
    base = node(graph, f"{package}Base;->onPause()V")
    callers = {linked.descriptor(int(linked.sites.caller[site])) for site in linked.calls_to(base)}
    assert callers == {f"{package}Main;->onPause()V"}
    opened = node(graph, f"{package}Opened;->text(Landroid/content/Context;)Ljava/lang/CharSequence;")
    assert linked.calls_to(opened) == []
    assert len(linked.calls_above(opened)) == 2  # through the interface, in show and in the click
    clicked = node(graph, f"{package}Clicked;->text(Landroid/content/Context;)Ljava/lang/CharSequence;")
    assert list(linked.rivals(opened, graph.live.methods)) == [clicked]
    assert list(linked.rivals(opened, np.zeros(len(linked.nodes.key), dtype=bool))) == []


def test_liveness_leaves_out_what_nothing_starts(clip_graph: Opener) -> None:
    graph = clip_graph("not-an-entry-point")
    package = "Lorg/apkvet/clip/not_an_entry_point/"
    live = {name: bool(graph.live.methods[node(graph, f"{package}{name}")]) for name in (
        "Main;-><init>()V", "Off;->onStartCommand(Landroid/content/Intent;II)I", "Absent;->onResume()V",
        "Leftover;->onClick(Landroid/view/View;)V",
    )}  # fmt: skip
    assert list(live.values()) == [True, False, False, False]


def test_twins_have_one_caller_each(clip_graph: Opener) -> None:
    graph = clip_graph("executor")
    main = "Lorg/apkvet/clip/executor/Main"
    for twin, caller in (("ByClick", "Click;->onClick(Landroid/view/View;)V"), ("ByTimer", "Tick;->run()V")):
        callers = graph.calls.callers(node(graph, f"{main}${twin};->run()V"))
        assert [graph.linked.descriptor(link.caller) for link in callers.links] == [f"{main}${caller}"]
        assert not callers.lost


def test_merged_classes_are_told_apart_by_instruction(clip_graph: Opener) -> None:
    graph = clip_graph("r8-thread")
    run = node(graph, "Lorg/apkvet/clip/r8_thread/a;->run()V")
    objects = graph.bodies.objects(run)
    assert objects is not None
    ids = {objects.code.offset(at): graph.merged.ids_at(run, at) for at in range(len(objects.code)) if objects.code.is_invoke(at)}
    assert {frozenset({0}), frozenset({1})} == set(ids.values())
    assert graph.merged.splits(run)
    assert not clip_graph("thread").merged.splits(node(clip_graph("thread"), "Lorg/apkvet/clip/thread/Main$ByClick;->run()V"))


def test_objects_of_a_method(clip_graph: Opener) -> None:
    graph = clip_graph("thread")
    click = node(graph, "Lorg/apkvet/clip/thread/Main$Click;->onClick(Landroid/view/View;)V")
    objects = graph.bodies.objects(click)
    assert objects is not None
    made = [origin for origin in objects.origins() if origin.kind == "new"]
    assert len(made) == 2  # the runnable and the thread
    assert any(use.kind == "arg" and use.value == 1 for origin in made for use in objects.uses(origin))
    assert all(use.kind != "return" for use in objects.uses(Origin("param", 0)))


@pytest.mark.parametrize(
    ("sample", "cls", "owner"),
    [
        ("library-screen-renamed", "Lq/w/a;", Owner("library", "ZXing")),  # by its one user
        ("toolkit-renamed", "Lo/b;", Owner("library", "AndroidX")),  # by a string
        ("vendor-called", "Lx/y/z;", Owner("unknown")),  # the app is its user
        ("vendor-provider", "Lcom/adexample/sdk/core/Probe;", Owner("unknown")),
        ("own-com-google", "Lcom/google/clipbench/shared/Other;", Owner("app")),
    ],
)
def test_owners_of_renamed_classes(clip_graph: Opener, sample: str, cls: str, owner: Owner) -> None:
    assert clip_graph(sample).app.ownership.owner(cls) == owner


def test_layouts_name_click_handlers(clip_graph: Opener) -> None:
    layouts = clip_graph("layout-click").layouts
    assert [(click.file, click.method) for click in layouts.clicks] == [("res/layout/main.xml", "pasteHere")]
    assert layouts.gaps == ()
