"""Which methods have the shape of a decoder, and which results show that a text was hidden.

The shape, by columns: few plain parameters, a text as result, and somewhere in what they run characters or bytes are made
by arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from analyzer.formats.dex import opcodes as op
from analyzer.formats.dex.columns import among
from analyzer.program.evaluation.values import Array, Value, from_units
from analyzer.program.graph.linking import Linked

_PLAIN = frozenset({"Ljava/lang/String;", "I", "J", "S", "B", "C", "Z", "[B", "[C", "[I", "[S", "[J", "[Ljava/lang/String;"})
_MOST_PARAMETERS = 6
_STATIC, _NATIVE = 0x8, 0x100
_MOST_DEPTH, _MOST_CALLEES = 3, 40
# int-to-byte, int-to-char, and every xor but those of truth values and flags, which no loop holds either.
_MIXES = op.opcode_mask(frozenset({0x8D, 0x8E, 0x97, 0xB7, 0xD7, 0xDF, 0xA2, 0xC2}))
_UNPACKERS = frozenset({"Landroid/util/Base64;", "Ljava/util/Base64$Decoder;", "Ljavax/crypto/Cipher;"})

_LETTERS = re.compile(r"[^\W\d_]{2}")
_NO_WORDS = re.compile(r"[0-9a-fA-F]+|[\W\d_]*")
_HEX = re.compile(r"(?:[0-9a-f]{2}){4,}|(?:[0-9A-F]{2}){4,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{7,}={0,2}")
_NOT_PLAIN = re.compile(r"[\W_]+")
_SHORTEST = 3
_LEAST_LETTERS, _VOWELS = 6, 6  # one letter of three is a vowel in English; of six in hardly any word
_STANDING = 3  # of five characters


class Shapes:
    """The methods of a package that may be decoders."""

    def __init__(self, linked: Linked) -> None:
        self._linked = linked
        self._mixing: list[set[int] | None] = [None] * len(linked.dex_files)

    def candidates(self) -> tuple[list[int], list[int]]:
        """The methods that are called and have the shape of a decoder, and static native ones that only could.

        Of methods that are not static those of classes that keep an object of their own kind: others have unknown receivers.
        """
        nodes, sites = self._linked.nodes, self._linked.sites
        called = np.bincount(sites.target[sites.target >= 0], minlength=len(nodes.key)) > 0
        found: list[int] = []
        native: list[int] = []
        for number, dex in enumerate(self._linked.dex_files):
            shapes = self._shapes(number)
            own = np.flatnonzero(called & (nodes.dex == number))
            methods = dex.pools.methods[nodes.method[own]]
            kept = np.zeros(len(dex.pools.types) + 1, dtype=bool)
            fields = dex.pools.fields
            kept[fields["holder"][fields["holder"] == fields["shape"]]] = True
            own = own[shapes[methods["shape"]] & ((nodes.flags[own] & _STATIC != 0) | kept[methods["holder"]])]
            for node in own.tolist():
                if int(nodes.item[node]) < 0:
                    if int(nodes.flags[node]) & _NATIVE and int(nodes.flags[node]) & _STATIC:
                        native.append(node)
                elif self._mixes(node, 0, set()):
                    found.append(node)
        return found, native

    def _shapes(self, number: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """For each prototype of a file whether it gives a text and takes only plain values."""
        pools = self._linked.dex_files[number].pools
        fits = np.zeros(len(pools.protos) + 1, dtype=bool)
        text = pools.type_row("Ljava/lang/String;")
        if text is None:
            return fits
        for row in np.flatnonzero(pools.protos["returns"] == text).tolist():
            parameters = pools.parameter_types(row)
            fits[row] = 0 < len(parameters) <= _MOST_PARAMETERS and _PLAIN.issuperset(parameters)
        return fits

    def _mixes(self, node: int, depth: int, seen: set[int]) -> bool:
        """Whether *node*, or what it calls, makes characters or bytes by arithmetic, or unpacks bytes by the platform."""
        seen.add(node)
        linked = self._linked
        number, item = int(linked.nodes.dex[node]), int(linked.nodes.item[node])
        if item < 0:
            return False
        if item in self._mixing_items(number):
            return True
        if depth >= _MOST_DEPTH or len(seen) > _MOST_CALLEES:
            return False
        targets = {int(linked.sites.target[site]) for site in linked.calls_in(node)}
        return any(self._mixes(target, depth + 1, seen) for target in sorted(targets) if target >= 0 and target not in seen)

    def _mixing_items(self, number: int) -> set[int]:
        known = self._mixing[number]
        if known is None:
            dex = self._linked.dex_files[number]
            items = dex.instructions.item
            mixing = np.bincount(items[dex.rows_with(_MIXES)], minlength=1) > 0
            known = set(np.flatnonzero(mixing).tolist())
            rows = [row for row in map(dex.pools.type_row, _UNPACKERS) if row is not None]
            if rows:
                methods = among(dex.pools.methods["holder"], rows)
                known.update(items[dex.invokes.row[methods[dex.invokes.target]]].tolist())
            self._mixing[number] = known
        return known


def reveals(arguments: Sequence[Value], text: str) -> bool:
    """Whether *text* is one that people read and that did not stand in the arguments."""
    if len(text) < _SHORTEST or not text.isprintable() or not _LETTERS.search(text) or _NO_WORDS.fullmatch(text):
        return False
    bare = _bare(text)
    given = [_bare(from_units(each)) for each in arguments if isinstance(each, str)]
    return bool(bare) and not any(each and (each in bare or bare in each) for each in given)


def _bare(text: str) -> str:
    return _NOT_PLAIN.sub("", text.lower())


def stands(linked: Linked, text: str) -> bool:
    """Whether *text*, or most of it at its beginning or end, stands in the package as it is."""
    raw = text.encode("utf-8", "replace")
    shortest = max(_SHORTEST, _STANDING * len(raw) // 5)
    parts = {raw[:length] for length in range(shortest, len(raw) + 1)} | {raw[-length:] for length in range(shortest, len(raw))}
    return any(dex.pools.find_string(part) is not None for dex in linked.dex_files for part in parts)


def looks_hidden(arguments: Sequence[Value]) -> bool:
    """Whether the arguments look like a text in another form: numbers alone, or among them an array, letters that nobody reads,
    hexadecimal or Base64.
    """
    return all(isinstance(each, int) for each in arguments) or any(_looks_hidden(each) for each in arguments)


def is_unreadable(value: Value) -> bool:
    """Whether *value* is a text of characters that nobody reads."""
    if not isinstance(value, str) or len(value) < _SHORTEST:
        return False
    upper = sum("\x80" <= unit <= "\xff" for unit in value)
    return not from_units(value).isprintable() or 2 * upper > len(value)  # no language is written like that


def _is_gibberish(text: str) -> bool:
    """Whether a text has letters and hardly a vowel, as no word and no name has."""
    letters = [letter for letter in text.lower() if "a" <= letter <= "z"]
    vowels = sum(letter in "aeiou" for letter in letters)
    return len(letters) >= _LEAST_LETTERS and vowels * _VOWELS < len(letters)


def _looks_hidden(value: Value) -> bool:
    if isinstance(value, Array):
        return value.kind in "BCSIJ" and len(value.items) >= _SHORTEST
    if not isinstance(value, str) or len(value) < _SHORTEST:
        return False
    if is_unreadable(value) or _is_gibberish(value) or _HEX.fullmatch(value):
        return True
    mixed = any(c.islower() for c in value) and any(c.isupper() for c in value) and any(not c.isalpha() for c in value)
    return mixed and _BASE64.fullmatch(value) is not None and (value.endswith("=") or len(value) % 4 == 0)
