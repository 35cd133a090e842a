"""SQL: which volunteers were linked with which people of the staff, and from when to when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update
from sqlalchemy.orm import Session

from gridmap.ledger.volunteering import VolunteerLink

Found = Row[*tuple[Any, ...]]


def begin(session: Session, volunteer_id: int, person_id: int, now: datetime) -> None:
    """Write that a volunteer is a person from now on."""
    session.add(VolunteerLink(volunteer_id=volunteer_id, person_id=person_id, since=now))
    session.flush()


def end(session: Session, volunteer_id: int, now: datetime) -> None:
    """Write that a volunteer is nobody of the staff any more; that she was stays on record."""
    session.execute(
        update(VolunteerLink)
        .where(VolunteerLink.volunteer_id == volunteer_id, VolunteerLink.until.is_(None))
        .values(until=now)
    )


def forget(session: Session, volunteer_id: int) -> None:
    """Delete who a volunteer was, now and before."""
    session.execute(delete(VolunteerLink).where(VolunteerLink.volunteer_id == volunteer_id))


def of_volunteers(session: Session, volunteers: Collection[int]) -> Sequence[Found]:
    """Return every link of volunteers, past ones too: volunteer, person, since and until."""
    return _found(session, VolunteerLink.volunteer_id.in_(volunteers)) if volunteers else ()


def of_people(session: Session, persons: Collection[int]) -> Sequence[Found]:
    """Return every link of people, past ones too; see `of_volunteers`."""
    return _found(session, VolunteerLink.person_id.in_(persons)) if persons else ()


def _found(session: Session, condition: ColumnElement[bool]) -> Sequence[Found]:
    link = VolunteerLink
    query = select(link.volunteer_id, link.person_id, link.since, link.until).where(condition)
    return session.execute(query.order_by(link.id)).all()
