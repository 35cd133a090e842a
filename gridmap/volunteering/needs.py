"""Needs: posted by a community or grown out of a report, taken up by volunteers, met with hours on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from gridmap.errors import InvalidInput, NotFound
from gridmap.ledger.volunteering import Need, NeedTaking, ServiceHours
from gridmap.store import audit
from gridmap.terms import NeedState
from gridmap.timespan import local_day
from gridmap.volunteering import hours, rating
from gridmap.volunteering.organising import Hand, Reach, require
from gridmap.volunteering.queries import needs as queries
from gridmap.volunteering.refusals import NeedClosed

LONGEST_TITLE: Final = 60
LONGEST_BODY: Final = 1000
MOST_WANTED: Final = 500
LISTED: Final = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a community writes; `report_number`: the report that it grows out of."""

    community_id: int
    title: str
    body: str = ""
    people: int = 1
    until_day: date | None = None
    report_number: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A need as pages show it. The report's number is for those who may read the report."""

    id: int
    community_id: int
    community_code: str
    community: str
    report_number: str | None
    title: str
    body: str
    wanted: int
    until_day: date | None
    state: NeedState
    made_at: datetime
    ended_at: datetime | None
    result: str | None
    takers: int


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who has taken a need up, for the community's eyes."""

    id: int
    volunteer_id: int
    code: str
    name: str
    phone: str | None
    agency: str | None
    at: datetime


def post(session: Session, wanted: Wanted, hand: Hand, now: datetime) -> int:
    """Post a need; return its id. Words of the report are not taken over: the desk writes its own.

    Raises:
        NotFound: the community lies beyond the reach, or the report in another one.
        InvalidInput: no title, too many people, or a day that has passed.
    """
    require(hand, wanted.community_id)
    _check(wanted, now)
    report_id = None
    if wanted.report_number:
        report = queries.report(session, wanted.report_number)
        if report is None or report.community_id != wanted.community_id:
            raise NotFound(what_zh="这份诉求", what_en="This report")
        report_id = report.id
    need = Need(
        community_id=wanted.community_id,
        report_id=report_id,
        title=wanted.title.strip(),
        body=wanted.body.strip(),
        wanted=wanted.people,
        until_day=wanted.until_day,
        state=NeedState.OPEN,
        made_at=now,
        made_by_id=hand.account_id,
    )
    session.add(need)
    session.flush()
    _record(session, "need_posted", need.id, hand, now)
    return need.id


def _check(wanted: Wanted, now: datetime) -> None:
    if not 0 < len(wanted.title.strip()) <= LONGEST_TITLE or len(wanted.body) > LONGEST_BODY:
        raise InvalidInput(
            field="title",
            reason_zh=f"请用一句话写清楚，最多 {LONGEST_TITLE} 个字。",
            reason_en=f"Say it in one sentence of at most {LONGEST_TITLE} characters.",
        )
    if not 1 <= wanted.people <= MOST_WANTED:
        raise InvalidInput(
            field="wanted",
            reason_zh=f"人数在 1 到 {MOST_WANTED} 之间。",
            reason_en=f"Between 1 and {MOST_WANTED} people.",
        )
    if wanted.until_day is not None and wanted.until_day < local_day(now):
        raise InvalidInput(
            field="until_day", reason_zh="这一天已经过去。", reason_en="This day has passed."
        )


def _record(session: Session, action: str, need_id: int, hand: Hand, now: datetime) -> None:
    audit.record(session, action, "need", str(need_id), now=now, account_id=hand.account_id)


def _live(session: Session, need_id: int) -> Need:
    need = queries.locked(session, need_id)
    if need is None:
        raise NotFound(what_zh="这个需求", what_en="This need")
    if need.state not in queries.LIVE:
        raise NeedClosed
    return need


def take_up(session: Session, need_id: int, volunteer_id: int, now: datetime) -> None:
    """Take a need up; taking it twice is taking it once.

    Raises:
        NotFound: no such need.
        NeedClosed: enough people have taken it, or it is closed.
    """
    need = _live(session, need_id)
    taking = queries.taking(session, need_id, volunteer_id)
    if taking is not None and taking.left_at is None:
        return
    if need.state != NeedState.OPEN:
        raise NeedClosed
    if taking is None:
        taking = NeedTaking(need_id=need_id, volunteer_id=volunteer_id, at=now)
        session.add(taking)
    taking.left_at, taking.at = None, now
    session.flush()
    if queries.takers_now(session, need_id) >= need.wanted:
        need.state = NeedState.TAKEN
        session.flush()


def leave(session: Session, need_id: int, volunteer_id: int, now: datetime) -> None:
    """Leave a need again; it is open for others.

    Raises:
        NotFound: she has not taken it up.
        NeedClosed: it is closed.
    """
    need = _live(session, need_id)
    taking = queries.taking(session, need_id, volunteer_id)
    if taking is None or taking.left_at is not None:
        raise NotFound(what_zh="您的认领", what_en="Your taking")
    taking.left_at, need.state = now, NeedState.OPEN
    session.flush()


def close(
    session: Session,
    need_id: int,
    result: str,
    minutes: Mapping[int, int],
    hand: Hand,
    now: datetime,
) -> None:
    """Close a need: met, with the minutes of each who helped, or withdrawn where nobody did.

    Args:
        session: open session.
        need_id: the need.
        result: what came of it, in words.
        minutes: id of a taking to the minutes it took; empty withdraws the need.
        hand: who closes it.
        now: this moment; the minutes count for its day.

    Raises:
        NotFound: beyond the reach, or a taking that is not of this need.
        NeedClosed: it is closed already.
        OwnHours: minutes of whoever closes it.
        InvalidInput: no words, or minutes that no day has.
    """
    need = _live(session, need_id)
    require(hand, need.community_id)
    if not result.strip():
        raise InvalidInput(
            field="result", reason_zh="请写一句结果。", reason_en="Say what came of it."
        )
    takers = {one.id: one.volunteer_id for one in queries.takers(session, need_id)}
    if not set(minutes) <= set(takers):
        raise NotFound(what_zh="这位认领人", what_en="This helper")
    for taking_id, spent in minutes.items():
        hours.refuse_own(session, hand, takers[taking_id], local_day(now), now)
        record = ServiceHours(
            day=local_day(now),
            community_id=need.community_id,
            what=need.title,
            at=now,
            by_id=hand.account_id,
        )
        hours.add_for_need(session, taking_id, takers[taking_id], spent, record)
        rating.rate_again(session, takers[taking_id], local_day(now), need.title, now)
    need.state = NeedState.DONE if minutes else NeedState.WITHDRAWN
    need.result, need.ended_at = result.strip(), now
    session.flush()
    _record(session, "need_done" if minutes else "need_withdrawn", need_id, hand, now)


def one(session: Session, need_id: int, now: datetime) -> Seen:
    """Return a need.

    Raises:
        NotFound: there is none.
    """
    row = queries.one(session, need_id, now)
    if row is None:
        raise NotFound(what_zh="这个需求", what_en="This need")
    return _seen(row)


def _seen(row: queries.Found) -> Seen:
    return Seen(**row._asdict() | {"state": NeedState(row.state)})


def open_ones(session: Session, now: datetime, community: int | None = None) -> tuple[Seen, ...]:
    """Return needs that wait for people, the most urgent first; of one community or all."""
    return tuple(_seen(row) for row in queries.open_ones(session, now, community, LISTED))


def of_reach(session: Session, reach: Reach, now: datetime) -> tuple[Seen, ...]:
    """Return the needs that somebody answers for: live ones first, then the latest."""
    within = None if reach.county else reach.communities
    return tuple(_seen(row) for row in queries.of_communities(session, now, within, LISTED))


def of_volunteer(session: Session, volunteer_id: int, now: datetime) -> tuple[Seen, ...]:
    """Return the live needs that a volunteer has taken up."""
    return tuple(_seen(row) for row in queries.of_volunteer(session, volunteer_id, now))


def of_report(session: Session, number: str, now: datetime) -> tuple[Seen, ...]:
    """Return the needs that grew out of a report; the caller has made sure who reads it."""
    return tuple(_seen(row) for row in queries.of_report(session, number, now))


def has_taken(session: Session, need_id: int, volunteer_id: int) -> bool:
    """Tell whether a volunteer has taken a need up."""
    found = queries.taking(session, need_id, volunteer_id)
    return found is not None and found.left_at is None


def takers_of(session: Session, need_id: int) -> tuple[Taker, ...]:
    """Return who has taken a need up; the caller has made sure who reads it."""
    return tuple(Taker(*row) for row in queries.takers(session, need_id))
