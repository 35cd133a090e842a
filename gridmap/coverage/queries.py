"""SQL: what is known of the county over a window of days, in a fixed number of statements.

Histories come as far as the window's last day: what begins later is not known to the facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.coverage.centres_queries import silent
from gridmap.coverage.gathering import Rows, gather
from gridmap.coverage.history import History
from gridmap.coverage.lack_queries import lacks
from gridmap.coverage.party_life_queries import party_life
from gridmap.coverage.reach_queries import reaches_of
from gridmap.coverage.red_property_queries import followed
from gridmap.coverage.rounds_queries import door_changes
from gridmap.coverage.rules import Asked
from gridmap.coverage.volunteering_queries import served
from gridmap.store.layers import LEDGER
from gridmap.store.memory import Memory
from gridmap.store.revision import Version, version
from gridmap.terms import PostKind

JUDGED_POSTS: Final = (
    PostKind.LEADER_COUNTY,
    PostKind.LEADER_TOWNSHIP,
    PostKind.LEADER_MUNICIPAL,
    PostKind.FIRST_SECRETARY,
    PostKind.SECRETARY,
    PostKind.DIRECTOR,
    PostKind.COMMUNITY_DESK,
    PostKind.GRID_WORKER,
    PostKind.POLICE_OFFICER,
    PostKind.COMMITTEE_MEMBER,
)

_UNITS = text("""
SELECT 'community' AS kind, a.id, a.id AS community_id, a.code, parent.code AS parent_code,
       ARRAY(SELECT v.valid FROM area_version v WHERE v.area_id = a.id ORDER BY v.valid) AS spans,
       ARRAY(SELECT v.name FROM area_version v WHERE v.area_id = a.id ORDER BY v.valid) AS names,
       ARRAY(SELECT v.valid FROM area_version v
             WHERE v.area_id = parent.id ORDER BY v.valid) AS township_spans,
       ARRAY(SELECT v.name FROM area_version v
             WHERE v.area_id = parent.id ORDER BY v.valid) AS township_names
FROM area a
JOIN area parent ON parent.id = a.parent_id
WHERE a.kind = 'community'
UNION ALL
SELECT 'grid', g.id, g.community_id, g.code, NULL,
       ARRAY(SELECT v.valid FROM grid_version v WHERE v.grid_id = g.id ORDER BY v.valid),
       ARRAY(SELECT v.name FROM grid_version v WHERE v.grid_id = g.id ORDER BY v.valid),
       NULL, NULL
FROM grid g
ORDER BY kind, code
""")

_STANDING = text("""
SELECT 'branch' AS kind, p.area_id, p.grid_id, p.id, p.valid, p.name, p.full_members
FROM party_version p
WHERE p.building_id IS NULL AND lower(p.valid) <= :last
UNION ALL
SELECT 'unit', u.community_id, NULL, u.id, u.valid, agency.name, 0
FROM responsible_unit u
JOIN agency ON agency.id = u.agency_id
WHERE lower(u.valid) <= :last
UNION ALL
SELECT 'meeting', m.community_id, NULL, m.id, daterange(m.day, m.day, '[]'), m.topic, 0
FROM joint_meeting m
WHERE m.day <= :last
ORDER BY kind, id
""")

_POSTS = text("""
SELECT p.id, p.kind, p.area_id, p.grid_id, p.person_id, person.name,
       lower(p.valid) AS start, upper(p.valid) AS until, p.term_end,
       CASE WHEN p.kind LIKE 'leader_%' THEN
           ARRAY(SELECT visit.day FROM visit
                 WHERE visit.post_id = p.id AND p.valid @> visit.day AND visit.day <= :last
                 ORDER BY visit.day) END AS visits
FROM post p
JOIN person ON person.id = p.person_id
WHERE p.kind = ANY(:kinds) AND lower(p.valid) <= :last
ORDER BY p.id
""")

# Pairs of posts that one person holds at once, with the community of each (NULL: in none).
_DOUBLED = text("""
WITH pair AS (SELECT * FROM unnest(CAST(:ones AS text[]), CAST(:others AS text[])) AS p(one, other)),
held AS (
    SELECT p.id, p.kind, p.person_id, person.name, p.valid,
           coalesce(
               p.area_id, grid.community_id,
               (SELECT g.community_id FROM grid_building m JOIN grid g ON g.id = m.grid_id
                WHERE m.building_id = p.building_id AND m.valid && p.valid
                ORDER BY lower(m.valid) DESC LIMIT 1),
               (SELECT v.community_id FROM compound_version v
                WHERE v.compound_id = p.compound_id AND v.valid && p.valid
                ORDER BY lower(v.valid) DESC LIMIT 1)) AS community_id
    FROM post p
    JOIN person ON person.id = p.person_id
    LEFT JOIN grid ON grid.id = p.grid_id
    WHERE p.kind IN (SELECT one FROM pair UNION SELECT other FROM pair)
      AND lower(p.valid) <= :last
      AND p.person_id IN (
          SELECT o.person_id FROM post o
          WHERE o.kind IN (SELECT one FROM pair UNION SELECT other FROM pair)
          GROUP BY o.person_id HAVING count(DISTINCT o.kind) > 1)
)
SELECT a.id, a.kind, a.person_id, a.name, lower(a.valid) AS start, upper(a.valid) AS until,
       a.community_id, b.id AS other_id, b.kind AS other_kind, lower(b.valid) AS other_start,
       upper(b.valid) AS other_until, b.community_id AS other_community_id
FROM pair
JOIN held a ON a.kind = pair.one
JOIN held b ON b.kind = pair.other AND b.person_id = a.person_id AND b.valid && a.valid
           AND b.id <> a.id
ORDER BY a.id, b.id
""")

# How many households and part-time workers each grid gains (or loses) on which day.
_CHANGES = text("""
SELECT 'households' AS kind, m.grid_id, change.day, sum(change.amount) AS amount
FROM grid_building m
JOIN building_version v
  ON v.building_id = m.building_id AND v.valid && m.valid
 AND v.kind = 'residential' AND v.households > 0
CROSS JOIN LATERAL (VALUES (lower(v.valid * m.valid), v.households),
                           (upper(v.valid * m.valid), -v.households)) AS change(day, amount)
WHERE change.day <= :last
GROUP BY m.grid_id, change.day
UNION ALL
SELECT 'part_timers', p.grid_id, change.day, sum(change.amount)
FROM post p
CROSS JOIN LATERAL (VALUES (lower(p.valid), 1), (upper(p.valid), -1)) AS change(day, amount)
WHERE p.kind = 'part_time_worker' AND change.day <= :last
GROUP BY p.grid_id, change.day
ORDER BY kind, grid_id, day
""")


_histories: Memory[History] = Memory(3)
"""Windows of more than a day, by version of the data, first and last day, and what was asked for."""


def history(session: Session, first: date, last: date, asked: Asked) -> History:
    """Return what is known over a window of days, in a fixed number of statements.

    A window of more than a day is kept until the data change; days inside it are then answered from memory,
    with one statement. What stands in no community (a building outside all of them) is left out.

    Args:
        session: any session; nothing is written.
        first: a day in Asia/Shanghai.
        last: the same or a later one; the window holds both.
        asked: what the rules of these days ask for.
    """
    data = version(session, *LEDGER)
    known = _histories.find(
        lambda key: key[0] == data and key[1] <= first and last <= key[2] and asked.within(key[3])
    )
    if known is None:
        known = _read(session, data, (first, last), asked)
        if first < last:
            _histories.keep((data, first, last, asked), known)
    return known


def forget() -> None:
    """Forget what was kept: the next call reads everything anew."""
    _histories.forget()


def _read(session: Session, data: Version, window: tuple[date, date], asked: Asked) -> History:
    first, last = window
    kinds = [kind.value for kind in JUDGED_POSTS]
    rows = Rows(
        units=session.execute(_UNITS).all(),
        standing=session.execute(_STANDING, {"last": last}).all(),
        posts=session.execute(_POSTS, {"kinds": kinds, "last": last}).all(),
        doubled=_doubled(session, last, asked.pairs),
        changes=[*session.execute(_CHANGES, {"last": last}), *door_changes(session, last)],
    )
    reaches = reaches_of(session, data, asked.metres) if asked.metres else {}
    lists = {
        **lacks(session, first, last),
        **followed(session, last),
        **party_life(session, first, last),
        **served(session, last),
        **silent(session, last),
    }
    return History(first, last, gather(rows, lists, reaches))


def _doubled(session: Session, last: date, pairs: Sequence[tuple[str, str]]) -> Sequence[Row[Any]]:
    if not pairs:
        return ()
    asked = {"ones": [one for one, _ in pairs], "others": [other for _, other in pairs]}
    return session.execute(_DOUBLED, asked | {"last": last}).all()
