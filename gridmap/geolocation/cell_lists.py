"""How the cell index cuts rings into edges and orders its entries, compiled to machine code.

numba keeps the code for the next process and looks only at the file of a function to see whether it is stale: so
no compiled function here is called by one of another file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])
Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]
Entries = NDArray[np.int32]


def compiled(function: Function) -> Function:
    """Compile at the first call and keep the machine code; the GIL is free while it runs."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


@compiled
def edges_of(points: Numbers, starts: Counts) -> tuple[Numbers, Counts, Numbers, bool]:
    """Cut the points of all things into edges: edges, where each thing's begin, boxes; false where a ring is open.

    Args:
        points: of all rings, one after the other; a ring ends where its first point comes again.
        starts: n + 1, where each thing's points begin.
    """
    edges = np.empty((len(points), 4))
    boxes = np.full((len(starts) - 1, 4), np.nan)
    first = np.zeros(len(starts), dtype=np.int64)
    count = 0
    for thing in range(len(starts) - 1):
        at, end = starts[thing], starts[thing + 1]
        if at < end:
            boxes[thing, 0], boxes[thing, 1] = points[at, 0], points[at, 1]
            boxes[thing, 2], boxes[thing, 3] = points[at, 0], points[at, 1]
        for one in range(at, end):
            boxes[thing, 0] = min(boxes[thing, 0], points[one, 0])
            boxes[thing, 1] = min(boxes[thing, 1], points[one, 1])
            boxes[thing, 2] = max(boxes[thing, 2], points[one, 0])
            boxes[thing, 3] = max(boxes[thing, 3], points[one, 1])
        while at < end:
            begun = at
            at += 1
            closed = False
            while at < end and not closed:
                edges[count, 0], edges[count, 1] = points[at - 1, 0], points[at - 1, 1]
                edges[count, 2], edges[count, 3] = points[at, 0], points[at, 1]
                count += 1
                closed = points[at, 0] == points[begun, 0] and points[at, 1] == points[begun, 1]
                at += 1
            if not closed:
                return edges[:count], first, boxes, False
        first[thing + 1] = count
    return edges[:count], first, boxes, True


@compiled
def by_cell(many: int, cells: Entries, found: Entries) -> tuple[Counts, Entries]:
    """Order entries by their cells: where each cell's begin, and the entries."""
    starts = np.zeros(many + 1, dtype=np.int64)
    for cell in cells:
        starts[cell + 1] += 1
    for cell in range(many):
        starts[cell + 1] += starts[cell]
    entries, place = np.empty(len(cells), dtype=np.int32), starts[:-1].copy()
    for one in range(len(cells)):
        entries[place[cells[one]]] = found[one]
        place[cells[one]] += 1
    return starts, entries
