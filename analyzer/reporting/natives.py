"""Native libraries as a report lists them: one entry for each library, whatever number of processors it was built for."""

from __future__ import annotations

from msgspec import Struct

from analyzer.reporting.naming import api_text
from analyzer.result import Result

# What every library can be built with. Whether it is fortified depends on the functions that it calls.
_EXPECTED = ("nx", "canary", "relro-full")


class NativeGroup(Struct, frozen=True):
    """One library: the processors that it is there for, and what it has for any of them.

    ``reaches``: watched Java APIs; ``watched``: functions, properties and files; ``implements``: Java methods; ``built``:
    protections that it has for all processors, and marks; ``lacks``: protections that it lacks for some.
    """

    name: str
    abis: tuple[str, ...]
    reaches: tuple[str, ...]
    watched: tuple[str, ...]
    implements: tuple[str, ...]
    built: tuple[str, ...]
    lacks: tuple[str, ...]
    contains: tuple[str, ...]


def native_groups(result: Result) -> list[NativeGroup]:
    """The native libraries of a result, those that reach something first."""
    by_name: dict[str, list[int]] = {}
    natives = result.native or ()
    for number, native in enumerate(natives):
        by_name.setdefault(native.file.rpartition("/")[2], []).append(number)
    groups = []
    for name, numbers in by_name.items():
        docs = [natives[number] for number in numbers]
        names = {entry for doc in docs for entry in doc.names}
        protections = set.intersection(*(set(doc.hardening) for doc in docs))
        groups.append(
            NativeGroup(
                name,
                tuple(dict.fromkeys(doc.abi for doc in docs)),
                tuple(sorted({api_text(entry) for entry in names if "->" in entry})),
                tuple(sorted({entry for doc in docs for entry in doc.imports} | {n for n in names if "->" not in n})),
                tuple(sorted({entry for doc in docs for entry in doc.jni_exports})),
                (*sorted(protections), *sorted({mark for doc in docs for mark in doc.marks})),
                tuple(wanted for wanted in _EXPECTED if wanted not in protections),
                tuple(sorted({entry for doc in docs for entry in doc.contains})),
            )
        )
    return sorted(groups, key=lambda group: (not group.reaches, not group.watched, group.name))
