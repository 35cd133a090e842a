"""Locate a place, or many: at most two SQL statements, however many points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
from sqlalchemy.orm import Session

from gridmap.errors import OutsideCounty
from gridmap.geolocation import queries
from gridmap.geolocation.assembly import standing_of
from gridmap.geolocation.location import Location
from gridmap.geolocation.rules import (
    Place,
    Verdicts,
    decide,
    search_m,
)
from gridmap.geometry import crs
from gridmap.terms import Verdict

FAR_OUTSIDE_M = 5_000.0
"""A point this far from every grid is refused as a mistake; nearer ones go to the county's desk."""

Decided = tuple[Place, tuple[float, float], Verdicts]


def locate(session: Session, place: Place, day: date) -> Location:
    """Return grid, building, party tree and people of a place on a day.

    Raises:
        UnknownCrs: the place's coordinate system is not known.
        BadCoordinates: no finite point on the globe.
        OutsideCounty: farther than `FAR_OUTSIDE_M` from every grid of that day.
    """
    return near_enough(locate_many(session, [place], day)[0])


def near_enough(location: Location) -> Location:
    """Return a location that is in the county or not far from it.

    Raises:
        OutsideCounty: see `locate`.
    """
    grid = location.grid
    if grid.status is Verdict.NONE and grid.alternatives:
        distance = grid.alternatives[0].distance_m
        if distance > FAR_OUTSIDE_M:
            name = location.county.name if location.county else "本县"
            raise OutsideCounty(county=name, distance_km=round(distance / 1000), field="lon")
    return location


def locate_many(session: Session, places: Sequence[Place], day: date) -> list[Location]:
    """Return a location for each place, in order, by two statements; never refuses a far point.

    Raises:
        UnknownCrs: a coordinate system is not known.
        BadCoordinates: a point is not finite or not on the globe.
    """
    return standing_at(session, decided(session, places, day), day) if places else []


def decided(session: Session, places: Sequence[Place], day: date) -> list[Decided]:
    """Return each place with its point and the two verdicts on it; one statement.

    Raises:
        UnknownCrs, BadCoordinates: see `locate_many`.
    """
    lons, lats = _to_wgs84(places)
    easts, norths = crs.metres_per_degree(lats)
    points = list(
        zip(
            lons.tolist(),
            lats.tolist(),
            np.asarray(easts).tolist(),
            np.asarray(norths).tolist(),
            [search_m(place) for place in places],
            strict=True,
        )
    )
    near = queries.candidates_near(session, points, day)
    verdicts = [decide(place, found) for place, found in zip(places, near, strict=True)]
    spots = zip(lons.tolist(), lats.tolist(), strict=True)
    return list(zip(places, spots, verdicts, strict=True))


def standing_at(session: Session, decided: Sequence[Decided], day: date) -> list[Location]:
    """Return what stands on a day at places on which the rules have decided; one statement.

    Args:
        session: open session.
        decided: each place with its point (lon, lat in WGS 84) and its two verdicts of that day.
        day: day in Asia/Shanghai.
    """
    facts = queries.answerable_facts(session, day, **_wanted(both for _, _, both in decided))
    standing = standing_of(facts, day)
    return [
        standing.location(place, point, grid, building)
        for place, point, (grid, building) in decided
    ]


def _to_wgs84(places: Sequence[Place]) -> tuple[np.ndarray, np.ndarray]:
    """Convert each system's points in one go."""
    lons, lats = np.empty(len(places)), np.empty(len(places))
    for name in {place.crs for place in places}:
        rows = [i for i, place in enumerate(places) if place.crs == name]
        raw_lon = np.array([places[i].lon for i in rows], dtype=float)
        raw_lat = np.array([places[i].lat for i in rows], dtype=float)
        lons[rows], lats[rows] = crs.to_wgs84(raw_lon, raw_lat, crs.parse(name))
    return lons, lats


def _wanted(verdicts: Iterable[Verdicts]) -> dict[str, set[int]]:
    grids: set[int] = set()
    buildings: set[int] = set()
    compounds: set[int] = set()
    for grid, building in verdicts:
        grids.update(i for i in (grid.id,) if i is not None)
        buildings.update(i for i in (building.id,) if i is not None)
        buildings.update(b.id for b in building.alternatives)
        compounds.update(i for i in (building.compound_id,) if i is not None)
    return {"grids": grids, "buildings": buildings, "compounds": compounds}
