"""The words of the flow tables: values of a call, effects on them, sources, sinks, channels."""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct

from analyzer.facts import Category

THIS, RESULT, EVERY = -1, -2, -3
"""Bases of a ``Term`` that are no declared parameter: the receiver, what is returned, every declared parameter."""

Kind = Literal["copy", "taint", "new", "none", "clear", "eval", "wrap", "mix"]
"""What an effect does.

``copy``: the same value, with identity, constants and marks. ``taint``: marks only. ``new``: the result is a new object of
the declared type; with a key ``store:arg0`` or ``store:"name"`` the one object of that name in the whole app. ``none``:
nothing flows. ``clear``: what the target held is gone; a key ``arg0=0`` makes it depend on a constant. ``eval``: ``key``
names an operation on constants, whose outcome is the result's text, or the receiver's where it is a constructor or changes
its receiver. ``wrap``: what is written into the target goes on into the source. ``mix``: which part is where is not known
any more.
"""
EVALUATIONS = frozenset(
    {
        *("concat", "substring", "trim", "lower", "upper", "replace", "char-at", "equals", "equals-ignore-case", "starts-with"),
        *("ends-with", "contains", "index-of", "is-empty", "length", "value-of", "reverse", "to-string", "intern", "parse-int"),
        *("random-below", "for-name", "load-class", "class-name", "new-instance", "forget", "class-of", "host-of"),
    }
)
DESTINATIONS = frozenset(
    {"network", "messages", "process-execution", "ipc", "files", "logs", "webview", "clipboard", "storage", "stream"}
)
"""``stream``: wherever the receiver was opened to (``Models.channels``)."""
LABELS = frozenset({"hashed", "encrypted", "encoded"})


class Term(NamedTuple):
    """A place of a call: ``base`` a declared parameter or ``THIS``, ``RESULT``, ``EVERY``; ``part`` '', content or element."""

    base: int
    part: str


class Effect(NamedTuple):
    """What a call does to values. ``key`` and ``labels`` as in the table, empty for ``-``.

    ``key`` chooses the part of an ``.element``: ``argN`` the one that this argument names, ``+`` a new last one, ``*`` any,
    ``=`` each under its own name (from elements to elements), a number that index, a text in quotes that fixed part.
    """

    source: Term | None
    target: Term | None
    kind: Kind
    key: str
    labels: tuple[str, ...]


class Source(Struct, frozen=True):
    """Where data comes from: ``kind`` is call, getter, parameter, field or received; ``value`` is ``RESULT`` or a parameter.

    ``when``: only if this argument is (``=``) or begins with (``^``) this constant.
    """

    category: Category
    kind: str
    value: int
    when: tuple[int, str, str] | None


class Sink(Struct, frozen=True):
    """Where data leaves: ``data`` are the values that do, ``host`` is the value that says where to."""

    destination: str
    data: tuple[int, ...]
    host: int | None


class Channel(Struct, frozen=True):
    """A value that leads to a destination: ``opened`` is ``RESULT`` or ``THIS``, ``host`` the value that says where to."""

    destination: str
    opened: int
    host: int | None
