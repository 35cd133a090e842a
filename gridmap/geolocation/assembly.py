"""What stands at places on a day, put together: names, party tree, posts, property of one location."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

from gridmap.geolocation.location import (
    BuildingFacts,
    CompoundFacts,
    Location,
    Named,
    PartyHeld,
    PostHeld,
)
from gridmap.geolocation.rules import BuildingVerdict, GridVerdict, Place
from gridmap.terms import PartyKind, PostKind

Facts = Mapping[str, Sequence[dict[str, Any]]]
Target = tuple[str, int | None]
Held = TypeVar("Held", PartyHeld, PostHeld)

_TARGETS: Final = ("area", "grid", "building", "compound")


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """A county, township or community on the day."""

    id: int
    kind: str
    code: str
    parent_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class GridFacts:
    """A grid on the day."""

    id: int
    code: str
    community_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on a day at the places of interest, by id; parties and posts by what they serve."""

    day: date
    areas: Mapping[int, AreaFacts]
    grids: Mapping[int, GridFacts]
    buildings: Mapping[int, BuildingFacts]
    compounds: Mapping[int, CompoundFacts]
    parties: Mapping[Target, Sequence[PartyHeld]]
    posts: Mapping[Target, Sequence[PostHeld]]
    county: AreaFacts | None

    def location(
        self,
        place: Place,
        point: tuple[float, float],
        grid: GridVerdict,
        building: BuildingVerdict,
    ) -> Location:
        """Return the location of one place."""
        grid_row = self.grids.get(grid.id or 0)
        community = self.areas.get(grid_row.community_id) if grid_row else None
        township = self.areas.get(community.parent_id or 0) if community else None
        targets: list[Target] = [
            ("building", building.id),
            ("compound", building.compound_id),
            ("grid", grid.id),
            *(("area", row.id) for row in (community, township, self.county) if row),
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


def standing_of(facts: Facts, day: date) -> Standing:
    """Return what stands on a day, from rows of `queries.answerable_facts`."""
    areas = {row["id"]: AreaFacts(**row) for row in facts.get("area", ())}
    return Standing(
        day=day,
        areas=areas,
        grids={row["id"]: GridFacts(**row) for row in facts.get("grid", ())},
        buildings={row["id"]: BuildingFacts(**row) for row in facts.get("building", ())},
        compounds={row["id"]: _compound(row) for row in facts.get("compound", ())},
        parties=_by_target(_party(row) for row in facts.get("party", ())),
        posts=_by_target(_post(row) for row in facts.get("post", ())),
        county=county_of(areas.values()),
    )


def county_of(areas: Iterable[AreaFacts]) -> AreaFacts | None:
    """Return the county among areas."""
    return next((area for area in areas if area.kind == "county"), None)


def _by_target(held: Iterable[Held]) -> dict[Target, list[Held]]:
    """Index what is held by the place that it is held for."""
    found: dict[Target, list[Held]] = {}
    for one in held:
        for target in targets_of(one):
            found.setdefault(target, []).append(one)
    return found


def targets_of(held: PartyHeld | PostHeld) -> Iterator[Target]:
    """Yield the places that an organisation or a post serves."""
    for kind in _TARGETS:
        served = getattr(held, f"{kind}_id", None)
        if served is not None:
            yield kind, served


def _named(row: AreaFacts | GridFacts | None) -> Named | None:
    return Named(row.id, row.code, row.name) if row else None


def _compound(row: dict[str, Any]) -> CompoundFacts:
    return CompoundFacts(**row | {"company_since": _day(row["company_since"])})


def _party(row: dict[str, Any]) -> PartyHeld:
    return PartyHeld(**row | {"kind": PartyKind(row["kind"])})


def _post(row: dict[str, Any]) -> PostHeld:
    days = {"since": _day(row["since"]), "term_end": _day(row["term_end"])}
    return PostHeld(**row | days | {"kind": PostKind(row["kind"])})


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
