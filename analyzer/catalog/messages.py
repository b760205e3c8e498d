"""What coordinator and worker say to each other: msgpack of closed types.

Nothing that a hostile package may have done to a worker runs in the coordinator.
"""

from __future__ import annotations

from multiprocessing.connection import Connection

import msgspec
from msgspec import Struct

from analyzer.catalog.work import Content, Failure, Item, Seen
from analyzer.scan import Depth


class Ready(Struct, frozen=True, tag="ready"):
    """A worker has started."""


class Known(Struct, frozen=True, tag="known"):
    """The package was not looked into, as asked."""


class _Look(Struct, frozen=True, tag="look"):
    depth: Depth | None


class _Fetch(Struct, frozen=True, tag="fetch"):
    item: Item


class _Content(Struct, frozen=True, tag="content"):
    content: Content


class _Seen(Struct, frozen=True, tag="seen"):
    seen: Seen


class _Failure(Struct, frozen=True, tag="failure"):
    failure: Failure


Message = Ready | Known | Content | Seen | Failure | Item | Depth | None
_decoder = msgspec.msgpack.Decoder(Ready | Known | _Look | _Fetch | _Content | _Seen | _Failure)


def send(connection: Connection, message: Message) -> None:
    """Send one message; None and a ``Depth`` are the answers to a ``Content``."""
    wrapped: Struct
    if isinstance(message, Content):
        wrapped = _Content(message)
    elif isinstance(message, Seen):
        wrapped = _Seen(message)
    elif isinstance(message, Failure):
        wrapped = _Failure(message)
    elif isinstance(message, Item):
        wrapped = _Fetch(message)
    elif isinstance(message, (Ready, Known)):
        wrapped = message
    else:
        wrapped = _Look(message)
    connection.send_bytes(msgspec.msgpack.encode(wrapped))


def receive(connection: Connection) -> Message:
    """The next message. Raises ``EOFError`` when the other side is gone, and when it talks nonsense."""
    try:
        message = _decoder.decode(connection.recv_bytes())
    except msgspec.DecodeError as error:
        raise EOFError(str(error)) from None
    if isinstance(message, (Ready, Known)):
        return message
    return getattr(message, message.__struct_fields__[0])  # type: ignore[no-any-return]
