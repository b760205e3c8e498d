"""What a register may hold while a method is evaluated.

A whole number is an ``int``, and so is null (0), as in DEX. A text is a ``str`` with one character for each UTF-16 code unit, so
that ``charAt`` and ``length`` mean what they mean in Java. Everything else is one of the classes here.
"""

from __future__ import annotations

from typing import Literal

StopKind = Literal["argument", "impure", "native", "state", "budget", "throws", "unsupported"]


FAULTS = (TypeError, ValueError, IndexError, AttributeError, KeyError, OverflowError, MemoryError)
"""What Python raises for code that no compiler makes: registers that are not there, numbers taken for objects."""


class StopError(Exception):
    """Why an evaluation ended without a result: its ``kind``, and ``what`` in words that follow "it" (``calls x.y``)."""

    def __init__(self, kind: StopKind, what: str) -> None:
        super().__init__(what)
        self.kind = kind
        self.what = what

    def again(self) -> StopError:
        """The same, to be raised: one that is kept would keep every frame that it went through, and so the whole package."""
        return StopError(self.kind, self.what)


class Unknown:
    """A value that is not known, and why."""

    __slots__ = ("why",)

    def __init__(self, why: StopError) -> None:
        self.why = why


class Array:
    """An array: ``kind`` is the descriptor of its elements' type. ``shared``: a static field may hold it.

    ``spoiled``: code that was not evaluated may have changed it.
    """

    __slots__ = ("items", "kind", "shared", "spoiled")

    def __init__(self, kind: str, items: list[Value], *, shared: bool = False) -> None:
        self.kind = kind
        self.items = items
        self.shared = shared
        self.spoiled: StopError | None = None


class Builder:
    """A StringBuilder or StringBuffer: its UTF-16 code units."""

    __slots__ = ("shared", "spoiled", "units")

    def __init__(self, *, shared: bool = False) -> None:
        self.units: list[str] = []
        self.shared = shared
        self.spoiled: StopError | None = None


class Instance:
    """An object of a class of the package: ``type_id`` its number, ``fields`` by name and type."""

    __slots__ = ("fields", "shared", "spoiled", "type_id")

    def __init__(self, type_id: int, *, shared: bool = False) -> None:
        self.type_id = type_id
        self.fields: dict[str, Value] = {}
        self.shared = shared
        self.spoiled: StopError | None = None


class Boxed:
    """An Integer, Character, Byte or the like."""

    __slots__ = ("kind", "value")

    def __init__(self, kind: str, value: int) -> None:
        self.kind = kind
        self.value = value


class Charset:
    """A character set, by the name that Python's codecs have for it."""

    __slots__ = ("codec",)

    def __init__(self, codec: str) -> None:
        self.codec = codec


class Unmade:
    """A new String or object of the platform before its constructor: ``type`` its descriptor."""

    __slots__ = ("type",)

    def __init__(self, type_: str) -> None:
        self.type = type_


Value = int | str | Array | Builder | Instance | Boxed | Charset | Unmade | Unknown | object
Mutable = (Array, Builder, Instance)


def units_of(raw: bytes) -> str:
    """The text that MUTF-8 *raw* stands for, in UTF-16 code units. Raises ``StopError`` for what is no MUTF-8."""
    try:
        return raw.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise StopError("unsupported", "names a text that cannot be read") from None


def to_units(text: str) -> str:
    """*text* with a character for each UTF-16 code unit."""
    if text.isascii() or max(text) < "\U00010000":
        return text
    raw = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(raw[at] | raw[at + 1] << 8) for at in range(0, len(raw), 2))


def from_units(units: str) -> str:
    """Code *units* as a text; a lone surrogate, which no output can carry, is spelt out (``\\ud83d``)."""
    if units.isascii() or not any("\ud800" <= unit <= "\udfff" for unit in units):
        return units
    text = units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
