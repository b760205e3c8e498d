"""The YAML loader: strict, bounded, and every mistake with its line."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from analyzer.errors import RuleError
from analyzer.yamlfile import load_yaml, parse_yaml


class Inner(Struct, forbid_unknown_fields=True):
    permission: str | None = None
    country: str | None = None


class Outer(Struct, forbid_unknown_fields=True):
    name: str
    items: list[Inner] = []
    count: int = 0
    on: bool = False


def parse(text: str) -> Outer:
    return parse_yaml(text.encode(), Outer, "f.yaml", {"two": ["x", "y"]})


def test_values_keep_their_kind() -> None:
    read = parse("name: 'yes'\ncount: 12\non: true\nitems: [{country: NO}, {permission: null}]")
    assert read == Outer("yes", [Inner(country="NO"), Inner()], 12, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "name: a\nitems:\n  - permission: b\n  - permision: c\n",
            "f.yaml:4: unknown field `permision` at $.items[1]. Did you mean `permission`?",
        ),
        ("name: a\ncount: many\n", "f.yaml:2: expected `int`, got `str` at $.count"),
        ("count: 1\n", "f.yaml:1: object missing required field `name` at $"),
        ("name: a\nname: b\n", "f.yaml:2: the key 'name' is there twice"),
        ("name: &x a\n", "f.yaml:1: anchors and aliases are not allowed"),
        ("name: *x\n", "anchors and aliases are not allowed"),
        ("name: !!python/object:os.system a\n", "the tag tag:yaml.org,2002:python/object:os.system is not allowed"),
        ("name: a\n---\nname: b\n", "f.yaml:2: holds more than one document"),
        ("name: [a\n", "is not valid YAML"),
        ("? [a, b]\n: c\n", "is not a name"),
        ("name: list:three\n", "f.yaml:1: there is no list 'three'"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_path(text: str, message: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse(text)
    assert message in str(caught.value)


def test_lists_expand_in_place() -> None:
    assert parse_yaml(b"[a, list:two, b]", list[str], "f", {"two": ["x", "y"]}) == ["a", "x", "y", "b"]


def test_bombs_are_refused_at_once(tmp_path: Path) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{c}: &{c} [{','.join('*' + chr(ord(c) - 1) for _ in range(9))}]\n" for c in "bcdefghi"
    )
    deep = "[" * 5000 + "]" * 5000
    wide = "[" + "1," * 60_000 + "1]"
    began = time.process_time()
    for text in (bomb, deep, wide, "name: " + "x" * (1 << 20)):
        with pytest.raises(RuleError):
            parse(text)
    assert time.process_time() - began < 5  # not a benchmark: an expanded bomb would take hours
    with pytest.raises(RuleError, match="No such file"):
        load_yaml(tmp_path / "none.yaml", Outer)


@given(st.text(max_size=80))
def test_any_text_parses_or_is_refused(text: str) -> None:
    with contextlib.suppress(RuleError):
        parse(text)
