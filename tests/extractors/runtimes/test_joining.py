"""Calls of scripts joined to the platform's APIs: with a carrier, renamed, by the engine, without one; and what carriers are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest

from analyzer.errors import RuleError
from analyzer.extractors.runtimes.bindings import Binding, Bindings, load_bindings
from analyzer.extractors.runtimes.joining import Call, Context, Joined, join
from analyzer.extractors.runtimes.uses import RuntimeFound, ScriptUse
from analyzer.facts import ApiCall, ClipboardAccess, Gap, Payload, PayloadKind, Place, Reach, format_fact, parse_facts, sort_facts
from analyzer.platform.watch import load_watch
from analyzer.program.hierarchy import Hierarchy
from analyzer.resources import rules_dir

READ = "Landroid/content/ClipboardManager;->getPrimaryClip"
READ_FULL = f"{READ}()Landroid/content/ClipData;"
MODULE = "Lcom/facebook/react/modules/clipboard/ClipboardModule;"
RENAMED = "La/b;"
BUNDLE = Place("assets/index.android.bundle", None, 77)
TABLE = Bindings(
    {
        "react-native": {"Clipboard.getString": (Binding("Lcom/facebook/react/modules/clipboard/", READ),)},
        "web": {"navigator.clipboard.readText": (Binding("", READ_FULL),)},
    },
    {"react-native": ("Lcom/facebook/react/bridge/NativeModule;",)},
)


class Classes:
    """A class hierarchy of one renamed module."""

    def ancestors(self, cls: str) -> tuple[str, ...]:
        return (cls, "Lcom/facebook/react/bridge/NativeModule;") if cls == RENAMED else (cls,)


def found(kind: PayloadKind, *names: str, gaps: Sequence[Gap] = ()) -> RuntimeFound:
    uses = tuple(ScriptUse(kind, name, Place(BUNDLE.file, None, 77 + number)) for number, name in enumerate(names))
    return RuntimeFound((Payload(kind, BUNDLE.file, uses=names),), uses, tuple(gaps))


def joined(runtime: RuntimeFound, facts: str = "") -> Joined:
    parsed = [*parse_facts(facts)]
    calls = [fact for fact in parsed if isinstance(fact, (ApiCall, ClipboardAccess))]
    reached = [fact for fact in parsed if isinstance(fact, Reach)]
    context = Context(TABLE, load_watch(), cast(Hierarchy, Classes()), lambda operation: ())
    return join(context, [runtime], calls, reached)


def lines(facts: Sequence[Call | Reach | Gap]) -> list[str]:
    return [format_fact(fact) for fact in sort_facts(facts)]


def module(cls: str, trigger: str = "unknown") -> str:
    method = f"{cls}->getString(Lcom/facebook/react/bridge/Promise;)V"
    return (
        f'clipboard read api={READ_FULL} owner="library:React Native" at=classes.dex:{method}+0004\n'
        f"reach {trigger} entry_point={method} on_behalf_of=app at=classes.dex:{method}\n"
    )


def test_a_call_is_joined_to_the_carrier_and_the_carrier_says_who_asks() -> None:
    result = joined(found("react-native", "Clipboard.getString"), module(MODULE))
    assert lines(result.calls) == [f"clipboard read api={READ_FULL} via=script at=assets/index.android.bundle+004d"]
    method = f"{MODULE}->getString(Lcom/facebook/react/bridge/Promise;)V"
    (carrier, script) = sorted(result.reached, key=lambda reach: reach.kind, reverse=True)
    assert (carrier.kind, carrier.on_behalf_of, carrier.path[0].place, carrier.path[0].api) == (
        "web-bridge",
        None,
        BUNDLE,
        method,
    )
    assert (script.kind, script.at, script.on_behalf_of and script.on_behalf_of.kind) == ("unknown", BUNDLE, "app")
    assert result.gaps == ()


def test_a_module_that_no_script_asks_is_not_reached() -> None:
    result = joined(found("react-native"), module(MODULE))
    assert result.calls == ()
    assert [(reach.kind, reach.on_behalf_of) for reach in result.reached] == [("unreachable", None)]


@pytest.mark.parametrize(
    "runtime",
    [RuntimeFound(), found("react-native", gaps=[Gap("payload", "unread")])],
    ids=["no script in the package", "a script that could not be read"],
)
def test_what_was_not_read_could_ask(runtime: RuntimeFound) -> None:
    result = joined(runtime, module(MODULE))
    assert [(reach.kind, reach.on_behalf_of) for reach in result.reached] == [("web-bridge", None)]
    assert [gap.kind for gap in result.gaps] == ([] if runtime.payloads else ["payload"])


def test_another_trigger_of_a_carrier_stays() -> None:
    facts = module(MODULE, "receiver")
    assert [reach.kind for reach in joined(found("react-native"), facts).reached] == ["receiver"]


def test_a_renamed_module_is_found_by_its_base() -> None:
    result = joined(found("react-native", "Clipboard.getString"), module(RENAMED))
    assert [call.at for call in result.calls] == [BUNDLE]
    assert sorted(reach.kind for reach in result.reached) == ["unknown", "web-bridge"]


def test_a_class_that_is_no_module_carries_nothing() -> None:
    result = joined(found("react-native", "Clipboard.getString"), module("La/c;"))
    assert result.calls == ()
    assert [gap.kind for gap in result.gaps] == ["payload"]
    assert "Clipboard.getString" in result.gaps[0].why


def test_the_web_view_itself_carries_it_out() -> None:
    result = joined(found("web", "navigator.clipboard.readText"))
    assert [(call.api, call.via) for call in result.calls] == [(READ_FULL, "script")]
    assert [reach.kind for reach in result.reached] == ["unknown"]


def test_every_row_names_a_watched_api() -> None:
    bindings, watch = load_bindings(rules_dir() / "knowledge"), load_watch()
    apis = {row.api for names in bindings.rows.values() for rows in names.values() for row in rows}
    unknown = {api for api in apis if api not in watch.methods and api.partition("(")[0] not in watch.methods}
    assert {api for api in unknown if watch.field(api) is None} == set()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("amiga\tA.b\t-\tLa/B;->c()V\tx", "'amiga' is no runtime"),
        ("react\tA.b\t-\tLa/B;->c\tx", "a value that is not known"),  # without a carrier the prototype is needed
        ("react\tA.b\tcom.a\tLa/B;->c()V\tx", "a value that is not known"),
        ("react\t-\tLa/\tLa/B;->c()V\tx", "a value that is not known"),
    ],
)
def test_bad_rows_are_refused(tmp_path_factory: pytest.TempPathFactory, row: str, message: str) -> None:
    folder = tmp_path_factory.mktemp("knowledge")
    (folder / "bindings.tsv").write_text(f"runtime\tname\tcarrier\tapi\tsource\n{row}\n")
    (folder / "carrier_bases.tsv").write_text("runtime\tbase\tsource\n")
    (folder / "script_updaters.tsv").write_text("runtime\tclasses\tname\tsource\n")
    with pytest.raises(RuleError, match=message):
        load_bindings(folder)
