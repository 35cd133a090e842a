"""What a plan is measured by on a day: counts by atom, today's grids on the same atoms, names.

All of it is read from the ledger and held in memory while the ledger stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.dispatch import service as dispatch
from gridmap.dispatch.views import OpenPlace
from gridmap.geometry.crs import from_wgs84
from gridmap.redistricting.bands import band
from gridmap.redistricting.faults import Surroundings
from gridmap.redistricting.graph import Int32s, Int64s, Weights
from gridmap.redistricting.plan import UNASSIGNED, GridDraft, Plan
from gridmap.redistricting.queries import facts as queries
from gridmap.redistricting.queries.ground import in_metres
from gridmap.redistricting.terrain import Terrain
from gridmap.store.memory import Memory
from gridmap.store.revision import version
from gridmap.timespan import local_day

REPORTS_FRESH_FOR: Final = timedelta(seconds=20)
KEPT: Final = 12
NEAREST_M: Final = 1.0
"""Metres within which an atom that no grid holds still counts as the nearest grid's."""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """A day's counts by atom, the grids of that day as a plan, and what the rules look at."""

    weights: Weights
    today: Plan
    around: Surroundings
    community_codes: dict[int, str]


@dataclass(frozen=True, slots=True, eq=False)
class OpenReports:
    """Open reports of the plan's communities and the atom in which each lies (-1: in none)."""

    places: tuple[OpenPlace, ...]
    atoms: Int32s


def facts(session: Session, terrain: Terrain, day: date, now: datetime) -> Facts:
    """Return what plans on these atoms are measured by, as of a day.

    Args:
        session: open session.
        terrain: the atoms.
        day: day of the ledger.
        now: this moment; open reports may be some seconds older. On another day than its own there are
            none: who held a report then is not known here.
    """
    state = version(session, *_LAYERS)
    ledger = _LEDGER.get((terrain.key, day, state), lambda: _read(session, terrain, day))
    if day != local_day(now):
        return ledger
    lying = open_reports(session, terrain, now)
    reports = np.bincount(lying.atoms + 1, minlength=len(terrain.graph) + 1)[1:]
    return replace(ledger, weights=replace(ledger.weights, reports=reports.astype(np.int64)))


def open_reports(session: Session, terrain: Terrain, now: datetime) -> OpenReports:
    """Return the open reports on these atoms; at most `REPORTS_FRESH_FOR` old."""
    tick = int(now.timestamp() // REPORTS_FRESH_FOR.total_seconds())
    return _REPORTS.get((terrain.key, tick), lambda: placed_reports(session, terrain))


def placed_reports(session: Session, terrain: Terrain) -> OpenReports:
    """Find the atom of each open report: that of its building, else the one its spot lies in."""
    places = dispatch.open_places(session, terrain.graph.communities)
    atoms = np.full(len(places), UNASSIGNED, dtype=np.int32)
    built = dict(zip(terrain.building_ids.tolist(), terrain.building_atoms.tolist(), strict=True))
    for at, place in enumerate(places):
        atoms[at] = built.get(place.building_id or 0, UNASSIGNED)
    loose = np.flatnonzero(atoms == UNASSIGNED)
    if loose.size:
        lons = np.array([places[at].lon for at in loose])
        lats = np.array([places[at].lat for at in loose])
        atoms[loose] = atoms_at(terrain, lons, lats)
    return OpenReports(places, atoms)


def atoms_at(terrain: Terrain, lons: NDArray[np.float64], lats: NDArray[np.float64]) -> Int32s:
    """Return the atom at each point (WGS 84), -1 for none; on a border the lower row."""
    x, y = from_wgs84(lons, lats, terrain.crs)
    found = np.full(len(lons), UNASSIGNED, dtype=np.int32)
    points, atoms = terrain.tree.query(shapely.points(x, y), predicate="intersects")
    order = np.argsort(-atoms, kind="stable")
    found[points[order]] = atoms[order]
    return found


def ledger_plan(session: Session, terrain: Terrain, day: date) -> Plan:
    """Return the grids of a day as a plan on these atoms, rows in the order of their codes.

    An atom belongs to the grid of its own community that holds its interior point.
    """
    rows = queries.grids_on(session, terrain.graph.communities, day)
    drafts = tuple(GridDraft(row.community_id, row.code, row.name, row.id) for row in rows)
    shapes = in_metres([row.shape for row in rows], terrain.epsg)
    return Plan(drafts, _held_by(terrain, shapes, [row.community_id for row in rows]))


def _held_by(terrain: Terrain, shapes: NDArray[np.object_], homes: list[int]) -> Int32s:
    graph = terrain.graph
    assignment = np.full(len(graph), UNASSIGNED, dtype=np.int32)
    if not len(shapes):
        return assignment
    home = np.asarray(homes, dtype=np.int64)
    own = np.asarray(graph.communities, dtype=np.int64)[graph.community]
    points = np.asarray(shapely.points(graph.x, graph.y))
    tree = shapely.STRtree(shapes)
    for distance in (0.0, NEAREST_M):
        open_atoms = np.flatnonzero(assignment == UNASSIGNED)
        at, grid = tree.query(points[open_atoms], predicate="dwithin", distance=distance)
        same = own[open_atoms[at]] == home[grid]
        assignment[open_atoms[at[same]]] = grid[same]
    return assignment


def _read(session: Session, terrain: Terrain, day: date) -> Facts:
    names = queries.areas_on(session, day)
    around = Surroundings(
        band=band(session, day),
        communities={row.id: row.name for row in names},
        compounds=queries.compound_names(session, day),
        workers=queries.worker_names(session, day),
    )
    today = ledger_plan(session, terrain, day)
    own = {grid.grid_id for grid in today.grids}
    workers = {grid: name for grid, name in around.workers.items() if grid in own}
    return Facts(
        weights=_weights(session, terrain, day),
        today=today,
        around=replace(around, workers=workers),
        community_codes={row.id: row.code for row in names},
    )


def _weights(session: Session, terrain: Terrain, day: date) -> Weights:
    rows = queries.counts(session, day)
    atom_of = dict(zip(terrain.building_ids.tolist(), terrain.building_atoms.tolist(), strict=True))
    inside = [row for row in rows if row.building_id in atom_of]
    atoms = np.array([atom_of[row.building_id] for row in inside], dtype=np.intp)

    def summed(values: list[int]) -> Int64s:
        counted = np.bincount(atoms, values, minlength=len(terrain.graph))
        return np.rint(counted).astype(np.int64)

    return Weights(
        households=summed([row.households for row in inside]),
        residents=summed([row.residents for row in inside]),
        buildings=summed([1] * len(inside)),
        members=summed([row.members for row in inside]),
        reports=np.zeros(len(terrain.graph), dtype=np.int64),
    )


_LEDGER: Final = Memory[Facts](KEPT)
_REPORTS: Final = Memory[OpenReports](KEPT)
_LAYERS: Final = (
    "areas",
    "grids",
    "compounds",
    "buildings",
    "geography",
    "party",
    "posts",
    "settings",
)
