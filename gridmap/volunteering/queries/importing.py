"""SQL: what a workbook of hours is compared with, and what an import has written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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


def known(session: Session, keys: Collection[str]) -> dict[str, int]:
    """Return the minutes of records by the platform's key, as they stand with their corrections."""
    return _net(session, ServiceHours.external_key.in_(keys), ServiceHours.external_key)


def own(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Return the minutes of our own records by id, as they stand with their corrections."""
    return _net(session, ServiceHours.id.in_(ids), ServiceHours.id)


def _net(session: Session, condition: Any, key: Any) -> dict[Any, int]:  # noqa: ANN401 - columns
    correction = aliased(ServiceHours)
    corrected = (
        select(func.coalesce(func.sum(correction.minutes), 0))
        .where(correction.corrects_id == ServiceHours.id)
        .correlate(ServiceHours)
        .scalar_subquery()
    )
    rows = session.execute(select(key, ServiceHours.minutes + corrected).where(condition))
    return {found: int(minutes) for found, minutes in rows}


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


def bound(session: Session, import_id: int) -> int:
    """Return how many records of an import can no longer go: corrected, or of a year that was rated."""
    correction = aliased(ServiceHours)
    corrected = exists().where(correction.corrects_id == ServiceHours.id)
    rated = exists().where(StarYear.year == func.extract("year", ServiceHours.day))
    query = select(func.count()).select_from(ServiceHours)
    query = query.where(ServiceHours.import_id == import_id, corrected | rated)
    return session.execute(query).scalar_one()


def take_out(session: Session, import_id: int) -> int:
    """Delete the records of an import; return how many."""
    query = delete(ServiceHours).where(ServiceHours.import_id == import_id)
    return len(session.execute(query.returning(ServiceHours.id)).all())
