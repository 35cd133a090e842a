"""SQL: doors and visits counted by grid, by worker, by kind and by building."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.rounds.door_queries import BUILDING_NAME, DOORS, within
from gridmap.rounds.reach import DoorReach
from gridmap.rounds.views import SOON_DAYS

Found = Row[*tuple[Any, ...]]

COUNTED_DAYS: Final = 30

_STATES: Final = """count(*) AS doors, count(*) FILTER (WHERE due_on < :day) AS overdue,
       count(*) FILTER (WHERE due_on BETWEEN :day AND :soon) AS due,
       count(*) FILTER (WHERE last IS NULL) AS never"""

_GRIDS_OF: Final = f""",
counted AS (SELECT grid_id, grid_code, community_id, {_STATES} FROM door
            GROUP BY grid_id, grid_code, community_id),
visit AS (
    SELECT m.grid_id, count(*) FILTER (WHERE v.outcome = 'visited') AS visited,
           count(*) FILTER (WHERE v.outcome = 'not_home') AS not_home,
           sum(v.satisfaction) AS grades, count(v.satisfaction) AS graded
    FROM door_visit v
    JOIN grid_building m ON m.building_id = v.building_id AND m.valid @> CAST(:day AS date)
    WHERE v.day BETWEEN :since AND :day GROUP BY m.grid_id
),
matter AS (
    SELECT m.grid_id, count(*) AS raised, count(*) FILTER (WHERE r.stage <> 'closed') AS still_open
    FROM door_matter d
    JOIN door_visit v ON v.id = d.visit_id
    JOIN report r ON r.id = d.report_id
    JOIN grid_building m ON m.building_id = v.building_id AND m.valid @> CAST(:day AS date)
    WHERE v.day BETWEEN :since AND :day GROUP BY m.grid_id
)
SELECT n.grid_code AS code, coalesce(gv.name, n.grid_code) AS name, a.code AS community_code,
       coalesce(av.name, a.code) AS community, p.name AS worker,
       n.doors, n.overdue, n.due, n.never, coalesce(v.visited, 0) AS visited,
       coalesce(v.not_home, 0) AS not_home, v.grades, v.graded,
       coalesce(x.raised, 0) AS raised, coalesce(x.still_open, 0) AS still_open
FROM counted n
JOIN area a ON a.id = n.community_id
LEFT JOIN area_version av ON av.area_id = a.id AND av.valid @> CAST(:day AS date)
LEFT JOIN grid_version gv ON gv.grid_id = n.grid_id AND gv.valid @> CAST(:day AS date)
LEFT JOIN post w ON w.grid_id = n.grid_id AND w.kind = 'grid_worker' AND w.valid @> CAST(:day AS date)
LEFT JOIN person p ON p.id = w.person_id
LEFT JOIN visit v ON v.grid_id = n.grid_id
LEFT JOIN matter x ON x.grid_id = n.grid_id
ORDER BY n.overdue DESC, n.due DESC, n.grid_code
"""  # noqa: S608 - made of constants
_GRIDS = text(DOORS + _GRIDS_OF)

_WORKERS_OF: Final = f""",
mine AS (
    SELECT d.*, coalesce(d.visitor_id, w.person_id) AS person_id
    FROM door d
    LEFT JOIN post w ON w.grid_id = d.grid_id AND w.kind = 'grid_worker' AND w.valid @> CAST(:day AS date)
),
counted AS (SELECT person_id, grid_code, {_STATES} FROM mine
            WHERE person_id IS NOT NULL GROUP BY person_id, grid_code),
visit AS (
    SELECT person_id, count(*) FILTER (WHERE outcome = 'visited' AND day >= :since) AS visited,
           count(*) FILTER (WHERE outcome = 'not_home' AND day >= :since) AS not_home, max(day) AS last
    FROM door_visit WHERE day <= :day AND person_id IS NOT NULL GROUP BY person_id
)
SELECT n.person_id, p.name, string_agg(coalesce(gv.name, n.grid_code), '、' ORDER BY n.grid_code) AS grid,
       sum(n.doors) AS doors, sum(n.overdue) AS overdue, sum(n.due) AS due,
       coalesce(max(v.visited), 0) AS visited, coalesce(max(v.not_home), 0) AS not_home, max(v.last) AS last
FROM counted n
JOIN person p ON p.id = n.person_id
JOIN grid g ON g.code = n.grid_code
LEFT JOIN grid_version gv ON gv.grid_id = g.id AND gv.valid @> CAST(:day AS date)
LEFT JOIN visit v ON v.person_id = n.person_id
GROUP BY n.person_id, p.name
ORDER BY sum(n.overdue) DESC, sum(n.due) DESC, p.name, n.person_id
"""  # noqa: S608 - made of constants
_WORKERS = text(DOORS + _WORKERS_OF)

_KINDS = text(
    DOORS  # noqa: S608 - made of constants
    + "SELECT kind, count(*) AS doors, count(*) FILTER (WHERE due_on < :day) AS overdue FROM door GROUP BY kind"
)

_BUILDINGS_OF: Final = f""",
counted AS (SELECT building_id, {_STATES} FROM door WHERE due_on <= :soon GROUP BY building_id)
SELECT n.building_id, {BUILDING_NAME} AS building, ST_X(bv.spot) AS lon, ST_Y(bv.spot) AS lat,
       n.overdue, n.due
FROM counted n
JOIN building b ON b.id = n.building_id
JOIN building_version bv ON bv.building_id = n.building_id AND bv.valid @> CAST(:day AS date)
LEFT JOIN compound_version cv ON cv.compound_id = bv.compound_id AND cv.valid @> CAST(:day AS date)
ORDER BY n.overdue DESC, n.building_id
"""  # noqa: S608 - made of constants
_BUILDINGS = text(DOORS + _BUILDINGS_OF)


def _asked(reach: DoorReach, day: date) -> dict[str, Any]:
    days = {
        "day": day,
        "soon": day + timedelta(days=SOON_DAYS),
        "since": day - timedelta(days=COUNTED_DAYS - 1),
    }
    return days | within(reach)


def by_grid(session: Session, reach: DoorReach, day: date) -> Sequence[Found]:
    """Return the grids that have doors, with the most overdue first."""
    return session.execute(_GRIDS, _asked(reach, day)).all()


def by_worker(session: Session, reach: DoorReach, day: date) -> Sequence[Found]:
    """Return who visits, with the most overdue first; a door that names nobody is the grid worker's."""
    return session.execute(_WORKERS, _asked(reach, day)).all()


def by_kind(session: Session, reach: DoorReach, day: date) -> Sequence[Found]:
    """Return doors and overdue doors of each kind."""
    return session.execute(_KINDS, _asked(reach, day)).all()


def by_building(session: Session, reach: DoorReach, day: date) -> Sequence[Found]:
    """Return the buildings where a door is due, with the most overdue first."""
    return session.execute(_BUILDINGS, _asked(reach, day)).all()
