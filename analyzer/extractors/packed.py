"""What lies packed in a package: apps within it, programs and libraries outside of ``lib/``, code that may be loaded.

Traits: ``packed-app`` (package name), ``packed-code`` (a DEX file).
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.container import Nested
from analyzer.facts import Gap, Place, Trait
from analyzer.program.app import App

_MOST_NAMED, _LONGEST = 8, 200
_ANDROID = "android.permission."


def packed_facts(app: App) -> Iterator[Trait | Gap]:
    """A trait for each app and DEX file that is packed, a gap for what of them was not looked into."""
    for one in app.package.nested:
        if one.kind == "dex":
            yield Trait("packed-code", one.path, at=Place(one.path))
        elif one.head is not None:
            yield Trait("packed-app", one.head.package[:_LONGEST], at=Place(one.path))
            yield _app(app, one)
    programs = [one for one in app.package.nested if one.kind == "elf"]
    if programs:
        yield Gap(
            "native",
            f"{len(programs)} native programs or libraries lie outside of lib/ and were not analysed.",
            size=sum(one.size for one in programs),
            count=len(programs),
            could_hide="What they do once they are started or loaded.",
            would_lift="Those files, looked at by themselves.",
            at=Place(min(one.path for one in programs)),
        )


def _app(app: App, one: Nested) -> Gap:
    """An app of its own: what it declares, and whether its code was read."""
    head = one.head
    assert head is not None
    own = head.package == app.manifest.package
    what = "another build of this app" if own else f"an app of its own, {head.package[:_LONGEST]}"
    version = "" if head.version_code is None else f", version {head.version_code}"
    names = [name.removeprefix(_ANDROID) for name in head.permissions]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    asks = f"It asks for {', '.join(names[:_MOST_NAMED])}{more}." if names else "It asks for no permissions."
    read = any(name in app.packed_code for name in one.dex)
    if read:
        code = "Its code was read, as code that the app may load; its components and files were not."
    elif one.dex:
        code = "Its code was not looked into: nothing in the app loads code."
    else:
        code = "It has no code."
    return Gap(
        "nested",
        f"The package holds {what}{version}. {asks} {code}",
        size=one.size,
        could_hide="What that app does once it is installed.",
        would_lift="That file, taken out and scanned as an app of its own.",
        at=Place(one.path),
    )
