"""SQL: activities with their places, who signed up, keys of positions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import ColumnElement, Row, Select, and_, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.ledger.areas import Area, AreaVersion
from gridmap.ledger.posts import Agency
from gridmap.ledger.volunteering import Activity, CheckInChallenge, SignUp, Volunteer
from gridmap.store.base import STORED_SRID, as_of
from gridmap.timespan import local_day

Found = Row[*tuple[Any, ...]]


def _taken() -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(SignUp)
        .where(SignUp.activity_id == Activity.id, SignUp.cancelled_at.is_(None))
        .correlate(Activity)
        .scalar_subquery()
    )


def _counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(SignUp)
        .where(SignUp.activity_id == Activity.id, SignUp.cancelled_at.is_(None), condition)
        .correlate(Activity)
        .scalar_subquery()
    )


def _all(now: datetime) -> Select[*tuple[Any, ...]]:
    named = and_(AreaVersion.area_id == Area.id, as_of(AreaVersion, local_day(now)))
    return (
        select(
            Activity.id,
            Activity.community_id,
            Area.code.label("community_code"),
            func.coalesce(AreaVersion.name, Area.code).label("community"),
            Activity.need_id,
            Activity.agency_id,
            Agency.name.label("agency"),
            Activity.title,
            Activity.body,
            Activity.place,
            func.ST_X(Activity.spot).label("lon"),
            func.ST_Y(Activity.spot).label("lat"),
            Activity.radius_m,
            Activity.starts_at,
            Activity.ends_at,
            Activity.places,
            Activity.organiser_id,
            Volunteer.code.label("organiser_code"),
            Volunteer.name.label("organiser"),
            Activity.cancelled_at,
            Activity.cancelled_because,
            _taken().label("taken"),
            _counted(SignUp.checked_in_at.is_not(None)).label("present"),
            _counted(and_(SignUp.checked_in_at.is_not(None), SignUp.confirmed_at.is_(None))).label(
                "unconfirmed"
            ),
        )
        .join(Area, Area.id == Activity.community_id)
        .outerjoin(AreaVersion, named)
        .outerjoin(Agency, Agency.id == Activity.agency_id)
        .outerjoin(Volunteer, Volunteer.id == Activity.organiser_id)
    )


def one(session: Session, activity_id: int, now: datetime) -> Found | None:
    """Return an activity with its counts; names as of today."""
    return session.execute(_all(now).where(Activity.id == activity_id)).first()


def coming(session: Session, now: datetime, community: int | None, limit: int) -> Sequence[Found]:
    """Return the activities that have not ended, the next first."""
    query = _all(now).where(Activity.ends_at > now, Activity.cancelled_at.is_(None))
    if community is not None:
        query = query.where(Activity.community_id == community)
    return session.execute(query.order_by(Activity.starts_at, Activity.id).limit(limit)).all()


def of_communities(
    session: Session, now: datetime, communities: Collection[int] | None, limit: int
) -> Sequence[Found]:
    """Return the activities of some communities (None: all), the latest first, cancelled ones too."""
    query = _all(now)
    if communities is not None:
        query = query.where(Activity.community_id.in_(communities))
    return session.execute(query.order_by(Activity.starts_at.desc()).limit(limit)).all()


def organised_by(session: Session, now: datetime, volunteer_id: int) -> Sequence[Found]:
    """Return the latest activities that a volunteer organises."""
    query = _all(now).where(Activity.organiser_id == volunteer_id, Activity.cancelled_at.is_(None))
    return session.execute(query.order_by(Activity.starts_at.desc()).limit(10)).all()


def locked(session: Session, activity_id: int) -> Activity | None:
    """Return an activity's row, locked: places are counted by one at a time."""
    query = select(Activity).where(Activity.id == activity_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def secret_of(session: Session, activity_id: int) -> str | None:
    """Return the secret that makes an activity's codes."""
    return session.scalars(select(Activity.secret).where(Activity.id == activity_id)).first()


def places_taken(session: Session, activity_id: int) -> int:
    """Return how many places of an activity are taken."""
    query = select(func.count()).select_from(SignUp)
    query = query.where(SignUp.activity_id == activity_id, SignUp.cancelled_at.is_(None))
    return session.execute(query).scalar_one()


def sign_up_of(session: Session, activity_id: int, volunteer_id: int) -> SignUp | None:
    """Return a volunteer's place in an activity."""
    query = select(SignUp).where(
        SignUp.activity_id == activity_id, SignUp.volunteer_id == volunteer_id
    )
    return session.scalars(query.execution_options(populate_existing=True)).first()


def sign_up(session: Session, sign_up_id: int) -> SignUp | None:
    """Return a place, locked; its activity first, as whoever signs up or checks in does."""
    activity = select(SignUp.activity_id).where(SignUp.id == sign_up_id).scalar_subquery()
    session.execute(select(Activity.id).where(Activity.id == activity).with_for_update())
    query = select(SignUp).where(SignUp.id == sign_up_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def people_of(session: Session, activity_id: int) -> Sequence[Found]:
    """Return who has a place in an activity, in order of signing up."""
    return session.execute(
        select(
            SignUp.id,
            SignUp.volunteer_id,
            Volunteer.code,
            Volunteer.name,
            Volunteer.phone,
            Volunteer.party_member,
            Agency.name.label("agency"),
            SignUp.at,
            SignUp.checked_in_at,
            SignUp.way,
            SignUp.distance_m,
            SignUp.minutes,
            SignUp.confirmed_at,
        )
        .join(Volunteer, Volunteer.id == SignUp.volunteer_id)
        .outerjoin(Agency, Agency.id == Volunteer.agency_id)
        .where(SignUp.activity_id == activity_id, SignUp.cancelled_at.is_(None))
        .order_by(SignUp.at, SignUp.id)
    ).all()


def places_of(session: Session, volunteer_id: int, now: datetime) -> Sequence[Found]:
    """Return the activities to come in which a volunteer has a place, with her sign-up's facts."""
    query = (
        _all(now)
        .add_columns(SignUp.checked_in_at)
        .join(SignUp, SignUp.activity_id == Activity.id)
        .where(
            SignUp.volunteer_id == volunteer_id,
            SignUp.cancelled_at.is_(None),
            Activity.ends_at > now,
        )
    )
    return session.execute(query.order_by(Activity.starts_at)).all()


def distance_m(session: Session, activity_id: int, lon: float, lat: float) -> float:
    """Return the metres between an activity's place and a point, on the ellipsoid."""
    point = func.ST_SetSRID(func.ST_MakePoint(lon, lat), STORED_SRID)
    metres = func.ST_Distance(cast(Activity.spot, Geography), cast(point, Geography))
    return float(session.execute(select(metres).where(Activity.id == activity_id)).scalar_one())


def use_challenge(
    session: Session, key_sha256: str, activity_id: int, volunteer_id: int, now: datetime
) -> datetime | None:
    """Use up a position's key; return when it was made, None where it is unknown or was used."""
    statement = (
        update(CheckInChallenge)
        .where(
            CheckInChallenge.key_sha256 == key_sha256,
            CheckInChallenge.activity_id == activity_id,
            CheckInChallenge.volunteer_id == volunteer_id,
            CheckInChallenge.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(CheckInChallenge.made_at)
    )
    return session.execute(statement).scalar()


def add_challenge(
    session: Session, key_sha256: str, activity_id: int, volunteer_id: int, now: datetime
) -> None:
    """Keep what a phone must give back with its position."""
    session.execute(
        insert(CheckInChallenge).values(
            key_sha256=key_sha256, activity_id=activity_id, volunteer_id=volunteer_id, made_at=now
        )
    )


def drop_challenges(session: Session, before: datetime) -> None:
    """Delete the keys that were made before a moment: they open nothing."""
    session.execute(delete(CheckInChallenge).where(CheckInChallenge.made_at < before))


def lies_in(session: Session, community: int, lon: float, lat: float, now: datetime) -> bool:
    """Tell whether a point lies in a community or within a kilometre of it."""
    point = func.ST_SetSRID(func.ST_MakePoint(lon, lat), STORED_SRID)
    query = select(
        func.ST_DWithin(cast(AreaVersion.boundary, Geography), cast(point, Geography), 1000)
    ).where(AreaVersion.area_id == community, as_of(AreaVersion, local_day(now)))
    found = session.execute(query).scalar()
    return found is None or bool(found)


def middles_of(session: Session, communities: Collection[int], now: datetime) -> Sequence[Found]:
    """Return code, lon and lat of a point inside each of some communities."""
    inside = func.ST_PointOnSurface(AreaVersion.boundary)
    return session.execute(
        select(Area.code, func.ST_X(inside).label("lon"), func.ST_Y(inside).label("lat"))
        .join(Area, Area.id == AreaVersion.area_id)
        .where(
            Area.id.in_(communities),
            AreaVersion.boundary.is_not(None),
            as_of(AreaVersion, local_day(now)),
        )
    ).all()
