"""Opening packages: what is read, what is refused, and in which words."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.container import Limits, open_package
from analyzer.container.signing import read_signers
from analyzer.errors import ApkvetError, FormatError, PackageError
from analyzer.facts import Gap

MANIFEST = "AndroidManifest.xml"


def write(path: Path, *entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def patched(path: Path, **fields: int) -> Path:
    """The package with fields of every directory entry (and local header, for the method) changed."""
    data = bytearray(path.read_bytes())
    for at in [i for i in range(len(data) - 4) if data[i : i + 4] == b"PK\x01\x02"]:
        for name, value in fields.items():
            struct.pack_into("<H", data, at + {"version": 6, "flags": 8, "method": 10}[name], value)
    path.write_bytes(data)
    return path


def test_entries_size_and_digest(apks: Path) -> None:
    with open_package(apks / "multidex.apk") as package:
        assert package.dex_names() == ["classes.dex", "classes2.dex"]
        assert package.read("classes.dex")[:8] == b"dex\n035\x00"
        assert package.size == (apks / "multidex.apk").stat().st_size
        assert package.sha256 == "a4273e4c17c3c3beea8c53976fef5ba4114a3c16e59c5c611cab4abec911717f"
        assert package.gaps == []


def test_dex_files_are_those_that_android_loads_in_its_order(tmp_path: Path) -> None:
    names = [
        "classes10.dex",
        "classes2.dex",
        "classes.dex",
        "classes1.dex",
        "classes02.dex",
        "assets/classes3.dex",
        "classes.dex.dat",
    ]
    path = write(tmp_path / "a.apk", (MANIFEST, b""), *((name, b"") for name in names))
    with open_package(path) as package:
        assert package.dex_names() == ["classes.dex", "classes2.dex", "classes10.dex"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: p, "no such file. Check the path."),
        (lambda p: p.mkdir() or p, "is a folder without APK files"),
        (lambda p: (p.write_bytes(b"") and p) or p, "is empty"),
        (lambda p: p.write_bytes(b"hello" * 99) and p, "it is no ZIP file"),
        (lambda p: p.write_bytes(b"PK\x03\x04" + bytes(60)) and p, "damaged or truncated ZIP"),
        (lambda p: write(p, ("a.txt", b"")), "has no AndroidManifest.xml"),
        (lambda p: write(p, ("BundleConfig.pb", b""), ("base/dex/classes.dex", b"")), "an app bundle without a base module"),
        (lambda p: write(p, (MANIFEST, b""), ("classes.jar", b"")), "Android library (AAR)"),
        (lambda p: write(p, ("base.apk", b""), ("split.apk", b"")), "holds no APK that can be read"),
    ],
)
def test_what_is_no_package_is_refused_in_one_line(tmp_path: Path, make: object, message: str) -> None:
    path = tmp_path / "x.apk"
    make(path)  # type: ignore[operator]
    with pytest.raises(PackageError) as caught:
        open_package(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_fifo_is_refused_without_being_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PackageError, match="not a regular file"):
        open_package(tmp_path / "pipe")


def test_duplicate_names_are_told_and_the_last_is_read(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = write(tmp_path / "a.apk", (MANIFEST, b"first"), (MANIFEST, b"second"))
    with open_package(path) as package:
        assert [(gap.kind, gap.at and gap.at.file) for gap in package.gaps] == [("duplicate-entry", MANIFEST)]
        assert package.read(MANIFEST) == b"second"


def test_an_entry_marked_as_encrypted_is_read_as_android_reads_it(tmp_path: Path) -> None:
    path = patched(write(tmp_path / "a.apk", (MANIFEST, b"plain" * 9)), flags=1)
    with open_package(path) as package:
        assert package.read(MANIFEST) == b"plain" * 9
        assert [gap.kind for gap in package.gaps] == ["encrypted"]


@pytest.mark.parametrize("stored", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_unknown_method_is_taken_as_stored_or_deflated(tmp_path: Path, stored: int) -> None:
    path = patched(write(tmp_path / "a.apk", (MANIFEST, b"text" * 50), method=stored), method=0x1234)
    with open_package(path) as package:
        assert package.read(MANIFEST) == b"text" * 50


def test_a_version_that_does_not_exist_is_ignored_as_by_android(tmp_path: Path) -> None:
    path = patched(write(tmp_path / "a.apk", (MANIFEST, b"text" * 50)), version=0xFF)
    with open_package(path) as package:
        assert package.read(MANIFEST) == b"text" * 50
        assert package.gaps == []


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.apk", (MANIFEST, b""), ("bomb", bytes(40 << 20)))
    with open_package(path) as package, pytest.raises(FormatError, match="zip bomb"):
        package.read("bomb")


def test_a_lying_size_does_not_get_past_the_limit(tmp_path: Path) -> None:
    path = write(tmp_path / "a.apk", (MANIFEST, b""), ("big", os.urandom(5000)))
    with open_package(path, Limits(entry_bytes=4096)) as package, pytest.raises(FormatError, match="larger than the limit"):
        package.read("big")


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.apk", *((f"{i}", b"") for i in range(9)))
    with pytest.raises(PackageError, match="has 9 entries"):
        open_package(path, Limits(entries=8))


@given(st.data())
def test_any_damage_ends_in_entries_or_an_error(data: st.DataObject) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(MANIFEST, b"x" * 50)
        archive.writestr("classes.dex", zlib.compress(b"y" * 50))
    raw = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".apk") as file:
        file.write(raw)
        file.flush()
        try:
            with open_package(Path(file.name)) as package:
                for name in package.names():
                    package.read(name)
        except ApkvetError:
            pass


def test_signer_and_schemes(apks: Path) -> None:
    with open_package(apks / "keyboard.apk") as package:
        (signer,), gaps = read_signers(package)
    assert gaps == []
    assert signer.schemes == ("v1", "v2", "v3")
    assert signer.subject == "Common Name: apkvet test sample"
    assert (signer.algorithm, signer.key_bits, signer.debug) == ("sha256_rsa", 2048, False)


def test_an_unsigned_package_has_no_signer(tmp_path: Path) -> None:
    with open_package(write(tmp_path / "a.apk", (MANIFEST, b""))) as package:
        assert read_signers(package) == ([], [])


def test_a_damaged_signature_is_a_gap(tmp_path: Path) -> None:
    with open_package(write(tmp_path / "a.apk", (MANIFEST, b""), ("META-INF/X.RSA", b"no der"))) as package:
        signers, gaps = read_signers(package)
    assert signers == []
    assert [isinstance(gap, Gap) and gap.kind for gap in gaps] == ["bad-signature"]
