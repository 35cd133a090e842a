"""SQL: addresses of a day, those of the buildings and compounds themselves and those that people keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, select, text, update
from sqlalchemy.orm import Session

from gridmap.gazetteer.entities import BUILDING_TITLE
from gridmap.ledger.names import Address
from gridmap.store.base import ended, from_day

Found = Row[*tuple[Any, ...]]

_ALL: Final = f"""
SELECT NULL::integer AS id, v.road, CASE WHEN v.house_number LIKE '%弄' THEN rtrim(v.house_number, '弄') END AS lane,
       CASE WHEN v.house_number NOT LIKE '%弄' THEN v.house_number END AS number, NULL AS written,
       'building' AS target_kind, b.code AS target_code, {BUILDING_TITLE} AS title,
       coalesce(g.community_id, cv.community_id) AS community_id,
       'confirmed' AS state, 'import' AS source, v.valid, NULL AS unit, NULL AS room
FROM building b JOIN building_version v ON v.building_id = b.id AND v.valid @> CAST(:day AS date)
LEFT JOIN compound_version cv ON cv.compound_id = v.compound_id AND cv.valid @> CAST(:day AS date)
LEFT JOIN grid_building gb ON gb.building_id = b.id AND gb.valid @> CAST(:day AS date)
LEFT JOIN grid g ON g.id = gb.grid_id
WHERE v.road IS NOT NULL AND v.house_number IS NOT NULL
UNION ALL
SELECT NULL, v.lane_road, v.lane_number, NULL, NULL, 'compound', c.code, v.name, v.community_id, 'confirmed', 'import',
       v.valid, NULL, NULL
FROM compound c JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
WHERE v.lane_road IS NOT NULL AND v.lane_number IS NOT NULL
UNION ALL
SELECT NULL, p.road, NULL, p.house_number, NULL, 'poi', p.code, coalesce(p.name, p.code), (
           SELECT s.area_id FROM area_version s JOIN area r ON r.id = s.area_id AND r.kind = 'community'
           WHERE s.valid @> CAST(:day AS date) AND ST_Covers(s.boundary, ST_PointOnSurface(p.shape))
           ORDER BY s.area_id LIMIT 1), 'confirmed', 'import', p.valid, NULL, NULL
FROM place p WHERE p.valid @> CAST(:day AS date) AND p.road IS NOT NULL AND p.house_number IS NOT NULL
UNION ALL
SELECT a.id, a.road, a.lane, NULL, a.written, a.target_kind, a.target_code,
       coalesce(cv.name, {BUILDING_TITLE.replace("cv.", "bc.")}, a.target_code),
       coalesce(cv.community_id, g.community_id, bc.community_id, (
           SELECT s.area_id FROM area_version s JOIN area r ON r.id = s.area_id AND r.kind = 'community'
           WHERE s.valid @> CAST(:day AS date) AND ST_Covers(s.boundary, a.spot) ORDER BY s.area_id LIMIT 1)),
       a.state, a.source, a.valid, a.unit, a.room
FROM address a
LEFT JOIN compound c ON a.target_kind = 'compound' AND c.code = a.target_code
LEFT JOIN compound_version cv ON cv.compound_id = c.id AND cv.valid @> CAST(:day AS date)
LEFT JOIN building b ON a.target_kind = 'building' AND b.code = a.target_code
LEFT JOIN building_version v ON v.building_id = b.id AND v.valid @> CAST(:day AS date)
LEFT JOIN compound_version bc ON bc.compound_id = v.compound_id AND bc.valid @> CAST(:day AS date)
LEFT JOIN grid_building gb ON gb.building_id = b.id AND gb.valid @> CAST(:day AS date)
LEFT JOIN grid g ON g.id = gb.grid_id
WHERE a.valid @> CAST(:day AS date)
"""  # noqa: S608 - made of constants only

_LISTED: Final = text(f"""
WITH told AS (
    SELECT l.*, coalesce(l.written, l.road || coalesce(l.lane || '弄', '') || coalesce(l.number || '号', '')) AS shown
    FROM ({_ALL}) l
)
SELECT l.*, lower(l.valid) AS begins, upper(l.valid) AS ends, n.name AS where_it_is, count(*) OVER () AS total
FROM told l
LEFT JOIN area_version n ON n.area_id = l.community_id AND n.valid @> CAST(:day AS date)
WHERE (CAST(:words AS text) IS NULL OR l.shown ILIKE :words OR l.title ILIKE :words OR l.target_code = :exact)
  AND (NOT :own OR l.id IS NOT NULL)
  AND (CAST(:community AS text) IS NULL OR l.community_id = (SELECT id FROM area WHERE code = :community))
ORDER BY l.road, coalesce(l.lane, ''),
         coalesce(substring(substr(l.shown, length(l.road) + 1) FROM '[0-9]+'), '0')::bigint,
         l.shown, l.title, l.target_code, lower(l.valid)
LIMIT :most OFFSET :skip
""")  # noqa: S608 - made of constants only


@dataclass(frozen=True, slots=True)
class Filters:
    """What addresses somebody looks for; empty fields ask for everything.

    Attributes:
        words: part of the address or of what has it.
        community: code of its community.
        own: leave out those that stand with their building or compound.
    """

    words: str = ""
    community: str = ""
    own: bool = False


def listed(
    session: Session, day: date, filters: Filters, most: int, skip: int = 0
) -> Sequence[Found]:
    """Return addresses as of a day, in the order of roads and numbers."""
    escaped = filters.words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    asked = {
        "day": day,
        "words": f"%{escaped}%" if escaped else None,
        "exact": filters.words,
        "community": filters.community or None,
        "own": filters.own,
        "most": most,
        "skip": skip,
    }
    return session.execute(_LISTED, asked).all()


_AT: Final = text("""
SELECT v.area_id FROM area_version v JOIN area a ON a.id = v.area_id AND a.kind = 'community'
WHERE v.valid @> CAST(:day AS date)
  AND ST_Covers(v.boundary, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)) ORDER BY v.area_id LIMIT 1
""")


def community_at(session: Session, day: date, lon: float, lat: float) -> int | None:
    """Return the id of the community in which a point lies."""
    found: int | None = session.scalar(_AT, {"day": day, "lon": lon, "lat": lat})
    return found


def locked(session: Session, address_id: int) -> Address | None:
    """Return a row that nobody else changes meanwhile; None where there is none."""
    query = select(Address).where(Address.id == address_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def standing(session: Session, target: tuple[str, str], written: str, day: date) -> Found | None:
    """Return an address of a target that holds on a day or later, if it has one that is written so."""
    table: Any = Address
    query = select(table.id, table.state, table.valid).where(
        table.target_kind == target[0],
        table.target_code == target[1],
        table.written == written,
        table.valid.op("&&")(from_day(day)),
    )
    return session.execute(query.limit(1)).one_or_none()


def end_at(session: Session, address_id: int, day: date) -> None:
    """Let a row hold until a day."""
    table: Any = Address
    session.execute(
        update(Address).where(table.id == address_id).values(valid=ended(table.valid, day))
    )
