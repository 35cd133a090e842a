"""SQL: names with what they stand for, what speaks for a proposal, names that two entities share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from gridmap.gazetteer.entities import ENTITIES
from gridmap.gazetteer.reach import Place
from gridmap.terms import Named, NameKind, NameState

Found = Row[*tuple[Any, ...]]
MOST_EVIDENCE: Final = 5
MOST_CONFLICTS: Final = 100
MOST_ALIKE: Final = 20


@dataclass(frozen=True, slots=True)
class Filters:
    """What names somebody looks for; empty fields ask for everything.

    Attributes:
        words: part of the name or of what it stands for.
        kind, state, entity: of the name; `kind` None is all names but the official ones.
        community: code of the community in which the entity lies.
        official: also the official names.
        past: names of other days, too.
    """

    words: str = ""
    kind: NameKind | None = None
    state: NameState | None = None
    entity: Named | None = None
    community: str = ""
    past: bool = False


SAME: Final = "upper(replace(normalize({}, NFKC), ' ', ''))"
"""How two spellings are compared here: width, capitals and spaces aside."""

_LISTED: Final = text(f"""
WITH entity AS MATERIALIZED ({ENTITIES})
SELECT n.name_id, n.entity_kind, n.entity_code, e.title, n.text, n.kind, n.state, n.source,
       lower(n.valid) AS begins, upper(n.valid) AS ends, e.communities, p.decided_at, w.name AS decided_by,
       (SELECT string_agg(v.name, '、' ORDER BY v.name) FROM area_version v
        WHERE v.area_id = ANY(e.communities) AND v.valid @> CAST(:day AS date)) AS where_it_is,
       count(*) OVER () AS total
FROM entity_name n
JOIN entity e ON e.kind = n.entity_kind AND e.code = n.entity_code
LEFT JOIN place_name p ON p.id = n.name_id
LEFT JOIN account c ON c.id = p.decided_by_id
LEFT JOIN person w ON w.id = c.person_id
WHERE (n.valid @> CAST(:day AS date) OR (:past AND n.name_id IS NOT NULL))
  AND (n.name_id IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM place_name m WHERE m.state = 'rejected' AND m.valid @> CAST(:day AS date)
        AND m.entity_kind = n.entity_kind AND m.entity_code = n.entity_code AND m.text = n.text))
  AND (CAST(:id AS integer) IS NULL OR n.name_id = :id)
  AND (CAST(:words AS text) IS NULL OR n.text ILIKE :words OR e.title ILIKE :words OR n.entity_code = :exact)
  AND CASE WHEN CAST(:kind AS text) IS NULL THEN n.name_id IS NOT NULL ELSE n.kind = :kind END
  AND (CAST(:state AS text) IS NULL OR n.state = :state)
  AND (CAST(:entity AS text) IS NULL OR n.entity_kind = :entity)
  AND (CAST(:community AS text) IS NULL OR e.communities && ARRAY(SELECT id FROM area WHERE code = :community))
ORDER BY n.text, e.title, n.entity_kind, n.entity_code, lower(n.valid)
LIMIT :most OFFSET :skip
""")  # noqa: S608 - made of constants only


def listed(
    session: Session,
    day: date,
    filters: Filters,
    most: int,
    skip: int = 0,
    name_id: int | None = None,
) -> Sequence[Found]:
    """Return names with what they stand for; `total` counts those that are not shown, too."""
    escaped = filters.words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    asked = {
        "day": day,
        "crossing": None,
        "id": name_id,
        "past": filters.past,
        "words": f"%{escaped}%" if escaped else None,
        "exact": filters.words,
        "kind": filters.kind.value if filters.kind else None,
        "state": filters.state.value if filters.state else None,
        "entity": filters.entity.value if filters.entity else None,
        "community": filters.community or None,
        "most": most,
        "skip": skip,
    }
    return session.execute(_LISTED, asked).all()


_ONE: Final = text(f"""
WITH entity AS ({ENTITIES})
SELECT kind, code, title, communities FROM entity
WHERE kind = :kind AND (code = :code OR title = :code)
ORDER BY (code = :code) DESC, code LIMIT :most
""")  # noqa: S608 - made of constants only


def entities(session: Session, day: date, kind: Named, written: str) -> Sequence[Found]:
    """Return what a code or an official name stands for; what has that code comes first."""
    crossing = written if kind is Named.CROSSING else None
    asked = {"day": day, "crossing": crossing, "kind": kind.value, "code": written}
    return session.execute(_ONE, {**asked, "most": MOST_ALIKE}).all()


_PLACES: Final = text("SELECT id, parent_id FROM area WHERE id = ANY(:ids)")


def places(session: Session, ids: Collection[int]) -> dict[int, Place]:
    """Return communities with the areas above them, by id."""
    rows = session.execute(_PLACES, {"ids": sorted(ids)}) if ids else ()
    return {row.id: (row.id, row.parent_id) for row in rows}


_EVIDENCE: Final = text("""
SELECT e.name_id, r.number, r.description, r.community_id, e.at, count(*) OVER (PARTITION BY e.name_id) AS times,
       row_number() OVER (PARTITION BY e.name_id ORDER BY e.at DESC) AS place
FROM name_evidence e JOIN report r ON r.id = e.report_id
WHERE e.name_id = ANY(:ids) ORDER BY e.name_id, e.at DESC
""")


def evidence(session: Session, ids: Collection[int]) -> Sequence[Found]:
    """Return the reports that speak for proposals, the last ones of each first."""
    rows = session.execute(_EVIDENCE, {"ids": sorted(ids)}) if ids else ()
    return [row for row in rows if row.place <= MOST_EVIDENCE]


_SHARED: Final = text(f"""
WITH entity AS MATERIALIZED ({ENTITIES}),
valid_name AS (
    SELECT n.*, {SAME.format("n.text")} AS same FROM entity_name n
    WHERE n.valid @> CAST(:day AS date) AND n.state <> 'rejected' AND NOT EXISTS (
        SELECT 1 FROM place_name m WHERE m.state = 'rejected' AND m.valid @> CAST(:day AS date)
          AND m.entity_kind = n.entity_kind AND m.entity_code = n.entity_code AND m.text = n.text)
),
shared AS (
    SELECT same FROM valid_name GROUP BY same
    HAVING count(DISTINCT entity_kind || ' ' || entity_code) > 1
       AND (bool_or(name_id IS NOT NULL) OR bool_or(entity_kind IN ('compound', 'community')))
       AND NOT bool_and(state = 'proposed')
)
SELECT n.same, n.name_id, n.entity_kind, n.entity_code, e.title, n.text, n.kind, n.state, e.communities,
       (SELECT string_agg(v.name, '、' ORDER BY v.name) FROM area_version v
        WHERE v.area_id = ANY(e.communities) AND v.valid @> CAST(:day AS date)) AS where_it_is
FROM valid_name n JOIN shared USING (same)
JOIN entity e ON e.kind = n.entity_kind AND e.code = n.entity_code
ORDER BY n.same, n.kind <> 'official', e.title, n.entity_code LIMIT :most
""")  # noqa: S608 - made of constants only


def shared(session: Session, day: date) -> Sequence[Found]:
    """Return names that more than one entity has on a day, among which one can be curated."""
    return session.execute(_SHARED, {"day": day, "crossing": None, "most": MOST_CONFLICTS}).all()


_TAKEN: Final = text(f"""
SELECT n.entity_kind, n.entity_code, n.kind, n.name_id, n.state FROM entity_name n
WHERE n.valid @> CAST(:day AS date) AND n.state <> 'rejected' AND {SAME.format("n.text")} = {SAME.format(":text")}
""")  # noqa: S608 - made of constants only


def taken(session: Session, day: date, written: str) -> Sequence[Found]:
    """Return what else is called by a name on a day."""
    return session.execute(_TAKEN, {"day": day, "text": written}).all()
