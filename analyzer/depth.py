"""How far a package is looked into: what the user chose, a part of what an observation is filed under."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from analyzer.facts import Stage

FlowMode = Literal["off", "fast", "full"]

_STAGES: tuple[Stage, ...] = ("manifest", "signers", "dex", "libraries", "endpoints", "secrets", "native", "payloads")


class Depth(Struct, frozen=True):
    """How far a package is looked into. ``reach``: the call graph, that is what starts each call and what surrounds it.

    ``flow``: whether data is followed from where it is read, and within which budget; ``implicit``: also through what a
    branch on it decides.
    """

    reach: bool = True
    flow: FlowMode = "fast"
    implicit: bool = False

    @property
    def name(self) -> str:
        """The depth as one word: observations of the same depth can be compared."""
        if not self.reach:
            return "calls"
        return "reach" if self.flow == "off" else f"flow-{self.flow}{'-implicit' if self.implicit else ''}"

    @property
    def smaller(self) -> Depth | None:
        """What is tried when this was too much: first without following data, then without the call graph; None at the end."""
        if not self.reach:
            return None
        return Depth(reach=False) if self.flow == "off" else Depth(flow="off")

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that run at this depth."""
        if not self.reach:
            return _STAGES
        return (*_STAGES, "reach") if self.flow == "off" else (*_STAGES, "reach", "flow")


FULL = Depth()
