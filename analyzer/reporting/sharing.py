"""What several apps of a catalog have in common: libraries, hosts, signing certificates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, get_args

from msgspec import Struct

from analyzer.documents import AppRow

Kind = Literal["library", "host", "signer"]


class Shared(Struct, frozen=True, eq=False):
    """One thing that is in two packages or more, with the apps that have it, in the order of the overview.

    ``note`` tells apart what has the same name: the first digits of a certificate's SHA-256.
    """

    name: str
    note: str
    packages: int
    apps: tuple[AppRow, ...]


def shared(apps: Sequence[AppRow]) -> dict[Kind, list[Shared]]:
    """What is in more than one package, that in the most first; two versions of one package share nothing worth telling."""
    holders: dict[tuple[Kind, str], list[AppRow]] = {}
    for app in apps:
        for key in _things(app):
            holders.setdefault(key, []).append(app)
    found: dict[Kind, list[Shared]] = {kind: [] for kind in get_args(Kind)}
    for (kind, name), having in holders.items():
        packages = len({app.package for app in having})
        if packages > 1:
            signed = kind == "signer"
            title, note = ((having[0].signer or name), name[:12]) if signed else (name, "")
            found[kind].append(Shared(title, note, packages, tuple(having)))
    return {kind: sorted(things, key=lambda thing: (-thing.packages, thing.name, thing.note)) for kind, things in found.items()}


def _things(app: AppRow) -> Iterator[tuple[Kind, str]]:
    kinds: tuple[tuple[Kind, Iterable[str]], ...] = (
        ("library", app.libraries or ()),
        ("host", app.hosts or ()),
        ("signer", app.certificates),
    )
    for kind, names in kinds:
        yield from ((kind, name) for name in dict.fromkeys(names))
