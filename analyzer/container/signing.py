"""Who signed a package, with which schemes and algorithms, after whom. Certificates are read, signatures are not verified.

Scheme 1 is a PKCS#7 file in META-INF; the others lie in the APK Signing Block (``signing_block``).
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Collection, Iterator
from typing import Any

from msgspec import Struct

from analyzer.container.archive import Archive
from analyzer.container.package import Package, Part
from analyzer.container.signing_block import (
    DEPENDENCY_LIST,
    PLAY_FROSTING,
    SCHEMES,
    SOURCE_STAMPS,
    BlockSigner,
    block_pairs,
    block_signers,
    stamp_certificate,
)
from analyzer.errors import FormatError
from analyzer.facts import Gap, Place, Signer, Trait

_V1_FILE = re.compile(r"META-INF/[^/]+\.(RSA|DSA|EC)", re.IGNORECASE)
_V1_MANIFEST = re.compile(r"META-INF/[^/]+\.SF", re.IGNORECASE)
# What a signer of scheme 1 writes when it also used later schemes: without them, somebody took them out.
_ALSO_SIGNED = re.compile(rb"^X-Android-APK-Signed:\s*([0-9, ]+)", re.MULTILINE)
_DEX_MAGIC = b"dex\n"
_FAULTS = (FormatError, struct.error, ValueError, TypeError, KeyError, OSError)


class _Found(Struct):
    """What is said of one certificate."""

    schemes: list[str] = []
    algorithms: list[str] = []
    lineage: tuple[bytes, ...] = ()
    min_sdk: int | None = None


def read_signers(package: Package, public_keys: Collection[str] = ()) -> tuple[list[Signer], list[Gap | Trait]]:
    """The signing certificates, each once with the schemes that use it; what was unreadable; marks of stores and tampering.

    *public_keys* are the certificates (SHA-256) whose private keys everybody has. Traits: ``source-stamp`` (SHA-256 of the
    certificate of a store's or builder's stamp), ``play-delivered``, ``dependency-list``, ``scheme-removed``, ``dex-before-zip``.
    Of a set they are the base's, and a split that is signed otherwise is a gap. Of a bundle there is only ``upload-certificate``.
    """
    base = package.parts[0].archive
    found, notes = _certificates(base)
    if package.kind == "bundle":
        return [], [*notes, *_uploader(found)]
    for part in package.parts[1:]:
        notes += _others(part, found)
    signers = []
    for certificate, about in found.items():
        try:
            signers.append(_signer(certificate, about, public_keys))
        except _FAULTS as error:
            notes.append(_unreadable(f"certificate: {str(error)[:160]}"))
    return signers, [*notes, *_marks(base, {scheme for about in found.values() for scheme in about.schemes})]


def _certificates(archive: Archive) -> tuple[dict[bytes, _Found], list[Gap | Trait]]:
    """The certificates of one file with what is said of each, and what was unreadable."""
    found: dict[bytes, _Found] = {}
    notes: list[Gap | Trait] = []
    for scheme, read in (("v1", _v1_signers), ("block", _block_signers)):
        try:
            for signer in read(archive):
                known = found.setdefault(signer.certificate, _Found())
                known.schemes += [signer.scheme] if signer.scheme not in known.schemes else []
                known.algorithms += [name for name in signer.algorithms if name not in known.algorithms]
                known.lineage = signer.lineage or known.lineage
                known.min_sdk = signer.min_sdk if signer.scheme == "v3.1" else known.min_sdk
        except _FAULTS as error:
            notes.append(_unreadable(f"{scheme}: {str(error)[:160]}"))
    return found, notes


def _others(part: Part, base: Collection[bytes]) -> Iterator[Gap | Trait]:
    """Android installs no set whose APKs are signed by different keys: then a part is from somebody else, or was changed."""
    certificates, notes = _certificates(part.archive)
    yield from notes
    if set(certificates) != set(base):
        why = f"The split {part.name} is {'signed by another key than' if certificates else 'not signed like'} the base."
        hides = "Who made this part; Android does not install such a set."
        yield Gap("split", why, could_hide=hides, would_lift="The app's own build of it.", at=Place(part.archive.prefix[:-1]))


def _uploader(certificates: Collection[bytes]) -> Iterator[Trait]:
    """Who signed a bundle: whoever hands it to the store. Devices see the key with which the store signs what it makes of it."""
    yield from (Trait("upload-certificate", _sha256(certificate)) for certificate in certificates)


def _unreadable(why: str) -> Gap:
    return Gap("bad-signature", why, could_hide="Who signed the package.")


def _v1_signers(archive: Archive) -> Iterator[BlockSigner]:
    """Each signer of the JAR signatures: the certificate that its serial number names, and its algorithms."""
    from asn1crypto import cms

    for name in archive.entries:
        if not _V1_FILE.fullmatch(name):
            continue
        signed = cms.ContentInfo.load(archive.read(name))["content"]
        certificates = [choice.chosen for choice in signed["certificates"]]
        for info in signed["signer_infos"]:
            serial = info["sid"].chosen["serial_number"].native
            chosen = next((c for c in certificates if c.serial_number == serial), certificates[0] if certificates else None)
            if chosen is not None:
                key = chosen.public_key.algorithm.replace("ec", "ecdsa")
                algorithm = f"{info['digest_algorithm']['algorithm'].native}_{key}"
                yield BlockSigner("v1", chosen.dump(), (algorithm,), None, None, ())


def _block_signers(archive: Archive) -> Iterator[BlockSigner]:
    for block_id, value in block_pairs(archive):
        if block_id in SCHEMES:
            yield from block_signers(SCHEMES[block_id], value)


def _marks(archive: Archive, schemes: Collection[str]) -> Iterator[Gap | Trait]:
    """What else the block and the file's edges say."""
    ids: dict[int, bytes] = {}
    try:
        ids = dict(block_pairs(archive))
        for block_id in SOURCE_STAMPS:
            if block_id in ids:
                yield Trait("source-stamp", hashlib.sha256(stamp_certificate(ids[block_id])).hexdigest())
                break
    except _FAULTS as error:
        yield _unreadable(f"source stamp: {str(error)[:160]}")
    if PLAY_FROSTING in ids:
        yield Trait("play-delivered")
    if DEPENDENCY_LIST in ids:
        yield Trait("dependency-list")
    removed = _removed_schemes(archive, schemes)
    if removed:
        yield Trait("scheme-removed", removed)
    archive.file.seek(0)
    if archive.file.read(4) == _DEX_MAGIC:
        yield Trait("dex-before-zip")


def _removed_schemes(archive: Archive, schemes: Collection[str]) -> str:
    """The schemes that the JAR signature says were used and that are not there."""
    said: set[str] = set()
    for name in archive.entries:
        if _V1_MANIFEST.fullmatch(name):
            try:
                match = _ALSO_SIGNED.search(archive.read(name)[:8192])
            except FormatError:
                continue
            said |= {f"v{number.strip()}" for number in match[1].decode("ascii").split(",")} if match else set()
    return ", ".join(sorted(scheme for scheme in said & {"v2", "v3"} if scheme not in schemes))


def _signer(certificate: bytes, about: _Found, public_keys: Collection[str]) -> Signer:
    from asn1crypto import x509

    parsed = x509.Certificate.load(certificate)
    validity: Any = parsed["tbs_certificate"]["validity"]
    digest = _sha256(certificate)
    subject = parsed.subject.human_friendly
    return Signer(
        sha256=digest,
        schemes=tuple(sorted(about.schemes)),
        subject=subject,
        issuer=parsed.issuer.human_friendly,
        algorithm=parsed["signature_algorithm"]["algorithm"].native,
        key_bits=parsed.public_key.bit_size,
        not_before=validity["not_before"].native.date().isoformat(),
        not_after=validity["not_after"].native.date().isoformat(),
        debug="Common Name: Android Debug" in subject or digest in public_keys,
        signed_with=tuple(about.algorithms),
        lineage=tuple(map(_sha256, about.lineage)),
        min_sdk=about.min_sdk,
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
