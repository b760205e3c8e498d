"""The one YAML loader: small, strict, and with the line of every mistake.

Values are built from parser events, so nothing is expanded before it is looked at: aliases, anchors, tags and duplicate
keys are refused, size, depth and number of nodes are capped. Plain scalars become integers, ``true``, ``false`` and
``null``; everything else is text (the country code NO too).
"""

from __future__ import annotations

import functools
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct

from analyzer import limits
from analyzer.errors import RuleError

if TYPE_CHECKING:
    import yaml

T = TypeVar("T")


# As texts: what rules come to is kept, so a file is seldom read, and compiling these takes longer than the rest of this module.
_INTEGER = r"-?(0|[1-9][0-9]{0,17})"
_WORDS = {"true": True, "false": False, "null": None}
_AT = r" - at `(.+)`$"
_INVALID_VALUE = r"[Ii]nvalid enum value '([^']*)'"
_UNKNOWN_FIELD = r"unknown field `([^`]*)`"

Lists = Mapping[str, Sequence[str]]
_LIST = "list:"


def load_yaml(path: Path, shape: type[T], lists: Lists | None = None) -> T:
    """The document in *path* as *shape*; the text ``list:NAME`` stands for all values of the list of that name.

    Raises ``RuleError`` with file, line and path of whatever is wrong, and the nearest known name for a misspelt one.
    """
    return parse_yaml(read_bytes(path), shape, str(path), lists)


def read_bytes(path: Path) -> bytes:
    """The file's bytes, up to just over the size cap. Raises ``RuleError``."""
    try:
        with path.open("rb") as file:
            return file.read(limits.YAML_BYTES + 1)
    except OSError as error:
        raise RuleError(f"cannot be read: {error.strerror}", where=str(path), mend="Check the path.") from None


def parse_yaml(data: bytes, shape: type[T], where: str, lists: Lists | None = None) -> T:
    """The document *data*, of the file *where*, as *shape*. Raises ``RuleError``."""
    import yaml  # takes a while, and what is kept of rules does not need it

    if len(data) > limits.YAML_BYTES:
        raise RuleError(f"is larger than {limits.YAML_BYTES} bytes", where=where)
    builder = _Builder(where, lists or {})
    try:
        value = builder.document(yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise RuleError(f"is not valid YAML: {getattr(error, 'problem', None) or error}", where=where + line) from None
    except UnicodeDecodeError:
        raise RuleError("is not UTF-8 text", where=where) from None
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise _explained(str(error), shape, where, builder.lines) from None


def _explained(message: str, shape: object, where: str, lines: dict[str, int]) -> RuleError:
    import difflib

    at = re.search(_AT, message)
    path = at[1] if at else "$"
    text = re.sub(_AT, "", message)
    unknown = re.search(_UNKNOWN_FIELD, text)
    mend = ""
    if unknown:
        near = difflib.get_close_matches(unknown[1], sorted(_field_names(shape)), n=1)
        mend = f"Did you mean `{near[0]}`?" if near else ""
        path_of_field = f"{path}.{unknown[1]}"
        text, line = f"unknown field `{unknown[1]}` at {path}", lines.get(path_of_field)
    else:
        value = re.search(_INVALID_VALUE, text)
        near = difflib.get_close_matches(value[1], sorted(_words(shape)), n=1) if value else []
        mend = f"Did you mean `{near[0]}`?" if near else ""
        text, line = f"{text[:1].lower()}{text[1:]} at {path}", None
    while line is None and path not in lines and len(path) > 1:
        path = re.sub(r"(\.[^.\[]+|\[[^\]]*\])$", "", path) if re.search(r"(\.[^.\[]+|\[[^\]]*\])$", path) else "$"
    return RuleError(text, where=f"{where}:{line or lines.get(path, 1)}", mend=mend)


@functools.cache
def _field_names(shape: object) -> frozenset[str]:
    """Every field name of every struct that *shape* can hold."""
    structs = [part for part in _parts(shape) if isinstance(part, type) and issubclass(part, Struct)]
    return frozenset(name for struct in structs for name in struct.__struct_encode_fields__)


@functools.cache
def _words(shape: object) -> frozenset[str]:
    """Every word of every enumeration that *shape* can hold."""
    enumerations = [part for part in _parts(shape) if typing.get_origin(part) is typing.Literal]
    return frozenset(word for part in enumerations for word in typing.get_args(part) if isinstance(word, str))


def _parts(shape: object) -> set[object]:
    """*shape* and all types that it is made of."""
    todo, seen = [shape], set()
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        if isinstance(current, type) and issubclass(current, Struct):
            todo.extend(typing.get_type_hints(current).values())
        elif isinstance(current, types.UnionType) or typing.get_origin(current) not in (None, typing.Literal):
            todo.extend(typing.get_args(current))
    return seen


class _Builder:
    """Builds plain values from events; ``lines`` maps each path (``$.match.all[1]``) to its line."""

    def __init__(self, where: str, lists: Lists) -> None:
        self._where = where
        self._lists = lists
        self._nodes = 0
        self.lines: dict[str, int] = {}

    def document(self, events: Iterator[Any]) -> object:
        import yaml

        value: object = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._error("holds more than one document", event)
            elif not isinstance(event, (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentEndEvent)):
                value = self._value(event, events, "$", 0)
        return value

    def _error(self, what: str, event: Any) -> RuleError:
        return RuleError(what, where=f"{self._where}:{event.start_mark.line + 1}")

    def _value(self, event: Any, events: Iterator[Any], path: str, depth: int) -> object:
        import yaml

        self._nodes += 1
        self.lines[path] = event.start_mark.line + 1
        if self._nodes > limits.YAML_NODES or depth > limits.YAML_DEPTH:
            raise self._error("is nested too deeply or holds too many values", event)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._error("anchors and aliases are not allowed", event)
        if event.tag is not None and not (isinstance(event, yaml.ScalarEvent) and event.tag == "!"):
            raise self._error(f"the tag {event.tag} is not allowed", event)
        if isinstance(event, yaml.ScalarEvent):
            return self._list(event) if event.value.startswith(_LIST) else _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path, depth)
        return self._mapping(events, path, depth)

    def _list(self, event: yaml.ScalarEvent) -> list[str]:
        name = event.value.removeprefix(_LIST)
        if name not in self._lists:
            raise self._error(f"there is no list {name!r}", event)
        return list(self._lists[name])

    def _sequence(self, events: Iterator[Any], path: str, depth: int) -> list[object]:
        import yaml

        items: list[object] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            item = self._value(event, events, f"{path}[{len(items)}]", depth + 1)
            if isinstance(item, list) and isinstance(event, yaml.ScalarEvent):
                items += item
            else:
                items.append(item)
        return items

    def _mapping(self, events: Iterator[Any], path: str, depth: int) -> dict[str, object]:
        import yaml

        entries: dict[str, object] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._value(event, events, f"{path}.", depth + 1)
            if not isinstance(key, str):
                raise self._error(f"the key {key!r} is not a name", event)
            if key in entries:
                raise self._error(f"the key {key!r} is there twice", event)
            entries[key] = self._value(next(events), events, f"{path}.{key}", depth + 1)
            self.lines[f"{path}.{key}"] = event.start_mark.line + 1
        return entries


def _scalar(event: Any) -> object:
    text: str = event.value
    if event.style or not event.implicit[0]:  # quoted or block text; plain is "" or None
        return text
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if re.fullmatch(_INTEGER, text) else text
