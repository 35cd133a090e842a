"""Reminders to those who answer for an organisation or stand in: before a duty is due, and after it was missed.

Every reminder has a key of its own, so that sweeping again tells nobody twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from gridmap.messaging import service as messaging
from gridmap.messaging.words import Event, Notice, Place
from gridmap.party_life import holder_queries, looking
from gridmap.party_life.bodies import Body
from gridmap.party_life.calendars import Period, PeriodState
from gridmap.party_life.looking import Year
from gridmap.terms import PartyKind
from gridmap.timespan import local_day

BEFORE: Final = timedelta(days=3)
"""So long before a planned meeting."""
PERIOD_ENDS: Final = timedelta(days=7)
"""So long before the end of a period without a plan."""
AFTER: Final = timedelta(days=2)
"""So long after a planned day that has no record."""
MISSED_WITHIN: Final = timedelta(days=15)
"""Of periods that ended longer ago nobody is told: an old gap is no news."""


def sweep(session: Session, now: datetime) -> int:
    """Tell secretaries and group leaders what is due and what is missing; return how many messages are new."""
    today = local_day(now)
    holders = holder_queries.holders(session, today)
    notices = [
        _notice(one.body, event, period, person, due)
        for one in looking.all_years(session, _recent_years(today), today)
        for event, period, due in _asked(one, today)
        for person in holders.get(_place(one.body), ())
    ]
    return messaging.post(session, notices, now)


def _recent_years(today: date) -> tuple[int, ...]:
    return tuple(sorted({today.year, (today - MISSED_WITHIN).year}))


def _asked(one: Year, today: date) -> Iterator[tuple[Event, Period, date]]:
    """Yield what is to be told of a year: event, period, the day that it is about."""
    for period in one.periods:
        last = (period.span.end or today) - timedelta(days=1)
        day = period.meeting.day if period.meeting else last
        soon = (period.state is PeriodState.PLANNED and day <= today + BEFORE) or (
            period.state is PeriodState.DUE and last <= today + PERIOD_ENDS
        )
        late = (period.state is PeriodState.UNRECORDED and day + AFTER <= today) or (
            period.state is PeriodState.MISSED and today <= last + MISSED_WITHIN
        )
        if soon or late:
            yield Event.PARTY_DUE if soon else Event.PARTY_MISSED, period, day


def _place(body: Body) -> tuple[str, int]:
    number = {
        PartyKind.GENERAL_BRANCH: body.community_id,
        PartyKind.GRID_BRANCH: body.grid_id,
        PartyKind.BUILDING_GROUP: body.building_id,
    }[body.kind]
    return body.kind, number or 0


def _notice(body: Body, event: Event, period: Period, person: int, due: date) -> Notice:
    meeting = period.meeting
    link = f"/party-life/meetings/{meeting.id}" if meeting else f"/party-life/{body.code}"
    return Notice(
        event,
        f"party:{body.code}:{period.kind}:{period.span.start}:{period.state}:{due}",
        {
            Place.NUMBER: body.code,
            Place.CATEGORY: period.kind.zh,
            Place.PLACE: body.name,
            Place.DUE: due.isoformat(),
            Place.REASON: meeting.topic if meeting else "",
            Place.LINK: link,
        },
        person_id=person,
        community_id=body.community_id,
    )
