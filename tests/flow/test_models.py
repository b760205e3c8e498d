"""The tables of the flow engine: they load, what they name exists, and a wrong row is told with its file and line."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

import pytest

from analyzer.errors import RuleError
from analyzer.flow.models import EVERY, RESULT, THIS, Channel, Effect, Models, Sink, Source, Term, load_models
from analyzer.platform.hierarchy import load_hierarchy
from analyzer.platform.knowledge import read_table
from analyzer.platform.tables import load_members

COLUMNS = {
    "models": ("method", "from", "to", "kind", "key", "labels", "source"),
    "sources": ("category", "kind", "api", "value", "when", "source"),
    "sinks": ("destination", "api", "data", "host", "source"),
    "channels": ("destination", "api", "opened", "host", "source"),
}
# Public, but not in the signature files of AOSP's core: a module of its own.
_PLATFORM = ("Landroid/", "Ljava/", "Ljavax/", "Lorg/json/")
_ELSEWHERE = {
    "Landroid/location/Location;",
    "Ljavax/crypto/SecretKey;",
    "Landroid/view/animation/Interpolator;",
    "Landroid/text/style/ParagraphStyle;",
}
_LIBRARIES = ("Landroid/support/", "Landroid/arch/")


@functools.cache
def built_in() -> Models:
    return load_models(Path(__file__).resolve().parents[2] / "rules/flow")


@pytest.fixture
def models() -> Models:
    return built_in()


members = functools.cache(load_members)
hierarchy = functools.cache(load_hierarchy)


@functools.cache
def above(cls: str) -> tuple[str, ...]:
    """The class and what is above it, nearest first."""
    found = [cls]
    for current in found:
        found.extend(x for x in hierarchy().supertypes(current) if x not in found)
    return tuple(found)


def apis(root: Path, table: str) -> list[tuple[str, tuple[str, ...]]]:
    rows = read_table(root / f"rules/flow/{table}.tsv", COLUMNS[table])
    return [(row[COLUMNS[table].index("method" if table == "models" else "api")], row) for row in rows]


@pytest.mark.parametrize("table", COLUMNS)
def test_platform_methods_exist_with_as_many_parameters_as_the_row_uses(root: Path, table: str) -> None:
    wrong = []
    for api, row in apis(root, table):
        cls, _, member = api.partition("->")
        if cls not in members():
            if cls.startswith(_PLATFORM) and not cls.startswith(_LIBRARIES) and cls not in _ELSEWHERE:
                wrong.append(api)
            continue
        if "field" in row or (table == "channels" and row[2] == "") or member == "*":
            continue
        holders = (cls,) if member.startswith("<init>") else above(cls)
        known = [m for holder in holders for m in members().get(holder, ()) if m == member or m.partition("(")[0] == member]
        used = [
            int(word[3:])
            for cell in row
            for word in cell.replace(",", ".").split(".")
            if word[:3] == "arg" and word[3:].isdigit()
        ]
        if not known or max((parameters(m) for m in known), default=0) <= max(used, default=-1):
            wrong.append(api)
    assert wrong == []


def parameters(member: str) -> int:
    count, text = 0, member.partition("(")[2].partition(")")[0]
    while text:
        text = text.lstrip("[")
        text = text.partition(";")[2] if text[0] == "L" else text[1:]
        count += 1
    return count


def test_a_method_where_nothing_flows_has_no_other_effect(root: Path) -> None:
    kinds: dict[str, set[str]] = {}
    for api, row in apis(root, "models"):
        kinds.setdefault(api, set()).add(row[3])
    assert [api for api, found in kinds.items() if "none" in found and found != {"none"}] == []


def test_all_methods_at_once_are_meant_of_classes_where_nothing_flows(root: Path) -> None:
    """Of an interface it would be said of everything that implements it besides."""
    rows = [(api.partition("->")[0], row[3]) for api, row in apis(root, "models") if api.endswith("->*")]
    assert [cls for cls, kind in rows if kind != "none" or hierarchy().is_interface(cls)] == []


def test_the_rows_of_a_method_stand_together(root: Path) -> None:
    keys = [api for api, _ in apis(root, "models")]
    starts = [key for before, key in zip(["", *keys], keys, strict=False) if before != key]
    assert len(starts) == len(set(starts))


@pytest.mark.parametrize(
    ("cls", "name", "prototype", "expected"),
    [
        ("Ljava/util/ArrayList;", "add", "(Ljava/lang/Object;)Z", [("arg0", "this.element", "copy", "+")]),
        ("Ljava/util/ArrayList;", "get", "(I)Ljava/lang/Object;", [("this.element", "result", "copy", "arg0")]),
        ("Ljava/util/HashSet;", "add", "(Ljava/lang/Object;)Z", [("arg0", "this.element", "copy", "*")]),
        ("Ljava/util/HashMap;", "get", "(Ljava/lang/Object;)Ljava/lang/Object;", [("this.element", "result", "copy", "arg0")]),
        ("Ljava/lang/String;", "length", "()I", [("", "", "eval", "length")]),
        ("Landroid/database/AbstractCursor;", "getString", "(I)Ljava/lang/String;", [("this", "result", "taint", "")]),
        ("Landroid/database/AbstractCursor;", "getCount", "()I", [("", "", "none", "")]),
        ("Ljava/lang/IllegalStateException;", "getMessage", "()Ljava/lang/String;", [("this", "result", "taint", "")]),
        (
            "Ljava/util/EventObject;",
            "toString",
            "()Ljava/lang/String;",
            [("this", "result", "taint", ""), ("", "", "eval", "to-string")],
        ),
    ],
)
def test_the_nearest_class_with_rows_decides(
    models: Models, cls: str, name: str, prototype: str, expected: list[tuple[str, str, str, str]]
) -> None:
    effects = models.effects(above(cls), name, prototype)
    assert effects is not None
    assert [(shown(e.source), shown(e.target), e.kind, e.key) for e in effects] == expected


def shown(term: Term | None) -> str:
    if term is None:
        return ""
    base = {THIS: "this", RESULT: "result", EVERY: "arg*"}.get(term.base, f"arg{term.base}")
    return f"{base}.{term.part}" if term.part else base


def test_a_prototype_stands_before_the_name(models: Models) -> None:
    list_ = above("Ljava/util/LinkedList;")
    assert models.effects(list_, "remove", "(I)Ljava/lang/Object;") == (
        Effect(Term(THIS, "element"), Term(RESULT, ""), "copy", "arg0", ()),
        Effect(None, Term(THIS, "element"), "clear", "arg0", ()),
        Effect(Term(THIS, "element"), Term(THIS, "element"), "mix", "", ()),
    )
    assert models.effects(list_, "remove", "(Ljava/lang/Object;)Z") == (
        Effect(Term(THIS, "element"), Term(THIS, "element"), "mix", "", ()),
    )
    assert models.effects(list_, "unheardOf", "()V") is None


def test_what_is_said_of_all_methods_counts_where_no_row_names_one(models: Models) -> None:
    text = above("Landroid/widget/Button;")
    assert models.effects(text, "getWidth", "()I") == (Effect(None, None, "none", "", ()),)
    assert models.effects(text, "getText", "()LX;") == (Effect(Term(THIS, "element"), Term(RESULT, ""), "copy", '"text"', ()),)
    assert models.effects(text, "getTag", "()Ljava/lang/Object;") == (
        Effect(Term(THIS, "element"), Term(RESULT, ""), "copy", '"tag"', ()),
    )
    assert models.effects(above("Landroid/app/Activity;"), "unheardOf", "()V") is None


def test_labels_and_stores(models: Models) -> None:
    (digest,) = models.effects(["Ljava/security/MessageDigest;"], "digest", "()[B") or ()
    assert digest.labels == ("hashed",)
    (store,) = models.effects(above("Landroid/app/Activity;"), "getSharedPreferences", "(Ljava/lang/String;I)LX;") or ()
    assert (store.kind, store.key, store.target) == ("new", "preferences:arg0", Term(RESULT, ""))


def test_names_are_those_of_methods(models: Models) -> None:
    assert {"append", "getDeviceId", "sendTextMessage", "openConnection", "onReceive", "<init>"} <= models.names
    assert "SERIAL" not in models.names
    assert {"getDeviceId", "getLatitude", "getIntent"} <= models.source_names
    assert models.source_names.isdisjoint({"onReceive", "append", "startActivity"})
    assert {"onReceive", "onLocationChanged"} <= models.parameter_names
    assert models.parameter_names.isdisjoint({"getIntent", "getDeviceId"})


def test_sources(models: Models) -> None:
    assert models.sources(["Landroid/telephony/TelephonyManager;"], "getDeviceId", "()Ljava/lang/String;") == (
        Source("phone-ids", "call", RESULT, None),
    )
    assert models.sources(["Landroid/media/AudioRecord;"], "read", "([BII)I") == (Source("microphone", "call", 0, None),)
    assert models.field("Landroid/os/Build;->SERIAL") == (Source("phone-ids", "field", RESULT, None),)
    assert models.field("Landroid/os/Build;->MODEL") == ()
    conditions = {s.when for s in models.sources(["Landroid/provider/Settings$Secure;"], "getString", "(LA;LB;)LC;")}
    assert (1, "=", "android_id") in conditions
    assert None not in conditions
    queries = models.sources(["Landroid/content/ContentResolver;"], "query", "(LX;)LY;")
    assert Source("contacts", "call", RESULT, (0, "^", "Landroid/provider/ContactsContract")) in queries
    assert Source("messages", "call", RESULT, (0, "^", "content://sms")) in queries


def test_getters_are_sources_of_what_came_in_unseen(models: Models) -> None:
    location = ["Landroid/location/Location;"]
    assert models.getters(location, "getLatitude", "()D") == (Source("location", "getter", RESULT, None),)
    assert models.getters(location, "getSpeed", "()F") == ()
    assert models.sources(location, "getLatitude", "()D") == ()


def test_received_intents_come_as_parameters_and_from_calls(models: Models) -> None:
    receiver = ["Lcom/example/R;", "Landroid/content/BroadcastReceiver;"]
    assert models.parameters(receiver, "onReceive", "(LC;LI;)V") == (Source("ipc", "received", 1, None),)
    assert models.sources(receiver, "onReceive", "(LC;LI;)V") == ()
    activity = ["Lcom/example/A;", *above("Landroid/app/Activity;")]
    assert models.sources(activity, "getIntent", "()LI;") == (Source("ipc", "received", RESULT, None),)
    assert models.parameters(activity, "getIntent", "()LI;") == ()
    listener = ["Lcom/example/L;", "Landroid/location/LocationListener;"]
    assert models.parameters(listener, "onLocationChanged", "(LL;)V") == (Source("location", "parameter", 0, None),)


def test_sinks_and_channels(models: Models) -> None:
    assert models.sinks(["Landroid/telephony/SmsManager;"], "sendTextMessage", "(..)V") == (Sink("messages", (2,), None),)
    assert models.sinks(["Ljava/net/URL;"], "openConnection", "()LC;") == (Sink("network", (THIS,), THIS),)
    assert models.sinks(["Landroid/util/Log;"], "i", "(LS;LS;)I") == (Sink("logs", (EVERY,), None),)
    assert models.sinks(above("Ljava/io/FileOutputStream;"), "write", "([B)V") == (Sink("stream", (0,), THIS),)
    assert models.sinks(["Landroid/widget/TextView;"], "setText", "(LC;)V") == ()
    assert models.channels(above("Ljavax/net/ssl/HttpsURLConnection;"), "getOutputStream", "()LO;") == (
        Channel("network", RESULT, THIS),
    )
    assert models.channels(["Ljava/io/FileOutputStream;"], "<init>", "(LS;)V") == (Channel("files", THIS, 0),)
    assert models.field_channels("Ljava/lang/System;->out") == (Channel("logs", RESULT, None),)
    assert models.channels(above("Ljava/io/ByteArrayOutputStream;"), "<init>", "()V") == ()


@pytest.mark.parametrize(
    ("table", "row", "message"),
    [
        ("models", "La;->b\tthis\tresult\tmove\t-\t-\tx", "'move' is not a kind"),
        ("models", "a.b\tthis\tresult\tcopy\t-\t-\tx", "'a.b' is not a method"),
        ("models", "La;->b\tthat\tresult\tcopy\t-\t-\tx", "'that' is not a value"),
        ("models", "La;->b\tthis.parts\tresult\tcopy\t-\t-\tx", "'this.parts' is not a value"),
        ("models", "La;->b\tthis\t-\tcopy\t-\t-\tx", "the kind 'copy' does not go"),
        ("models", "La;->b\tthis\tresult\tnone\t-\t-\tx", "the kind 'none' does not go"),
        ("models", "La;->b\t-\targ0\tnew\t-\t-\tx", "the kind 'new' does not go"),
        ("models", "La;->b\t-\tresult\tnew\targ0\t-\tx", "the key 'arg0' does not go"),
        ("models", "La;->b\tthis.element\tresult\tcopy\t-\t-\tx", "the key '-' does not go"),
        ("models", "La;->b\tthis.element\tresult\tcopy\tname\t-\tx", "the key 'name' does not go"),
        ("models", "La;->b\tthis\tresult\tcopy\targ0\t-\tx", "the key 'arg0' does not go"),
        ("models", "La;->b\t-\tthis\tclear\targ0\t-\tx", "the key 'arg0' does not go"),
        ("models", "La;->b\t-\t-\teval\tguess\t-\tx", "'guess' is not a known operation"),
        ("models", "La;->b\tthis\tresult\ttaint\t-\tshort\tx", "'short' is not a label"),
        ("models", "La;->b\tthis\tresult\ttaint\t-\t-\t", "no source"),
        ("sources", "money\tcall\tLa;->b\tresult\t-\tx", "'money' is not a category"),
        ("sources", "ipc\tguess\tLa;->b\tresult\t-\tx", "'guess' is not a kind of source"),
        ("sources", "ipc\tparameter\tLa;->b\tresult\t-\tx", "'result' cannot stand here"),
        ("sources", "ipc\tcall\tLa;->b\t-\t-\tx", "'-' cannot stand here"),
        ("sources", "ipc\tcall\tLa;->b\tresult\ttext\tx", "'text' is not a condition"),
        ("sources", "ipc\tfield\tLa;->b\tresult\t-\tx", "'La;->b' is not a field"),
        ("sinks", "moon\tLa;->b\targ0\t-\tx", "'moon' is not a destination"),
        ("sinks", "logs\tLa;->b\tresult\t-\tx", "'result' cannot stand here"),
        ("sinks", "logs\tLa;->b\t-\t-\tx", "'-' cannot stand here"),
        ("channels", "stream\tLa;->b\tresult\t-\tx", "'stream' is not a destination"),
        ("channels", "files\tLa;->b\targ0\t-\tx", "'arg0' cannot be opened"),
        ("channels", "files\tLa;->b()V\t-\t-\tx", "is not a field"),
    ],
)
def test_a_wrong_row_is_told_with_its_file_and_line(root: Path, tmp_path: Path, table: str, row: str, message: str) -> None:
    folder = tmp_path / "flow"
    shutil.copytree(root / "rules/flow", folder)
    path = folder / f"{table}.tsv"
    path.write_text("\t".join(COLUMNS[table]) + "\n" + row + "\n")
    with pytest.raises(RuleError, match=message) as caught:
        load_models(folder)
    assert f"{table}.tsv:2" in str(caught.value)


def test_the_digest_follows_every_table(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "flow"
    shutil.copytree(root / "rules/flow", folder)
    digests = {load_models(folder).digest}
    for table in COLUMNS:
        with (folder / f"{table}.tsv").open("a", encoding="utf-8") as file:
            file.write(
                {"models": "La;->b\t-\t-\tnone\t-\t-\tx", "sources": "ipc\tcall\tLa;->b\tresult\t-\tx"}.get(
                    table, "files\tLa;->b\tthis\t-\tx"
                )
                + "\n"
            )
        digests.add(load_models(folder).digest)
    assert len(digests) == 5
