""".NET assemblies: metadata tables as numpy columns, and the calls that method bodies make (ECMA-335)."""

from analyzer.formats.dotnet.assembly import Assembly, MemberRef, open_assembly
from analyzer.formats.dotnet.bodies import Bodies, Call

__all__ = ["Assembly", "Bodies", "Call", "MemberRef", "open_assembly"]
