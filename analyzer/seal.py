"""Seals on folders of rules, tables, policies and templates: who answers for them, and that nobody changed them since.

A seal is a file in the folder: the SHA-256 of every other file, and an Ed25519 signature (RFC 8032) of that list. It is made and
checked offline, with keys as ``openssl genpkey -algorithm ed25519`` writes them (PEM, RFC 8410).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct

from analyzer.errors import RuleError, UsageError

SEAL = "SEAL.json"
_MOST_NAMED = 5
_MOST_FILES, _MOST_BYTES = 20_000, 256 << 20
_KEY_MEND = "Make one with: openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out pub.pem"


class _Seal(Struct, frozen=True, forbid_unknown_fields=True):
    """What the seal's file holds: digests (hex) by path, and the signature (base64)."""

    files: dict[str, str]
    signature: str


def make_seal(folder: Path, key: Path) -> int:
    """Seal *folder* with the private key in *key*; how many files are under the seal.

    Raises ``UsageError`` for a key that is none, and ``RuleError`` for a folder that cannot be sealed.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"is no private key that can be used: {error}", where=str(key), mend=_KEY_MEND) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise UsageError("is no Ed25519 key", where=str(key), mend=_KEY_MEND)
    files = _digests(folder)
    signature = base64.b64encode(private.sign(_signed(files))).decode()
    sealed = msgspec.json.format(msgspec.json.encode(_Seal(files, signature)), indent=1)
    (folder / SEAL).write_bytes(sealed + b"\n")
    return len(files)


def check_seal(folder: Path, key: Path) -> int:
    """Check the seal of *folder* against the public key in *key*; how many files it covers.

    Raises ``RuleError`` that names what was changed, added or removed, and ``UsageError`` for a key that is none.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        public = load_pem_public_key(key.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"is no public key: {error}", where=str(key), mend=_KEY_MEND) from None
    if not isinstance(public, Ed25519PublicKey):
        raise UsageError("is no Ed25519 key", where=str(key), mend=_KEY_MEND)
    mend = "Get it again from who answers for it, or seal it anew: apkvet rules seal."
    try:
        seal = msgspec.json.decode((folder / SEAL).read_bytes(), type=_Seal)
        public.verify(base64.b64decode(seal.signature, validate=True), _signed(seal.files))
    except OSError:
        raise RuleError(f"has no seal ({SEAL})", where=str(folder), mend=mend) from None
    except (msgspec.DecodeError, binascii.Error, UnicodeEncodeError):
        raise RuleError("has a damaged seal", where=str(folder), mend=mend) from None
    except InvalidSignature:
        raise RuleError("has a seal of another key", where=str(folder), mend=mend) from None
    found = _digests(folder)
    wrong = [f"{name} was removed" for name in sorted(seal.files.keys() - found.keys())]
    wrong += [f"{name} was added" for name in sorted(found.keys() - seal.files.keys())]
    wrong += [f"{name} was changed" for name in sorted(found) if seal.files.get(name, found[name]) != found[name]]
    if wrong:
        more = f" and {len(wrong) - _MOST_NAMED} more" if len(wrong) > _MOST_NAMED else ""
        raise RuleError(f"is not as it was sealed: {', '.join(wrong[:_MOST_NAMED])}{more}", where=str(folder), mend=mend)
    return len(found)


def _digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below *folder* but the seal. Raises ``RuleError``: links could be pointed elsewhere later."""
    found: dict[str, str] = {}
    total = 0
    if not folder.is_dir():
        raise RuleError("is no folder", where=str(folder))
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise RuleError(
                f"holds {name}, which is neither a file nor a folder", where=str(folder), mend="Put a copy in its place."
            )
        if path.is_file() and name != SEAL:
            total += path.stat().st_size
            if len(found) >= _MOST_FILES or total > _MOST_BYTES:
                raise RuleError("is too large to be a folder of rules", where=str(folder))
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _signed(files: dict[str, str]) -> bytes:
    """The bytes that are signed: a line for each file, in the order of names; no name can imitate a line's end."""
    lines = [f"{digest} {len(name.encode())} {name}\n" for name, digest in sorted(files.items())]
    return "".join(["apkvet seal 1\n", *lines]).encode()
