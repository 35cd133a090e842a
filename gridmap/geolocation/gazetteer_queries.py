"""SQL: every name and number of a day that a place can be told by, in a fixed number of statements."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import shapely
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.geolocation.curated import (
    Curated,
    CuratedAddress,
    CuratedName,
    Known,
    Spot,
    with_curated,
)
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
from gridmap.terms import Named, Parity

__all__ = [
    "BASE_LAYERS",
    "LAYERS",
    "Curated",
    "Known",
    "Spot",
    "known",
    "names_of",
    "names_within",
    "with_curated",
    "zone_of",
]

BASE_LAYERS: Final = ("areas", "compounds", "buildings", "geography")
"""Layers whose changes make other names; see `gridmap.store.revision`."""
LAYERS: Final = (*BASE_LAYERS, "names")
"""The same with what people decide: where only that has changed, `names_of` and `with_curated` are enough."""

_ZONE_END: Final = re.compile("[期区]\\Z")

_AREAS: Final = text("""
SELECT a.kind, a.code, v.name, ST_X(p.spot) AS lon, ST_Y(p.spot) AS lat
FROM area a JOIN area_version v ON v.area_id = a.id AND v.valid @> CAST(:day AS date),
LATERAL ST_PointOnSurface(v.boundary) AS p(spot)
ORDER BY a.code
""")

_COMPOUNDS: Final = text("""
SELECT c.code, v.name, v.zones, v.lane_road, v.lane_number,
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
SELECT p.code, p.name, p.road, p.house_number, ST_X(s.spot) AS lon, ST_Y(s.spot) AS lat,
       (SELECT b.code FROM building_version v JOIN building b ON b.id = v.building_id
        WHERE v.valid @> CAST(:day AS date) AND ST_Covers(v.footprint, s.spot)
        ORDER BY ST_Area(v.footprint), b.code LIMIT 1) AS building
FROM place p, LATERAL ST_PointOnSurface(p.shape) AS s(spot)
WHERE p.valid @> CAST(:day AS date) AND (p.name IS NOT NULL OR p.road IS NOT NULL) ORDER BY p.code
""")

_CURATED: Final = text("""
SELECT n.entity_kind AS kind, n.entity_code AS code, n.text, n.state, NULL AS road, NULL AS lane,
       NULL::integer AS first, NULL::integer AS last, NULL AS parity, NULL AS suffix,
       NULL::float AS lon, NULL::float AS lat
FROM place_name n WHERE n.valid @> CAST(:day AS date) AND n.state <> 'proposed'
UNION ALL
SELECT a.target_kind, a.target_code, NULL, a.state, a.road, a.lane, a.first, a.last, a.parity, a.suffix,
       ST_X(a.spot), ST_Y(a.spot)
FROM address a WHERE a.valid @> CAST(:day AS date)
ORDER BY kind, code, text, road, lane, first
""")

_WITHIN: Final = text("""
SELECT text, bool_and(entity_kind IN ('road', 'community')) AS frame FROM entity_name
WHERE valid @> CAST(:day AS date) AND state = 'confirmed' AND length(text) > 1
  AND (position(text IN :written) > 0 OR position(text IN :folded) > 0
       OR (:numbered AND text ~ '[〇零一二两三四五六七八九十0-9]'))
GROUP BY text
""")


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
        self.door(key, row.road, row.house_number)

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
        key = Key(EntityKind.POI, row.code)
        if row.building:
            key = Key(EntityKind.BUILDING, row.building)
        else:
            self.spots[key] = (row.lon, row.lat)
            self.titles[key] = row.name or f"{row.road}{row.house_number or ''}号"
        self.name(key, row.name)
        self.door(key, row.road, row.house_number)

    def door(self, key: Key, road: str | None, written: str | None) -> None:
        """Note the numbers of an address, and that its road is one."""
        if road and written:
            for number in numbers_in(written):
                self.doors[Door(road, number)][key] = None
            self.name(Key(EntityKind.ROAD, road), road)


def zone_of(written: str) -> str:
    """Return a zone as it is compared: folded, without 期 or 区.

    >>> zone_of("一期"), zone_of("东区"), zone_of("")
    ('1', '东', '')
    """
    return _ZONE_END.sub("", fold(written))


def known(session: Session, day: date, version: str) -> Known:
    """Return all names of a day; six statements.

    Args:
        session: any session; nothing is written.
        day: of the ledger.
        version: of the data, for the gazetteer to carry.
    """
    return with_curated(_base(session, day), names_of(session, day), version)


def names_of(session: Session, day: date) -> Curated:
    """Return what people have decided about names and addresses, of a day; one statement.

    `with_curated(known.base, names_of(session, day), version)` makes the new `Known` where nothing but
    the layer ``names`` has changed.
    """
    names: list[CuratedName] = []
    addresses: list[CuratedAddress] = []
    for row in session.execute(_CURATED, {"day": day}):
        rejected = row.state == "rejected"
        if row.road is None:
            names.append(CuratedName(Named(row.kind), row.code, row.text, rejected))
            continue
        spot = None if row.lon is None else (row.lon, row.lat)
        span = (row.lane, row.first, row.last, Parity(row.parity), row.suffix)
        addresses.append(CuratedAddress(row.kind, row.code, row.road, *span, spot, rejected))
    return Curated(tuple(names), tuple(addresses))


def names_within(session: Session, day: date, phrase: str, written: str) -> dict[str, bool]:
    """Return the folded names of a day that stand in a folded phrase of a text; one statement.

    Args:
        session: any session; nothing is written.
        day: of the ledger.
        phrase: folded.
        written: the text as somebody wrote it: a name's own characters can differ from the folded ones.

    Returns:
        Whether each name is only that of a road or a community.
    """
    numbered = any(sign.isdigit() for sign in phrase)  # 崂山三村 is 崂山3村 in a folded phrase
    asked = {"day": day, "written": written, "folded": phrase, "numbered": numbered}
    found: dict[str, bool] = {}
    for row in session.execute(_WITHIN, asked):
        name = fold(row.text)
        if name in phrase:
            found[name] = row.frame and found.get(name, True)
    return found


def _base(session: Session, day: date) -> Known:
    """Return the names that the entities themselves have; five statements."""
    making, asked = _Making(), {"day": day}
    areas = session.execute(_AREAS, asked).all()
    for row in areas:
        if row.kind == "community" and row.lon is not None:
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
        areas=frozenset(row.name for row in areas),
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
