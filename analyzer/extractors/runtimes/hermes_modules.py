"""The modules of a bundle in Hermes bytecode, with what they call: as ``javascript`` reads them from text.

Only functions with an instruction that names something wanted are looked at, and those that they are made in, down from the
module's own function: registers and environments are followed in the order of the instructions, branches left aside.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from analyzer.extractors.runtimes.script_values import HANDLERS, LOOK_UPS, UNKNOWN, ScriptCall, ScriptModule, Value
from analyzer.facts import TriggerKind
from analyzer.formats.hermes.file import HermesFile, Instruction

_READS = ("GetById", "GetByIdShort", "GetByIdLong", "TryGetById", "TryGetByIdLong")
_TEXTS = ("LoadConstString", "LoadConstStringLongIndex")
_CLOSURES = (
    "CreateClosure", "CreateClosureLongIndex", "CreateAsyncClosure", "CreateAsyncClosureLongIndex", "CreateGeneratorClosure",
    "CreateGeneratorClosureLongIndex", "CreateGenerator", "CreateGeneratorLongIndex",
)  # fmt: skip
_WRITES = {
    "PutById": 3, "PutByIdLoose": 3, "PutByIdStrict": 3, "PutNewOwnById": 2, "PutNewOwnByIdShort": 2, "DefineOwnById": 3,
}  # fmt: skip
_NUMBERS = ("LoadConstUInt8", "LoadConstInt")
_MOST_LEVELS = 24
_MOST_FUNCTIONS = 20_000
_CALLS = {"Call1": 0, "Call2": 1, "Call3": 2, "Call4": 3}


class _Closure(Struct, frozen=True):
    place: int


class _Wrapped(Struct, frozen=True):
    """What a call returned that was given a closure."""

    place: int


class _Dependency(Struct, frozen=True):
    place: int


class _Array(Struct, frozen=True):
    length: int
    at: int


class _Environment:
    """The variables that closures share, by their slots; ``outer``: those around it."""

    def __init__(self, outer: _Environment | None) -> None:
        self.outer = outer
        self.slots: dict[int, object] = {}

    def up(self, levels: int) -> _Environment | None:
        """The environment so many levels further out."""
        found: _Environment | None = self
        while levels > 0 and found is not None:
            found, levels = found.outer, levels - 1
        return found


class Factory(Struct, frozen=True):
    """A module of Metro: its number, the function that makes it, the modules that it requires."""

    number: int
    function: int
    requires: tuple[int, ...]


def hermes_modules(file: HermesFile, wanted: Collection[str]) -> list[ScriptModule]:
    """The modules of *file*; calls only of functions that name one of *wanted*. Without modules the file is one module, 0."""
    factories = {factory.function: factory for factory in _factories(file)}
    numbers = file.find([*wanted])
    shapes = [*((name, 3) for name in _READS), *((name, 1) for name in _TEXTS), *_WRITES.items()]
    hits = file.holders(shapes, numbers)
    makers = _makers(file, hits, factories)
    walks: dict[int, _Walk] = {}
    for function in [*hits][:_MOST_FUNCTIONS]:
        way = _way(function, makers, factories)
        top = way[0]
        walk = walks.setdefault(top, _Walk(file, top, is_factory=top in factories))
        walk.down(way)
    modules = []
    for function, walk in walks.items():
        factory = factories.pop(function, Factory(-1 - function, function, ()))
        modules.append(_module(factory, walk))
    return modules + [ScriptModule(f.number, f.requires, frozenset(), frozenset(), ()) for f in factories.values()]


def _module(factory: Factory, walk: _Walk) -> ScriptModule:
    return ScriptModule(
        factory.number, factory.requires, frozenset(walk.natives), frozenset(walk.defines), tuple(dict.fromkeys(walk.calls))
    )


def _factories(file: HermesFile) -> Iterator[Factory]:
    """The calls of ``__d`` in the first function: a closure, a number, an array of numbers."""
    registers: dict[int, object] = {}
    for _, name, args in file.instructions(file.first) if len(file) else ():
        if name in _CLOSURES:
            registers[args[0]] = _Closure(args[2])
        elif name in _NUMBERS:
            registers[args[0]] = args[1]
        elif name == "LoadConstZero":
            registers[args[0]] = 0
        elif name in ("NewArrayWithBuffer", "NewArrayWithBufferLong"):
            registers[args[0]] = _Array(args[2], args[3])
        elif name == "NewArray":
            registers[args[0]] = _Array(0, 0)
        elif name in ("Mov", "MovLong"):
            registers[args[0]] = registers.get(args[1])
        elif name == "Call4":
            made, number, array = (registers.get(register) for register in args[3:6])
            registers[args[0]] = None
            if isinstance(made, _Closure) and isinstance(number, int) and isinstance(array, _Array):
                requires = file.numbers_at(array.at, array.length) if array.length else []
                yield Factory(number, made.place, tuple(requires or ()))


def _makers(file: HermesFile, functions: Iterable[int], tops: Collection[int]) -> dict[int, int]:
    """The function in which each of *functions* is made, and so on up to the *tops*."""
    found: dict[int, int] = {}
    shapes = [(name, 2) for name in _CLOSURES]
    todo = {function for function in functions if function not in tops and function != 0}
    seen: set[int] = set(todo)
    for _ in range(_MOST_LEVELS):
        if not todo:
            break
        for holder in file.holders(shapes, todo):
            for _, name, args in file.instructions(holder):
                if name in _CLOSURES and args[2] in todo and args[2] != holder:
                    found.setdefault(args[2], holder)
        todo = {maker for maker in (found.get(each) for each in todo) if maker is not None and maker not in tops} - seen - {0}
        seen |= todo
    return found


def _way(function: int, makers: dict[int, int], tops: Collection[int]) -> list[int]:
    """The functions from the one of a module down to *function*."""
    way = [function]
    while way[-1] not in tops and way[-1] in makers and len(way) <= _MOST_LEVELS and makers[way[-1]] not in way:
        if makers[way[-1]] == 0:
            break
        way.append(makers[way[-1]])
    return way[::-1]


class _Walk:
    """Follows the functions of one module."""

    def __init__(self, file: HermesFile, top: int, *, is_factory: bool) -> None:
        self._file = file
        self._top = top
        self._is_factory = is_factory
        self._outer: dict[int, _Environment | None] = {}
        self._names: dict[int, str] = {}
        self._triggers: dict[int, TriggerKind] = {}
        self._done: set[int] = set()
        self.calls: list[ScriptCall] = []
        self.defines: set[str] = set()
        self.natives: set[str] = set()

    def down(self, way: list[int]) -> None:
        """Follow the functions on the way, each once."""
        outer = ""
        started: TriggerKind = "unknown"
        for function in way:
            outer = self._names.get(function) or self._file.name(function) or outer
            started = self._triggers.get(function, started)
            if outer:
                self.defines.add(outer)
            started = HANDLERS.get(outer, started)
            if function not in self._done:
                self._done.add(function)
                _Body(self, self._file, function, outer, started).run()

    def parameter(self, function: int, number: int) -> object:
        """What a parameter stands for: those of a module's own function are Metro's, behind ``this``."""
        if not self._is_factory or function != self._top:
            return UNKNOWN
        return Value("global", "global") if number == 1 else Value("unknown", f"metro{number - 1}")

    def environment(self, function: int) -> _Environment | None:
        """The environment that a function was made with."""
        return self._outer.get(function)

    def made(self, function: int, environment: object) -> None:
        """A closure of *function* was made."""
        if isinstance(environment, _Environment):
            self._outer.setdefault(function, environment)
        name = self._file.name(function) if 0 <= function < len(self._file) else ""
        if name:
            self.defines.add(name)

    def named(self, function: int, name: str) -> None:
        """A closure became the value of the property *name*."""
        self._names.setdefault(function, name)
        if name in HANDLERS:
            self._triggers[function] = HANDLERS[name]
        self.defines.add(name)

    def wrapped(self, function: int, name: str) -> None:
        """What a wrapper made of a closure became the value of the property *name*."""
        if name in HANDLERS:
            self._triggers[function] = HANDLERS[name]

    def handed(self, function: int, callee: Value) -> None:
        """A closure was handed to a function: some say by their names when they run it."""
        trigger = HANDLERS.get(callee.words[-1]) if callee.words else None
        if trigger is not None:
            self._triggers.setdefault(function, trigger)


class _Body:
    """One function: what its registers hold, instruction by instruction."""

    def __init__(self, walk: _Walk, file: HermesFile, function: int, name: str, trigger: TriggerKind) -> None:
        self._walk = walk
        self._file = file
        self._function = function
        self._name = name
        self._trigger = trigger
        self._registers: dict[int, object] = {}
        self._read_at: dict[int, int] = {}

    def run(self) -> None:
        """Follow the function to its end."""
        for instruction in self._file.instructions(self._function):
            self._step(instruction)

    def _step(self, instruction: Instruction) -> None:
        at, name, args = instruction
        if name in _READS:
            found = self._value(args[1]).then(self._file.string(args[3]))
            if found.base == "native" and not found.path:
                self._walk.natives.add(found.key)
            self._registers[args[0]] = found
            self._read_at[args[0]] = at
        elif name in _CLOSURES:
            self._walk.made(args[2], self._registers.get(args[1]))
            self._registers[args[0]] = _Closure(args[2])
        elif "Environment" in name:
            self._environment(name, args)
        elif name.startswith(("PutById", "PutNewOwn", "PutOwnById", "DefineOwnById", "TryPutById")):
            made = self._registers.get(args[1])
            if isinstance(made, _Closure):
                self._walk.named(made.place, self._file.string(args[-1]))
            elif isinstance(made, _Wrapped):
                self._walk.wrapped(made.place, self._file.string(args[-1]))
        elif name.startswith(("Call", "Construct")):
            self._call(name, args)
        elif args and name not in ("Ret", "Throw") and not name.startswith(("J", "Put", "Define", "Declare")):
            self._registers[args[0]] = self._loaded(at, name, args)

    def _loaded(self, at: int, name: str, args: tuple[int, ...]) -> object:
        """What an instruction puts into its first register."""
        if name in _TEXTS:
            return self._file.string(args[1])
        if name in _NUMBERS:
            return args[1]
        if name in ("LoadParam", "LoadParamLong"):
            return self._walk.parameter(self._function, args[1])
        if name in ("Mov", "MovLong"):
            self._read_at[args[0]] = self._read_at.get(args[1], at)
            return self._registers.get(args[1])
        if name in ("GetByVal", "GetByIndex"):
            self._read_at[args[0]] = at
            return self._element(args[1], self._registers.get(args[2]) if name == "GetByVal" else args[2])
        return {"LoadConstZero": 0, "GetGlobalObject": Value("global", "global")}.get(name)

    def _value(self, register: int) -> Value:
        found = self._registers.get(register)
        return found if isinstance(found, Value) else UNKNOWN

    def _element(self, register: int, key: object) -> object:
        holder = self._value(register)
        if isinstance(key, int):
            return _Dependency(key) if holder.key == "metro6" else UNKNOWN
        return holder.then(key) if isinstance(key, str) else UNKNOWN

    def _environment(self, name: str, args: tuple[int, ...]) -> None:
        registers, outer = self._registers, self._walk.environment(self._function)
        if name in ("CreateEnvironment", "CreateFunctionEnvironment", "CreateTopLevelEnvironment"):
            parent = registers.get(args[1]) if name == "CreateEnvironment" and len(args) > 2 else outer
            registers[args[0]] = _Environment(parent if isinstance(parent, _Environment) else None)
        elif name == "CreateInnerEnvironment":
            parent = registers.get(args[1])
            registers[args[0]] = _Environment(parent if isinstance(parent, _Environment) else None)
        elif name in ("GetEnvironment", "GetParentEnvironment"):
            start = registers.get(args[1]) if len(args) > 2 else outer
            registers[args[0]] = start.up(args[-1]) if isinstance(start, _Environment) else None
        elif name.startswith("LoadFrom"):
            holder = registers.get(args[1])
            registers[args[0]] = holder.slots.get(args[2]) if isinstance(holder, _Environment) else None
        elif name.startswith("Store"):
            holder, value = registers.get(args[0]), registers.get(args[2])
            if isinstance(holder, _Environment) and value is not None and value != UNKNOWN:
                holder.slots[args[1]] = value

    def _call(self, name: str, args: tuple[int, ...]) -> None:
        if name.startswith(("CallBuiltin", "CallDirect", "CallRequire")):
            self._registers[args[0]] = None
            return
        callee = self._value(args[1])
        arguments = [self._registers.get(register) for register in args[3 : 3 + _CALLS.get(name, 0)]]
        if callee.words and not (callee.base == "unknown" and len(callee.words) < 2):
            at = self._read_at.get(args[1], self._file.function(self._function).offset)
            self._walk.calls.append(ScriptCall(callee, at, self._name, self._trigger))
        if callee.base == "native":
            self._walk.natives.add(callee.key)
        for argument in arguments:
            if isinstance(argument, _Closure):
                self._walk.handed(argument.place, callee)
        self._registers[args[0]] = self._result(callee, arguments)
        self._read_at.pop(args[0], None)

    def _result(self, callee: Value, arguments: list[object]) -> object:
        """What a call returns: a required module, the native side by its name, or, of helpers around one of these, the same."""
        first = arguments[0] if arguments else None
        if callee.key in ("metro1", "metro2", "metro3") and not callee.path and isinstance(first, _Dependency):
            found = Value("require", str(first.place))
            return found.then("default") if callee.key == "metro2" else found
        if callee.words[-1:] and callee.words[-1] in LOOK_UPS and isinstance(first, str):
            self._walk.natives.add(first)
            return Value("native", first)
        if isinstance(first, _Closure):
            return _Wrapped(first.place)
        if isinstance(first, Value) and first.base in ("require", "native") and not first.path:
            return first if callee.base == "require" or not callee.words else UNKNOWN
        return UNKNOWN
