"""SQL: minutes of service, by volunteer, community and agency."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, literal, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from gridmap.ledger.areas import Area, AreaVersion
from gridmap.ledger.posts import Agency
from gridmap.ledger.volunteering import (
    Activity,
    ServiceHours,
    SignUp,
    StarRating,
    Volunteer,
    VolunteerCheckIn,
)
from gridmap.store.base import as_of

Found = Row[*tuple[Any, ...]]


def _in(first: date, end: date) -> ColumnElement[bool]:
    return and_(ServiceHours.day >= first, ServiceHours.day < end)


def record(session: Session, hours_id: int) -> ServiceHours | None:
    """Return a record of minutes; rows never change, so the volunteer's row is what is locked."""
    found = session.get(ServiceHours, hours_id)
    if found is not None:
        lock_volunteer(session, found.volunteer_id)
    return found


def lock_volunteer(session: Session, volunteer_id: int) -> None:
    """Let one at a time write a volunteer's minutes and stars."""
    session.execute(select(Volunteer.id).where(Volunteer.id == volunteer_id).with_for_update())


def net(session: Session, hours_id: int) -> int:
    """Return the minutes of a record with all its corrections."""
    query = select(func.coalesce(func.sum(ServiceHours.minutes), 0)).where(
        (ServiceHours.id == hours_id) | (ServiceHours.corrects_id == hours_id)
    )
    return int(session.execute(query).scalar_one())


def of_day(session: Session, volunteer_id: int, day: date) -> int:
    """Return the minutes of a volunteer on a day."""
    query = select(func.coalesce(func.sum(ServiceHours.minutes), 0)).where(
        ServiceHours.volunteer_id == volunteer_id, ServiceHours.day == day
    )
    return int(session.execute(query).scalar_one())


def of_volunteer(session: Session, volunteer_id: int, first: date, end: date) -> Sequence[Found]:
    """Return the records of a volunteer's year with their corrections, the latest day first."""
    return session.execute(
        select(
            ServiceHours.id,
            ServiceHours.day,
            ServiceHours.minutes,
            ServiceHours.source,
            ServiceHours.what,
            ServiceHours.reason,
            ServiceHours.corrects_id,
            ServiceHours.community_id,
            ServiceHours.at,
        )
        .where(ServiceHours.volunteer_id == volunteer_id, _in(first, end))
        .order_by(ServiceHours.day.desc(), ServiceHours.id)
    ).all()


def years_of(session: Session, volunteer_id: int) -> Sequence[Found]:
    """Return the years in which a volunteer served, the latest first: year, minutes."""
    year = func.extract("year", ServiceHours.day)
    return session.execute(
        select(year.label("year"), func.sum(ServiceHours.minutes).label("minutes"))
        .where(ServiceHours.volunteer_id == volunteer_id)
        .group_by(year)
        .order_by(year.desc())
    ).all()


def minutes_of(session: Session, volunteer_id: int, first: date, end: date) -> int:
    """Return the minutes of a volunteer's year."""
    query = select(func.coalesce(func.sum(ServiceHours.minutes), 0))
    query = query.where(ServiceHours.volunteer_id == volunteer_id, _in(first, end))
    return int(session.execute(query).scalar_one())


def totals(session: Session, first: date, end: date) -> Sequence[Found]:
    """Return everybody who served in a year: volunteer_id, minutes."""
    return session.execute(
        select(ServiceHours.volunteer_id, func.sum(ServiceHours.minutes).label("minutes"))
        .where(_in(first, end))
        .group_by(ServiceHours.volunteer_id)
        .order_by(ServiceHours.volunteer_id)
    ).all()


def last_ratings(session: Session, year: int) -> Sequence[Found]:
    """Return the rating that holds for everybody of a year: volunteer_id, stars, minutes."""
    return session.execute(
        select(StarRating.volunteer_id, StarRating.stars, StarRating.minutes)
        .ext(distinct_on(StarRating.volunteer_id))
        .where(StarRating.year == year)
        .order_by(StarRating.volunteer_id, StarRating.sequence.desc())
    ).all()


def by_community(session: Session, first: date, end: date, day: date) -> Sequence[Found]:
    """Return every community with people, minutes and activities of a year, the most minutes first."""
    served = _served(ServiceHours.community_id, first, end)
    held = (
        select(Activity.community_id, func.count().label("activities"))
        .where(
            Activity.cancelled_at.is_(None),
            func.timezone("Asia/Shanghai", Activity.starts_at) >= first,
            func.timezone("Asia/Shanghai", Activity.starts_at) < end,
            Activity.id.in_(select(SignUp.activity_id).where(SignUp.confirmed_at.is_not(None))),
        )
        .group_by(Activity.community_id)
        .subquery()
    )
    members = (
        select(VolunteerCheckIn.community_id, func.count().label("members"))
        .where(as_of(VolunteerCheckIn, day))
        .group_by(VolunteerCheckIn.community_id)
        .subquery()
    )
    named = and_(AreaVersion.area_id == Area.id, as_of(AreaVersion, day))
    return session.execute(
        select(
            Area.id,
            Area.code,
            func.coalesce(AreaVersion.name, Area.code).label("name"),
            func.coalesce(served.c.people, 0).label("people"),
            func.coalesce(served.c.minutes, 0).label("minutes"),
            func.coalesce(held.c.activities, 0).label("activities"),
            func.coalesce(members.c.members, 0).label("members"),
        )
        .outerjoin(AreaVersion, named)
        .outerjoin(served, served.c.key == Area.id)
        .outerjoin(held, held.c.community_id == Area.id)
        .outerjoin(members, members.c.community_id == Area.id)
        .where(Area.kind == "community", AreaVersion.id.is_not(None))
        .order_by(func.coalesce(served.c.minutes, 0).desc(), Area.code)
    ).all()


def by_agency(session: Session, first: date, end: date) -> Sequence[Found]:
    """Return every agency whose people served in a year, the most minutes first."""
    served = _served(ServiceHours.agency_id, first, end)
    members = (
        select(Volunteer.agency_id, func.count().label("members"))
        .where(Volunteer.erased_at.is_(None))
        .group_by(Volunteer.agency_id)
        .subquery()
    )
    return session.execute(
        select(
            Agency.id,
            Agency.code,
            Agency.name,
            func.coalesce(served.c.people, 0).label("people"),
            func.coalesce(served.c.minutes, 0).label("minutes"),
            func.coalesce(members.c.members, 0).label("members"),
        )
        .outerjoin(served, served.c.key == Agency.id)
        .outerjoin(members, members.c.agency_id == Agency.id)
        .where((served.c.people > 0) | (members.c.members > 0))
        .order_by(func.coalesce(served.c.minutes, 0).desc(), Agency.name)
    ).all()


def _served(column: Any, first: date, end: date) -> Any:  # noqa: ANN401 - a column and a subquery
    """Group the minutes that stand in the end: a record that was corrected to nothing counts nobody."""
    net_of = (
        select(
            column.label("key"),
            ServiceHours.volunteer_id,
            func.sum(ServiceHours.minutes).label("minutes"),
        )
        .where(_in(first, end), column.is_not(None))
        .group_by(column, ServiceHours.volunteer_id)
        .having(func.sum(ServiceHours.minutes) > 0)
        .subquery()
    )
    return (
        select(
            net_of.c.key,
            func.count().label("people"),
            func.sum(net_of.c.minutes).label("minutes"),
        )
        .group_by(net_of.c.key)
        .subquery()
    )


def exported(
    session: Session, first: date, end: date, communities: Collection[int] | None
) -> Sequence[Found]:
    """Return the records of a year for a workbook, as they stand with their corrections; by day."""
    correction = aliased(ServiceHours)
    corrected = (
        select(func.coalesce(func.sum(correction.minutes), 0))
        .where(correction.corrects_id == ServiceHours.id)
        .correlate(ServiceHours)
        .scalar_subquery()
    )
    minutes = ServiceHours.minutes + corrected
    query = (
        select(
            ServiceHours.id,
            func.coalesce(ServiceHours.external_key, literal("")).label("external_key"),
            Volunteer.code,
            Volunteer.name,
            ServiceHours.day,
            minutes.label("minutes"),
            ServiceHours.what,
            ServiceHours.source,
            Area.code.label("community_code"),
            Agency.code.label("agency_code"),
        )
        .join(Volunteer, Volunteer.id == ServiceHours.volunteer_id)
        .outerjoin(Area, Area.id == ServiceHours.community_id)
        .outerjoin(Agency, Agency.id == ServiceHours.agency_id)
        .where(_in(first, end), ServiceHours.corrects_id.is_(None), minutes > 0)
    )
    if communities is not None:
        query = query.where(ServiceHours.community_id.in_(communities))
    return session.execute(query.order_by(ServiceHours.day, ServiceHours.id)).all()


def places_of(session: Session, volunteer_id: int, day: date) -> tuple[int | None, int | None]:
    """Return community and agency of a volunteer on a day: what minutes written then count for."""
    row = session.execute(
        select(VolunteerCheckIn.community_id, Volunteer.agency_id)
        .select_from(Volunteer)
        .outerjoin(
            VolunteerCheckIn,
            and_(VolunteerCheckIn.volunteer_id == Volunteer.id, as_of(VolunteerCheckIn, day)),
        )
        .where(Volunteer.id == volunteer_id)
    ).one()
    return row.community_id, row.agency_id
