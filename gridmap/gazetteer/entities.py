"""SQL: what names stand for on a day, what it is called, and in which communities it lies."""

from __future__ import annotations

from typing import Final

BUILDING_TITLE: Final = """coalesce(
    cv.name || coalesce(v.zone, '') || v.number || '号楼', v.name, v.road || v.house_number || '号', b.code)"""

ENTITIES: Final = f"""
SELECT 'community' AS kind, a.code, v.name AS title, ARRAY[a.id] AS communities
FROM area a JOIN area_version v ON v.area_id = a.id AND v.valid @> CAST(:day AS date)
WHERE a.kind = 'community'
UNION ALL
SELECT 'compound', c.code, v.name,
       CASE WHEN v.community_id IS NULL THEN ARRAY[]::integer[] ELSE ARRAY[v.community_id] END
FROM compound c JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
UNION ALL
SELECT 'building', b.code, {BUILDING_TITLE},
       CASE WHEN coalesce(g.community_id, cv.community_id) IS NULL THEN ARRAY[]::integer[]
            ELSE ARRAY[coalesce(g.community_id, cv.community_id)] END
FROM building b
JOIN building_version v ON v.building_id = b.id AND v.valid @> CAST(:day AS date)
LEFT JOIN compound_version cv ON cv.compound_id = v.compound_id AND cv.valid @> CAST(:day AS date)
LEFT JOIN grid_building gb ON gb.building_id = b.id AND gb.valid @> CAST(:day AS date)
LEFT JOIN grid g ON g.id = gb.grid_id
UNION ALL
SELECT 'road', r.name, r.name, ARRAY(
    SELECT DISTINCT v.area_id FROM road o
    JOIN area_version v ON ST_Intersects(v.boundary, o.line) AND v.valid @> CAST(:day AS date)
    JOIN area a ON a.id = v.area_id AND a.kind = 'community'
    WHERE o.name = r.name AND o.valid @> CAST(:day AS date))
FROM (SELECT DISTINCT name FROM road WHERE name IS NOT NULL AND valid @> CAST(:day AS date)) r
UNION ALL
SELECT 'poi', p.code, p.name, ARRAY(
    SELECT v.area_id FROM area_version v JOIN area a ON a.id = v.area_id AND a.kind = 'community'
    WHERE v.valid @> CAST(:day AS date) AND ST_Covers(v.boundary, ST_PointOnSurface(p.shape))
    ORDER BY v.area_id LIMIT 1)
FROM place p WHERE p.name IS NOT NULL AND p.valid @> CAST(:day AS date)
UNION ALL
SELECT 'crossing', x.code, replace(x.code, '/', '与') || '路口', ARRAY(
    SELECT v.area_id FROM area_version v JOIN area a ON a.id = v.area_id AND a.kind = 'community'
    WHERE v.valid @> CAST(:day AS date) AND ST_Intersects(v.boundary, x.spot))
FROM (
    SELECT n.code, ST_Intersection(
        (SELECT ST_Collect(line) FROM road WHERE name = split_part(n.code, '/', 1) AND valid @> CAST(:day AS date)),
        (SELECT ST_Collect(line) FROM road WHERE name = split_part(n.code, '/', 2) AND valid @> CAST(:day AS date))
    ) AS spot
    FROM (SELECT DISTINCT entity_code AS code FROM place_name WHERE entity_kind = 'crossing'
          UNION SELECT CAST(:crossing AS text) WHERE CAST(:crossing AS text) IS NOT NULL) n
) x WHERE NOT ST_IsEmpty(x.spot)
"""  # noqa: S608 - made of this module's constants only
"""Kind, code, title and ids of communities of everything that can have a name; asks for `day` and `crossing`."""
