"""Minutes of service: confirmed once by the organiser, corrected on record, counted by calendar year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.volunteering import Activity, ServiceHours, SignUp
from gridmap.store import audit
from gridmap.terms import HoursSource
from gridmap.timespan import local_day
from gridmap.volunteering import linking, rating, stars
from gridmap.volunteering.checking_in import organises
from gridmap.volunteering.organising import Hand, require
from gridmap.volunteering.queries import activities as activity_queries
from gridmap.volunteering.queries import hours as queries
from gridmap.volunteering.refusals import AlreadyConfirmed, OwnHours

MOST_A_DAY: Final = 24 * 60
BEYOND: Final = 60
"""Minutes that may be confirmed beyond an activity's length: setting up, clearing away."""
LONGEST_REASON: Final = 200
LATE: Final = "补确认时长 / confirmed late"


@dataclass(frozen=True, slots=True)
class Record:
    """A record of minutes, with the corrections that belong to it."""

    id: int
    day: date
    minutes: int
    source: HoursSource
    what: str
    reason: str
    community_id: int | None
    at: datetime
    corrections: tuple[Record, ...] = ()

    @property
    def net(self) -> int:
        """Minutes that count in the end."""
        return self.minutes + sum(one.minutes for one in self.corrections)


@dataclass(frozen=True, slots=True)
class Year:
    """A calendar year of a volunteer."""

    year: int
    minutes: int


def suggested(starts_at: datetime, ends_at: datetime, checked_in_at: datetime) -> int:
    """Return the minutes to suggest: from checking in, or the start, to the end.

    >>> from datetime import UTC
    >>> at = lambda hour, minute=0: datetime(2026, 3, 1, hour, minute, tzinfo=UTC)
    >>> suggested(at(9), at(11), at(8, 45)), suggested(at(9), at(11), at(10))
    (120, 60)
    """
    return max(0, int((ends_at - max(starts_at, checked_in_at)).total_seconds()) // 60)


def confirm(session: Session, sign_up_id: int, minutes: int, hand: Hand, now: datetime) -> None:
    """Confirm the minutes of somebody who was there; nothing (0) is on record, too.

    Raises:
        NotFound: no such place, or whoever asks does not organise the activity.
        OwnHours: an organiser's own.
        AlreadyConfirmed: it was done before.
        InvalidInput: not checked in, not begun, or more than the activity lasted.
    """
    confirm_all(session, {sign_up_id: minutes}, hand, now)


def confirm_all(session: Session, minutes: Mapping[int, int], hand: Hand, now: datetime) -> None:
    """Confirm the minutes of several places, all or none: nothing is written before all was looked at.

    Raises:
        NotFound, OwnHours, AlreadyConfirmed, InvalidInput: see `confirm`; the field says of which place.
    """
    looked_at = []
    for sign_up_id, spent in sorted(minutes.items()):
        place, activity = _organised(session, sign_up_id, hand)
        try:
            _check_confirming(session, place, activity, spent, hand, now)
        except InvalidInput as refusal:
            refusal.field = f"minutes_{sign_up_id}"
            raise
        looked_at.append((place, activity, spent))
    for place, activity, spent in looked_at:
        _confirm(session, place, activity, spent, hand, now)


def _organised(session: Session, sign_up_id: int, hand: Hand) -> tuple[SignUp, Activity]:
    place = activity_queries.sign_up(session, sign_up_id)
    activity = activity_queries.locked(session, place.activity_id) if place else None
    if place is None or activity is None or place.cancelled_at is not None:
        raise NotFound(what_zh="这个报名", what_en="This place")
    organises(activity, hand)
    return place, activity


def _confirm(
    session: Session, place: SignUp, activity: Activity, minutes: int, hand: Hand, now: datetime
) -> None:
    day = local_day(activity.starts_at)
    place.minutes, place.confirmed_at = minutes, now
    place.confirmed_by_id = hand.account_id
    place.confirmed_by_volunteer_id = None if hand.account_id else hand.volunteer_id
    if minutes:
        session.add(
            ServiceHours(
                volunteer_id=place.volunteer_id,
                day=day,
                minutes=minutes,
                source=HoursSource.ACTIVITY,
                community_id=activity.community_id,
                agency_id=queries.places_of(session, place.volunteer_id, day)[1],
                sign_up_id=place.id,
                what=activity.title,
                at=now,
                by_id=place.confirmed_by_id,
                by_volunteer_id=place.confirmed_by_volunteer_id,
            )
        )
    session.flush()
    rating.rate_again(session, place.volunteer_id, day, LATE, now)


def _check_confirming(
    session: Session, place: SignUp, activity: Activity, minutes: int, hand: Hand, now: datetime
) -> None:
    if place.confirmed_at is not None:
        raise AlreadyConfirmed
    refuse_own(session, hand, place.volunteer_id, local_day(activity.starts_at), now)
    if place.checked_in_at is None or now < activity.starts_at:
        raise InvalidInput(
            field="minutes",
            reason_zh="没有签到的，先补签到；活动开始以后才能确认。",
            reason_en="Check in first; time is confirmed once the activity has begun.",
        )
    lasted = int((activity.ends_at - activity.starts_at).total_seconds()) // 60
    most = min(lasted + BEYOND, MOST_A_DAY)
    if not 0 <= minutes <= most:
        raise InvalidInput(
            field="minutes",
            reason_zh=f"时长在 0 到 {most} 分钟之间。",
            reason_en=f"Between 0 and {most} minutes.",
        )


def refuse_own(session: Session, hand: Hand, volunteer_id: int, day: date, now: datetime) -> None:
    """Keep everybody from deciding on her own time, as organiser or as staff.

    Args:
        session: open session.
        hand: who acts.
        volunteer_id: whose time it is.
        day: the day of the time.
        now: this moment.

    Raises:
        OwnHours: the volunteer is who acts, or was by `linking.own_records`.
    """
    if volunteer_id in linking.own_records(session, hand, day, now):
        raise OwnHours


def correct(
    session: Session, hours_id: int, minutes: int, reason: str, hand: Hand, now: datetime
) -> None:
    """Correct a record to so many minutes: a second row stands beside it. Stars of a rated year follow.

    Raises:
        NotFound: no such record within the reach, or itself a correction.
        OwnHours: it is of whoever corrects.
        InvalidInput: no reason, nothing changed, less than nothing or more than a day.
    """
    found = queries.record(session, hours_id)
    if found is None or found.corrects_id is not None:
        raise NotFound(what_zh="这条时长", what_en="This record")
    require(hand, found.community_id)
    refuse_own(session, hand, found.volunteer_id, found.day, now)
    before = queries.net(session, hours_id)
    _check_correction(minutes, before, reason)
    of_day = queries.of_day(session, found.volunteer_id, found.day) - before + minutes
    if of_day > MOST_A_DAY:
        raise _too_much()
    session.add(
        ServiceHours(
            volunteer_id=found.volunteer_id,
            day=found.day,
            minutes=minutes - before,
            source=HoursSource.CORRECTION,
            community_id=found.community_id,
            agency_id=found.agency_id,
            corrects_id=found.id,
            what=found.what,
            reason=reason.strip(),
            at=now,
            by_id=hand.account_id,
        )
    )
    session.flush()
    audit.record(
        session,
        "hours_corrected",
        "service_hours",
        str(hours_id),
        now=now,
        account_id=hand.account_id,
        before=before,
        after=minutes,
        reason=reason.strip(),
    )
    rating.rate_again(session, found.volunteer_id, found.day, reason.strip(), now)


def _check_correction(minutes: int, before: int, reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise InvalidInput(
            field="reason",
            reason_zh=f"请写明更正的原因，最多 {LONGEST_REASON} 个字。",
            reason_en=f"Say why it is corrected, at most {LONGEST_REASON} characters.",
        )
    if not 0 <= minutes <= MOST_A_DAY:
        raise _too_much()
    if minutes == before:
        raise InvalidInput(
            field="minutes", reason_zh="时长没有变。", reason_en="The time is the same as before."
        )


def _too_much() -> InvalidInput:
    return InvalidInput(
        field="minutes",
        reason_zh="一天的时长在 0 到 24 小时之间。",
        reason_en="Between 0 and 24 hours a day.",
    )


def add_for_need(
    session: Session, taking_id: int, volunteer_id: int, minutes: int, found: ServiceHours
) -> None:
    """Write the minutes that a need took; `found` brings day, place, words and who writes."""
    if not 0 <= minutes <= MOST_A_DAY:
        raise _too_much()
    if minutes == 0:
        return
    found.volunteer_id, found.minutes, found.taking_id = volunteer_id, minutes, taking_id
    found.source = HoursSource.NEED
    found.agency_id = queries.places_of(session, volunteer_id, found.day)[1]
    session.add(found)
    session.flush()


def years_of(session: Session, volunteer_id: int) -> tuple[Year, ...]:
    """Return the calendar years in which a volunteer served, the latest first."""
    return tuple(
        Year(int(row.year), int(row.minutes)) for row in queries.years_of(session, volunteer_id)
    )


def of_year(session: Session, volunteer_id: int, year: int) -> tuple[Record, ...]:
    """Return the records of a volunteer's year, the latest first, each with its corrections."""
    rows = queries.of_volunteer(session, volunteer_id, *stars.year_of(year))
    corrections: dict[int, list[Record]] = {}
    for row in rows:
        if row.corrects_id is not None:
            corrections.setdefault(row.corrects_id, []).append(_record(row, ()))
    return tuple(
        _record(row, tuple(corrections.get(row.id, ()))) for row in rows if row.corrects_id is None
    )


def _record(row: queries.Found, corrections: tuple[Record, ...]) -> Record:
    return Record(
        id=row.id,
        day=row.day,
        minutes=row.minutes,
        source=HoursSource(row.source),
        what=row.what,
        reason=row.reason,
        community_id=row.community_id,
        at=row.at,
        corrections=corrections,
    )


@dataclass(frozen=True, slots=True)
class Exported:
    """A record for a workbook, as it stands with its corrections."""

    id: int
    external_key: str
    code: str
    name: str
    day: date
    minutes: int
    what: str
    source: HoursSource
    community_code: str | None
    agency_code: str | None


def exported(session: Session, year: int, hand: Hand) -> tuple[Exported, ...]:
    """Return the records of a year in the communities that somebody answers for."""
    within = None if hand.reach.county else hand.reach.communities
    return tuple(
        Exported(**row._asdict() | {"source": HoursSource(row.source)})
        for row in queries.exported(session, *stars.year_of(year), within)
    )
