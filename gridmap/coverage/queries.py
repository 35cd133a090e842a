"""SQL: the facts of a day, in four statements whatever the county's size.

Histories come as far as the day: what begins later is not known to the facts. A building or a
compound comes only where something is missing, so that a county of ten thousand buildings is
judged inside the database by two anti-joins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final, TypeVar

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.coverage.facts import (
    CommunityFacts,
    DayFacts,
    GridFacts,
    Tenure,
    UngroupedBuilding,
    UnservedCompound,
)
from gridmap.terms import PostKind
from gridmap.timespan import Span

Fact = TypeVar("Fact")

MUNICIPAL_COMMUNITIES: Final = "municipal_communities"
"""Setting: codes of the communities that a municipal leader is to be linked to (none by default)."""

JUDGED_POSTS: Final = (
    PostKind.LEADER_COUNTY,
    PostKind.LEADER_TOWNSHIP,
    PostKind.LEADER_MUNICIPAL,
    PostKind.FIRST_SECRETARY,
    PostKind.SECRETARY,
    PostKind.DIRECTOR,
    PostKind.COMMUNITY_DESK,
    PostKind.GRID_WORKER,
)


# `since` in every statement: the first day of the unbroken run of versions that holds the day.

_UNITS = text("""
SELECT 'community' AS kind, a.id, a.id AS community_id, a.code, now.name,
       coalesce(township.name, parent.code) AS township,
       (SELECT lower(run) FROM
          (SELECT unnest(range_agg(v.valid)) AS run FROM area_version v WHERE v.area_id = a.id) runs
        WHERE run @> CAST(:day AS date)) AS since,
       ARRAY(SELECT p.valid FROM party_version p
             WHERE p.area_id = a.id AND lower(p.valid) <= :day) AS branches,
       EXISTS (SELECT FROM setting s
               WHERE s.key = :municipal AND s.value @> to_jsonb(a.code)) AS municipal_due
FROM area a
JOIN area_version now ON now.area_id = a.id AND now.valid @> CAST(:day AS date)
JOIN area parent ON parent.id = a.parent_id
LEFT JOIN area_version township
  ON township.area_id = parent.id AND township.valid @> CAST(:day AS date)
WHERE a.kind = 'community'
UNION ALL
SELECT 'grid', g.id, g.community_id, g.code, now.name, NULL,
       (SELECT lower(run) FROM
          (SELECT unnest(range_agg(v.valid)) AS run FROM grid_version v WHERE v.grid_id = g.id) runs
        WHERE run @> CAST(:day AS date)),
       ARRAY(SELECT p.valid FROM party_version p
             WHERE p.grid_id = g.id AND lower(p.valid) <= :day),
       NULL
FROM grid g
JOIN grid_version now ON now.grid_id = g.id AND now.valid @> CAST(:day AS date)
ORDER BY kind, code
""")

_POSTS = text("""
SELECT p.kind, p.area_id, p.grid_id, p.person_id, person.name,
       lower(p.valid) AS start, upper(p.valid) AS until, p.term_end,
       ARRAY(SELECT visit.day FROM visit
             WHERE visit.post_id = p.id AND p.valid @> visit.day AND visit.day <= :day
             ORDER BY visit.day) AS visits
FROM post p
JOIN person ON person.id = p.person_id
WHERE p.kind = ANY(:kinds) AND lower(p.valid) <= :day
ORDER BY p.id
""")

# A building counts for the community of its grid, else of its compound, else for the one around it.
_UNGROUPED = text("""
WITH dwelling AS NOT MATERIALIZED (
    SELECT * FROM building_version WHERE kind = 'residential' AND households > 0
)
SELECT b.code, d.name, d.zone, d.number, d.address, inside.name AS compound,
       coalesce(g.community_id, inside.community_id, (
           SELECT a.id FROM area_version around JOIN area a ON a.id = around.area_id
           WHERE a.kind = 'community' AND around.valid @> CAST(:day AS date)
             AND ST_Covers(around.boundary, d.spot)
           ORDER BY a.code LIMIT 1)) AS community_id,
       (SELECT lower(run) FROM
          (SELECT unnest(range_agg(v.valid)) AS run FROM dwelling v WHERE v.building_id = b.id) runs
        WHERE run @> CAST(:day AS date)) AS since,
       (SELECT max(upper(p.valid)) FROM party_version p
        WHERE p.building_id = b.id AND upper(p.valid) <= :day) AS group_until
FROM dwelling d
JOIN building b ON b.id = d.building_id
LEFT JOIN grid_building member
  ON member.building_id = b.id AND member.valid @> CAST(:day AS date)
LEFT JOIN grid g ON g.id = member.grid_id
LEFT JOIN compound_version inside
  ON inside.compound_id = d.compound_id AND inside.valid @> CAST(:day AS date)
WHERE d.valid @> CAST(:day AS date)
  AND NOT EXISTS (SELECT FROM party_version p
                  WHERE p.building_id = b.id AND p.valid @> CAST(:day AS date))
ORDER BY b.code
""")

_UNSERVED = text("""
SELECT c.code, now.name,
       coalesce(now.community_id, (
           SELECT a.id FROM area_version around JOIN area a ON a.id = around.area_id
           WHERE a.kind = 'community' AND around.valid @> CAST(:day AS date)
             AND ST_Covers(around.boundary, ST_PointOnSurface(now.boundary))
           ORDER BY a.code LIMIT 1)) AS community_id,
       (SELECT lower(run) FROM
          (SELECT unnest(range_agg(v.valid)) AS run
           FROM compound_version v WHERE v.compound_id = c.id) runs
        WHERE run @> CAST(:day AS date)) AS since,
       last.company, last.until AS contract_until,
       (SELECT max(upper(u.valid)) FROM unserved_compound u
        WHERE u.compound_id = c.id AND upper(u.valid) <= :day) AS ledger_until
FROM compound_version now
JOIN compound c ON c.id = now.compound_id
LEFT JOIN LATERAL (
    SELECT company.name AS company, upper(contract.valid) AS until
    FROM property_contract contract
    JOIN property_company company ON company.id = contract.company_id
    WHERE contract.compound_id = c.id AND upper(contract.valid) <= :day
    ORDER BY upper(contract.valid) DESC LIMIT 1
) last ON true
WHERE now.valid @> CAST(:day AS date)
  AND NOT EXISTS (SELECT FROM property_contract contract
                  WHERE contract.compound_id = c.id AND contract.valid @> CAST(:day AS date))
  AND NOT EXISTS (SELECT FROM unserved_compound entry
                  WHERE entry.compound_id = c.id AND entry.valid @> CAST(:day AS date))
ORDER BY c.code
""")


def facts_of(session: Session, day: date) -> DayFacts:
    """Return the facts of a day in four statements.

    What stands in no community of the day (a building outside all of them) is left out.

    Args:
        session: any session; nothing is written.
        day: day in Asia/Shanghai.
    """
    units = session.execute(_UNITS, {"day": day, "municipal": MUNICIPAL_COMMUNITIES}).all()
    kinds = [kind.value for kind in JUDGED_POSTS]
    posts = session.execute(_POSTS, {"day": day, "kinds": kinds}).all()
    ungrouped = _gathered(session.execute(_UNGROUPED, {"day": day}), _building)
    unserved = _gathered(session.execute(_UNSERVED, {"day": day}), _compound)
    of_area = _tenures(posts, "area_id")
    grids = _grids(units, _tenures(posts, "grid_id"))
    return DayFacts(
        day,
        tuple(
            CommunityFacts(
                code=unit.code,
                name=unit.name,
                township=unit.township,
                since=unit.since,
                municipal_due=unit.municipal_due,
                branches=_spans(unit.branches),
                posts=tuple(of_area[unit.id]),
                grids=tuple(grids[unit.id]),
                ungrouped=tuple(ungrouped[unit.id]),
                unserved=tuple(unserved[unit.id]),
            )
            for unit in units
            if unit.kind == "community"
        ),
    )


def _spans(ranges: Iterable[Any]) -> tuple[Span, ...]:
    return tuple(Span(one.lower, one.upper) for one in ranges)


def _gathered(
    rows: Iterable[Row[Any]], make: Callable[[Row[Any]], Fact]
) -> dict[int | None, list[Fact]]:
    """Return what was made of the rows, by the community's id."""
    gathered: dict[int | None, list[Fact]] = defaultdict(list)
    for row in rows:
        gathered[row.community_id].append(make(row))
    return gathered


def _tenures(posts: Iterable[Row[Any]], target: str) -> dict[int | None, list[Tenure]]:
    """Return the tenures by the id in the column `target`."""
    tenures: dict[int | None, list[Tenure]] = defaultdict(list)
    for post in posts:
        tenures[getattr(post, target)].append(
            Tenure(
                kind=PostKind(post.kind),
                person_id=post.person_id,
                person=post.name,
                span=Span(post.start, post.until),
                term_end=post.term_end,
                visits=tuple(post.visits),
            )
        )
    return tenures


def _grids(
    units: Iterable[Row[Any]], workers: dict[int | None, list[Tenure]]
) -> dict[int | None, list[GridFacts]]:
    """Return the grids by the id of their community."""
    return _gathered(
        (unit for unit in units if unit.kind == "grid"),
        lambda grid: GridFacts(
            code=grid.code,
            name=grid.name,
            since=grid.since,
            branches=_spans(grid.branches),
            workers=tuple(workers[grid.id]),
        ),
    )


def _building(row: Row[Any]) -> UngroupedBuilding:
    number = f"{row.zone or ''}{row.number}号楼" if row.number else row.name or row.address
    named = [part for part in (row.compound, number) if part]
    return UngroupedBuilding(row.code, " ".join(named) or row.code, row.since, row.group_until)


def _compound(row: Row[Any]) -> UnservedCompound:
    return UnservedCompound(
        row.code, row.name, row.since, row.company, row.contract_until, row.ledger_until
    )
