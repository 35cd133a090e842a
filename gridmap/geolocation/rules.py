"""Which candidate wins: the rules for a point, without a database.

Distances are metres in the local plane of the point (see `gridmap.geometry.crs.metres_per_degree`).
A verdict carries faults: words that say why it is what it is. Same input, same answer: every tie
is broken by the code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridmap.terms import PlaceSource, Verdict

EDGE_M = 0.2
"""Grids this near are all candidates: the point lies on their edge."""
ROAD_EDGE_M = 1.0
"""A road this near to a point on an edge is that edge."""
NEAREST_BUILDING_M = 25.0
"""A building this near may stand for a point beside it."""
SECOND_BUILDING_M = 5.0
"""The second nearest must be this much farther, or the reporter is asked."""
GPS_BUILDING_M = 10.0
"""From a phone's position alone a building is taken only at a 95 % radius up to this."""
RADIUS_90_OF_95 = 2.1460 / 2.4477
"""Radius of the 90 % circle as a part of the 95 % circle of a round normal distribution:
sqrt(-2 ln 0.1) / sqrt(-2 ln 0.05)."""
WIDEST_CIRCLE_M = 500.0
"""A wider circle says nothing more: the search does not go farther."""
MOST_ALTERNATIVES = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A point as it came in: raw coordinates with their system, who set it and how sure it is.

    `accuracy_m` is the radius of the 95 % circle in metres (a browser's `coords.accuracy`).
    """

    lon: float
    lat: float
    crs: str
    accuracy_m: float | None = None
    source: PlaceSource = PlaceSource.PIN


@dataclass(frozen=True, slots=True)
class GridCandidate:
    """A grid near the point. `depth_m`: how far inside it the point lies; 0 outside or on the edge."""

    id: int
    code: str
    name: str
    distance_m: float
    depth_m: float = 0.0


@dataclass(frozen=True, slots=True)
class BuildingCandidate:
    """A building near the point, with its own grid and compound as of the day."""

    id: int
    code: str
    distance_m: float
    depth_m: float
    area_m2: float
    compound_id: int | None
    grid_id: int | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """All that the database knows near a point on a day.

    `grids`: those around the point, or the nearest one where there is none. `road_owners`: ids of
    the grids that answer for the roads at the point, nearest road first. `compounds`: ids of the
    compounds that cover the point, smallest first.
    """

    grids: tuple[GridCandidate, ...] = ()
    buildings: tuple[BuildingCandidate, ...] = ()
    compounds: tuple[int, ...] = ()
    road_owners: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GridVerdict:
    """The grid, or why there is none; `alternatives` are asked about or named as the nearest."""

    status: Verdict
    faults: tuple[str, ...]
    id: int | None = None
    alternatives: tuple[GridCandidate, ...] = ()


@dataclass(frozen=True, slots=True)
class BuildingVerdict:
    """The building, or why there is none; `compound_id` may stand without a building."""

    status: Verdict
    faults: tuple[str, ...]
    id: int | None = None
    distance_m: float | None = None
    compound_id: int | None = None
    alternatives: tuple[BuildingCandidate, ...] = ()


def decide(place: Place, near: Candidates) -> tuple[GridVerdict, BuildingVerdict]:
    """Return the two verdicts on a point.

    A point inside a building belongs to the building's own grid: membership of buildings is the
    truth that boundaries are drawn from (fault `astride` where the two differ).
    """
    building = _building(place, near)
    grid = _grid(place, near)
    if building.status is Verdict.ACCEPTED and grid.status is Verdict.ACCEPTED:
        chosen = next(b for b in near.buildings if b.id == building.id)
        if chosen.distance_m == 0 and chosen.grid_id not in (None, grid.id):
            grid = GridVerdict(Verdict.ACCEPTED, (*grid.faults, "astride"), chosen.grid_id)
    return grid, building


def _grid(place: Place, near: Candidates) -> GridVerdict:
    at = sorted((g for g in near.grids if g.distance_m <= EDGE_M), key=lambda g: g.code)
    if not at:
        nearest = sorted(near.grids, key=lambda g: (g.distance_m, g.code))[:1]
        return GridVerdict(Verdict.NONE, ("outside",), alternatives=tuple(nearest))
    verdict = GridVerdict(Verdict.ACCEPTED, (), at[0].id) if len(at) == 1 else _at_edge(at, near)
    others = _within_circle(place, near.grids)
    if len(others) > 1:
        return GridVerdict(Verdict.ASK, (*verdict.faults, "circle"), alternatives=others)
    return verdict


def _at_edge(at: Sequence[GridCandidate], near: Candidates) -> GridVerdict:
    """Several grids within `EDGE_M`: the road's owner, else the lowest code."""
    overlap = sum(g.depth_m > EDGE_M for g in at) > 1
    fault = "overlap" if overlap else "edge"
    codes = {g.id for g in at}
    owner = next((id_ for id_ in near.road_owners if id_ in codes), None)
    if owner is not None and not overlap:
        return GridVerdict(Verdict.ACCEPTED, (fault, "road_owner"), owner)
    return GridVerdict(Verdict.ACCEPTED, (fault,), at[0].id)


def _within_circle(place: Place, grids: Sequence[GridCandidate]) -> tuple[GridCandidate, ...]:
    """Grids that the 90 % circle of a phone's position reaches; empty for a human's pin."""
    if place.source is not PlaceSource.GPS or place.accuracy_m is None:
        return ()
    radius = place.accuracy_m * RADIUS_90_OF_95
    reached = [g for g in grids if g.distance_m <= max(radius, EDGE_M)]
    return tuple(sorted(reached, key=lambda g: (g.distance_m, g.code))[:MOST_ALTERNATIVES])


def _building(place: Place, near: Candidates) -> BuildingVerdict:
    inside = sorted(
        (b for b in near.buildings if b.distance_m == 0), key=lambda b: (b.area_m2, b.code)
    )
    if inside:
        faults = ("several_buildings",) if len(inside) > 1 else ()
        verdict = BuildingVerdict(
            Verdict.ACCEPTED, faults, inside[0].id, 0.0, inside[0].compound_id
        )
    else:
        verdict = _nearest_building(near)
    return _despite_gps(place, near, verdict)


def _nearest_building(near: Candidates) -> BuildingVerdict:
    compound = near.compounds[0] if near.compounds else None
    beside = sorted(
        (
            b
            for b in near.buildings
            if b.distance_m <= NEAREST_BUILDING_M + SECOND_BUILDING_M and b.compound_id == compound
        ),
        key=lambda b: (b.distance_m, b.code),
    )
    if not beside or beside[0].distance_m > NEAREST_BUILDING_M:
        fault = "no_building_near" if compound is None else "courtyard"
        return BuildingVerdict(Verdict.NONE, (fault,), compound_id=compound)
    first = beside[0]
    rivals = [b for b in beside if b.distance_m - first.distance_m < SECOND_BUILDING_M]
    if len(rivals) > 1:
        return BuildingVerdict(
            Verdict.ASK,
            ("several_near",),
            compound_id=compound,
            alternatives=tuple(rivals[:MOST_ALTERNATIVES]),
        )
    return BuildingVerdict(Verdict.ACCEPTED, ("nearest",), first.id, first.distance_m, compound)


def _despite_gps(place: Place, near: Candidates, verdict: BuildingVerdict) -> BuildingVerdict:
    """From a phone's position alone, take a building only where its 90 % circle lies inside."""
    if place.source is not PlaceSource.GPS or verdict.status is not Verdict.ACCEPTED:
        return verdict
    chosen = next(b for b in near.buildings if b.id == verdict.id)
    sure = (
        place.accuracy_m is not None
        and place.accuracy_m <= GPS_BUILDING_M
        and chosen.depth_m >= place.accuracy_m * RADIUS_90_OF_95
    )
    if sure:
        return verdict
    around = sorted(near.buildings, key=lambda b: (b.distance_m, b.code))
    others = tuple(b for b in around if b.id != chosen.id)[: MOST_ALTERNATIVES - 1]
    return BuildingVerdict(
        Verdict.ASK,
        (*verdict.faults, "circle"),
        compound_id=verdict.compound_id,
        alternatives=(chosen, *others),
    )
