"""Each limit of analyzer/limits.py is hit by the test that has its name, and docs/LIMITS.md lists them as they are."""

from __future__ import annotations

import ast
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analyzer import limits
from analyzer.catalog.work import Budget
from analyzer.container import Limits, open_package
from analyzer.container.archive import Archive, Meter
from analyzer.declared import read_declaration
from analyzer.errors import ApkvetError, FormatError, PackageError, RuleError
from analyzer.extractors.runtimes.javascript import read_script
from analyzer.facts import Gap, HiddenText, Observation, Secret
from analyzer.formats.arsc import Resources
from analyzer.formats.axml import parse_axml, read_axml
from analyzer.formats.dex import DexFile, open_dex
from analyzer.formats.dex.code import MethodCode
from analyzer.formats.dex.texts import strictly_sorted
from analyzer.formats.elf import open_elf
from analyzer.formats.hermes.file import HermesFile
from analyzer.formats.reschunk import chunks, pool_strings
from analyzer.scan import Depth, observed
from analyzer.yamlfile import parse_yaml

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
HOSTILE = SAMPLES / "hostile/apk"
DEPTH = Depth(flow="off")
Cap = Callable[[str, float], None]


@pytest.fixture
def cap(monkeypatch: pytest.MonkeyPatch) -> Cap:
    """Sets a limit for one test."""
    return lambda name, value: monkeypatch.setattr(limits, name, value)


def part(name: str, entry: str = "classes.dex") -> bytes:
    with zipfile.ZipFile(HOSTILE / f"{name}.apk") as archive:
        return archive.read(entry)


MANIFEST, TABLE = part("untouched", "AndroidManifest.xml"), part("untouched", "resources.arsc")
HANDLERS = (SAMPLES / "dex/payloads-035.dex").read_bytes()


def gaps(seen: Observation, kind: str) -> list[str]:
    return [fact.why for fact in seen.facts if isinstance(fact, Gap) and fact.kind == kind]


def zipped(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


def nested(tmp_path: Path, **more: int) -> list[str]:
    """The gaps of a package that holds archives: three of one file each, one of them in another."""
    inner = zipped(("a", bytes(2_000)))
    path = tmp_path / "a.apk"
    path.write_bytes(
        zipped(("AndroidManifest.xml", b"x"), ("1.zip", zipped(("2.zip", inner))), ("3.zip", inner), ("4.zip", inner))
    )
    with open_package(path, Limits(**more)) as package:
        return [gap.why for gap in package.gaps]


# -- the package file


def read_all(**more: int) -> int:
    with (HOSTILE / "untouched.apk").open("rb") as file:
        archive = Archive(file, "", Limits(**more), Meter())
        return sum(len(archive.read(name)) for name in archive.entries)


def test_entries() -> None:
    with pytest.raises(FormatError, match="more than the limit of 2"):
        read_all(entries=2)


def test_entry_bytes() -> None:
    with pytest.raises(FormatError, match="larger than the limit"):
        read_all(entry_bytes=2_000)


def test_total_bytes() -> None:
    assert read_all(total_bytes=100_000) > 5_000
    with pytest.raises(FormatError, match="larger than the limit"):
        read_all(total_bytes=5_000)


def test_ratio() -> None:
    with pytest.raises(FormatError, match="inflates to over 1 times its size: a zip bomb"):
        read_all(ratio=1, ratio_free_bytes=2_000)


def test_ratio_free_bytes() -> None:
    assert read_all(ratio=0)
    with pytest.raises(FormatError, match="a zip bomb"):
        read_all(ratio=0, ratio_free_bytes=2_000)


def test_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.apks"
    path.write_bytes(zipped(*((f"{name}.apk", (HOSTILE / "untouched.apk").read_bytes()) for name in ("base", "a", "b"))))
    with pytest.raises(PackageError, match="has 3 APKs, more than the limit of 2"):
        open_package(path, Limits(parts=2))


def test_nested_depth(tmp_path: Path) -> None:
    assert nested(tmp_path) == []
    assert nested(tmp_path, nested_depth=1) == ["An archive within the package lies 2 packages deep; 1 are looked into."]


def test_nested_files(tmp_path: Path) -> None:
    assert nested(tmp_path, nested_files=3) == ["An archive within the package is one of more than 3 archives."]


def test_nested_bytes(tmp_path: Path) -> None:
    assert len(nested(tmp_path, nested_bytes=100)) == 3


def test_held_bytes(tmp_path: Path) -> None:
    assert "the limit for all of them" in nested(tmp_path, held_bytes=200)[0]


def test_empty_bytes() -> None:
    with open_package(HOSTILE / "zip-empty-blocks-hide.apk") as package:
        assert [one.path for one in package.nested] == ["assets/data.bin"]
    with open_package(HOSTILE / "zip-empty-blocks-hide.apk", Limits(empty_bytes=0)) as package:
        assert list(package.nested) == []
        assert "begin with blocks without contents" in package.gaps[0].why


def test_end_records(cap: Cap) -> None:
    assert observed(HOSTILE / "zip-comment-end.apk", depth=DEPTH).error is None
    cap("END_RECORDS", 1)
    assert observed(HOSTILE / "zip-comment-end.apk", depth=DEPTH).error is not None


def test_signing_block_bytes(cap: Cap) -> None:
    cap("SIGNING_BLOCK_BYTES", 100)
    assert "the signing block says it has" in gaps(observed(SAMPLES / "signing/v2-only.apk", depth=DEPTH), "bad-signature")[0]


def test_signing_levels(cap: Cap) -> None:
    cap("SIGNING_LEVELS", 1)
    assert "too many levels" in gaps(observed(SAMPLES / "signing/rotated.apk", depth=DEPTH), "bad-signature")[0]


# -- binary XML and resource tables


def test_chunks(cap: Cap) -> None:
    assert len(list(chunks(MANIFEST, 8, len(MANIFEST)))) > 2
    cap("CHUNKS", 2)
    assert len(list(chunks(MANIFEST, 8, len(MANIFEST)))) == 2


def test_pool_text(cap: Cap) -> None:
    pool = next(chunk for chunk in chunks(MANIFEST, 8, len(MANIFEST)) if chunk.type == 1)
    assert list(pool_strings(MANIFEST, pool))
    cap("POOL_TEXT", 0)
    with pytest.raises(FormatError, match="overlap and come to over 0 times"):
        list(pool_strings(MANIFEST, pool))


def test_xml_bytes(cap: Cap) -> None:
    cap("XML_BYTES", 100)
    with pytest.raises(FormatError, match="larger than the limit"):
        parse_axml(MANIFEST)


def test_xml_elements(cap: Cap) -> None:
    cap("XML_ELEMENTS", 3)
    problems: list[str] = []
    read_axml(MANIFEST, problems)
    assert problems == ["The document has more than 3 elements; the others were left out."]


def test_xml_depth(cap: Cap) -> None:
    cap("XML_DEPTH", 2)
    problems: list[str] = []
    root = read_axml(MANIFEST, problems)
    assert problems == ["Elements are nested deeper than 2 levels; the inner ones were left out."]
    assert all(not child.children for child in root.children)


def refused(cap: Cap, name: str) -> str | None:
    table = Resources(TABLE)
    assert table.resolve("@7F030000") == "Clipboard proxy"
    cap(name, 0)
    table = Resources(TABLE)
    assert table.resolve("@7F030000") is None
    return table.problem


def test_resource_types(cap: Cap) -> None:
    assert "more than 0 types" in str(refused(cap, "RESOURCE_TYPES"))


def test_resource_looks(cap: Cap) -> None:
    assert "costs more than the limit" in str(refused(cap, "RESOURCE_LOOKS"))


def test_resource_references(cap: Cap) -> None:
    assert refused(cap, "RESOURCE_REFERENCES") is None


# -- code


def only(data: bytes) -> DexFile:
    (dex,) = open_dex("x", data)
    return dex


def test_dex_contained(cap: Cap) -> None:
    assert len(open_dex("x", part("dex-container"))) == 2
    cap("DEX_CONTAINED", 1)
    with pytest.raises(FormatError, match="more than 1 DEX files in one container"):
        open_dex("x", part("dex-container"))


def test_dex_listed(cap: Cap) -> None:
    cap("DEX_LISTED", 0)
    dex = only(part("untouched"))
    with pytest.raises(FormatError, match="type lists overlap beyond reason"):
        dex.pools.type_lists(dex.pools.protos["parameters"].astype(np.int64))


def test_dex_parameters(cap: Cap) -> None:
    cap("DEX_LISTED", 0)
    dex = only(part("untouched"))
    assert len(dex.pools.parameters[0]) > 0
    assert dex.pools.bad_prototypes == 0
    cap("DEX_PARAMETERS", 0)
    dex = only(part("untouched"))
    assert len(dex.pools.parameters[0]) == 0
    assert dex.pools.bad_prototypes > 0


def test_dex_layers(cap: Cap) -> None:
    assert only(part("dex-code-overlap")).items.refused == 0
    cap("DEX_LAYERS", 1)
    assert only(part("dex-code-overlap")).items.refused == 1


def caught(dex: DexFile) -> int:
    codes = (MethodCode(dex, item) for item in range(len(dex.items.offset)))
    return sum(sources == (-1,) for code in codes for at, sources in code.joins.items() if at)


def test_dex_handlers(cap: Cap) -> None:
    assert caught(only(HANDLERS)) > 0
    cap("DEX_HANDLERS", -1)
    assert caught(only(HANDLERS)) == 0


def test_dex_text_pairs(cap: Cap) -> None:
    data, offsets = b"\x01b\0\x01a\0", np.array([0, 3], dtype=np.uint32)
    assert not strictly_sorted(data, offsets)
    cap("DEX_TEXT_PAIRS", -100)
    assert strictly_sorted(data, offsets)


def test_dex_rescued(cap: Cap) -> None:
    whole = len(only(part("dex-methods-counted")).methods.method)
    cap("DEX_RESCUED", 0)
    dex = only(part("dex-methods-counted"))
    assert len(dex.methods.method) == whole - 2
    assert dex.methods.bad == 1


def library() -> bytes:
    path = next(iter(sorted((SAMPLES / "native/apk").glob("*.apk"))))
    with zipfile.ZipFile(path) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(".so") and "arm64" in name))


def test_elf_symbols(cap: Cap) -> None:
    assert open_elf(library(), "x").exports
    cap("ELF_SYMBOLS", 0)
    elf = open_elf(library(), "x")
    assert (elf.imports, elf.exports) == (frozenset(), frozenset())


def test_elf_names(cap: Cap) -> None:
    assert open_elf(library(), "x").exports
    cap("ELF_NAMES", 0)
    elf = open_elf(library(), "x")
    assert (elf.imports, elf.exports) == (frozenset(), frozenset())


def native_methods() -> int:
    found = 0
    for path in sorted((SAMPLES / "native/apk").glob("*.apk")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".so"):
                    found += len(open_elf(archive.read(name), name).native_methods)
    return found


def test_elf_relocations(cap: Cap) -> None:
    assert native_methods() > 0
    cap("ELF_RELOCATIONS", 0)
    assert native_methods() == 0


def test_native_files(cap: Cap) -> None:
    path = next(iter(sorted((SAMPLES / "native/apk").glob("*.apk"))))
    assert gaps(observed(path, depth=DEPTH), "too-large") == []
    cap("NATIVE_FILES", 0)
    assert "native libraries were left out." in gaps(observed(path, depth=DEPTH), "too-large")[0]


def test_hermes_readings(cap: Cap) -> None:
    data = next(iter(sorted((SAMPLES / "runtimes").rglob("*.hbc")))).read_bytes()
    bundle = HermesFile(data)
    assert (len(list(bundle.instructions(0))) > 0, bundle.cut) == (True, False)
    cap("HERMES_READINGS", 0)
    bundle = HermesFile(data)
    assert (list(bundle.instructions(0)), bundle.cut) == ([], True)


SCRIPT = b"function a() { function b() { function c() { wanted.read(); } } } wanted.write(); wanted.more();"
WANTED = re.compile(rb"wanted")


def test_script_nodes(cap: Cap) -> None:
    assert not read_script(SCRIPT, 0, WANTED).broken
    cap("SCRIPT_NODES", 3)
    assert read_script(SCRIPT, 0, WANTED).broken


def test_script_calls(cap: Cap) -> None:
    assert len(read_script(SCRIPT, 0, WANTED).calls) == 3
    cap("SCRIPT_CALLS", 2)
    found = read_script(SCRIPT, 0, WANTED)
    assert (len(found.calls), found.broken) == (2, True)


def test_script_scopes(cap: Cap) -> None:
    cap("SCRIPT_SCOPES", 1)
    found = read_script(SCRIPT, 0, WANTED)
    assert (len(found.calls), found.broken) == (2, True)


def test_script_bytes(cap: Cap) -> None:
    path = SAMPLES / "runtimes/scripts/apk/cordova-use.apk"
    assert gaps(observed(path, depth=DEPTH), "payload") == []
    cap("SCRIPT_BYTES", 0)
    assert gaps(observed(path, depth=DEPTH), "payload")


# -- texts and files


def test_asset_bytes(cap: Cap, tmp_path: Path) -> None:
    path = tmp_path / "a.apk"
    path.write_bytes(zipped(("AndroidManifest.xml", MANIFEST), ("assets/a.js", b"https://example.org/" * 9)))
    assert gaps(observed(path, depth=DEPTH), "budget") == []
    cap("ASSET_BYTES", 100)
    assert gaps(observed(path, depth=DEPTH), "budget") == [
        "1 of 1 assets were not searched for hosts and keys: they are too large."
    ]


def test_key_bytes(cap: Cap, tmp_path: Path) -> None:
    path = tmp_path / "a.apk"
    key = b"-----BEGIN PRIVATE KEY-----\n" + b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj" * 20
    path.write_bytes(zipped(("AndroidManifest.xml", MANIFEST), ("assets/a.js", key + b"\n-----END PRIVATE KEY-----\n")))
    assert [fact for fact in observed(path, depth=DEPTH).facts if isinstance(fact, Secret)]
    cap("KEY_BYTES", 100)
    assert not [fact for fact in observed(path, depth=DEPTH).facts if isinstance(fact, Secret)]


@pytest.mark.parametrize(("name", "value"), [("YAML_BYTES", 5), ("YAML_NODES", 2), ("YAML_DEPTH", 1)])
def test_yaml(cap: Cap, name: str, value: int) -> None:
    assert parse_yaml(b"a: {b: {c: 1}}", dict, "x") == {"a": {"b": {"c": 1}}}
    cap(name, value)
    with pytest.raises(RuleError):
        parse_yaml(b"a: {b: {c: 1}}", dict, "x")


def test_declared_bytes(cap: Cap, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 200)
    cap("DECLARED_BYTES", 100)
    with pytest.raises(ApkvetError, match="is over 0 MB"):
        read_declaration(path)


# -- decoders of hidden texts


def hidden(name: str) -> tuple[int, str]:
    """How many texts of a sample are worked out, and what its gaps say."""
    seen = observed(SAMPLES / f"hidden/apk/{name}.apk", None, DEPTH)
    whys = [*gaps(seen, "hidden-text"), *gaps(seen, "budget")]
    return sum(isinstance(fact, HiddenText) for fact in seen.facts), " ".join(whys)


@pytest.mark.parametrize(
    ("sample", "name", "value", "told", "why"),
    [
        ("xor", "DECODER_STEPS", 30, 0, "takes more than 30 steps"),
        ("xor", "DECODER_STEPS_IN_ALL", 30, 0, "takes more than 30 steps for the package"),
        ("xor", "DECODER_DEPTH", 0, 0, "calls more than 0 methods within each other"),
        ("caesar", "DECODED_UNITS", 3, 0, "makes a text of more than 3 characters"),
        ("table", "DECODED_ELEMENTS", 3, 0, "makes an array of more than 3 elements"),
        ("fog", "DECODER_LOOK_BACK", 1, 0, ""),
        ("xor", "DECODER_CALLS", 3, 3, "More than 3 calls may give hidden texts; the first were looked at."),
        ("xor", "HIDDEN_TEXTS", 2, 2, "Of 5 hidden texts the first 2 are listed."),
    ],
)
def test_decoders(cap: Cap, sample: str, name: str, value: int, told: int, why: str) -> None:
    assert hidden(sample) == (5, "")
    cap(name, value)
    found, whys = hidden(sample)
    assert found == told
    assert why in whys


# -- processes: what is ended there is in tests/test_sandbox.py and tests/catalog/test_run.py


def test_app() -> None:
    assert (Budget().seconds, Budget().memory) == (limits.APP_SECONDS, limits.APP_MEMORY)


# -- the list of them


def documented() -> dict[str, tuple[str, str]]:
    """The limits with what they are of and what happens at them, as they say themselves."""
    body = ast.parse((ROOT / "analyzer/limits.py").read_text(encoding="utf-8")).body
    found = {}
    for node, behind in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            assert isinstance(behind, ast.Expr) and isinstance(behind.value, ast.Constant), node.target.id
            of, happens = str(behind.value.value).split(" | ")
            found[node.target.id] = (of, happens)
    return found


def test_every_limit_is_hit_by_a_test_of_its_name() -> None:
    tests = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    families = ("yaml", "app", "decode", "hidden_texts")  # one test for several
    missing = [name for name in documented() if name.lower() not in tests and not name.lower().startswith(families)]
    assert missing == ["ANSWER_BYTES"]  # tests/test_sandbox.py
    assert "ANSWER_BYTES" in (ROOT / "tests/test_sandbox.py").read_text(encoding="utf-8")


def test_the_limits_of_a_package_are_these() -> None:
    assert {name: getattr(limits, name.upper()) for name in Limits.__struct_fields__} == {
        name: getattr(Limits(), name) for name in Limits.__struct_fields__
    }


def test_the_document_lists_them(request: pytest.FixtureRequest) -> None:
    path = ROOT / "docs/LIMITS.md"
    head, begin, rest = path.read_text(encoding="utf-8").partition("| limit | value | of what | what happens |\n")
    tail = rest.partition("\n\n")[2]
    rows = [f"| `{name}` | {getattr(limits, name):,.0f} | {of} | {happens} |" for name, (of, happens) in documented().items()]
    text = head + begin + "|---|---|---|---|\n" + "\n".join(rows) + "\n\n" + tail
    if request.config.getoption("--update-golden"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text
