"""Drag a shared corner: the border follows in all grids at once, by moving the atoms that it sweeps."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.geometry.crs import from_wgs84
from gridmap.redistricting import edits
from gridmap.redistricting.plan import UNASSIGNED, Plan
from gridmap.redistricting.refusals import NotPlannable
from gridmap.redistricting.terrain import Terrain

HANDLES_M: Final = 12.0
"""Tolerance in metres to which borders are simplified for the corners that one can take hold of."""

NEAR_M: Final = 25.0
"""Metres by which the place that was taken hold of may miss a corner."""

FARTHEST_M: Final = 3000.0


def drag(
    plan: Plan, terrain: Terrain, start: tuple[float, float], end: tuple[float, float]
) -> Plan:
    """Move the corner at `start` to `end`; atoms change over whose interior point the border passes.

    Ground is only given from one grid that meets at the corner to another, so no gap can come of it:
    what is drawn snaps to the atoms.

    Args:
        plan: the plan.
        terrain: its atoms.
        start: lon, lat of a corner of the simplified borders (to within `NEAR_M`).
        end: lon, lat of where it goes.

    Raises:
        NotPlannable: no corner there, a corner of one grid only, or farther than `FARTHEST_M`.
        Locked: one of the grids that would change is locked.
    """
    corner, target = (_in_metres(terrain, spot) for spot in (start, end))
    if float(np.hypot(*(target - corner))) > FARTHEST_M:
        raise NotPlannable(reason_zh="拖得太远了。", reason_en="That is too far.", field="end")
    drawn = terrain.outlines.simplified(plan.assignment, HANDLES_M)
    found = _nearest_corner(drawn, corner)
    meeting = {row: shape for row, shape in drawn.items() if _has_vertex(shape, found)}
    if len(meeting) < 2:  # noqa: PLR2004 - a border has two sides
        raise NotPlannable(
            reason_zh="这里只有一个网格：社区的边界不能在这里拖动。",
            reason_en="Only one grid is here: a community's boundary is not drawn here.",
            field="start",
        )
    swept = {row: _with_vertex_at(shape, found, target) for row, shape in meeting.items()}
    return _follow(plan, terrain, swept)


def _follow(plan: Plan, terrain: Terrain, swept: dict[int, BaseGeometry]) -> Plan:
    """Give each atom of the grids concerned to the one whose redrawn shape holds its interior point."""
    members = plan.atoms_of(*swept)
    points = shapely.points(terrain.graph.x[members], terrain.graph.y[members])
    wanted = np.full(len(members), UNASSIGNED, dtype=np.int32)
    for row in sorted(swept):
        shapely.prepare(swept[row])
        inside = shapely.intersects(swept[row], points)
        # where redrawn shapes overlap, whoever has the ground keeps it
        wanted[inside & ((wanted == UNASSIGNED) | (plan.assignment[members] == row))] = row
    for row in sorted(swept):
        gained = members[(wanted == row) & (plan.assignment[members] != row)]
        if gained.size:
            plan = edits.move(plan, terrain.graph, gained.tolist(), row)
    return plan


def _in_metres(
    terrain: Terrain, spot: tuple[float, float]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(from_wgs84(spot[0], spot[1], terrain.crs))


def _nearest_corner(
    drawn: dict[int, BaseGeometry], spot: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> tuple[float, float]:
    corners = shapely.get_coordinates(list(drawn.values()))
    away = np.hypot(*(corners - spot).T)
    nearest = int(away.argmin())
    if away[nearest] > NEAR_M:
        raise NotPlannable(
            reason_zh="这里没有可拖动的拐点。",
            reason_en="There is no corner to take hold of here.",
            field="start",
        )
    return float(corners[nearest, 0]), float(corners[nearest, 1])


def _has_vertex(shape: BaseGeometry, corner: tuple[float, float]) -> bool:
    return bool((shapely.get_coordinates(shape) == corner).all(axis=1).any())


def _with_vertex_at(
    shape: BaseGeometry,
    corner: tuple[float, float],
    target: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> BaseGeometry:
    coordinates = shapely.get_coordinates(shape)
    coordinates[(coordinates == corner).all(axis=1)] = target
    moved = shapely.set_coordinates(np.array([shape], dtype=object), coordinates)[0]
    valid: BaseGeometry = shapely.make_valid(moved)
    return valid
