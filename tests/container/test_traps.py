"""What is made to exhaust a reader ends at a limit, however it is made; tests/test_limits.py has a test for each limit."""

from __future__ import annotations

import os
import socket
import struct
import sys
from pathlib import Path

import pytest

from analyzer.container import open_package
from analyzer.errors import FormatError, PackageError
from analyzer.facts import Gap, Observation
from analyzer.formats import reschunk
from analyzer.formats.dex import open_dex
from analyzer.scan import Depth, observed

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "samples/hostile"))

import traps  # type: ignore[import-not-found]  # noqa: E402
from zip_writer import Item, entries, write  # type: ignore[import-not-found]  # noqa: E402

ITEMS = entries(ROOT / "samples/apk/exported-proxy.apk")
MANIFEST = next(item.data for item in ITEMS if item.name == b"AndroidManifest.xml")


def look(path: Path, *more: tuple[str, bytes]) -> Observation:
    path.write_bytes(write([*ITEMS, *(Item(name.encode(), data) for name, data in more)]))
    return observed(path, depth=Depth(flow="off"))


def gaps(seen: Observation) -> list[Gap]:
    return [fact for fact in seen.facts if isinstance(fact, Gap)]


def test_files_that_share_their_data_do_not_inflate_beyond_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "bomb.apk"
    path.write_bytes(traps.overlapping_bomb(MANIFEST, 60, 8 << 20))
    with open_package(path) as package:
        read = 0
        with pytest.raises(FormatError, match="inflate to over 200 times the file's size: a zip bomb"):
            for name in package.dex_names():
                read += len(package.read(name))
    assert path.stat().st_size < 40_000
    assert read <= 64 << 20


def test_an_overlapping_bomb_is_a_gap_and_the_manifest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.apk"
    path.write_bytes(traps.overlapping_bomb(MANIFEST, 20, 8 << 20))
    seen = observed(path, depth=Depth(flow="off"))
    assert seen.error is None
    assert any("a zip bomb" in gap.why for gap in gaps(seen))


@pytest.mark.parametrize(
    "data",
    [traps.deep_hierarchy(60_000), traps.wide_class(60_000), traps.circles(60_000)],
    ids=["deep", "wide", "circles"],
)
def test_hierarchies_of_60000_classes(tmp_path: Path, data: bytes) -> None:
    seen = look(tmp_path / "a.apk", ("classes2.dex", data))
    assert seen.error is None
    assert seen.coverage.dex_read == 2


def test_type_lists_that_overlap_to_fill_the_memory_are_refused() -> None:
    data = bytearray(traps.wide_class(3_000))
    classes = struct.unpack_from("<I", data, 0x64)[0]
    last = struct.unpack_from("<I", data, classes + 32 * 3_000 + 12)[0]
    for row in range(3_000):
        struct.pack_into("<I", data, classes + 32 * row + 12, last)
    with pytest.raises(FormatError, match="overlap beyond reason"):
        open_dex("x", bytes(data))


@pytest.mark.parametrize(
    "text", [b"a:/", b"http://a.b", b"https://", b'"key":"', b"AIza", b"eyJ", b"a.", b"d@", b"\\u0061", b"-----BEGIN "]
)
def test_texts_that_make_patterns_go_back_and_forth(tmp_path: Path, text: bytes) -> None:
    long = text * ((8 << 20) // len(text))
    files = [(f"assets/a.{kind}", long) for kind in ("js", "json", "properties", "html")]
    seen = look(tmp_path / "a.apk", *files, ("classes2.dex", traps.dex_of_classes([(None, ())], [b"a" + long[: 1 << 20]])))
    assert seen.error is None


def test_strings_that_overlap_to_come_to_gigabytes() -> None:
    count, length = 5_000, 30_000
    raw = struct.pack("<H", length) + b"a\0" * length
    offsets = struct.pack(f"<{count}I", *([0] * count))
    body = struct.pack("<5I", count, 0, 0, 28 + len(offsets), 0) + offsets + raw + b"\0\0"
    pool = struct.pack("<HHI", 1, 28, 8 + len(body)) + body
    chunk = reschunk.Chunk(1, 0, 28, len(pool))
    with pytest.raises(FormatError, match="overlap and come to over 8 times"):
        list(reschunk.pool_strings(pool, chunk))


def test_a_link_is_followed_and_a_device_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link.apk").symlink_to(ROOT / "samples/apk/exported-proxy.apk")
    with open_package(tmp_path / "link.apk") as package:
        assert package.has("classes.dex")
    os.mkfifo(tmp_path / "pipe.apk")
    (tmp_path / "to-pipe.apk").symlink_to("pipe.apk")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.apk"))
        for path in (Path("/dev/zero"), tmp_path / "pipe.apk", tmp_path / "to-pipe.apk", tmp_path / "socket.apk"):
            with pytest.raises(PackageError, match="not a regular file"):
                open_package(path)


def test_a_table_of_texts_that_is_made_to_fill_the_memory() -> None:
    count, zeros = 200_000, bytes(1 << 20)
    start = 0x70 + 4 * count
    offsets = struct.pack(f"<{count}I", *(start + number % len(zeros) for number in range(count)))
    words = [start + len(zeros), 0x70, 0x12345678, 0, 0, 0, count, 0x70, *([0] * 10), len(zeros), start]
    (dex,) = open_dex("x", b"dex\n035\0" + bytes(24) + struct.pack("<20I", *words) + offsets + zeros)
    assert "its names are not in order or occur twice, so that some may not have been found" in dex.deviations
    assert dex.pools.texts(dex.pools.string_offsets[:0]) == []


def test_a_file_that_changes_while_it_is_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.apk"
    path.write_bytes(write(ITEMS))
    with open_package(path) as package:
        assert package.gaps == []
        with path.open("ab") as file:
            file.write(b"more")
        (gap,) = package.gaps
    assert (gap.kind, gap.why) == ("bad-container", "The file a.apk changed while it was read.")
