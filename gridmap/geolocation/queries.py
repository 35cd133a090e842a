"""SQL: what lies near points on a day, and who answers there.

Distances are taken in each point's own plane: the geometry is moved to the point and scaled by the
metres per degree there (ST_TransScale). That map is affine, so inside and outside are the same as
in the stored coordinates, and near the point its metres are true to some millimetres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.geolocation.rules import (
    BUILDING_REACH_M,
    EDGE_M,
    ROAD_EDGE_M,
    BuildingCandidate,
    Candidates,
    GridCandidate,
)

# A box of `reach` metres around the spot, for the spatial index: the literal is built from the
# spot, the column stays bare. 1.01 covers rounding of the box, never decides.
_NEAR = text("""
WITH spot AS MATERIALIZED (
    SELECT key, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS point, lon, lat, east, north, reach
    FROM unnest(
        CAST(:keys AS int[]), CAST(:lons AS float8[]), CAST(:lats AS float8[]),
        CAST(:easts AS float8[]), CAST(:norths AS float8[]), CAST(:reaches AS float8[])
    ) AS s(key, lon, lat, east, north, reach)
),
origin AS (SELECT ST_SetSRID(ST_MakePoint(0, 0), 4326) AS o),
near_grid AS MATERIALIZED (
    SELECT s.key, v.grid_id, v.name, ST_Distance(l.shape, o) AS distance_m,
           CASE WHEN ST_Intersects(l.shape, o) THEN ST_Distance(ST_Boundary(l.shape), o) ELSE 0 END AS depth_m,
           CASE WHEN s.reach > :edge THEN ST_AsBinary(l.shape) END AS shape
    FROM spot s
    CROSS JOIN origin
    JOIN grid_version v ON v.valid @> CAST(:day AS date)
     AND v.boundary && ST_Expand(s.point, s.reach * 1.01 / s.east, s.reach * 1.01 / s.north)
    CROSS JOIN LATERAL (SELECT ST_TransScale(v.boundary, -s.lon, -s.lat, s.east, s.north) AS shape) l
    WHERE ST_DWithin(l.shape, o, s.reach)
)
SELECT n.key, 'grid' AS kind, g.id, g.code, n.name, n.distance_m, n.depth_m,
       NULL::float8 AS area_m2, NULL::int AS compound_id, NULL::int AS grid_id, n.shape
FROM near_grid n JOIN grid g ON g.id = n.grid_id
UNION ALL
SELECT s.key, 'grid', g.id, g.code, v.name,
       ST_Distance(ST_TransScale(v.boundary, -s.lon, -s.lat, s.east, s.north), o), 0, NULL, NULL, NULL, NULL
FROM spot s
CROSS JOIN origin
CROSS JOIN LATERAL (
    SELECT grid_id, name, boundary FROM grid_version
    WHERE valid @> CAST(:day AS date)
    ORDER BY boundary <-> s.point, grid_id LIMIT 4
) v
JOIN grid g ON g.id = v.grid_id
WHERE NOT EXISTS (SELECT 1 FROM near_grid n WHERE n.key = s.key)
UNION ALL
SELECT s.key, 'building', b.id, b.code, NULL, ST_Distance(l.shape, o), 0,
       ST_Area(l.shape), v.compound_id, gb.grid_id, CASE WHEN s.reach > :edge THEN ST_AsBinary(l.shape) END
FROM spot s
CROSS JOIN origin
JOIN building_version v ON v.valid @> CAST(:day AS date)
 AND v.footprint && ST_Expand(s.point, :building_reach * 1.01 / s.east, :building_reach * 1.01 / s.north)
CROSS JOIN LATERAL (SELECT ST_TransScale(v.footprint, -s.lon, -s.lat, s.east, s.north) AS shape) l
JOIN building b ON b.id = v.building_id
LEFT JOIN grid_building gb ON gb.building_id = b.id AND gb.valid @> CAST(:day AS date)
WHERE ST_DWithin(l.shape, o, :building_reach)
UNION ALL
SELECT s.key, 'compound', c.id, c.code, v.name, 0, 0,
       ST_Area(ST_TransScale(v.boundary, -s.lon, -s.lat, s.east, s.north)), NULL, NULL, NULL
FROM spot s
JOIN compound_version v ON v.valid @> CAST(:day AS date) AND ST_Intersects(v.boundary, s.point)
JOIN compound c ON c.id = v.compound_id
UNION ALL
SELECT s.key, 'road', rg.grid_id, r.code, r.name,
       ST_Distance(ST_TransScale(r.line, -s.lon, -s.lat, s.east, s.north), o), 0, NULL, NULL, rg.grid_id, NULL
FROM spot s
CROSS JOIN origin
JOIN road r ON r.valid @> CAST(:day AS date)
 AND r.line && ST_Expand(s.point, :road_reach * 1.01 / s.east, :road_reach * 1.01 / s.north)
JOIN road_grid rg ON rg.road_code = r.code AND rg.valid @> CAST(:day AS date)
WHERE ST_DWithin(ST_TransScale(r.line, -s.lon, -s.lat, s.east, s.north), o, :road_reach)
""")


def candidates_near(
    session: Session,
    points: Sequence[tuple[float, float, float, float, float]],
    day: date,
) -> list[Candidates]:
    """Return what lies near each point on a day, in the order of the points; one statement.

    Args:
        session: open session.
        points: (lon, lat, metres per degree east, per degree north, reach for grids in metres);
            the reach is at least `EDGE_M`, wider for the circle of a phone's position.
        day: day in Asia/Shanghai.
    """
    columns: Sequence[tuple[float, ...]] = list(zip(*points, strict=True)) if points else [()] * 5
    lons, lats, easts, norths, reaches = (list(column) for column in columns)
    rows = session.execute(
        _NEAR,
        {
            "keys": list(range(len(points))),
            "lons": lons,
            "lats": lats,
            "easts": easts,
            "norths": norths,
            "reaches": [max(reach, EDGE_M) for reach in reaches],
            "day": day,
            "building_reach": BUILDING_REACH_M,
            "road_reach": ROAD_EDGE_M,
            "edge": EDGE_M,
        },
    ).all()
    by_point: list[list[Any]] = [[] for _ in points]
    for row in rows:
        by_point[row.key].append(row)
    return [_candidates(found) for found in by_point]


def _candidates(rows: Iterable[Any]) -> Candidates:
    rows = list(rows)
    compounds = sorted((r for r in rows if r.kind == "compound"), key=lambda r: (r.area_m2, r.code))
    roads = sorted((r for r in rows if r.kind == "road"), key=lambda r: (r.distance_m, r.code))
    return Candidates(
        grids=tuple(
            GridCandidate(r.id, r.code, r.name, r.distance_m, r.depth_m, _shape(r.shape))
            for r in rows
            if r.kind == "grid"
        ),
        buildings=tuple(
            BuildingCandidate(
                r.id,
                r.code,
                r.distance_m,
                r.area_m2,
                r.compound_id,
                r.grid_id,
                _shape(r.shape),
            )
            for r in rows
            if r.kind == "building"
        ),
        compounds=tuple(r.id for r in compounds),
        road_owners=tuple(r.grid_id for r in roads),
    )


def _shape(binary: memoryview | bytes | None) -> shapely.Geometry | None:
    return None if binary is None else shapely.from_wkb(bytes(binary))


_ANSWERABLE = text("""
WITH RECURSIVE up AS (
    SELECT a.id, a.kind, a.code, a.parent_id FROM area a
    WHERE a.kind = 'county' OR a.id IN (SELECT community_id FROM grid WHERE id = ANY(:grids))
    UNION
    SELECT p.id, p.kind, p.code, p.parent_id FROM area p JOIN up ON up.parent_id = p.id
)
SELECT 'area' AS kind, to_jsonb(t) AS facts FROM (
    SELECT up.id, up.kind, up.code, up.parent_id, v.name
    FROM up JOIN area_version v ON v.area_id = up.id AND v.valid @> CAST(:day AS date)
) t
UNION ALL
SELECT 'grid', to_jsonb(t) FROM (
    SELECT g.id, g.code, g.community_id, v.name
    FROM grid g JOIN grid_version v ON v.grid_id = g.id AND v.valid @> CAST(:day AS date)
    WHERE g.id = ANY(:grids)
) t
UNION ALL
SELECT 'building', to_jsonb(t) FROM (
    SELECT b.id, b.code, v.number, v.zone, v.name, v.address, v.kind, v.units, v.floors, v.households,
           v.residents, v.compound_id, ST_X(v.spot) AS lon, ST_Y(v.spot) AS lat
    FROM building b JOIN building_version v ON v.building_id = b.id AND v.valid @> CAST(:day AS date)
    WHERE b.id = ANY(:buildings)
) t
UNION ALL
SELECT 'compound', to_jsonb(t) FROM (
    SELECT c.id, c.code, v.name, pc.name AS company, pc.phone AS company_phone,
           lower(k.valid) AS company_since, u.id IS NOT NULL AS in_ledger, u.self_management
    FROM compound c
    JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
    LEFT JOIN property_contract k ON k.compound_id = c.id AND k.valid @> CAST(:day AS date)
    LEFT JOIN property_company pc ON pc.id = k.company_id
    LEFT JOIN unserved_compound u ON u.compound_id = c.id AND u.valid @> CAST(:day AS date)
    WHERE c.id = ANY(:compounds)
) t
UNION ALL
SELECT 'party', to_jsonb(t) FROM (
    SELECT organisation_id AS id, kind, name, full_members, probationary_members,
           area_id, grid_id, building_id
    FROM party_version
    WHERE valid @> CAST(:day AS date)
      AND (area_id IN (SELECT id FROM up) OR grid_id = ANY(:grids) OR building_id = ANY(:buildings))
) t
UNION ALL
SELECT 'post', to_jsonb(t) FROM (
    SELECT p.id AS post_id, p.kind, p.person_id, n.name, p.area_id, p.grid_id, p.building_id, p.compound_id,
           p.unit, lower(p.valid) AS since, p.term_end, p.duty_phone, y.name AS seconded_from
    FROM post p
    JOIN person n ON n.id = p.person_id
    LEFT JOIN agency y ON y.id = p.seconded_from_id
    WHERE p.valid @> CAST(:day AS date)
      AND p.kind <> 'part_time_worker'
      AND (p.area_id IN (SELECT id FROM up) OR p.grid_id = ANY(:grids)
           OR p.building_id = ANY(:buildings) OR p.compound_id = ANY(:compounds))
    ORDER BY p.kind, p.id
) t
""")


def answerable_facts(
    session: Session,
    day: date,
    *,
    grids: Iterable[int],
    buildings: Iterable[int],
    compounds: Iterable[int],
) -> dict[str, list[dict[str, Any]]]:
    """Return names, party tree, posts and property of these places on a day; one statement.

    Part-time workers are left out: they help, they do not answer.
    """
    rows = session.execute(
        _ANSWERABLE,
        {
            "day": day,
            "grids": sorted(set(grids)),
            "buildings": sorted(set(buildings)),
            "compounds": sorted(set(compounds)),
        },
    )
    facts: dict[str, list[dict[str, Any]]] = {}
    for kind, row in rows:
        facts.setdefault(kind, []).append(row)
    return facts
