"""Constants: comparisons that decide branches, arithmetic, and the methods of texts and numbers that can be worked out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from analyzer.flow.values import NULL, Beginning, ClassName, Constant, Range, Value

_LONGEST = 4096
_BEGINS = frozenset({"concat", "to-string", "value-of", "intern", "trim"})
_ZERO = Range(0, 0)
_INT = 1 << 31


def branches(comparison: int, left: Value, right: Value | None) -> tuple[bool, bool]:
    """Whether an ``if`` may jump, and whether it may fall through.

    *comparison*: eq, ne, lt, ge, gt, le as 0 to 5; right None: zero.
    """
    mine = left.constants
    theirs: frozenset[Constant] | None = frozenset({_ZERO}) if right is None else right.constants
    if mine is None or theirs is None:
        return True, True
    if any(isinstance(each, Beginning) for each in (*mine, *theirs)):
        return True, True
    others = right.objects if right is not None else frozenset()
    may = [False, False]
    if left.objects and others:
        if comparison > 1 or not left.objects.isdisjoint(others):
            return True, True
        may[comparison == 0] = True  # different objects: not equal
    if (left.objects and theirs) or (others and mine):
        may[comparison == 0] = True  # an object is no null and no constant
    for a in mine:
        for b in theirs:
            _compare(comparison, a, b, may)
    return may[0], may[1]


def _compare(comparison: int, a: Constant, b: Constant, may: list[bool]) -> None:
    a, b = _ZERO if a is NULL else a, _ZERO if b is NULL else b
    if not isinstance(a, Range) or not isinstance(b, Range):
        equal = a == b
        sure = isinstance(a, Range) or isinstance(b, Range) or isinstance(a, ClassName)
        if comparison == 0 or comparison == 1:
            may[equal == (comparison == 1)] = True
            if equal or not sure:  # two equal texts may be two objects
                may[0] = may[1] = True
        else:
            may[0] = may[1] = True
        return
    if comparison in (0, 1):
        overlap = a.low <= b.high and b.low <= a.high
        single = a.low == a.high == b.low == b.high
        possible = (overlap, not single)  # equal, not equal
        for index in (0, 1):
            may[index if comparison == 0 else 1 - index] |= possible[index]
        return
    less, at_least = a.low < b.high, a.high >= b.low
    greater, at_most = a.high > b.low, a.low <= b.high
    jump, stay = {2: (less, at_least), 3: (at_least, less), 4: (greater, at_most), 5: (at_most, greater)}[comparison]
    may[0] |= jump
    may[1] |= stay


def arithmetic(operation: str, left: Value, right: Value) -> frozenset[Constant] | None:
    """The result of integer arithmetic on known numbers, None when it is not known."""
    a, b = left.number(), right.number()
    if a is None or b is None:
        return None
    if operation == "cmp":
        return frozenset({_known((a > b) - (a < b))})
    compute = _ARITHMETIC.get(operation)
    if compute is None or (operation in ("div", "rem") and b == 0):
        return None
    result = compute(a, b)
    return frozenset({_known(result)}) if -(1 << 63) <= result < 1 << 63 else None


def _known(number: int) -> Range:
    return Range(number, number)


def _divide(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "rsub": lambda a, b: b - a,
    "mul": lambda a, b: a * b,
    "div": _divide,
    "rem": lambda a, b: a - b * _divide(a, b),
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "shl": lambda a, b: (((a << (b & 31)) + _INT) % (2 * _INT)) - _INT,
    "shr": lambda a, b: a >> (b & 31),
}


def switch(keys: Sequence[int], value: Value) -> tuple[list[bool], bool]:
    """Which cases of a switch may be taken, and whether none may."""
    constants = value.constants
    if constants is None or value.objects:
        return [True] * len(keys), True
    taken = [False] * len(keys)
    other = False
    for each in constants:
        if not isinstance(each, Range):
            return [True] * len(keys), True
        inside = [key for key in keys if each.low <= key <= each.high]
        other = other or len(set(inside)) < each.high - each.low + 1
        for index, key in enumerate(keys):
            taken[index] |= each.low <= key <= each.high
    return taken, other


def fold(operation: str, arguments: Sequence[Value]) -> frozenset[Constant] | None:
    """What a method of texts or numbers gives for constants: receiver first unless static; None when it is not known."""
    given = [value.only() for value in arguments]
    if given and operation in _BEGINS:
        begun = _begun(given[0], operation == "concat" and len(given) == 2 and not isinstance(given[1], str | Range))
        if begun is not None:
            return begun
    if any(isinstance(each, Beginning) for each in given):
        return None
    compute = _FOLDS.get(operation)
    if compute is None or any(each is None for each in given):
        few = _FEW.get(operation)
        return None if few is None else few(arguments)
    try:
        result = compute(*[each.low if isinstance(each, Range) and each.low == each.high else each for each in given])
    except (TypeError, ValueError, IndexError, AttributeError):
        return None
    return None if result is None else frozenset({_constant(result)})


def _begun(first: Constant | None, goes_on: bool) -> frozenset[Constant] | None:
    """An address whose rest is not known; None when this is none."""
    if isinstance(first, Beginning):
        return frozenset({first})
    if goes_on and isinstance(first, str) and "://" in first[:16]:
        return frozenset({Beginning(first)})
    return None


def _constant(result: object) -> Constant:
    if isinstance(result, bool | int):
        return _known(int(result))
    return result if isinstance(result, ClassName) else str(result)[:_LONGEST]


def _random(arguments: Sequence[Value]) -> frozenset[Constant] | None:
    bound = arguments[-1].number() if arguments else None
    return frozenset({Range(0, bound - 1)}) if bound is not None and bound > 0 else None


def _char_at(text: str, index: int) -> int:
    if index < 0:
        raise IndexError
    return ord(text[index])


def _substring(text: str, first: int, last: int | None = None) -> str:
    end = len(text) if last is None else last
    if not 0 <= first <= end <= len(text):
        raise IndexError
    return text[first:end]


def _text(value: object) -> str:
    if isinstance(value, str | int):
        return str(value)
    raise TypeError


def _replace(text: str, old: object, new: object) -> str:
    return text.replace(_letter(old), _letter(new))


def _letter(value: object) -> str:
    return chr(value) if isinstance(value, int) else str(value)


def _class_of(name: str) -> ClassName:
    return ClassName(f"L{name.replace('.', '/')};")


def _loaded(given: Sequence[Value]) -> frozenset[Constant] | None:
    """The class that a loader is asked for; which loader it is does not matter."""
    name = given[1].only() if len(given) > 1 else None
    return frozenset({_class_of(name)}) if isinstance(name, str) else None


_FOLDS: dict[str, Callable[..., object]] = {
    "concat": lambda a, b: _text(a) + _text(b),
    "substring": _substring,
    "trim": lambda text: text.strip(),
    "lower": lambda text, *_: text.lower(),
    "upper": lambda text, *_: text.upper(),
    "replace": _replace,
    "char-at": _char_at,
    "equals": lambda a, b: a == b,
    "equals-ignore-case": lambda a, b: a.lower() == b.lower(),
    "starts-with": lambda a, b: a.startswith(b),
    "ends-with": lambda a, b: a.endswith(b),
    "contains": lambda a, b: b in a,
    "index-of": lambda a, b: a.find(_letter(b)),
    "is-empty": lambda text: not text,
    "length": len,
    "value-of": _text,
    "to-string": _text,
    "intern": lambda text: str(text),
    "reverse": lambda text: text[::-1],
    "parse-int": int,
    "host-of": lambda text: urlsplit(text).hostname,
    "for-name": _class_of,
    "class-name": lambda cls: cls.descriptor[1:-1].replace("/", "."),
}
_FEW: dict[str, Callable[[Sequence[Value]], frozenset[Constant] | None]] = {"random-below": _random, "load-class": _loaded}
OPERATIONS = frozenset({*_FOLDS, *_FEW})
