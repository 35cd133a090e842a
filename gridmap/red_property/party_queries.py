"""SQL: who of record may be asked to a community's joint meeting, who was at one, and where somebody was."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

Found = Row[*tuple[Any, ...]]
MOST_ROWS: Final = 60

_PARTIES: Final = text("""
SELECT a.id AS community_id, 'residents' AS side, a.code, coalesce(n.name, a.code) AS name, a.id, 1 AS place
FROM area a LEFT JOIN area_version n ON n.area_id = a.id AND n.valid @> CAST(:day AS date)
WHERE a.id = ANY(CAST(:communities AS int[]))
UNION
SELECT v.community_id, 'company', f.code, f.name, f.id, 2
FROM property_contract k
JOIN compound_version v ON v.compound_id = k.compound_id AND v.valid @> CAST(:day AS date)
JOIN property_company f ON f.id = k.company_id
WHERE k.valid @> CAST(:day AS date) AND v.community_id = ANY(CAST(:communities AS int[]))
UNION
SELECT v.community_id, 'owners', c.code, o.name, c.id, 3
FROM owners_committee o
JOIN compound c ON c.id = o.compound_id
JOIN compound_version v ON v.compound_id = c.id AND v.valid @> CAST(:day AS date)
WHERE o.valid @> CAST(:day AS date) AND v.community_id = ANY(CAST(:communities AS int[]))
UNION
SELECT u.community_id, 'agency', y.code, y.name, y.id, 4
FROM responsible_unit u JOIN agency y ON y.id = u.agency_id
WHERE u.valid @> CAST(:day AS date) AND u.community_id = ANY(CAST(:communities AS int[]))
ORDER BY community_id, place, code
""")

# The committee's name is that of the meeting's day; a committee that was dissolved since keeps it.
_AT: Final = text("""
SELECT CASE WHEN q.company_id IS NOT NULL THEN 'company' WHEN q.compound_id IS NOT NULL THEN 'owners'
            ELSE 'residents' END AS side,
       coalesce(f.code, c.code, a.code) AS code,
       coalesce(f.name, o.name, v.name, n.name, c.code, a.code) AS name, q.came
FROM meeting_party q
JOIN joint_meeting m ON m.id = q.meeting_id
LEFT JOIN property_company f ON f.id = q.company_id
LEFT JOIN compound c ON c.id = q.compound_id
LEFT JOIN owners_committee o ON o.compound_id = c.id AND o.valid @> m.day
LEFT JOIN compound_version v ON v.compound_id = c.id AND v.valid @> m.day
LEFT JOIN area a ON a.id = q.community_id
LEFT JOIN area_version n ON n.area_id = a.id AND n.valid @> m.day
WHERE q.meeting_id = :meeting
ORDER BY q.came DESC, side, code
""")

_WHERE: Final = text("""
SELECT m.id, m.day, m.topic, coalesce(n.name, a.code) AS community, q.came
FROM meeting_party q
JOIN joint_meeting m ON m.id = q.meeting_id
JOIN area a ON a.id = m.community_id
LEFT JOIN area_version n ON n.area_id = a.id AND n.valid @> CAST(:day AS date)
LEFT JOIN property_company f ON f.id = q.company_id
LEFT JOIN compound c ON c.id = q.compound_id
WHERE m.day <= :day
  AND (CAST(:company AS text) IS NULL OR f.code = :company)
  AND (CAST(:compound AS text) IS NULL OR c.code = :compound)
ORDER BY m.day DESC, m.id DESC
LIMIT :most
""")


def parties(session: Session, communities: Collection[int], day: date) -> Sequence[Found]:
    """Return the residents' committee, companies, owners' committees and responsible units of each community."""
    return session.execute(_PARTIES, {"communities": list(communities), "day": day}).all()


def at(session: Session, meeting_id: int) -> Sequence[Found]:
    """Return who of record was at a meeting, and who was missing."""
    return session.execute(_AT, {"meeting": meeting_id}).all()


def where(
    session: Session, day: date, *, company: str | None = None, compound: str | None = None
) -> Sequence[Found]:
    """Return the meetings to which a company, or the owners' committee of a compound, was asked; the latest first."""
    asked = {"day": day, "company": company, "compound": compound, "most": MOST_ROWS}
    return session.execute(_WHERE, asked).all()
