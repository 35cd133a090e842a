"""SQL: features of a layer as GeoJSON text, the county's extent, search by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.publishing.collections import BUILDINGS, EDGE_DIGITS
from gridmap.publishing.fields import Collection
from gridmap.publishing.searched import Searched

_IN_TILE = """f.spot && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
      AND ST_X(f.spot) >= :west AND ST_X(f.spot) < :east
      AND ST_Y(f.spot) > :south AND ST_Y(f.spot) <= :north"""


def _collected(collection: Collection, where: str = "true") -> str:
    """SQL that returns a whole FeatureCollection as text; right-hand rule as in RFC 7946."""
    shown = "".join(f", '{one.name}', f.{one.name}" for one in collection.stored if one.on_map)
    return f"""
        SELECT '{{"type":"FeatureCollection","features":[' || coalesce(string_agg(
            '{{"type":"Feature","id":' || to_json(f.code) || ',"properties":'
            || json_build_object('code', f.code{shown})
            || ',"geometry":' || ST_AsGeoJSON(ST_ForcePolygonCCW(f.geom), {EDGE_DIGITS}, 0) || '}}',
            ',' ORDER BY f.code), '') || ']}}'
        FROM ({collection.sql}) AS f WHERE f.valid @> CAST(:day AS date) AND {where}"""  # noqa: S608


def features_text(session: Session, collection: Collection, day: date) -> str:
    """Return a layer as of a day as GeoJSON text (WGS 84); one statement."""
    return str(session.scalar(text(_collected(collection)), {"day": day}))


def buildings_text(session: Session, bounds: tuple[float, float, float, float], day: date) -> str:
    """Return the buildings whose interior point lies in west, south, east, north as GeoJSON text.

    West and north edges belong to the tile, so that no point lies in two tiles.
    """
    west, south, east, north = bounds
    values = {"west": west, "south": south, "east": east, "north": north, "day": day}
    return str(session.scalar(text(_collected(BUILDINGS, _IN_TILE)), values))


def county_facts(session: Session, day: date) -> Row[Any] | None:
    """Return code, name and extent of the county as of a day, and the first day with data."""
    return session.execute(
        text("""
            SELECT c.code, v.name, ST_XMin(e.box) AS west, ST_YMin(e.box) AS south,
                   ST_XMax(e.box) AS east, ST_YMax(e.box) AS north, f.first_day
            FROM area c
            JOIN area_version v ON v.area_id = c.id AND v.valid @> CAST(:day AS date)
            CROSS JOIN (
                SELECT ST_Extent(boundary) AS box FROM area_version WHERE valid @> CAST(:day AS date)
            ) e
            CROSS JOIN (SELECT min(lower(valid)) AS first_day FROM area_version) f
            WHERE c.kind = 'county' ORDER BY c.code LIMIT 1"""),
        {"day": day},
    ).one_or_none()


_SEARCH = """
WITH also AS (
    SELECT entity_kind, entity_code, string_agg(text, ' ' ORDER BY text) AS words
    FROM place_name WHERE valid @> CAST(:day AS date) AND state = 'confirmed' GROUP BY entity_kind, entity_code
), named AS (
    SELECT 'community' AS kind, 1 AS rank, a.code, v.name AS title, t.name AS subtitle, v.boundary AS shape,
           concat_ws(' ', v.name, o.words) AS words, NULL AS number, NULL AS house_number
    FROM area a
    JOIN area_version v ON v.area_id = a.id AND v.valid @> CAST(:day AS date)
    LEFT JOIN area_version t ON t.area_id = a.parent_id AND t.valid @> CAST(:day AS date)
    LEFT JOIN also o ON o.entity_kind = 'community' AND o.entity_code = a.code
    WHERE a.kind = 'community' AND v.boundary IS NOT NULL
    UNION ALL
    SELECT 'grid', 2, g.code, v.name, a.name, v.boundary, v.name, NULL, NULL
    FROM grid g
    JOIN grid_version v ON v.grid_id = g.id AND v.valid @> CAST(:day AS date)
    LEFT JOIN area_version a ON a.area_id = g.community_id AND a.valid @> CAST(:day AS date)
    UNION ALL
    SELECT 'compound', 1, c.code, v.name, concat(v.lane_road, v.lane_number || '号'), v.boundary,
           concat_ws(' ', v.name, o.words), NULL, NULL
    FROM compound c JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
    LEFT JOIN also o ON o.entity_kind = 'compound' AND o.entity_code = c.code
    UNION ALL
    SELECT 'building', 3, b.code,
           coalesce(c.name, v.name, v.address, b.code) || coalesce(
               CASE WHEN v.number IS NOT NULL THEN coalesce(v.zone, '') || v.number || '号楼' END, ''),
           v.address, v.spot,
           concat_ws(' ', v.name, v.address, v.road || v.house_number || '号', o.words, c.name, e.words, v.zone),
           v.number, v.house_number
    FROM building b
    JOIN building_version v ON v.building_id = b.id AND v.valid @> CAST(:day AS date)
    LEFT JOIN compound_version c ON c.compound_id = v.compound_id AND c.valid @> CAST(:day AS date)
    LEFT JOIN compound i ON i.id = v.compound_id
    LEFT JOIN also o ON o.entity_kind = 'building' AND o.entity_code = b.code
    LEFT JOIN also e ON e.entity_kind = 'compound' AND e.entity_code = i.code
    UNION ALL
    SELECT 'centre', 2, s.code, s.name, s.address, s.spot, s.name, NULL, NULL
    FROM service_centre s WHERE s.valid @> CAST(:day AS date)
    UNION ALL
    SELECT 'place', 4, p.code, p.name, NULL, p.shape, concat_ws(' ', p.name, o.words), NULL, NULL
    FROM place p LEFT JOIN also o ON o.entity_kind = 'poi' AND o.entity_code = p.code
    WHERE p.valid @> CAST(:day AS date) AND p.name IS NOT NULL
    UNION ALL
    SELECT 'road', 5, min(r.code), r.name, NULL, ST_Collect(r.line), concat_ws(' ', r.name, min(o.words)), NULL, NULL
    FROM road r LEFT JOIN also o ON o.entity_kind = 'road' AND o.entity_code = r.name
    WHERE r.valid @> CAST(:day AS date) AND r.name IS NOT NULL GROUP BY r.name
)
SELECT kind, code, title, subtitle, ST_X(p.spot) AS lon, ST_Y(p.spot) AS lat,
       ST_XMin(n.shape) AS west, ST_YMin(n.shape) AS south, ST_XMax(n.shape) AS east, ST_YMax(n.shape) AS north
FROM (
    SELECT * FROM named
    WHERE code = :query OR (
        words ILIKE ALL (CAST(:patterns AS text[]))
        AND (CAST(:number AS text) IS NULL OR number = :number
             OR (:may_be_house AND house_number = :number)))
    ORDER BY (code = :query) DESC, (title = :query) DESC,
             (words ILIKE ANY (CAST(:starts AS text[]))) DESC, rank, length(title), title, code
    LIMIT :most
) n
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(n.shape) AS spot) p
ORDER BY (code = :query) DESC, (title = :query) DESC,
         (words ILIKE ANY (CAST(:starts AS text[]))) DESC, rank, length(title), title, code"""


def found(session: Session, wanted: Searched, day: date, most: int) -> Sequence[Row[Any]]:
    """Return what is wanted as of a day, best first; one statement."""
    escaped = [
        word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in wanted.words
    ]
    return session.execute(
        text(_SEARCH),
        {
            "query": wanted.query,
            "patterns": [f"%{word}%" for word in escaped],
            "starts": [pattern for word in escaped[:1] for pattern in (f"{word}%", f"% {word}%")],
            "number": wanted.number,
            "may_be_house": wanted.may_be_house,
            "day": day,
            "most": most,
        },
    ).all()
