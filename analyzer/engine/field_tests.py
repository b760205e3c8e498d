"""Tests of single fields, from what a pattern asks of them: texts, flags, limits.

Each takes what is wanted and where it is read, and gives a list of tests: none where nothing is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from analyzer.engine.pattern_schema import Text
from analyzer.facts import OwnerKind

Test = Callable[[Any], bool]
"""Takes a fact of the kind that the pattern looks at; ``patterns.FACT_OF`` says which."""

_LONGEST_TEXT = 4096
# Answers that one text pattern keeps: a catalog asks the same of every app, and most texts come again.
_MOST_ANSWERS = 20_000
_LONGEST_KEPT = 300


def text_test(wanted: Text) -> Callable[[str | None], bool]:
    """A test that a text is one of the wanted; ``*`` stands for anything."""
    values = [wanted] if isinstance(wanted, str) else wanted
    exact = frozenset(value for value in values if "*" not in value)
    wild = [value for value in values if "*" in value]
    if not wild:
        return lambda text: text in exact
    starts = tuple(value[:-1] for value in wild if value.find("*") == len(value) - 1)
    ends = tuple(value[1:] for value in wild if value.rfind("*") == 0)
    within = [value.split("*") for value in wild if value.find("*") != len(value) - 1 and value.rfind("*") != 0]
    known: dict[str, bool] = {}

    def test(text: str | None) -> bool:
        if text is None:
            return False
        answer = known.get(text)
        if answer is None:
            seen = text[:_LONGEST_TEXT]
            answer = (
                text in exact or seen.startswith(starts) or seen.endswith(ends) or any(_fits(seen, parts) for parts in within)
            )
            if len(known) < _MOST_ANSWERS and len(text) < _LONGEST_KEPT:
                known[text] = answer
        return answer

    return test


def _fits(text: str, parts: list[str]) -> bool:
    """Whether *text* consists of two or more *parts* in their order, with anything between them.

    Without regular expressions: compiling those of all rules took longer than they ran in a scan.
    """
    first, *middle, last = parts
    at, end = len(first), len(text) - len(last)
    if at > end or not (text.startswith(first) and text.endswith(last)):
        return False
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def api_test_of(wanted: Text) -> Callable[[str], bool]:
    """A test of an API's descriptor: ``Lx;->name`` stands for every overload, ``Lx;->name(..)R`` for one."""
    values = [wanted] if isinstance(wanted, str) else wanted
    return text_test([*values, *(f"{value}(*" for value in values if "->" in value and "(" not in value and "*" not in value)])


def api_is(wanted: Text | None) -> list[Test]:
    """A test of the API that a fact names."""
    if wanted is None:
        return []
    test = api_test_of(wanted)
    return [lambda fact: test(fact.api)]


def text_is(wanted: Text | None, read: Callable[[Any], str | None]) -> list[Test]:
    """A test of one text; none when the pattern does not care."""
    if wanted is None:
        return []
    test = text_test(wanted)
    return [lambda fact: test(read(fact))]


def text_is_not(unwanted: Text | None, read: Callable[[Any], str | None]) -> list[Test]:
    """A test that one text is none of these."""
    if unwanted is None:
        return []
    test = text_test(unwanted)
    return [lambda fact: not test(read(fact))]


def any_text_is(wanted: Text | None, read: Callable[[Any], Iterable[str]]) -> list[Test]:
    """A test that any of several texts passes."""
    if wanted is None:
        return []
    test = text_test(wanted)
    return [lambda fact: any(test(text) for text in read(fact))]


def value_is(wanted: object, name: str) -> list[Test]:
    """A test of one attribute for equality, or for membership when a list is wanted."""
    if wanted is None:
        return []
    if isinstance(wanted, list):
        members = frozenset(wanted)
        return [lambda fact: getattr(fact, name) in members]
    return [lambda fact: getattr(fact, name) == wanted]


def is_filled(wanted: bool | None, name: str) -> list[Test]:
    """A test whether a field of the fact holds anything."""
    return [] if wanted is None else [lambda fact: bool(getattr(fact, name)) == wanted]


def is_at_least(limit: int | None, name: str) -> list[Test]:
    """A number that is there and not below the limit."""
    return [] if limit is None else [lambda fact: (value := getattr(fact, name)) is not None and value >= limit]


def is_at_most(limit: int | None, name: str) -> list[Test]:
    """A number that is there and not above the limit."""
    return [] if limit is None else [lambda fact: (value := getattr(fact, name)) is not None and value <= limit]


def as_text(kinds: OwnerKind | list[OwnerKind] | None) -> Text | None:
    """Kinds of owners as texts that are wanted."""
    return list(kinds) if isinstance(kinds, list) else kinds
