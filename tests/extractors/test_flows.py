"""Where the data of the samples goes: exactly these flows, with their places; what fails or runs out is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from analyzer.container import open_package
from analyzer.extractors.flows import flow_facts, load_flow_knowledge
from analyzer.facts import Flow, Gap
from analyzer.facts.text import format_fact
from analyzer.flow import engine, steps
from analyzer.flow.code import Code
from analyzer.flow.ir import Op
from analyzer.platform.callbacks import load_callbacks
from analyzer.platform.hierarchy import load_hierarchy
from analyzer.program.app import build_app
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.program.manifest import read_manifest
from analyzer.program.ownership import load_owner_tables
from analyzer.resources import rules_dir
from analyzer.scan import Depth, observe

_MAIN = "Lorg/apkvet/samples/{}/MainActivity;->onCreate(Landroid/os/Bundle;)V+{:04x}"


def _flows(path: Path) -> list[str]:
    return [
        f"{f.source} {f.at.method}+{f.at.offset:04x} -> {f.sink} {f.sink_api.partition('(')[0]} {f.sink_at.method}+{f.sink_at.offset:04x}"
        f" {f.host or '-'} {','.join(f.label) or '-'} {','.join(f.guard) or '-'}"
        for f in observe(path).facts
        if isinstance(f, Flow) and f.at and f.sink_at
    ]


EXPECTED = {
    # An SDK reads the clipboard as the screen opens, tests it for prices and addresses, and posts it.
    "clipboard-onresume": [
        "clipboard Lcom/vendorexample/sdk/Attribution;->onForeground()V+000a -> network"
        " Ljava/io/OutputStream;->write Lcom/vendorexample/sdk/Attribution;->send(Ljava/lang/String;)V+001c"
        " api.vendorexample.com - $,://"
    ],
    "clipboard-service": [
        "clipboard Lorg/apkvet/samples/collector/CollectService;->onPrimaryClipChanged()V+0025 -> files"
        " Ljava/io/Writer;->write Lorg/apkvet/samples/collector/CollectService;->onPrimaryClipChanged()V+002d - - -"
    ],
    "exported-proxy": [
        "clipboard Lorg/apkvet/samples/proxy/ClipboardReceiver;->onReceive(Landroid/content/Context;Landroid/content/Intent;)V+0008"
        " -> ipc Landroid/content/BroadcastReceiver;->setResultData"
        " Lorg/apkvet/samples/proxy/ClipboardReceiver;->onReceive(Landroid/content/Context;Landroid/content/Intent;)V+0019 - - -"
    ],
    # The length of the hardware address is no address; a name that is worked out is one.
    "identifiers": [
        f"phone-ids {_MAIN.format('ids', at)} -> logs Ljava/io/PrintStream;->println {_MAIN.format('ids', 134)} - - -"
        for at in (16, 24, 32, 40, 65)
    ],
    # One from the call, one handed to the callback by the platform.
    "location-sdk": [
        "location Lcom/adexample/sdk/BootReceiver;->onReceive(Landroid/content/Context;Landroid/content/Intent;)V+000b -> logs"
        " Ljava/io/PrintStream;->println Lcom/adexample/sdk/BootReceiver;->onLocationChanged(Landroid/location/Location;)V+0021 - - -",
        "location Lcom/adexample/sdk/BootReceiver;->onLocationChanged(Landroid/location/Location;)V+0000 -> logs"
        " Ljava/io/PrintStream;->println Lcom/adexample/sdk/BootReceiver;->onLocationChanged(Landroid/location/Location;)V+0021 - - -",
    ],
    "over-privileged": [],  # cursors that are closed again
    "paste-button": [],
    "multidex": [],
}


@pytest.mark.parametrize("sample", EXPECTED)
def test_exactly_these_flows(apks: Path, sample: str) -> None:
    assert sorted(_flows(apks / f"{sample}.apk")) == sorted(EXPECTED[sample])


def test_the_way_of_the_data_is_told_step_by_step(apks: Path) -> None:
    (flow,) = [f for f in observe(apks / "clipboard-onresume.apk").facts if isinstance(f, Flow)]
    called = [step.api.partition("(")[0] for step in flow.path]
    assert called[0] == "Landroid/content/ClipData;->getItemAt"
    assert "Lcom/vendorexample/sdk/Attribution;->send" in called
    assert flow.owner.name == flow.sink_owner.name  # type: ignore[union-attr]
    assert "flow clipboard" in format_fact(flow)


def test_without_the_stage_there_is_a_gap_and_no_flow(apks: Path) -> None:
    seen = observe(apks / "clipboard-onresume.apk", None, Depth(flow="off"))
    assert "flow" not in seen.stages
    assert not [fact for fact in seen.facts if isinstance(fact, Flow)]
    assert [fact for fact in seen.facts if isinstance(fact, Gap) and "'flow'" in fact.why]


def test_a_budget_that_runs_out_is_a_gap(apks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "FAST", replace(engine.FAST, steps=10))
    seen = observe(apks / "clipboard-onresume.apk")
    assert "flow" in seen.stages
    (gap,) = [fact for fact in seen.facts if isinstance(fact, Gap) and fact.kind == "budget"]
    assert gap.why.startswith("Data was followed for")


def test_a_fault_in_one_method_is_a_gap_there_and_costs_nothing_else(apks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a static field fails: only the method that does so is lost."""
    whole = dict(steps.STEPS)

    def broken(frame: object, instruction: object, at: int) -> bool:
        raise ZeroDivisionError("made for this test")

    monkeypatch.setattr("analyzer.flow.interpreter.STEPS", {**whole, Op.GET_STATIC: broken})
    seen = observe(apks / "identifiers.apk")
    gaps = [fact for fact in seen.facts if isinstance(fact, Gap) and "ZeroDivisionError" in fact.why]
    assert [gap.at.method for gap in gaps if gap.at] == ["Lorg/apkvet/samples/ids/MainActivity;->onCreate(Landroid/os/Bundle;)V"]
    assert not [fact for fact in seen.facts if isinstance(fact, Flow)]


def test_data_that_is_given_to_native_code_is_a_gap_there(apks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the method that sends were native."""
    native = Code.is_native
    monkeypatch.setattr(Code, "is_native", lambda code, node: code.linked.name(node) == "send" or native(code, node))
    seen = observe(apks / "clipboard-onresume.apk")
    assert not [fact for fact in seen.facts if isinstance(fact, Flow)]
    (gap,) = [fact for fact in seen.facts if isinstance(fact, Gap) and fact.kind == "native"]
    assert gap.count == 1
    assert gap.at is not None
    assert (gap.at.method or "").startswith("Lcom/vendorexample/sdk/Attribution;->onForeground")


def test_flows_do_not_depend_on_the_order_of_hashes(apks: Path, root: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from analyzer.scan import observe; from analyzer.facts import Flow; from analyzer.facts.text import format_fact\n"
        "for name in sys.argv[1:]: print(*[format_fact(f) for f in observe(Path(name)).facts if isinstance(f, Flow)], sep='\\n')"
    )
    names = [str(apks / f"{name}.apk") for name in ("clipboard-onresume", "identifiers", "location-sdk", "shape-bank")]
    told = {
        subprocess.run(
            [sys.executable, "-c", code, *names],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "12345")
    }
    assert len(told) == 1
    assert told.pop().count("\n") >= 9


def test_without_triggers_everything_that_the_manifest_names_is_still_run(apks: Path) -> None:
    callbacks = load_callbacks()
    with open_package(apks / "clipboard-onresume.apk") as package:
        app = build_app(package, read_manifest(package)[0], load_hierarchy(), load_owner_tables(rules_dir() / "knowledge"))
        facts = [*flow_facts(ProgramGraph(app, callbacks), [], load_flow_knowledge(rules_dir(), callbacks), "fast")]
    assert [fact.source for fact in facts if isinstance(fact, Flow)] == ["clipboard"]
