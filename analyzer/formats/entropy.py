"""How random bytes look."""

from __future__ import annotations

import math

import numpy as np


def entropy(data: bytes) -> float:
    """Bits a byte of *data*, by how often each value occurs: 0 to 8."""
    counts = np.bincount(np.frombuffer(data, np.uint8))
    return sum((-count / len(data) * math.log2(count / len(data)) for count in counts[counts > 0].tolist()), 0.0)
