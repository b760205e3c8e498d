"""In which order the blocks of a method are gone through, so that most of them are gone through once."""

from __future__ import annotations


def ranks(after: list[tuple[int, ...]]) -> tuple[int, ...]:
    """The turn of each block, given the blocks that may come *after* each: a loop's blocks before those behind it."""
    loops = _loops(after)
    rank, turn = [0] * len(after), len(after)
    seen = {0}
    stack = [(0, iter(_leaving_first(0, after, loops)))]
    while stack:
        number, following = stack[-1]
        for each in following:
            if each not in seen:
                seen.add(each)
                stack.append((each, iter(_leaving_first(each, after, loops))))
                break
        else:
            stack.pop()
            turn -= 1
            rank[number] = turn
    return tuple(rank)


def _leaving_first(number: int, after: list[tuple[int, ...]], loops: list[frozenset[int]]) -> list[int]:
    mine = [loop for loop in loops if number in loop]
    return sorted(after[number], key=lambda each: sum(each in loop for loop in mine))


def _loops(after: list[tuple[int, ...]]) -> list[frozenset[int]]:
    """The natural loops: of each edge back, the blocks from which it is reached without passing its head."""
    before: dict[int, list[int]] = {}
    for number, following in enumerate(after):
        for each in following:
            before.setdefault(each, []).append(number)
    found = []
    for tail, head in _edges_back(after):
        loop, stack = {head}, [tail]
        while stack:
            number = stack.pop()
            if number not in loop:
                loop.add(number)
                stack += before.get(number, ())
        found.append(frozenset(loop))
    return found


def _edges_back(after: list[tuple[int, ...]]) -> list[tuple[int, int]]:
    """The edges to a block that is still being gone through, depth first."""
    found = []
    open_, seen = {0}, {0}
    stack = [(0, iter(after[0]))]
    while stack:
        number, following = stack[-1]
        for each in following:
            if each in open_:
                found.append((number, each))
            elif each not in seen:
                seen.add(each)
                open_.add(each)
                stack.append((each, iter(after[each])))
                break
        else:
            stack.pop()
            open_.discard(number)
    return found
