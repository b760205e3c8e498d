"""What calls out of the package do: the platform and libraries without a body, by the models of ``rules/flow``.

A call is looked up once: its models, sources, sinks, hops. What no model describes hands on conservatively: a marked receiver
or argument
marks a result that can hold data, and a constructor keeps what it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from analyzer.flow.code import PRIMITIVES, Callee, Code
from analyzer.flow.conventions import Conventions, Run
from analyzer.flow.evaluate import fold
from analyzer.flow.heap import ANY, CONTENT, WRAPPED, Element, Fixed, Heap
from analyzer.flow.machine import Machine, Passing
from analyzer.flow.models import EVERY, RESULT, THIS, Channel, Effect, Sink, Source, Term
from analyzer.flow.values import (
    NOTHING,
    UNKNOWN,
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
from analyzer.platform.callbacks import Hop

if TYPE_CHECKING:
    from analyzer.flow.frame import Frame
    from analyzer.flow.specials import Specials

CHANNEL = "$channel"
HOST = "$host"
TEXT = "$text"
_SIZE = "$size"
_STREAM = "stream"


class _Known(NamedTuple):
    """Everything the tables say of one method."""

    effects: tuple[Effect, ...] | None
    sources: tuple[Source, ...]
    sinks: tuple[Sink, ...]
    channels: tuple[Channel, ...]
    hops: tuple[Hop, ...]
    runs: tuple[Run, ...]
    special: tuple[str, str] | None


class Call(NamedTuple):
    """One call at work: the frame, what is called, the arguments by declared parameter, and where."""

    frame: Frame
    callee: Callee
    receiver: Value
    arguments: tuple[Value, ...]
    at: int

    @property
    def key(self) -> object:
        """What names the object that the call makes."""
        return (self.frame.context, self.frame.node, self.at)


class Foreign:
    """Does calls out of the package."""

    def __init__(self, machine: Machine, conventions: Conventions, specials: Specials) -> None:
        self._machine = machine
        self._code: Code = machine.code
        self._models = machine.models
        self._conventions = conventions
        self._specials = specials
        self._known: dict[tuple[str, str, str], _Known] = {}
        self._handed: dict[tuple[str, str], tuple[int, ...]] = {}

    def made(self, number: int, cls: str) -> None:
        """An object of a class of the package was made: the platform may call it by itself."""
        self._specials.made(number, cls)

    def lambda_made(self, frame: Frame, at: int, captured: list[Value]) -> Value:
        """The object of an invoke-custom: a lambda if there is a body for it."""
        for body, lambdas in self._code.graph.lambdas.by_body.items():
            for made in lambdas:
                if made.maker == frame.node and made.at == at:
                    number = self._machine.object((frame.context, frame.node, at), made.interface)
                    for index, value in enumerate(captured):
                        frame.heap.put(number, Element(Fixed(f"captured {index}")), value, strong=False)
                    self._specials.lambdas[number] = (body, made.member, len(captured))
                    return of_object(number)
        return UNKNOWN

    def call(self, frame: Frame, callee: Callee, registers: list[Value], at: int) -> Value:
        """The result of the call; what it changes is in the frame's heap."""
        self._machine.touched += 1
        receiver = UNKNOWN if callee.static or not registers else registers[0]
        arguments = tuple(registers[place] if place < len(registers) else UNKNOWN for place in callee.registers)
        call = Call(frame, callee, receiver, arguments, at)
        ran = self._specials.run_lambda(call)
        if ran is not None:
            return ran
        known = self._look_up(callee)
        if known.sinks:
            self._sinks(call, known.sinks)
        special = self._specials.do(call, *known.special) if known.special is not None else None
        if special is not None:
            result = special
        elif known.effects is not None:
            result = self._effects(call, known.effects)
        else:
            result = self._default(call)
        for channel in known.channels:
            self._open(call, channel, result)
        for source in known.sources:
            result = self._read(call, source, result)
        if self._machine.implicit and callee.returns[0] in PRIMITIVES and callee.returns != "V":
            held = marks_joined(
                frame.heap.deep_marks(value) for value in (receiver, *arguments)
            )  # what a test says of its operands
            result = result.marked(marks_joined((held, frame.control)))
        back = self._run(call, known, result)
        return result if back is None else back

    # -- look-up

    def _look_up(self, callee: Callee) -> _Known:
        key = (callee.holder, callee.name, callee.prototype)
        found = self._known.get(key)
        if found is None:
            classes = self._code.hierarchy.ancestors(callee.holder)
            name, prototype = callee.name, callee.prototype
            models = self._models
            effects = models.effects(classes, name, prototype) if name in models.names else None
            found = self._known[key] = _Known(
                effects,
                models.sources(classes, name, prototype),
                models.sinks(classes, name, prototype),
                models.channels(classes, name, prototype),
                self._conventions.hops(classes, name, prototype),
                self._conventions.runs(classes, name, prototype),
                self._conventions.special(classes, name, prototype),
            )
        return found

    # -- models

    def value_of(self, call: Call, base: int) -> Value:
        """The receiver, an argument, or all arguments together."""
        if base == THIS:
            return call.receiver
        if base == EVERY:
            return joined(call.arguments)
        return call.arguments[base] if base < len(call.arguments) else UNKNOWN

    def _effects(self, call: Call, effects: Sequence[Effect]) -> Value:
        """Everything is read before anything is written; then clear comes first, mix next, copy and taint last."""
        taken = [self._taken(call, effect) if effect.kind in ("copy", "taint") else UNKNOWN for effect in effects]
        text = None
        for effect in effects:
            if effect.kind == "eval":
                text = self._evaluated(call, effect.key)
            elif effect.kind == "clear":
                self._clear(call, effect)
            elif effect.kind == "mix" and effect.target is not None:
                for number in sorted(self.value_of(call, effect.target.base).objects):
                    call.frame.heap.mix(number)
            elif effect.kind == "wrap" and effect.source is not None:
                self._wrap(call, self.value_of(call, effect.source.base))
        result = self._result(call, effects, taken)
        for effect, given in zip(effects, taken, strict=True):
            term = effect.target
            if effect.kind in ("copy", "taint") and term is not None and (term.base != RESULT or term.part):
                self._store(call, result if term.base == RESULT else self.value_of(call, term.base), effect, given)
        return self._with_text(call, effects, result, text)

    def _result(self, call: Call, effects: Sequence[Effect], taken: Sequence[Value]) -> Value:
        """What the call returns: the same value, a new or a named object, or something unknown with the marks that came in."""
        result: Value | None = None
        for effect, given in zip(effects, taken, strict=True):
            if effect.kind == "new":
                named = self._specials.named(call, effect.key) if effect.key else self._fresh(call, symbolic=False)
                result = named if result is None else named.marked(result.marks)
            elif effect.kind in ("copy", "taint") and effect.target == (RESULT, ""):
                result = given if result is None else result.join(given) if not result.objects else result.marked(given.marks)
        if result is None:
            return self._fresh(call, symbolic=True)
        if not result.objects and result.constants is None and self._holds(call.callee.returns):
            return self._fresh(call, symbolic=True).marked(result.marks)
        return result

    def _clear(self, call: Call, effect: Effect) -> None:
        term, heap = effect.target, call.frame.heap
        assert term is not None
        if effect.key and term.part != "element":
            index, _, wanted = effect.key[3:].partition("=")
            given = self.value_of(call, int(index)).only()
            if str(given.low if isinstance(given, Range) else given) != wanted:
                return
        holder = self.value_of(call, term.base)
        if len(holder.objects) != 1:
            return
        (number,) = holder.objects
        if not self._machine.is_one(number):
            return
        if term.part == "element" and effect.key != "*":
            heap.remove(number, self._key(call, effect.key))
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
        return fold(operation, [self._text_of(call, value) for value in given])

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

    def _text_of(self, call: Call, value: Value) -> Value:
        """What a builder holds as a text, when that is known."""
        if len(value.objects) != 1:
            return value
        (number,) = value.objects
        text = call.frame.heap.get(number, TEXT)
        return value if text is None else text

    def fresh(self, call: Call) -> Value:
        """Something of the declared type that nothing is known of."""
        return self._fresh(call, symbolic=True)

    def call_named(self, call: Call, cls: str, name: str, target: Value, given: list[Value]) -> Value | None:
        """A method of the platform that is called by name.

        As if it were called directly, when it is known under the name alone.
        """
        for prototype in self._code.platform_prototypes(cls, name, len(given)):
            parameters, returns = self._code.split(prototype)
            places = tuple(range(1, 1 + len(given)))
            callee = Callee(-1, -1, cls, name, prototype, parameters, places, returns, static=False)
            return self.call(call.frame, callee, [target, *given], call.at)
        return None

    def _fresh(self, call: Call, *, symbolic: bool) -> Value:
        type_ = call.callee.returns
        if not self._holds(type_):
            return UNKNOWN
        number = self._machine.object(call.key, type_, symbolic=symbolic)
        return of_object(number) if not symbolic else Value(frozenset({number}))

    @staticmethod
    def _holds(type_: str) -> bool:
        """Whether a value of the type can hold other data."""
        return type_[0] not in PRIMITIVES and type_ not in ("Ljava/lang/String;", "Ljava/lang/CharSequence;")

    def _taken(self, call: Call, effect: Effect) -> Value:
        """What an effect takes: a value, or marks alone in an unknown value."""
        term, heap = effect.source, call.frame.heap
        assert term is not None
        value = self.value_of(call, term.base)
        if term.part == "element":
            selected = None if effect.key == "=" else self._key(call, effect.key)
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
                for source in sorted(self.value_of(call, effect.source.base).objects if effect.source else ()):
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
        selected = self._key(call, key)
        if selected is None:
            heap.put(number, ANY, given, strong=False)
        else:
            heap.put(number, Element(selected), given, strong=strong)

    def _key(self, call: Call, key: str) -> object:
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
            return known
        return None

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

    def _wrap(self, call: Call, inner: Value) -> None:
        for number in call.receiver.objects:
            call.frame.heap.put(number, WRAPPED, inner, strong=False)

    # -- without a model

    def _default(self, call: Call) -> Value:
        callee, heap = call.callee, call.frame.heap
        result = self._fresh(call, symbolic=True)
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

    # -- sources and sinks

    def _read(self, call: Call, source: Source, result: Value) -> Value:
        if source.when is not None and not self._holds_when(call, source.when):
            return result
        if source.kind == "received" and not self._specials.may_receive(call):
            return result
        marks = self._machine.read(call.frame.node, call.at, call.callee.api, source.category, received=source.kind == "received")
        if source.value == RESULT:
            return result.marked(marks)
        for number in sorted(self.value_of(call, source.value).objects):
            self.add_content(call.frame.heap, number, Value(marks=marks))
        return result

    def _holds_when(self, call: Call, when: tuple[int, str, str]) -> bool:
        index, how, wanted = when
        value = call.arguments[index] if index < len(call.arguments) else UNKNOWN
        texts = value.texts() or tuple(
            text for n in sorted(value.objects) if (known := call.frame.heap.get(n, TEXT)) is not None for text in known.texts()
        )
        return any(text == wanted if how == "=" else text.startswith(wanted) for text in texts)

    def _sinks(self, call: Call, sinks: Sequence[Sink]) -> None:
        heap = call.frame.heap
        for sink in sinks:
            destination, host = sink.destination, None
            if destination == _STREAM:
                destination, host = self._channel(heap, call.receiver)
                if not destination:
                    continue
            if destination == "ipc" and self._specials.stays_inside(call):
                continue
            marks = marks_joined(heap.deep_marks(self.value_of(call, base)) for base in sink.data)
            marks = marks_joined((marks, call.frame.control)) if call.frame.control else marks
            if marks:
                host = host or self._host(call, sink.host)
                self._machine.send(marks, Passing(call.frame.node, call.at, call.callee.api, destination, host))

    def _host(self, call: Call, base: int | None) -> str | None:
        if base is None:
            return None
        value = self.value_of(call, base)
        texts = list(value.texts())
        for number in sorted(value.objects):
            for field in (HOST, TEXT):
                known = call.frame.heap.get(number, field)
                texts += known.texts() if known is not None else ()
        return texts[0] if texts else None

    def _open(self, call: Call, channel: Channel, result: Value) -> None:
        """The value is a channel to a destination from now on."""
        opened = result if channel.opened == RESULT else self.value_of(call, channel.opened)
        host = self._host(call, channel.host)
        for number in sorted(opened.objects):
            if channel.destination:
                call.frame.heap.put(number, CHANNEL, constant(channel.destination), strong=True)
            if host:
                call.frame.heap.put(number, HOST, constant(host), strong=True)

    def _channel(self, heap: Heap, value: Value) -> tuple[str, str | None]:
        """Where what is written into a stream goes: through all that it wraps."""
        seen: set[int] = set()
        stack = sorted(value.objects)
        while stack:
            number = stack.pop()
            if number in seen:
                continue
            seen.add(number)
            known = heap.get(number, CHANNEL)
            if known is not None and known.texts():
                host = heap.get(number, HOST)
                return known.texts()[0], host.texts()[0] if host is not None and host.texts() else None
            wrapped = heap.get(number, WRAPPED)
            stack += sorted(wrapped.objects) if wrapped is not None else []
        return "", None

    # -- what it runs

    def _run(self, call: Call, known: _Known, result: Value) -> Value | None:
        """Methods of the package that the call runs, now or later; what it gives back if that is what it returns."""
        back: Value | None = None
        ran: dict[str, Value] = {}
        for run in known.runs:
            back = self._run_one(call, run, ran, result) or back
        if not known.runs:
            for hop in known.hops:
                if hop.effect in ("run", "callback"):
                    for name in hop.runs:
                        for value in self._hop_objects(call, hop.object):
                            self._later(value, name)
                elif hop.effect == "start":
                    self._specials.started(call)
        if not known.hops and not known.runs:
            self._hand_over(call)
        return back

    @staticmethod
    def _hop_objects(call: Call, object_: str) -> Iterable[Value]:
        if object_ == "receiver":
            return (call.receiver,)
        if object_ == "arg*":
            return call.arguments
        index = int(object_[3:])
        return call.arguments[index : index + 1]

    def _later(self, value: Value, name: str) -> None:
        for number in sorted(value.objects):
            cls = self._machine.objects[number].type
            if number in self._specials.lambdas:
                self._specials.call_lambda_later(number)
            for node in self._code.method(cls, name) if self._code.hierarchy.definition(cls) else ():
                self._machine.call_back(of_object(number), node)

    def _run_one(self, call: Call, run: Run, ran: dict[str, Value], result: Value) -> Value | None:
        receivers = self._term(call, run.object, run.key, result)
        back = NOTHING
        for number in sorted(receivers.objects):
            if number in self._specials.lambdas:
                value = self._specials.run_lambda_of(call, number, [self._given(call, g, ran, result) for g in run.gives])
                back = value if back is NOTHING else back.join(value)
                continue
            cls = self._machine.objects[number].type
            for node in self._code.method(cls, run.name) if self._code.hierarchy.definition(cls) else ():
                arguments = [self._given(call, given, ran, result) for given in run.gives]
                if run.later:
                    self._machine.call_back(of_object(number), node, tuple(arguments) if run.gives else None)
                    continue
                value = self.call_method(call, of_object(number), node, arguments)
                back = value if back is NOTHING else back.join(value)
        if back is NOTHING:
            return None
        known = ran.get(run.name)
        ran[run.name] = back if known is None else known.join(back)
        if run.back == "result":
            return back
        if run.back == "result.content":
            for number in sorted(result.objects):
                self.add_content(call.frame.heap, number, back)
                call.frame.heap.put(number, ANY, back, strong=False)
        return None

    def _term(self, call: Call, term: Term, key: str, result: Value) -> Value:
        value = result if term.base == RESULT else self.value_of(call, term.base)
        if term.part != "element":
            return value
        return joined(call.frame.heap.held(number, self._key(call, key)) for number in sorted(value.objects))

    def _given(self, call: Call, given: str, ran: dict[str, Value], result: Value) -> Value:
        if given == "this":
            return call.receiver
        if given == "result":
            return result
        if given.startswith("arg"):
            return self.value_of(call, int(given[3:]))
        return ran.get(given, UNKNOWN)

    def call_method(self, call: Call, receiver: Value, node: int, arguments: list[Value]) -> Value:
        """Run a method of the package now, from this call."""
        frame = call.frame
        registers = self.registers(node, receiver, arguments)
        context = self._machine.context(frame.context, frame.node, call.at)
        outcome = frame.interpreter.call(node, registers, frame.heap, context)
        if outcome is None or outcome.heap is None:
            return UNKNOWN
        frame.heap = outcome.heap.fork()
        return outcome.value

    def registers(self, node: int, receiver: Value, arguments: Sequence[Value]) -> list[Value]:
        """Arguments by register: a long or double takes two; what is missing is unknown."""
        found = [] if self._code.is_static(node) else [receiver]
        for index, type_ in enumerate(self._code.parameters(node)):
            value = arguments[index] if index < len(arguments) else UNKNOWN
            if value is UNKNOWN:
                value = self.unknown_argument(node, index, type_)
            found.append(value)
            if type_ in ("J", "D"):
                found.append(UNKNOWN)
        return found

    def unknown_argument(self, node: int, index: int, type_: str) -> Value:
        """What the platform may give a method."""
        if not self._holds(type_):
            return UNKNOWN
        return Value(frozenset({self._machine.object(("parameter", node, index), type_, symbolic=True)}))

    def _hand_over(self, call: Call) -> None:
        """Objects of the package that a platform's method takes under an interface may be called back."""
        for value, declared in zip(call.arguments, call.callee.parameters, strict=False):
            if declared[0] != "L" or declared == "Ljava/lang/Object;" or not value.objects:
                continue
            for number in sorted(value.objects):
                if number in self._specials.lambdas:
                    self._specials.call_lambda_later(number)
                for node in self._called_back(self._machine.objects[number].type, declared):
                    self._machine.call_back(of_object(number), node)

    def _called_back(self, cls: str, declared: str) -> tuple[int, ...]:
        key = (cls, declared)
        found = self._handed.get(key)
        if found is None:
            found = self._handed[key] = tuple(self._overridden(cls, declared))
        return found

    def _overridden(self, cls: str, declared: str) -> Iterable[int]:
        if self._code.hierarchy.definition(cls) is None or not self._code.inherits(cls, declared):
            return
        entries, linked = self._code.graph.entries, self._code.linked
        seen: set[str] = set()
        for ancestor in self._code.hierarchy.ancestors(cls):
            type_id = self._code.types.number(ancestor)
            if type_id is None or not self._code.types.is_defined(type_id):
                continue
            for node in linked.methods_of(type_id):
                member = linked.member(node)
                if member in seen or linked.nodes.direct[node] or not self._code.has_code(node):
                    continue
                seen.add(member)
                if entries.handed(node, declared) is not None:
                    yield node


def _as_text(value: Value, type_: str) -> Value:
    """A known character or truth value as the text that it becomes in a builder."""
    number = value.number() if type_ in ("C", "Z") else None
    if number is None:
        return value
    if type_ == "Z":
        return constant("true" if number else "false")
    return constant(chr(number)) if 0 <= number < 0x110000 else UNKNOWN
