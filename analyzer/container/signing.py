"""Who signed a package, and with which schemes. Certificates are read, signatures are not verified.

Scheme 1 is a PKCS#7 file in META-INF. Schemes 2, 3 and 3.1 lie in the APK Signing Block before the ZIP directory:
https://source.android.com/docs/security/features/apksigning/v2 (block), .../v3, .../v3-1.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator
from typing import Any

from analyzer.container.package import Package
from analyzer.errors import FormatError
from analyzer.facts import Gap, Signer

_BLOCK_IDS = {0x7109871A: "v2", 0xF05368C0: "v3", 0x1B93AD61: "v3.1"}
_MAGIC = b"APK Sig Block 42"
_END_RECORD = b"PK\x05\x06"
_MAX_BLOCK = 64 << 20
_V1_FILE = re.compile(r"META-INF/[^/]+\.(RSA|DSA|EC)", re.IGNORECASE)
# SHA-256 of the platform test keys' certificates, which anybody can sign with: AOSP build/target/product/security.
_PUBLIC_KEYS = {
    "a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc": "AOSP testkey",
    "c8a2e9bccf597c2fb6dc66bee293fc13f2fc47ec77bc6b2b0d52c11f51192ab8": "AOSP platform test key",
}


def read_signers(package: Package) -> tuple[list[Signer], list[Gap]]:
    """The signing certificates, each once with the schemes that use it, and what of the signatures was unreadable."""
    found: dict[bytes, list[str]] = {}
    gaps = []
    for scheme, read in (("v1", _v1_certificates), ("block", _block_certificates)):
        try:
            for name, certificate in read(package):
                schemes = found.setdefault(certificate, [])
                if name not in schemes:
                    schemes.append(name)
        except (FormatError, struct.error, ValueError, TypeError, OSError) as error:
            gaps.append(Gap("bad-signature", f"{scheme}: {str(error)[:160]}", could_hide="Who signed the package."))
    signers = []
    for certificate, schemes in found.items():
        try:
            signers.append(_signer(certificate, tuple(sorted(schemes))))
        except (ValueError, TypeError, KeyError) as error:
            gaps.append(Gap("bad-signature", f"certificate: {str(error)[:160]}", could_hide="Who signed the package."))
    return signers, gaps


def _v1_certificates(package: Package) -> Iterator[tuple[str, bytes]]:
    """The certificate of each signer of the JAR signatures: the one its serial number names."""
    from asn1crypto import cms

    for name in package.names():
        if not _V1_FILE.fullmatch(name):
            continue
        signed = cms.ContentInfo.load(package.read(name))["content"]
        certificates = [choice.chosen for choice in signed["certificates"]]
        serials = {info["sid"].chosen["serial_number"].native for info in signed["signer_infos"]}
        chosen = [c for c in certificates if c.serial_number in serials] or certificates[:1]
        yield from (("v1", certificate.dump()) for certificate in chosen)


def _block_certificates(package: Package) -> Iterator[tuple[str, bytes]]:
    """The first certificate of each signer in the APK Signing Block."""
    for block_id, value in _block_pairs(package):
        scheme = _BLOCK_IDS.get(block_id)
        if scheme is None:
            continue
        for signer in _prefixed(_prefixed_one(value)):
            signed_data = _prefixed_one(signer)
            _, rest = _split(signed_data)  # digests
            certificates, _ = _split(rest)
            for certificate in _prefixed(certificates):
                yield scheme, certificate
                break


def _block_pairs(package: Package) -> Iterator[tuple[int, bytes]]:
    """The id-value pairs of the signing block; none when there is no block."""
    with package.path.open("rb") as file:
        tail_size = min(package.size, 65557)
        file.seek(package.size - tail_size)
        tail = file.read()
        at = tail.rfind(_END_RECORD)
        if at < 0 or at + 20 > len(tail):
            return
        directory = struct.unpack_from("<I", tail, at + 16)[0]
        if directory < 32 or directory > package.size:
            return
        file.seek(directory - 24)
        footer = file.read(24)
        if footer[8:] != _MAGIC:
            return
        size = struct.unpack_from("<Q", footer)[0]
        if size > _MAX_BLOCK or size + 8 > directory or size < 24:
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


def _split(data: bytes) -> tuple[bytes, bytes]:
    """A length-prefixed value and the rest."""
    length = struct.unpack_from("<I", data)[0]
    if length > len(data) - 4:
        raise FormatError("a value of the signing block is cut short")
    return data[4 : 4 + length], data[4 + length :]


def _prefixed_one(data: bytes) -> bytes:
    return _split(data)[0]


def _prefixed(data: bytes) -> Iterator[bytes]:
    while data:
        value, data = _split(data)
        yield value


def _signer(certificate: bytes, schemes: tuple[str, ...]) -> Signer:
    from asn1crypto import x509

    parsed = x509.Certificate.load(certificate)
    validity: Any = parsed["tbs_certificate"]["validity"]
    digest = hashlib.sha256(certificate).hexdigest()
    subject = parsed.subject.human_friendly
    return Signer(
        sha256=digest,
        schemes=schemes,
        subject=subject,
        issuer=parsed.issuer.human_friendly,
        algorithm=parsed["signature_algorithm"]["algorithm"].native,
        key_bits=parsed.public_key.bit_size,
        not_before=validity["not_before"].native.date().isoformat(),
        not_after=validity["not_after"].native.date().isoformat(),
        debug="Common Name: Android Debug" in subject or digest in _PUBLIC_KEYS,
    )
