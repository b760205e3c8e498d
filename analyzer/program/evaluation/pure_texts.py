"""Pure methods of String, StringBuilder, Character and Integer."""

from __future__ import annotations

from collections.abc import Callable

from analyzer import limits
from analyzer.program.evaluation.arithmetic import int32, int64
from analyzer.program.evaluation.values import Array, Boxed, Builder, StopError, Unmade, Value

_ASCII_ONLY = "changes the case of letters beyond ASCII"


def thrown(what: str) -> StopError:
    """What Java would throw."""
    return StopError("throws", f"throws {what}")


def text(value: Value) -> str:
    """*value* as a text; null throws."""
    if isinstance(value, str):
        return value
    if value == 0:
        raise thrown("NullPointerException")
    raise StopError("unsupported", "calls a method of a text on something else")


def number(value: Value) -> int:
    """*value* as a whole number."""
    if isinstance(value, int):
        return value
    raise StopError("unsupported", "takes a number that is none")


def array(value: Value, kinds: str) -> Array:
    """*value* as an array whose elements are of one of *kinds*."""
    if isinstance(value, Array) and value.kind in kinds:
        if value.spoiled:
            raise value.spoiled.again()
        return value
    raise thrown("NullPointerException") if value == 0 else StopError("unsupported", "takes an array that is none")


def limited(units: str) -> str:
    """*units*, unless there are too many."""
    if len(units) > limits.DECODED_UNITS:
        raise StopError("budget", f"makes a text of more than {limits.DECODED_UNITS:,} characters")
    return units


def _spelt(value: Value) -> str:
    """What ``String.valueOf`` gives for an object."""
    if isinstance(value, str):
        return value
    if isinstance(value, Builder):
        return _of_builder(value)
    if isinstance(value, Boxed):
        return chr(value.value) if value.kind == "C" else str(value.value)
    if value == 0:
        return "null"
    raise StopError("unsupported", "spells an object")


def _builder(value: Value) -> Builder:
    if isinstance(value, Builder):
        if value.spoiled:
            raise value.spoiled.again()
        if value.shared:
            raise StopError("state", "changes a builder that a static field holds")
        return value
    raise StopError("unsupported", "calls a method of a builder on something else")


def _of_builder(value: Value) -> str:
    if isinstance(value, Builder):
        if value.spoiled:
            raise value.spoiled.again()
        return "".join(value.units)
    return text(value)


def _index(position: int, length: int) -> int:
    if not 0 <= position < length:
        raise thrown("IndexOutOfBoundsException")
    return position


def _part(units: str, first: int, last: int) -> str:
    if not 0 <= first <= last <= len(units):
        raise thrown("IndexOutOfBoundsException")
    return units[first:last]


def _letters(value: Value) -> str:
    """The characters of a char array."""
    return "".join(map(chr, map(number, array(value, "C").items)))


def _letters_of(value: Value, offset: Value, count: Value) -> str:
    first = number(offset)
    return _part(_letters(value), first, first + number(count))


def _ascii(units: str) -> str:
    if not units.isascii():
        raise StopError("unsupported", _ASCII_ONLY)
    return units


def _hash(value: Value) -> int:
    result = 0
    for unit in text(value):
        result = (31 * result + ord(unit)) & 0xFFFFFFFF
    return int32(result)


def _find(value: Value, wanted: Value, start: Value = 0) -> int:
    needle = wanted if isinstance(wanted, str) else chr(number(wanted) & 0xFFFF)
    return text(value).find(needle, max(0, number(start)))


def _find_last(value: Value, wanted: Value) -> int:
    return text(value).rfind(wanted if isinstance(wanted, str) else chr(number(wanted) & 0xFFFF))


def _parse(bits: int) -> Callable[..., int]:
    def parse(value: Value, radix: Value = 10) -> int:
        digits = text(value)
        plain = digits[1:] if digits[:1] in ("-", "+") else digits
        base = number(radix)
        if not plain.isascii() or not plain.isalnum() or not 2 <= base <= 36:
            raise thrown("NumberFormatException")
        try:
            parsed = int(digits, base) if len(digits) < 80 else None
        except ValueError:
            parsed = None
        if parsed is None or not -(1 << bits - 1) <= parsed < 1 << bits - 1:
            raise thrown("NumberFormatException")
        return parsed

    return parse


def _digit(unit: Value, radix: Value) -> int:
    letter = chr(number(unit) & 0xFFFF)
    if not letter.isascii():
        raise StopError("unsupported", "reads digits beyond ASCII")
    try:
        return int(letter, number(radix))
    except ValueError:
        return -1


def _for_digit(digit: Value, radix: Value) -> int:
    value, base = number(digit), number(radix)
    return ord("0123456789abcdefghijklmnopqrstuvwxyz"[value]) if 2 <= base <= 36 and 0 <= value < base else 0


def _case(change: Callable[[str], str]) -> Callable[..., Value]:
    """toLowerCase or toUpperCase, of a text or a character; the locale does not matter for ASCII but for Turkish ones."""

    def changed(value: Value, *_: Value) -> Value:
        return change(_ascii(text(value))) if isinstance(value, str) else ord(change(_ascii(chr(number(value) & 0xFFFF))))

    return changed


def _is(test: Callable[[str], bool]) -> Callable[..., int]:
    return lambda unit: int(test(_ascii(chr(number(unit) & 0xFFFF))))


def _append(value: Value, units: str) -> Builder:
    builder = _builder(value)
    if len(builder.units) + len(units) > limits.DECODED_UNITS:
        raise StopError("budget", f"makes a text of more than {limits.DECODED_UNITS:,} characters")
    builder.units.extend(units)
    return builder


def _new_builder(value: Value, given: Value = "") -> Builder:
    return _append(value, _spelt(given) if not isinstance(given, int) else "")


def _reverse(value: Value) -> Builder:
    builder = _builder(value)
    builder.units.reverse()
    if any("\ud800" <= unit <= "\udfff" for unit in builder.units):
        raise StopError("unsupported", "turns round characters beyond the basic plane")
    return builder


def _set_char(value: Value, position: Value, unit: Value) -> int:
    builder = _builder(value)
    builder.units[_index(number(position), len(builder.units))] = chr(number(unit) & 0xFFFF)
    return 0


def _insert(value: Value, position: Value, units: str) -> Builder:
    builder = _builder(value)
    at = _index(number(position), len(builder.units) + 1)
    limited("".join(builder.units) + units)
    builder.units[at:at] = units
    return builder


def _delete(value: Value, first: Value, last: Value) -> Builder:
    builder = _builder(value)
    low, high = number(first), min(number(last), len(builder.units))
    if not 0 <= low <= high:
        raise thrown("IndexOutOfBoundsException")
    del builder.units[low:high]
    return builder


def _set_length(value: Value, length: Value) -> int:
    builder, wanted = _builder(value), number(length)
    if not 0 <= wanted <= limits.DECODED_UNITS:
        raise thrown("IndexOutOfBoundsException")
    builder.units[wanted:] = ["\0"] * max(0, wanted - len(builder.units))
    return 0


def _boxed(value: Value) -> int:
    if isinstance(value, Boxed):
        return value.value
    raise thrown("NullPointerException") if value == 0 else StopError("unsupported", "unboxes something else")


def _char_of(unit: Value) -> str:
    return chr(number(unit) & 0xFFFF)


def _equal(a: Value, b: Value) -> int:
    return int(isinstance(b, str) and text(a) == b)


def _replace(value: Value, old: Value, new: Value) -> str:
    whole = text(value)
    if isinstance(old, int):
        return whole.replace(_char_of(old), _char_of(new))
    before, after = _of_builder(old), _of_builder(new)
    if (whole.count(before) if before else len(whole) + 1) * len(after) > limits.DECODED_UNITS:
        raise StopError("budget", f"makes a text of more than {limits.DECODED_UNITS:,} characters")
    return limited(whole.replace(before, after))


def _new_string(made: Value, *given: Value) -> str:
    """A new String of nothing, another text or characters."""
    if not isinstance(made, Unmade):
        raise StopError("unsupported", "makes a text out of nothing")
    if not given:
        return ""
    if isinstance(given[0], Array):
        return _letters(given[0]) if len(given) == 1 else _letters_of(*given)
    return _of_builder(given[0])


def _rotate(value: Value, distance: Value) -> int:
    bits = number(value) & 0xFFFFFFFF
    by = number(distance) & 31
    return int32(bits << by | bits >> (32 - by))


OPERATIONS: dict[str, Callable[..., Value]] = {
    "nothing": lambda *_: 0,
    "made": lambda value: value,
    "same": lambda value: text(value),
    "length": lambda value: len(_of_builder(value)),
    "is-empty": lambda value: int(not text(value)),
    "char-at": lambda value, at: ord(_of_builder(value)[_index(number(at), len(_of_builder(value)))]),
    "characters": lambda value: Array("C", [*map(ord, text(value))]),
    "substring-from": lambda value, first: _part(text(value), number(first), len(text(value))),
    "substring": lambda value, first, last: _part(_of_builder(value), number(first), number(last)),
    "concat": lambda a, b: limited(text(a) + text(b)),
    "trim": lambda value: text(value).strip("".join(map(chr, range(33)))),
    "equal": _equal,
    "equal-without-case": lambda a, b: int(isinstance(b, str) and _ascii(text(a)).lower() == _ascii(b).lower()),
    "starts-with": lambda a, b: int(text(a).startswith(text(b))),
    "ends-with": lambda a, b: int(text(a).endswith(text(b))),
    "contains": lambda a, b: int(_of_builder(b) in text(a)),
    "index-of": _find,
    "last-index-of": _find_last,
    "replace": _replace,
    "lower-case": _case(str.lower),
    "upper-case": _case(str.upper),
    "hash-code": _hash,
    "new-string": _new_string,
    "text-of-char": _char_of,
    "text-of-chars": _letters,
    "text-of-some-chars": _letters_of,
    "text-of-number": lambda value, *_: str(number(value)),
    "text-of-object": _spelt,
    "new-builder": _new_builder,
    "new-builder-of-size": lambda value, _: _new_builder(value),
    "append-char": lambda value, unit: _append(value, _char_of(unit)),
    "append-text": lambda value, given: _append(value, _spelt(given)),
    "append-number": lambda value, given: _append(value, str(number(given))),
    "append-chars": lambda value, given: _append(value, _letters(given)),
    "builder-text": _of_builder,
    "reverse": _reverse,
    "set-char-at": _set_char,
    "insert-char": lambda value, at, unit: _insert(value, at, _char_of(unit)),
    "insert-text": lambda value, at, given: _insert(value, at, _spelt(given)),
    "delete-char-at": lambda value, at: _delete(value, _index(number(at), len(_builder(value).units)), number(at) + 1),
    "delete": _delete,
    "set-length": _set_length,
    "box-char": lambda value: Boxed("C", number(value)),
    "box-int": lambda value: Boxed("I", number(value)),
    "box-parsed": lambda value, radix=10: Boxed("I", _parse(32)(value, radix)),
    "unbox": _boxed,
    "parse-int": _parse(32),
    "parse-long": _parse(64),
    "parse-byte": _parse(8),
    "digit": _digit,
    "for-digit": _for_digit,
    "is-digit": _is(str.isdigit),
    "is-letter": _is(str.isalpha),
    "is-upper-case": _is(str.isupper),
    "is-lower-case": _is(str.islower),
    "abs": lambda value: int32(abs(number(value))),
    "abs-long": lambda value: int64(abs(number(value))),
    "min": lambda a, b: min(number(a), number(b)),
    "max": lambda a, b: max(number(a), number(b)),
    "rotate-left": _rotate,
    "rotate-right": lambda value, distance: _rotate(value, -number(distance)),
}
"""What the table may name, see ``pure_methods``."""
