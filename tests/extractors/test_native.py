"""Names of native functions, APIs by their texts, and what the tables of native code say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import RuleError
from analyzer.extractors.native_apis import ApiNames
from analyzer.extractors.native_methods import mangled, unmangled
from analyzer.extractors.native_tables import load_native_tables
from analyzer.formats.elf import is_signature
from analyzer.platform.watch import load_watch
from analyzer.resources import rules_dir

APIS = ApiNames(load_watch())
# No name in Java begins with a digit: what stands for such a one could be an escape.
names = st.text(st.sampled_from("aB0_$é/"), min_size=1, max_size=6).filter(
    lambda text: all(part and not part[0].isdigit() for part in text.split("/"))
)
CLIP = {b"android/content/ClipboardManager", b"getPrimaryClip", b"()Landroid/content/ClipData;"}


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("Java_a_B_c", "La/B;->c"),
        ("Java_a_B_read_1text", "La/B;->read_text"),
        ("Java_a__1B_c", "La/_B;->c"),
        ("Java_a_B_c__I", "La/B;->c(I)"),
        ("Java_a_B_c___3ILjava_lang_String_2", "La/B;->c([ILjava/lang/String;)"),
        ("Java_a_B_00024C_d", "La/B$C;->d"),
        ("JNI_OnLoad", None),
        ("Java_x", None),
    ],
)
def test_names_of_native_functions_mean_methods(name: str, means: str | None) -> None:
    assert unmangled(name) == means


@given(names, names.filter(lambda text: "/" not in text))
def test_mangling_can_be_undone(cls: str, method: str) -> None:
    assert unmangled(f"Java_{mangled(cls)}_{mangled(method)}") == f"L{cls};->{method}"


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (CLIP, ["Landroid/content/ClipboardManager;->getPrimaryClip()Landroid/content/ClipData;"]),
        # Only one class of the platform has a method of that name, and its overload names a type of Android.
        (CLIP - {b"android/content/ClipboardManager"}, ["Landroid/content/ClipboardManager;->getPrimaryClip()Landroid/content/ClipData;"]),
        (CLIP - {b"getPrimaryClip"}, []),
        (CLIP - {b"()Landroid/content/ClipData;"}, []),
        ({b"getText", b"()Ljava/lang/CharSequence;"}, []),
        ({b"android/telephony/TelephonyManager", b"getDeviceId", b"()Ljava/lang/String;"},
         ["Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;"]),
        ({b"getDeviceId", b"()Ljava/lang/String;"}, []),
        ({b"android/provider/Settings$Secure", b"getString", b"(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;"}, []),
        ({b"android/provider/Settings$Secure", b"getString", b"(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;",
          b"android_id"},
         ["Landroid/provider/Settings$Secure;->getString(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;"]),
        ({b"android/os/Build", b"SERIAL", b"Ljava/lang/String;"}, ["Landroid/os/Build;->SERIAL"]),
        ({b"android/os/Build", b"SERIAL"}, []),
        ({b"android/provider/ContactsContract$Contacts", b"CONTENT_URI", b"Landroid/net/Uri;"},
         ["Landroid/provider/ContactsContract$Contacts;->CONTENT_URI"]),
    ],
)  # fmt: skip
def test_a_library_reaches_what_it_names_in_full(texts: set[bytes], found: list[str]) -> None:
    assert [api.api for api in APIS.named(texts, {text for text in texts if is_signature(text)})] == found


def test_versions_are_told_by_the_texts_of_the_libraries() -> None:
    tables = {row.library: row for row in load_native_tables(rules_dir() / "knowledge").versions}
    for library, text, version in (
        ("OpenSSL", b"OpenSSL 1.0.2k  26 Jan 2017", b"1.0.2k"),
        ("SQLite", b"SQLite format 3\x003.26.0\x00", b"3.26.0"),
        ("curl", b"libcurl/7.50.1", b"7.50.1"),
        ("Lua", b"$LuaVersion: Lua 5.3.3  Copyright (C) 1994-2016 Lua.org", b"5.3.3"),
        ("libpng", b"libpng version 1.6.37 - April 14, 2019", b"1.6.37"),
        ("FFmpeg libavcodec", b"Lavc57.89.100", b"57.89.100"),
    ):
        row = tables[library]
        assert row.marker in text
        assert [match[1] for match in row.pattern.finditer(text)] == [version]


@pytest.mark.parametrize(
    ("file", "row", "says"),
    [
        ("native_texts.tsv", "about\tx\ty\tz", "unknown way"),
        ("native_versions.tsv", "x\ty\t(\tz", "is none"),
        ("native_versions.tsv", "x\ty\tz\tz", "one group"),
        ("native_marks.tsv", "file\ty\tz\tcode\tz", "unknown place"),
        ("native_marks.tsv", "bytes\ty\tz\tnothing\tz", "unknown thing"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(tmp_path: Path, file: str, row: str, says: str) -> None:
    for name in ("native_functions", "native_texts", "native_versions", "native_marks", "native_libraries"):
        (tmp_path / f"{name}.tsv").write_bytes((rules_dir() / "knowledge" / f"{name}.tsv").read_bytes())
    with (tmp_path / file).open("a", encoding="utf-8") as table:
        table.write(f"{row}\n")
    with pytest.raises(RuleError, match=says):
        load_native_tables(tmp_path)
