"""SQL: who belongs to a centre, who was there, what somebody has reported and served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.ledger.centres import CentreCheckIn, CentreMember
from gridmap.ledger.volunteering import Volunteer
from gridmap.store.base import as_of, ended, from_day

Found = Row[Any]

_MEMBERS: Final = text("""
SELECT v.id, v.code, v.name, v.phone, v.occupation, v.party_member, m.employer AS company, lower(m.valid) AS since,
       max(c.day) AS last_day, count(c.id) AS check_ins
FROM centre_member m
JOIN volunteer v ON v.id = m.volunteer_id AND v.erased_at IS NULL
LEFT JOIN centre_check_in c ON c.volunteer_id = v.id AND c.centre = m.centre AND c.day > :since AND c.day <= :day
WHERE m.centre = :centre AND m.valid @> CAST(:day AS date)
GROUP BY v.id, m.id
ORDER BY max(c.day) DESC NULLS LAST, v.code
""")

_REPORTS: Final = text("""
SELECT r.number, r.track_key, r.filed_at, r.stage, r.outcome, c.name, c.name_en
FROM volunteer_report x
JOIN report r ON r.id = x.report_id
JOIN category c ON c.id = r.category_id
WHERE x.volunteer_id = :volunteer
ORDER BY r.filed_at DESC
LIMIT :limit
""")

_TOTALS: Final = text("""
SELECT (SELECT count(*) FROM volunteer_report x JOIN report r ON r.id = x.report_id
        WHERE x.volunteer_id = :volunteer AND r.filed_at >= :from_moment) AS reports,
       (SELECT count(*) FROM volunteer_report x JOIN report r ON r.id = x.report_id
        WHERE x.volunteer_id = :volunteer AND r.filed_at >= :from_moment AND r.stage = 'closed') AS closed,
       (SELECT count(*) FROM centre_check_in WHERE volunteer_id = :volunteer AND day >= :from_day) AS check_ins,
       (SELECT coalesce(sum(minutes), 0) FROM service_hours
        WHERE volunteer_id = :volunteer AND day >= :from_day AND day <= :day) AS minutes
""")


def members(session: Session, centre: str, day: date, since: date) -> Sequence[Found]:
    """Return who belongs to a centre on a day, with check-ins after `since`: who was there last first."""
    return session.execute(_MEMBERS, {"centre": centre, "day": day, "since": since}).all()


def membership(session: Session, volunteer_id: int, day: date) -> CentreMember | None:
    """Return to which centre somebody belongs on a day."""
    query = select(CentreMember).where(
        CentreMember.volunteer_id == volunteer_id, as_of(CentreMember, day)
    )
    return session.scalars(query).one_or_none()


def join(session: Session, volunteer_id: int, centre: str, company: str | None, day: date) -> None:
    """Let somebody belong to a centre from a day; the one before ends, one of the same day is replaced."""
    own = CentreMember.volunteer_id == volunteer_id
    begun_today = session.scalars(
        select(CentreMember).where(own, func.lower(CentreMember.valid) >= day)
    ).all()
    for row in begun_today:
        session.delete(row)
    session.flush()
    session.execute(
        update(CentreMember)
        .where(own, as_of(CentreMember, day))
        .values(valid=ended(CentreMember.__table__.c.valid, day))
        .execution_options(synchronize_session=False)
    )
    session.add(
        CentreMember(
            volunteer_id=volunteer_id, centre=centre, employer=company, valid=from_day(day)
        )
    )
    session.flush()


def volunteer(session: Session, volunteer_id: int) -> Volunteer | None:
    """Return a volunteer."""
    return session.get(Volunteer, volunteer_id)


def check_in(session: Session, seen: Mapping[str, object]) -> bool:
    """Write that somebody was at a centre (columns of `CentreCheckIn`); tell whether it is the first that day."""
    statement = (
        insert(CentreCheckIn)
        .values(dict(seen))
        .on_conflict_do_nothing(index_elements=["volunteer_id", "centre", "day"])
        .returning(CentreCheckIn.id)
    )
    return session.execute(statement).first() is not None


def last_check_in(session: Session, volunteer_id: int) -> CentreCheckIn | None:
    """Return somebody's latest check-in."""
    query = select(CentreCheckIn).where(CentreCheckIn.volunteer_id == volunteer_id)
    return session.scalars(query.order_by(CentreCheckIn.at.desc()).limit(1)).one_or_none()


def count_report(session: Session, volunteer_id: int, number: str) -> None:
    """Write whose a report is; once, however often it is sent."""
    session.execute(
        text(
            "INSERT INTO volunteer_report (report_id, volunteer_id)"
            " SELECT id, :volunteer FROM report WHERE number = :number ON CONFLICT DO NOTHING"
        ),
        {"volunteer": volunteer_id, "number": number},
    )


def reports(session: Session, volunteer_id: int, limit: int) -> Sequence[Found]:
    """Return somebody's reports, latest first."""
    return session.execute(_REPORTS, {"volunteer": volunteer_id, "limit": limit}).all()


def totals(
    session: Session, volunteer_id: int, from_day: date, from_moment: datetime, day: date
) -> Found:
    """Return what somebody did since a day: reports, closed ones, check-ins, minutes."""
    given = {
        "volunteer": volunteer_id,
        "from_day": from_day,
        "from_moment": from_moment,
        "day": day,
    }
    return session.execute(_TOTALS, given).one()
