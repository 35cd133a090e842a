"""SQL: which agency answers for which community, and everything that it did there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area
from gridmap.ledger.holding_queries import HOLDING
from gridmap.ledger.posts import Agency, ResponsibleUnit
from gridmap.store.base import as_of

Found = Row[*tuple[Any, ...]]
MOST_ROWS: Final = 400

_UNITS: Final = text("""
SELECT u.id, u.contact, u.contact_phone, u.valid, y.id AS agency_id, y.code AS agency_code, y.name AS agency,
       y.phone AS agency_phone, a.id AS community_id, a.code AS community_code, coalesce(n.name, a.code) AS community
FROM responsible_unit u
JOIN agency y ON y.id = u.agency_id
JOIN area a ON a.id = u.community_id
LEFT JOIN area_version n ON n.area_id = a.id AND n.valid @> CAST(:day AS date)
WHERE (CAST(:agency AS text) IS NULL OR y.code = :agency)
  AND (CAST(:community AS text) IS NULL OR a.code = :community)
ORDER BY a.code, lower(u.valid) DESC, u.id
""")

# Every deed has its day, its kind and a few words; all lie in the days on which the unit answers there.
_DID: Final = text("""
SELECT u.id AS unit_id, did.day, did.kind, did.detail, did.note, did.record_id
FROM responsible_unit u
JOIN agency y ON y.id = u.agency_id
JOIN area a ON a.id = u.community_id
CROSS JOIN LATERAL (
    SELECT d.day, 'entry' AS kind, d.kind AS detail, d.note, d.id AS record_id FROM unit_deed d
    WHERE d.agency_id = u.agency_id AND d.community_id = u.community_id
    UNION ALL
    SELECT m.day, 'meeting', NULL, m.topic, m.id
    FROM meeting_agency g JOIN joint_meeting m ON m.id = g.meeting_id
    WHERE g.agency_id = u.agency_id AND m.community_id = u.community_id
    UNION ALL
    SELECT v.day, 'visit', h.name, coalesce(v.note, ''), v.id
    FROM visit v JOIN post p ON p.id = v.post_id JOIN person h ON h.id = p.person_id
    WHERE h.agency_id = u.agency_id AND p.area_id = u.community_id
    UNION ALL
    SELECT (c.starts_at AT TIME ZONE 'Asia/Shanghai')::date, 'activity', NULL, c.title, c.id FROM activity c
    WHERE c.agency_id = u.agency_id AND c.community_id = u.community_id AND c.cancelled_at IS NULL
    UNION ALL
    SELECT t.done_on, 'task', NULL, t.title, m.id
    FROM meeting_task t JOIN joint_meeting m ON m.id = t.meeting_id JOIN person h ON h.id = t.person_id
    WHERE h.agency_id = u.agency_id AND m.community_id = u.community_id AND t.done_on IS NOT NULL
) did
WHERE u.valid @> did.day AND did.day BETWEEN :first AND :last
  AND (CAST(:agency AS text) IS NULL OR y.code = :agency)
  AND (CAST(:community AS text) IS NULL OR a.code = :community)
ORDER BY did.day DESC, did.kind, did.record_id DESC
LIMIT :most
""")

# Reports that somebody of the agency handled, and hours that its volunteers served, in the community.
_COUNTS: Final = text("""
SELECT u.id AS unit_id,
    (SELECT count(DISTINCT r.id) FROM report r JOIN step s ON s.report_id = r.id JOIN person h ON h.id = s.actor_id
     WHERE r.community_id = u.community_id AND s.action = 'handled' AND h.agency_id = u.agency_id
       AND (s.at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN :first AND :last
       AND u.valid @> (s.at AT TIME ZONE 'Asia/Shanghai')::date) AS handled,
    (SELECT coalesce(sum(w.minutes), 0) FROM service_hours w
     WHERE w.community_id = u.community_id AND w.agency_id = u.agency_id
       AND w.day BETWEEN :first AND :last AND u.valid @> w.day) AS minutes
FROM responsible_unit u
JOIN agency y ON y.id = u.agency_id
WHERE (CAST(:agency AS text) IS NULL OR y.code = :agency)
""")

# Whom to remind of a unit that has done nothing: the agency's handlers and the community's desk, and their stand-ins.
_ASKED: Final = text(f"""
WITH {HOLDING}
SELECT DISTINCT u.id AS unit_id, p.person_id
FROM responsible_unit u
JOIN holding p ON p.valid @> CAST(:today AS date)
    AND ((p.kind = 'agency_handler' AND p.agency_id = u.agency_id)
      OR (p.kind = 'community_desk' AND p.area_id = u.community_id))
WHERE u.id = ANY(:units)
ORDER BY u.id, p.person_id
""")  # noqa: S608 - made of constants


def units(
    session: Session, day: date, *, agency: str | None = None, community: str | None = None
) -> Sequence[Found]:
    """Return all assignments of all days, by community and the latest first, with names as of a day."""
    asked = {"day": day, "agency": agency, "community": community}
    return session.execute(_UNITS, asked).all()


def did(
    session: Session,
    first: date,
    last: date,
    *,
    agency: str | None = None,
    community: str | None = None,
) -> Sequence[Found]:
    """Return what units did over days, both included, the latest first."""
    asked = {"first": first, "last": last, "agency": agency, "community": community}
    most = MOST_ROWS if agency or community else None
    return session.execute(_DID, asked | {"most": most}).all()


def counts(
    session: Session, first: date, last: date, *, agency: str | None = None
) -> Sequence[Found]:
    """Return the reports handled and the minutes served by each unit over days, both included."""
    return session.execute(_COUNTS, {"first": first, "last": last, "agency": agency}).all()


def asked_for(session: Session, units_: Sequence[int], day: date) -> Sequence[Found]:
    """Return whom to remind of units."""
    return session.execute(_ASKED, {"units": list(units_), "today": day}).all()


def agency(session: Session, code: str) -> Agency | None:
    """Return an agency by code."""
    return session.scalar(select(Agency).where(Agency.code == code))


def assigned(session: Session, agency_id: int, community: str, day: date) -> Area | None:
    """Return the community of a code, where the agency answers for it on a day."""
    query = (
        select(Area)
        .join(ResponsibleUnit, ResponsibleUnit.community_id == Area.id)
        .where(
            Area.code == community,
            ResponsibleUnit.agency_id == agency_id,
            as_of(ResponsibleUnit, day),
        )
    )
    return session.scalar(query)
