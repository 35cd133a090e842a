"""One plan laid over another: in other rows, on other atoms, over the grids as they are now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gridmap.redistricting.graph import Assignment, Int32s
from gridmap.redistricting.plan import UNASSIGNED, Plan
from gridmap.redistricting.terrain import Terrain


def with_past(today: Plan, past: Plan) -> Plan:
    """Paint the grids of a past day with today's: who is there still goes on, others come anew.

    A grid that has ended since comes back under its own code: it is the same grid.
    """
    known = {grid.grid_id: row for row, grid in enumerate(today.grids)}
    rows: list[int] = []
    grids = list(today.grids)
    for grid in past.grids:
        if grid.grid_id not in known:
            known[grid.grid_id] = len(grids)
            grids.append(grid)
        rows.append(known[grid.grid_id])
    for row, grid in zip(rows, past.grids, strict=True):
        grids[row] = grid
    return Plan(tuple(grids), _translated(past.assignment, rows))


def knowing(plan: Plan, other: Plan) -> Plan:
    """Return a plan with rows behind, without ground, for the grids of another one that it does not know."""
    known = {grid.grid_id for grid in plan.grids}
    strange = tuple(grid for grid in other.grids if grid.grid_id not in known)
    return Plan(plan.grids + strange, plan.assignment, plan.locked_atoms)


def in_rows_of(plan: Plan, other: Plan) -> Assignment:
    """Return another plan's assignment in the rows of this one, by the grid that each row continues."""
    rows = {grid.grid_id: row for row, grid in enumerate(plan.grids)}
    rows.pop(None, None)
    return _translated(
        other.assignment, [rows.get(grid.grid_id, UNASSIGNED) for grid in other.grids]
    )


def _translated(assignment: Assignment, rows: Sequence[int]) -> Assignment:
    table = np.array([*rows, UNASSIGNED], dtype=np.int32)  # -1 takes the last
    return table[assignment]


def carried(plan: Plan, old: Terrain, new: Terrain) -> Plan:
    """Carry a plan over to other atoms: each takes the grid of the old atom at its interior point.

    The same atoms give the same plan. Locked atoms stay locked where they are.
    """
    if old.key == new.key:
        return plan
    points = shapely.points(new.graph.x, new.graph.y)
    at, atom = old.tree.query(points, predicate="intersects")
    source: Int32s = np.full(len(new.graph), UNASSIGNED, dtype=np.int32)
    order = np.argsort(-atom, kind="stable")
    source[at[order]] = atom[order]
    found = source != UNASSIGNED
    assignment = np.full(len(new.graph), UNASSIGNED, dtype=np.int32)
    assignment[found] = plan.assignment[source[found]]
    locked = np.flatnonzero(np.isin(source, sorted(plan.locked_atoms)) & found)
    return Plan(plan.grids, assignment, frozenset(locked.tolist()))


def laid_over(mine: Plan, began: Plan, today: Plan) -> Plan:
    """Lay what was moved since a plan began over today's grids, in the rows of the plan."""
    known = {grid.grid_id for grid in mine.grids}
    grids = mine.grids + tuple(grid for grid in today.grids if grid.grid_id not in known)
    whole = Plan(grids, mine.assignment, mine.locked_atoms)
    now_there = in_rows_of(whole, today)
    moved = mine.assignment != began.assignment
    return Plan(grids, np.where(moved, mine.assignment, now_there), mine.locked_atoms)
