"""Checking in on the spot: by the changing code on the organiser's screen, by position, or by the organiser.

A code opens for a minute. A position counts with a key that this server gave less than a minute
before, once, to this volunteer; of the position nothing is kept but its distance. What is refused
uses the key up, so refusals are returned, not raised: the transaction commits.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.volunteering import Activity, SignUp
from gridmap.store import audit
from gridmap.terms import CheckInWay
from gridmap.volunteering import codes
from gridmap.volunteering.activities import no_activity, take_place
from gridmap.volunteering.organising import Hand, require
from gridmap.volunteering.queries import activities as queries
from gridmap.volunteering.refusals import (
    ActivityOver,
    NotYetOpen,
    StaleCode,
    StalePosition,
    TooFar,
    TooVague,
)
from gridmap.volunteering.service import key_hash

OPENS_BEFORE: Final = timedelta(minutes=30)
VAGUE_M: Final = 300.0
"""A position less sure than this says nothing."""
SLACK_M: Final = 50.0
"""So much of a phone's own uncertainty is taken off the distance."""
KEYS_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Position:
    """What a phone says: WGS 84, the radius of its circle in metres."""

    lon: float
    lat: float
    accuracy_m: float


def shown_code(session: Session, activity_id: int, now: datetime) -> str:
    """Return the code for the organiser's screen; the caller has made sure who looks.

    Raises:
        NotFound: no such activity.
    """
    secret = queries.secret_of(session, activity_id)
    if secret is None:
        raise no_activity()
    return codes.code_at(secret, now)


def by_code(
    session: Session, activity_id: int, volunteer_id: int, code: str, now: datetime
) -> SignUp:
    """Check a volunteer in who has just scanned the screen; who did not sign up gets a place.

    Raises:
        NotFound: no such activity.
        NotYetOpen, ActivityOver: not the time for it.
        StaleCode: the code is older than a minute.
        NoPlaceLeft: she had not signed up, and all places are taken.
    """
    activity = _locked(session, activity_id, now)
    if not codes.is_fresh(activity.secret, code, now):
        raise StaleCode
    return _check_in(session, activity, volunteer_id, now)


def challenge(session: Session, activity_id: int, volunteer_id: int, now: datetime) -> str:
    """Return a new key that the next position must come with.

    Raises:
        NotFound, NotYetOpen, ActivityOver: see `by_code`.
    """
    _locked(session, activity_id, now)
    key = secrets.token_urlsafe(24)
    queries.add_challenge(session, key_hash(key), activity_id, volunteer_id, now)
    return key


def by_position(
    session: Session,
    activity_id: int,
    volunteer_id: int,
    key: str,
    position: Position,
    now: datetime,
) -> SignUp | InvalidInput:
    """Check a volunteer in by her phone's position; return her place, or why it is refused.

    Args:
        session: open session.
        activity_id: where.
        volunteer_id: who.
        key: from `challenge`, less than a minute ago; it is used up whatever comes of it.
        position: what the phone says.
        now: this moment.

    Raises:
        NotFound, NotYetOpen, ActivityOver, NoPlaceLeft: see `by_code`.
    """
    activity = _locked(session, activity_id, now)
    made_at = queries.use_challenge(session, key_hash(key), activity_id, volunteer_id, now)
    if made_at is None or not made_at <= now < made_at + codes.CHALLENGE_LASTS:
        return StalePosition()
    if position.accuracy_m > VAGUE_M:
        return TooVague()
    metres = queries.distance_m(session, activity_id, position.lon, position.lat)
    if metres - min(position.accuracy_m, SLACK_M) > activity.radius_m:
        return TooFar(round(metres), activity.radius_m)
    return _check_in(session, activity, volunteer_id, now, round(metres))


def by_organiser(session: Session, sign_up_id: int, hand: Hand, now: datetime) -> SignUp:
    """Put down that somebody was there whose phone could not say so; on record.

    Raises:
        NotFound: beyond the reach, and not the organiser.
        NotYetOpen: it has not opened.
    """
    place = queries.sign_up(session, sign_up_id)
    activity = queries.locked(session, place.activity_id) if place else None
    if place is None or activity is None:
        raise NotFound(what_zh="这个报名", what_en="This place")
    organises(activity, hand)
    if now < activity.starts_at - OPENS_BEFORE:
        raise NotYetOpen
    if place.checked_in_at is None:
        place.checked_in_at = min(now, max(activity.starts_at, place.at))
        place.way = CheckInWay.ORGANISER
        audit.record(
            session,
            "volunteer_checked_in_by_organiser",
            "sign_up",
            str(sign_up_id),
            now=now,
            account_id=hand.account_id,
            organiser=hand.volunteer_id,
        )
        session.flush()
    return place


def organises(activity: Activity, hand: Hand) -> None:
    """Let the organiser of an activity pass, and whoever calls volunteers together there.

    Raises:
        NotFound: neither.
    """
    if hand.volunteer_id is not None and hand.volunteer_id == activity.organiser_id:
        return
    require(hand, activity.community_id)


def forget_keys(session: Session, now: datetime) -> None:
    """Delete old keys of positions."""
    queries.drop_challenges(session, now - KEYS_KEPT)


def _locked(session: Session, activity_id: int, now: datetime) -> Activity:
    activity = queries.locked(session, activity_id)
    if activity is None:
        raise no_activity()
    if activity.cancelled_at is not None or activity.ends_at <= now:
        raise ActivityOver
    if now < activity.starts_at - OPENS_BEFORE:
        raise NotYetOpen
    return activity


def _check_in(
    session: Session,
    activity: Activity,
    volunteer_id: int,
    now: datetime,
    distance_m: int | None = None,
) -> SignUp:
    place = take_place(session, activity, volunteer_id, now)
    if place.checked_in_at is None:
        place.checked_in_at, place.distance_m = now, distance_m
        place.way = CheckInWay.CODE if distance_m is None else CheckInWay.POSITION
        session.flush()
    return place
