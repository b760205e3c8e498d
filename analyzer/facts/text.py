"""The one textual form of a fact: one line, parsed back to the same fact.

``clipboard read api=Landroid/…;->getText()… owner=library:androidx at=classes.dex:Lcom/a/B;->c()V+0012``

- The first word is the kind, the second the fact's first field, the rest are ``name=value`` pairs; what equals
  its default is left out. A tuple repeats its name. Enumerations and numbers are bare.
- A value that holds a blank or anything but printable ASCII, starts with a quote, brace or bracket, or looks like
  ``name=`` is a JSON string.
- ``Place`` is ``file:method+hex`` (offset in hexadecimal; in the parts ``% : +`` and blanks are percent-encoded),
  ``Owner`` is ``kind:name``; any other nested struct is a JSON object.
"""

from __future__ import annotations

import functools
import re
import types
import typing
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec import Struct

from analyzer.errors import FormatError
from analyzer.facts.model import FACT_TYPES, Fact, Owner, Place, Step

# No blanks, no quotes; not starting with " [ ] { nor like name=.
_BARE = re.compile(r"(?![a-z_]+=)[!#-Z\\^-z|~][!#-~]*")
_PRINTABLE = re.compile(rb"[ -~]*")
_ESCAPED_IN_PLACE = re.compile(r"[%:+\s\"]|[^ -~]")
_KINDS = {cls: kind for kind, cls in FACT_TYPES.items()}


def format_fact(fact: Fact) -> str:
    """*fact* as its one line of text, without a newline."""
    kind, first, rest = _layout(type(fact))
    words = [kind, _token(getattr(fact, first))]
    for name, default in rest:
        value = getattr(fact, name)
        if value is default or value == default:
            continue
        if type(value) is tuple:
            words += [f"{name}={_token(item)}" for item in value]
        else:
            words.append(f"{name}={_token(value)}")
    return " ".join(words)


def parse_fact(line: str) -> Fact:
    """The fact that *line* states.

    Raises ``FormatError`` naming the word that is wrong.
    """
    try:
        tokens = list(_split(line.strip()))
    except ValueError as error:
        raise FormatError(f"not a fact: {error}", where=line.strip()[:120]) from None
    if not tokens:
        raise FormatError("not a fact: the line is empty")
    kind = str(tokens[0][1])
    cls = FACT_TYPES.get(kind)
    if cls is None:
        raise FormatError(f"unknown kind of fact {kind!r}", mend=f"Known kinds: {', '.join(FACT_TYPES)}.")
    shape = _shape(cls)
    first = next(iter(shape))
    values: dict[str, Any] = {}
    for name, raw in tokens[1:]:
        key = first if name is None and first not in values else name
        if key is None or key not in shape:
            known = ", ".join(shape)
            raise FormatError(f"unknown field {key or raw!r} of {kind}", where=line.strip()[:120], mend=f"Fields: {known}.")
        repeated, item_type = shape[key]
        try:
            value = _untoken(raw, item_type)
        except (ValueError, msgspec.ValidationError) as error:
            raise FormatError(f"field {key} of {kind}: {error}", where=line.strip()[:120]) from None
        if repeated:
            values.setdefault(key, []).append(value)
        elif key in values:
            raise FormatError(f"field {key} of {kind} is given twice", where=line.strip()[:120])
        else:
            values[key] = value
    try:
        return msgspec.convert({k: tuple(v) if isinstance(v, list) else v for k, v in values.items()} | {"fact": kind}, cls)
    except msgspec.ValidationError as error:
        raise FormatError(f"not a valid {kind}: {error}", where=line.strip()[:120]) from None


def parse_facts(text: str) -> list[Fact]:
    """All facts of a listing; blank lines and lines that start with ``#`` are skipped."""
    lines = (line.strip() for line in text.splitlines())
    return [parse_fact(line) for line in lines if line and not line.startswith("#")]


def sort_facts(facts: Iterable[Fact]) -> list[Fact]:
    """*facts* in their one canonical order: by kind as declared, then by text; duplicates dropped."""
    order = {cls: index for index, cls in enumerate(_KINDS)}
    return sorted(dict.fromkeys(facts), key=lambda fact: (order[type(fact)], format_fact(fact)))


def format_place(place: Place) -> str:
    """``file:method+hex``, each part only if known."""
    text = _escape(place.file)
    if place.method is not None:
        text += ":" + _escape(place.method)
    return text if place.offset is None else f"{text}+{place.offset:04x}"


def parse_place(text: str) -> Place:
    """The inverse of ``format_place``. Raises ``ValueError``."""
    rest, plus, offset = text.partition("+")
    file, colon, method = rest.partition(":")
    if plus and not offset:
        raise ValueError(f"no offset after '+' in {text!r}")
    return Place(_unescape(file), _unescape(method) if colon else None, int(offset, 16) if plus else None)


def _escape(text: str) -> str:
    return _ESCAPED_IN_PLACE.sub(lambda m: "".join(f"%{b:02x}" for b in m[0].encode("utf-8", "surrogatepass")), text)


def _unescape(text: str) -> str:
    if "%" not in text:
        return text
    raw = re.sub(rb"%([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text.encode())
    return raw.decode("utf-8", "surrogatepass")


def _token(value: object) -> str:
    """One value as a word: each type in its own way, any struct without one as a JSON object."""
    return _WRITERS.get(type(value), _struct)(value)


def _text(text: str) -> str:
    return text if _BARE.fullmatch(text) else _dump(text)


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _place(place: Place) -> str:
    return _text(format_place(place))


def _owner(owner: Owner) -> str:
    return _text(f"{owner.kind}:{owner.name}" if owner.name else owner.kind)


def _struct(value: Struct) -> str:
    given = msgspec.structs.asdict(value).items()
    return _dump({name: item for name, item in given if item is not None and (item or type(item) is not tuple)})


def _dump(value: object) -> str:
    """*value* as JSON in printable ASCII. The standard library writes it so; msgspec faster, where nothing must be escaped."""
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:  # a lone surrogate
        return _escaped(value)
    return data.decode() if _PRINTABLE.fullmatch(data) else _escaped(value)


def _escaped(value: object) -> str:
    import json

    return json.dumps(msgspec.to_builtins(value), ensure_ascii=True, separators=(",", ":"))


# A step has no fields that may be empty, and there are many.
_WRITERS: dict[type, Callable[[Any], str]] = {str: _text, bool: _bool, int: str, Place: _place, Owner: _owner, Step: _dump}


_NAME = re.compile(r"([a-z_]+)=")


def _split(line: str) -> Iterable[tuple[str | None, object]]:
    """The words of a line as (name or None, value); a JSON value is already decoded."""
    from json import JSONDecoder

    decoder, at = JSONDecoder(), 0
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        name = None
        if at and (match := _NAME.match(line, at)):
            name, at = match[1], match.end()
        if at < len(line) and line[at] in '"{[':
            value, at = decoder.raw_decode(line, at)
            if at < len(line) and not line[at].isspace():
                raise ValueError(f"a blank is missing before {line[at : at + 20]!r}")
        else:
            end = next((i for i in range(at, len(line)) if line[i].isspace()), len(line))
            value, at = line[at:end], end
        yield name, value


def _untoken(raw: object, wanted: type) -> object:
    """One value of text or decoded JSON as the field's type wants it."""
    if wanted is Place:
        return msgspec.to_builtins(parse_place(str(raw)))
    if wanted is Owner:
        kind, _, name = str(raw).partition(":")
        return {"kind": kind, "name": name}
    if wanted is bool or wanted is int:
        return msgspec.convert(raw, wanted, strict=False)
    return raw


@functools.cache
def _layout(cls: type[Fact]) -> tuple[str, str, tuple[tuple[str, object], ...]]:
    """The word for a kind of fact, its first field, and each other one with its default."""
    first, *rest = msgspec.structs.fields(cls)
    return _KINDS[cls], first.name, tuple((field.name, field.default) for field in rest)


@functools.cache
def _shape(cls: type[Struct]) -> dict[str, tuple[bool, type]]:
    """For each field: is it a tuple, and the type of (an item of) its value with ``| None`` taken away."""
    hints = typing.get_type_hints(cls)
    shape = {}
    for name in cls.__struct_fields__:
        hint = hints[name]
        repeated = typing.get_origin(hint) is tuple
        if repeated:
            hint = typing.get_args(hint)[0]
        if isinstance(hint, types.UnionType):
            hint = next(arm for arm in typing.get_args(hint) if arm is not type(None))
        shape[name] = (repeated, hint)
    return shape
