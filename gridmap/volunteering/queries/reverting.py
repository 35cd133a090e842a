"""SQL: what a workbook of volunteering wrote, and what taking it back would leave behind.

A step holds its row before and after as PostgreSQL writes rows; see `gridmap.ledger.imports.WorkbookStep`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

Found = Row[*tuple[Any, ...]]

_STEPS: Final = "FROM workbook_step s WHERE s.import_id = :number AND s.table_name"
_KEPT: Final = "coalesce(s.after, s.before)"
_HOURS: Final = f"SELECT ({_KEPT}::service_hours).* {_STEPS} = 'service_hours'"


def beyond(session: Session, number: int, day: date, communities: Collection[int]) -> Sequence[str]:
    """Return the codes of volunteers of a workbook who belong to other communities, then or on a day."""
    return session.scalars(
        text(
            "WITH placed AS ("  # noqa: S608 - words of our own
            f" SELECT c.volunteer_id, c.community_id FROM (SELECT ({_KEPT}::volunteer_checkin).*"
            f" {_STEPS} = 'volunteer_checkin') c"
            " UNION SELECT v.id, c.community_id FROM volunteer v"
            " LEFT JOIN volunteer_checkin c ON c.volunteer_id = v.id AND c.valid @> CAST(:day AS date)"
            f" WHERE v.id IN (SELECT s.row_key::integer {_STEPS} = 'volunteer'))"
            " SELECT DISTINCT v.code FROM placed p JOIN volunteer v ON v.id = p.volunteer_id"
            " WHERE p.community_id IS NULL OR NOT p.community_id = ANY(:communities) ORDER BY 1"
        ),
        {"number": number, "day": day, "communities": list(communities)},
    ).all()


def activities(session: Session, number: int) -> Sequence[Found]:
    """Lock the activities of a workbook's places against sign-ups: id, community_id."""
    return session.execute(
        text(
            "SELECT a.id, a.community_id FROM activity a WHERE a.id IN ("  # noqa: S608
            f" SELECT ({_KEPT}::sign_up).activity_id {_STEPS} = 'sign_up'"
            " UNION SELECT p.activity_id FROM sign_up p"
            f" WHERE p.id IN (SELECT s.row_key::integer {_STEPS} = 'sign_up'))"
            " ORDER BY a.id FOR UPDATE"
        ),
        {"number": number},
    ).all()


def records_beyond(session: Session, number: int, communities: Collection[int]) -> Sequence[str]:
    """Return the volunteers' codes and days of a workbook's minutes that belong to other communities."""
    return session.scalars(
        text(
            f"SELECT DISTINCT v.code || ' ' || h.day FROM ({_HOURS}) h JOIN volunteer v ON v.id = h.volunteer_id"  # noqa: S608
            " WHERE h.community_id IS NULL OR NOT h.community_id = ANY(:communities) ORDER BY 1"
        ),
        {"number": number, "communities": list(communities)},
    ).all()


def decided(session: Session, number: int) -> Sequence[Found]:
    """Return whose minutes of which days a workbook confirmed or corrected: volunteer_id, day."""
    return session.execute(
        text(
            f"SELECT h.volunteer_id, h.day FROM ({_HOURS}) h UNION"  # noqa: S608
            " SELECT p.volunteer_id, (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date"
            f" FROM (SELECT (s.after::sign_up).* {_STEPS} = 'sign_up' AND s.after IS NOT NULL) p"
            " JOIN activity a ON a.id = p.activity_id WHERE p.minutes IS NOT NULL ORDER BY 1, 2"
        ),
        {"number": number},
    ).all()


def rated(session: Session, number: int) -> Sequence[str]:
    """Return the volunteers' codes and days of a workbook's minutes whose year was rated."""
    return session.scalars(
        text(
            f"SELECT DISTINCT v.code || ' ' || h.day FROM ({_HOURS}) h JOIN volunteer v ON v.id = h.volunteer_id"  # noqa: S608
            " JOIN star_year y ON y.year = date_part('year', h.day) ORDER BY 1"
        ),
        {"number": number},
    ).all()


def lock_phones(session: Session, number: int) -> None:
    """Let nobody register the phones that a workbook took away, as `people.by_phone` does."""
    session.execute(
        text(
            "SELECT pg_advisory_xact_lock(hashtext('volunteer:' || phone)) FROM ("  # noqa: S608
            f"SELECT DISTINCT (s.before::volunteer).phone {_STEPS} = 'volunteer'"
            " AND s.before IS NOT NULL ORDER BY 1) p WHERE phone IS NOT NULL"
        ),
        {"number": number},
    )


def phones_twice(session: Session, number: int) -> Sequence[str]:
    """Return the codes of a workbook's volunteers whose phone is somebody else's, too."""
    return session.scalars(
        text(
            "SELECT DISTINCT v.code FROM volunteer v JOIN volunteer o ON o.phone = v.phone AND o.id <> v.id"  # noqa: S608
            f" WHERE v.id IN (SELECT s.row_key::integer {_STEPS} = 'volunteer') ORDER BY 1"
        ),
        {"number": number},
    ).all()


def overfull(session: Session, number: int) -> Sequence[str]:
    """Return the titles of activities where a workbook's places were given up and all places are taken again."""
    return session.scalars(
        text(
            "SELECT a.title FROM activity a WHERE a.places < (SELECT count(*) FROM sign_up p"  # noqa: S608
            " WHERE p.activity_id = a.id AND p.cancelled_at IS NULL)"
            f" AND a.id IN (SELECT (s.before::sign_up).activity_id {_STEPS} = 'sign_up'"
            " AND (s.before::sign_up).cancelled_at IS NULL AND (s.after::sign_up).cancelled_at IS NOT NULL)"
            " ORDER BY 1"
        ),
        {"number": number},
    ).all()


def overlong(session: Session, number: int, most: int) -> Sequence[str]:
    """Return the codes and days of a workbook's volunteers who would have more minutes on a day."""
    return session.scalars(
        text(
            "SELECT v.code || ' ' || h.day FROM service_hours h JOIN volunteer v ON v.id = h.volunteer_id"  # noqa: S608
            f" WHERE (h.volunteer_id, h.day) IN (SELECT w.volunteer_id, w.day FROM ({_HOURS}) w)"
            " GROUP BY v.code, h.day HAVING sum(h.minutes) > :most ORDER BY 1"
        ),
        {"number": number, "most": most},
    ).all()
