"""SQL: where a duty of a party organisation was not done in its last finished period, and what else warns.

A duty counts from the day on which the county has set it: a period is judged if rule and
organisation stood when it began, through the days of the next period.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.coverage.facts import GroupSize, Lacking
from gridmap.coverage.history import Lack
from gridmap.ledger.duties import COMMITTEE_FROM
from gridmap.terms import DutyKind
from gridmap.timespan import Span

UNDONE: Final[Mapping[DutyKind, str]] = {
    DutyKind.THEME_DAY: "no_theme_day",
    DutyKind.MEMBERS: "no_members_meeting",
    DutyKind.COMMITTEE: "no_committee_meeting",
    DutyKind.GROUP: "no_group_meeting",
    DutyKind.LESSON: "no_lesson",
}
"""The list of the facts in which a duty's gaps stand."""
MOST_JUDGED: Final = 10
"""Full members of a group up to which it is kept as perhaps small."""

# Two years after the last thing that was written, every period is as the one before: the last one stands for all.
_UNDONE: Final = text("""
WITH owed(body, duty) AS (VALUES
    ('grid_branch', 'theme_day'), ('grid_branch', 'members_meeting'), ('grid_branch', 'lesson'),
    ('grid_branch', 'committee_meeting'), ('building_group', 'group_meeting')
),
settled AS (
    SELECT greatest((SELECT max(day) FROM party_meeting), (SELECT max(lower(valid)) FROM party_version),
                    (SELECT max(upper(valid)) FROM party_version), (SELECT max(lower(valid)) FROM party_duty),
                    (SELECT max(upper(valid)) FROM party_duty)) + 800 AS day
),
bound AS (
    SELECT least(CAST(:last AS date), day) AS until, CAST(:last AS date) > day AS beyond FROM settled
),
period AS (
    SELECT d.kind, CAST(p.at AS date) AS start, CAST(p.at + d.months * interval '1 month' AS date) AS stop,
           daterange(CAST(p.at + d.months * interval '1 month' AS date),
                     CASE WHEN b.beyond AND p.at + d.months * interval '1 month' > b.until THEN NULL
                          ELSE CAST(p.at + 2 * d.months * interval '1 month' AS date) END) * d.valid AS judged
    FROM party_duty d
    CROSS JOIN bound b
    CROSS JOIN LATERAL (
        SELECT date_trunc('year', lower(d.valid)::timestamp)
               + n * d.months * interval '1 month' AS at
        FROM generate_series(0, 12 * (extract(year FROM b.until)
                                      - extract(year FROM lower(d.valid)) + 1)::int) AS n
        WHERE d.months > 0) p
    WHERE d.months > 0 AND CAST(p.at AS date) >= lower(d.valid) AND CAST(p.at AS date) <= b.until
),
done AS (
    SELECT DISTINCT m.organisation_id, p.kind, p.start
    FROM period p
    JOIN party_meeting m ON m.kind = p.kind AND m.state = 'held' AND m.day >= p.start AND m.day < p.stop
),
born AS (
    SELECT organisation_id, min(lower(valid)) AS day FROM party_version GROUP BY organisation_id
),
undone AS (
    SELECT p.kind, v.grid_id, v.building_id, p.judged * v.valid AS span
    FROM period p
    JOIN owed ON owed.duty = p.kind
    JOIN party_version v ON v.kind = owed.body AND v.valid && p.judged
    JOIN born ON born.organisation_id = v.organisation_id AND born.day <= p.start
    LEFT JOIN done ON done.organisation_id = v.organisation_id AND done.kind = p.kind
                  AND done.start = p.start
    WHERE done.start IS NULL AND (p.kind <> 'committee_meeting' OR v.full_members >= :committee)
),
grid_run AS (
    SELECT u.kind, u.grid_id, unnest(range_agg(u.span * p.valid)) AS days
    FROM undone u
    JOIN grid_version p ON p.grid_id = u.grid_id AND p.valid && u.span
    GROUP BY u.kind, u.grid_id
),
building_run AS (
    SELECT u.kind, u.building_id, unnest(range_agg(u.span * p.valid)) AS days
    FROM undone u
    JOIN grid_building p ON p.building_id = u.building_id AND p.valid && u.span
    GROUP BY u.kind, u.building_id
),
placed AS (
    SELECT r.kind, g.community_id, g.code, g.code AS grid, p.name, lower(r.days) AS since,
           r.days * p.valid * daterange(CAST(:first AS date), CAST(:last AS date), '[]') AS days
    FROM grid_run r
    JOIN grid_version p ON p.grid_id = r.grid_id AND p.valid && r.days
    JOIN grid g ON g.id = r.grid_id
    UNION ALL
    SELECT r.kind, g.community_id, b.code, g.code, coalesce(house.name, b.code), lower(r.days),
           r.days * p.valid * daterange(CAST(:first AS date), CAST(:last AS date), '[]')
    FROM building_run r
    JOIN grid_building p ON p.building_id = r.building_id AND p.valid && r.days
    JOIN grid g ON g.id = p.grid_id
    JOIN building b ON b.id = r.building_id
    LEFT JOIN LATERAL (
        SELECT concat((SELECT c.name FROM compound_version c WHERE c.compound_id = v.compound_id
                       ORDER BY lower(c.valid) DESC LIMIT 1),
                      coalesce(' ' || coalesce(v.zone, '') || v.number || '号楼', ' ' || v.name, v.address)) AS name
        FROM building_version v WHERE v.building_id = r.building_id
        ORDER BY lower(v.valid) DESC LIMIT 1) house ON true
)
SELECT kind, community_id, code, grid, name, since, days FROM placed
WHERE NOT isempty(days) ORDER BY kind, code, days
""")

_APART: Final = text("""
WITH apart AS (
    SELECT m.building_id, l.grid_id, m.valid * v.valid * l.valid AS span
    FROM party_membership m
    JOIN party_version v ON v.organisation_id = m.organisation_id AND v.valid && m.valid
    JOIN grid_building l ON l.building_id = m.building_id AND l.valid && m.valid * v.valid
    JOIN grid g ON g.id = l.grid_id
    WHERE CASE v.kind WHEN 'building_group' THEN m.building_id <> v.building_id
                      WHEN 'grid_branch' THEN l.grid_id <> v.grid_id
                      ELSE g.community_id <> v.area_id END
),
run AS (SELECT building_id, unnest(range_agg(span)) AS days FROM apart GROUP BY building_id)
SELECT g.community_id, b.code, g.code AS grid, coalesce(house.name, b.code) AS name, lower(r.days) AS since,
       r.days * l.valid * daterange(CAST(:first AS date), CAST(:last AS date), '[]') AS days
FROM run r
JOIN building b ON b.id = r.building_id
JOIN grid_building l ON l.building_id = b.id AND l.valid && r.days
JOIN grid g ON g.id = l.grid_id
LEFT JOIN LATERAL (
    SELECT concat((SELECT c.name FROM compound_version c WHERE c.compound_id = v.compound_id
                   ORDER BY lower(c.valid) DESC LIMIT 1),
                  coalesce(' ' || coalesce(v.zone, '') || v.number || '号楼', ' ' || v.name, v.address)) AS name
    FROM building_version v WHERE v.building_id = b.id ORDER BY lower(v.valid) DESC LIMIT 1) house ON true
WHERE r.days * l.valid && daterange(CAST(:first AS date), CAST(:last AS date), '[]')
ORDER BY b.code, days
""")

_SIZES: Final = text("""
SELECT v.id, g.community_id, b.code, g.code AS grid, v.name, v.full_members, v.valid,
       v.valid * m.valid AS days
FROM party_version v
JOIN building b ON b.id = v.building_id
JOIN grid_building m ON m.building_id = b.id
JOIN grid g ON g.id = m.grid_id
WHERE v.kind = 'building_group' AND v.full_members + v.probationary_members > 0
  AND v.full_members < :most AND lower(v.valid) <= :last AND lower(m.valid) <= :last
ORDER BY b.code, v.valid, m.valid
""")


def party_life(
    session: Session, first: date, last: date
) -> Mapping[str, Mapping[int, Sequence[Any]]]:
    """Return what was not done, who lives elsewhere and which groups are small, by list and community."""
    found: dict[str, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    window = {"first": first, "last": last}
    for row in session.execute(_UNDONE, window | {"committee": COMMITTEE_FROM}):
        found[UNDONE[DutyKind(row.kind)]][row.community_id].append(_lack(row))
    for row in session.execute(_APART, window):
        found["apart"][row.community_id].append(_lack(row))
    for row in session.execute(_SIZES, {"most": MOST_JUDGED, "last": last}):
        held = Span(row.valid.lower, row.valid.upper)
        here = None if row.days.isempty else Span(row.days.lower, row.days.upper)
        size = GroupSize(row.code, row.name, row.grid, held, here, row.full_members, row.id)
        found["groups"][row.community_id].append(size)
    return found


def _lack(row: Row[Any]) -> Lack:
    fact = Lacking(row.code, row.name, row.since, grid=row.grid)
    return Lack(Span(row.days.lower, row.days.upper), fact)
