"""Facts on hidden texts: what is listed, marked and said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from analyzer import limits
from analyzer.container import open_package
from analyzer.extractors.hidden_texts import HiddenTexts
from analyzer.facts import ApiCall, Argument, Endpoint, Fact, Gap, HiddenText, Place, TextDecoder
from analyzer.platform.callbacks import load_callbacks
from analyzer.platform.hierarchy import load_hierarchy
from analyzer.program.app import build_app
from analyzer.program.graph.program_graph import ProgramGraph
from analyzer.program.manifest import read_manifest
from analyzer.program.ownership import load_owner_tables
from analyzer.resources import rules_dir

ROOT = Path(__file__).resolve().parents[2]
RESUME = "Lorg/apkvet/samples/hidden/xor/MainActivity;->onResume()V"
DECODER = "Lorg/apkvet/samples/hidden/xor/D;->d(Ljava/lang/String;)Ljava/lang/String;"


@pytest.fixture
def opened() -> Iterator[Callable[[str], HiddenTexts]]:
    with ExitStack() as stack:

        def make(name: str) -> HiddenTexts:
            package = stack.enter_context(open_package(ROOT / f"samples/hidden/apk/{name}.apk"))
            app = build_app(package, read_manifest(package)[0], load_hierarchy(), load_owner_tables(rules_dir() / "knowledge"))
            return HiddenTexts(ProgramGraph(app, load_callbacks()))

        yield make


def test_texts_beyond_the_limit_are_a_gap_and_count(
    opened: Callable[[str], HiddenTexts], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "HIDDEN_TEXTS", 2)
    hidden = opened("xor")
    facts = [*hidden.facts()]
    assert [fact.decoded for fact in facts if isinstance(fact, TextDecoder)] == [5]
    assert sum(isinstance(fact, HiddenText) for fact in facts) == 2
    assert [fact.why for fact in facts if isinstance(fact, Gap)] == ["Of 5 hidden texts the first 2 are listed."]
    assert len(hidden.texts) == 5


def test_only_what_rests_on_a_decoded_text_of_its_method_is_marked(opened: Callable[[str], HiddenTexts]) -> None:
    here, elsewhere = Place("classes.dex", RESUME, 9), Place("classes.dex", "La;->b()V", 9)
    name, other = (Argument(0, "getPrimaryClip"),), (Argument(0, "onResume"),)
    facts: list[Fact] = [ApiCall("La;->b()V", arg=arguments, at=at) for arguments in (name, other) for at in (here, elsewhere)]
    hosts = [Endpoint(host, at=here) for host in ("collect.hidden.example", "other.example")]
    marked = opened("xor").marked([*facts, *hosts])
    assert [getattr(fact, "decoded_by", None) for fact in marked] == [DECODER, None, None, None, DECODER, None]
    assert opened("plain").marked(facts) == facts


def test_why_texts_stay_hidden_is_told(opened: Callable[[str], HiddenTexts]) -> None:
    (gap,) = (fact for fact in opened("fog-given-key").facts() if isinstance(fact, Gap))
    assert gap.why == (
        "At 5 of 5 calls of Lorg/apkvet/samples/hidden/foggivenkey/D;->d([B[B)Ljava/lang/String; "
        "the text could not be worked out: it calls android.os.Process.myUid."
    )
