"""SQL: the overdue doors of all grids by who calls there, the state of all grids, who leads their communities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.rounds.door_queries import DOORS, within
from gridmap.rounds.reach import DoorReach

Found = Row[*tuple[Any, ...]]

# A door that names nobody is the grid worker's; without one nobody is told but the community's secretary.
_LATE_OF: Final = """
SELECT coalesce(d.visitor_id, w.person_id) AS person_id, d.grid_code, coalesce(gv.name, d.grid_code) AS grid,
       count(*) AS late, max(CAST(:day AS date) - d.due_on) AS days
FROM door d
LEFT JOIN post w ON w.grid_id = d.grid_id AND w.kind = 'grid_worker' AND w.valid @> CAST(:day AS date)
LEFT JOIN grid_version gv ON gv.grid_id = d.grid_id AND gv.valid @> CAST(:day AS date)
WHERE d.due_on < :day AND coalesce(d.visitor_id, w.person_id) IS NOT NULL
GROUP BY 1, 2, 3
ORDER BY 1, 2
"""
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

# The secretary; where the post is vacant, the desk.
_LEADERS = text("""
SELECT DISTINCT p.area_id AS community_id, p.person_id FROM post p
WHERE p.area_id = ANY(:communities) AND p.valid @> CAST(:day AS date)
  AND (p.kind = 'secretary' OR p.kind = 'community_desk' AND NOT EXISTS (
       SELECT FROM post s WHERE s.area_id = p.area_id AND s.kind = 'secretary' AND s.valid @> CAST(:day AS date)))
ORDER BY 1, 2
""")

_EVERYWHERE: Final = DoorReach(county=True)


def late(session: Session, day: date) -> Sequence[Found]:
    """Return how many doors are overdue, by grid and who calls there, and by how many days at most."""
    return session.execute(_LATE, {"day": day} | within(_EVERYWHERE)).all()


def grids(session: Session, day: date) -> Sequence[Found]:
    """Return the doors and the overdue doors of every grid, by community, the most overdue first."""
    return session.execute(_GRIDS, {"day": day} | within(_EVERYWHERE)).all()


def leaders(session: Session, communities: Sequence[int], day: date) -> Sequence[Found]:
    """Return who leads communities on a day."""
    return session.execute(_LEADERS, {"communities": list(communities), "day": day}).all()
