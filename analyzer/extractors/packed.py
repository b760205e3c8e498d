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
    size, code = _code(app, one)
    return Gap(
        "nested",
        f"The package holds {what}{version}. {asks} {code}",
        size=size,
        could_hide="What that app does once it is installed.",
        would_lift="That file, taken out and scanned as an app of its own.",
        at=Place(one.path),
    )


def _code(app: App, one: Nested) -> tuple[int, str]:
    """How many bytes of the app were not looked into, and which."""
    libraries = [held for _, held in one.held if held.inner.startswith("lib/")]
    if any(name in app.packed_code for name in one.dex):
        files = f"its {one.others} other files" if one.others != 1 else "its one other file"
        read = "Its code, libraries and assets were read, as what the app may load;"
        return one.other_bytes, f"{read} its components and {files} ({one.other_bytes} bytes) were not."
    told = f"its {len(libraries)} native libraries ({sum(held.entry.size for held in libraries)} bytes)" if libraries else ""
    if one.dex:
        more = f" nor were {told}," if told else ""
        return one.size, f"Its code was not looked into,{more} for nothing in the app loads code."
    return one.size, f"It has no DEX code; {told} were not looked into." if told else "It has no code."
