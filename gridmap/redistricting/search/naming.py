"""Match the grids of a plan with today's, so that a grid keeps its row, and with it its name."""

from __future__ import annotations

import numpy as np

from gridmap.redistricting.graph import Assignment, Floats, Int32s

MOST = 0.5
"""Share of today's grid, or of the new one, that must be common for the row to be kept."""


def named(plan: Int32s, today: Assignment, load: Floats, lock: Int32s) -> Assignment:
    """Number the grids of a plan.

    The pairs with most load in common come first. A pair counts when it holds most of today's grid or most of the
    new one; locked atoms force theirs. What remains gets rows beyond all of today's, in the order of its atoms.

    Args:
        plan: number of the new grid of each atom, from 0.
        today: row of today's grid of each atom, -1 for none.
        load: of each atom.
        lock: row that an atom must keep, -1 for any.

    Returns:
        The row of each atom.

    >>> plan, today = np.array([1, 1, 0, 2]), np.array([0, 0, 0, -1])
    >>> named(plan, today, np.ones(4), np.full(4, -1)).tolist()
    [0, 0, 1, 2]
    """
    rows = pairs(plan, today, load, lock)
    first_new = int(max(today.max(initial=-1), lock.max(initial=-1))) + 1
    appearance = np.unique(plan, return_index=True)
    for grid in appearance[0][np.argsort(appearance[1])]:
        if rows[grid] < 0:
            rows[grid] = first_new
            first_new += 1
    named_rows: Assignment = rows[plan]
    return named_rows


def pairs(plan: Int32s, today: Assignment, load: Floats, lock: Int32s) -> Int32s:
    """Return for each new grid the row of today's grid that goes on in it, -1 for none. See `named`."""
    rows = np.full(int(plan.max()) + 1, -1, np.int32)
    locked = lock >= 0
    rows[plan[locked]] = lock[locked]
    known = today >= 0
    if not known.any():
        return rows
    weight = load + 1e-9 * (1.0 + load.sum())  # where nobody lives, ground counts
    keys = plan[known].astype(np.int64) * (int(today.max()) + 1) + today[known]
    unique, place = np.unique(keys, return_inverse=True)
    common = np.bincount(place, weight[known])
    new, old = np.divmod(unique, int(today.max()) + 1)
    share = np.maximum(
        common / np.bincount(plan, weight)[new],
        common / np.bincount(today[known], weight[known])[old],
    )
    used = set(rows[rows >= 0].tolist())
    for pair in np.argsort(-common, kind="stable"):
        if rows[new[pair]] < 0 and int(old[pair]) not in used and share[pair] >= MOST:
            rows[new[pair]] = old[pair]
            used.add(int(old[pair]))
    return rows
