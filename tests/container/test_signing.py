"""Schemes, algorithms, lineage, stamps and marks of tampering, on packages that apksigner signed."""

from __future__ import annotations

import contextlib
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.container import open_package
from analyzer.container.signing import read_signers
from analyzer.container.signing_block import block_pairs, block_signers
from analyzer.errors import FormatError
from analyzer.facts import Gap, Signer, Trait

FIRST = "991314b9d6400fdc7629e84ff1a307bb6b9f4b0d4e785ca36514ee664d0b5a55"  # of samples/debug.p12, as apksigner prints it
SECOND = "fbef64853744d5983ff02718acfc376d3606d72688f00a95d837da415de5fece"  # of samples/signing/second.p12


@pytest.fixture
def signed(root: Path) -> Path:
    return root / "samples/signing"


def read(path: Path, public: frozenset[str] = frozenset()) -> tuple[list[Signer], list[Gap | Trait]]:
    with open_package(path) as package:
        return read_signers(package, public)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("v1-only.apk", [(FIRST, ("v1",), ("sha256_rsa",), ())]),
        ("v2-only.apk", [(FIRST, ("v2",), ("sha256_rsa",), ())]),
        ("rotated.apk", [(FIRST, ("v1", "v2"), ("sha256_rsa",), ()), (SECOND, ("v3",), ("sha256_rsa",), (FIRST,))]),
        ("stamped.apk", [(FIRST, ("v1", "v2", "v3"), ("sha256_rsa",), ())]),
    ],
)
def test_schemes_algorithms_and_lineage(
    signed: Path, name: str, expected: list[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]
) -> None:
    signers, _ = read(signed / name)
    assert [(each.sha256, each.schemes, each.signed_with, each.lineage) for each in signers] == expected


def test_the_stamp_of_a_source(signed: Path) -> None:
    assert read(signed / "stamped.apk")[1] == [Trait("source-stamp", SECOND)]
    assert read(signed / "rotated.apk")[1] == []


def test_a_key_that_everybody_has(signed: Path) -> None:
    (signer,), _ = read(signed / "v2-only.apk", frozenset({FIRST}))
    assert signer.debug


def test_a_rotation_from_a_later_android_on(signed: Path) -> None:
    """Scheme 3.1 differs from 3 by its id and the attribute with the API level it begins at."""
    with open_package(signed / "rotated.apk") as package:
        value = dict(block_pairs(package.parts[0].archive))[0xF05368C0]
    (signer,) = block_signers("v3.1", value)
    assert (signer.scheme, len(signer.lineage), signer.min_sdk) == ("v3.1", 1, 24)


def without_block(source: Path, target: Path) -> Path:
    """*source* written anew, which drops the signing block."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info))
    return target


def test_schemes_that_somebody_removed(signed: Path, tmp_path: Path) -> None:
    signers, notes = read(without_block(signed / "rotated.apk", tmp_path / "a.apk"))
    assert [signer.schemes for signer in signers] == [("v1",)]
    assert notes == [Trait("scheme-removed", "v2, v3")]


def test_code_before_the_package(signed: Path, tmp_path: Path) -> None:
    """As CVE-2017-13156 does: a DEX file, then the package."""
    path = tmp_path / "janus.apk"
    path.write_bytes(b"dex\n035\0" + (signed / "v1-only.apk").read_bytes())
    assert Trait("dex-before-zip") in read(path)[1]


@pytest.mark.parametrize(
    "value", [b"", struct.pack("<I", 1 << 30), struct.pack("<III", 8, 4, 0), b"\xff" * 64], ids=["empty", "long", "short", "full"]
)
def test_a_damaged_block_is_told(value: bytes) -> None:
    with pytest.raises((FormatError, struct.error)):
        list(block_signers("v3", value))


def test_the_packages_are_what_the_keys_make(root: Path) -> None:
    command = [sys.executable, str(root / "samples/signing/make.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 2:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout


@given(value=st.binary(max_size=200), scheme=st.sampled_from(["v2", "v3", "v3.1"]))
def test_any_bytes_give_signers_or_are_refused(value: bytes, scheme: str) -> None:
    whole = struct.pack("<I", len(value)) + value
    with contextlib.suppress(FormatError, struct.error):
        assert all(signer.scheme == scheme for signer in block_signers(scheme, whole))
