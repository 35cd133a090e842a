"""SQL: the doors of a day with when they are due, within what somebody reaches; roads to walk along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.rounds.reach import DoorReach

Found = Row[*tuple[Any, ...]]

NOT_ON_FOOT: Final = ("motorway", "motorway_link")
"""Kinds of roads that nobody may walk along."""

BUILDING_NAME: Final = """concat(cv.name, coalesce(bv.zone || bv.number || '号楼', bv.number || '号楼',
                                                   bv.name, bv.address, b.code))"""

WITHIN: Final = """(:county OR m.grid_id = ANY(CAST(:grids AS int[]))
     OR h.building_id = ANY(CAST(:buildings AS int[]))
     OR g.community_id = ANY(CAST(:communities AS int[]))
     OR c.parent_id = ANY(CAST(:townships AS int[])))"""

DOORS: Final = f"""
WITH last_in AS (
    SELECT household, max(day) AS day FROM door_visit
    WHERE outcome = 'visited' AND day <= CAST(:day AS date) GROUP BY household
),
tried AS (
    SELECT t.household, count(*) AS tries FROM door_visit t
    LEFT JOIN last_in l ON l.household = t.household
    WHERE t.outcome = 'not_home' AND t.day <= CAST(:day AS date) AND (l.day IS NULL OR t.day > l.day)
    GROUP BY t.household
),
listed AS (SELECT code, min(lower(valid)) AS since FROM household GROUP BY code),
door AS (
    SELECT h.id, h.code, h.building_id, h.unit, h.room, h.kind, h.name, h.contact_phone AS phone, h.note, h.visitor_id,
           m.grid_id, g.code AS grid_code, g.community_id, c.parent_id AS township_id,
           l.day AS last, coalesce(t.tries, 0) AS tries,
           greatest(l.day, listed.since) + r.days AS due_on
    FROM household h
    JOIN grid_building m ON m.building_id = h.building_id AND m.valid @> CAST(:day AS date)
    JOIN grid g ON g.id = m.grid_id
    JOIN area c ON c.id = g.community_id
    JOIN listed ON listed.code = h.code
    LEFT JOIN visit_rule r ON r.kind = h.kind AND r.valid @> CAST(:day AS date)
    LEFT JOIN last_in l ON l.household = h.code
    LEFT JOIN tried t ON t.household = h.code
    WHERE h.valid @> CAST(:day AS date) AND {WITHIN}
)
"""  # noqa: S608 - made of constants
"""The doors of a day: to be followed by a SELECT of `door`."""

_FULL_OF: Final = f"""
SELECT d.*, {BUILDING_NAME} AS building, coalesce(gv.name, d.grid_code) AS grid,
       bv.compound_id, ST_X(bv.spot) AS lon, ST_Y(bv.spot) AS lat
FROM door d
JOIN building b ON b.id = d.building_id
JOIN building_version bv ON bv.building_id = d.building_id AND bv.valid @> CAST(:day AS date)
LEFT JOIN compound_version cv ON cv.compound_id = bv.compound_id AND cv.valid @> CAST(:day AS date)
LEFT JOIN grid_version gv ON gv.grid_id = d.grid_id AND gv.valid @> CAST(:day AS date)
WHERE (CAST(:code AS text) IS NULL OR d.code = :code)
  AND (CAST(:grid AS text) IS NULL OR d.grid_code = :grid)
  AND (CAST(:until AS date) IS NULL OR d.due_on <= :until)
  AND (CAST(:person AS int) IS NULL OR d.visitor_id = :person
       OR (d.visitor_id IS NULL AND CAST(:leads AS boolean))
       OR d.visitor_id IN (SELECT w.person_id FROM stand_in s
                           JOIN post w ON w.id = s.post_id AND w.valid @> CAST(:day AS date)
                               AND (w.grid_id = d.grid_id OR w.building_id = d.building_id)
                           WHERE s.person_id = :person AND s.valid @> CAST(:day AS date)))
ORDER BY d.due_on NULLS LAST, d.code
"""  # noqa: S608 - made of constants
_FULL = text(DOORS + _FULL_OF)

_ROADS = text("""
SELECT ST_AsBinary(line) AS line FROM road
WHERE valid @> CAST(:day AS date) AND kind <> ALL(:kinds)
  AND line && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
ORDER BY code
""")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which doors; what is None does not narrow it.

    Attributes:
        code: only this one.
        grid: only those of this grid, by code.
        until: only those that are due on this day or before.
        person: only those that she visits: hers by name, those of whom she stands in for at the grid or the building,
            and with `leads` those that name nobody.
        leads: whether she answers for doors that name nobody.
    """

    code: str | None = None
    grid: str | None = None
    until: date | None = None
    person: int | None = None
    leads: bool = False


EVERY: Final = Wanted()


def within(reach: DoorReach) -> dict[str, Any]:
    """Return the parameters of `WITHIN`."""
    return {
        "county": reach.county,
        "buildings": sorted(reach.buildings),
        "grids": sorted(reach.grids),
        "communities": sorted(reach.communities),
        "townships": sorted(reach.townships),
    }


def doors(session: Session, reach: DoorReach, day: date, wanted: Wanted = EVERY) -> Sequence[Found]:
    """Return doors of a day within a reach, due first."""
    return session.execute(_FULL, {"day": day} | asdict(wanted) | within(reach)).all()


def roads(session: Session, day: date, box: tuple[float, float, float, float]) -> list[bytes]:
    """Return the roads of a day (WKB, WGS 84) that come into a box west, south, east, north."""
    sides = dict(zip(("west", "south", "east", "north"), box, strict=True))
    found = session.execute(_ROADS, {"day": day, "kinds": list(NOT_ON_FOOT)} | sides)
    return [row.line for row in found]
