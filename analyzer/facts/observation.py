"""What ``observe`` yields for one package: its facts, what was read, and what it was looked at with.

An observation is all that judging needs. It is stored as msgpack; ``assess`` never opens the package.
"""

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from analyzer.errors import ResultError
from analyzer.facts.model import Fact

OBSERVATION_VERSION = 3

Stage = Literal["manifest", "signers", "dex", "reach", "flow", "libraries", "endpoints", "secrets", "native", "payloads"]


class Coverage(Struct, frozen=True):
    """How much of the DEX code was read. An unreadable DEX file counts by its size, as two bytes an instruction."""

    dex_read: int = 0
    dex_total: int = 0
    dex_bytes: int = 0
    methods: int = 0
    instructions: int = 0
    share_permille: int = 0


class Observation(Struct, frozen=True):
    """Facts about one package file, sorted, with the stages that ran.

    ``file`` is the base name as given, ``sha256`` of the package file (None when it could not be read), ``size`` in
    bytes. ``stages`` names those that ran: an absent one is *not looked*, not *none found*. ``error`` is the one line
    that says why nothing could be read; then there are no facts but the gap. ``timings`` are CPU milliseconds by stage.
    """

    version: int
    tool_version: str
    watch_digest: str
    file: str
    sha256: str | None = None
    size: int | None = None
    stages: tuple[Stage, ...] = ()
    facts: tuple[Fact, ...] = ()
    coverage: Coverage = Coverage()
    error: str | None = None
    timings: dict[str, int] = {}
    platform_api_level: int | None = None


def save_observation(observation: Observation, path: Path) -> None:
    """Write *observation* to *path* as msgpack."""
    path.write_bytes(msgspec.msgpack.encode(observation))


def load_observation(path: Path) -> Observation:
    """Read an observation back. Raises ``ResultError`` for a file that is none or of another version."""
    try:
        observation = msgspec.msgpack.decode(path.read_bytes(), type=Observation)
    except (OSError, msgspec.DecodeError) as error:
        raise ResultError(f"not a saved observation: {error}", where=str(path)) from None
    if observation.version != OBSERVATION_VERSION:
        raise ResultError(
            f"saved observation has version {observation.version}, this apkvet reads {OBSERVATION_VERSION}",
            where=str(path),
            mend="Scan the package again.",
        )
    return observation
