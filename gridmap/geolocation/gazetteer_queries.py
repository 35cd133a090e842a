"""SQL: every name and number of a day that a place can be told by, in a fixed number of statements."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import shapely
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.geolocation.wording.folding import fold
from gridmap.geolocation.wording.gazetteer import (
    Door,
    EntityKind,
    Gazetteer,
    House,
    Key,
    Name,
    numbers_in,
)

Spot = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84)."""

LAYERS: Final = ("areas", "compounds", "buildings", "geography")
"""Layers whose changes make other names; see `gridmap.store.revision`."""

_ZONE_END: Final = re.compile("[期区]\\Z")

_COMMUNITIES: Final = text("""
SELECT a.code, v.name, ST_X(p.spot) AS lon, ST_Y(p.spot) AS lat
FROM area a JOIN area_version v ON v.area_id = a.id AND v.valid @> CAST(:day AS date),
LATERAL ST_PointOnSurface(v.boundary) AS p(spot)
WHERE a.kind = 'community' ORDER BY a.code
""")

_COMPOUNDS: Final = text("""
SELECT c.code, v.name, v.aliases, v.zones, v.lane_road, v.lane_number,
       ST_X(p.spot) AS lon, ST_Y(p.spot) AS lat
FROM compound c JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date),
LATERAL ST_PointOnSurface(v.boundary) AS p(spot)
ORDER BY c.code
""")

_BUILDINGS: Final = text("""
SELECT b.code, c.code AS compound, v.zone, v.number, v.name, v.road, v.house_number,
       ST_X(v.spot) AS lon, ST_Y(v.spot) AS lat
FROM building b
JOIN building_version v ON v.building_id = b.id AND v.valid @> CAST(:day AS date)
LEFT JOIN compound c ON c.id = v.compound_id
ORDER BY b.code
""")

_ROADS: Final = text("""
SELECT name, ST_AsBinary(ST_Collect(line)) AS line
FROM road WHERE valid @> CAST(:day AS date) AND name IS NOT NULL
GROUP BY name ORDER BY name
""")

_PLACES: Final = text("""
SELECT p.code, p.name, ST_X(s.spot) AS lon, ST_Y(s.spot) AS lat,
       (SELECT b.code FROM building_version v JOIN building b ON b.id = v.building_id
        WHERE v.valid @> CAST(:day AS date) AND ST_Covers(v.footprint, s.spot)
        ORDER BY ST_Area(v.footprint), b.code LIMIT 1) AS building
FROM place p, LATERAL ST_PointOnSurface(p.shape) AS s(spot)
WHERE p.valid @> CAST(:day AS date) AND p.name IS NOT NULL ORDER BY p.code
""")


@dataclass(frozen=True, slots=True)
class Known:
    """The names of a day, and where what they stand for lies.

    Attributes:
        gazetteer: names and numbers.
        spots: interior point of each entity.
        titles: what each entity is called to people.
        crossings: point of each crossing, by its code.
    """

    gazetteer: Gazetteer
    spots: Mapping[Key, Spot]
    titles: Mapping[Key, str]
    crossings: Mapping[str, Spot]


class _Making:
    """Gathers the rows of a day."""

    def __init__(self) -> None:
        self.names: dict[Name, None] = {}
        self.spots: dict[Key, Spot] = {}
        self.titles: dict[Key, str] = {}
        self.houses: dict[House, list[str]] = defaultdict(list)
        self.zones: dict[str, frozenset[str]] = {}
        self.doors: dict[Door, dict[Key, None]] = defaultdict(dict)
        self.lanes: dict[Door, str] = {}
        self.compound_of: dict[str, str] = {}

    def name(self, key: Key, written: str | None) -> None:
        if written and written.strip():
            self.names[Name(key, written.strip())] = None

    def compound(self, row: Row[Any]) -> None:
        key = Key(EntityKind.COMPOUND, row.code)
        self.titles[key] = row.name
        self.spots[key] = (row.lon, row.lat)
        self.name(key, row.name)
        for alias in row.aliases:
            self.name(key, alias)
        zones = frozenset(zone_of(zone) for zone in row.zones if zone)
        if zones:
            self.zones[row.code] = zones
        if row.lane_road and row.lane_number:
            self.lanes[Door(row.lane_road, fold(row.lane_number))] = row.code

    def building(self, row: Row[Any]) -> None:
        key = Key(EntityKind.BUILDING, row.code)
        self.spots[key] = (row.lon, row.lat)
        self.titles[key] = self._title(row)
        if row.compound:
            self.compound_of[row.code] = row.compound
            if row.number:
                house = House(row.compound, zone_of(row.zone or ""), fold(row.number))
                self.houses[house].append(row.code)
        self.name(key, row.name)
        if row.road and row.house_number:
            for number in numbers_in(row.house_number):
                self.doors[Door(row.road, number)][key] = None
            self.name(Key(EntityKind.ROAD, row.road), row.road)

    def _title(self, row: Row[Any]) -> str:
        """Return what people call a building: compound and number, else name, else address, else code."""
        compound = self.titles.get(Key(EntityKind.COMPOUND, row.compound or ""), "")
        if compound and row.number:
            return f"{compound}{row.zone or ''}{row.number}号楼"
        if row.name:
            return str(row.name)
        if row.road and row.house_number:
            return f"{row.road}{row.house_number}号"
        return str(row.code)

    def place(self, row: Row[Any]) -> None:
        if row.building:
            self.name(Key(EntityKind.BUILDING, row.building), row.name)
            return
        key = Key(EntityKind.POI, row.code)
        self.spots[key], self.titles[key] = (row.lon, row.lat), row.name
        self.name(key, row.name)


def zone_of(written: str) -> str:
    """Return a zone as it is compared: folded, without 期 or 区.

    >>> zone_of("一期"), zone_of("东区"), zone_of("")
    ('1', '东', '')
    """
    return _ZONE_END.sub("", fold(written))


def known(session: Session, day: date, version: str) -> Known:
    """Return all names of a day; five statements.

    Args:
        session: any session; nothing is written.
        day: of the ledger.
        version: of the data, for the gazetteer to carry.
    """
    making, asked = _Making(), {"day": day}
    for row in session.execute(_COMMUNITIES, asked):
        key = Key(EntityKind.COMMUNITY, row.code)
        making.spots[key], making.titles[key] = (row.lon, row.lat), row.name
        making.name(key, row.name)
    for row in session.execute(_COMPOUNDS, asked):
        making.compound(row)
    for row in session.execute(_BUILDINGS, asked):
        making.building(row)
    roads = {row.name: shapely.from_wkb(bytes(row.line)) for row in session.execute(_ROADS, asked)}
    for road in roads:
        making.name(Key(EntityKind.ROAD, road), road)
    for row in session.execute(_PLACES, asked):
        making.place(row)
    pairs, crossings = _crossings(roads)
    gazetteer = Gazetteer(
        names=tuple(making.names),
        houses={house: tuple(codes) for house, codes in making.houses.items()},
        zones=making.zones,
        doors={door: tuple(keys) for door, keys in making.doors.items()},
        lanes=making.lanes,
        crossings=pairs,
        compound_of=making.compound_of,
        version=version,
    )
    return Known(gazetteer, making.spots, making.titles, crossings)


def _crossings(
    roads: Mapping[str, shapely.Geometry],
) -> tuple[dict[frozenset[str], str], dict[str, Spot]]:
    """Return where roads of different names meet: a code for each pair, and its point."""
    names, lines = list(roads), list(roads.values())
    pairs: dict[frozenset[str], str] = {}
    spots: dict[str, Spot] = {}
    if not lines:
        return pairs, spots
    for one, other in _meeting(lines):
        code = f"{names[one]}/{names[other]}"
        point = shapely.point_on_surface(shapely.intersection(lines[one], lines[other]))
        pairs[frozenset((names[one], names[other]))] = code
        spots[code] = (point.x, point.y)
    return pairs, spots


def _meeting(lines: list[shapely.Geometry]) -> Iterable[tuple[int, int]]:
    first, second = shapely.STRtree(lines).query(lines, predicate="intersects")
    return ((int(a), int(b)) for a, b in zip(first, second, strict=True) if a < b)
