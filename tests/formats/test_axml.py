"""Binary XML: the own reader against androguard's, and what only the own one reads."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.errors import FormatError
from analyzer.formats.axml import XmlElement, parse_axml, read_axml
from analyzer.formats.axml_androguard import read_with_androguard

SAMPLES = [path for path in sorted(Path(__file__).parents[2].glob("samples/**/*.apk")) if "hostile" not in path.parts]


def documents(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name == "AndroidManifest.xml" or (name.startswith("res/") and name.endswith(".xml")):
                yield archive.read(name)


MANIFEST = next(documents(next(path for path in SAMPLES if path.name == "exported-proxy.apk")))


def test_every_document_of_the_samples_is_read_as_androguard_reads_it() -> None:
    count = 0
    for path in SAMPLES:
        for data in documents(path):
            assert read_axml(data) == read_with_androguard(data), path.name
            count += 1
    assert count >= len(SAMPLES) >= 80


def test_a_manifest() -> None:
    root = read_axml(MANIFEST)
    assert (root.tag, root.get("package")) == ("manifest", "org.apkvet.samples.proxy")
    application = root.find("application")
    assert application is not None
    receivers = [each.get("name") for each in application.findall("receiver")]
    assert receivers == [".ClipboardReceiver", ".Disabled"]


def chunk(kind: int, body: bytes, header: int = 8) -> bytes:
    return struct.pack("<HHI", kind, header, 8 + len(body)) + body


def pool(*texts: str) -> bytes:
    raw = b"".join(bytes((len(t), len(t.encode()))) + t.encode() + b"\0" for t in texts)
    raw += b"\0" * (-len(raw) % 4)
    offsets, at = [], 0
    for text in texts:
        offsets.append(at)
        at += 3 + len(text.encode())
    head = struct.pack("<IIIII", len(texts), 0, 1 << 8, 28 + 4 * len(texts), 0)
    return chunk(0x0001, head + struct.pack(f"<{len(texts)}I", *offsets) + raw, 28)


def start(name: int, *attributes: tuple[int, int, int, int, int]) -> bytes:
    head = struct.pack("<II", 1, 0xFFFFFFFF) + struct.pack("<IIHHHHHH", 0xFFFFFFFF, name, 20, 20, len(attributes), 0, 0, 0)
    body = b"".join(struct.pack("<IIIHBBI", ns, key, raw, 8, 0, kind, value) for ns, key, raw, kind, value in attributes)
    return chunk(0x0102, head + body, 16)


def document(*parts: bytes) -> bytes:
    return chunk(0x0003, b"".join(parts))


END = chunk(0x0103, struct.pack("<IIII", 1, 0xFFFFFFFF, 0xFFFFFFFF, 0), 16)
NO = 0xFFFFFFFF


def test_an_attribute_goes_by_its_resource_id_whatever_its_name_says() -> None:
    ids = chunk(0x0180, struct.pack("<I", 0x01010003))  # android.R.attr.name
    data = document(pool("junk", "a.b.C", "x"), ids, start(2, (NO, 0, 1, 3, 1)), END)
    assert read_axml(data) == XmlElement("x", {"name": "a.b.C"})


def test_junk_between_the_chunks_and_behind_the_document_is_passed_over() -> None:
    data = document(pool("x", "y", "v"), chunk(0x7777, b"????"), start(0), start(1, (NO, 2, NO, 0x10, 0xFFFFFFFE)), END, END)
    root = read_axml(data + b"tail")
    assert root == XmlElement("x", {}, [XmlElement("y", {"v": "-2"})])


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (0x01, 0x7F0B0001, "@7F0B0001"),
        (0x01, 0x01040000, "@android:01040000"),
        (0x02, 0x7F010000, "?7F010000"),
        (0x04, 0x3F800000, "1.000000"),
        (0x05, 0xFFFFF801, "-8.000000dip"),
        (0x06, 0x20000030, "25.000000%"),
        (0x10, 0xFFFFFFFF, "-1"),
        (0x11, 0x1F, "0x0000001F"),
        (0x12, 0xFFFFFFFF, "true"),
        (0x12, 0, "false"),
        (0x1C, 0xFF00FF00, "#FF00FF00"),
        (0x55, 1, "<0x1, type 0x55>"),
    ],
)
def test_values_are_spelled(kind: int, value: int, text: str) -> None:
    assert read_axml(document(pool("x", "v"), start(0, (NO, 1, NO, kind, value)), END)).get("v") == text


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<manifest/>", "is text"),
        (b"", "is empty"),
        (b"\3\0\x08", "cannot be parsed"),
        (document(start(0), END), "has no strings"),
        (document(pool("x")), "no root element"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(data: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        parse_axml(data)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (document(pool("x"), start(0), start(9), END), "A string cannot be read: there is no string 9."),
        (document(pool("x"), *[start(0)] * 201), "Elements are nested deeper than 200 levels; the inner ones were left out."),
        (document(pool("x"), b"junk", start(0), END), "A chunk has an impossible size; Android refuses that."),
        (document(pool("x"), chunk(0x7777, b"????"), start(0), END), None),
        (document(pool("x"), start(0), chunk(0x7777, b"????"), END), "A chunk among the elements has too short a header"),
        (document(pool("x"), start(0), END)[:-4], "The document's header is impossible."),
        (document(pool("x"), chunk(0x0102, bytes(8), 16), start(0), END), "An element is cut short; Android refuses that."),
        (document(pool("x"), start(0).replace(b"\x14\0\x14\0\0\0", b"\x14\0\x14\0\x09\0"), END), "attributes lie outside"),
    ],
)
def test_where_the_platform_gives_up_the_rest_is_read_and_said(data: bytes, problem: str | None) -> None:
    problems: list[str] = []
    root = read_axml(data, problems)
    assert root.tag in ("x", "")
    assert problems == [] if problem is None else any(problem in each for each in problems)


def test_of_pools_and_maps_before_the_first_element_the_last_counts_and_later_ones_do_not() -> None:
    ids, decoys = chunk(0x0180, struct.pack("<I", 0x01010003)), chunk(0x0180, struct.pack("<I", 0x01010001))
    parts = (
        pool("decoy", "d", "d"),
        decoys,
        pool("junk", "a.b.C", "x"),
        ids,
        start(2, (NO, 0, 1, 3, 1)),
        pool("z", "z", "z"),
        END,
    )
    assert read_axml(document(*parts)) == XmlElement("x", {"name": "a.b.C"})


def test_what_has_no_resource_id_goes_by_its_bare_name_and_its_written_text() -> None:
    texts = pool("manifest", "package", "real", "decoy", "http://schemas.android.com/apk/res/android")
    attributes = ((4, 1, 3, 3, 3), (NO, 1, 2, 0x10, 3), (NO, 1, 3, 3, 3))
    assert read_axml(document(texts, start(0, *attributes), END)).get("package") == "real"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(MANIFEST) - 1), st.integers(0, 255)), min_size=1, max_size=12))
def test_damage_gives_elements_or_a_refusal(changes: list[tuple[int, int]]) -> None:
    data = bytearray(MANIFEST)
    for at, value in changes:
        data[at] = value
    try:
        assert read_axml(bytes(data)).tag is not None
    except FormatError as error:
        assert "\n" not in str(error)
