"""Which classes of packed code an app loads by their names.

Nothing calls a class that is not there when the app is compiled: it is made and run by reflection, or through an interface that
both know. That its name is a text of the app's own code is what leads to it.
"""

from __future__ import annotations

import numpy as np

from analyzer.formats.dex.columns import among
from analyzer.program.graph.linking import Linked


def loaded_classes(linked: Linked, packed: frozenset[str]) -> frozenset[int]:
    """The types that the DEX files named *packed* define and whose names, with dots, the other files hold as texts."""
    if not packed:
        return frozenset()
    numbers = [number for number, dex in enumerate(linked.dex_files) if dex.name in packed]
    own = [dex.pools for dex in linked.dex_files if dex.name not in packed]
    found = []
    for type_id in np.flatnonzero(among(linked.types.defined, numbers)).tolist():
        name = linked.types.names[type_id][1:-1].replace("/", ".").encode("utf-8", "replace")
        if any(pools.find_string(name) is not None for pools in own):
            found.append(type_id)
    return frozenset(found)
