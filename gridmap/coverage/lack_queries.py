"""SQL: buildings and compounds where something is missing over a window of days.

What is missing is a difference of multiranges: the days on which the place stands, less the days
that are covered (by a group, a steward, a company, the ledger, a committee). Places that are covered
throughout the window are left out before anything is summed, so a county of ten thousand buildings
is judged inside the database by anti-joins. Every piece carries the community that it counts for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, TextClause, text
from sqlalchemy.orm import Session

from gridmap.coverage.facts import Lacking
from gridmap.coverage.history import Lack
from gridmap.timespan import Span

_WINDOW: Final = "daterange(CAST(:first AS date), CAST(:last AS date), '[]')"
_NEVER: Final = "CAST('{}' AS datemultirange)"

_BUILDINGS: Final = """
WITH dwelling AS NOT MATERIALIZED (
    SELECT * FROM building_version WHERE kind = 'residential' AND households > 0
),
cover AS NOT MATERIALIZED ({cover}),
open AS (
    SELECT d.* FROM dwelling d
    WHERE d.valid && {window}
      AND NOT EXISTS (SELECT FROM cover c
                      WHERE c.building_id = d.building_id AND c.valid @> d.valid * {window})
),
gap AS (
    SELECT one.building_id, unnest(
               (SELECT range_agg(d.valid) FROM dwelling d WHERE d.building_id = one.building_id)
               - coalesce((SELECT range_agg(c.valid) FROM cover c
                           WHERE c.building_id = one.building_id), {never})) AS span
    FROM (SELECT DISTINCT building_id FROM open) one
),
piece AS (
    SELECT o.building_id, o.name, o.zone, o.number, o.address, o.compound_id, o.spot,
           gap.span AS gap, o.valid * gap.span * {window} AS days
    FROM open o
    JOIN gap ON gap.building_id = o.building_id AND gap.span && o.valid * {window}
),
outside AS (
    SELECT p.*, unnest(datemultirange(p.days) - coalesce(
               (SELECT range_agg(m.valid) FROM grid_building m
                WHERE m.building_id = p.building_id), {never})) AS rest
    FROM piece p
),
nowhere AS (
    SELECT o.*, unnest(datemultirange(o.rest) - coalesce(
               (SELECT range_agg(v.valid) FROM compound_version v
                WHERE v.compound_id = o.compound_id AND v.community_id IS NOT NULL), {never})) AS last
    FROM outside o
),
placed AS (
    SELECT p.building_id, p.name, p.zone, p.number, p.address, p.compound_id, p.gap,
           p.days * m.valid AS days, g.community_id, g.code AS grid
    FROM piece p
    JOIN grid_building m ON m.building_id = p.building_id AND m.valid && p.days
    JOIN grid g ON g.id = m.grid_id
    UNION ALL
    SELECT o.building_id, o.name, o.zone, o.number, o.address, o.compound_id, o.gap,
           o.rest * v.valid, v.community_id, NULL
    FROM outside o
    JOIN compound_version v
      ON v.compound_id = o.compound_id AND v.valid && o.rest AND v.community_id IS NOT NULL
    UNION ALL
    SELECT n.building_id, n.name, n.zone, n.number, n.address, n.compound_id, n.gap,
           {around}, a.id, NULL
    FROM nowhere n
    JOIN area_version v ON v.valid && n.last AND ST_Covers(v.boundary, n.spot)
    JOIN area a ON a.id = v.area_id AND a.kind = 'community'
),
named AS (
    SELECT p.*, p.days * v.valid AS here, v.name AS compound
    FROM placed p
    JOIN compound_version v ON v.compound_id = p.compound_id AND v.valid && p.days
    UNION ALL
    SELECT p.*, unnest(datemultirange(p.days) - coalesce(
               (SELECT range_agg(v.valid) FROM compound_version v
                WHERE v.compound_id = p.compound_id), {never})), NULL
    FROM placed p
)
SELECT b.code, p.community_id, p.grid, p.name, p.zone, p.number, p.address, p.here AS days,
       lower(p.gap) AS since, ended.until, ended.record_id, p.compound
FROM named p
JOIN building b ON b.id = p.building_id
LEFT JOIN LATERAL (
    SELECT upper(c.valid) AS until, c.id AS record_id FROM cover c
    WHERE c.building_id = p.building_id AND upper(c.valid) <= lower(p.days)
    ORDER BY upper(c.valid) DESC, c.id DESC LIMIT 1
) ended ON true
WHERE NOT isempty(p.days)
ORDER BY b.code, p.here
"""

_COMPOUNDS: Final = """
WITH cover AS NOT MATERIALIZED ({cover}),
open AS (
    SELECT v.* FROM compound_version v
    WHERE v.valid && {window}
      AND NOT EXISTS (SELECT FROM cover c
                      WHERE c.compound_id = v.compound_id AND c.valid @> v.valid * {window})
),
gap AS (
    SELECT one.compound_id, unnest(
               (SELECT range_agg(v.valid) FROM compound_version v
                WHERE v.compound_id = one.compound_id)
               - coalesce((SELECT range_agg(c.valid) FROM cover c
                           WHERE c.compound_id = one.compound_id), {never})) AS span
    FROM (SELECT DISTINCT compound_id FROM open) one
),
piece AS (
    SELECT o.compound_id, o.name, o.community_id, ST_PointOnSurface(o.boundary) AS spot,
           gap.span AS gap, o.valid * gap.span * {window} AS last
    FROM open o
    JOIN gap ON gap.compound_id = o.compound_id AND gap.span && o.valid * {window}
),
placed AS (
    SELECT n.compound_id, n.name, n.gap, n.last AS days, n.community_id
    FROM piece n WHERE n.community_id IS NOT NULL
    UNION ALL
    SELECT n.compound_id, n.name, n.gap, {around}, a.id
    FROM piece n
    JOIN area_version v ON v.valid && n.last AND ST_Covers(v.boundary, n.spot)
    JOIN area a ON a.id = v.area_id AND a.kind = 'community'
    WHERE n.community_id IS NULL
)
SELECT k.code, p.community_id, p.name, p.days, lower(p.gap) AS since,
       ended.until, ended.record_id, ended.company
FROM placed p
JOIN compound k ON k.id = p.compound_id
LEFT JOIN LATERAL (
    SELECT upper(c.valid) AS until, c.id AS record_id, c.company FROM cover c
    WHERE c.compound_id = p.compound_id AND upper(c.valid) <= lower(p.days)
    ORDER BY upper(c.valid) DESC, c.company DESC NULLS LAST, c.id DESC LIMIT 1
) ended ON true
WHERE NOT isempty(p.days)
ORDER BY k.code, p.days
"""

_AROUND: Final = """
           unnest(datemultirange(n.last * v.valid) - coalesce(
               (SELECT range_agg(o.valid) FROM area_version o JOIN area oa ON oa.id = o.area_id
                WHERE oa.kind = 'community' AND oa.code < a.code
                  AND ST_Covers(o.boundary, n.spot)), {never}))"""
"""Days on which a community holds the spot and none with a lower code does."""


def _statement(template: str, cover: str) -> TextClause:
    around = _AROUND.format(never=_NEVER)
    return text(template.format(cover=cover, window=_WINDOW, never=_NEVER, around=around))


_STATEMENTS: Final = {
    "ungrouped": _statement(
        _BUILDINGS, "SELECT id, building_id, valid FROM party_version WHERE building_id IS NOT NULL"
    ),
    "stewardless": _statement(
        _BUILDINGS, "SELECT id, building_id, valid FROM post WHERE kind = 'steward'"
    ),
    "unserved": _statement(
        _COMPOUNDS,
        """
        SELECT t.id, t.compound_id, t.valid, company.name AS company
        FROM property_contract t JOIN property_company company ON company.id = t.company_id
        UNION ALL SELECT id, compound_id, valid, NULL FROM unserved_compound""",
    ),
    "uncommitteed": _statement(
        _COMPOUNDS, "SELECT id, compound_id, valid, NULL AS company FROM owners_committee"
    ),
    "unled": _statement(
        _COMPOUNDS,
        """
        SELECT NULL::int AS id, k.compound_id, k.valid * p.valid AS valid, NULL AS company
        FROM property_contract k
        JOIN company_party p ON p.company_id = k.company_id AND p.valid && k.valid
        UNION ALL SELECT NULL, compound_id, valid, NULL FROM owners_committee WHERE party_form IS NOT NULL
        UNION ALL SELECT NULL, c.id, unnest(CAST('{(,)}' AS datemultirange) - coalesce(
            (SELECT range_agg(k.valid) FROM property_contract k WHERE k.compound_id = c.id), '{}')), NULL
        FROM compound c""",
    ),
    "unmanaged": _statement(
        _COMPOUNDS,
        """
        SELECT NULL::int AS id, compound_id, valid, NULL AS company FROM self_management
        UNION ALL SELECT NULL, c.id, unnest(CAST('{(,)}' AS datemultirange) - coalesce(
            (SELECT range_agg(u.valid) FROM unserved_compound u WHERE u.compound_id = c.id), '{}')), NULL
        FROM compound c""",
    ),
}


def lacks(session: Session, first: date, last: date) -> Mapping[str, Mapping[int, list[Lack]]]:
    """Return what is missing at buildings and compounds, by list and id of the community."""
    window = {"first": first, "last": last}
    return {
        name: _by_community(
            session.execute(statement, window),
            _building if name in ("ungrouped", "stewardless") else _compound,
        )
        for name, statement in _STATEMENTS.items()
    }


def _by_community(
    rows: Iterable[Row[Any]], make: Callable[[Row[Any]], Lacking]
) -> dict[int, list[Lack]]:
    found: dict[int, list[Lack]] = defaultdict(list)
    for row in rows:
        found[row.community_id].append(Lack(Span(row.days.lower, row.days.upper), make(row)))
    return found


def _building(row: Row[Any]) -> Lacking:
    number = f"{row.zone or ''}{row.number}号楼" if row.number else row.name or row.address
    named = [part for part in (row.compound, number) if part]
    name = " ".join(named) or row.code
    return Lacking(row.code, name, row.since, row.until, row.record_id, row.grid)


def _compound(row: Row[Any]) -> Lacking:
    return Lacking(row.code, row.name, row.since, row.until, row.record_id, company=row.company)
