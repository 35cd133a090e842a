"""SQL: when agencies had reported to communities, and the days of voluntary service; one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.timespan import Span

_SERVED: Final = text("""
SELECT community_id, lower(valid) AS first, upper(valid) AS after, true AS reported
FROM unit_checkin WHERE lower(valid) <= :last
UNION ALL
SELECT DISTINCT community_id, (starts_at AT TIME ZONE 'Asia/Shanghai')::date, NULL::date, false
FROM activity
WHERE cancelled_at IS NULL AND (starts_at AT TIME ZONE 'Asia/Shanghai')::date <= :last
ORDER BY 1, 2, 3
""")


def served(session: Session, last: date) -> Mapping[str, Mapping[int, Sequence[Any]]]:
    """Return `checked_in` (spans) and `serving` (days) up to a day, each by id of the community."""
    spans: dict[int, list[Span]] = defaultdict(list)
    days: dict[int, list[date]] = defaultdict(list)
    for row in session.execute(_SERVED, {"last": last}):
        if row.reported:
            spans[row.community_id].append(Span(row.first, row.after))
        else:
            days[row.community_id].append(row.first)
    return {"checked_in": spans, "serving": days}
