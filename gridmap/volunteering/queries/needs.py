"""SQL: needs, who has taken them up, the report that one grew out of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from gridmap.dispatch.tables import Report
from gridmap.ledger.areas import Area, AreaVersion
from gridmap.ledger.posts import Agency
from gridmap.ledger.volunteering import Need, NeedTaking, Volunteer
from gridmap.store.base import as_of
from gridmap.terms import NeedState
from gridmap.timespan import local_day

Found = Row[*tuple[Any, ...]]
LIVE = (NeedState.OPEN, NeedState.TAKEN)


def _takers() -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(NeedTaking)
        .where(NeedTaking.need_id == Need.id, NeedTaking.left_at.is_(None))
        .correlate(Need)
        .scalar_subquery()
    )


def _all(now: datetime) -> Select[*tuple[Any, ...]]:
    named = and_(AreaVersion.area_id == Area.id, as_of(AreaVersion, local_day(now)))
    return (
        select(
            Need.id,
            Need.community_id,
            Area.code.label("community_code"),
            func.coalesce(AreaVersion.name, Area.code).label("community"),
            Report.number.label("report_number"),
            Need.title,
            Need.body,
            Need.wanted,
            Need.until_day,
            Need.state,
            Need.made_at,
            Need.ended_at,
            Need.result,
            _takers().label("takers"),
        )
        .join(Area, Area.id == Need.community_id)
        .outerjoin(AreaVersion, named)
        .outerjoin(Report, Report.id == Need.report_id)
    )


def one(session: Session, need_id: int, now: datetime) -> Found | None:
    """Return a need with its counts."""
    return session.execute(_all(now).where(Need.id == need_id)).first()


def open_ones(
    session: Session, now: datetime, community: int | None, limit: int
) -> Sequence[Found]:
    """Return needs that wait for people, the most urgent first."""
    day: date = local_day(now)
    query = _all(now).where(
        Need.state == NeedState.OPEN, or_(Need.until_day.is_(None), Need.until_day >= day)
    )
    if community is not None:
        query = query.where(Need.community_id == community)
    ordered = query.order_by(Need.until_day.asc().nulls_last(), Need.made_at.desc(), Need.id)
    return session.execute(ordered.limit(limit)).all()


def of_communities(
    session: Session, now: datetime, communities: Collection[int] | None, limit: int
) -> Sequence[Found]:
    """Return the needs of some communities (None: all): open ones first, then the latest."""
    query = _all(now)
    if communities is not None:
        query = query.where(Need.community_id.in_(communities))
    ordered = query.order_by(Need.state.in_(LIVE).desc(), Need.made_at.desc(), Need.id)
    return session.execute(ordered.limit(limit)).all()


def of_volunteer(session: Session, volunteer_id: int, now: datetime) -> Sequence[Found]:
    """Return the open needs that a volunteer has taken up."""
    query = _all(now).join(NeedTaking, NeedTaking.need_id == Need.id)
    query = query.where(
        NeedTaking.volunteer_id == volunteer_id,
        NeedTaking.left_at.is_(None),
        Need.state.in_(LIVE),
    )
    return session.execute(query.order_by(Need.until_day, Need.id)).all()


def of_report(session: Session, number: str, now: datetime) -> Sequence[Found]:
    """Return the needs that grew out of a report."""
    return session.execute(_all(now).where(Report.number == number).order_by(Need.id)).all()


def report(session: Session, number: str) -> Found | None:
    """Return a report's id and community."""
    return session.execute(
        select(Report.id, Report.community_id).where(Report.number == number)
    ).first()


def locked(session: Session, need_id: int) -> Need | None:
    """Return a need's row, locked."""
    query = select(Need).where(Need.id == need_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def taking(session: Session, need_id: int, volunteer_id: int) -> NeedTaking | None:
    """Return a volunteer's taking of a need."""
    query = select(NeedTaking).where(
        NeedTaking.need_id == need_id, NeedTaking.volunteer_id == volunteer_id
    )
    return session.scalars(query.execution_options(populate_existing=True)).first()


def takers(session: Session, need_id: int) -> Sequence[Found]:
    """Return who has taken a need up."""
    return session.execute(
        select(
            NeedTaking.id,
            NeedTaking.volunteer_id,
            Volunteer.code,
            Volunteer.name,
            Volunteer.phone,
            Agency.name.label("agency"),
            NeedTaking.at,
        )
        .join(Volunteer, Volunteer.id == NeedTaking.volunteer_id)
        .outerjoin(Agency, Agency.id == Volunteer.agency_id)
        .where(NeedTaking.need_id == need_id, NeedTaking.left_at.is_(None))
        .order_by(NeedTaking.at)
    ).all()


def takers_now(session: Session, need_id: int) -> int:
    """Return how many have taken a need up."""
    query = select(func.count()).select_from(NeedTaking)
    query = query.where(NeedTaking.need_id == need_id, NeedTaking.left_at.is_(None))
    return session.execute(query).scalar_one()
