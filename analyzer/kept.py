"""What was worked out from data files, kept in the user's cache folder as Python keeps its compiled modules.

Reading rules, checking them and joining tables takes longer than looking into a small package. A kept file carries the digest
of all that went into it, the code included, and is as good as working things out; one that is old, torn or another user's is
not looked at. It is msgpack of closed types: reading it runs nothing. Where no folder can be written nothing is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from analyzer import __version__
from analyzer.resources import cache_dir

T = TypeVar("T")

_PACKAGE = Path(__file__).resolve().parent
_MOST = 8  # files of one name: rule sets differ by the folders that are given
_DIGEST, _CHECK = 32, 4


def kept(name: str, shape: type[T], sources: Iterable[bytes], code: Iterable[str], make: Callable[[], T]) -> T:
    """What *make* returns, or what it returned before for the same *sources*.

    *sources* are all bytes that it depends on; *code* the files of this package that make it and say what its types are, by their
    paths in it. What *make* raises is raised, and nothing is kept; so it is where a source cannot be read.
    """
    folder = cache_dir("kept")
    stamp = _stamp(sources, code) if folder is not None else None
    if folder is None or stamp is None:
        return make()
    path = folder / f"{name}-{stamp.hex()[:24]}"
    found = _read(path, shape, stamp)
    if found is None:
        found = make()
        _write(path, msgspec.msgpack.encode(found), stamp)
    return found


def _stamp(sources: Iterable[bytes], code: Iterable[str]) -> bytes | None:
    """The digest of everything that decides the outcome; None when something cannot be read."""
    digest = hashlib.sha256(__version__.encode())
    try:
        parts = [*sources, *((_PACKAGE / name).read_bytes() for name in code)]
    except OSError:
        return None
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _read(path: Path, shape: type[T], stamp: bytes) -> T | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    body = memoryview(data)[_DIGEST + _CHECK :]
    if data[:_DIGEST] != stamp or data[_DIGEST : _DIGEST + _CHECK] != _check(body):
        return None
    try:
        return msgspec.msgpack.decode(body, type=shape)
    except msgspec.DecodeError:
        return None


def _check(body: bytes | memoryview) -> bytes:
    return zlib.crc32(body).to_bytes(_CHECK, "big")


def _write(path: Path, body: bytes, stamp: bytes) -> None:
    """Keep it, whole or not at all, and drop the oldest of the same name."""
    import tempfile

    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(stamp + _check(body) + body)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        named = path.parent.glob(f"{path.name.rpartition('-')[0]}-*")
        for old in sorted(named, key=lambda one: one.stat().st_mtime, reverse=True)[_MOST:]:
            old.unlink()
