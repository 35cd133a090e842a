"""SQL: buildings with a party group, and members who live where they do not belong; as of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

Found = Row[*tuple[Any, ...]]

_APART = text("""
SELECT m.person_id, p.name AS person, o.code, org.name AS organisation,
       concat(c.name, coalesce(v.zone || v.number || '号楼', v.number || '号楼', v.name, v.address, b.code)) AS house,
       b.code AS building, ST_X(v.spot) AS lon, ST_Y(v.spot) AS lat,
       live.grid_id AS lives_grid, lg.community_id AS lives_community, la.parent_id AS lives_township,
       m.building_id AS lives_building
FROM party_membership m
JOIN person p ON p.id = m.person_id
JOIN party_organisation o ON o.id = m.organisation_id
JOIN party_version org ON org.organisation_id = m.organisation_id AND org.valid @> CAST(:day AS date)
JOIN building b ON b.id = m.building_id
JOIN building_version v ON v.building_id = b.id AND v.valid @> CAST(:day AS date)
LEFT JOIN compound_version c ON c.compound_id = v.compound_id AND c.valid @> CAST(:day AS date)
LEFT JOIN grid_building live ON live.building_id = b.id AND live.valid @> CAST(:day AS date)
LEFT JOIN grid lg ON lg.id = live.grid_id
LEFT JOIN area la ON la.id = lg.community_id
WHERE m.valid @> CAST(:day AS date) AND CASE org.kind
    WHEN 'building_group' THEN m.building_id <> org.building_id
    WHEN 'grid_branch' THEN live.grid_id IS DISTINCT FROM org.grid_id
    ELSE lg.community_id IS DISTINCT FROM org.area_id END
ORDER BY b.code, p.name, p.id
""")

_SPOTS = text("""
SELECT b.id,
       concat(c.name, coalesce(v.zone || v.number || '号楼', v.number || '号楼', v.name, v.address, b.code)) AS house,
       b.code AS building, ST_X(v.spot) AS lon, ST_Y(v.spot) AS lat
FROM building b
JOIN building_version v ON v.building_id = b.id AND v.valid @> CAST(:day AS date)
LEFT JOIN compound_version c ON c.compound_id = v.compound_id AND c.valid @> CAST(:day AS date)
WHERE b.id = ANY(:ids)
""")


def apart(session: Session, day: date) -> Sequence[Found]:
    """Return the members who live in one building and belong to the organisation of another."""
    return session.execute(_APART, {"day": day}).all()


def spots(session: Session, ids: Sequence[int], day: date) -> dict[int, Found]:
    """Return where buildings are, and their names."""
    return {row.id: row for row in session.execute(_SPOTS, {"ids": list(ids), "day": day})}
