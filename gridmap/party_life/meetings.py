"""Writing meetings: plan one or a year, change, record who was there, cancel; each is audited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.accounts.service import SignedIn
from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.party_life import PartyMeeting
from gridmap.party_life import looking, queries
from gridmap.party_life.bodies import Body
from gridmap.party_life.calendars import Meeting, PeriodState, planned_days
from gridmap.store import audit
from gridmap.terms import DutyKind, MeetingState
from gridmap.timespan import local_day

OBJECT_KIND: Final = "party_meeting"
LONGEST_TOPIC: Final = 200
LONGEST_PLACE: Final = 100
LONGEST_MINUTES: Final = 10_000
LONGEST_REASON: Final = 100
MOST_PEOPLE: Final = 2000
AHEAD: Final = timedelta(days=2 * 366)
BACK: Final = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A meeting as it is planned."""

    kind: DutyKind
    day: date
    topic: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """Whether a member was there, and why not."""

    present: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """How a meeting went: its day, its minutes, who was there.

    `seats` by person counts where members are listed; else the two numbers do.
    """

    day: date
    minutes: str
    expected: int = 0
    present: int = 0
    seats: Mapping[int, Seat] = field(default_factory=dict)


def shown(session: Session, keeper: SignedIn, meeting_id: int, day: date) -> tuple[Body, Meeting]:
    """Return a meeting with its organisation.

    Raises:
        NotFound: there is none, or it lies outside the reader's area.
    """
    row = _row(session, meeting_id)
    body = looking.body(session, keeper.scope, queries.code_of(session, row.organisation_id), day)
    return body, queries.meeting_of(row)


def seats(session: Session, meeting_id: int) -> dict[int, Seat]:
    """Return who was at a meeting, by person."""
    found = queries.attendance(session, meeting_id)
    return {person: Seat(present, reason) for person, (present, reason) in found.items()}


def plan(session: Session, keeper: SignedIn, code: str, wanted: Wanted, now: datetime) -> int:
    """Plan a meeting, or write down one that is to be recorded next; return its id.

    Raises:
        NotFound, NotAllowed: see `looking.kept`.
        InvalidInput: no topic, a day out of reach, a second meeting of the kind on the day.
    """
    body = looking.kept(session, keeper.scope, code, local_day(now))
    _check(session, body.id, wanted, local_day(now))
    row = PartyMeeting(
        organisation_id=body.id,
        kind=wanted.kind,
        day=wanted.day,
        state=MeetingState.PLANNED,
        topic=wanted.topic.strip(),
        place=wanted.place.strip() or None,
    )
    session.add(row)
    session.flush()
    _audit(session, keeper, "party_meeting_planned", row, now)
    return row.id


def plan_year(
    session: Session,
    keeper: SignedIn,
    code: str,
    year: int,
    days: Mapping[DutyKind, tuple[int, int]],
    now: datetime,
) -> int:
    """Plan a meeting in every period of a year that has none and is not over; return how many.

    Args:
        session: the caller's transaction.
        keeper: whoever plans.
        code: of the organisation.
        year: calendar year.
        days: by duty the day of the month, and which month of the period (1: the first).
        now: this moment.

    Raises:
        NotFound, NotAllowed: see `looking.kept`.
    """
    today = local_day(now)
    body = looking.kept(session, keeper.scope, code, today)
    open_ones = {PeriodState.DUE, PeriodState.AHEAD}
    free = [
        one for one in looking.year(session, body, year, today).periods if one.state in open_ones
    ]
    made = 0
    for kind, (day, month) in days.items():
        spans = [one.span for one in free if one.kind is kind]
        for at in planned_days(spans, day, month, today):
            if queries.meeting_on(session, body.id, kind, at) is None:
                wanted = Wanted(kind, at, kind.zh)
                plan(session, keeper, code, wanted, now)
                made += 1
    return made


def change(
    session: Session, keeper: SignedIn, meeting_id: int, wanted: Wanted, now: datetime
) -> None:
    """Move a planned meeting, or change its topic and place.

    Raises:
        NotFound, NotAllowed: see `looking.kept`.
        InvalidInput: it is not planned any more; else as for `plan`.
    """
    row = _kept(session, keeper, meeting_id, now)
    if row.state != MeetingState.PLANNED:
        raise InvalidInput(
            reason_zh="已登记或已取消的会不能再改安排。",
            reason_en="It is recorded or cancelled: the plan cannot be changed.",
        )
    _check(session, row.organisation_id, wanted, local_day(now), but=row.id)
    row.kind, row.day = wanted.kind, wanted.day
    row.topic, row.place = wanted.topic.strip(), wanted.place.strip() or None
    session.flush()
    _audit(session, keeper, "party_meeting_changed", row, now)


def hold(session: Session, keeper: SignedIn, meeting_id: int, held: Held, now: datetime) -> None:
    """Record that a meeting was held: day, minutes, attendance; again, to put it right.

    Raises:
        NotFound, NotAllowed: see `looking.kept`.
        InvalidInput: a day to come, no minutes, counts that cannot be.
    """
    row = _kept(session, keeper, meeting_id, now)
    today = local_day(now)
    if not today - BACK <= held.day <= today:
        raise _wrong("day", "开会日期不能晚于今天。", "The day cannot be later than today.")
    other = queries.meeting_on(session, row.organisation_id, DutyKind(row.kind), held.day)
    if other is not None and other.id != row.id:
        raise _twice()
    minutes = held.minutes.strip()
    if not minutes or len(minutes) > LONGEST_MINUTES:
        raise _wrong(
            "minutes",
            f"请写会议记录，最多 {LONGEST_MINUTES} 个字。",
            f"Write the minutes, at most {LONGEST_MINUTES} characters.",
        )
    expected, present = _counted(held)
    again = row.state == MeetingState.HELD
    row.day, row.minutes = held.day, minutes
    row.expected, row.present, row.state = expected, present, MeetingState.HELD
    session.flush()
    rows = [
        {"person_id": person, "present": seat.present, "reason": _reason(seat)}
        for person, seat in held.seats.items()
    ]
    queries.put_attendance(session, row.id, rows)
    action = "party_meeting_corrected" if again else "party_meeting_held"
    _audit(session, keeper, action, row, now)


def cancel(session: Session, keeper: SignedIn, meeting_id: int, now: datetime) -> None:
    """Cancel a planned meeting; it stays on record.

    Raises:
        NotFound, NotAllowed: see `looking.kept`.
        InvalidInput: it was held.
    """
    row = _kept(session, keeper, meeting_id, now)
    if row.state == MeetingState.HELD:
        raise InvalidInput(
            reason_zh="已登记的会不能取消。", reason_en="It was held: it cannot be cancelled."
        )
    row.state = MeetingState.CANCELLED
    session.flush()
    _audit(session, keeper, "party_meeting_cancelled", row, now)


def _counted(held: Held) -> tuple[int, int]:
    if held.seats:
        return len(held.seats), sum(seat.present for seat in held.seats.values())
    if not 0 < held.expected <= MOST_PEOPLE:
        raise _wrong(
            "expected", f"应到人数填 1 到 {MOST_PEOPLE}。", f"1 to {MOST_PEOPLE} were expected."
        )
    if not 0 <= held.present <= held.expected:
        raise _wrong(
            "present", "实到人数不能多于应到人数。", "No more can be there than are expected."
        )
    return held.expected, held.present


def _reason(seat: Seat) -> str | None:
    return None if seat.present else seat.reason.strip()[:LONGEST_REASON] or None


def _row(session: Session, meeting_id: int, *, lock: bool = False) -> PartyMeeting:
    row = queries.meeting(session, meeting_id, lock=lock)
    if row is None:
        raise NotFound(what_zh="这次会议", what_en="This meeting")
    return row


def _kept(session: Session, keeper: SignedIn, meeting_id: int, now: datetime) -> PartyMeeting:
    row = _row(session, meeting_id, lock=True)
    code = queries.code_of(session, row.organisation_id)
    looking.kept(session, keeper.scope, code, local_day(now))
    return row


def _check(
    session: Session, organisation_id: int, wanted: Wanted, today: date, but: int | None = None
) -> None:
    if not 0 < len(wanted.topic.strip()) <= LONGEST_TOPIC:
        raise _wrong(
            "topic",
            f"请写主题，最多 {LONGEST_TOPIC} 个字。",
            f"Write the topic, at most {LONGEST_TOPIC} characters.",
        )
    if len(wanted.place) > LONGEST_PLACE:
        raise _wrong(
            "place", f"地点最多 {LONGEST_PLACE} 个字。", f"At most {LONGEST_PLACE} characters."
        )
    if not today - BACK <= wanted.day <= today + AHEAD:
        raise _wrong("day", "日期离今天太远。", "The day is too far away.")
    other = queries.meeting_on(session, organisation_id, wanted.kind, wanted.day)
    if other is not None and other.id != but:
        raise _twice()


def _twice() -> InvalidInput:
    return _wrong(
        "day", "这一天已有一次同类的会。", "There is a meeting of this kind on the day already."
    )


def _wrong(field_name: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(field=field_name, reason_zh=zh, reason_en=en)


def _audit(
    session: Session, keeper: SignedIn, action: str, row: PartyMeeting, now: datetime
) -> None:
    audit.record(
        session,
        action,
        OBJECT_KIND,
        str(row.id),
        now=now,
        account_id=keeper.account_id,
        kind=str(row.kind),
        day=row.day.isoformat(),
        expected=row.expected,
        present=row.present,
    )
