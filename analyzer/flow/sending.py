"""Where data leaves: sinks, and channels through which what is written goes to a destination."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analyzer.flow.heap import WRAPPED, Element, Fixed, Heap
from analyzer.flow.machine import Machine, Passing
from analyzer.flow.models import RESULT, Channel, Sink
from analyzer.flow.site import TEXT, Call
from analyzer.flow.values import Value, constant, marks_joined

if TYPE_CHECKING:
    from analyzer.flow.specials import Specials

_CHANNEL, _HOST, _STREAM, _URL = "$channel", "$host", "stream", Element(Fixed("url"))
_DEEPEST = 4


class Sending:
    """Notes which marks get into calls that pass data on."""

    def __init__(self, machine: Machine, specials: Specials) -> None:
        self._machine = machine
        self._specials = specials

    def sinks(self, call: Call, sinks: Sequence[Sink]) -> None:
        """The call lets data leave."""
        heap = call.frame.heap
        for sink in sinks:
            destination, host = sink.destination, None
            if destination == _STREAM:
                destination, host = self._channel(heap, call.receiver)
                if not destination:
                    continue
            if destination == "ipc" and self._specials.stays_inside(call):
                continue
            marks = marks_joined(heap.deep_marks(call.value_of(base)) for base in sink.data)
            marks = marks_joined((marks, call.frame.control)) if call.frame.control else marks
            if marks:
                host = host or self._host(call, sink.host)
                self._machine.send(
                    marks, Passing(call.frame.node, call.at, self._machine.code.declared(call.callee), destination, host)
                )

    def _host(self, call: Call, base: int | None) -> str | None:
        """The address that a value is or holds: as a text, as where a channel leads, or as the part of a request that says so."""
        if base is None:
            return None
        heap, level = call.frame.heap, [call.value_of(base)]
        for _ in range(_DEEPEST):
            for value in level:
                if value.beginnings():
                    return value.beginnings()[0]
            numbers = sorted({number for value in level for number in value.objects})
            level = [known for n in numbers for field in (_HOST, TEXT, _URL) if (known := heap.get(n, field)) is not None]
        return None

    def open(self, call: Call, channel: Channel, result: Value) -> None:
        """The call opens a way to a destination."""
        value = result if channel.opened == RESULT else call.value_of(channel.opened)
        self.opened(call.frame.heap, value, channel.destination, self._host(call, channel.host))

    @staticmethod
    def opened(heap: Heap, value: Value, destination: str, host: str | None) -> None:
        """What is written into *value* goes to *destination* from now on."""
        for number in sorted(value.objects):
            if destination:
                heap.put(number, _CHANNEL, constant(destination), strong=True)
            if host:
                heap.put(number, _HOST, constant(host), strong=True)

    def _channel(self, heap: Heap, value: Value) -> tuple[str, str | None]:
        """Where what is written into a stream goes: through all that it wraps."""
        seen: set[int] = set()
        stack = sorted(value.objects)
        while stack:
            number = stack.pop()
            if number in seen:
                continue
            seen.add(number)
            known = heap.get(number, _CHANNEL)
            if known is not None and known.texts():
                host = heap.get(number, _HOST)
                return known.texts()[0], host.texts()[0] if host is not None and host.texts() else None
            wrapped = heap.get(number, WRAPPED)
            stack += sorted(wrapped.objects) if wrapped is not None else []
        return "", None
