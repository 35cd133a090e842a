"""Verdicts on very many points as arrays: all plain points at once, the odd ones by the rules.

A plain point lies well inside one grid, and well inside one building, or in none and clearly near or far; a phone's
circle lies in the grid by as much as the rules want. For these the rules come down to a few comparisons of arrays.
What is near an edge, in several things, as near to one building as to another, or from a phone that may be sure of a
building, is left to `snapshot.verdicts`, which gives the same for plain points, one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridmap.geolocation import circles
from gridmap.geolocation.cell_index import NONE, Held, Numbers, Plane
from gridmap.geolocation.ground import ROUNDING_M, Ground, Ids
from gridmap.geolocation.rules import (
    BUILDING_REACH_M,
    EDGE_M,
    GPS_BUILDING_M,
    MOST_ALTERNATIVES,
    NEAREST_BUILDING_M,
    SECOND_BUILDING_M,
)
from gridmap.geolocation.snapshot import UNSURE_M, verdicts
from gridmap.geolocation.spots import Rows, Spots
from gridmap.geolocation.verdict_arrays import PLAIN, STATUSES, Near, Placed
from gridmap.geometry.crs import metres_per_degree

__all__ = ["STATUSES", "Placed", "placed", "some"]

BLOCK: Final = 2**18
"""Points that are worked on at a time: what they need beside the answer stays below 100 MB."""
_NONE, _ASK, _ACCEPTED = range(len(STATUSES))
_NO_FAULT, _ASTRIDE, _NEAREST, _SEVERAL, _COURTYARD, _NOTHING, _CIRCLE, _NEAREST_CIRCLE = range(
    len(PLAIN)
)


def placed(ground: Ground, spots: Spots, known: NDArray[np.bool_] | None = None) -> Placed:
    """Return the verdicts on points; those that the database has to be asked about stand in `asked`.

    Args:
        ground: the day.
        spots: n points.
        known: n, whether the ground holds all that is near a point; everywhere, where it is not given.
    """
    found = Placed(ground.snapshot, len(spots))
    inside = np.ones(len(spots), dtype=np.bool_) if known is None else known
    found.asked = np.flatnonzero(~inside).tolist()
    for begin in range(0, len(spots), BLOCK):
        rows = np.arange(begin, min(begin + BLOCK, len(spots)))
        rows = rows[inside[rows]]
        odd = _plainly(ground, spots, rows, found)
        for row, both in zip(
            odd.tolist(), verdicts(ground.snapshot, some(spots, odd)), strict=True
        ):
            if both is None:
                found.asked.append(row)
            else:
                found.put(row, both)
    return found


def some(spots: Spots, rows: Rows | Sequence[int]) -> Spots:
    """Return some of the points."""
    chosen = np.asarray(rows, dtype=np.intp)
    lon, lat = spots.lon[chosen], spots.lat[chosen]
    return Spots(lon, lat, spots.gps[chosen], spots.accuracy_m[chosen])


def _plainly(ground: Ground, spots: Spots, rows: Rows, found: Placed) -> Rows:
    """Set the verdicts on plain points among these; return the others."""
    plane, phone = _plane(spots, rows), spots.gps[rows]
    grid = ground.grids.hold_clear(plane, EDGE_M + ROUNDING_M)
    house = ground.buildings.hold_clear(plane, UNSURE_M)
    plain = (grid.held == 1) & (house.held <= 1)
    held = np.flatnonzero(plain & phone)
    radius = spots.accuracy_m[rows[held]]
    plain[held] = _surely(ground, _of(plane, held), radius, grid.row[held])
    within = plain & (house.held == 1)
    _set_grids(ground, rows[plain], grid.row[plain], found)
    _set_inside(ground, rows[within], house.row[within], found)
    _set_astride(ground, rows[within & ~phone], house.row[within & ~phone], found)
    outdoors = np.flatnonzero(plain & (house.held == 0))
    beside = _set_outdoors(ground, _of(plane, outdoors), rows[outdoors], found)
    asked = np.flatnonzero(plain & phone & (found.building_status[rows] == _ACCEPTED))
    unsure = _set_phones(ground, spots, _of(plane, asked), rows[asked], found)
    return np.unique(np.concatenate((rows[~plain], beside, unsure)))


def _surely(
    ground: Ground, plane: Plane, accuracy_m: Numbers, grid: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Tell which phones are in the grid that they say, as likely as the rules want it."""
    sure: NDArray[np.bool_] = ~(accuracy_m > EDGE_M)
    wide = np.flatnonzero((accuracy_m > EDGE_M) & (accuracy_m <= circles.WIDEST_M))
    counts = ground.grids.count_inside(
        _of(plane, wide), accuracy_m[wide], grid[wide], circles.lattice(1.0)
    )
    sure[wide] = counts / circles.POINTS >= circles.SURE
    return sure


def _set_grids(ground: Ground, rows: Rows, grid: NDArray[np.int32], found: Placed) -> None:
    found.grid_status[rows] = _ACCEPTED
    found.grid_id[rows] = ground.grid_ids[grid]


def _set_inside(ground: Ground, rows: Rows, house: NDArray[np.int32], found: Placed) -> None:
    found.building_status[rows] = _ACCEPTED
    found.building_id[rows] = ground.building_ids[house]
    found.compound_id[rows] = ground.building_compounds[house]
    found.distance_m[rows] = 0.0


def _set_astride(ground: Ground, rows: Rows, house: NDArray[np.int32], found: Placed) -> None:
    """A point in a building belongs to the building's own grid."""
    own = ground.building_grids[house]
    astride = (own != NONE) & (own != found.grid_id[rows])
    found.grid_id[rows[astride]] = own[astride]
    found.grid_faults[rows[astride]] = _ASTRIDE


def _set_outdoors(ground: Ground, plane: Plane, rows: Rows, found: Placed) -> Rows:
    """Set the verdicts on points in no building; return those that are as near to one as to another."""
    compound = _smallest(ground, ground.compounds.hold(plane.lon, plane.lat))
    found.compound_id[rows] = compound
    found.building_faults[rows] = np.where(compound == NONE, _NOTHING, _COURTYARD)
    house, metres = _nearest(ground, plane, compound, 2)
    first, second = metres[:, 0], metres[:, 1]
    close, alone = first <= NEAREST_BUILDING_M, second >= first + SECOND_BUILDING_M
    one = close & alone
    found.building_status[rows[one]] = _ACCEPTED
    found.building_faults[rows[one]] = _NEAREST
    found.building_id[rows[one]] = ground.building_ids[house[one, 0]]
    found.distance_m[rows[one]] = first[one]
    asked = np.flatnonzero(close & ~alone)
    equal = _set_asked(ground, _of(plane, asked), (rows[asked], compound[asked]), found)
    undecided = _as_far(first, NEAREST_BUILDING_M) | _as_far(second, first + SECOND_BUILDING_M)
    return np.union1d(rows[undecided], equal)


def _nearest(
    ground: Ground, plane: Plane, compound: Ids, most: int
) -> tuple[NDArray[np.int32], Numbers]:
    """The nearest buildings of each point's compound, and a little farther ones."""
    groups = (ground.building_compounds, compound)
    reach = (BUILDING_REACH_M, SECOND_BUILDING_M + 2 * ROUNDING_M)
    return ground.buildings.nearest(plane, groups, reach, most)


def _set_asked(
    ground: Ground, plane: Plane, points: tuple[Rows, Ids], found: Placed
) -> NDArray[np.intp]:
    """Set the verdicts on points beside several buildings; return those where the order is not sure."""
    rows, compound = points
    found.building_status[rows] = _ASK
    found.building_faults[rows] = _SEVERAL
    house, metres = _nearest(ground, plane, compound, MOST_ALTERNATIVES + 1)
    limit = metres[:, :1] + SECOND_BUILDING_M
    kept = np.where(metres < limit, house, NONE)[:, :MOST_ALTERNATIVES]
    scale = plane.east * plane.north
    told = metres[:, :MOST_ALTERNATIVES]
    found.beside(Near(rows, kept, told, scale))
    unsure = _as_far(metres[:, 1:], metres[:, :-1]) | _as_far(metres[:, 1:], limit)
    return rows[unsure.any(axis=1)]


def _set_phones(
    ground: Ground, spots: Spots, plane: Plane, rows: Rows, found: Placed
) -> NDArray[np.intp]:
    """Ask where a phone would have a building taken; return those whose order or circle needs the rules."""
    ids = found.building_id[rows]
    order = ground.buildings_by_id
    chosen = order[np.searchsorted(ground.building_ids, ids, sorter=order)].astype(np.int32)
    distance, inside = found.distance_m[rows], found.distance_m[rows] == 0
    everyone = (np.zeros(len(order), np.int64), np.zeros(len(rows), np.int64))
    house, metres = ground.buildings.nearest(
        plane, everyone, (BUILDING_REACH_M, np.inf), MOST_ALTERNATIVES + 1
    )
    own = house == chosen[:, None]
    last = np.argsort(own, axis=1, kind="stable")[:, : MOST_ALTERNATIVES - 1]
    others = np.take_along_axis(np.where(own, NONE, house), last, axis=1)
    away = np.take_along_axis(metres, last, axis=1)
    kept = (np.column_stack((chosen, others)), np.column_stack((distance, away)))
    found.beside(Near(rows, *kept, plane.east * plane.north))
    found.building_status[rows], found.building_id[rows] = _ASK, NONE
    found.building_faults[rows] = np.where(inside, _CIRCLE, _NEAREST_CIRCLE)
    found.distance_m[rows] = np.nan
    small = spots.accuracy_m[rows] <= GPS_BUILDING_M
    near = _as_far(metres[:, 1:], metres[:, :-1]) | _as_far(metres[:, 1:], BUILDING_REACH_M)
    unsure = near.any(axis=1) | _as_far(metres[:, 0], BUILDING_REACH_M) | ~own.any(axis=1)
    left: NDArray[np.intp] = rows[small | unsure]
    return left


def _as_far(metres: Numbers, other: Numbers | float) -> NDArray[np.bool_]:
    """Tell which distances are so nearly the same that two ways to measure may differ; infinity never is."""
    low, high = np.subtract(other, ROUNDING_M), np.add(other, ROUNDING_M)
    same: NDArray[np.bool_] = (metres >= low) & (metres <= high) & np.isfinite(metres)
    return same


def _smallest(ground: Ground, held: Held) -> Ids:
    """Id of the smallest compound that each point lies in, `NONE` for none."""
    ids = np.append(ground.compound_ids, NONE)
    found = ids[held.row]
    point, thing = held.several
    order = np.lexsort((-ground.compound_ranks[thing], point))
    found[point[order]] = ids[thing[order]]
    return found


def _plane(spots: Spots, rows: Rows) -> Plane:
    lon, lat = spots.lon[rows], spots.lat[rows]
    return Plane(lon, lat, *metres_per_degree(lat))


def _of(plane: Plane, rows: Rows) -> Plane:
    return Plane(plane.lon[rows], plane.lat[rows], plane.east[rows], plane.north[rows])
