"""SQL: which grids answer for what a text names: buildings, compounds, roads, communities, surroundings of a spot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.geolocation.rules import BuildingCandidate, GridCandidate

LEAST_SHARE: Final = 0.02
"""A grid that has a smaller part of a compound's or a road's extent is not meant by its name."""

_BUILDINGS: Final = text("""
SELECT b.id, b.code, v.compound_id, g.id AS grid_id, g.code AS grid_code, gv.name AS grid_name
FROM building b
JOIN building_version v ON v.building_id = b.id AND v.valid @> CAST(:day AS date)
LEFT JOIN grid_building gb ON gb.building_id = b.id AND gb.valid @> CAST(:day AS date)
LEFT JOIN grid g ON g.id = gb.grid_id
LEFT JOIN grid_version gv ON gv.grid_id = g.id AND gv.valid @> CAST(:day AS date)
WHERE b.code = ANY(:codes)
""")

_COMPOUND: Final = text("""
WITH c AS (
    SELECT c.id, v.boundary FROM compound c
    JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
    WHERE c.code = :code
),
parts AS (
    SELECT gb.grid_id, 1.0 AS share FROM c
    JOIN building_version b ON b.compound_id = c.id AND b.valid @> CAST(:day AS date)
    JOIN grid_building gb ON gb.building_id = b.building_id AND gb.valid @> CAST(:day AS date)
    UNION ALL
    SELECT v.grid_id, ST_Area(ST_Intersection(v.boundary, c.boundary)) / ST_Area(c.boundary)
    FROM c JOIN grid_version v ON v.valid @> CAST(:day AS date) AND ST_Intersects(v.boundary, c.boundary)
)
SELECT c.id AS compound_id, g.id, g.code, v.name FROM c
LEFT JOIN (SELECT grid_id FROM parts GROUP BY grid_id HAVING max(share) >= :least) p ON true
LEFT JOIN grid g ON g.id = p.grid_id
LEFT JOIN grid_version v ON v.grid_id = g.id AND v.valid @> CAST(:day AS date)
ORDER BY g.code
""")

_ROAD: Final = text("""
WITH r AS (
    SELECT ST_Collect(line) AS line FROM road WHERE name = :code AND valid @> CAST(:day AS date)
)
SELECT g.id, g.code, v.name, ST_X(m.spot) AS lon, ST_Y(m.spot) AS lat FROM r
CROSS JOIN LATERAL ST_PointOnSurface(r.line) AS m(spot)
JOIN grid_version v ON v.valid @> CAST(:day AS date) AND ST_Intersects(v.boundary, r.line)
JOIN grid g ON g.id = v.grid_id
WHERE ST_Length(ST_Intersection(v.boundary, r.line)) >= :least * ST_Length(r.line)
ORDER BY g.code
""")

_GRIDS: Final = text("""
SELECT g.id, g.code, v.name FROM grid g
JOIN grid_version v ON v.grid_id = g.id AND v.valid @> CAST(:day AS date)
WHERE g.id = ANY(:ids) ORDER BY g.code
""")

_COMMUNITY: Final = text("""
SELECT g.id, g.code, v.name FROM area a
JOIN grid g ON g.community_id = a.id
JOIN grid_version v ON v.grid_id = g.id AND v.valid @> CAST(:day AS date)
WHERE a.code = :code ORDER BY g.code
""")

_AROUND: Final = text("""
SELECT g.id, g.code, v.name,
       ST_Distance(CAST(v.boundary AS geography), CAST(b.footprint AS geography)) AS away
FROM building_version b
JOIN building h ON h.id = b.building_id AND h.code = :code
JOIN grid_version v ON v.valid @> CAST(:day AS date)
 AND v.boundary && ST_Expand(b.footprint, :reach / 60000.0)
 AND ST_DWithin(CAST(v.boundary AS geography), CAST(b.footprint AS geography), :reach)
JOIN grid g ON g.id = v.grid_id
WHERE b.valid @> CAST(:day AS date) ORDER BY away, g.code
""")

_NEAR: Final = text("""
SELECT g.id, g.code, v.name,
       ST_Distance(CAST(v.boundary AS geography), CAST(s.spot AS geography)) AS away
FROM (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS spot) AS s
JOIN grid_version v ON v.valid @> CAST(:day AS date)
 AND v.boundary && ST_Expand(s.spot, :reach / 60000.0)
 AND ST_DWithin(CAST(v.boundary AS geography), CAST(s.spot AS geography), :reach)
JOIN grid g ON g.id = v.grid_id
ORDER BY away, g.code
""")


Spot = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84)."""


@dataclass(frozen=True, slots=True)
class Housed:
    """A building that a text can mean, and the grid that has it."""

    building: BuildingCandidate
    grid: GridCandidate | None


def buildings(session: Session, codes: Sequence[str], day: date) -> list[Housed]:
    """Return buildings with their grids on a day, in the order of the codes; one statement."""
    rows = session.execute(_BUILDINGS, {"codes": list(codes), "day": day})
    found = {row.code: _housed(row) for row in rows}
    return [found[code] for code in codes if code in found]


def grids(session: Session, ids: Collection[int], day: date) -> list[GridCandidate]:
    """Return grids by their ids; one statement."""
    return _grids(session.execute(_GRIDS, {"ids": sorted(ids), "day": day}))


def compound(session: Session, code: str, day: date) -> tuple[int | None, list[GridCandidate]]:
    """Return a compound's id and the grids that have buildings or a part of it; one statement."""
    rows = session.execute(_COMPOUND, {"code": code, "day": day, "least": LEAST_SHARE}).all()
    return (rows[0].compound_id if rows else None), _grids(row for row in rows if row.id)


def road(session: Session, code: str, day: date) -> tuple[Spot | None, list[GridCandidate]]:
    """Return a point of a road and the grids that it runs through or along; one statement."""
    rows = session.execute(_ROAD, {"code": code, "day": day, "least": LEAST_SHARE}).all()
    return ((rows[0].lon, rows[0].lat) if rows else None), _grids(rows)


def community(session: Session, code: str, day: date) -> list[GridCandidate]:
    """Return a community's grids; one statement."""
    return _grids(session.execute(_COMMUNITY, {"code": code, "day": day}))


def around_building(session: Session, code: str, day: date, reach_m: float) -> list[GridCandidate]:
    """Return the grids within reach of a building's footprint, the nearest first; one statement."""
    rows = session.execute(_AROUND, {"code": code, "day": day, "reach": reach_m})
    return [GridCandidate(row.id, row.code, row.name, row.away) for row in rows]


def around_spot(session: Session, spot: Spot, day: date, reach_m: float) -> list[GridCandidate]:
    """Return the grids within reach of a point (degrees, WGS 84), the nearest first; one statement."""
    asked = {"lon": spot[0], "lat": spot[1], "day": day, "reach": reach_m}
    return [
        GridCandidate(row.id, row.code, row.name, row.away) for row in session.execute(_NEAR, asked)
    ]


def _housed(row: Row[tuple[object, ...]]) -> Housed:
    grid = None
    if row.grid_id is not None:
        grid = GridCandidate(row.grid_id, row.grid_code, row.grid_name or "", 0.0)
    building = BuildingCandidate(row.id, row.code, 0.0, 0.0, 0.0, row.compound_id, row.grid_id)
    return Housed(building, grid)


def _grids(rows: Iterable[Row[tuple[object, ...]]]) -> list[GridCandidate]:
    return [GridCandidate(row.id, row.code, row.name, 0.0) for row in rows]
