"""What the platform and libraries do to data, by the models of ``rules/flow/models.tsv``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from analyzer.flow.evaluate import fold
from analyzer.flow.heap import ANY, CONTENT, WRAPPED, Element, Fixed, Heap
from analyzer.flow.machine import Machine
from analyzer.flow.models import EVERY, RESULT, THIS, Effect
from analyzer.flow.site import TEXT, Call, can_hold
from analyzer.flow.values import (
    NOTHING,
    UNKNOWN,
    Beginning,
    Constant,
    Marks,
    Range,
    Value,
    constant,
    integer,
    joined,
    labelled,
    marks_joined,
    of_object,
    stepped,
)

_SIZE = "$size"
_SPELLS = frozenset({"concat", "value-of", "to-string"})


class Library:
    """Applies models to calls.

    *named* gives the one object of a name in the whole app (``store:arg0``), *spelled* the text that an object of the package
    makes of itself.
    """

    def __init__(self, machine: Machine, named: Callable[[Call, str], Value], spelled: Callable[[Call, int], Value]) -> None:
        self._machine = machine
        self._spelled = spelled
        self._code = machine.code
        self._named = named

    def effects(self, call: Call, effects: Sequence[Effect]) -> Value:
        """Everything is read before anything is written; then clear comes first, mix next, copy and taint last."""
        call = self._with_texts(call) if any(e.kind == "eval" and e.key in _SPELLS for e in effects) else call
        taken = [self._taken(call, effect) if effect.kind in ("copy", "taint") else UNKNOWN for effect in effects]
        text = None
        for effect in effects:
            if effect.kind == "eval":
                text = self._evaluated(call, effect.key)
            elif effect.kind == "clear":
                self._clear(call, effect)
            elif effect.kind == "mix" and effect.target is not None:
                for number in sorted(call.value_of(effect.target.base).objects):
                    call.frame.heap.mix(number)
            elif effect.kind == "wrap" and effect.source is not None:
                self._wrap(call, call.value_of(effect.source.base))
        result = self._result(call, effects, taken)
        for effect, given in zip(effects, taken, strict=True):
            term = effect.target
            if effect.kind in ("copy", "taint") and term is not None and (term.base != RESULT or term.part):
                self._store(call, result if term.base == RESULT else call.value_of(term.base), effect, given)
        return self._with_text(call, effects, result, text)

    def _with_texts(self, call: Call) -> Call:
        """The call with its arguments as texts: an object of the package says itself what of it is told (``toString``)."""
        arguments = []
        for value, type_ in zip(call.arguments, call.callee.parameters, strict=False):
            objects = self._machine.objects
            own = [n for n in sorted(value.objects) if self._code.hierarchy.definition(objects[n].type) is not None]
            if type_ == "Ljava/lang/Object;" and value.objects:
                others = frozenset(n for n in value.objects if n not in own and self._tells_itself(objects[n].type))
                rest = Value(others, value.marks, value.constants)
                value = joined([rest, *(self._spelled(call, number) for number in own)])
            arguments.append(value)
        return replace(call, arguments=tuple(arguments))

    def _tells_itself(self, type_: str) -> bool:
        """Whether the text of an object of the platform says what it holds."""
        effects = self._machine.models.effects(self._code.hierarchy.ancestors(type_), "toString", "()Ljava/lang/String;")
        return effects is None or any(effect.kind != "none" for effect in effects)

    def _result(self, call: Call, effects: Sequence[Effect], taken: Sequence[Value]) -> Value:
        """What the call returns: the same value, a new or a named object, or something unknown with the marks that came in."""
        result: Value | None = None
        for effect, given in zip(effects, taken, strict=True):
            if effect.kind == "new":
                named = self._named(call, effect.key) if effect.key else self.fresh(call, symbolic=False)
                result = named if result is None else named.marked(result.marks)
            elif effect.kind in ("copy", "taint") and effect.target == (RESULT, ""):
                result = given if result is None else result.join(given) if not result.objects else result.marked(given.marks)
        if result is None:
            return self.fresh(call, symbolic=True)
        if not result.objects and result.constants is None and can_hold(call.callee.returns):
            return self.fresh(call, symbolic=True).marked(result.marks)
        return result

    def _clear(self, call: Call, effect: Effect) -> None:
        term, heap = effect.target, call.frame.heap
        assert term is not None
        if effect.key and term.part != "element":
            index, _, wanted = effect.key[3:].partition("=")
            given = call.value_of(int(index)).only()
            if str(given.low if isinstance(given, Range) else given) != wanted:
                return
        holder = call.value_of(term.base)
        if len(holder.objects) != 1:
            return
        (number,) = holder.objects
        if not self._machine.is_one(number):
            return
        if term.part == "element" and effect.key != "*":
            heap.remove(number, self.key(call, effect.key))
        else:
            heap.clear(number)

    def _evaluated(self, call: Call, operation: str) -> frozenset[Constant] | None:
        """What the operation gives; of a constructor, and of what changes its receiver, it is the receiver's text."""
        callee = call.callee
        given = [_as_text(value, type_) for value, type_ in zip(call.arguments, callee.parameters, strict=False)]
        if not callee.static and callee.name != "<init>":
            given.insert(0, call.receiver)
        if operation == "value-of" and not given:
            return frozenset({""})
        return fold(operation, [self.text_of(call, value) for value in given])

    def _with_text(self, call: Call, effects: Sequence[Effect], result: Value, text: frozenset[Constant] | None) -> Value:
        if not any(effect.kind == "eval" for effect in effects):
            return result
        changes = any(e.kind == "copy" and e.source == (THIS, "") and e.target == (RESULT, "") for e in effects)
        if call.callee.name == "<init>" or changes or call.callee.returns == "V":
            for number in sorted(call.receiver.objects):
                one = len(call.receiver.objects) == 1 and self._machine.is_one(number)
                call.frame.heap.put(number, TEXT, Value(constants=text), strong=one)
            return result
        return result if text is None else Value(result.objects, result.marks, text)

    def text_of(self, call: Call, value: Value) -> Value:
        """What a builder holds as a text, when that is known."""
        if value.objects and value.constants and len(value.constants) == 1:
            return Value(constants=value.constants)  # an object that is made of a text: an address
        if len(value.objects) != 1:
            return value
        (number,) = value.objects
        text = call.frame.heap.get(number, TEXT)
        return value if text is None else text

    def _taken(self, call: Call, effect: Effect) -> Value:
        """What an effect takes: a value, or marks alone in an unknown value."""
        term, heap = effect.source, call.frame.heap
        assert term is not None
        value = call.value_of(term.base)
        if term.part == "element":
            selected = None if effect.key == "=" else self.key(call, effect.key)
            found = joined(heap.held(number, selected) for number in sorted(value.objects))
            marks = [value.marks]
            marks += [content.marks for n in value.objects if (content := heap.get(n, CONTENT)) is not None]
            found = (UNKNOWN if found is NOTHING else found).marked(marks_joined(marks))
        elif term.part == "content":
            found = joined(content for n in sorted(value.objects) if (content := heap.get(n, CONTENT)) is not None)
            found = (UNKNOWN if found is NOTHING else found).marked(value.marks)
        else:
            found = value
        if effect.kind == "copy":
            marks_: Marks = found.marks
            if marks_:
                marks_ = labelled(stepped(marks_, call.frame.node, call.at, call.callee.api), effect.labels)
                found = Value(found.objects, marks_, found.constants)
            return found
        deep = heap.deep_marks(found, fields=term.base == EVERY or term.base >= 0)
        return Value(marks=labelled(stepped(deep, call.frame.node, call.at, call.callee.api), effect.labels))

    def _store(self, call: Call, holder: Value, effect: Effect, given: Value) -> None:
        """Put what was taken into an object, as a part or as content."""
        term, heap = effect.target, call.frame.heap
        assert term is not None
        one = len(holder.objects) == 1
        for number in sorted(holder.objects):
            given = given.marked(call.frame.control)
            if term.part == "element" and effect.key == "=":
                for source in sorted(call.value_of(effect.source.base).objects if effect.source else ()):
                    heap.copy_parts(source, number)
            elif term.part == "element":
                self._store_element(call, number, effect.key, given, strong=one and self._machine.is_one(number))
            elif given.marks or (given.objects and effect.kind == "copy"):
                self.add_content(heap, number, given)

    def _store_element(self, call: Call, number: int, key: str, given: Value, *, strong: bool) -> None:
        heap = call.frame.heap
        if key == "+":
            size = heap.get(number, _SIZE)
            count = (
                0 if size is None and not self._machine.objects[number].symbolic else size.number() if size is not None else None
            )
            if count is None or not strong:
                heap.put(number, ANY, given, strong=False)
                heap.put(number, _SIZE, UNKNOWN, strong=True)
            else:
                heap.put(number, Element(count), given, strong=True)
                heap.put(number, _SIZE, integer(count + 1), strong=True)
            return
        selected = self.key(call, key)
        if selected is None:
            heap.put(number, ANY, given, strong=False)
        else:
            heap.put(number, Element(selected), given, strong=strong)

    def key(self, call: Call, key: str) -> object:
        """The constant that selects a part; None: any part."""
        if key.startswith('"'):
            return Fixed(key.strip('"'))
        if key.isdigit():
            return int(key)
        if key.startswith("arg"):
            index = int(key[3:])
            known = call.arguments[index].only() if index < len(call.arguments) else None
            if isinstance(known, Range):
                return known.low if known.low == known.high else None
            if isinstance(known, Beginning):
                return None
            return known
        return None

    def _wrap(self, call: Call, inner: Value) -> None:
        for number in call.receiver.objects:
            call.frame.heap.put(number, WRAPPED, inner, strong=False)

    def fresh(self, call: Call, *, symbolic: bool = True) -> Value:
        """A value of the declared type: a new object, or a *symbolic* one of which nothing is known."""
        type_ = call.callee.returns
        if not can_hold(type_):
            return UNKNOWN
        number = self._machine.object(call.key, type_, symbolic=symbolic)
        return of_object(number) if not symbolic else Value(frozenset({number}))

    def add_content(self, heap: Heap, number: int, given: Value) -> None:
        """Something goes into an object, and through it into what it wraps."""
        seen: set[int] = set()
        stack = [number]
        while stack:
            current = stack.pop()
            if current in seen:
                continue
            seen.add(current)
            kept = Value(given.objects, given.marks, None)
            heap.put(current, CONTENT, kept, strong=False)
            wrapped = heap.get(current, WRAPPED)
            if wrapped is not None:
                stack += sorted(wrapped.objects)

    def without_model(self, call: Call) -> Value:
        """What no model describes: marks go on into a result that can hold data, a constructor keeps what it is given."""
        callee, heap = call.callee, call.frame.heap
        result = self.fresh(call, symbolic=True)
        given = marks_joined(heap.deep_marks(value) for value in call.arguments)
        if given:
            given = stepped(given, call.frame.node, call.at, callee.api)
        if given and (callee.name == "<init>" or callee.returns in ("V", callee.holder)):
            for number in sorted(call.receiver.objects):
                if not self._code.hierarchy.definition(self._machine.objects[number].type):
                    self.add_content(heap, number, Value(marks=given))
        if callee.returns in ("V", "Z"):
            return result
        held = heap.deep_marks(call.receiver) if not self._is_own(call.receiver) else call.receiver.marks
        marks = marks_joined(
            (stepped(held, call.frame.node, call.at, callee.api), given if self._is_reference(callee.returns) else {})
        )
        return result.marked(marks)

    def _is_own(self, value: Value) -> bool:
        return any(self._code.hierarchy.definition(self._machine.objects[number].type) for number in value.objects)

    @staticmethod
    def _is_reference(type_: str) -> bool:
        return type_[0] in "L["


def _as_text(value: Value, type_: str) -> Value:
    """A known character or truth value as the text that it becomes in a builder."""
    number = value.number() if type_ in ("C", "Z") else None
    if number is None:
        return value
    if type_ == "Z":
        return constant("true" if number else "false")
    return constant(chr(number)) if 0 <= number < 0x110000 else UNKNOWN
