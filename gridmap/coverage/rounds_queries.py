"""SQL: how many doors each grid has on its list, and how many of them are overdue, as they change by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

# A door is overdue from the day after it was due until somebody is let in; it counts from its first day on the list.
_DOORS: Final = text("""
WITH base AS (
    SELECT code AS household, min(lower(valid)) AS day FROM household GROUP BY code
    UNION SELECT v.household, v.day FROM door_visit v
    JOIN (SELECT code, min(lower(valid)) AS since FROM household GROUP BY code) s ON s.code = v.household
    WHERE v.outcome = 'visited' AND v.day > s.since
),
run AS (SELECT household, day, lead(day) OVER (PARTITION BY household ORDER BY day) AS next FROM base),
listed AS (
    SELECT 'doors' AS kind, m.grid_id, h.valid * m.valid AS days
    FROM household h JOIN grid_building m ON m.building_id = h.building_id AND m.valid && h.valid
    UNION ALL
    SELECT 'late_doors', m.grid_id,
           daterange(run.day + r.days + 1, run.next) * h.valid * r.valid * m.valid
    FROM run
    JOIN household h ON h.code = run.household
    JOIN visit_rule r ON r.kind = h.kind
    JOIN grid_building m ON m.building_id = h.building_id AND m.valid && h.valid
    WHERE run.next IS NULL OR run.next > run.day + r.days + 1
)
SELECT listed.kind, listed.grid_id, change.day, sum(change.amount) AS amount
FROM listed
CROSS JOIN LATERAL (VALUES (lower(days), 1), (upper(days), -1)) AS change(day, amount)
WHERE NOT isempty(days) AND change.day <= :last
GROUP BY listed.kind, listed.grid_id, change.day
ORDER BY listed.kind, listed.grid_id, change.day
""")


def door_changes(session: Session, last: date) -> Sequence[Row[Any]]:
    """Return what each grid gains or loses on which day, up to a day: `doors` and `late_doors`; one statement."""
    return session.execute(_DOORS, {"last": last}).all()
