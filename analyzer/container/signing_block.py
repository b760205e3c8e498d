"""The APK Signing Block: what lies between the entries and the ZIP directory. Structures only; nothing is verified.

https://source.android.com/docs/security/features/apksigning/v2 (block and scheme 2), .../v3 (rotation: proof-of-rotation),
.../v3-1 (rotation from a later Android version on). Ids of pairs that are no signature: AOSP tools/apksig, ApkSigningBlockUtils
and SourceStampConstants.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

from analyzer import limits
from analyzer.container.archive import Archive
from analyzer.errors import FormatError

SCHEMES = {0x7109871A: "v2", 0xF05368C0: "v3", 0x1B93AD61: "v3.1"}
SOURCE_STAMPS = (0x6DFF800D, 0x2B09189E)  # the second is the older form
PLAY_FROSTING = 0x2146444E  # what Google Play writes into what it delivers
DEPENDENCY_LIST = 0x504B4453  # the app's dependencies, encrypted for Google Play
_PROOF_OF_ROTATION = 0x3BA06F8C
_ROTATION_MIN_SDK = 0x559F8B02
_MAGIC = b"APK Sig Block 42"
_END_RECORD = b"PK\x05\x06"
# Signature algorithm ids of schemes 2 and 3.
_ALGORITHMS = {
    0x0101: "sha256_rsa_pss",
    0x0102: "sha512_rsa_pss",
    0x0103: "sha256_rsa",
    0x0104: "sha512_rsa",
    0x0201: "sha256_ecdsa",
    0x0202: "sha512_ecdsa",
    0x0301: "sha256_dsa",
    0x0421: "sha256_rsa",  # with a tree of digests, for fs-verity
    0x0423: "sha256_ecdsa",
    0x0425: "sha256_dsa",
}


class BlockSigner(Struct, frozen=True):
    """One signer of a scheme: certificate (DER), algorithms, the API levels it is for, earlier certificates, oldest first."""

    scheme: str
    certificate: bytes
    algorithms: tuple[str, ...]
    min_sdk: int | None
    max_sdk: int | None
    lineage: tuple[bytes, ...]


def block_pairs(archive: Archive) -> Iterator[tuple[int, bytes]]:
    """The id-value pairs of the block; none when there is no block. Raises ``FormatError``."""
    file = archive.file
    tail_size = min(archive.size, 65557)
    file.seek(archive.size - tail_size)
    tail = file.read()
    at = tail.rfind(_END_RECORD)
    if at < 0 or at + 20 > len(tail):
        return
    directory = struct.unpack_from("<I", tail, at + 16)[0]
    if directory < 32 or directory > archive.size:
        return
    file.seek(directory - 24)
    footer = file.read(24)
    if footer[8:] != _MAGIC:
        return
    size = struct.unpack_from("<Q", footer)[0]
    if size > limits.SIGNING_BLOCK_BYTES or size + 8 > directory or size < 24:
        raise FormatError(f"the signing block says it has {size} bytes")
    file.seek(directory - size)
    block = file.read(size - 24)
    at = 0
    while at + 12 <= len(block):
        length, block_id = struct.unpack_from("<QI", block, at)
        if length < 4 or at + 8 + length > len(block):
            raise FormatError("a pair of the signing block is cut short")
        yield block_id, block[at + 12 : at + 8 + length]
        at += 8 + length


def block_signers(scheme: str, value: bytes) -> Iterator[BlockSigner]:
    """The signers in the value of a scheme's pair. Raises ``FormatError`` and ``struct.error``."""
    for signer in prefixed(_one(value)):
        signed, rest = split(signer)
        _, inner = split(signed)  # digests
        certificates, inner = split(inner)
        certificate = next(prefixed(certificates), None)
        if certificate is None:
            raise FormatError(f"a signer of scheme {scheme} has no certificate")
        low = high = None
        if scheme != "v2":
            low, high = struct.unpack_from("<II", inner)
            inner, rest = inner[8:], rest[8:]
        attributes = dict(_attributes(_one(inner))) if inner else {}
        signatures = _one(rest) if rest else b""
        found = (struct.unpack_from("<I", signature)[0] for signature in prefixed(signatures))
        algorithms = tuple(_ALGORITHMS.get(number, f"{number:#06x}") for number in found)
        lineage = tuple(_levels(attributes[_PROOF_OF_ROTATION])) if _PROOF_OF_ROTATION in attributes else ()
        rotated = attributes.get(_ROTATION_MIN_SDK)
        low = struct.unpack_from("<I", rotated)[0] if rotated and len(rotated) >= 4 else low
        earlier = lineage[: lineage.index(certificate)] if certificate in lineage else lineage
        yield BlockSigner(scheme, certificate, algorithms, low, high, earlier)


def stamp_certificate(value: bytes) -> bytes:
    """The certificate of a source stamp: who says which store or build the package is from. Raises ``FormatError``."""
    return _one(_one(value))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    for attribute in prefixed(data):
        yield struct.unpack_from("<I", attribute)[0], attribute[4:]


def _levels(data: bytes) -> Iterator[bytes]:
    """The certificates of a proof-of-rotation, oldest first, the current one last."""
    for number, level in enumerate(prefixed(data[4:])):
        if number >= limits.SIGNING_LEVELS:
            raise FormatError("the signing lineage has too many levels")
        yield _one(_one(level))


def split(data: bytes) -> tuple[bytes, bytes]:
    """A length-prefixed value and the rest. Raises ``FormatError``."""
    length = struct.unpack_from("<I", data)[0]
    if length > len(data) - 4:
        raise FormatError("a value of the signing block is cut short")
    return data[4 : 4 + length], data[4 + length :]


def prefixed(data: bytes) -> Iterator[bytes]:
    """The length-prefixed values one after another."""
    while data:
        value, data = split(data)
        yield value


def _one(data: bytes) -> bytes:
    return split(data)[0]
