"""Pure methods over bytes: character sets, Base64, arrays, digests and ciphers."""

from __future__ import annotations

import base64
import binascii
import codecs
import hashlib
from collections.abc import Callable
from typing import Literal

from analyzer import limits
from analyzer.program.evaluation.arithmetic import signed
from analyzer.program.evaluation.pure_texts import array, limited, number, text, thrown
from analyzer.program.evaluation.values import Array, Boxed, Charset, StopError, Unmade, Value, from_units, to_units

_CODECS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii", "iso-8859-1": "latin-1", "latin1": "latin-1",
    "utf-16": "utf-16", "utf-16be": "utf-16-be", "utf-16le": "utf-16-le",
}  # fmt: skip
_UTF8 = Charset("utf-8")  # the default on Android: java.nio.charset.Charset.defaultCharset
_DIGESTS = {"MD5": "md5", "SHA-1": "sha1", "SHA1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"}
_URL_SAFE = 8  # android.util.Base64.URL_SAFE


class Digest:
    """A MessageDigest: its algorithm and what it was given."""

    __slots__ = ("given", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.given = b""


class Key:
    """A SecretKeySpec or IvParameterSpec: its bytes."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw = raw


class Cipher:
    """A Cipher for AES: how it was asked for, and what it was given."""

    __slots__ = ("iv", "key", "mode", "padded")

    def __init__(self, mode: str, *, padded: bool) -> None:
        self.mode = mode
        self.padded = padded
        self.key: bytes | None = None
        self.iv: bytes | None = None


def of_bytes(raw: bytes) -> Array:
    """A byte array; Java's bytes are signed."""
    if len(raw) > limits.DECODED_ELEMENTS:
        raise StopError("budget", f"makes an array of more than {limits.DECODED_ELEMENTS:,} elements")
    return Array("B", [byte - 256 if byte > 127 else byte for byte in raw])


def raw_of(value: Value) -> bytes:
    """The bytes of a byte array."""
    return bytes(number(item) & 0xFF for item in array(value, "B").items)


def _charset(value: Value) -> Charset:
    if isinstance(value, Charset):
        return value
    codec = _CODECS.get(text(value).lower())
    if codec is None:
        raise StopError("unsupported", f"uses the character set {text(value)[:40]}")
    return Charset(codec)


def _encoded(value: Value, charset: Value = _UTF8) -> Array:
    return of_bytes(from_units_strictly(text(value)).encode(_charset(charset).codec, "replace"))


def from_units_strictly(units: str) -> str:
    """Code units as a text for an encoder; a lone surrogate becomes a question mark, as in Java."""
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\ufffd", "?")


def _decoded(made: Value, given: Value, *more: Value) -> str:
    """A new String of bytes: all or ``offset, length`` of them, in a character set or the default one."""
    if not isinstance(made, Unmade):
        raise StopError("unsupported", "makes a text out of nothing")
    raw = raw_of(given)
    if len(more) >= 2:
        first, count = number(more[0]), number(more[1])
        if not 0 <= first <= first + count <= len(raw):
            raise thrown("StringIndexOutOfBoundsException")
        raw = raw[first : first + count]
    charset = _charset(more[-1]) if len(more) in (1, 3) else _UTF8
    return limited(to_units(codecs.decode(raw, charset.codec, "replace")))


def _base64(given: Value, flags: Value = 0) -> Array:
    """android.util.Base64.decode: white space is passed over, padding may be missing."""
    raw = from_units(given).encode("ascii", "replace") if isinstance(given, str) else raw_of(given)
    raw = b"".join(raw.split())
    if number(flags) & _URL_SAFE:
        raw = raw.replace(b"-", b"+").replace(b"_", b"/")
    raw = raw.rstrip(b"=")
    try:
        return of_bytes(base64.b64decode(raw + b"=" * (-len(raw) % 4), validate=True))
    except binascii.Error:
        raise thrown("IllegalArgumentException") from None


def _base64_by(decoder: Value, given: Value) -> Array:
    """java.util.Base64.Decoder.decode."""
    if not isinstance(decoder, Boxed):
        raise StopError("unsupported", "decodes Base64 with something else")
    return _base64(given, decoder.value)


def _to_base64(given: Value, flags: Value) -> str:
    if number(flags) != 2:  # NO_WRAP
        raise StopError("unsupported", "writes Base64 in lines")
    return limited(base64.b64encode(raw_of(given)).decode("ascii"))


def _copied(source: Value, first: Value, target: Value, second: Value, count: Value) -> int:
    """System.arraycopy."""
    out, into = array(source, "ZBSCIJL"), array(target, "ZBSCIJL")
    low, at, length = number(first), number(second), number(count)
    if min(low, at, length) < 0 or low + length > len(out.items) or at + length > len(into.items):
        raise thrown("ArrayIndexOutOfBoundsException")
    if out.kind != into.kind:
        raise thrown("ArrayStoreException")
    if into.shared:
        raise StopError("state", "changes an array that a static field holds")
    into.items[at : at + length] = out.items[low : low + length]
    return 0


def _copy_of(given: Value, first: Value, last: Value) -> Array:
    """Arrays.copyOfRange: zeros behind the end."""
    whole = array(given, "ZBSCIJL")
    low, high = number(first), number(last)
    if not 0 <= low <= len(whole.items) or high < low:
        raise thrown("ArrayIndexOutOfBoundsException")
    if high - low > limits.DECODED_ELEMENTS:
        raise StopError("budget", f"makes an array of more than {limits.DECODED_ELEMENTS:,} elements")
    items = whole.items[low:high]
    return Array(whole.kind, items + [0] * (high - low - len(items)))


def _clone(given: Value) -> Array:
    whole = array(given, "ZBSCIJL")
    return Array(whole.kind, whole.items[:])


def _digest_named(name: Value) -> Digest:
    known = _DIGESTS.get(text(name).upper())
    if known is None:
        raise StopError("unsupported", f"makes a digest by {text(name)[:40]}")
    return Digest(known)


def _digest(value: Value, given: Value = None) -> Array:
    if not isinstance(value, Digest):
        raise StopError("unsupported", "makes a digest with something else")
    whole, value.given = value.given + (b"" if given is None else raw_of(given)), b""
    return of_bytes(hashlib.new(value.name, whole, usedforsecurity=False).digest())


def _digest_more(value: Value, given: Value) -> int:
    if not isinstance(value, Digest):
        raise StopError("unsupported", "makes a digest with something else")
    value.given += raw_of(given)
    if len(value.given) > limits.DECODED_ELEMENTS:
        raise StopError("budget", f"makes a digest of more than {limits.DECODED_ELEMENTS:,} bytes")
    return 0


def _key(made: Value, given: Value, *_: Value) -> Key:
    if not isinstance(made, Unmade):
        raise StopError("unsupported", "makes a key out of nothing")
    return Key(raw_of(given))


def _cipher_named(name: Value) -> Cipher:
    """Cipher.getInstance; ``AES`` alone is AES/ECB/PKCS5Padding on Android."""
    algorithm, _, rest = text(name).upper().partition("/")
    mode, _, padding = (rest or "ECB/PKCS5PADDING").partition("/")
    if algorithm != "AES" or mode not in ("ECB", "CBC") or padding not in ("PKCS5PADDING", "PKCS7PADDING", "NOPADDING"):
        raise StopError("unsupported", f"decrypts by {text(name)[:40]}")
    return Cipher(mode, padded=padding != "NOPADDING")


def _cipher_ready(cipher: Value, mode: Value, key: Value, iv: Value = None) -> int:
    if not isinstance(cipher, Cipher) or not isinstance(key, Key) or number(mode) != 2:  # DECRYPT_MODE
        raise StopError("unsupported", "encrypts")
    cipher.key, cipher.iv = key.raw, iv.raw if isinstance(iv, Key) else None
    return 0


def _decrypted(cipher: Value, given: Value) -> Array:
    if not isinstance(cipher, Cipher) or cipher.key is None:
        raise StopError("unsupported", "decrypts with something else")
    # cryptography costs 0.1 s to import: only for packages that decrypt with known keys
    from cryptography.hazmat.primitives.ciphers import Cipher as Implementation
    from cryptography.hazmat.primitives.ciphers import algorithms, modes

    raw = raw_of(given)
    if len(raw) % 16 or len(cipher.key) not in (16, 24, 32) or (cipher.mode == "CBC" and len(cipher.iv or b"") != 16):
        raise thrown("GeneralSecurityException")
    mode = modes.CBC(cipher.iv or b"") if cipher.mode == "CBC" else modes.ECB()
    step = Implementation(algorithms.AES(cipher.key), mode).decryptor()
    plain = step.update(raw) + step.finalize()
    if cipher.padded:
        count = plain[-1] if plain else 0
        if not 1 <= count <= 16 or plain[-count:] != bytes([count]) * count:
            raise thrown("BadPaddingException")
        plain = plain[:-count]
    return of_bytes(plain)


def _field(codec: Literal["utf-8", "ascii", "latin-1", "utf-16", "utf-16-be", "utf-16-le"]) -> Callable[[], Charset]:
    return lambda: Charset(codec)


OPERATIONS: dict[str, Callable[..., Value]] = {
    "charset": _charset,
    "default-charset": lambda: _UTF8,
    "utf-8": _field("utf-8"),
    "us-ascii": _field("ascii"),
    "iso-8859-1": _field("latin-1"),
    "utf-16": _field("utf-16"),
    "utf-16be": _field("utf-16-be"),
    "utf-16le": _field("utf-16-le"),
    "bytes-of-text": _encoded,
    "new-string-of-bytes": _decoded,
    "base64-decode": _base64,
    "base64-encode": _to_base64,
    "base64-decoder": lambda: Boxed("base64", 0),
    "base64-url-decoder": lambda: Boxed("base64", _URL_SAFE),
    "base64-decode-by": _base64_by,
    "array-copy": _copied,
    "copy-of": lambda given, length: _copy_of(given, 0, length),
    "copy-of-range": _copy_of,
    "clone": _clone,
    "byte-value": lambda value: signed(value.value, 8) if isinstance(value, Boxed) else number(value),
    "digest": _digest_named,
    "digest-of": _digest,
    "digest-more": _digest_more,
    "key": _key,
    "cipher": _cipher_named,
    "cipher-ready": _cipher_ready,
    "decrypt": _decrypted,
}
"""What the table may name, see ``pure_methods``."""
