"""What this analysis could not see, as gaps: stages that did not run, names computed at run time, code elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.facts import ApiCall, Fact, Gap, Place, Stage
from analyzer.program.app import App

# The stages that this version does not have, with what each would show.
STAGES_TO_COME: dict[Stage, str] = {
    "native": "What native libraries do.",
}


def blind_spots(app: App, facts: Sequence[Fact]) -> Iterator[Gap]:
    """The gaps of one package that follow from what it contains and from what this version looks at."""
    for stage, hides in STAGES_TO_COME.items():
        yield Gap("stage-not-run", f"The stage {stage!r} is not part of this version.", could_hide=hides)
    calls = [fact for fact in facts if isinstance(fact, ApiCall)]
    yield from _unnamed_reflection(calls)
    yield from _loaded_code(calls)
    yield from _native_libraries(app)


def _unnamed_reflection(calls: Sequence[ApiCall]) -> Iterator[Gap]:
    """Reflective look-ups whose class or member name is no constant at the call."""
    by_name = [call for call in calls if call.category == "reflection" and "(Ljava/lang/String;" in call.api]
    unnamed = [call for call in by_name if not call.arg]
    if unnamed:
        yield Gap(
            "reflection",
            f"At {len(unnamed)} places a class, method or field is looked up by a name that is no constant there.",
            count=len(unnamed),
            could_hide="Calls of any API, made without naming it.",
            would_lift="Constant folding across methods, or a run of the app.",
            at=_first(unnamed),
        )


def _loaded_code(calls: Sequence[ApiCall]) -> Iterator[Gap]:
    loaded = [call for call in calls if call.category == "dynamic-code"]
    if loaded:
        yield Gap(
            "dynamic-code",
            f"At {len(loaded)} places code is loaded from outside the package's own DEX files.",
            count=len(loaded),
            could_hide="Everything that the loaded code does.",
            would_lift="The loaded files, scanned as packages of their own.",
            at=_first(loaded),
        )


def _native_libraries(app: App) -> Iterator[Gap]:
    names = [name for name in app.package.names() if name.startswith("lib/") and name.endswith(".so")]
    if names:
        yield Gap(
            "native",
            f"{len(names)} native libraries were not analysed.",
            size=sum(app.package.size_of(name) for name in names),
            count=len(names),
            could_hide="Calls into the platform through JNI, files and sockets.",
            would_lift="The native stage of a later version.",
            at=Place(min(names)),
        )


def _first(calls: Sequence[ApiCall]) -> Place | None:
    return min((call.at for call in calls if call.at), key=lambda place: (place.file, place.method or "", place.offset or 0))
