"""Look at plans: the list, what happened to one, boundaries, one beside another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row
from sqlalchemy.orm import Session

from gridmap.accounts.authority import Right
from gridmap.accounts.service import SignedIn
from gridmap.redistricting.carrying import carried
from gridmap.redistricting.drafting import base_of
from gridmap.redistricting.dragging import HANDLES_M
from gridmap.redistricting.graph import Assignment
from gridmap.redistricting.opening import Opened, opened, require
from gridmap.redistricting.plan import UNASSIGNED, Difference, Plan
from gridmap.redistricting.queries import facts as fact_queries
from gridmap.redistricting.queries import layers as layer_queries
from gridmap.redistricting.queries import plans as queries
from gridmap.redistricting.states import PlanState
from gridmap.timespan import local_day


@dataclass(frozen=True, slots=True)
class Side:
    """A grid before and after, in a comparison: households of the same ground rules on both sides."""

    name: str
    code: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two plans side by side: atoms that differ (with the row here), and households of each grid."""

    other: Assignment
    difference: Difference
    sides: tuple[Side, ...]


def listed(session: Session, reader: SignedIn, day: date) -> Sequence[Row[Any]]:
    """Return all plans, the newest first.

    Raises:
        NotAllowed: neither planner nor reviewer.
    """
    if not reader.scope.may(Right.PLAN):
        require(reader, Right.APPROVE_PLANS)
    return queries.plan_rows(session, day)


def areas(session: Session, day: date) -> Sequence[Row[Any]]:
    """Return id, code, kind and name of the areas that a plan can be made for, by code."""
    return fact_queries.areas_on(session, day)


def eve(session: Session, plan_id: int, day: date) -> date | None:
    """Return the day before the first one of a plan that is in force on a day; None where it is not."""
    row = queries.plan(session, plan_id)
    if row is None or row.state != PlanState.ADOPTED or row.day is None or row.day > day:
        return None
    return row.day - timedelta(days=1)


def events(session: Session, at: Opened) -> Sequence[Row[Any]]:
    """Return what happened to a plan, the oldest first."""
    return queries.event_rows(session, at.row.id)


def versions(session: Session, at: Opened) -> Sequence[Row[Any]]:
    """Return number, parent, edit, time and person of a plan's versions, the newest first."""
    return queries.version_rows(session, at.row.id)


def planners(session: Session, at: Opened) -> set[int]:
    """Return the ids of everybody who drew a plan."""
    return queries.planners(session, at.row.id)


def area_of(session: Session, at: Opened, day: date) -> tuple[str, str]:
    """Return code and name of the area that a plan is for."""
    for row in fact_queries.areas_on(session, day):
        if row.id == at.row.area_id:
            return row.code, row.name
    return "", ""


def author_of(session: Session, at: Opened) -> str:
    """Return the name of a plan's author."""
    return queries.person_name(session, at.row.author_id)


def outdated(session: Session, at: Opened, now: datetime) -> bool:
    """Tell whether the grids under a plan, or its atoms, are others than when it was drawn over them.

    Grids are compared atom by atom: a boundary that was only drawn more exactly is no change. Atoms
    are those of the newest build, which follows the ledger within a minute.
    """
    communities = set(at.terrain.graph.communities)
    if base_of(session, communities, local_day(now)) != at.over.base:
        return True
    if not np.array_equal(at.today, at.over.beneath):
        return True
    newest = layer_queries.newest_layers(session)
    return {one.id for one in newest if one.community_id in communities} != set(at.over.layers)


def boundaries(at: Opened) -> dict[int, BaseGeometry]:
    """Return the exact boundary of each grid of a plan in WGS 84, by row."""
    rows = at.plan.present()
    shapes = at.terrain.outlines.polygons(at.plan.assignment, rows)
    degrees = at.terrain.in_degrees([shapes[row] for row in rows])
    return dict(zip(rows, degrees, strict=True))


def corners(at: Opened) -> list[tuple[float, float, list[int]]]:
    """Return the corners that can be dragged: lon, lat, and the two or more grids that meet there."""
    drawn = at.terrain.outlines.simplified(at.plan.assignment, HANDLES_M)
    rows = [row for row in drawn if row != UNASSIGNED]
    if not rows:
        return []
    points, owner = shapely.get_coordinates([drawn[row] for row in rows], return_index=True)
    unique, place = np.unique(points, axis=0, return_inverse=True)
    meeting: list[set[int]] = [set() for _ in unique]
    for at_point, number in zip(place.ravel().tolist(), owner.tolist(), strict=True):
        meeting[at_point].add(rows[number])
    home = [grid.community_id for grid in at.plan.grids]
    kept = [n for n, found in enumerate(meeting) if _share_a_community(found, home)]
    spots = at.terrain.spots_in_degrees(*unique[kept].T)
    return [
        (float(lon), float(lat), sorted(meeting[number]))
        for number, (lon, lat) in zip(kept, spots, strict=True)
    ]


def _share_a_community(rows: set[int], home: list[int]) -> bool:
    return len(rows) > len({home[row] for row in rows})


def compared(
    session: Session, reader: SignedIn, at: Opened, other: str, now: datetime
) -> Comparison:
    """Compare a plan with today (``today``), a version of it (``version:3``) or a plan (``plan:5``).

    Raises:
        NotFound: there is no such version or plan.
    """
    kind, _, number = other.partition(":")
    if kind == "today":
        theirs = replace(at.plan, assignment=at.today)
    else:
        plan_id, version = (at.row.id, int(number)) if kind == "version" else (int(number), None)
        found = opened(session, reader, plan_id, now, version)
        theirs = _in_rows(at.plan, carried(found.plan, found.terrain, at.terrain))
    moved = np.flatnonzero(theirs.assignment != at.plan.assignment)
    touched = np.unique([theirs.assignment[moved], at.plan.assignment[moved]])
    rows = tuple(int(row) for row in touched if row != UNASSIGNED)
    return Comparison(
        theirs.assignment,
        Difference(tuple(moved.tolist()), rows),
        _sides(at, theirs),
    )


def _in_rows(plan: Plan, other: Plan) -> Plan:
    """Put another plan into the rows of this one, by code; what it does not know gets rows behind."""
    rows = {grid.code: row for row, grid in enumerate(plan.grids)}
    grids = list(plan.grids)
    table = []
    for grid in other.grids:
        if grid.code not in rows:
            rows[grid.code] = len(grids)
            grids.append(grid)
        table.append(rows[grid.code])
    lookup = np.array([*table, UNASSIGNED], dtype=np.int32)
    return Plan(tuple(grids), lookup[other.assignment])


def _sides(at: Opened, theirs: Plan) -> tuple[Side, ...]:
    households, length = at.facts.weights.households, len(theirs.grids)
    before, after = (
        np.bincount(assignment + 1, households, minlength=length + 1)[1:]
        for assignment in (theirs.assignment, at.plan.assignment)
    )
    return tuple(
        Side(grid.name, grid.code, int(before[row]), int(after[row]))
        for row, grid in enumerate(theirs.grids)
        if before[row] or after[row]
    )
