"""Which candidate wins: the rules for a point, without a database.

Distances are metres in the local plane of the point (see `gridmap.geometry.crs.metres_per_degree`).
A verdict carries faults: words that say why it is what it is. Same input, same answer: every tie
is broken by the code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import shapely

from gridmap.geolocation.circles import POSSIBLE, SURE, WIDEST_M, house_shares, reach_m, shares
from gridmap.terms import PlaceSource, Verdict

EDGE_M = 0.2
"""Grids this near are all candidates: the point lies on their edge."""
ROAD_EDGE_M = 1.0
"""A road this near to a point on an edge is that edge."""
NEAREST_BUILDING_M = 25.0
"""A building this near may stand for a point beside it."""
SECOND_BUILDING_M = 5.0
"""The second nearest must be this much farther, or the reporter is asked."""
BUILDING_REACH_M = NEAREST_BUILDING_M + SECOND_BUILDING_M
"""So far buildings are looked for: a second one beyond the reach of the first may still be a rival."""
GPS_BUILDING_M = 10.0
"""From a phone's position alone a building is taken only at a 95 % radius up to this."""
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
    """A grid near the point.

    `depth_m`: how far inside it the point lies; 0 outside or on the edge. `shape`: in metres of the
    point's plane, where the point has a circle. `share`: how likely the circle's position lies in it.
    """

    id: int
    code: str
    name: str
    distance_m: float
    depth_m: float = 0.0
    shape: shapely.Geometry | None = None
    share: float | None = None

    def record(self) -> dict[str, Any]:
        """Return what goes on record of it."""
        kept = {"id": self.id, "code": self.code, "name": self.name, "distance_m": self.distance_m}
        return kept if self.share is None else kept | {"share": self.share}


@dataclass(frozen=True, slots=True)
class BuildingCandidate:
    """A building near the point, with its own grid and compound as of the day; `shape` as of a grid."""

    id: int
    code: str
    distance_m: float
    area_m2: float
    compound_id: int | None
    grid_id: int | None
    shape: shapely.Geometry | None = None

    def record(self) -> dict[str, Any]:
        """Return what goes on record of it."""
        return {
            "id": self.id,
            "code": self.code,
            "distance_m": self.distance_m,
            "area_m2": self.area_m2,
            "compound_id": self.compound_id,
            "grid_id": self.grid_id,
        }


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

    @property
    def possible(self) -> frozenset[int]:
        """Ids of the grids that it can be."""
        return frozenset(
            {self.id} if self.id is not None else {one.id for one in self.alternatives}
        )


@dataclass(frozen=True, slots=True)
class BuildingVerdict:
    """The building, or why there is none; `compound_id` may stand without a building."""

    status: Verdict
    faults: tuple[str, ...]
    id: int | None = None
    distance_m: float | None = None
    compound_id: int | None = None
    alternatives: tuple[BuildingCandidate, ...] = ()


Verdicts = tuple[GridVerdict, BuildingVerdict]


def decide(place: Place, near: Candidates) -> Verdicts:
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


def circle_m(place: Place) -> float:
    """Return the 95 % radius of a phone's position in metres; 0 for what a person has set."""
    if place.source is not PlaceSource.GPS or place.accuracy_m is None:
        return 0.0
    return place.accuracy_m if place.accuracy_m > EDGE_M else 0.0


def search_m(place: Place) -> float:
    """Return how far grids around a place are looked for, in metres."""
    return max(reach_m(circle_m(place)), EDGE_M)


_Candidate = TypeVar("_Candidate", GridCandidate, BuildingCandidate)


def _bare(candidate: _Candidate) -> _Candidate:
    """Return a candidate without its shape."""
    return candidate if candidate.shape is None else replace(candidate, shape=None)


def _grid(place: Place, near: Candidates) -> GridVerdict:
    radius = circle_m(place)
    verdict = _of_pin(near)
    return _of_circle(verdict, near.grids, radius) if radius else verdict


def _of_pin(near: Candidates) -> GridVerdict:
    at = sorted((g for g in near.grids if g.distance_m <= EDGE_M), key=lambda g: g.code)
    if not at:
        nearest = sorted(near.grids, key=lambda g: (g.distance_m, g.code))[:1]
        alternatives = tuple(_bare(one) for one in nearest)
        return GridVerdict(Verdict.NONE, ("outside",), alternatives=alternatives)
    return GridVerdict(Verdict.ACCEPTED, (), at[0].id) if len(at) == 1 else _at_edge(at, near)


def _of_circle(pin: GridVerdict, grids: Sequence[GridCandidate], radius_m: float) -> GridVerdict:
    """Decide on a phone's position by how likely each grid is; outside every grid it is never taken."""
    shaped = [(one, one.shape) for one in grids if one.shape is not None]
    likely = shares([shape for _, shape in shaped], radius_m)
    found = sorted(
        (
            replace(one, shape=None, share=share)
            for (one, _), share in zip(shaped, likely, strict=True)
        ),
        key=lambda one: (-(one.share or 0.0), one.distance_m, one.code),
    )
    sure = [one.id for one in found if one.share is not None and one.share >= SURE]
    wide = ("wide",) if radius_m > WIDEST_M else ()
    if pin.status is Verdict.ACCEPTED and sure and not wide:
        return pin if pin.id in sure else GridVerdict(Verdict.ACCEPTED, ("circle",), sure[0])
    open_ = [one for one in found if one.share is not None and one.share >= POSSIBLE]
    if not open_ and pin.status is not Verdict.NONE:
        open_ = found
    if not open_:
        return pin
    faults = (*pin.faults, "circle", *wide)
    return GridVerdict(Verdict.ASK, faults, alternatives=tuple(open_[:MOST_ALTERNATIVES]))


def _at_edge(at: Sequence[GridCandidate], near: Candidates) -> GridVerdict:
    """Several grids within `EDGE_M`: the road's owner, else the lowest code."""
    overlap = sum(g.depth_m > EDGE_M for g in at) > 1
    fault = "overlap" if overlap else "edge"
    codes = {g.id for g in at}
    owner = next((id_ for id_ in near.road_owners if id_ in codes), None)
    if owner is not None and not overlap:
        return GridVerdict(Verdict.ACCEPTED, (fault, "road_owner"), owner)
    return GridVerdict(Verdict.ACCEPTED, (fault,), at[0].id)


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
            alternatives=tuple(_bare(b) for b in rivals[:MOST_ALTERNATIVES]),
        )
    return BuildingVerdict(Verdict.ACCEPTED, ("nearest",), first.id, first.distance_m, compound)


def _despite_gps(place: Place, near: Candidates, verdict: BuildingVerdict) -> BuildingVerdict:
    """From a phone's position alone, take a building only where nearly all of its circle gives it."""
    if place.source is not PlaceSource.GPS or verdict.status is not Verdict.ACCEPTED:
        return verdict
    chosen = next(b for b in near.buildings if b.id == verdict.id)
    small = place.accuracy_m is not None and place.accuracy_m <= GPS_BUILDING_M
    if small and _share(chosen, near.buildings, place.accuracy_m or 0.0) >= SURE:
        return verdict
    around = sorted(near.buildings, key=lambda b: (b.distance_m, b.code))
    others = (b for b in around if b.id != chosen.id)
    asked = tuple(_bare(b) for b in (chosen, *others))
    return BuildingVerdict(
        Verdict.ASK,
        (*verdict.faults, "circle"),
        compound_id=verdict.compound_id,
        alternatives=asked[:MOST_ALTERNATIVES],
    )


def _share(
    chosen: BuildingCandidate, buildings: Sequence[BuildingCandidate], radius_m: float
) -> float:
    """How likely a pin at the true position would give this building."""
    shaped = [(b.shape, b.area_m2) for b in buildings if b.shape is not None]
    likely = house_shares(shaped, radius_m, within_m=NEAREST_BUILDING_M, apart_m=SECOND_BUILDING_M)
    ids = [b.id for b in buildings if b.shape is not None]
    return likely[ids.index(chosen.id)] if chosen.id in ids else 0.0
