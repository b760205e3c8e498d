"""What this analysis could not see, as gaps: names computed at run time, code elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.facts import ApiCall, Fact, Gap, Place


def blind_spots(facts: Sequence[Fact]) -> Iterator[Gap]:
    """The gaps of one package that follow from what its code calls."""
    calls = [fact for fact in facts if isinstance(fact, ApiCall)]
    yield from _unnamed_reflection(calls)


def _unnamed_reflection(calls: Sequence[ApiCall]) -> Iterator[Gap]:
    """Reflective look-ups whose class or member name is no constant at the call."""
    by_name = [call for call in calls if call.category == "reflection" and "(Ljava/lang/String;" in call.api]
    unnamed = [call for call in by_name if not call.arg]
    if unnamed:
        yield Gap(
            "reflection",
            f"At {len(unnamed)} of {len(by_name)} places a class or member is looked up by a name that is no constant there.",
            count=len(unnamed),
            could_hide="Calls of any API, made without naming it.",
            would_lift="Constant folding across methods, or a run of the app.",
            at=_first(unnamed),
        )


def _first(calls: Sequence[ApiCall]) -> Place | None:
    return min((call.at for call in calls if call.at), key=lambda place: (place.file, place.method or "", place.offset or 0))
