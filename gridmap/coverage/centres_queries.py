"""SQL: days on which a centre that serves a community had no opening times, or no telephone; one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.coverage.facts import SilentCentre
from gridmap.timespan import Span

_SILENT: Final = text("""
WITH serving AS (
    SELECT s.community_id, c.id, c.code, c.name, c.phone, s.valid * c.valid AS days
    FROM service_centre_area s
    JOIN service_centre c ON c.code = s.centre_code AND c.valid && s.valid
), told AS (
    SELECT centre, range_agg(valid) AS days FROM centre_opening GROUP BY centre
)
SELECT 'untimed' AS kind, s.community_id, s.code, s.id, s.name, lower(d.days) AS first, upper(d.days) AS after
FROM serving s
LEFT JOIN told t ON t.centre = s.code
CROSS JOIN LATERAL unnest(datemultirange(s.days) - coalesce(t.days, '{}')) AS d(days)
WHERE lower(d.days) <= :last
UNION ALL
SELECT 'unphoned', s.community_id, s.code, s.id, s.name, lower(s.days), upper(s.days)
FROM serving s
WHERE coalesce(btrim(s.phone), '') = '' AND lower(s.days) <= :last
ORDER BY kind, community_id, code, first
""")


def silent(session: Session, last: date) -> Mapping[str, Mapping[int, Sequence[Any]]]:
    """Return `untimed` and `unphoned` centres with the days of it up to a day, each by id of the community."""
    found: dict[str, dict[int, list[SilentCentre]]] = {
        "untimed": defaultdict(list),
        "unphoned": defaultdict(list),
    }
    for row in session.execute(_SILENT, {"last": last}):
        one = SilentCentre(row.code, row.name, Span(row.first, row.after), row.id)
        found[row.kind][row.community_id].append(one)
    return found
