"""Compare what apkvet reads of .NET assemblies with dnfile, another reader, and what each costs.

usage: python bench/dotnet_vs_dnfile.py ASSEMBLY...    (needs dnfile, which apkvet does not)
"""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import Any

from analyzer.formats.dotnet import open_assembly

Member = tuple[str, str, str]


def ours(data: bytes) -> set[Member]:
    """Scope, type and name of each member that is named of another assembly's type."""
    return {(member.scope, member.type, member.name) for member in open_assembly(data).members(lambda name: True)}


def theirs(data: bytes) -> set[Member]:
    """The same by dnfile."""
    import dnfile

    tables: Any = dnfile.dnPE(data=data).net.mdtables
    found: set[Member] = set()
    for row in tables.MemberRef.rows if tables.MemberRef else ():
        at = row.Class.row
        if type(at).__name__ != "TypeRefRow":
            continue
        parts = [str(at.TypeName)]
        while at.ResolutionScope and type(at.ResolutionScope.row).__name__ == "TypeRefRow":
            at = at.ResolutionScope.row
            parts.append(str(at.TypeName))
        scope: Any = at.ResolutionScope.row if at.ResolutionScope else None
        space = str(at.TypeNamespace)
        full = ".".join([*([space] if space else []), *reversed(parts)])
        found.add((str(scope.Name) if type(scope).__name__ == "AssemblyRefRow" else "", full, str(row.Name)))
    return found


def main(paths: list[str]) -> int:
    logging.disable(logging.CRITICAL)
    differing = 0
    for path in map(Path, paths):
        data = path.read_bytes()
        started = time.process_time()
        mine = ours(data)
        between = time.process_time()
        other = theirs(data)
        ended = time.process_time()
        differing += mine != other
        print(
            f"{path.name}: {len(mine)} members, {len(mine ^ other)} differ; {between - started:.3f} s, dnfile {ended - between:.3f} s"
        )
    return int(differing > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
