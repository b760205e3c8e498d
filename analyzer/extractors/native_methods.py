"""Joins what native libraries implement to the Java methods that are declared ``native``.

The names of exported functions follow the JNI specification ("Resolving Native Method Names"): ``Java_``, the mangled class,
``_``, the mangled method and, where overloads ask for it, ``__`` with the mangled parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set

import numpy as np
from msgspec import Struct

from analyzer.formats.elf import NativeMethod
from analyzer.program.graph.linking import Linked

_NATIVE = 0x100
_MOST_METHODS = 20_000
_ESCAPES = {"_": "_1", ";": "_2", "[": "_3", "/": "_"}
_BEFORE_PARAMETERS = re.compile(r"__(?![0-3])")  # ``__1`` is a segment that starts with an underscore
_PARTS = re.compile(r"_0([0-9a-f]{4})|_([123])|_|[^_]+")


class Joined(Struct, frozen=True):
    """The Java methods that one library implements (node numbers), and what it implements that no class declares."""

    nodes: tuple[int, ...]
    unknown: tuple[str, ...]


def mangled(text: str) -> str:
    """*text* (a class or method name, or parameters) as it stands in the name of a native function."""
    out = []
    for char in text:
        if char in _ESCAPES:
            out.append(_ESCAPES[char])
        elif char.isascii() and char.isalnum():
            out.append(char)
        else:
            units = char.encode("utf-16-be", "surrogatepass")
            out += [f"_0{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)]
    return "".join(out)


def unmangled(name: str) -> str | None:
    """``La/B;->c`` (with ``(I)`` if the name has parameters) for ``Java_a_B_c``, or None for a name of another kind."""
    if not name.startswith("Java_"):
        return None
    short, *rest = _BEFORE_PARAMETERS.split(name.removeprefix("Java_"), maxsplit=1)
    cls, slash, method = _unescaped(short).rpartition("/")
    if not slash or not cls or not method:
        return None
    return f"L{cls};->{method}" + (f"({_unescaped(rest[0])})" if rest else "")


def _unescaped(text: str) -> str:
    out = []
    for match in _PARTS.finditer(text):
        if match[1]:
            out.append(chr(int(match[1], 16)))
        elif match[2]:
            out.append("_;["[int(match[2]) - 1])
        else:
            out.append("/" if match[0] == "_" else match[0])
    return "".join(out)


class JavaSide:
    """The methods of the package that are declared ``native``, by the names that a library can have for them."""

    def __init__(self, linked: Linked) -> None:
        self._linked = linked
        self._exported: dict[str, list[int]] = {}
        self._registered: dict[tuple[str, str], list[int]] = {}
        self.nodes = np.flatnonzero(linked.nodes.flags & _NATIVE)[:_MOST_METHODS].tolist()
        for node in self.nodes:
            name, signature = linked.name(node), linked.member(node)
            signature = signature[signature.index("(") :]
            short = f"Java_{mangled(linked.holder(node)[1:-1])}_{mangled(name)}"
            parameters = mangled(signature[1 : signature.index(")")])
            self._exported.setdefault(short, []).append(node)
            self._exported.setdefault(f"{short}__{parameters}", []).append(node)
            self._registered.setdefault((name, signature), []).append(node)

    def joined(self, exports: Iterable[str], tables: Iterable[NativeMethod], texts: Set[bytes]) -> Joined:
        """What a library implements. A row of a table names no class: it is one that the library names, or the only possible."""
        nodes: set[int] = set()
        unknown: set[str] = set()
        for name in exports:
            if not name.startswith("Java_"):
                continue
            found = self._exported.get(name, ())
            nodes.update(found)
            other = unmangled(name) if not found else None
            if other is not None:
                unknown.add(other)
        for row in tables:
            possible = self._registered.get((row.name, row.signature), [])
            named = [node for node in possible if self._linked.holder(node)[1:-1].encode() in texts]
            if len(possible) == 1 or named:
                nodes.update(named or possible)
            else:
                unknown.add(f"{row.name}{row.signature}")
        return Joined(tuple(sorted(nodes)), tuple(sorted(unknown)))

    def descriptors(self, nodes: Iterable[int]) -> list[str]:
        """The descriptors of methods."""
        return [self._linked.descriptor(node) for node in nodes]

    def missing(self, implemented: Mapping[int, object] | Set[int]) -> list[int]:
        """The native methods that no library is seen to implement."""
        return [node for node in self.nodes if node not in implemented]
