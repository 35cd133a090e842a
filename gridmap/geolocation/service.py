"""Locate a place, or many: at most two SQL statements, however many points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import numpy as np
from sqlalchemy.orm import Session

from gridmap.errors import OutsideCounty
from gridmap.geolocation import queries
from gridmap.geolocation.location import (
    BuildingFacts,
    CompoundFacts,
    Location,
    Named,
    PartyHeld,
    PostHeld,
)
from gridmap.geolocation.rules import (
    BuildingVerdict,
    GridVerdict,
    Place,
    decide,
    search_m,
)
from gridmap.geometry import crs
from gridmap.terms import PartyKind, PostKind, Verdict

FAR_OUTSIDE_M = 5_000.0
"""A point this far from every grid is refused as a mistake; nearer ones go to the county's desk."""

Facts = Mapping[str, Sequence[dict[str, Any]]]
Target = tuple[str, int | None]
Decided = tuple[Place, tuple[float, float], tuple[GridVerdict, BuildingVerdict]]
Held = TypeVar("Held", PartyHeld, PostHeld)


def locate(session: Session, place: Place, day: date) -> Location:
    """Return grid, building, party tree and people of a place on a day.

    Raises:
        UnknownCrs: the place's coordinate system is not known.
        BadCoordinates: no finite point on the globe.
        OutsideCounty: farther than `FAR_OUTSIDE_M` from every grid of that day.
    """
    location = locate_many(session, [place], day)[0]
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
    if not places:
        return []
    lons, lats = _to_wgs84(places)
    easts, norths = crs.metres_per_degree(lats)
    reaches = [search_m(place) for place in places]
    points = list(
        zip(
            lons.tolist(),
            lats.tolist(),
            np.asarray(easts).tolist(),
            np.asarray(norths).tolist(),
            reaches,
            strict=True,
        )
    )
    near = queries.candidates_near(session, points, day)
    verdicts = [decide(place, found) for place, found in zip(places, near, strict=True)]
    spots = zip(lons.tolist(), lats.tolist(), strict=True)
    return standing_at(session, list(zip(places, spots, verdicts, strict=True)), day)


def standing_at(session: Session, decided: Sequence[Decided], day: date) -> list[Location]:
    """Return what stands on a day at places on which the rules have decided; one statement.

    Args:
        session: open session.
        decided: each place with its point (lon, lat in WGS 84) and its two verdicts of that day.
        day: day in Asia/Shanghai.
    """
    facts = queries.answerable_facts(session, day, **_wanted(both for _, _, both in decided))
    assembly = _Assembly(facts, day)
    return [
        assembly.location(place, point, grid, building)
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


def _wanted(verdicts: Iterable[tuple[GridVerdict, BuildingVerdict]]) -> dict[str, set[int]]:
    grids: set[int] = set()
    buildings: set[int] = set()
    compounds: set[int] = set()
    for grid, building in verdicts:
        grids.update(i for i in (grid.id,) if i is not None)
        buildings.update(i for i in (building.id,) if i is not None)
        buildings.update(b.id for b in building.alternatives)
        compounds.update(i for i in (building.compound_id,) if i is not None)
    return {"grids": grids, "buildings": buildings, "compounds": compounds}


class _Assembly:
    """Puts the facts of a day together into locations."""

    def __init__(self, facts: Facts, day: date) -> None:
        self.day = day
        self.areas = {row["id"]: row for row in facts.get("area", ())}
        self.grids = {row["id"]: row for row in facts.get("grid", ())}
        self.buildings = {row["id"]: BuildingFacts(**row) for row in facts.get("building", ())}
        self.compounds = {row["id"]: _compound(row) for row in facts.get("compound", ())}
        self.parties = _by_target(_party(row) for row in facts.get("party", ()))
        self.posts = _by_target(_post(row) for row in facts.get("post", ()))
        self.county = next((row for row in self.areas.values() if row["kind"] == "county"), None)

    def location(
        self,
        place: Place,
        point: tuple[float, float],
        grid: GridVerdict,
        building: BuildingVerdict,
    ) -> Location:
        """Return the location of one place."""
        grid_row = self.grids.get(grid.id or 0)
        community = self.areas.get(grid_row["community_id"]) if grid_row else None
        township = self.areas.get(community["parent_id"]) if community else None
        targets: list[Target] = [
            ("building", building.id),
            ("compound", building.compound_id),
            ("grid", grid.id),
            *(("area", row["id"]) for row in (community, township, self.county) if row),
        ]
        return Location(
            place=place,
            day=self.day,
            lon=point[0],
            lat=point[1],
            grid=grid,
            building=building,
            grid_named=_named(grid_row),
            community=_named(community),
            township=_named(township),
            county=_named(self.county),
            compound=self.compounds.get(building.compound_id or 0),
            building_facts=self.buildings.get(building.id or 0),
            alternatives=tuple(
                self.buildings[b.id] for b in building.alternatives if b.id in self.buildings
            ),
            parties=tuple(p for target in targets for p in self.parties.get(target, ())),
            posts=tuple(p for target in targets for p in self.posts.get(target, ())),
        )


def _by_target(held: Iterable[Held]) -> dict[Target, list[Held]]:
    """Index what is held by the place that it is held for."""
    found: dict[Target, list[Held]] = {}
    for one in held:
        for kind in ("area", "grid", "building", "compound"):
            target = getattr(one, f"{kind}_id", None)
            if target is not None:
                found.setdefault((kind, target), []).append(one)
    return found


def _named(row: dict[str, Any] | None) -> Named | None:
    return Named(row["id"], row["code"], row["name"]) if row else None


def _compound(row: dict[str, Any]) -> CompoundFacts:
    since = row.pop("company_since")
    return CompoundFacts(company_since=date.fromisoformat(since) if since else None, **row)


def _party(row: dict[str, Any]) -> PartyHeld:
    row.pop("parent_id")
    return PartyHeld(kind=PartyKind(row.pop("kind")), **row)


def _post(row: dict[str, Any]) -> PostHeld:
    term_end = row.pop("term_end")
    return PostHeld(
        post_id=row.pop("id"),
        kind=PostKind(row.pop("kind")),
        since=date.fromisoformat(row.pop("since")),
        term_end=date.fromisoformat(term_end) if term_end else None,
        **row,
    )
