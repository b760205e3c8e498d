"""Dart snapshots, kernel files and the engine's version, from files made after their descriptions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import FormatError
from analyzer.formats.dart import engine_version, find_string, read_kernel, read_snapshots
from samples.runtimes.binaries import SNAPSHOT_HASH, Strings, dart_engine, dart_kernel, dart_snapshot

LAYOUTS: tuple[Strings, ...] = ("heap64", "heap32", "compressed")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_snapshot_says_what_made_it(layout: Strings) -> None:
    snapshots = read_snapshots(dart_snapshot(["a"], layout))
    assert [(each.kind, each.version) for each in snapshots] == [("full-aot", SNAPSHOT_HASH)] * 2
    assert snapshots[1].features[-1] == ("compressed-pointers" if layout == "compressed" else "no-compressed-pointers")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_text_is_there_only_as_a_whole(layout: Strings) -> None:
    data = dart_snapshot(["flutter/platform_views", "xClipboard.getData", "Clipboard.getData", "y" * 200], layout)
    assert find_string(data, "flutter/platform") is None
    assert find_string(data, "y" * 100) is None
    at = find_string(data, "Clipboard.getData")
    assert at is not None
    assert at == data.rindex(b"Clipboard.getData")
    assert find_string(data, "y" * 200) == data.index(b"y" * 200)


def test_older_machines_write_the_length_alone() -> None:
    assert find_string(b"\x7fELF\x02" + bytes(20) + b"\x91Clipboard.getData", "Clipboard.getData") == 26


@given(st.lists(st.text("abcdef./:", min_size=1, max_size=300), max_size=8), st.sampled_from(LAYOUTS))
def test_every_text_is_found(texts: list[str], layout: Strings) -> None:
    data = dart_snapshot(texts, layout)
    assert all(find_string(data, text) is not None for text in texts)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xf5\xf5\xdc\xdc", dart_snapshot(["a"])[:120], dart_snapshot(["a"]).replace(SNAPSHOT_HASH.encode(), b"Z" * 32)],
)
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError, match="no Dart snapshot"):
        read_snapshots(data)


def test_the_engine_names_its_version() -> None:
    assert engine_version(dart_engine("3.10.0-75.1.beta")) == "3.10.0-75.1.beta (stable)"
    assert engine_version(b"3.6.2 (stable) and nothing else") is None


def test_a_kernel_file_holds_its_sources() -> None:
    texts = {"package:a/main.dart": "void main() {}\n" * 100, "dart:core": "", "file:///b.dart": "é"}
    data = dart_kernel(texts)
    kernel = read_kernel(data)
    assert kernel.version == 122
    assert {source.uri: source.text.decode() for source in kernel.sources} == texts
    assert all(data[source.offset :].startswith(source.text) for source in kernel.sources)


@given(st.dictionaries(st.text("abc:/", min_size=1), st.text(max_size=300), min_size=1, max_size=5))
def test_every_source_is_read(texts: dict[str, str]) -> None:
    assert {source.uri: source.text.decode() for source in read_kernel(dart_kernel(texts)).sources} == texts


@given(st.data())
def test_damage_is_told_or_harmless(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([dart_kernel({"package:a/main.dart": "x\n" * 9}), dart_snapshot(["abc"])]))
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for at in data.draw(st.lists(st.integers(0, max(0, len(damaged) - 1)), max_size=8)) if damaged else ():
        damaged[at] = data.draw(st.integers(0, 255))
    for reader in (read_kernel, read_snapshots):
        try:
            reader(bytes(damaged))
        except FormatError as error:
            assert str(error)
