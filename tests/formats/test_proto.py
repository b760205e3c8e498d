"""Protocol buffers of app bundles: fields, XML documents and resource tables, whole and damaged."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import FormatError
from analyzer.formats.elements import ANDROID, XmlElement
from analyzer.formats.proto_resources import ProtoResources
from analyzer.formats.proto_xml import parse_proto_xml
from analyzer.formats.wire import fields, message_at, number_at, signed, text_at

# Field numbers of a document's messages (Resources.proto): node, element, attribute, item, reference, primitive.
NODE, CHILD, NAME, ATTRIBUTE = 1, 5, 3, 4


def varint(value: int) -> bytes:
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(out)


def field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value & 0xFFFFFFFFFFFFFFFF)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def attribute(name: str, value: str = "", item: bytes | None = None, resource: int = 0) -> bytes:
    content = field(1, ANDROID) + field(2, name) + field(3, value) + field(5, resource)
    return content + (field(6, item) if item is not None else b"")


def node(element: XmlElement, attributes: tuple[bytes, ...] = ()) -> bytes:
    """An element as a node, as aapt2 writes it."""
    given = [attribute(name, value) for name, value in element.attributes.items()]
    content = field(NAME, element.tag) + b"".join(field(ATTRIBUTE, one) for one in (*given, *attributes))
    content += field(CHILD, field(2, element.text)) if element.text else b""
    return field(NODE, content + b"".join(field(CHILD, node(child)) for child in element.children))


names = st.text("abcdefgh-", min_size=1, max_size=8)
elements = st.recursive(
    st.builds(XmlElement, names, st.dictionaries(names, st.text(max_size=9), max_size=3), st.just([]), st.text(max_size=9)),
    lambda inner: st.builds(XmlElement, names, st.just({}), st.lists(inner, max_size=3)),
    max_leaves=12,
)


@given(elements)
def test_a_document_reads_back_as_it_was_written(element: XmlElement) -> None:
    assert parse_proto_xml(node(element)) == element


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (field(1, field(2, 0x7F0B0001)), "@7F0B0001"),
        (field(1, field(1, 1) + field(2, 0x7F0B0001)), "?7F0B0001"),
        (field(1, field(2, 0x01040001)), "@android:01040001"),
        (field(1, field(3, "string/name")), "@string/name"),
        (field(1, b""), "@00000000"),
        (field(2, field(1, "text")), "text"),
        (field(7, field(6, -1)), "-1"),
        (field(7, field(6, 34)), "34"),
        (field(7, field(7, 0x81)), "0x00000081"),
        (field(7, field(8, 1)), "true"),
        (field(7, field(8, 0)), "false"),
        (field(7, field(9, 0xFF112233)), "#FF112233"),
        (field(7, field(13, 0x00003201)), "50.000000dip"),
        (field(7, varint(3 << 3 | 5) + b"\x00\x00\x00\x3f"), "0.500000"),
    ],
)
def test_values_are_spelled_as_binary_xml_spells_them(item: bytes, text: str) -> None:
    document = field(NODE, field(NAME, "a") + field(ATTRIBUTE, attribute("value", "raw", item)))
    assert parse_proto_xml(document).attributes == {"value": text}


def test_attributes_go_by_their_resource_id() -> None:
    document = field(NODE, field(NAME, "a") + field(ATTRIBUTE, attribute("misnamed", "x", resource=0x01010003)))
    assert parse_proto_xml(document).attributes == {"name": "x"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no root element"),
        (b"\x0a\x05ab", "cut short"),
        (b"\x0b", "unknown kind 3"),
        (b"\x02\x00", "without a number"),
        (b"\xff" * 11, "too long"),
        (b"\x08\x80", "a number of a protocol buffer is cut short"),
    ],
)
def test_what_is_no_document_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        parse_proto_xml(data)


def test_a_document_that_is_too_deep_is_refused() -> None:
    content = field(NAME, "a")
    for _ in range(300):
        content = field(NAME, "a") + field(CHILD, field(NODE, content))
    with pytest.raises(FormatError, match="more than 200 levels"):
        parse_proto_xml(field(NODE, content))


@given(st.lists(st.tuples(st.integers(1, 1 << 28), st.one_of(st.integers(0, (1 << 64) - 1), st.binary(max_size=40)))))
def test_fields_read_back_as_they_were_written(written: list[tuple[int, int | bytes]]) -> None:
    data = b"".join(field(number, value) for number, value in written)
    read = [(number, value if isinstance(value, int) else bytes(value)) for number, value in fields(memoryview(data))]
    assert read == written


@given(st.binary(max_size=200))
def test_any_bytes_end_in_fields_or_an_error(data: bytes) -> None:
    try:
        read = [*fields(memoryview(data))]
    except FormatError:
        return
    assert sum(len(value) for _, value in read if not isinstance(value, int)) <= len(data)


def test_of_a_field_that_occurs_twice_the_last_counts() -> None:
    message = memoryview(field(1, 5) + field(2, "a") + field(1, 7) + field(2, "b"))
    assert (number_at(message, 1), text_at(message, 2), number_at(message, 9), text_at(message, 9)) == (7, "b", None, "")
    assert message_at(message, 9, 1) is None
    assert [signed(value) for value in (5, 0xFFFFFFFFFFFFFFFE, 0x80000000)] == [5, -2, -(1 << 31)]


@pytest.fixture(scope="module")
def bundle() -> dict[str, bytes]:
    """The entries of the sample bundle."""
    with zipfile.ZipFile(Path(__file__).resolve().parents[2] / "samples/bundles/apk/notes.aab") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_table_of_a_module_answers_as_that_of_an_apk(bundle: dict[str, bytes]) -> None:
    table = ProtoResources(bundle["base/resources.pb"])
    root = parse_proto_xml(bundle["base/manifest/AndroidManifest.xml"])
    application = root.find("application")
    assert application is not None
    assert table.resolve(application.get("label")) == "Notes"
    assert table.resolve(application.get("networkSecurityConfig")) == "res/xml/network.xml"
    assert table.named(["help", "unknown"]) == {"help": "https://help.notes.example/en"}
    assert table.resolve("@7F990001") is None
    assert table.problem is None
    assert sorted(table.texts().split(b"\0")) == [
        b"Notes",
        b"Notizen",
        b"https://help.notes.example/en",
        b"https://hilfe.notes.example/de",
        b"res/layout/main.xml",
        b"res/xml/network.xml",
    ]


@given(st.data())
def test_a_damaged_table_or_document_ends_in_an_answer(bundle: dict[str, bytes], data: st.DataObject) -> None:
    for name in ("base/resources.pb", "base/manifest/AndroidManifest.xml"):
        raw = bytearray(bundle[name])
        for _ in range(data.draw(st.integers(1, 6))):
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
        table = ProtoResources(bytes(raw))
        for value in (table.resolve("@7F040000"), table.named(["help"]).get("help")):
            assert value is None or isinstance(value, str)
        assert isinstance(table.texts(), bytes)
        try:
            assert parse_proto_xml(bytes(raw)).tag
        except FormatError as error:
            assert "\n" not in str(error)
