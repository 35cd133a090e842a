"""Small worlds, drawn in the test so that a reader sees them.

A drawing is rows of letters; every letter is a square cell of CELL_M metres. Equal letters are one
grid. The lower-left corner lies at ORIGIN. `draw(session, drawing)` writes county, township,
community and grids; `house` adds a building to a cell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon, box
from sqlalchemy.orm import Session

from gridmap.geometry.crs import metres_per_degree
from gridmap.ledger.areas import Area, AreaVersion, Grid, GridVersion
from gridmap.ledger.buildings import (
    Building,
    BuildingVersion,
    Compound,
    CompoundVersion,
    GridBuilding,
)
from gridmap.ledger.names import PlaceName
from gridmap.ledger.party import PartyOrganisation, PartyVersion
from gridmap.ledger.posts import Person, Post
from gridmap.store.base import from_day
from gridmap.terms import POST_TARGETS, PostKind

ORIGIN = (113.90, 34.70)
CELL_M = 100.0
START = date(2024, 1, 1)
COUNTY = "419901000000"
TOWNSHIP = "419901001000"


def lonlat(x: float, y: float) -> tuple[float, float]:
    """A point `x`, `y` metres east and north of the origin, in WGS 84."""
    east, north = metres_per_degree(ORIGIN[1])
    return ORIGIN[0] + x / east, ORIGIN[1] + y / north


def square(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    """A rectangle in metres from the origin, as WGS 84."""
    (west, south), (east, north) = lonlat(x0, y0), lonlat(x1, y1)
    return box(west, south, east, north)


def multi(shape) -> object:
    """A shape as the database takes it."""
    if isinstance(shape, shapely.Polygon):
        shape = MultiPolygon([shape])
    return from_shape(shape, srid=4326)


@dataclass
class World:
    """What was drawn: rows by the letters and names that the test used."""

    session: Session
    community: Area
    grids: dict[str, Grid] = field(default_factory=dict)
    buildings: dict[str, Building] = field(default_factory=dict)
    compounds: dict[str, Compound] = field(default_factory=dict)

    def house(self, code: str, x: float, y: float, size: float = 20.0, **facts) -> Building:
        """A square building whose lower-left corner is `x`, `y`; facts go into its version."""
        since, until = facts.pop("since", START), facts.pop("until", None)
        grid = facts.pop("grid", None)
        shape = facts.pop("shape", square(x, y, x + size, y + size))
        building = self.buildings.get(code) or Building(code=code)
        self.session.add(building)
        self.session.flush()
        self.session.add(
            BuildingVersion(
                building_id=building.id,
                valid=from_day(since, until),
                footprint=multi(shape),
                spot=from_shape(shapely.point_on_surface(shape), srid=4326),
                **facts,
            )
        )
        if grid:
            self.session.add(
                GridBuilding(
                    building_id=building.id,
                    grid_id=self.grids[grid].id,
                    valid=from_day(since, until),
                )
            )
        self.session.flush()
        self.buildings[code] = building
        return building

    def compound(self, code: str, x0: float, y0: float, x1: float, y1: float, **facts) -> Compound:
        """A rectangular compound; `aliases` are confirmed names beside its own."""
        aliases = facts.pop("aliases", ())
        compound = Compound(code=code)
        self.session.add(compound)
        self.session.flush()
        facts = {"name": code, "valid": from_day(START), "community_id": self.community.id} | facts
        self.session.add(
            CompoundVersion(
                compound_id=compound.id, boundary=multi(square(x0, y0, x1, y1)), **facts
            )
        )
        for alias in aliases:
            self.alias("compound", code, alias)
        self.session.flush()
        self.compounds[code] = compound
        return compound

    def alias(self, entity: str, code: str, text: str, **facts) -> PlaceName:
        """A name beside the official one, confirmed unless `state` says otherwise."""
        facts = {"kind": "alias", "state": "confirmed", "source": "import"} | facts
        facts.setdefault("valid", from_day(START))
        name = PlaceName(entity_kind=entity, entity_code=code, text=text, **facts)
        self.session.add(name)
        self.session.flush()
        return name

    def post(self, kind: PostKind, target, name: str, since=START, until=None, **facts) -> Post:
        """A person of that name holds a post for an area, grid, building, compound or agency."""
        (post,) = self.posts([(kind, target, name)], since, until, **facts)
        return post

    def posts(
        self, wanted: list[tuple[PostKind, object, str]], since=START, until=None, **facts
    ) -> list[Post]:
        """The same for many at a time: kind, target and name of each."""
        people = [
            Person(code=f"p-{name}-{kind}-{since}", name=name) for kind, _target, name in wanted
        ]
        self.session.add_all(people)
        self.session.flush()
        made = [
            Post(
                kind=kind,
                person_id=person.id,
                valid=from_day(since, until),
                **{f"{POST_TARGETS[kind]}_id": target.id},
                **facts,
            )
            for (kind, target, _name), person in zip(wanted, people, strict=True)
        ]
        self.session.add_all(made)
        self.session.flush()
        return made

    def organisation(
        self, kind: str, name: str, since=START, until=None, **target
    ) -> PartyOrganisation:
        """A party organisation for `area_id`, `grid_id` or `building_id`."""
        organisation = PartyOrganisation(code=f"o-{name}")
        self.session.add(organisation)
        self.session.flush()
        self.session.add(
            PartyVersion(
                organisation_id=organisation.id,
                kind=kind,
                name=name,
                valid=from_day(since, until),
                **target,
            )
        )
        self.session.flush()
        return organisation


def cells(drawing: str) -> dict[str, MultiPolygon]:
    """The shape of each letter of a drawing; `.` is nobody's land."""
    rows = [row.strip() for row in drawing.strip().splitlines()]
    shapes: dict[str, list[shapely.Polygon]] = {}
    for line, row in enumerate(reversed(rows)):
        for column, letter in enumerate(row):
            x, y = column * CELL_M, line * CELL_M
            shapes.setdefault(letter, []).append(square(x, y, x + CELL_M, y + CELL_M))
    shapes.pop(".", None)
    return {letter: _as_multi(shapely.union_all(parts)) for letter, parts in sorted(shapes.items())}


def _as_multi(shape) -> MultiPolygon:
    return shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape])


def draw(session: Session, drawing: str, since: date = START) -> World:
    """Write a county with one township, one community and the drawn grids."""
    shapes = cells(drawing)
    whole = _as_multi(shapely.union_all(list(shapes.values())))
    county = Area(kind="county", code=COUNTY)
    township = Area(kind="township", code=TOWNSHIP, parent=county)
    community = Area(kind="community", code="419901001001", parent=township)
    session.add_all([county, township, community])
    session.flush()
    for area, name in ((county, "测试县"), (township, "测试街道"), (community, "书香苑社区")):
        session.add(
            AreaVersion(area_id=area.id, name=name, boundary=multi(whole), valid=from_day(since))
        )
    grids = {
        letter: Grid(code=f"{community.code}{sequence:03d}", community_id=community.id)
        for sequence, letter in enumerate(shapes, start=1)
    }
    session.add_all(grids.values())
    session.flush()
    for letter, shape in shapes.items():
        name, boundary = f"{letter}网格", multi(shape)
        session.add(
            GridVersion(
                grid_id=grids[letter].id, name=name, boundary=boundary, valid=from_day(since)
            )
        )
    session.flush()
    return World(session, community, grids)
