"""SQL: which grids answer for what a text names: buildings, compounds, roads, communities, surroundings of a spot.

Distances are taken in the plane of a point, as in `gridmap.geolocation.queries`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, Final

import shapely
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.geolocation.extent_sources import (
    LEAST_SHARE,
    Housed,
    Spot,
    by_code,
    nearest_first,
)
from gridmap.geolocation.held_extents import NamedRoad, Ways
from gridmap.geolocation.rules import BuildingCandidate, GridCandidate
from gridmap.geometry.crs import metres_per_degree

_BUILDINGS: Final = text("""
SELECT b.id, b.code, v.compound_id, gb.grid_id AS own, g.id AS grid_id, g.code AS grid_code, gv.name AS grid_name
FROM building b
JOIN building_version v ON v.building_id = b.id AND v.valid @> CAST(:day AS date)
LEFT JOIN grid_building gb ON gb.building_id = b.id AND gb.valid @> CAST(:day AS date)
LEFT JOIN (grid g JOIN grid_version gv ON gv.grid_id = g.id AND gv.valid @> CAST(:day AS date))
  ON g.id = gb.grid_id
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
LEFT JOIN (
    (SELECT grid_id FROM parts GROUP BY grid_id HAVING max(share) >= :least) p
    JOIN grid g ON g.id = p.grid_id
    JOIN grid_version v ON v.grid_id = g.id AND v.valid @> CAST(:day AS date)
) ON true
""")

_LINES: Final = """
SELECT name, ST_Collect(line ORDER BY code, id) AS line FROM road
WHERE valid @> CAST(:day AS date) AND name IS NOT NULL
"""

_ROAD: Final = text(f"""
WITH r AS ({_LINES} AND name = :name GROUP BY name)
SELECT g.id, g.code, v.name, ST_X(m.spot) AS lon, ST_Y(m.spot) AS lat FROM r
CROSS JOIN LATERAL ST_PointOnSurface(r.line) AS m(spot)
JOIN grid_version v ON v.valid @> CAST(:day AS date) AND ST_Intersects(v.boundary, r.line)
JOIN grid g ON g.id = v.grid_id
WHERE ST_Length(ST_Intersection(v.boundary, r.line)) >= :least * ST_Length(r.line)
""")  # noqa: S608 - no input is part of it

_ROADS: Final = text(f"""
SELECT r.name, ST_AsBinary(r.line) AS line, ST_X(m.spot) AS lon, ST_Y(m.spot) AS lat
FROM ({_LINES} GROUP BY name) r CROSS JOIN LATERAL ST_PointOnSurface(r.line) AS m(spot)
""")  # noqa: S608

_GRIDS: Final = text("""
SELECT g.id, g.code, v.name FROM grid g
JOIN grid_version v ON v.grid_id = g.id AND v.valid @> CAST(:day AS date)
WHERE g.id = ANY(:ids)
""")

_COMMUNITY: Final = text("""
SELECT g.id, g.code, v.name FROM area a
JOIN grid g ON g.community_id = a.id
JOIN grid_version v ON v.grid_id = g.id AND v.valid @> CAST(:day AS date)
WHERE a.code = :code
""")

_COMMUNITIES: Final = text("""
SELECT a.code, v.grid_id FROM area a
JOIN grid g ON g.community_id = a.id
JOIN grid_version v ON v.grid_id = g.id AND v.valid @> CAST(:day AS date)
""")

_NEAR: Final = """
SELECT g.id, g.code, n.name, n.away
FROM ({thing}) AS t(shape)
CROSS JOIN LATERAL (
    SELECT v.grid_id, v.name, ST_Distance(
        ST_TransScale(v.boundary, -:lon, -:lat, :east, :north),
        ST_TransScale(t.shape, -:lon, -:lat, :east, :north)
    ) AS away
    FROM grid_version v
    WHERE v.valid @> CAST(:day AS date)
      AND v.boundary && ST_Expand(t.shape, :reach * 1.01 / :east, :reach * 1.01 / :north)
) n
JOIN grid g ON g.id = n.grid_id
WHERE n.away <= :reach
"""
_NEAR_BUILDING: Final = text(
    _NEAR.format(
        thing="SELECT v.footprint FROM building b JOIN building_version v"
        " ON v.building_id = b.id AND v.valid @> CAST(:day AS date) WHERE b.code = :code"
    )
)
_NEAR_SPOT: Final = text(_NEAR.format(thing="SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)"))


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
    return (rows[0].compound_id if rows else None), _grids(rows)


def road(session: Session, name: str, day: date) -> tuple[Spot | None, list[GridCandidate]]:
    """Return a point of a road and the grids that it runs through or along; one statement."""
    rows = session.execute(_ROAD, {"name": name, "day": day, "least": LEAST_SHARE}).all()
    return ((rows[0].lon, rows[0].lat) if rows else None), _grids(rows)


def community(session: Session, code: str, day: date) -> list[GridCandidate]:
    """Return a community's grids; one statement."""
    return _grids(session.execute(_COMMUNITY, {"code": code, "day": day}))


def around_building(
    session: Session, code: str, spot: Spot, day: date, reach_m: float
) -> list[GridCandidate]:
    """Return the grids within reach of a building's footprint, the nearest first; one statement."""
    asked = _plane(spot) | {"code": code, "day": day, "reach": reach_m}
    return _near(session.execute(_NEAR_BUILDING, asked))


def around_spot(session: Session, spot: Spot, day: date, reach_m: float) -> list[GridCandidate]:
    """Return the grids within reach of a point (degrees, WGS 84), the nearest first; one statement."""
    return _near(session.execute(_NEAR_SPOT, _plane(spot) | {"day": day, "reach": reach_m}))


def ways(session: Session, day: date) -> Ways:
    """Return what a day in memory lacks: all named roads, the communities of grids; two statements."""
    found = session.execute(_ROADS, {"day": day}).all()
    lines = shapely.from_wkb([bytes(row.line) for row in found])
    of_community: dict[str, list[int]] = defaultdict(list)
    for code, grid_id in session.execute(_COMMUNITIES, {"day": day}):
        of_community[code].append(grid_id)
    return Ways(
        {
            row.name: NamedRoad((row.lon, row.lat), line)
            for row, line in zip(found, lines, strict=True)
        },
        {code: tuple(ids) for code, ids in of_community.items()},
    )


def _plane(spot: Spot) -> dict[str, float]:
    east, north = metres_per_degree(spot[1])
    return {"lon": spot[0], "lat": spot[1], "east": east, "north": north}


def _housed(row: Row[Any]) -> Housed:
    grid = None
    if row.grid_id is not None:
        grid = GridCandidate(row.grid_id, row.grid_code, row.grid_name, 0.0)
    building = BuildingCandidate(row.id, row.code, 0.0, 0.0, row.compound_id, row.own)
    return Housed(building, grid)


def _grids(rows: Iterable[Row[Any]]) -> list[GridCandidate]:
    return by_code(
        GridCandidate(row.id, row.code, row.name, 0.0) for row in rows if row.id is not None
    )


def _near(rows: Iterable[Row[Any]]) -> list[GridCandidate]:
    return nearest_first(GridCandidate(row.id, row.code, row.name, row.away) for row in rows)
