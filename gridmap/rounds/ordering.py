"""In which order to go through places: the nearest next, then untangled (2-opt). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

Distances = Sequence[Sequence[float]]
"""Metres from each place to each other; the same both ways."""

MOST_PASSES: Final = 60
LEAST_GAIN_M: Final = 0.01


def length_of(metres: Distances, order: Sequence[int]) -> float:
    """Return the metres of a way through the places in that order.

    >>> length_of([[0, 3], [3, 0]], [0, 1])
    3
    """
    return sum(metres[one][other] for one, other in pairwise(order))


def nearest_next(metres: Distances) -> list[int]:
    """Return the order that begins at place 0 and goes on to the nearest that is left."""
    order, left = ([0], set(range(1, len(metres)))) if len(metres) else ([], set())
    while left:
        here = order[-1]
        nearest = min(left, key=lambda one: (metres[here][one], one))
        order.append(nearest)
        left.remove(nearest)
    return order


def untangled(metres: Distances, order: Sequence[int]) -> list[int]:
    """Return the order with stretches turned round as long as the way gets shorter; the first place stays."""
    found = list(order)
    for _ in range(MOST_PASSES):
        if not _improve(metres, found):
            break
    return found


def _improve(metres: Distances, order: list[int]) -> bool:
    """Turn round every stretch that shortens the way; tell whether there was one."""
    better, last = False, len(order) - 1
    for start in range(1, last):
        for end in range(start + 1, last + 1):
            before, first, final = order[start - 1], order[start], order[end]
            gain = metres[before][first] - metres[before][final]
            if end < last:
                after = order[end + 1]
                gain += metres[final][after] - metres[first][after]
            if gain > LEAST_GAIN_M:
                order[start : end + 1] = reversed(order[start : end + 1])
                better = True
    return better


def tour(metres: Distances) -> list[int]:
    """Return a short way through all places that begins at place 0.

    >>> tour([[0, 9, 1], [9, 0, 8], [1, 8, 0]])
    [0, 2, 1]
    """
    return untangled(metres, nearest_next(metres))
