"""SQL: the overdue doors of all grids by who calls there, the state of all grids, who leads their communities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.ledger.holding_queries import HOLDING
from gridmap.rounds.door_queries import DOORS, within
from gridmap.rounds.reach import DoorReach

Found = Row[*tuple[Any, ...]]

# A door that names nobody is the grid worker's; without one nobody is told but the community's secretary. Whoever
# stands in for a post of the grid or of the building is told of the doors that she calls at meanwhile.
_LATE_OF: Final = f""",
{HOLDING},
caller AS (
    SELECT d.id, d.visitor_id AS person_id FROM door d WHERE d.visitor_id IS NOT NULL
    UNION
    SELECT d.id, s.person_id FROM door d
    JOIN post w ON w.person_id = d.visitor_id AND w.valid @> CAST(:day AS date)
        AND (w.grid_id = d.grid_id OR w.building_id = d.building_id)
    JOIN stand_in s ON s.post_id = w.id AND s.valid @> CAST(:today AS date)
    UNION
    SELECT d.id, w.person_id FROM door d
    JOIN holding w ON w.grid_id = d.grid_id AND w.kind = 'grid_worker' AND w.valid @> CAST(:day AS date)
    WHERE d.visitor_id IS NULL
)
SELECT c.person_id, d.grid_code, coalesce(gv.name, d.grid_code) AS grid, count(*) AS late, min(d.due_on) AS due
FROM door d
JOIN caller c ON c.id = d.id
LEFT JOIN grid_version gv ON gv.grid_id = d.grid_id AND gv.valid @> CAST(:day AS date)
WHERE d.due_on < :day
GROUP BY 1, 2, 3
ORDER BY 1, 2
"""  # noqa: S608 - made of constants
_LATE = text(DOORS + _LATE_OF)

_GRIDS_OF: Final = """
SELECT d.community_id, d.grid_code, coalesce(gv.name, d.grid_code) AS grid, coalesce(av.name, a.code) AS community,
       count(*) AS doors, count(*) FILTER (WHERE d.due_on < :day) AS late
FROM door d
JOIN area a ON a.id = d.community_id
LEFT JOIN area_version av ON av.area_id = a.id AND av.valid @> CAST(:day AS date)
LEFT JOIN grid_version gv ON gv.grid_id = d.grid_id AND gv.valid @> CAST(:day AS date)
GROUP BY 1, 2, 3, 4
ORDER BY 1, late DESC, 2
"""
_GRIDS = text(DOORS + _GRIDS_OF)

# The secretary; where the post is vacant, the desk; and whoever stands in for them.
_LEADERS = text(f"""
WITH {HOLDING}
SELECT DISTINCT p.area_id AS community_id, p.person_id FROM holding p
WHERE p.area_id = ANY(:communities) AND p.valid @> CAST(:today AS date)
  AND (p.kind = 'secretary' OR p.kind = 'community_desk' AND NOT EXISTS (
       SELECT FROM post s WHERE s.area_id = p.area_id AND s.kind = 'secretary' AND s.valid @> CAST(:today AS date)))
ORDER BY 1, 2
""")  # noqa: S608 - made of constants

_EVERYWHERE: Final = DoorReach(county=True)


def late(session: Session, day: date) -> Sequence[Found]:
    """Return how many doors are overdue, by grid and who calls there, and when the first of them was due."""
    return session.execute(_LATE, {"day": day, "today": day} | within(_EVERYWHERE)).all()


def grids(session: Session, day: date) -> Sequence[Found]:
    """Return the doors and the overdue doors of every grid, by community, the most overdue first."""
    return session.execute(_GRIDS, {"day": day} | within(_EVERYWHERE)).all()


def leaders(session: Session, communities: Sequence[int], day: date) -> Sequence[Found]:
    """Return who leads communities on a day, or stands in for who does."""
    return session.execute(_LEADERS, {"communities": list(communities), "today": day}).all()
