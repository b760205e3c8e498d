"""What a piece of JavaScript calls, by tree-sitter's grammar: names from a global, a required module or the native side on.

Names are looked up in the scopes that hold them (minified code has few letters for many things). Nothing is evaluated.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache

import tree_sitter_javascript
from msgspec import Struct
from msgspec.structs import replace
from tree_sitter import Language, Node, Parser

from analyzer import limits
from analyzer.extractors.runtimes.script_values import EVENTS, HANDLERS, LOOK_UPS, UNKNOWN, ScriptCall, Value
from analyzer.facts import TriggerKind

_FUNCTIONS = frozenset(
    {"function_expression", "function_declaration", "arrow_function", "method_definition", "generator_function",
     "generator_function_declaration", "function"}
)  # fmt: skip
_MOST_STEPS = 24
_MOST_LOOKED_AT = 200
_BETWEEN = frozenset({"arguments", "parenthesized_expression", "await_expression", "call_expression"})
# Places of Metro's factory parameters: global, require, importDefault, importAll, module, exports, dependencyMap.
_GLOBAL, _REQUIRE, _IMPORT_DEFAULT, _IMPORT_ALL, _DEPENDENCIES = 0, 1, 2, 3, 6
_NATIVE = re.compile(rb"NativeModules(?:Proxy)?\.\w+\Z")
_NAMED_BY = {"pair": "key", "variable_declarator": "name", "assignment_expression": "left"}
_HANDED = re.compile(
    rb"(?:addEventListener|\.on)\(\s*['\"](\w+)['\"]\s*,\s*(?:[\w$]+\.)*([\w$]+)\s*(?:\.bind\(\w+\))?\s*[,)]"
    rb"|\b(on[A-Z]\w+|onclick|onload)\s*[:=]\s*\{?\s*(?:[\w$]+\.)*([\w$]+)\s*[,;})\n]"
)


class Parsed(Struct, frozen=True):
    """What one piece of JavaScript defines and calls, and the texts that it looks up native modules by."""

    calls: tuple[ScriptCall, ...]
    defines: frozenset[str]
    natives: frozenset[str]
    broken: bool


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_javascript.language()))


class _Scope:
    """The names of one function (or of the whole text), each with the expression or parameter that it stands for."""

    def __init__(self, outer: _Scope | None, name: str = "", trigger: TriggerKind = "unknown") -> None:
        self.outer = outer
        self.depth: int = 0 if outer is None else outer.depth + 1
        self.name = name
        self.trigger = trigger
        self.names: dict[str, Value | Node] = {}


def read_script(source: bytes, at: int = 0, wanted: re.Pattern[bytes] | None = None, *, metro: bool = False) -> Parsed:
    """Read *source*, which begins at byte *at* of its file. *metro*: the text is one ``__d(function(...) {...}, ...)``.

    With *wanted* only functions whose text it is found in are looked into.
    """
    tree = _parser().parse(source)
    reader = _Reader(at, metro, None if wanted is None else [match.start() for match in wanted.finditer(source)])
    reader.walk(tree.root_node)
    calls = _by_reference(source, reader.calls)
    broken = tree.root_node.has_error or reader.cut
    return Parsed(tuple(calls), frozenset(reader.defines), frozenset(reader.natives), broken)


class _Reader:
    """One walk over a tree: scopes on the way down, calls at their places."""

    def __init__(self, at: int, metro: bool, hits: Sequence[int] | None) -> None:
        self._at = at
        self._metro = metro
        self._hits = hits
        self.calls: list[ScriptCall] = []
        self.defines: set[str] = set()
        self.natives: set[str] = set()
        self._left = 0
        self._above: dict[int, Node] = {}  # what holds a node: asking the node itself takes a walk down from the root
        self._nodes = 0
        self.cut = False

    def walk(self, root: Node) -> None:
        """Declare what each scope declares, then look at its calls; scopes within are done after it."""
        todo: list[tuple[Node, _Scope]] = [(root, _Scope(None))]
        while todo:
            top, scope = todo.pop()
            inner: list[Node] = []
            calls: list[Node] = []
            for node in self._of_scope(top):
                kind = node.type
                if kind in _FUNCTIONS:
                    self._declare_function(node, scope)
                    if self._is_wanted(node):
                        if scope.depth < limits.SCRIPT_SCOPES:
                            inner.append(node)
                        else:
                            self.cut = True
                elif kind == "variable_declarator":
                    self._declare(node.child_by_field_name("name"), node.child_by_field_name("value"), scope)
                elif kind == "assignment_expression":
                    self._assign(node, scope)
                elif kind in ("call_expression", "new_expression"):
                    calls.append(node)
            for node in calls[: limits.SCRIPT_CALLS - len(self.calls)]:
                self._call(node, scope)
            self.cut = self.cut or len(self.calls) >= limits.SCRIPT_CALLS
            todo += ((node, self._scope_of(node, scope)) for node in reversed(inner))

    def _of_scope(self, top: Node) -> Iterator[Node]:
        """The nodes of a scope, those of functions within left out but for these themselves."""
        todo = [top]
        while todo:
            node = todo.pop()
            if node is not top:
                yield node
                if node.type in _FUNCTIONS:
                    continue
            children = node.children
            self._nodes += len(children)
            if self._nodes > limits.SCRIPT_NODES:
                self.cut = True
                return
            for child in children:
                if child.type in _FUNCTIONS or child.type in _BETWEEN:
                    self._above[child.id] = node
            todo.extend(reversed(children))

    def _call_with(self, node: Node) -> tuple[Node | None, Node | None]:
        """The call that *node* is an argument of, and its arguments."""
        arguments = self._above.get(node.id)
        if arguments is None or arguments.type != "arguments":
            return None, None
        return self._above.get(arguments.id), arguments

    def _name_of(self, node: Node) -> str:
        """The name of a function: its own, or that of the variable or property that it becomes the value of."""
        own = node.child_by_field_name("name")
        if own is not None and own.type != "computed_property_name":
            return _text(own)
        above = self._above.get(node.id)
        while above is not None and above.type in ("parenthesized_expression", "await_expression"):
            above = self._above.get(above.id)
        field = None if above is None else _NAMED_BY.get(above.type)
        target = above.child_by_field_name(field) if above is not None and field is not None else None
        if target is not None and target.type == "member_expression":
            target = target.child_by_field_name("property")
        return _text(target).strip("\"'") if target is not None else ""

    def _is_factory(self, function: Node) -> bool:
        """Whether a function is an argument of a call of ``__d``."""
        call, _ = self._call_with(function)
        return call is not None and _called(call) == "__d"

    def _started(self, function: Node, name: str) -> TriggerKind | None:
        """What the place of a function shows to start it: a property of a view, an event, a timer; None: nothing."""
        if name in HANDLERS:
            return HANDLERS[name]
        call, arguments = self._call_with(function)
        if call is not None and (wrapped := self._name_of(call)) in HANDLERS:
            return HANDLERS[wrapped]  # what a wrapper makes of the function is the value
        called = "" if call is None else _called(call)
        if called in ("addEventListener", "on", "one"):
            first = _named(arguments)
            return EVENTS.get(_constant(first[0]) or "") if first else None
        return HANDLERS.get(called)

    def _is_wanted(self, node: Node) -> bool:
        if self._hits is None:
            return True
        index = bisect_left(self._hits, node.start_byte)
        return index < len(self._hits) and self._hits[index] < node.end_byte

    def _scope_of(self, node: Node, outer: _Scope) -> _Scope:
        name = self._name_of(node)
        scope = _Scope(outer, name or outer.name, self._started(node, name) or outer.trigger)
        parameters = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
        names = [parameters] if parameters is not None and parameters.type == "identifier" else _named(parameters)
        for position, parameter in enumerate(names):
            if parameter.type == "identifier":
                scope.names[_text(parameter)] = self._parameter(node, position)
        return scope

    def _parameter(self, function: Node, position: int) -> Value:
        """What a parameter stands for: of a module's factory, what Metro hands it."""
        if self._metro and self._is_factory(function):
            if position == _GLOBAL:
                return Value("global", "global")
            if position in (_REQUIRE, _IMPORT_DEFAULT, _IMPORT_ALL, _DEPENDENCIES):
                return Value("unknown", f"metro{position}")
        return UNKNOWN

    def _declare_function(self, node: Node, scope: _Scope) -> None:
        called = self._name_of(node)
        if called:
            self.defines.add(called)
        if node.type.endswith("_declaration"):
            name = node.child_by_field_name("name")
            if name is not None:
                scope.names.setdefault(_text(name), UNKNOWN)

    def _declare(self, target: Node | None, value: Node | None, scope: _Scope) -> None:
        if target is None:
            return
        if target.type == "identifier":
            if value is not None and value.type == "member_expression" and _NATIVE.search(value.text or b""):
                self._left = _MOST_LOOKED_AT
                self.value(value, scope)  # a native module that is looked up and handed on
            scope.names.setdefault(_text(target), UNKNOWN if value is None else value)
        elif target.type == "object_pattern" and value is not None:
            for part in _named(target):
                if part.type == "shorthand_property_identifier_pattern":
                    scope.names.setdefault(_text(part), self._part_of(value, _text(part), scope))
                elif part.type == "pair_pattern":
                    key, name = part.child_by_field_name("key"), part.child_by_field_name("value")
                    if key is not None and name is not None and name.type == "identifier":
                        scope.names.setdefault(_text(name), self._part_of(value, _text(key), scope))

    def _part_of(self, value: Node, name: str, scope: _Scope) -> Value:
        self._left = _MOST_LOOKED_AT
        part = self.value(value, scope).then(name)
        if part.base == "native":
            self.natives.add(part.key)
        return part

    def _assign(self, node: Node, scope: _Scope) -> None:
        """A plain variable that was declared without a value gets its first one here."""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        if left.type == "member_expression" and right.type == "identifier":
            name = left.child_by_field_name("property")
            if name is not None:
                self.defines.add(_text(name))
        if left.type == "identifier":
            holder: _Scope | None = scope
            while holder is not None and _text(left) not in holder.names:
                holder = holder.outer
            if holder is not None and holder.names[_text(left)] is UNKNOWN:
                holder.names[_text(left)] = right

    def _call(self, node: Node, scope: _Scope) -> None:
        callee = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        if callee is None:
            return
        self._left = _MOST_LOOKED_AT
        value = self.value(callee, scope)
        if value.base == "native":
            self.natives.add(value.key)
        if value.words and not (value.base == "unknown" and len(value.words) < 2):
            arguments = _named(node.child_by_field_name("arguments"))
            first = _argument(arguments[0]) if arguments else ""
            self.calls.append(ScriptCall(value, self._at + _place(callee), scope.name, scope.trigger, first))
        self._look_up(node)

    def _look_up(self, node: Node) -> Value | None:
        """The native side that a call returns by its name."""
        if _called(node) in LOOK_UPS:
            arguments = _named(node.child_by_field_name("arguments"))
            name = _constant(arguments[0]) if arguments else None
            if name is not None:
                self.natives.add(name)
                return Value("native", name)
        return None

    def value(self, node: Node | None, scope: _Scope, steps: int = 0) -> Value:
        """What an expression leads to."""
        self._left -= 1
        if node is None or steps > _MOST_STEPS or self._left < 0:
            return UNKNOWN
        steps += 1
        kind = node.type
        if kind == "identifier":
            return self._variable(_text(node), scope, steps)
        if kind == "member_expression":
            return self._member(node, scope, steps)
        if kind == "subscript_expression":
            name_text = _constant(node.child_by_field_name("index"))
            return UNKNOWN if name_text is None else self.value(node.child_by_field_name("object"), scope, steps).then(name_text)
        if kind == "parenthesized_expression":
            inner = _named(node)
            return self.value(inner[-1], scope, steps) if inner else UNKNOWN
        if kind == "sequence_expression":
            return self.value(_named(node)[-1], scope, steps)
        if kind in ("assignment_expression", "binary_expression"):
            side = "right" if kind.startswith("assignment") else "left"
            return self.value(node.child_by_field_name(side), scope, steps)
        if kind == "ternary_expression":
            return self.value(node.child_by_field_name("consequence"), scope, steps)
        if kind in ("call_expression", "new_expression"):
            return self._result(node, scope, steps)
        return UNKNOWN

    def _member(self, node: Node, scope: _Scope, steps: int) -> Value:
        name = node.child_by_field_name("property")
        if name is None:
            return UNKNOWN
        found = self.value(node.child_by_field_name("object"), scope, steps).then(_text(name))
        if found.base == "native" and not found.path:
            self.natives.add(found.key)
        return found

    def _variable(self, name: str, scope: _Scope, steps: int) -> Value:
        holder: _Scope | None = scope
        while holder is not None:
            if name in holder.names:
                value = holder.names[name]
                return value if isinstance(value, Value) else self.value(value, holder, steps)
            holder = holder.outer
        return Value("global", name)

    def _result(self, node: Node, scope: _Scope, steps: int) -> Value:
        """What a call returns: a required module, the native side by its name, or, of helpers around one of these, the same."""
        callee = self.value(node.child_by_field_name("function") or node.child_by_field_name("constructor"), scope, steps)
        arguments = _named(node.child_by_field_name("arguments"))
        if callee.base == "unknown" and callee.key in ("metro1", "metro2", "metro3") and arguments and not callee.path:
            index = self._dependency(arguments[0], scope, steps)
            found = UNKNOWN if index is None else Value("require", index)
            return found.then("default") if callee.key == "metro2" and index is not None else found
        native = self._look_up(node)
        if native is not None:
            return native
        if callee.words == ("require",) and arguments:
            name = _constant(arguments[0])
            return UNKNOWN if name is None else Value("require", name)
        if arguments and (callee.base == "require" or not callee.words):
            inner = self.value(arguments[0], scope, steps)
            if inner.base in ("require", "native") and not inner.path:
                return inner  # interopRequireDefault and the like
        return UNKNOWN

    def _dependency(self, node: Node, scope: _Scope, steps: int) -> str | None:
        """The index k of ``d[k]``."""
        if node.type == "subscript_expression":
            holder = self.value(node.child_by_field_name("object"), scope, steps)
            index = node.child_by_field_name("index")
            if holder.key == f"metro{_DEPENDENCIES}" and index is not None and index.type == "number":
                return _text(index)
        return None


def _named(node: Node | None) -> Sequence[Node]:
    return [] if node is None else [child for child in node.named_children if child.type != "comment"]


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _constant(node: Node | None) -> str | None:
    """The text of a string without escapes, or None."""
    if node is None or node.type not in ("string", "template_string"):
        return None
    if any(child.type != "string_fragment" for child in node.named_children):
        return None
    return _text(node)[1:-1]


def _argument(node: Node) -> str:
    """A constant text, or the names of an object's properties that are not false, in order; '' for anything else."""
    if node.type != "object":
        return _constant(node) or ""
    found = set()
    for pair in node.named_children:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is not None and value is not None and _text(value) not in ("false", "!1"):
            found.add(_text(key).strip("\"'"))
    return ",".join(sorted(found))


def _place(callee: Node) -> int:
    """Where the last name of what is called stands."""
    while callee.type in ("parenthesized_expression", "sequence_expression") and callee.named_children:
        callee = callee.named_children[-1]
    last = callee.child_by_field_name("property") or callee.child_by_field_name("index") or callee
    return last.start_byte


def _called(call: Node) -> str:
    """The last name of what is called."""
    callee = call.child_by_field_name("function") or call.child_by_field_name("constructor")
    while callee is not None and callee.type in ("parenthesized_expression", "sequence_expression") and callee.named_children:
        callee = callee.named_children[-1]
    return "" if callee is None else _text(callee.child_by_field_name("property") or callee)


def _by_reference(source: bytes, calls: Sequence[ScriptCall]) -> Iterator[ScriptCall]:
    """The calls; those in a function that is named nowhere else than where it is handed over get the trigger of that place."""
    handed: dict[str, tuple[int, TriggerKind]] | None = None
    for call in calls:
        if call.trigger == "unknown" and call.inside:
            handed = _handed(source) if handed is None else handed
            times, trigger = handed.get(call.inside, (0, "unknown"))
            whole = rb"(?<![\w$])" + re.escape(call.inside.encode()) + rb"(?![\w$])"
            if times and len(re.findall(whole, source)) == times + 1:
                call = replace(call, trigger=trigger)
        yield call


def _handed(source: bytes) -> dict[str, tuple[int, TriggerKind]]:
    """The functions that are handed over by their names: how often, and to what (the last place counts)."""
    found: dict[str, tuple[int, TriggerKind]] = {}
    for event, by_event, property_, by_property in _HANDED.findall(source):
        name = (by_event or by_property).decode("utf-8", "replace")
        trigger = EVENTS.get(event.decode()) if event else HANDLERS.get(property_.decode())
        found[name] = (found.get(name, (0, "unknown"))[0] + 1, trigger or "unknown")
    return found
