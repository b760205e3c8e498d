"""Every pure method of the table does what its reference says; the examples are worked by hand from the reference."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.errors import RuleError
from analyzer.program.evaluation.pure_bytes import Key, of_bytes, raw_of
from analyzer.program.evaluation.pure_methods import OPERATIONS, load_pure_methods
from analyzer.program.evaluation.values import (
    Array,
    Boxed,
    Builder,
    Charset,
    StopError,
    Unmade,
    Value,
    from_units,
    to_units,
    units_of,
)
from tests.program.evaluation.conftest import PURE

S = "Ljava/lang/String;"
NEW = Unmade(S)


def builder(text: str) -> Builder:
    made = Builder()
    made.units.extend(text)
    return made


def chars(text: str) -> Array:
    return Array("C", [*map(ord, text)])


def plain(value: Value) -> object:
    """A result as something that can be compared."""
    if isinstance(value, Array):
        return value.items
    if isinstance(value, Builder):
        return "".join(value.units)
    if isinstance(value, Boxed):
        return (value.kind, value.value)
    return value.codec if isinstance(value, Charset) else value


CASES: list[tuple[str, list[Value], object]] = [
    ("nothing", [7], 0),
    ("same", ["a"], "a"),
    ("length", ["abc"], 3),
    ("length", [builder("ab")], 2),
    ("is-empty", [""], 1),
    ("char-at", ["abc", 1], 98),
    ("characters", ["ab"], [97, 98]),
    ("substring-from", ["abc", 1], "bc"),
    ("substring", ["abcd", 1, 3], "bc"),
    ("concat", ["a", "b"], "ab"),
    ("trim", [" \x01a b\n"], "a b"),
    ("equal", ["a", "a"], 1),
    ("equal", ["a", 0], 0),
    ("equal-without-case", ["aB", "Ab"], 1),
    ("starts-with", ["abc", "ab"], 1),
    ("ends-with", ["abc", "bc"], 1),
    ("contains", ["abc", "b"], 1),
    ("index-of", ["abcb", 98], 1),
    ("index-of", ["abcb", "b", 2], 3),
    ("index-of", ["abc", "x"], -1),
    ("last-index-of", ["abcb", "b"], 3),
    ("replace", ["aXbX", 88, 45], "a-b-"),
    ("replace", ["aXbX", "X", ""], "ab"),
    ("lower-case", ["AbC"], "abc"),
    ("upper-case", [97], 65),
    ("hash-code", ["hello"], 99162322),
    ("hash-code", ["polygenelubricants"], -(1 << 31)),
    ("new-string", [NEW], ""),
    ("new-string", [NEW, "x"], "x"),
    ("new-string", [NEW, chars("abc")], "abc"),
    ("new-string", [NEW, chars("abcd"), 1, 2], "bc"),
    ("text-of-char", [97], "a"),
    ("text-of-chars", [chars("ab")], "ab"),
    ("text-of-some-chars", [chars("abcd"), 2, 2], "cd"),
    ("text-of-number", [-5], "-5"),
    ("text-of-object", [Boxed("C", 97)], "a"),
    ("text-of-object", [0], "null"),
    ("new-builder", [builder("")], ""),
    ("new-builder", [builder(""), "ab"], "ab"),
    ("new-builder-of-size", [builder(""), 16], ""),
    ("append-char", [builder("a"), 98], "ab"),
    ("append-text", [builder("a"), "bc"], "abc"),
    ("append-text", [builder("a"), 0], "anull"),
    ("append-number", [builder("a"), 12], "a12"),
    ("append-chars", [builder("a"), chars("bc")], "abc"),
    ("builder-text", [builder("ab")], "ab"),
    ("reverse", [builder("abc")], "cba"),
    ("insert-char", [builder("ac"), 1, 98], "abc"),
    ("insert-text", [builder("ad"), 1, "bc"], "abcd"),
    ("delete-char-at", [builder("abc"), 1], "ac"),
    ("delete", [builder("abcd"), 1, 9], "a"),
    ("box-char", [97], ("C", 97)),
    ("box-int", [97], ("I", 97)),
    ("box-parsed", ["ff", 16], ("I", 255)),
    ("unbox", [Boxed("I", 5)], 5),
    ("byte-value", [Boxed("I", 200)], -56),
    ("parse-int", ["-12"], -12),
    ("parse-int", ["7f", 16], 127),
    ("parse-long", ["9000000000"], 9000000000),
    ("parse-byte", ["-80", 16], -128),
    ("digit", [102, 16], 15),
    ("digit", [103, 16], -1),
    ("for-digit", [11, 16], 98),
    ("is-digit", [53], 1),
    ("is-letter", [53], 0),
    ("is-upper-case", [65], 1),
    ("is-lower-case", [65], 0),
    ("abs", [-(1 << 31)], -(1 << 31)),
    ("abs-long", [-5], 5),
    ("min", [3, -1], -1),
    ("max", [3, -1], 3),
    ("rotate-left", [0x40000001, 2], 5),
    ("rotate-right", [1, 1], -(1 << 31)),
    ("charset", ["UTF-8"], "utf-8"),
    ("default-charset", [], "utf-8"),
    ("utf-8", [], "utf-8"),
    ("us-ascii", [], "ascii"),
    ("iso-8859-1", [], "latin-1"),
    ("utf-16", [], "utf-16"),
    ("utf-16be", [], "utf-16-be"),
    ("utf-16le", [], "utf-16-le"),
    ("bytes-of-text", ["é"], [-61, -87]),
    ("bytes-of-text", ["é", Charset("latin-1")], [-23]),
    ("bytes-of-text", ["\ud83d\ude00"], [-16, -97, -104, -128]),
    ("new-string-of-bytes", [NEW, of_bytes(b"abc")], "abc"),
    ("new-string-of-bytes", [NEW, of_bytes(b"\xe9"), "ISO-8859-1"], "é"),
    ("new-string-of-bytes", [NEW, of_bytes(b"abcd"), 1, 2], "bc"),
    ("new-string-of-bytes", [NEW, of_bytes("😀".encode())], "\ud83d\ude00"),
    ("base64-decode", ["aGk=", 0], [104, 105]),
    ("base64-decode", ["-_8", 8], [-5, -1]),
    ("base64-encode", [of_bytes(b"hi"), 2], "aGk="),
    ("base64-decoder", [], ("base64", 0)),
    ("base64-url-decoder", [], ("base64", 8)),
    ("base64-decode-by", [Boxed("base64", 0), "aGk="], [104, 105]),
    ("copy-of", [of_bytes(b"ab"), 3], [97, 98, 0]),
    ("copy-of-range", [of_bytes(b"abcd"), 1, 3], [98, 99]),
    ("clone", [of_bytes(b"ab")], [97, 98]),
]


@pytest.mark.parametrize(("operation", "arguments", "result"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_operation(operation: str, arguments: list[Value], result: object) -> None:
    assert plain(OPERATIONS[operation](*arguments)) == result


def test_operations_that_change_what_they_are_called_on() -> None:
    given = builder("abc")
    OPERATIONS["set-char-at"](given, 1, 120)
    assert plain(given) == "axc"
    OPERATIONS["set-length"](given, 1)
    assert plain(given) == "a"
    target = Array("B", [0, 0, 0, 0])
    OPERATIONS["array-copy"](of_bytes(b"abc"), 1, target, 2, 2)
    assert target.items == [0, 0, 98, 99]
    made = Unmade("Ljava/lang/Throwable;")
    assert OPERATIONS["made"](made) is made


def test_digests_and_ciphers() -> None:
    digest = OPERATIONS["digest"]("SHA-256")
    OPERATIONS["digest-more"](digest, of_bytes(b"a"))
    assert raw_of(OPERATIONS["digest-of"](digest, of_bytes(b"b"))) == hashlib.sha256(b"ab").digest()
    # NIST SP 800-38A, F.1.2: AES-128 in ECB
    key = OPERATIONS["key"](Unmade("K"), of_bytes(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")), "AES")
    assert isinstance(key, Key)
    cipher = OPERATIONS["cipher"]("AES/ECB/NoPadding")
    OPERATIONS["cipher-ready"](cipher, 2, key)
    block = of_bytes(bytes.fromhex("3ad77bb40d7a3660a89ecaf32466ef97"))
    assert raw_of(OPERATIONS["decrypt"](cipher, block)).hex() == "6bc1bee22e409f96e93d7e117393172a"


def test_every_operation_is_named_by_the_table_and_tested() -> None:
    named = {name for name, operation in OPERATIONS.items() if operation in PURE.values()}
    assert named == set(OPERATIONS)
    others = {"set-char-at", "set-length", "array-copy", "made", "digest", "digest-of", "digest-more", "key", "cipher",
              "cipher-ready", "decrypt"}  # fmt: skip
    assert {case[0] for case in CASES} | others == set(OPERATIONS)


@pytest.mark.parametrize(
    ("operation", "arguments", "kind"),
    [
        ("char-at", ["abc", 3], "throws"),
        ("char-at", [0, 0], "throws"),
        ("substring", ["abc", 2, 1], "throws"),
        ("substring-from", ["abc", -1], "throws"),
        ("parse-int", ["x"], "throws"),
        ("parse-int", ["2147483648"], "throws"),
        ("parse-byte", ["200"], "throws"),
        ("unbox", [0], "throws"),
        ("base64-decode", ["!", 0], "throws"),
        ("array-copy", [Array("B", [1]), 0, Array("B", [1]), 0, 2], "throws"),
        ("array-copy", [Array("B", [1]), 0, Array("B", [1], shared=True), 0, 1], "state"),
        ("append-char", [Builder(shared=True), 1], "state"),
        ("lower-case", ["É"], "unsupported"),
        ("charset", ["EBCDIC"], "unsupported"),
        ("digest", ["MD2"], "unsupported"),
        ("cipher", ["DES"], "unsupported"),
        ("reverse", [builder("\ud83d\ude00")], "unsupported"),
        ("new-string", [0], "unsupported"),
        ("length", [5], "unsupported"),
        ("concat", ["a" * limits.DECODED_UNITS, "b"], "budget"),
        ("append-text", [builder("a"), "b" * limits.DECODED_UNITS], "budget"),
        ("insert-text", [builder("a"), 0, "b" * limits.DECODED_UNITS], "budget"),
        ("replace", ["a" * 1000, "a", "b" * 1000], "budget"),
        ("bytes-of-text", ["é" * limits.DECODED_UNITS], "budget"),
        ("copy-of", [Array("B", []), limits.DECODED_ELEMENTS + 1], "budget"),
        ("copy-of-range", [Array("B", []), 0, limits.DECODED_ELEMENTS + 1], "budget"),
    ],
)
def test_what_cannot_be_worked_out_ends(operation: str, arguments: list[Value], kind: str) -> None:
    with pytest.raises(StopError) as raised:
        OPERATIONS[operation](*arguments)
    assert raised.value.kind == kind


@given(st.text())
def test_texts_in_code_units_come_back(text: str) -> None:
    assert from_units(to_units(text)) == text
    assert len(to_units(text)) == len(text.encode("utf-16-le", "surrogatepass")) // 2


def test_lone_surrogates_are_code_units_and_are_spelt_out() -> None:
    assert units_of(b"a\xc0\x80\xed\xa0\xbd") == "a\0\ud83d"
    assert from_units("a\ud83d") == "a\\ud83d"


def test_a_table_that_names_what_is_not_there_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "pure.tsv"
    table.write_text("member\toperation\tsource\nLa;->b()V\tfly\tx\n")
    with pytest.raises(RuleError, match="unknown operation 'fly'"):
        load_pure_methods(table)
    table.write_text("member\toperation\tsource\nLa;->b()V\tsame\tx\nLa;->b()V\tsame\tx\n")
    with pytest.raises(RuleError, match="stands twice"):
        load_pure_methods(table)
