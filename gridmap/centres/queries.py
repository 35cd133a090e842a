"""SQL: centres of a day with their times and communities; who belongs to them, and what they did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.centres.opening import Closure, Opening, Times
from gridmap.terms import Weekdays
from gridmap.timespan import Span

Found = Row[Any]

_CENTRES: Final = text("""
SELECT c.code, c.name, c.address, c.phone, ST_X(c.spot) AS lon, ST_Y(c.spot) AS lat,
       array_agg(a.code ORDER BY a.code) FILTER (WHERE a.id IS NOT NULL) AS codes,
       array_agg(coalesce(v.name, a.code) ORDER BY a.code) FILTER (WHERE a.id IS NOT NULL) AS names,
       array_agg(a.id ORDER BY a.code) FILTER (WHERE a.id IS NOT NULL) AS ids,
       array_agg(a.parent_id ORDER BY a.code) FILTER (WHERE a.id IS NOT NULL) AS townships,
       (SELECT count(*) FROM area w WHERE w.kind = 'community') AS all_communities
FROM service_centre c
LEFT JOIN service_centre_area s ON s.centre_code = c.code AND s.valid @> CAST(:day AS date)
LEFT JOIN area a ON a.id = s.community_id
LEFT JOIN area_version v ON v.area_id = a.id AND v.valid @> CAST(:day AS date)
WHERE c.valid @> CAST(:day AS date) AND (CAST(:code AS text) IS NULL OR c.code = :code)
GROUP BY c.id
ORDER BY c.code
""")

_OPENINGS: Final = text("""
SELECT centre, weekdays, opens, closes, lower(valid) AS begins, upper(valid) AS ends
FROM centre_opening
WHERE (upper(valid) IS NULL OR upper(valid) > :day) AND (CAST(:code AS text) IS NULL OR centre = :code)
ORDER BY centre, opens
""")

_CLOSURES: Final = text("""
SELECT centre, reason, lower(valid) AS begins, upper(valid) AS ends
FROM centre_closure
WHERE (upper(valid) IS NULL OR upper(valid) > :day) AND (CAST(:code AS text) IS NULL OR centre = :code)
ORDER BY centre, lower(valid)
""")

_COUNTS: Final = text("""
WITH members AS (
    SELECT m.centre, count(*) AS members, count(*) FILTER (WHERE v.party_member) AS party_members
    FROM centre_member m JOIN volunteer v ON v.id = m.volunteer_id
    WHERE m.valid @> CAST(:day AS date) AND v.erased_at IS NULL
    GROUP BY m.centre
), visits AS (
    SELECT centre, count(*) AS check_ins, count(DISTINCT volunteer_id) AS visitors
    FROM centre_check_in WHERE day > :since AND day <= :day GROUP BY centre
), reports AS (
    SELECT m.centre, count(*) AS reports, count(*) FILTER (WHERE r.stage = 'closed') AS closed
    FROM volunteer_report x
    JOIN report r ON r.id = x.report_id AND r.filed_at >= :since_moment AND r.filed_at <= :now
    JOIN centre_member m
      ON m.volunteer_id = x.volunteer_id AND m.valid @> CAST(r.filed_at AT TIME ZONE 'Asia/Shanghai' AS date)
    GROUP BY m.centre
), hours AS (
    SELECT m.centre, sum(h.minutes) AS minutes
    FROM service_hours h
    JOIN centre_member m ON m.volunteer_id = h.volunteer_id AND m.valid @> h.day
    WHERE h.day > :since AND h.day <= :day
    GROUP BY m.centre
)
SELECT code.centre, coalesce(members, 0) AS members, coalesce(party_members, 0) AS party_members,
       coalesce(check_ins, 0) AS check_ins, coalesce(visitors, 0) AS visitors, coalesce(reports, 0) AS reports,
       coalesce(closed, 0) AS closed, coalesce(minutes, 0) AS minutes
FROM (SELECT DISTINCT code AS centre FROM service_centre WHERE valid @> CAST(:day AS date)) AS code
LEFT JOIN members USING (centre)
LEFT JOIN visits USING (centre)
LEFT JOIN reports USING (centre)
LEFT JOIN hours USING (centre)
""")


def centres(session: Session, day: date, code: str | None = None) -> Sequence[Found]:
    """Return the centres of a day, or the one of a code, with the communities that they serve."""
    return session.execute(_CENTRES, {"day": day, "code": code}).all()


def times(session: Session, day: date, code: str | None = None) -> Mapping[str, Times]:
    """Return by centre what is written of its times on a day and later."""
    given = {"day": day, "code": code}
    openings: dict[str, list[Opening]] = defaultdict(list)
    closures: dict[str, list[Closure]] = defaultdict(list)
    for row in session.execute(_OPENINGS, given):
        days = Span(row.begins, row.ends)
        one = Opening(Weekdays(row.weekdays), row.opens, row.closes, days)
        openings[row.centre].append(one)
    for row in session.execute(_CLOSURES, given):
        closures[row.centre].append(Closure(Span(row.begins, row.ends), row.reason))
    return {
        one: Times(tuple(openings[one]), tuple(closures[one])) for one in {*openings, *closures}
    }


def counts(
    session: Session, day: date, since: date, since_moment: datetime, now: datetime
) -> Mapping[str, Found]:
    """Return by centre who belongs to it, and what they did in the days after `since` up to `day`."""
    given = {"day": day, "since": since, "since_moment": since_moment, "now": now}
    return {row.centre: row for row in session.execute(_COUNTS, given)}
