"""Observations as they are stored and sent: msgpack, compressed."""

from __future__ import annotations

import zlib

import msgspec

from analyzer.errors import CatalogError
from analyzer.facts import Observation
from analyzer.facts.observation import OBSERVATION_VERSION

_LEVEL = 6  # of zlib: a fiftieth of the time that looking takes, and a fifth smaller than level 1


class _Header(msgspec.Struct):
    """What is read before the rest is understood."""

    version: int


_decoder = msgspec.msgpack.Decoder(Observation)
_header = msgspec.msgpack.Decoder(_Header)


def pack(observation: Observation) -> bytes:
    """*observation* as compressed msgpack."""
    return zlib.compress(msgspec.msgpack.encode(observation), _LEVEL)


def unpack(packed: bytes) -> Observation:
    """The observation again. Raises ``CatalogError`` for damaged bytes and for another version of observations."""
    try:
        data = zlib.decompress(packed)
        version = _header.decode(data).version
        if version == OBSERVATION_VERSION:
            return _decoder.decode(data)
    except (zlib.error, msgspec.DecodeError) as error:
        raise CatalogError(f"a stored observation is damaged: {error}", mend="Scan the package again.") from None
    raise CatalogError(
        f"a stored observation has version {version}, this apkvet reads {OBSERVATION_VERSION}", mend="Scan the package again."
    )
