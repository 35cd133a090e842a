"""Activities: who calls people together, where and when; who has a place; who was there."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from geoalchemy2.shape import from_shape
from shapely import Point
from sqlalchemy.orm import Session

from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.volunteering import Activity, SignUp
from gridmap.store import audit
from gridmap.store.base import STORED_SRID
from gridmap.terms import CheckInWay
from gridmap.volunteering.organising import Hand, Reach, require
from gridmap.volunteering.queries import activities as queries
from gridmap.volunteering.refusals import ActivityOver, NoPlaceLeft

LONGEST_TITLE: Final = 60
LONGEST_BODY: Final = 1000
LONGEST_PLACE: Final = 80
LONGEST: Final = timedelta(hours=24)
AHEAD: Final = timedelta(days=400)
LISTED: Final = 200
RADII: Final = (20, 2000)


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody writes who calls people together; times are aware."""

    community_id: int
    title: str
    place: str
    lon: float
    lat: float
    starts_at: datetime
    ends_at: datetime
    body: str = ""
    radius_m: int = 150
    places: int | None = None
    organiser_id: int | None = None
    agency_id: int | None = None
    need_id: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """An activity as pages show it; names as of today."""

    id: int
    community_id: int
    community_code: str
    community: str
    need_id: int | None
    agency_id: int | None
    agency: str | None
    title: str
    body: str
    place: str
    lon: float
    lat: float
    radius_m: int
    starts_at: datetime
    ends_at: datetime
    places: int | None
    organiser_id: int | None
    organiser_code: str | None
    organiser: str | None
    cancelled_at: datetime | None
    cancelled_because: str | None
    taken: int
    present: int
    unconfirmed: int

    @property
    def left(self) -> int | None:
        """Places left; None where there is no limit."""
        return None if self.places is None else max(0, self.places - self.taken)

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody with a place in an activity, for the organiser's eyes."""

    id: int
    volunteer_id: int
    code: str
    name: str
    phone: str | None
    party_member: bool
    agency: str | None
    at: datetime
    checked_in_at: datetime | None
    way: CheckInWay | None
    distance_m: int | None
    minutes: int | None
    confirmed_at: datetime | None


def make(session: Session, plan: Plan, hand: Hand, now: datetime) -> int:
    """Call people together; return the activity's id.

    Raises:
        NotFound: the community lies beyond the reach.
        InvalidInput: words, times or the place are wrong.
    """
    require(hand, plan.community_id)
    _check(session, plan, now)
    activity = Activity(secret=secrets.token_hex(32), made_at=now, made_by_id=hand.account_id)
    _write(activity, plan)
    session.add(activity)
    session.flush()
    _record(session, "activity_made", activity.id, hand, now)
    return activity.id


def change(session: Session, activity_id: int, plan: Plan, hand: Hand, now: datetime) -> None:
    """Change an activity that has not ended; places never fall below those taken.

    Raises:
        NotFound, InvalidInput: see `make`.
        ActivityOver: it has ended or was cancelled.
    """
    activity = _open(session, activity_id, now)
    require(hand, activity.community_id)
    require(hand, plan.community_id)
    _check(session, plan, now)
    taken = queries.places_taken(session, activity_id)
    if plan.places is not None and plan.places < taken:
        raise InvalidInput(
            field="places",
            reason_zh=f"已经有 {taken} 人报名，名额不能更少。",
            reason_en=f"{taken} people have signed up; there cannot be fewer places.",
        )
    _write(activity, plan)
    session.flush()
    _record(session, "activity_changed", activity_id, hand, now)


def cancel(session: Session, activity_id: int, because: str, hand: Hand, now: datetime) -> None:
    """Call an activity off, with the reason that those who signed up will read.

    Raises:
        NotFound: beyond the reach.
        ActivityOver: it has ended or was cancelled before.
        InvalidInput: no reason.
    """
    activity = _open(session, activity_id, now)
    require(hand, activity.community_id)
    if not because.strip():
        raise InvalidInput(
            field="because", reason_zh="请写明取消的原因。", reason_en="Say why it is called off."
        )
    activity.cancelled_at, activity.cancelled_because = now, because.strip()
    session.flush()
    _record(session, "activity_cancelled", activity_id, hand, now)


def _check(session: Session, plan: Plan, now: datetime) -> None:
    _check_words(plan)
    if not plan.starts_at < plan.ends_at <= plan.starts_at + LONGEST or plan.ends_at <= now:
        raise InvalidInput(
            field="ends_at",
            reason_zh="结束要晚于开始和现在，一次最多 24 小时。",
            reason_en="The end is after the start and after now; 24 hours at most.",
        )
    if plan.starts_at > now + AHEAD:
        raise InvalidInput(
            field="starts_at", reason_zh="日期太远。", reason_en="That is too far ahead."
        )
    if not queries.lies_in(session, plan.community_id, plan.lon, plan.lat, now):
        raise InvalidInput(
            field="spot",
            reason_zh="地点不在这个社区（一公里以内），请在地图上重新点。",
            reason_en="The place is not in this community (within a kilometre); set it on the map again.",
        )


def _check_words(plan: Plan) -> None:
    wrong = [
        name
        for name, text, least, most in (
            ("title", plan.title, 1, LONGEST_TITLE),
            ("place", plan.place, 1, LONGEST_PLACE),
            ("body", plan.body, 0, LONGEST_BODY),
        )
        if not least <= len(text.strip()) <= most
    ]
    if wrong:
        raise InvalidInput(
            field=wrong[0],
            reason_zh="请填写，不要太长。",
            reason_en="Write something, not too long.",
        )
    if not RADII[0] <= plan.radius_m <= RADII[1] or (plan.places is not None and plan.places < 1):
        raise InvalidInput(
            field="radius_m" if plan.places is None or plan.places > 0 else "places",
            reason_zh=f"签到范围 {RADII[0]} 到 {RADII[1]} 米，名额至少 1 个。",
            reason_en=f"The radius is {RADII[0]} to {RADII[1]} m, with at least one place.",
        )


def _write(activity: Activity, plan: Plan) -> None:
    activity.community_id, activity.need_id = plan.community_id, plan.need_id
    activity.agency_id, activity.organiser_id = plan.agency_id, plan.organiser_id
    activity.title, activity.body = plan.title.strip(), plan.body.strip()
    activity.place, activity.radius_m = plan.place.strip(), plan.radius_m
    activity.spot = from_shape(Point(plan.lon, plan.lat), srid=STORED_SRID)
    activity.starts_at, activity.ends_at, activity.places = (
        plan.starts_at,
        plan.ends_at,
        plan.places,
    )


def _record(
    session: Session,
    action: str,
    activity_id: int,
    hand: Hand,
    now: datetime,
    **more: Any,  # noqa: ANN401 - audit details
) -> None:
    audit.record(
        session,
        action,
        "activity",
        str(activity_id),
        now=now,
        account_id=hand.account_id,
        **more,
    )


def _locked(session: Session, activity_id: int) -> Activity:
    found = queries.locked(session, activity_id)
    if found is None:
        raise no_activity()
    return found


def _open(session: Session, activity_id: int, now: datetime) -> Activity:
    activity = _locked(session, activity_id)
    if activity.cancelled_at is not None or activity.ends_at <= now:
        raise ActivityOver
    return activity


def no_activity() -> NotFound:
    """Return the refusal of an activity that is not there."""
    return NotFound(what_zh="这次活动", what_en="This activity")


def one(session: Session, activity_id: int, now: datetime) -> Seen:
    """Return an activity.

    Raises:
        NotFound: there is none.
    """
    row = queries.one(session, activity_id, now)
    if row is None:
        raise no_activity()
    return Seen(**row._asdict())


def coming(session: Session, now: datetime, community: int | None = None) -> tuple[Seen, ...]:
    """Return the activities that have not ended, the next first; of one community or all."""
    rows = queries.coming(session, now, community, LISTED)
    return tuple(Seen(**row._asdict()) for row in rows)


def of_reach(session: Session, reach: Reach, now: datetime) -> tuple[Seen, ...]:
    """Return the activities that somebody answers for, the latest first."""
    within = None if reach.county else reach.communities
    rows = queries.of_communities(session, now, within, LISTED)
    return tuple(Seen(**row._asdict()) for row in rows)


def organised_by(session: Session, volunteer_id: int, now: datetime) -> tuple[Seen, ...]:
    """Return the latest activities that a volunteer organises."""
    rows = queries.organised_by(session, now, volunteer_id)
    return tuple(Seen(**row._asdict()) for row in rows)


def places_of(session: Session, volunteer_id: int, now: datetime) -> tuple[Seen, ...]:
    """Return the activities to come in which a volunteer has a place."""
    found = []
    for row in queries.places_of(session, volunteer_id, now):
        told = row._asdict()
        told.pop("checked_in_at")
        found.append(Seen(**told))
    return tuple(found)


def place_of(session: Session, activity_id: int, volunteer_id: int) -> SignUp | None:
    """Return a volunteer's place in an activity; None where she has none, or gave it back."""
    found = queries.sign_up_of(session, activity_id, volunteer_id)
    return found if found is not None and found.cancelled_at is None else None


def people_of(session: Session, activity_id: int) -> tuple[Participant, ...]:
    """Return who has a place in an activity; the caller has made sure who reads it."""
    return tuple(
        Participant(**row._asdict() | {"way": CheckInWay(row.way) if row.way else None})
        for row in queries.people_of(session, activity_id)
    )


def middles(
    session: Session, communities: Collection[int], now: datetime
) -> dict[str, tuple[float, float]]:
    """Return a point (lon, lat) inside each of some communities, by code: where a map begins."""
    found = queries.middles_of(session, communities, now)
    return {row.code: (round(row.lon, 6), round(row.lat, 6)) for row in found}


def sign_up(session: Session, activity_id: int, volunteer_id: int, now: datetime) -> SignUp:
    """Take a place in an activity; once taken it stays one.

    Raises:
        NotFound: no such activity.
        ActivityOver: it has ended or was cancelled.
        NoPlaceLeft: all places are taken.
    """
    activity = _open(session, activity_id, now)
    return take_place(session, activity, volunteer_id, now)


def take_place(session: Session, activity: Activity, volunteer_id: int, now: datetime) -> SignUp:
    """Return a volunteer's place in a locked activity, a new one where she has none.

    Raises:
        NoPlaceLeft: all places are taken.
    """
    found = queries.sign_up_of(session, activity.id, volunteer_id)
    if found is not None and found.cancelled_at is None:
        return found
    taken = queries.places_taken(session, activity.id)
    if activity.places is not None and taken >= activity.places:
        raise NoPlaceLeft
    if found is None:
        found = SignUp(activity_id=activity.id, volunteer_id=volunteer_id, at=now)
        session.add(found)
    found.cancelled_at, found.at = None, now
    session.flush()
    return found


def give_back(session: Session, activity_id: int, volunteer_id: int, now: datetime) -> None:
    """Give a place back, as long as nobody has checked in with it.

    Raises:
        NotFound: she has no place there.
        ActivityOver: she was there already, or it has ended.
    """
    activity = _open(session, activity_id, now)
    found = place_of(session, activity.id, volunteer_id)
    if found is None:
        raise NotFound(what_zh="您的报名", what_en="Your place")
    if found.checked_in_at is not None:
        raise ActivityOver
    found.cancelled_at = now
    session.flush()
