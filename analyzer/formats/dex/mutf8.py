"""Modified UTF-8, the encoding of every string in a DEX file (dex-format specification, "MUTF-8 encoding")."""

from __future__ import annotations


def decode_mutf8(raw: bytes) -> str:
    """*raw* as text; never fails.

    A zero is encoded as C0 80, characters beyond the BMP as two surrogates of three bytes each. A lone surrogate,
    which no output can carry, is spelt out (``\\ud83d``); bytes that are no MUTF-8, which Android refuses, become U+FFFD.
    """
    if raw.isascii():
        return raw.decode("ascii")
    try:
        text = raw.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
        if b"\xed" in raw and any("\ud800" <= char <= "\udfff" for char in text):
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
            text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")
    return text
