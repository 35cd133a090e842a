"""SQL: what a workbook of hours is compared with, and what an import has written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from gridmap.ledger.volunteering import HoursImport, ServiceHours, StarYear, Volunteer

Found = Row[*tuple[Any, ...]]


def lock(session: Session) -> None:
    """One workbook at a time."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("hours_import"))))


def volunteers(
    session: Session, codes: Collection[str], phones: Collection[str]
) -> Sequence[Found]:
    """Return the volunteers of some codes or phones: id, code, phone, name."""
    return session.execute(
        select(Volunteer.id, Volunteer.code, Volunteer.phone, Volunteer.name).where(
            Volunteer.erased_at.is_(None),
            Volunteer.code.in_(codes) | Volunteer.phone.in_(phones),
        )
    ).all()


@dataclass(frozen=True, slots=True)
class Stood:
    """A record: whose, on which day, what, and its minutes as they stand with their corrections."""

    volunteer_id: int
    day: date
    what: str
    erased: bool
    minutes: int


def known(session: Session, keys: Collection[str]) -> dict[str, Stood]:
    """Return records by the platform's key."""
    return _net(session, ServiceHours.external_key.in_(keys), ServiceHours.external_key)


def own(session: Session, ids: Collection[int]) -> dict[int, Stood]:
    """Return our own records by id."""
    return _net(session, ServiceHours.id.in_(ids), ServiceHours.id)


def _net(session: Session, condition: Any, key: Any) -> dict[Any, Stood]:  # noqa: ANN401 - columns
    correction = aliased(ServiceHours)
    corrected = (
        select(func.coalesce(func.sum(correction.minutes), 0))
        .where(correction.corrects_id == ServiceHours.id)
        .correlate(ServiceHours)
        .scalar_subquery()
    )
    told = (ServiceHours.day, ServiceHours.what, Volunteer.erased_at.is_not(None))
    query = select(key, Volunteer.id, *told, ServiceHours.minutes + corrected)
    query = query.select_from(ServiceHours)
    query = query.join(Volunteer, Volunteer.id == ServiceHours.volunteer_id).where(condition)
    return {
        row[0]: Stood(row[1], row[2], row[3], erased=row[4], minutes=int(row[5]))
        for row in session.execute(query)
    }


def of_days(
    session: Session, volunteer_ids: Collection[int], first: date, last: date
) -> dict[tuple[int, date], int]:
    """Return the minutes of some volunteers by day."""
    rows = session.execute(
        select(ServiceHours.volunteer_id, ServiceHours.day, func.sum(ServiceHours.minutes))
        .where(
            ServiceHours.volunteer_id.in_(volunteer_ids),
            ServiceHours.day >= first,
            ServiceHours.day <= last,
        )
        .group_by(ServiceHours.volunteer_id, ServiceHours.day)
    )
    return {(one, day): int(minutes) for one, day, minutes in rows}


def record(session: Session, import_id: int) -> HoursImport | None:
    """Return an import, locked."""
    query = select(HoursImport).where(HoursImport.id == import_id).with_for_update()
    return session.scalars(query).first()


def latest(session: Session, limit: int) -> Sequence[HoursImport]:
    """Return the latest imports."""
    return session.scalars(select(HoursImport).order_by(HoursImport.id.desc()).limit(limit)).all()


def lock_records(session: Session, import_id: int) -> set[int]:
    """Keep the records of an import from being corrected meanwhile; return the years of their days."""
    query = select(ServiceHours.day).where(ServiceHours.import_id == import_id)
    return {day.year for day in session.scalars(query.order_by(ServiceHours.id).with_for_update())}


def bound(session: Session, import_id: int) -> Sequence[Found]:
    """Return the records of an import that can no longer go, corrected or of a year that was rated: code, day."""
    correction = aliased(ServiceHours)
    corrected = exists().where(correction.corrects_id == ServiceHours.id)
    rated = exists().where(StarYear.year == func.extract("year", ServiceHours.day))
    query = select(Volunteer.code, ServiceHours.day)
    query = query.join(Volunteer, Volunteer.id == ServiceHours.volunteer_id)
    query = query.where(ServiceHours.import_id == import_id, corrected | rated)
    return session.execute(query.order_by(Volunteer.code, ServiceHours.day)).all()


def take_out(session: Session, import_id: int) -> int:
    """Delete the records of an import; return how many."""
    query = delete(ServiceHours).where(ServiceHours.import_id == import_id)
    return len(session.execute(query.returning(ServiceHours.id)).all())
