"""Which calls in a bundle are uses of watched things: calls from modules that are not the library itself.

A bundle of Metro is a list of numbered modules without names. Which of them is a library is told by the native module that it
looks up (``RNCClipboard``): that module, and those around it which define the library's functions or pass them on, are its face.
A call through a face from elsewhere is a use; what a face calls is how the library is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from analyzer.extractors.runtimes.script_values import ScriptCall, ScriptModule, objects_and_methods
from analyzer.platform.knowledge import read_table

_ROUNDS = 4
_PASSES_ON = 8
_OWN_FUNCTIONS = 2


class NativeNames(Struct, frozen=True):
    """``objects`` by the name of the native module behind them: ``RNCClipboard`` is ``Clipboard``."""

    objects: Mapping[str, str]


class Used(NamedTuple):
    """A use by the name of the table of bindings."""

    name: str
    call: ScriptCall


def load_native_names(knowledge: Path, runtime: str) -> NativeNames:
    """Read ``script_modules.tsv``. Raises ``RuleError``."""
    rows = read_table(knowledge / "script_modules.tsv", ("runtime", "native", "object", "source"))
    return NativeNames({native: object_ for kind, native, object_, _ in rows if kind == runtime})


def uses_of(modules: Sequence[ScriptModule], names: frozenset[str], natives: NativeNames) -> Iterator[Used]:
    """The uses in *modules* of *names* (``Clipboard.getString``)."""
    objects = objects_and_methods(names)
    faces = _Faces(modules, objects, natives).found
    for module in modules:
        own = faces.get(module.number, frozenset())
        for call in module.calls:
            name = name_of(call, module, objects, faces, natives)
            if name is not None and name.rpartition(".")[0] not in own:
                yield Used(name, call)


def name_of(
    call: ScriptCall,
    module: ScriptModule,
    objects: Mapping[str, frozenset[str]],
    faces: Mapping[int, frozenset[str]],
    natives: NativeNames,
) -> str | None:
    """The name that what is called has in the table, or None; one that ends with ``(x)`` is for the constant argument x."""
    value, words = call.callee, call.callee.words
    if value.base == "native" and words and words[0] in natives.objects:
        words = (natives.objects[words[0]], *words[1:])
    if len(words) >= 2:
        for begin in range(len(words) - 1):
            object_ = ".".join(words[begin:-1])
            for method in (words[-1], f"{words[-1]}({call.argument})"):
                if method in objects.get(object_, ()):
                    return f"{object_}.{method}"
    if value.base == "require" and len(words) == 1 and value.key.isdigit():
        index = int(value.key)
        number = module.requires[index] if index < len(module.requires) else -1
        for object_ in sorted(faces.get(number, ())):
            if words[0] in objects.get(object_, ()):
                return f"{object_}.{words[0]}"
    return None


class _Faces:
    """The modules that are a library's own, each with the objects that it offers."""

    def __init__(self, modules: Sequence[ScriptModule], objects: Mapping[str, frozenset[str]], natives: NativeNames) -> None:
        self._objects = objects
        self.found: dict[int, frozenset[str]] = {}
        for module in modules:
            named = frozenset(natives.objects[name] for name in module.natives if name in natives.objects)
            own = named | {object_ for object_ in objects if self._defines(module, object_) and self._calls(module, object_)}
            if own and not (self._is_own_use(module, own) and not self._is_behind(module, own, modules)):
                self.found[module.number] = own
        for _ in range(_ROUNDS):
            if not self._spread(modules):
                break

    def _defines(self, module: ScriptModule, object_: str) -> bool:
        """Whether the module defines so many of the object's functions that it is the library."""
        own = module.defines & self._objects.get(object_, frozenset())
        return len(own) >= _OWN_FUNCTIONS or any(name.startswith("use") and name[3:4].isupper() for name in own)

    def _calls(self, module: ScriptModule, object_: str) -> bool:
        methods = self._objects.get(object_, frozenset())
        return any(
            call.callee.words[-1:] and call.callee.words[-1] in methods and call.inside in methods for call in module.calls
        )

    def _is_own_use(self, module: ScriptModule, own: frozenset[str]) -> bool:
        """Whether app code looks up the native side itself: it calls it in functions of other names, and defines nothing."""
        return any(
            call.callee.base == "native" and call.callee.words[-1] != call.inside and not self._defines(module, object_)
            for object_ in own
            for call in module.calls
            if call.callee.words[-1:] and call.callee.words[-1] in self._objects.get(object_, ())
        )

    def _is_behind(self, module: ScriptModule, own: frozenset[str], modules: Sequence[ScriptModule]) -> bool:
        """Whether a module that defines one of the objects *own* requires this one."""
        return any(module.number in other.requires and any(self._defines(other, object_) for object_ in own) for other in modules)

    def _spread(self, modules: Sequence[ScriptModule]) -> bool:
        """Modules that stand before a face and are part of the library; whether there were any."""
        more = False
        for module in modules:
            behind = frozenset().union(*(self.found.get(number, frozenset()) for number in module.requires))
            for object_ in behind - self.found.get(module.number, frozenset()):
                methods = self._objects.get(object_, frozenset())
                uses = any(call.callee.words[-1:] and call.callee.words[-1] in methods for call in module.calls)
                passes_on = not uses and len(module.requires) <= _PASSES_ON
                if self._defines(module, object_) or passes_on:
                    self.found[module.number] = self.found.get(module.number, frozenset()) | {object_}
                    more = True
        return more
