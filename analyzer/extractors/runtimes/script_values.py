"""What a script's expression leads to, as far as names show it: the words that readers of JavaScript and of bytecode share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from analyzer.facts import TriggerKind

Base = Literal["global", "require", "native", "plugin", "unknown"]

# What starts a function that is the value of such a property or is handed to such a function.
HANDLERS: Mapping[str, TriggerKind] = {
    **dict.fromkeys(("onPress", "onLongPress", "onClick", "onclick", "onTap", "onSubmitEditing", "click", "tap"), "user-action"),
    **dict.fromkeys(("useEffect", "useLayoutEffect", "componentDidMount", "ready", "onload"), "lifecycle"),
    **dict.fromkeys(("setInterval", "setTimeout"), "timer"),
}
# What the events of ``addEventListener`` and ``on`` are.
EVENTS: Mapping[str, TriggerKind] = {
    **dict.fromkeys(("click", "dblclick", "touchstart", "touchend", "tap", "submit", "contextmenu"), "user-action"),
    **dict.fromkeys(("deviceready", "DOMContentLoaded", "load", "resume", "focus", "visibilitychange", "pageshow"), "lifecycle"),
    **dict.fromkeys(("keydown", "keyup", "keypress", "input"), "keystroke"),
}
# Functions of React Native, Expo and Capacitor that return the native side by its name.
LOOK_UPS: frozenset[str] = frozenset(
    {"get", "getEnforcing", "requireNativeModule", "requireOptionalNativeModule", "registerPlugin"}
)
NATIVE_MODULES: frozenset[str] = frozenset({"NativeModules", "NativeModulesProxy"})


class Value(Struct, frozen=True):
    """Where an expression begins and by which properties it goes on.

    ``key``: the name of a global, the number of a required module (of the list of dependencies), the name of a native module.
    """

    base: Base
    key: str = ""
    path: tuple[str, ...] = ()

    def then(self, name: str) -> Value:
        """The property *name* of this; a module that is looked up by name is one of the native side."""
        if name != "default" and self.path[-1:] and self.path[-1] in NATIVE_MODULES:
            return Value("native", name)
        if self.base == "global" and not self.path and self.key in NATIVE_MODULES:
            return Value("native", name)
        return replace(self, path=(*self.path, name)) if len(self.path) < 12 else UNKNOWN

    @property
    def words(self) -> tuple[str, ...]:
        """The names on the way, without those that bundlers put in between."""
        first = (self.key,) if self.base in ("global", "native", "plugin") and self.key not in _GLOBALS else ()
        return tuple(word for word in (*first, *self.path) if word != "default")


_GLOBALS = frozenset({"window", "globalThis", "self", "global"})
UNKNOWN = Value("unknown")


class ScriptCall(Struct, frozen=True):
    """A call of a script: what is called, where (bytes of the file), within a function of which name, started by what.

    ``argument`` is the first one, where it is a constant text; of an object the names of what is set in it.
    """

    callee: Value
    at: int
    inside: str = ""
    trigger: TriggerKind = "unknown"
    argument: str = ""


class ScriptModule(Struct, frozen=True):
    """One module of a bundle: its number, those that it requires, the native modules that it names, what it defines and calls."""

    number: int
    requires: tuple[int, ...]
    natives: frozenset[str]
    defines: frozenset[str]
    calls: tuple[ScriptCall, ...]


def objects_and_methods(names: Iterable[str]) -> dict[str, frozenset[str]]:
    """The names of bindings, ``Clipboard.getString``, by what stands before the last point."""
    found: dict[str, set[str]] = {}
    for name in names:
        object_, _, method = name.rpartition(".")
        found.setdefault(object_, set()).add(method)
    return {object_: frozenset(methods) for object_, methods in found.items()}
