"""What the reader of one runtime's code hands on: what that code calls, where."""

from __future__ import annotations

from msgspec import Struct

from analyzer.facts import Gap, Owner, Payload, PayloadKind, Place, TriggerKind


class ScriptUse(Struct, frozen=True):
    """One call in a payload of something that ``rules/knowledge/bindings.tsv`` names for its runtime, or of the app's own bridge.

    ``name`` is spelled as that table spells it (``Clipboard.getString``), ``at`` is the file, with the offset in bytes of what
    shows the call, or of the function that holds it. ``trigger``: what the payload shows to start the call (a handler of a
    press); ``owner``: whose code calls, the app's unless the payload shows a library's. ``calls``: methods of the package that
    the call is known to run, by their descriptors, where it is the app's own bridge and no name of the table.
    """

    kind: PayloadKind
    name: str
    at: Place
    trigger: TriggerKind = "unknown"
    owner: Owner = Owner("app")
    calls: tuple[str, ...] = ()


class RuntimeFound(Struct, frozen=True):
    """What the reader of one runtime found in a package: its payloads, what they call, and what could not be read of them.

    Without gaps of kind ``payload`` everything was read: what the payloads do not call, no script of that runtime calls. With
    ``whole`` that holds in spite of gaps: they say only that who calls what is among the uses could not be told.
    """

    payloads: tuple[Payload, ...] = ()
    uses: tuple[ScriptUse, ...] = ()
    gaps: tuple[Gap, ...] = ()
    whole: bool = False
