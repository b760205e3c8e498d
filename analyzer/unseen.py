"""What the score could be if what was not seen is as bad as the policy thinks it may be.

could_be_up_to = total + the points of each kind of gap, each kind once, capped by ``unseen_cap`` and at 100. The points are the
policy's table ``unseen``; each is a printed line, caps included, and the lines add up. Adding a gap never lowers it, it is never
below the total, and anyone can recompute it from the list of gaps.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from analyzer.facts import GAP_SENTENCES, GapKind
from analyzer.policy import OTHER_GAPS, Policy
from analyzer.result import GapDoc, Score, UnseenLine

_TOTAL_CAP = 100


def points_of_gap(kind: GapKind, policy: Policy) -> int:
    """What a kind of gap adds: what the policy says of it, else what it says of all others."""
    return policy.unseen.get(kind, policy.unseen.get(OTHER_GAPS, 0))


def with_unseen(score: Score, gaps: Sequence[GapDoc], policy: Policy) -> Score:
    """*score* with what it could be for these *gaps*; a policy without points for gaps says nothing about it."""
    if not policy.unseen:
        return score
    kinds = {gap.kind: gap.could_hide or GAP_SENTENCES[gap.kind] for gap in reversed(gaps)}
    lines = [UnseenLine(kind, points, kinds[kind]) for kind in sorted(kinds) if (points := points_of_gap(kind, policy))]
    lines.sort(key=lambda line: -line.points)
    more = sum(line.points for line in lines)
    for most, because in (
        (policy.unseen_cap, f"what was not seen is capped at {policy.unseen_cap}"),
        (_TOTAL_CAP - score.total, f"the total is capped at {_TOTAL_CAP}"),
    ):
        if more > most:
            lines.append(UnseenLine(None, most - more, because))
            more = most
    return msgspec.structs.replace(score, could_be_up_to=score.total + more, unseen=tuple(lines))
