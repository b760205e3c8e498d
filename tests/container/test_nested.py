"""Files packed within a package: found by their first bytes, opened within limits."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.container import Limits, open_package
from analyzer.facts import Place

MANIFEST = "AndroidManifest.xml"
ELF = b"\x7fELF" + bytes(60)


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def dex(dex_folder: Path) -> bytes:
    return (dex_folder / "payloads-035.dex").read_bytes()


def package_of(path: Path, *entries: tuple[str, bytes]) -> Path:
    path.write_bytes(zipped((MANIFEST, b"not read here"), *entries))
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_code_is_found_by_its_first_bytes(tmp_path: Path, dex: bytes, method: int) -> None:
    jar = zipped(("classes.dex", dex), ("res/data.bin", dex), method=method)
    entries = [
        ("classes.dex", dex),
        ("assets/picture.png", dex),
        ("res/raw/data", jar),
        ("classes01.dex", dex),
        ("lib/x86/libx.so", ELF),
        ("assets/run", ELF),
        ("assets/small", b"dex\n"),
        ("assets/text.dex", b"no code at all, whatever it is called" * 3),
    ]
    with open_package(package_of(tmp_path / "a.apk", *entries)) as package:
        assert [(one.kind, one.path) for one in package.nested] == [
            ("dex", "assets/picture.png"),
            ("dex", "classes01.dex"),
            ("elf", "assets/run"),
            ("dex", "res/raw/data!classes.dex"),
            ("dex", "res/raw/data!res/data.bin"),
        ]
        assert package.dex_names() == ["classes.dex"]
        assert package.read("res/raw/data!classes.dex") == dex
        assert package.size_of("res/raw/data!classes.dex") == len(dex)
        assert package.gaps == []


def test_archives_in_archives_are_opened_three_deep(tmp_path: Path, dex: bytes) -> None:
    content, name = zipped(("code.bin", dex)), "4.zip"
    for depth in (3, 2, 1):
        content, name = zipped(("code.bin", dex), (name, content)), f"{depth}.zip"
    with open_package(package_of(tmp_path / "a.apk", ("assets/1.zip", content))) as package:
        assert [one.path for one in package.nested] == [
            "assets/1.zip!code.bin",
            "assets/1.zip!2.zip!code.bin",
            "assets/1.zip!2.zip!3.zip!code.bin",
        ]
        (gap,) = package.gaps
        assert (gap.kind, gap.at) == ("nested", Place("assets/1.zip!2.zip!3.zip!4.zip"))
        assert gap.size == package.size_of("assets/1.zip!2.zip!3.zip!4.zip")
        assert gap.why == "An archive within the package lies 4 packages deep; 3 are looked into."


def test_an_app_in_a_package_gives_its_identity_and_its_code_alone(tmp_path: Path, apks: Path) -> None:
    inner = (apks / "multidex.apk").read_bytes()
    with open_package(package_of(tmp_path / "a.apk", ("assets/other.bin", inner))) as package:
        (one,) = package.nested
        assert (one.kind, one.size, one.head and one.head.package) == ("app", len(inner), "org.apkvet.samples.multi")
        assert one.dex == ("assets/other.bin!classes.dex", "assets/other.bin!classes2.dex")
        assert [name for name in package.names() if "!" in name] == list(one.dex)


@pytest.mark.parametrize(
    ("content", "limits", "kind", "why"),
    [
        (zipped(("a", bytes(2000))), Limits(nested_bytes=100), "too-large", "has more than 100 bytes"),
        (b"PK\x03\x04" + bytes(200), Limits(), "nested", "could not be opened: is a damaged or truncated ZIP file"),
        (zipped(("a", bytes(200))), Limits(nested_files=0), "budget", "is one of more than 0 archives"),
        (zipped(("a", b"1"), ("b", b"2")), Limits(entries=2), "nested", "could not be opened: has 3 entries, more than the limit of 2"),
    ],
)  # fmt: skip
def test_what_is_not_opened_is_told(tmp_path: Path, content: bytes, limits: Limits, kind: str, why: str) -> None:
    if limits.entries == 2:
        content = zipped(("a", b"1"), ("b", b"2"), ("c", b"3"))
    with open_package(package_of(tmp_path / "a.apk", ("assets/x", content)), limits) as package:
        (gap,) = package.gaps
    assert (gap.kind, gap.why, gap.at, gap.size) == (
        kind,
        f"An archive within the package {why}.",
        Place("assets/x"),
        len(content),
    )


def test_a_file_that_is_called_as_one_within_is_told(tmp_path: Path, dex: bytes) -> None:
    entries = [("assets/x.jar", zipped(("classes.dex", dex))), ("assets/x.jar!classes.dex", b"another")]
    with open_package(package_of(tmp_path / "a.apk", *entries)) as package:
        assert [(gap.kind, gap.at) for gap in package.gaps] == [("duplicate-entry", Place("assets/x.jar!classes.dex"))]
        assert package.read("assets/x.jar!classes.dex") == b"another"


def test_a_bomb_within_is_not_inflated(tmp_path: Path) -> None:
    bomb = zipped(("zeros", zipped(("more", bytes(40 << 20)))))
    with open_package(package_of(tmp_path / "a.apk", ("assets/x.zip", bomb)), Limits(nested_bytes=1 << 20)) as package:
        assert package.nested == ()
        assert package.gaps == []  # only the beginning of an entry is looked at: nothing was inflated, nothing is missing
    plain = zipped(("x", bytes(40 << 20)))
    with open_package(package_of(tmp_path / "b.apk", ("assets/x.zip", zipped(("y", plain + bytes(40 << 20)))))) as package:
        assert [gap.why for gap in package.gaps] == [
            "An archive within the package could not be opened: the entry inflates to over 200 times its size: a zip bomb."
        ]


@given(st.data())
def test_any_damage_within_ends_in_gaps(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    raw = bytearray(zipped(("classes.dex", b"dex\n035\0" + bytes(120)), ("deeper.zip", zipped(("a", bytes(99))))))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(4, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = package_of(tmp_path_factory.getbasetemp() / "damaged-within.apk", ("assets/x", bytes(raw)))
    with open_package(path) as package:
        assert all(one.path.startswith("assets/x!") for one in package.nested)
        assert all(gap.at is not None and gap.at.file.startswith("assets/x") for gap in package.gaps)
