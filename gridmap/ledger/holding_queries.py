"""SQL that rooms share: who answers for a place, whoever holds the post or stands in for it."""

from __future__ import annotations

from typing import Final

HOLDING: Final = """
holding AS NOT MATERIALIZED (
    SELECT w.kind, w.area_id, w.grid_id, w.building_id, w.compound_id, w.agency_id, w.person_id, w.valid,
           lower(w.valid) AS since
    FROM post w
    UNION ALL
    SELECT w.kind, w.area_id, w.grid_id, w.building_id, w.compound_id, w.agency_id, s.person_id, w.valid,
           greatest(lower(w.valid), lower(s.valid))
    FROM post w
    JOIN stand_in s ON s.post_id = w.id AND s.valid @> CAST(:today AS date)
)
"""
"""Posts of all days with their holders and, beside them, whoever stands in (代班) on `:today`; since when each does.

To be put behind WITH; the day on which a post is held is asked of `valid`, as of a `post`. A stand-in is told
what the holder is told on the days of the stand-in, whatever day it is about.
"""

ANSWERING: Final = """(
    (w.area_id = {community} AND w.kind NOT LIKE 'leader_%')
    OR (w.grid_id IN (SELECT id FROM grid WHERE community_id = {community}) AND w.kind <> 'part_time_worker')
    OR w.agency_id IN (SELECT agency_id FROM responsible_unit
                       WHERE community_id = {community} AND valid @> {day})
    OR w.compound_id IN (SELECT compound_id FROM compound_version
                         WHERE community_id = {community} AND valid @> {day}))"""
"""Whether a post `w` answers for anything in a community or its responsible units, or manages one of its compounds."""
