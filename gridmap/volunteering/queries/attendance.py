"""SQL: who signed up for which activity, who was there, the minutes with their corrections."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area, AreaVersion
from gridmap.ledger.volunteering import Activity, ServiceHours, SignUp, Volunteer
from gridmap.store.base import as_of
from gridmap.timespan import local_day

Found = Row[*tuple[Any, ...]]


def _all(now: datetime) -> Select[*tuple[Any, ...]]:
    named = and_(AreaVersion.area_id == Area.id, as_of(AreaVersion, local_day(now)))
    return (
        select(
            SignUp.id,
            SignUp.activity_id,
            Activity.title,
            Activity.community_id,
            func.coalesce(AreaVersion.name, Area.code).label("community"),
            Activity.starts_at,
            Activity.cancelled_at.is_not(None).label("called_off"),
            SignUp.volunteer_id,
            Volunteer.code,
            Volunteer.name,
            Volunteer.erased_at.is_not(None).label("erased"),
            SignUp.cancelled_at.is_not(None).label("left"),
            SignUp.checked_in_at,
            SignUp.way,
            SignUp.distance_m,
            SignUp.minutes.label("confirmed"),
            ServiceHours.id.label("hours_id"),
        )
        .join(Activity, Activity.id == SignUp.activity_id)
        .join(Volunteer, Volunteer.id == SignUp.volunteer_id)
        .join(Area, Area.id == Activity.community_id)
        .outerjoin(AreaVersion, named)
        .outerjoin(ServiceHours, ServiceHours.sign_up_id == SignUp.id)
    )


def between(
    session: Session,
    now: datetime,
    span: tuple[datetime, datetime],
    communities: Collection[int] | None,
    activity_id: int | None,
) -> Sequence[Found]:
    """Return the places in activities that begin in a span, of some communities (None: all), in their order."""
    query = _all(now).where(Activity.starts_at >= span[0], Activity.starts_at < span[1])
    if communities is not None:
        query = query.where(Activity.community_id.in_(communities))
    if activity_id is not None:
        query = query.where(Activity.id == activity_id)
    order = (Activity.starts_at, Activity.id, SignUp.at, SignUp.id)
    return session.execute(query.order_by(*order)).all()


def known(
    session: Session,
    now: datetime,
    ids: Collection[int],
    pairs: Collection[tuple[int, str]],
) -> Sequence[Found]:
    """Return places by id, and by activity and volunteer's code; wherever they are."""
    meant = [SignUp.id.in_(ids)]
    if pairs:
        meant.append(tuple_(SignUp.activity_id, Volunteer.code).in_(list(pairs)))
    return session.execute(_all(now).where(or_(*meant))).all()


def lock_activities(
    session: Session,
    ids: Collection[int],
    pairs: Collection[tuple[int, str]],
    communities: Collection[int] | None,
) -> None:
    """Lock the activities of places within some communities (None: all) in one order, before anything else."""
    of_places = select(SignUp.activity_id).where(SignUp.id.in_(ids))
    named = Activity.id.in_({activity for activity, _code in pairs})
    query = select(Activity.id).where(or_(named, Activity.id.in_(of_places)))
    if communities is not None:
        query = query.where(Activity.community_id.in_(communities))
    session.execute(query.order_by(Activity.id).with_for_update())


def corrections(session: Session, hours_ids: Collection[int]) -> Sequence[Found]:
    """Return the corrections of records, the first first: corrects_id, minutes, reason."""
    return session.execute(
        select(ServiceHours.corrects_id, ServiceHours.minutes, ServiceHours.reason)
        .where(ServiceHours.corrects_id.in_(hours_ids))
        .order_by(ServiceHours.id)
    ).all()


def activities(
    session: Session,
    now: datetime,
    span: tuple[datetime, datetime],
    communities: Collection[int] | None,
) -> Sequence[Found]:
    """Return the activities that begin in a span: id, title, community, place, starts_at, ends_at."""
    named = and_(AreaVersion.area_id == Area.id, as_of(AreaVersion, local_day(now)))
    query = (
        select(
            Activity.id,
            Activity.title,
            func.coalesce(AreaVersion.name, Area.code).label("community"),
            Activity.place,
            Activity.starts_at,
            Activity.ends_at,
            Activity.cancelled_at.is_not(None).label("called_off"),
        )
        .join(Area, Area.id == Activity.community_id)
        .outerjoin(AreaVersion, named)
        .where(Activity.starts_at >= span[0], Activity.starts_at < span[1])
    )
    if communities is not None:
        query = query.where(Activity.community_id.in_(communities))
    return session.execute(query.order_by(Activity.starts_at, Activity.id)).all()
