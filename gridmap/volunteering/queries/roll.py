"""SQL: the volunteers' list with community, agency and the minutes of a year."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area, AreaVersion
from gridmap.ledger.posts import Agency
from gridmap.ledger.volunteering import ServiceHours, Volunteer, VolunteerCheckIn
from gridmap.store.base import as_of

Found = Row[*tuple[Any, ...]]


def _all(day: date, first: date, end: date) -> Select[*tuple[Any, ...]]:
    served = (
        select(ServiceHours.volunteer_id, func.sum(ServiceHours.minutes).label("minutes"))
        .where(ServiceHours.day >= first, ServiceHours.day < end)
        .group_by(ServiceHours.volunteer_id)
        .subquery()
    )
    here = and_(VolunteerCheckIn.volunteer_id == Volunteer.id, as_of(VolunteerCheckIn, day))
    return (
        select(
            Volunteer.id,
            Volunteer.code,
            Volunteer.name,
            Volunteer.phone,
            Volunteer.party_member,
            Volunteer.occupation,
            Volunteer.person_id,
            Volunteer.erased_at,
            Agency.code.label("agency"),
            Agency.name.label("agency_name"),
            VolunteerCheckIn.community_id,
            Area.code.label("community"),
            func.coalesce(AreaVersion.name, Area.code).label("community_name"),
            func.lower(VolunteerCheckIn.valid).label("since"),
            func.coalesce(served.c.minutes, 0).label("minutes"),
        )
        .outerjoin(Agency, Agency.id == Volunteer.agency_id)
        .outerjoin(VolunteerCheckIn, here)
        .outerjoin(Area, Area.id == VolunteerCheckIn.community_id)
        .outerjoin(AreaVersion, and_(AreaVersion.area_id == Area.id, as_of(AreaVersion, day)))
        .outerjoin(served, served.c.volunteer_id == Volunteer.id)
    )


def living(
    session: Session, day: date, year: tuple[date, date], communities: Collection[int] | None
) -> Sequence[Found]:
    """Return the volunteers of some communities (None: all) whose data was not erased, by community and code."""
    query = _all(day, *year).where(Volunteer.erased_at.is_(None))
    if communities is not None:
        query = query.where(VolunteerCheckIn.community_id.in_(communities))
    return session.execute(query.order_by(Area.code, Volunteer.code)).all()


def known(
    session: Session,
    day: date,
    year: tuple[date, date],
    codes: Collection[str],
    phones: Collection[str],
) -> Sequence[Found]:
    """Return the volunteers of some codes or phones, wherever they are, erased ones too."""
    query = _all(day, *year).where(or_(Volunteer.code.in_(codes), Volunteer.phone.in_(phones)))
    return session.execute(query).all()
