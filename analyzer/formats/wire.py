"""Protocol buffers as fields, without a schema: what a bundle's manifests and resources are written in.

https://protobuf.dev/programming-guides/encoding/. A message is walked once; nothing is copied, nothing is recursive.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.errors import FormatError

Value = int | memoryview
_VARINT, _LONG, _BYTES, _INT = 0, 1, 2, 5
_MOST_VARINT_BYTES = 10


def fields(message: memoryview) -> Iterator[tuple[int, Value]]:
    """Number and value of each field, in order: whole numbers as they stand, everything else as bytes.

    Raises ``FormatError`` where the bytes are no message.
    """
    at, end = 0, len(message)
    while at < end:
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        if number == 0:
            raise FormatError("a protocol buffer has a field without a number")
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if kind == _BYTES:
            size, at = _varint(message, at)
        elif kind in (_LONG, _INT):
            size = 8 if kind == _LONG else 4
        else:
            raise FormatError(f"a protocol buffer has a field of the unknown kind {kind}")
        if size > end - at:
            raise FormatError("a field of a protocol buffer is cut short")
        piece = message[at : at + size]
        yield number, piece if kind == _BYTES else int.from_bytes(piece, "little")
        at += size


def messages(message: memoryview, number: int) -> Iterator[memoryview]:
    """The messages in field *number*. Raises ``FormatError``."""
    return (value for found, value in fields(message) if found == number and isinstance(value, memoryview))


def message_at(message: memoryview, *numbers: int) -> memoryview | None:
    """The message at a path of field numbers, of a field that occurs more than once the last. Raises ``FormatError``."""
    found: memoryview | None = message
    for number in numbers:
        if found is None:
            return None
        inner = None
        for inner in messages(found, number):  # noqa: B007  # the last counts
            pass
        found = inner
    return found


def number_at(message: memoryview, number: int) -> int | None:
    """The whole number in field *number*, the last of several. Raises ``FormatError``."""
    result = None
    for found, value in fields(message):
        if found == number and isinstance(value, int):
            result = value
    return result


def text_at(message: memoryview, number: int) -> str:
    """The text in field *number*, '' where there is none. Raises ``FormatError``."""
    found = message_at(message, number)
    return "" if found is None else text(found)


def text(piece: memoryview) -> str:
    """Bytes as text."""
    return bytes(piece).decode("utf-8", "replace")


def signed(value: int) -> int:
    """An ``int32`` out of its varint, which carries negative numbers in 64 bits."""
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(_MOST_VARINT_BYTES):
        if at >= len(message):
            raise FormatError("a number of a protocol buffer is cut short")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return value, at
    raise FormatError("a number of a protocol buffer is too long")
