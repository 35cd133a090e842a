"""Boundaries in the ledger as exact unions of atoms: derived, compared with what stands, and checked.

The first publication finds boundaries as they were imported: to within the millimetre of the atoms, not
vertex for vertex. It redraws all of them as of its own day, so that the county is one exact coverage from
then on; later ones redraw only where atoms have been rebuilt with other vertices. Nobody's ground changes
by it: an atom stays in the grid that holds its interior point.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row
from sqlalchemy.orm import Session

from gridmap.ledger.areas import GridVersion
from gridmap.redistricting.facts import ledger_plan
from gridmap.redistricting.graph import Assignment
from gridmap.redistricting.plan import UNASSIGNED, Plan
from gridmap.redistricting.queries import adoption as queries
from gridmap.redistricting.queries import spans
from gridmap.redistricting.refusals import NotCovering
from gridmap.redistricting.terrain import Terrain

NOTHING_M2: Final = 1e-3
"""Square metres: what two unions of the same atoms may differ by in the last digit of a coordinate."""


def drawn(county: Terrain, assignment: Assignment) -> dict[int, BaseGeometry]:
    """Return the boundary of every grid in degrees, by its row.

    Args:
        county: all atoms of the county.
        assignment: the row of each.

    Raises:
        NotCovering: together they are not an exact coverage of the atoms that have a grid.
    """
    held = assignment != UNASSIGNED
    rows = [int(row) for row in np.unique(assignment[held])]
    shapes = county.outlines.polygons(assignment, rows)
    metres = np.array([shapes[row] for row in rows], dtype=object)
    degrees = county.in_degrees(list(metres))
    whole = shapely.coverage_union_all(county.shapes[held])
    missing = shapely.symmetric_difference(whole, shapely.coverage_union_all(metres))
    exact = shapely.coverage_is_valid(metres) and shapely.coverage_is_valid(degrees)
    if not exact or shapely.area(missing) > NOTHING_M2:
        raise NotCovering
    return dict(zip(rows, degrees.tolist(), strict=True))


def laid(county: Terrain, stands: Plan, ground: Terrain, plan: Plan) -> Assignment:
    """Lay a plan of some communities over the grids of the county.

    Args:
        county: all atoms.
        stands: the grids of a day on them.
        ground: the atoms of the plan, of the same layers.
        plan: the plan.

    Returns:
        For each atom of the county the row in `stands`, or behind those the row of the plan.
    """
    assignment = stands.assignment.copy()
    own = np.where(plan.assignment == UNASSIGNED, UNASSIGNED, plan.assignment + len(stands.grids))
    for place, community in enumerate(ground.graph.communities):
        there = county.graph.communities.index(community)
        assignment[county.graph.rows_of(there)] = own[ground.graph.rows_of(place)]
    return assignment


def make_exact(session: Session, county: Terrain, today: date, but: Collection[int] = ()) -> int:
    """Redraw the grids of the county, as of today and of every day on which one begins later.

    Args:
        session: open session.
        county: all atoms.
        today: the first day of the redrawn boundaries.
        but: ids of grids that are left out, for they are written anew as of today.

    Returns:
        How many versions were not exact.

    Raises:
        NotCovering: see `drawn`.
    """
    by_day: dict[date, list[Row[Any]]] = defaultdict(list)
    for version in queries.versions_from(session, county.graph.communities, today):
        by_day[max(version.since, today)].append(version)
    changed = 0
    for day, versions in sorted(by_day.items()):
        inexact = _inexact(session, county, day, versions)
        chosen = [one for one in inexact if one[0].grid_id not in but]
        _write(session, chosen, today)
        changed += len(chosen)
    return changed


def _inexact(
    session: Session, county: Terrain, day: date, versions: Sequence[Row[Any]]
) -> list[tuple[Row[Any], BaseGeometry]]:
    stands = ledger_plan(session, county, day)
    shapes = drawn(county, stands.assignment)
    known = {stands.grids[row].grid_id: shape for row, shape in shapes.items()}
    return [
        (version, known[version.grid_id])
        for version in versions
        if version.grid_id in known and not is_same(version.shape, known[version.grid_id])
    ]


def is_same(stored: bytes, shape: BaseGeometry) -> bool:
    """Tell whether a stored boundary (WKB) has exactly these rings."""
    one, other = shapely.from_wkb(stored), queries.as_multi(shape)
    return bool(shapely.equals_exact(one, other, tolerance=0.0, normalize=True))


def _write(session: Session, inexact: Sequence[tuple[Row[Any], BaseGeometry]], today: date) -> None:
    earlier = {version.id: (version, shape) for version, shape in inexact if version.since < today}
    spans.cut(session, GridVersion, earlier, today)
    queries.draw(
        session,
        [(one.grid_id, one.name, shape, one.until) for one, shape in earlier.values()],
        today,
    )
    queries.redraw(
        session,
        [(one.id, one.name, shape) for one, shape in inexact if one.since >= today],
    )
