"""Which blocks run only because of a branch: for implicit flows.

A block depends on a branch when it is reached from it and not from everywhere behind it: it lies before the branch's
immediate post-dominator
(Ferrante, Ottenstein and Warren 1987; the dominators by Cooper, Harvey and Kennedy 2001 on the reversed graph).
"""

from __future__ import annotations

from analyzer.flow.ir import Body

_NONE = -1


def regions(body: Body) -> dict[int, frozenset[int]]:
    """For each block that ends in a branch the blocks that depend on it."""
    after = [block.follows for block in body.blocks]
    parents = _post_dominators(after)
    found = {}
    for number, following in enumerate(after):
        if len(following) < 2:
            continue
        end, region, stack = parents[number], set(), list(following)
        while stack:
            current = stack.pop()
            if current != end and current not in region:
                region.add(current)
                stack += after[current]
        found[number] = frozenset(region)
    return found


def _post_dominators(after: list[tuple[int, ...]]) -> list[int]:
    """The immediate post-dominator of each block; the number of blocks stands for the end of the method."""
    end = len(after)
    before: list[list[int]] = [[] for _ in range(end + 1)]
    for number, following in enumerate(after):
        for each in following or (end,):
            before[each].append(number)
    order: list[int] = []
    seen = {end}
    stack = [(end, iter(before[end]))]
    while stack:
        number, coming = stack[-1]
        each = next((one for one in coming if one not in seen), _NONE)
        if each == _NONE:
            order.append(number)
            stack.pop()
        else:
            seen.add(each)
            stack.append((each, iter(before[each])))
    turn = {number: index for index, number in enumerate(order)}
    parent = [end] * (end + 1)
    known = {end}
    changed = True
    while changed:
        changed = False
        for number in reversed(order[:-1]):
            candidates = [each for each in after[number] or (end,) if each in known]
            if not candidates:
                continue
            new = candidates[0]
            for other in candidates[1:]:
                new = _common(new, other, parent, turn)
            if number not in known or parent[number] != new:
                known.add(number)
                parent[number] = new
                changed = True
    return parent


def _common(one: int, other: int, parent: list[int], turn: dict[int, int]) -> int:
    while one != other:
        while turn[one] < turn[other]:
            one = parent[one]
        while turn[other] < turn[one]:
            other = parent[other]
    return one
