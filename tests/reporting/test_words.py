"""Words, the catalog of messages, and what a result amounts to."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from analyzer.errors import UsageError
from analyzer.facts import GAP_SENTENCES, Owner, PermissionUse, Place
from analyzer.reporting import load_look
from analyzer.reporting.messages import Messages, languages, load_messages, read_catalog
from analyzer.reporting.naming import api_text, evidence_text, short_method
from analyzer.reporting.summary import DATA_CATEGORIES, OwnerCalls, highlights, reached
from analyzer.reporting.words import Words
from analyzer.resources import reports_dir
from analyzer.result import ApiCallDoc, PermissionDoc, Result

ENGLISH = load_look().words


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", languages())
def test_every_language_is_complete(language: str) -> None:
    english, other = (read_catalog(reports_dir() / f"messages/{name}.toml") for name in ("en", language))
    assert set(other) == set(english)
    for key, text in other.items():
        assert placeholders(text) == placeholders(english[key]), key


def test_every_text_is_used_and_every_key_is_there(root: Path) -> None:
    keys = set(read_catalog(reports_dir() / "messages/en.toml"))
    sources = [*(root / "analyzer/reporting").rglob("*.py"), *reports_dir().rglob("*.html"), *reports_dir().rglob("*/*.md")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    asked = set(re.findall(r"""(?:\b|_)t(?:\.count)?\(\s*["']([a-z][\w.-]*)["']""", text))
    plural = {key for key in asked if f"{key}.one" in keys}
    assert asked - plural - keys - {key for key in asked if key.endswith(".")} == set()
    literals = set(re.findall(r"[\w.-]+", text))
    endings = {key.rpartition(".")[0] for key in literals if "." in key}
    unused = {
        key
        for key in keys
        if key not in literals
        and key.rpartition(".")[0] not in plural
        and not any(re.search(rf"""["']{re.escape(prefix)}\.(?:["'{{])""", text) for prefix in _prefixes(key))
        and key not in endings
        and not key.startswith(("number.", "list."))
    }
    assert unused == set()


def _prefixes(key: str) -> list[str]:
    parts = key.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def test_english_gaps_read_like_the_vocabulary() -> None:
    for kind, sentence in GAP_SENTENCES.items():
        assert ENGLISH.t(f"gap.{kind}").replace("’", "'") == sentence


def test_numbers_and_lists_of_a_language() -> None:
    german = load_messages("de")
    assert ENGLISH.t.number(1234567.25, 1) == "1,234,567.2"
    assert german.number(1234567.25, 1) == "1.234.567,2"
    assert ENGLISH.t.listing(["a", "b", "c"]) == "a, b and c"
    assert ENGLISH.t.listing(["a", "b", "c"], 1) == "a and 2 more"
    assert german.listing(["a", "b"]) == "a und b"


def test_values_are_never_patterns() -> None:
    assert Messages("x", {"a": "{b}"})("a", b="{c}{0}{__class__}") == "{c}{0}{__class__}"


def test_an_unknown_language_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="Languages: de, en"):
        load_messages("tlh")


def test_own_texts_come_first_and_may_add_a_language(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages/nl.toml").write_text('[verdict]\nblock = "Blokkeren"\n', encoding="utf-8")
    (tmp_path / "messages/en.toml").write_text('[verdict]\nallow = "Fine"\n', encoding="utf-8")
    assert load_messages("nl", tmp_path)("verdict.block") == "Blokkeren"
    assert load_messages("nl", tmp_path)("verdict.review") == "Review by a person"
    assert load_messages("en", tmp_path)("verdict.allow") == "Fine"
    (tmp_path / "messages/nl.toml").write_text("a = 1", encoding="utf-8")
    with pytest.raises(UsageError, match="a is no text"):
        load_messages("nl", tmp_path)


def test_names_and_places() -> None:
    assert api_text("Landroid/provider/Settings$Secure;->getString(La;)V") == "Settings.Secure.getString()"
    assert api_text("Landroid/media/AudioRecord;-><init>(IIIII)V") == "new AudioRecord()"
    assert api_text("Landroid/os/Build;->SERIAL") == "Build.SERIAL"
    assert short_method("La/Location;->get()V") == ("Location", "get")
    assert short_method("LLocation;->get()V") == ("Location", "get")
    assert evidence_text("api-call La/B;->c()V category=x at=classes.dex:La/B;->d()V+0001") == "B.c()"
    assert evidence_text("reach receiver entry_point=La/B;->c()V path={}") == "receiver: a.B.c()"
    assert evidence_text("reach unknown") == "unknown"
    assert evidence_text("clipboard read api=x") == "clipboard read"
    assert evidence_text("permission android.permission.CAMERA declared=true") == "permission android.permission.CAMERA"
    assert ENGLISH.place(Place("classes.dex", "Lcom/a/B$C;->d(I)V", 0x12)) == "com.a.B.C.d() (classes.dex at 0012)"
    assert ENGLISH.place(Place("classes.dex", "Lcom/a/B$C;->d(I)V")) == "com.a.B.C.d() (classes.dex)"
    assert ENGLISH.place(Place("lib.so", None, 16)) == "lib.so at 0010"
    assert ENGLISH.place(None) == "the package"


def test_the_paragraph_says_only_what_was_shown(result: Result, failed: Result) -> None:
    text = ENGLISH.paragraph(result)
    assert text.startswith(
        "Clipboard proxy contains own code that reaches clipboard and media and files. The clipboard is read by the app itself (on a broadcast)."
    )
    assert "sends" not in text
    assert ENGLISH.paragraph(failed) == "The package could not be analysed, so nothing can be said about what it does."


def test_what_is_reached_stands_against_what_is_declared(result: Result) -> None:
    rows = {row.category: (row.owners, row.permissions) for row in reached(result)}
    own = Owner("app")
    assert rows["clipboard"] == ((OwnerCalls(own, 1, True),), ())
    assert rows["media-files"][1] == ("android.permission.WRITE_EXTERNAL_STORAGE",)
    assert list(rows) == ["clipboard", "media-files"]


def test_data_that_android_refuses_for_want_of_a_permission_is_told_so(result: Result) -> None:
    proxy = (result.clipboard or ())[0]
    first, second = (Place("classes.dex", "La/B;->m()V", offset) for offset in (2, 9))
    listing = "Landroid/content/ContentResolver;->query(Landroid/net/Uri;)Landroid/database/Cursor;"
    calls = tuple(ApiCallDoc(listing, "contacts", at, Owner("app"), "direct", triggers=proxy.triggers) for at in (first, second))
    asked = (PermissionUse(Owner("app"), first), PermissionUse(Owner("app"), second))

    def told(used_by: tuple[PermissionUse, ...], *, declared: bool = False, traits: dict[str, str] | None = None) -> set[str]:
        needed = PermissionDoc("android.permission.READ_CONTACTS", declared, None, False, "dangerous", None, True, used_by, "")
        app = msgspec.structs.replace(result.app, traits=traits or {})
        seen = msgspec.structs.replace(result, app=app, api_calls=calls, permissions=(needed,))
        return {ENGLISH.highlight_what(row) for row in highlights(seen) if row.category == "contacts"}

    assert told(asked) == {"Contacts (permission not declared)"}
    assert told(asked[:1]) == {"Contacts"}  # the other call needs none
    assert told(asked, declared=True) == {"Contacts"}
    assert told(asked, traits={"shared-user-id": "com.a.shared"}) == {"Contacts"}  # another app may hold it


def test_the_first_screen_says_what_who_when_and_where(result: Result, rich: Result) -> None:
    lines = [
        (w.highlight_what(row), w.highlight_who(row), w.highlight_when(row), w.highlight_where(row), row.exported)
        for w in (Words(ENGLISH.t),)
        for row in highlights(result)
    ]
    assert lines[0] == ("Reads the clipboard", "the app itself", "broadcast", "back to the app that asks", True)
    assert ENGLISH.highlight_where(highlights(rich)[0]) == "back to the app that asks, kept by the app and collect.example (CN)"


def test_every_data_category_has_a_name(render: Callable[..., str]) -> None:
    assert [c for c in DATA_CATEGORIES if ENGLISH.category(c) == c] == [
        "clipboard", "location", "contacts", "calendar", "accounts", "camera", "microphone", "notifications"
    ]  # fmt: skip
    assert ENGLISH.category("own-category") == "own-category"
