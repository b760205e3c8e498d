"""One call out of the package at work, and the pseudo-fields that more than one module knows."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from msgspec import Struct

from analyzer.flow.code import PRIMITIVES, Callee
from analyzer.flow.models import EVERY, THIS
from analyzer.flow.values import UNKNOWN, Value, joined

if TYPE_CHECKING:
    from analyzer.flow.frame import Frame

TEXT = "$text"
"""What a builder holds as a text, as long as that is known."""


class Call(Struct, frozen=True):
    """A call: the frame, what is called, the receiver and the arguments by declared parameter, and where."""

    frame: Frame
    callee: Callee
    receiver: Value
    arguments: tuple[Value, ...]
    at: int

    @property
    def key(self) -> Hashable:
        """What names the object that the call makes."""
        return (self.frame.context, self.frame.node, self.at)

    def value_of(self, base: int) -> Value:
        """The receiver, an argument, or all arguments together."""
        if base == THIS:
            return self.receiver
        if base == EVERY:
            return joined(self.arguments)
        return self.arguments[base] if base < len(self.arguments) else UNKNOWN


def can_hold(type_: str) -> bool:
    """Whether a value of the type can hold other data: no number, no text."""
    return type_[0] not in PRIMITIVES and type_ not in ("Ljava/lang/String;", "Ljava/lang/CharSequence;")
