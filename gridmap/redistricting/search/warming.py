"""Compile the inner loops before somebody waits for them: half a minute, once for each version of the code."""

from __future__ import annotations

from typing import Final

import numpy as np

from gridmap.redistricting.graph import AtomGraph, Weights
from gridmap.redistricting.search.propose import propose, split
from gridmap.redistricting.search.wishes import Wish

SIDE: Final = 8
SIDE_M: Final = 100.0
EFFORT: Final = 2_000


def warm() -> None:
    """Ask a small question of every kind; what is compiled is kept for the next process."""
    graph = _squares()
    counts = np.full(len(graph), 10, dtype=np.int64)
    weights = Weights(counts, counts * 3, counts // 10, counts // 10, counts // 10)
    today = np.zeros(len(graph), dtype=np.int32)
    split(graph, weights, np.arange(len(graph), dtype=np.int32), 3)
    free = np.zeros(len(graph), dtype=np.bool_)
    propose(graph, weights, today, free, (), Wish(grids=3), 1, EFFORT, lambda _progress: True)


def _squares() -> AtomGraph:
    """A field of squares in four compounds, a street across it."""
    count = SIDE * SIDE
    row, column = np.divmod(np.arange(count), SIDE)
    east = np.flatnonzero(column < SIDE - 1)
    south = np.flatnonzero(row < SIDE - 1)
    first = np.concatenate([east, south])
    second = np.concatenate([east + 1, south + SIDE])
    order = np.lexsort((second, first))
    first, second = first[order].astype(np.int32), second[order].astype(np.int32)
    inner = np.bincount(np.concatenate([first, second]), minlength=count) * SIDE_M
    return AtomGraph(
        communities=(1,),
        community=np.zeros(count, dtype=np.int32),
        compound=(row // 4 * 2 + column // 4).astype(np.int32),
        area_m2=np.full(count, SIDE_M**2),
        outer_m=np.asarray(4 * SIDE_M - inner, dtype=np.float64),
        x=column * SIDE_M,
        y=-row * SIDE_M,
        first=first,
        second=second,
        border_m=np.full(len(first), SIDE_M),
        road=((second == first + SIDE) & (row[first] == SIDE // 2)).astype(np.int8),
    )


if __name__ == "__main__":
    warm()
